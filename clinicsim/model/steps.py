"""The kinds of steps: from a tree of steps as data to a tree that a journey can walk.

Each kind is a class with one method, `take`, that gives what the patient's process waits for: a generator of events,
or nothing where no time passes. `KINDS`, at the end, is the one place where a kind is registered. Addresses are the
dotted names of steps below their protocol, without its name, so that the same step of two protocols draws the same
numbers for the same person.
"""

import math
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simpy import Event

from clinicsim.model.attendance import chance_of
from clinicsim.model.blocks import Block
from clinicsim.model.sampling import certain, chooser, holds, is_random, sampler
from clinicsim.scenario import pathway, quantities
from clinicsim.scenario.quantities import Fixed, Options, Shares
from clinicsim.scenario.values import Offset

if TYPE_CHECKING:
    from clinicsim.model.journeys import Journey
    from clinicsim.model.pathways import Pathways, VisitKind

Walk = Generator[Event, Any, None]
Events = Iterable[Event]

AT_ONCE: tuple[Event, ...] = ()
"""What a step waits for that takes no time."""

CHOICE = "choice"
LEAVE = "leave"
RETURN = "return"
ROUNDS = "rounds"
AGAIN = "again"
WAIT = "wait"
ACCEPT = "accept"
VISIT_TYPE = "visit_type"
COMPLETED = "completed"


class Left(Exception):
    """The patient leaves for good: why, and at which step."""

    def __init__(self, reason: str, step: str) -> None:
        super().__init__(reason, step)
        self.reason = reason
        self.step = step


