"""Retreats: cohorts with dates, places, a team and an itinerary, and the people who wait for the next one."""

import datetime
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from simpy import Event

from clinicsim.model.attendance import chance_of
from clinicsim.model.calendar import MINUTES_A_DAY, Calendar
from clinicsim.model.itinerary import Itinerary
from clinicsim.model.reach import reach_of
from clinicsim.model.sampling import certain
from clinicsim.model.steps import Left, Step, Walk, walk

if TYPE_CHECKING:
    from clinicsim.model.clinic import Clinic
    from clinicsim.model.floor import FloorVisit
    from clinicsim.model.journeys import Journey
    from clinicsim.model.steps import Retreat as RetreatStep
    from clinicsim.scenario.care import Retreat
    from clinicsim.scenario.scenario import Scenario

LATEST_JOINING = 7 * MINUTES_A_DAY
"""People are taken, or replaced, until so long before day 1."""
WITHDRAW = "withdraw"
WITHDRAWAL_TIME = "withdrawal_time"
INSTEAD = "instead"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a place: its `number`, the number of the `first` of the same wait, and the step that made it."""

    number: int
    first: int
    step: str


@dataclass(slots=True, eq=False)
class Member:
    """Somebody who has joined. `over` fires with how it ended: over, instead, or why they left."""

    journey: "Journey"
    over: Event
    busy: Event | None = None
    visit: "FloorVisit | None" = None


@dataclass(slots=True, eq=False)
class Waiting:
    """Somebody who waits for a date. `answer` fires with a cohort, or with None when patience is over."""

    journey: "Journey"
    answer: Event
    gives_up: float


@dataclass(slots=True, eq=False)
class Cohort:
    """One date of a retreat. `status` is closed (dates not open yet), open, confirmed, running or over."""

    retreat: str
    number: int
    first_day: int
    decision: float
    places: int
    status: str = "closed"
    members: list[Member] = field(default_factory=list)
    itinerary: Itinerary | None = None

    @property
    def start(self) -> float:
        """Midnight of day 1, in minutes."""
        return self.first_day * MINUTES_A_DAY

    def joinable(self, now: float) -> bool:
        """Say whether there is a free place that can still be taken."""
        if len(self.members) >= self.places:
            return False
        return (self.status == "open" and now < self.decision) or (
            self.status == "confirmed" and now <= self.start - LATEST_JOINING
        )


class Line:
    """One retreat of the scenario: its cohorts in order of date, and the list of people who wait for a place."""

    def __init__(self, clinic: "Clinic", name: str, spec: "Retreat") -> None:
        self.clinic = clinic
        self.name = name
        self.spec = spec
        self.waiting: list[Waiting] = []
        self.length = _length(spec)
        self.cohorts = [
            Cohort(name, number, day, self._decision(day), spec.size.max)
            for number, day in enumerate(self._first_days())
        ]
        self.instead: tuple[Step, ...] | None = None
        if not isinstance(spec.below_minimum, str):
            self.instead = clinic.pathways.build({"instead": spec.below_minimum}, f"retreat.{name}")
        for cohort in self.cohorts:
            clinic.env.process(self._live(cohort))

    def _first_days(self) -> Iterator[int]:
        """Give day 1 of each date of the run; those that meet a closure are passed over."""
        calendar = self.clinic.calendar
        last = calendar.day_of(calendar.end + self.clinic.scenario.booking.horizon)
        for day in _dates(calendar, self.spec, last):
            if not _meets_closure(calendar, self.spec, day):
                yield day

    def _decision(self, first_day: int) -> float:
        calendar = self.clinic.calendar
        return max(0.0, calendar.subtract(first_day * MINUTES_A_DAY, self.spec.confirm))

    def opening(self, cohort: Cohort) -> float:
        """Give the moment from which all days of a date can be booked, the first midnight at the earliest."""
        horizon = self.clinic.scenario.booking.horizon
        return max(0.0, (cohort.first_day + self.length - 1) * MINUTES_A_DAY - horizon)

    # The life of a cohort

    def _live(self, cohort: Cohort) -> Walk:
        """Open when the dates can be booked, decide, take place."""
        env, opening = self.clinic.env, self.opening(cohort)
        if opening > env.now:
            yield env.timeout(opening - env.now)
        cohort.itinerary = Itinerary(self.clinic, self.name, self.spec, cohort.number, cohort.first_day)
        cohort.places = cohort.itinerary.hold(self.spec.size.max)
        cohort.status = "open"
        self._write(cohort, "planned", cohort.places)
        self._take_from_list()
        if cohort.decision > env.now:
            yield env.timeout(cohort.decision - env.now)
        if not self._decide(cohort):
            return
        yield env.timeout(max(0.0, cohort.start - env.now))
        yield from self._run(cohort)

    def _decide(self, cohort: Cohort) -> bool:
        """Confirm, with what is not needed given back; or dissolve. Give whether the retreat takes place."""
        joined = len(cohort.members)
        assert cohort.itinerary is not None
        if joined < max(1, self.spec.size.min):
            self._write(cohort, "below_minimum", joined)
            if joined == 0 or self.spec.below_minimum != "run":
                self._dissolve(cohort)
                return False
        cohort.status = "confirmed"
        self._write(cohort, "confirmed", joined)
        cohort.itinerary.book([member.journey for member in cohort.members])
        for member in list(cohort.members):
            self._may_withdraw(cohort, member)
        self.clinic.desk.serve()
        self._take_from_list()
        return True

    def _dissolve(self, cohort: Cohort) -> None:
        """Give everything back; the people move to the next date, or are offered the other step."""
        assert cohort.itinerary is not None
        cohort.status = "over"
        members, cohort.members = cohort.members, []
        cohort.itinerary.give_up()
        self._write(cohort, "postponed" if members and self.instead is None else "cancelled", len(members))
        if self.instead is not None:
            for member in members:
                member.over.succeed("instead")
        else:
            self._postpone(members)
        self.clinic.desk.serve()

    def _postpone(self, members: list[Member]) -> None:
        """Let those who had a date come before all who wait for one; where no date has a place they lead the list."""
        left = []
        for member in members:
            cohort = self.next_free()
            if cohort is None:
                left.append(Waiting(member.journey, member.over, inf))
                self.clinic.cohorts.ask_again(member.journey, self)
                member.journey.enter("listed")
            else:
                self._add(cohort, member)
        self.waiting[:0] = left

    def _run(self, cohort: Cohort) -> Walk:
        assert cohort.itinerary is not None
        cohort.status = "running"
        self._write(cohort, "run", len(cohort.members))
        for member in cohort.members:
            member.journey.enter("between")
        yield from cohort.itinerary.take_place(cohort.members)
        cohort.status = "over"
        cohort.itinerary.rest()
        for member in cohort.members:
            member.over.succeed("over")

    # The people

    def next_free(self) -> Cohort | None:
        """Give the next date with a free place, among those that are open for booking."""
        now = self.clinic.env.now
        return next((cohort for cohort in self.cohorts if cohort.joinable(now)), None)

    def join(self, cohort: Cohort, journey: "Journey") -> Member:
        """Take a free place."""
        member = Member(journey, self.clinic.env.event())
        self._add(cohort, member)
        return member

    def _add(self, cohort: Cohort, member: Member) -> None:
        cohort.members.append(member)
        member.journey.enter("joined")
        self._write(cohort, "joined", 1)
        if cohort.status == "confirmed":
            assert cohort.itinerary is not None
            cohort.itinerary.book([other.journey for other in cohort.members])
            self._may_withdraw(cohort, member)

    def _may_withdraw(self, cohort: Cohort, member: Member) -> None:
        """Draw whether a member withdraws before day 1, at a moment that is anybody's guess."""
        journey, env = member.journey, self.clinic.env
        if journey.happens(WITHDRAW, self.name, self.spec.withdraw):
            after = journey.draw(WITHDRAWAL_TIME, self.name) * (cohort.start - env.now)
            env.timeout(after).callbacks.append(lambda event: self._withdraw(cohort, member))

    def _withdraw(self, cohort: Cohort, member: Member) -> None:
        assert cohort.itinerary is not None
        cohort.members.remove(member)
        self._write(cohort, "withdrew", 1)
        member.over.succeed("withdrew")
        cohort.itinerary.book([other.journey for other in cohort.members])
        self._take_from_list()

    def wait(self, journey: "Journey") -> Waiting:
        """Put somebody on the list; before the first dosing patience runs."""
        env, patient = self.clinic.env, journey.patient
        patience = patient.patience if journey.stage == "before" else inf
        waiting = Waiting(journey, env.event(), env.now + patience)
        self.waiting.append(waiting)
        journey.enter("listed")
        if patience < inf:
            env.timeout(patience).callbacks.append(lambda event: self._patience_over(waiting))
        return waiting

    def _patience_over(self, waiting: Waiting) -> None:
        if not waiting.answer.triggered:
            self.waiting.remove(waiting)
            waiting.journey.patient.patience = 0.0
            waiting.answer.succeed("patience")

    def _take_from_list(self) -> None:
        """Offer free places to those who wait, in order; who would have to wait too long declines."""
        now = self.clinic.env.now
        while self.waiting and (cohort := self.next_free()) is not None:
            waiting = self.waiting.pop(0)
            if waiting.gives_up < inf:
                waiting.journey.patient.patience = waiting.gives_up - now
            if self.clinic.cohorts.offer(waiting.journey, self, cohort, waiting.gives_up - now):
                self._add(cohort, member := Member(waiting.journey, self.clinic.env.event()))
                waiting.answer.succeed(member)
            else:
                waiting.answer.succeed("declined")

    def _write(self, cohort: Cohort, what: str, people: int) -> None:
        self.clinic.rows["retreat"].append((self.clinic.env.now, self.name, cohort.number, what, people))


