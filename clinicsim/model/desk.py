"""The booking desk: requests for appointments, offers, and the list of those for whom no date is free yet."""

from bisect import insort
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import TYPE_CHECKING

from simpy import Event

from clinicsim.model.groups import Groups, everybody
from clinicsim.model.parts import Booking, Request, Slot, VisitPlan
from clinicsim.model.policies import Policies

if TYPE_CHECKING:
    from clinicsim.model.calendar import Gap
    from clinicsim.model.clinic import Clinic
    from clinicsim.model.patients import Patient

MINUTES_A_DAY = 1440.0


class Refusal(Enum):
    """Why a request ends without a booking: the offered wait was too long, patience ran out on the list, or nobody new
    is taken."""

    DECLINED = "declined"
    GAVE_UP = "patience"
    CLOSED = "no_new_people"


@dataclass(slots=True)
class Listed:
    """A request on the list.

    `gives_up` is when patience runs out (inf: never); `answer` fires with a booking or a refusal.
    """

    request: Request
    patient: "Patient"
    since: float
    gives_up: float
    answer: Event

    @property
    def order(self) -> tuple[float, float, int]:
        """The place in the list: by class, then by when it was asked, then by number."""
        return self.request.rank, self.request.time, self.request.number


class Desk:
    """Takes requests, books what the diary finds, and serves the waiting list as days open and as slots are freed.

    Patience runs only while a request of somebody before the first dosing stands on the list; people with a date
    have stopped waiting. An offer is declined when it lies further ahead than the patience that is left.
    """

    def __init__(self, clinic: "Clinic") -> None:
        self._clinic = clinic
        self._list: list[Listed] = []
        self._dated: dict[int, dict[int, Booking]] = {}
        self._requests = 0
        self._backfill = clinic.scenario.booking.backfill
        self._policies = Policies(clinic)
        self._groups = Groups(clinic, self._policies)

    def next_request(self) -> int:
        """Give the number of a new request; numbers count from 0."""
        self._requests += 1
        return self._requests - 1

    def third_next(self, plan: VisitPlan, class_: str, now: float) -> tuple[float, bool]:
        """Give the calendar days to the third start (of a group: place) that somebody of a class could have, and
        whether it lies beyond the horizon."""
        return self._finder(plan).third_next(plan, class_, now)

    def _finder(self, plan: VisitPlan) -> Groups | Policies:
        return self._groups if plan.patients > 1 else self._policies

    def ask(self, request: Request, patient: "Patient", impatient: bool) -> Booking | Refusal | Event:
        """Answer a request: a booking or a refusal at once, or an event that fires with one of them.

        `impatient` people wait for a date no longer than their patience lasts; the others as long as it takes.
        """
        now = self._clinic.env.now
        asked = self._clinic.diary.asked(request)
        self._clinic.rows["requested"].append((
            now, request.number, request.patient, request.plan.visit_type, request.step, request.class_,
            request.first, asked, request.latest,
        ))  # fmt: skip
        slot = self._finder(request.plan).find(request, now)
        if slot is None and self._policies.refuses and self._policies.closed_to(request, now):
            return Refusal.CLOSED
        if slot is None:
            return self._put_on_list(request, patient, patient.patience if impatient else inf)
        answer = self._offer(request, slot, patient.patience if impatient else inf)
        if self._backfill:
            self._offer_places(answer)
        return answer

    def _offer(self, request: Request, slot: Slot, patience: float) -> Booking | Refusal:
        now = self._clinic.env.now
        accepted = slot.start - now <= patience
        self._clinic.rows["offered"].append(
            (now, request.number, request.patient, request.plan.visit_type, request.first, slot.start, accepted)
        )
        return self.book(request, slot) if accepted else Refusal.DECLINED

    def book(self, request: Request, slot: Slot) -> Booking:
        """Hold a slot in the diary for a request, or take the place in a group that it is, and write it down."""
        clinic, session = self._clinic, slot.session
        visit = clinic.next_visit() if session is None else session.opened_by.visit
        booking = Booking(visit, request, slot, clinic.env.now)
        if request.plan.patients > 1:
            self._groups.take_place(booking)
        self._write(booking)
        if session is None:
            self._hold(booking)
        return booking

    def _hold(self, booking: Booking) -> None:
        clinic, slot = self._clinic, booking.slot
        clinic.diary.hold(slot)
        self._policies.booked(booking)
        self._dated.setdefault(clinic.calendar.day_of(slot.start), {})[booking.visit] = booking
        clinic.rows["held"] += [
            (clinic.env.now, booking.visit, hold.pool, hold.person, hold.start, hold.end, hold.units / hold.share)
            for hold in slot.holds
            if hold.contact
        ]

    def _write(self, booking: Booking) -> None:
        rows, now = self._clinic.rows, self._clinic.env.now
        request, slot, visit = booking.request, booking.slot, booking.visit
        visit_type, asked = request.plan.visit_type, self._clinic.diary.asked(request)
        rows["booked"].append((
            now, visit, request.number, request.patient, visit_type, slot.start, slot.end, asked, request.latest,
        ))  # fmt: skip
        for cause, (minutes, alone, involved) in (slot.causes or {}).items():
            rows["delayed_booking"].append((now, visit, request.patient, visit_type, cause, minutes, alone, involved))

    def _put_on_list(self, request: Request, patient: "Patient", patience: float) -> Event:
        env = self._clinic.env
        listed = Listed(request, patient, env.now, env.now + patience, env.event())
        insort(self._list, listed, key=lambda entry: entry.order)
        if patience < inf:
            env.timeout(patience, listed).callbacks.append(self._patience_over)
        return listed.answer

    def _patience_over(self, event: Event) -> None:
        listed = event.value
        assert isinstance(listed, Listed)
        if not listed.answer.triggered:
            self._strike(listed)
            listed.answer.succeed(Refusal.GAVE_UP)

    def _strike(self, listed: Listed) -> None:
        """Take a request off the list, and the time on it off the patience of who made it."""
        self._list.remove(listed)
        if listed.gives_up < inf:
            listed.patient.patience = listed.gives_up - self._clinic.env.now

    def serve(self, days: set[int] | None = None) -> None:
        """Offer what is free (on these days, else on any) to those on the list, in their order.

        What one request has not found, no later request for the same can find in the same round, so it is not
        searched again; unless a group has met meanwhile, which may have places for others.
        """
        self._serve(list(self._list), days)

    def _serve(self, waiting: list[Listed], days: set[int] | None) -> None:
        failed: dict[object, float] = {}
        answers: list[Booking | Refusal] = []
        for listed in waiting:
            request = listed.request
            key = (id(request.plan), request.class_, request.free, tuple(request.own.items()))
            if failed.get(key, inf) <= request.earliest:
                continue
            slot = self._finder(request.plan).find(request, self._clinic.env.now, days)
            if slot is None:
                failed[key] = min(request.earliest, failed.get(key, inf))
                continue
            patience = listed.gives_up - self._clinic.env.now
            self._strike(listed)
            answers.append(self._offer(request, slot, patience))
            listed.answer.succeed(answers[-1])
            if request.plan.patients > 1:
                failed.clear()
        for answer in answers:
            self._offer_places(answer)

    def _offer_places(self, answer: Booking | Refusal) -> None:
        """Where a booking has opened a session of a group, offer its places to those on the list for the same visit:
        not everybody may open one, by their own time or by the rules of booking."""
        if not isinstance(answer, Booking) or answer.session is None or answer.session.opened_by is not answer:
            return
        visit_type = answer.request.plan.visit_type
        alike = [listed for listed in self._list if listed.request.plan.visit_type == visit_type]
        if alike and answer.session.places > 0:
            self._serve(alike, {self._clinic.calendar.day_of(answer.slot.start)})

    def open_day(self, day: int) -> None:
        """Begin a day: close what cannot be held for a while, call off groups of too few, find substitutes for those
        who are sick, and offer the day that opens to those on the list."""
        clinic = self._clinic
        for gap in clinic.calendar.gaps:
            if gap.known == day:
                self._close(gap)
        for booking in self._groups.too_few(day):
            self._call_off(booking)
        sick = {worker.name for worker in clinic.roster.open_day(day)}
        if sick:
            self._replace(sick, self._dated.get(day, {}))
            clinic.cohorts.replace(sick, day)
        self._dated.pop(day - 1, None)
        if self._list:
            self.serve()

    def _close(self, gap: "Gap") -> None:
        """Have no visit of some types in a time to come, and cancel those that are booked in it."""
        days = range(gap.first, gap.until)
        self._clinic.diary.close(gap.visits, days)
        for day in days:
            for booking in list(self._dated.get(day, {}).values()):
                if booking.request.plan.visit_type in gap.visits:
                    self._call_off(booking)

    def _call_off(self, booking: Booking) -> None:
        """Tell a patient, or all of a group, that the clinic cannot hold the visit."""
        for one in everybody(booking):
            self._unbook(one, "clinic", freed=True)
            self._clinic.journeys[one.request.patient].called_off(one)

    def _replace(self, sick: set[str], bookings: dict[int, Booking]) -> None:
        """Give the day's visits of the sick to colleagues, in order of start; cancel those nobody can take."""
        clinic = self._clinic
        for booking in sorted(bookings.values(), key=lambda booking: (booking.slot.start, booking.visit)):
            plan = booking.request.plan
            anybody = clinic.scenario.visits[plan.visit_type].session_of is not None
            if not stand_in(clinic, plan, booking.slot, sick, anybody=anybody):
                self._call_off(booking)

    def release(self, booking: Booking, reason: str) -> None:
        """Cancel a booking in time: its slot, or its place in a group, is free again, and is offered to those on the
        list."""
        self._unbook(booking, reason, freed=True)
        if self._backfill and self._list:
            self.serve({self._clinic.calendar.day_of(booking.slot.start)})

    def waste(self, booking: Booking, reason: str) -> None:
        """Strike a booking whose slot is lost."""
        self._unbook(booking, reason, freed=False)

    def _unbook(self, booking: Booking, reason: str, freed: bool) -> None:
        """Strike a booking; of a group it is the last member with whom what was held for all is given back."""
        clinic, request = self._clinic, booking.request
        holder = booking if booking.session is None else self._groups.leave(booking)
        if holder is not None:
            if freed:
                clinic.diary.release(holder.slot)
            self._policies.booked(holder, -1.0)
            self._dated.get(clinic.calendar.day_of(holder.slot.start), {}).pop(holder.visit, None)
        clinic.rows["unbooked"].append(
            (clinic.env.now, booking.visit, request.patient, request.plan.visit_type, reason, freed)
        )