class ComesBack(Exception):
    """The patient leaves for a while and comes back to a step of the pathway."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


@dataclass(slots=True)
class Window:
    """When a visit is wished for, in minutes: from `earliest`, best at `target`, later than `latest` is late.

    `tolerant` wishes want the start nearest the target, the others the first from `earliest`.
    """

    earliest: float
    target: float
    latest: float
    tolerant: bool = False


@dataclass(slots=True)
class Round:
    """One round of a repeat on somebody's way: `index` from 0, when it `began`, and when the round `before` did.

    `placed` says that its first visit has been asked for; `outer` is the round in which this repeat stands; `block`
    holds the rounds after it, where they are booked all at once.
    """

    repeat: "Repeat"
    index: int
    before: float | None
    outer: "Round | None"
    began: float | None = None
    placed: bool = False
    block: Block | None = None


@dataclass(slots=True)
class Outlook:
    """What a protocol plans for somebody: `minutes` in all, of which `first` lie before the first session, and
    `sessions`.
    """

    sessions: int = 0
    minutes: float = 0.0
    first: float | None = None
    _booked: dict[str, float] = field(default_factory=dict)

    def booked(self, kind: "VisitKind", journey: "Journey") -> float:
        """Give the booked minutes of a visit, which are the same in every round."""
        minutes = self._booked.get(kind.name)
        if minutes is None:
            minutes = self._booked[kind.name] = kind.plan(journey).booked
        return minutes

    def session(self) -> None:
        """Count a session that begins now."""
        self.sessions += 1
        if self.first is None:
            self.first = self.minutes

    def look(self, steps: "tuple[Step, ...]", journey: "Journey") -> None:
        """Go through steps as they are planned."""
        for step in steps:
            if step.when is None or holds(step.when, journey.attributes):
                step.foresee(self, journey)


def walk(steps: "tuple[Step, ...]", journey: "Journey") -> Walk:
    """Walk steps in order, passing over those whose condition does not hold."""
    for step in steps:
        if step.when is None or holds(step.when, journey.attributes):
            if step.pause is not None:
                yield from journey.until(journey.clinic.calendar.add(journey.ended, step.pause, "start"))
            yield from step.take(journey)


class Step:
    """What all kinds of steps have: a name, an address, a condition, a pause before, and a class for requests.

    `pause` is how long after the step before it begins; visits, and so rounds, place themselves and have none.
    """

    def __init__(self, spec: pathway.BaseStep, name: str, address: str, pathways: "Pathways") -> None:
        self.name = name
        self.address = address
        self.when = spec.when
        self.pause = spec.after
        self.class_ = chooser(spec.class_) if spec.class_ is not None else None

    def take(self, journey: "Journey") -> Events:
        """Walk this step."""
        raise TypeError(f"{type(self).__name__} has no way to be walked")

    def foresee(self, outlook: Outlook, journey: "Journey") -> None:
        """Add to an outlook what this step plans: no time and no sessions, unless a kind says otherwise."""


class Choice:
    """A name that is chosen for somebody by chance at a step; nothing is drawn where there is only one."""

    def __init__(self, choice: Shares | quantities.Choice, address: str) -> None:
        self._choose = chooser(choice)
        self._certain = certain(choice)
        self._address = address

    def made(self, journey: "Journey") -> str:
        """Choose."""
        if self._certain is not None:
            return self._certain
        return self._choose(journey.draw(CHOICE, self._address), journey.attributes)

    def foreseen(self, journey: "Journey") -> str:
        """Give what will be chosen."""
        if self._certain is not None:
            return self._certain
        return self._choose(journey.peek(CHOICE, self._address), journey.attributes)


class Visit(Step):
    """A visit: with an appointment, or walked in for."""

    def __init__(
        self, spec: "pathway.VisitStep | pathway.RepeatStep", name: str, address: str, pathways: "Pathways"
    ) -> None:
        super().__init__(spec, name, address, pathways)
        if spec.visit is None:
            raise TypeError(f"step {address} names no visit")
        self.pause = None
        self.after = spec.after
        self._choose = chooser(spec.visit)
        self._certain = certain(spec.visit)
        self._random = isinstance(spec.visit, Options)
        self.within = spec.within
        self.if_missed = spec.if_missed

    def visit_type(self, journey: "Journey") -> str:
        """Give the visit type for somebody."""
        return self._choose(journey.draw(VISIT_TYPE, self.address) if self._random else 0.5, journey.attributes)

    def take(self, journey: "Journey") -> Walk:
        """Come when the appointment is, or at once where there are none."""
        kind = journey.clinic.pathways.kind(self._certain or self.visit_type(journey))
        if kind.walk_in:
            return self._walk_in(kind, journey)
        round_ = journey.round
        if round_ is None or round_.placed or round_.block is None:
            return journey.appointment(self, kind, self.window(journey))
        return journey.appointment(self, kind, self.window(journey), round_)

    def _walk_in(self, kind: "VisitKind", journey: "Journey") -> Walk:
        now = journey.clinic.env.now
        if self.after is not None or journey.round is not None or journey.ended > now:
            target = self.window(journey).target
            if target > now:
                yield from journey.until(target)
        yield from journey.walk_in(self, kind)

    def foresee(self, outlook: Outlook, journey: "Journey") -> None:
        """A visit lasts as long as it is booked for, as soon as it is wished for."""
        kind = journey.clinic.pathways.kind(self._choose(0.5, journey.attributes))
        outlook.minutes += minutes_of(self.after)
        if kind.session_of is not None:
            outlook.session()
        outlook.minutes += outlook.booked(kind, journey)

    def window(self, journey: "Journey") -> Window:
        """Give when the visit is wished for: by the round that it begins, else after the step before."""
        round_ = journey.round
        while round_ is not None and not round_.placed:
            round_.placed = True
            window = round_.repeat.window(round_, journey)
            if window is not None:
                _mark_placed(round_.outer)
                return window
            round_ = round_.outer
        return journey.window_after(self.after, self.within)


def _mark_placed(round_: Round | None) -> None:
    while round_ is not None and not round_.placed:
        round_.placed = True
        round_ = round_.outer


class Repeat(Step):
    """Rounds of steps, or of one visit: so many, forever, or again by chance."""

    def __init__(self, spec: pathway.RepeatStep, name: str, address: str, pathways: "Pathways") -> None:
        super().__init__(spec, name, address, pathways)
        self.steps: tuple[Step, ...] = (
            (Visit(spec, name, address, pathways),) if spec.steps is None else pathways.build(spec.steps, address)
        )
        self._of_one_visit = spec.steps is None
        self.pause = None
        self.after = spec.after
        self.every = spec.every
        self.tolerance = spec.tolerance if spec.tolerance is not None else Offset()
        self._earlier = Offset(-self.tolerance.minutes, -self.tolerance.days, -self.tolerance.working_days)
        self._whole_day = self.tolerance == Offset() and self.every is not None and _counts_days(self.every)
        self.meant = None if self.every is None else minutes_of(self.every)
        """The minutes meant to lie between the starts of two rounds; None where the rounds just follow one another."""
        self.within = spec.within
        self.until = spec.until
        self.drop_out = chance_of(spec.drop_out) if spec.drop_out is not None else None
        self.late_drop_out = spec.late_drop_out
        again = isinstance(spec.repeat, pathway.Again)
        self._again = chance_of(spec.repeat.again) if isinstance(spec.repeat, pathway.Again) else None
        self._forever = spec.repeat == "forever"
        self._count = None if again or self._forever else sampler(spec.repeat)  # type: ignore[arg-type]
        self._random_count = self._count is not None and is_random(spec.repeat)  # type: ignore[arg-type]
        self._at_once = self.every is not None and (spec.book or pathways.courses) == "all at once"

    def rounds(self, journey: "Journey") -> float:
        """Give the number of rounds for somebody; endless where chance or a condition ends them."""
        if self._count is None:
            return math.inf
        u = journey.draw(ROUNDS, self.address) if self._random_count else 0.5
        return round(self._count(u, journey.attributes))

    def foresee(self, outlook: Outlook, journey: "Journey") -> None:
        """Rounds at the interval meant; one where nothing says how many."""
        u = journey.peek(ROUNDS, self.address) if self._random_count else 0.5
        rounds = 1 if self._count is None else round(self._count(u, journey.attributes))
        for index in range(rounds):
            began = outlook.minutes
            outlook.look(self.steps, journey)
            if self.meant is not None and index + 1 < rounds:
                outlook.minutes = max(outlook.minutes, began + self.meant)

    def take(self, journey: "Journey") -> Walk:
        """Walk round after round."""
        if not self._at_once:
            return self._walk(journey, self.rounds(journey), None)
        return self._walk_held(journey)

    def _walk_held(self, journey: "Journey") -> Walk:
        """Walk rounds that are held ahead; what is still held when they end is given back."""
        rounds = self.rounds(journey)
        block = Block(journey, self, rounds)
        try:
            yield from self._walk(journey, rounds, block)
        except (Left, ComesBack):
            block.end()
            raise
        block.end()

    def _walk(self, journey: "Journey", rounds: float, block: Block | None) -> Walk:
        index, before = 0, None
        outer, outer_round = journey.round, journey.attributes["round"]
        while index < rounds:
            journey.round = this = Round(self, index, before, outer, block=block)
            journey.attributes["round"] = float(index + 1)
            yield from walk(self.steps, journey)
            before, index = this.began, index + 1
            if self.until is not None and holds(self.until, journey.attributes):
                break
            if self._again is not None and not journey.happens(AGAIN, self.address, self._again(journey.attributes)):
                break
        journey.round = outer
        journey.attributes["round"] = outer_round

    def window(self, round_: Round, journey: "Journey") -> Window | None:
        """Give when the first visit of a round is wished for; None where the visit's own wishes hold."""
        if round_.index > 0 and self.every is not None and round_.before is not None:
            return self.window_after(round_.before, journey)
        if (round_.index == 0 and not self._of_one_visit) and (self.after is not None or self.within is not None):
            return journey.window_after(self.after, self.within)
        return None

    def window_after(self, before: float, journey: "Journey") -> Window:
        """Give when a round is wished for whose round before began at a moment."""
        assert self.every is not None
        calendar = journey.clinic.calendar
        target = calendar.add(before, self.every)
        if self._whole_day:
            midnight = calendar.day_of(target) * 1440.0
            return Window(midnight, target, midnight + 1440.0, tolerant=True)
        earliest = calendar.add(target, self._earlier, "start")
        return Window(earliest, target, calendar.add(target, self.tolerance, "end"), tolerant=True)

    def drop_out_chance(self, gap: float, journey: "Journey") -> float:
        """Give the chance to stop in a gap of so many minutes: more for each week by which it is longer than meant."""
        chance = self.drop_out(journey.attributes) if self.drop_out is not None else 0.0
        late = self.late_drop_out
        if late is None or late.share == 0.0:
            return chance
        weeks = max(0.0, gap - (self.meant or 0.0)) / late.days / 1440.0
        return 1.0 - (1.0 - chance) * math.pow(1.0 - late.share, weeks)