class Cohorts:
    """All retreats of a run that somebody may join; the others hold nobody. `beds` counts those taken, by (pool,
    night).
    """

    def __init__(self, clinic: "Clinic") -> None:
        self._clinic = clinic
        self._lines: dict[str, Line] = {}
        self.beds: dict[tuple[str, int], int] = {}

    def open(self) -> None:
        """Put the retreats that the pathway can lead to on the calendar."""
        for name, spec in self._clinic.scenario.retreats.items():
            if name in self._clinic.pathways.reach.retreats:
                self._lines[name] = Line(self._clinic, name, spec)

    def replace(self, sick: set[str], day: int) -> None:
        """Put colleagues in the place of those who are sick, for the visits of a day."""
        for line in self.lines:
            for cohort in line.cohorts:
                if cohort.itinerary is not None and cohort.first_day <= day < cohort.first_day + line.length:
                    cohort.itinerary.replace(sick, day)

    @property
    def lines(self) -> list[Line]:
        """The retreats, in the order of the scenario."""
        return list(self._lines.values())

    def take_part(self, journey: "Journey", name: str, step: "RetreatStep") -> Walk:
        """Wait for the next date with a free place and live through it; or take the other step, or leave."""
        line, now = self._lines[name], self._clinic.env.now
        cohort = line.next_free()
        if step.wait_at_most is not None and (cohort is None or cohort.start - now > step.wait_at_most):
            yield from self._otherwise(journey, step)
            return
        self._request(journey, line, step)
        how: Any
        if cohort is None:
            how = yield line.wait(journey).answer
        elif self.offer(journey, line, cohort, journey.patient.patience if journey.stage == "before" else inf):
            how = line.join(cohort, journey)
        else:
            how = "declined"
        while isinstance(how, Member):
            how = yield how.over
        yield from self._after(journey, line, step, how)

    def _after(self, journey: "Journey", line: Line, step: "RetreatStep", how: str) -> Walk:
        journey.ended = self._clinic.env.now
        if how == "instead" and line.instead is not None:
            accept = chance_of(line.spec.accept)(journey.attributes)
            if not journey.happens(INSTEAD, step.address, accept):
                raise Left("declined", step.address)
            yield from walk(line.instead, journey)
        elif how != "over":
            raise Left(how, step.address)
        journey.enter("between")

    def _otherwise(self, journey: "Journey", step: "RetreatStep") -> Generator[Event, Any, None]:
        if step.otherwise is None:
            raise Left("declined", step.address)
        yield from walk(step.otherwise, journey)

    def _request(self, journey: "Journey", line: Line, step: "RetreatStep") -> None:
        number = self._clinic.desk.next_request()
        self._ask(journey, line, Asked(number, number, step.address))

    def ask_again(self, journey: "Journey", line: Line) -> None:
        """Ask for another date in the place of one that was dissolved; the wait is the same."""
        before = journey.retreat_request
        assert before is not None
        self._ask(journey, line, Asked(self._clinic.desk.next_request(), before.first, before.step))

    def _ask(self, journey: "Journey", line: Line, asked: Asked) -> None:
        journey.retreat_request = asked
        now = self._clinic.env.now
        self._clinic.rows["requested"].append(
            (now, asked.number, journey.number, line.name, asked.step, "course", asked.first, now, inf)
        )

    def offer(self, journey: "Journey", line: Line, cohort: Cohort, patience: float) -> bool:
        """Offer a date, and give whether it is taken: not when it lies further ahead than patience reaches."""
        clinic = self._clinic
        now, asked = clinic.env.now, journey.retreat_request
        assert asked is not None
        accepted = cohort.start - now <= patience
        clinic.rows["offered"].append(
            (now, asked.number, journey.number, line.name, asked.first, cohort.start, accepted)
        )
        return accepted