def stand_in(clinic: "Clinic", plan: VisitPlan, slot: Slot, sick: set[str], *, anybody: bool) -> bool:
    """Put colleagues in the place of those who are sick, for one visit; give whether it can take place.

    The first colleague who is free and qualified takes it over. Where there is none, and `anybody` will do, whoever
    of the role is at work and free at the moment does.
    """
    for name in sorted(sick.intersection(slot.people.values())):
        if clinic.diary.substitute(plan, slot, name) is not None:
            continue
        if not anybody or not _colleague_at_work(clinic, plan, slot, name):
            return False
        slot.people = {seat: person for seat, person in slot.people.items() if person != name}
    return True


def _colleague_at_work(clinic: "Clinic", plan: VisitPlan, slot: Slot, name: str) -> bool:
    pool, day = clinic.roster.worker(name).pool, clinic.calendar.day_of(slot.start)
    needs = (*plan.staff, *(need for phase in plan.phases for need in phase.staff))
    skills = frozenset[str]().union(*(need.skills for need in needs if pool in need.roles))
    minute = slot.start - day * MINUTES_A_DAY
    return any(
        skills <= worker.skills
        and worker.name not in slot.people.values()
        and any(start <= minute < end for start, end in clinic.roster.shift(worker, day))
        for worker in clinic.roster.workers(pool)
    )