def minutes_of(offset: Offset | None) -> float:
    """Give the length of a shift on the calendar, working days taken as days."""
    return 0.0 if offset is None else offset.minutes + 1440.0 * (offset.days + offset.working_days)


def _counts_days(offset: Offset) -> bool:
    return bool(offset.days or offset.working_days)


class Wait(Step):
    """Time passes."""

    def __init__(self, spec: pathway.WaitStep, name: str, address: str, pathways: "Pathways") -> None:
        super().__init__(spec, name, address, pathways)
        self._offset = spec.wait.offset if isinstance(spec.wait, Fixed) else None
        self._random = is_random(spec.wait)
        self.length = sampler(spec.wait)

    def foresee(self, outlook: Outlook, journey: "Journey") -> None:
        """The time itself."""
        u = journey.peek(WAIT, self.address) if self._random else 0.5
        outlook.minutes += self.length(u, journey.attributes)

    def take(self, journey: "Journey") -> Walk:
        """Wait from the end of the step before."""
        if self._offset is not None:
            moment = journey.clinic.calendar.add(journey.ended, self._offset)
        else:
            u = journey.draw(WAIT, self.address) if self._random else 0.5
            moment = journey.ended + self.length(u, journey.attributes)
        return journey.until(moment)


class Choose(Step):
    """One of several ways, by shares; the same person chooses alike wherever the shares allow it."""

    def __init__(self, spec: pathway.ChooseStep, name: str, address: str, pathways: "Pathways") -> None:
        super().__init__(spec, name, address, pathways)
        self._choice = Choice(spec.choose, address)
        self.options = {option: pathways.build(steps, f"{address}.{option}") for option, steps in spec.options.items()}

    def foresee(self, outlook: Outlook, journey: "Journey") -> None:
        """The way that will be chosen."""
        outlook.look(self.options.get(self._choice.foreseen(journey), ()), journey)

    def take(self, journey: "Journey") -> Walk:
        """Draw an option and walk it; a name without an option is a protocol."""
        option = self._choice.made(journey)
        if option in self.options:
            return walk(self.options[option], journey)
        return journey.under_protocol(option, self.address)


