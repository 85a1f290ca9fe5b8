"""Group visits by appointment: sessions, the places in them, and who is there when one is to begin.

Who asks for a group visit gets a place in a session that is booked already; where none will do, a new session is booked
for them like any visit, with all that a full group needs. On the opening of its day a session with too few members is
called off. The others begin when it is known of every member whether they come, and are held with those who do.
"""

from bisect import insort
from collections.abc import Collection
from dataclasses import replace
from math import ceil, inf
from operator import attrgetter
from typing import TYPE_CHECKING

from simpy import Event

from clinicsim.model.calendar import MINUTES_A_DAY
from clinicsim.model.parts import Booking, Request, Slot, VisitPlan
from clinicsim.model.plans import planner_of
from clinicsim.model.policies import THIRD, Policies
from clinicsim.model.visits import Guest, on_floor

if TYPE_CHECKING:
    from clinicsim.model.clinic import Clinic


class Session:
    """One session of a group, from the booking that opens it to its beginning.

    `opened_by` is that booking: its slot holds what a full group needs, also when who made it does not come. `members`
    maps the numbers of patients to their bookings, as long as these stand. `gathered` fires with the visit on the floor
    and with the event of its ending. `gathering`: the first have come.
    """

    def __init__(self, clinic: "Clinic", opened_by: Booking) -> None:
        self._clinic = clinic
        self.opened_by = opened_by
        self.start = opened_by.slot.start
        self.members: dict[int, Booking] = {}
        self.gathered = Event(clinic.env)
        self._undecided: set[int] = set()
        self._present: list[Guest] = []

    @property
    def plan(self) -> VisitPlan:
        """What is held for it."""
        return self.opened_by.request.plan

    @property
    def places(self) -> int:
        """The places that are free."""
        return self.plan.patients - len(self.members)

    @property
    def gathering(self) -> bool:
        """Whether anybody has come."""
        return bool(self._present)

    def join(self, booking: Booking) -> None:
        """Take a place."""
        self.members[booking.request.patient] = booking
        self._undecided.add(booking.request.patient)

    def comes(self, guest: Guest) -> Event:
        """Be there at the start; give the event that fires when all are there who will be."""
        self._present.append(guest)
        self._decided(guest.patient.number)
        return self.gathered

    def leave(self, patient: int) -> bool:
        """Give a place up, or lose it; give whether there is no other member."""
        del self.members[patient]
        self._decided(patient)
        return not self.members

    def _decided(self, patient: int) -> None:
        """Know of one more member whether they come; begin when that was the last who could."""
        self._undecided.discard(patient)
        if self._present and not self._undecided and not self.gathered.triggered:
            self._begin()

    def _begin(self) -> None:
        """Bring those who are there to the floor, for so many as they are."""
        clinic, plan, slot = self._clinic, self.plan, self.opened_by.slot
        guests = sorted(self._present, key=lambda guest: guest.patient.number)
        visit = on_floor(
            clinic,
            planner_of(clinic.scenario).resized(plan, len(guests)),
            guests,
            number=self.opened_by.visit,
            rank=min(self.members[guest.patient.number].request.rank for guest in guests),
            arrival=clinic.env.now,
            slot=slot,
            drawn_as=(f"visits.{plan.visit_type}", int(self.start % MINUTES_A_DAY)),
        )
        self.gathered.succeed((visit, clinic.floor.admit(visit)))