def passed_over(scenario: "Scenario") -> dict[str, tuple[datetime.date, ...]]:
    """Give, for each retreat that the pathway leads to, the dates within the run that a closure keeps from being
    held.
    """
    calendar = Calendar(scenario)
    last, reached = calendar.day_of(calendar.end), reach_of(scenario).retreats
    return {
        name: tuple(calendar.date(day) for day in _dates(calendar, spec, last) if _meets_closure(calendar, spec, day))
        for name, spec in scenario.retreats.items()
        if name in reached
    }


def _dates(calendar: Calendar, spec: "Retreat", last: int) -> Iterator[int]:
    """Give day 1 of each date from the start on, up to a day; closures or not."""
    if spec.dates is not None:
        yield from (day for day in sorted(map(calendar.day_of_date, spec.dates)) if 0 <= day <= last)
    elif spec.first is not None:
        day = calendar.day_of_date(spec.first)
        while day <= last:
            if day >= 0:
                yield day
            if spec.every is None:
                return
            day = calendar.day_of(calendar.add(day * MINUTES_A_DAY, spec.every))


def _length(spec: "Retreat") -> int:
    """Give the number of days of a retreat."""
    return max(day for entry in spec.itinerary.values() for day in entry.days)


def _meets_closure(calendar: Calendar, spec: "Retreat", first_day: int) -> bool:
    """Whether the clinic is closed on one of its days, or one of its visits is not held on its day."""
    if any(calendar.is_closed(first_day + later) for later in range(_length(spec))):
        return True
    visits = [(str(certain(entry.visit)), day) for entry in spec.itinerary.values() for day in entry.days]
    return any(calendar.is_closed_for(visit, first_day + day - 1) for visit, day in visits)