class Leave(Step):
    """Some leave, with a reason; some of them come back."""

    def __init__(self, spec: pathway.LeaveStep, name: str, address: str, pathways: "Pathways") -> None:
        super().__init__(spec, name, address, pathways)
        self._reasons = [(reason, _leaving_share(share, pathways)) for reason, share in spec.leave.items()]
        self._returns = spec.returns

    def take(self, journey: "Journey") -> Events:
        """Draw whether the patient leaves, and why."""
        reason = self.reason(journey.draw(LEAVE, self.address), journey)
        if reason is None:
            return AT_ONCE
        back = self._returns.get(reason)
        if back is None or not journey.happens(RETURN, self.address, back.share):
            raise Left(reason, self.address)
        return self._come_back(back, reason, journey)

    @property
    def at_once(self) -> bool:
        """Whether those who leave do so at once, all of them for good."""
        return self.when is None and self.pause is None and not self._returns

    def reason(self, uniform: float, journey: "Journey") -> str | None:
        """Give why the patient leaves, by a uniform number; None for those who stay."""
        total = 0.0
        for reason, share in self._reasons:
            if (self.address, reason) in journey.spared:
                continue
            total += share(journey.attributes)
            if uniform < total:
                return reason
        return None

    def _come_back(self, back: pathway.Return, reason: str, journey: "Journey") -> Walk:
        journey.spared |= {(self.address, reason)}
        yield from journey.until(journey.clinic.env.now + back.after)
        raise ComesBack(back.to)