class Groups:
    """The sessions to come, by what they need: people share one whose visits are booked alike."""

    def __init__(self, clinic: "Clinic", policies: Policies) -> None:
        self._clinic = clinic
        self._policies = policies
        self._alike: dict[VisitPlan, list[Session]] = {}
        self._set_apart = clinic.roster.set_apart_for

    # Finding a place

    def find(self, request: Request, now: float, days: Collection[int] | None = None) -> Slot | None:
        """Give a place in a session, or the start of a new one; None where the request must wait on the list.

        A place in the first session inside the window, for a tolerant request in the one nearest its target; else a new
        session, or, where that would be later than wished for, a place in one that is not later still.
        """
        if self._policies.turns_away(request, now):
            return None
        sessions = self._with_a_place(request, now, days)
        inside = [session for session in sessions if session.start <= request.latest]
        if inside:
            return self._place_in(_best(request, inside), request, now)
        slot = self._policies.find(request, now, self._days_for_new(request, now, days))
        if sessions and (slot is None or sessions[0].start <= slot.start):
            return self._place_in(sessions[0], request, now)
        return slot

    def third_next(self, plan: VisitPlan, class_: str, now: float) -> tuple[float, bool]:
        """Give the calendar days to the third place that somebody of a class could have, and whether it lies beyond the
        horizon."""
        request = Request(-1, now, -1, plan, "", class_, 0.0, now, now, inf)
        places = 0
        for session in self._with_a_place(request, now, None):
            places += session.places
            if places >= THIRD:
                return session.start // MINUTES_A_DAY - now // MINUTES_A_DAY, False
        new = ceil((THIRD - places) / plan.patients)
        return self._policies.days_to_start(request, now, new, self._days_for_new(request, now, None))

    def _with_a_place(self, request: Request, now: float, days: Collection[int] | None) -> list[Session]:
        """The sessions, in order of time, that somebody could join: from when on they asked, and in their own time."""
        clinic = self._clinic
        return [
            session
            for session in self._sessions(request.plan)
            if session.places > 0
            and session.start > now
            and session.start >= request.earliest
            and (days is None or clinic.calendar.day_of(session.start) in days)
            and clinic.diary.suits(request, session.start)
        ]

    def _place_in(self, session: Session, request: Request, now: float) -> Slot:
        slot = replace(session.opened_by.slot, session=session)
        slot.causes = self._policies.causes(request, slot, now)
        return slot

    def _days_for_new(self, request: Request, now: float, days: Collection[int] | None) -> Collection[int] | None:
        """The days on which a new session may be: of more than one only on a later day, so that others can join."""
        today = self._clinic.calendar.day_of(now)
        if self._fewest(request.plan) <= 1 or request.earliest >= (today + 1) * MINUTES_A_DAY:
            return days
        later = range(today + 1, self._clinic.diary.last_open_day(now) + 1)
        return later if days is None else set(days).intersection(later)

    def _fewest(self, plan: VisitPlan) -> int:
        group = self._clinic.scenario.visits[plan.visit_type].group
        return 1 if group is None else group.min

    def _sessions(self, plan: VisitPlan) -> list[Session]:
        """Those that need the same, in order of time; on whose behalf matters only where anybody is set apart."""
        served_as = plan.served_as if plan.served_as in self._set_apart else ""
        return self._alike.setdefault(replace(plan, served_as=served_as), [])

    # Members

    def take_place(self, booking: Booking) -> None:
        """Have a booking be a place in the session of its slot, or in a new one."""
        session = booking.slot.session
        if session is None:
            session = Session(self._clinic, booking)
            insort(self._sessions(session.plan), session, key=attrgetter("start"))
        booking.session = session
        session.join(booking)

    def leave(self, booking: Booking) -> Booking | None:
        """Strike a booking from its session; where it was the last, give the one that holds what the session held."""
        session = booking.session
        assert session is not None
        if not session.leave(booking.request.patient):
            return None
        sessions = self._sessions(session.plan)
        if session in sessions:
            sessions.remove(session)
        return session.opened_by

    def too_few(self, day: int) -> list[Booking]:
        """Forget sessions before a day; give the bookings that opened those of the day that have too few members."""
        midnight = day * MINUTES_A_DAY
        found = []
        for plan, sessions in self._alike.items():
            sessions[:] = [session for session in sessions if session.start >= midnight]
            found += [
                session.opened_by
                for session in sessions
                if session.start < midnight + MINUTES_A_DAY and len(session.members) < self._fewest(plan)
            ]
        return found


def everybody(booking: Booking) -> list[Booking]:
    """Give all who are booked for the same and could be told: the members of a session that has not begun to gather,
    or the booking alone."""
    session = booking.session
    if session is None:
        return [booking]
    return [] if session.gathering else list(session.members.values())


def _best(request: Request, sessions: list[Session]) -> Session:
    """The first of sessions in order of time; for a tolerant request the one nearest its target, of two the earlier."""
    if not request.tolerant:
        return sessions[0]
    return min(sessions, key=lambda session: abs(session.start - request.target))