def _leaving_share(share: Any, pathways: "Pathways") -> Any:
    """A share as it is, or one that hangs on a price: who stays goes with the price to the power of elasticity."""
    if not isinstance(share, pathway.PricedShare):
        return chance_of(share)
    at_price = chance_of(share.share)
    price = pathways.price_of(share.of)

    def by_price(attributes: Mapping[str, Any]) -> float:
        stay = (1.0 - at_price(attributes)) * math.pow(price(attributes) / share.at_price, share.elasticity)
        return min(1.0, max(0.0, 1.0 - stay))

    return by_price


class Assess(Step):
    """The score is measured and kept under a name."""

    def __init__(self, spec: pathway.AssessStep, name: str, address: str, pathways: "Pathways") -> None:
        super().__init__(spec, name, address, pathways)
        self.assessment = spec.assess

    def take(self, journey: "Journey") -> Events:
        """Measure."""
        journey.care.assess(self.assessment)
        return AT_ONCE


class Protocol(Step):
    """The steps of a protocol; the course ends with them."""

    def __init__(self, spec: pathway.ProtocolStep, name: str, address: str, pathways: "Pathways") -> None:
        super().__init__(spec, name, address, pathways)
        self._choice = Choice(spec.protocol, address)

    def take(self, journey: "Journey") -> Walk:
        """Agree to the protocol and walk it, or decline and leave."""
        return journey.under_protocol(self._choice.made(journey), self.address)


class Retreat(Step):
    """Joins the next retreat with a free place, or takes another step where that is too far ahead."""

    def __init__(self, spec: pathway.RetreatStep, name: str, address: str, pathways: "Pathways") -> None:
        super().__init__(spec, name, address, pathways)
        self._choice = Choice(spec.retreat, address)
        self.wait_at_most = spec.wait_at_most
        self.otherwise = pathways.build({"otherwise": spec.otherwise}, address) if spec.otherwise is not None else None

    def foresee(self, outlook: Outlook, journey: "Journey") -> None:
        """The sessions of the itinerary, on their days."""
        pathways = journey.clinic.pathways
        arrived = outlook.minutes
        for day, visit_type in pathways.itinerary(self._choice.foreseen(journey)):
            outlook.minutes = arrived + (day - 1) * 1440.0
            if pathways.kind(visit_type).session_of is not None:
                outlook.session()

    def take(self, journey: "Journey") -> Walk:
        """Wait for the retreat and live through it."""
        return journey.clinic.cohorts.take_part(journey, self._choice.made(journey), self)


class Maintain(Step):
    """Under a maintenance plan until it lets go."""

    def __init__(self, spec: pathway.MaintainStep, name: str, address: str, pathways: "Pathways") -> None:
        super().__init__(spec, name, address, pathways)
        self._choice = Choice(spec.maintain, address)

    def take(self, journey: "Journey") -> Walk:
        """Be offered the plan, and take boosters for as long as it lasts."""
        return journey.clinic.pathways.plan(self._choice.made(journey)).take(journey)


class Medicine(Step):
    """A medicine taken from now on, beside the next steps."""

    def __init__(self, spec: pathway.MedicineStep, name: str, address: str, pathways: "Pathways") -> None:
        super().__init__(spec, name, address, pathways)
        self.treatment = spec.medicine
        self.lasts = spec.for_
        self.drop_out = spec.drop_out

    def take(self, journey: "Journey") -> Events:
        """Begin to take it."""
        journey.care.take_medicine(self)
        return AT_ONCE


KINDS: dict[type[pathway.BaseStep], type[Step]] = {
    pathway.VisitStep: Visit,
    pathway.RepeatStep: Repeat,
    pathway.WaitStep: Wait,
    pathway.ChooseStep: Choose,
    pathway.LeaveStep: Leave,
    pathway.AssessStep: Assess,
    pathway.ProtocolStep: Protocol,
    pathway.RetreatStep: Retreat,
    pathway.MaintainStep: Maintain,
    pathway.MedicineStep: Medicine,
}
"""Which class walks which kind of step; a new kind is registered here."""
