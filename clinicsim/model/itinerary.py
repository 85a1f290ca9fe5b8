"""The days of one retreat: its staff on shift, its visits held, booked for those who come, and lived through."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from simpy import Event

from clinicsim.model.calendar import WEEKDAYS
from clinicsim.model.desk import stand_in
from clinicsim.model.parts import Request, Slot, VisitPlan, Worker
from clinicsim.model.plans import plan_visit
from clinicsim.model.reach import possible_names
from clinicsim.model.sampling import attributes_read, certain
from clinicsim.model.steps import Walk
from clinicsim.model.visits import Guest, on_floor, own_ending
from clinicsim.scenario.quantities import Their

if TYPE_CHECKING:
    from clinicsim.model.clinic import Clinic
    from clinicsim.model.journeys import Journey
    from clinicsim.model.pathways import VisitKind
    from clinicsim.model.retreats import Member
    from clinicsim.scenario.care import Entry, Retreat

MINUTES_A_DAY = 1440.0
DROP_OUT = "retreat_drop_out"
Spans = tuple[tuple[float, float], ...]


@dataclass(slots=True, eq=False)
class Session:
    """A visit of the itinerary on one of its days: of the group, or of one person (`journey`; None also while just
    held).
    """

    entry: str
    kind: "VisitKind"
    visit: int
    plan: VisitPlan
    slot: Slot
    journey: "Journey | None" = None
    called_off: bool = False


@dataclass(frozen=True, slots=True)
class Unmet:
    """A visit of the itinerary that found no room when everything was held at full size."""

    entry: str
    day: int
    plan: VisitPlan


class Itinerary:
    """The visits of one date of a retreat, in the diary from the moment when its days can be booked.

    At first everything is held at full size; when it is known who comes, the visits of the group are held for so
    many, and the individual ones are booked for each of them. Days count from 1, as in the scenario.
    """

    def __init__(self, clinic: "Clinic", name: str, spec: "Retreat", number: int, first_day: int) -> None:
        self._clinic = clinic
        self._name = name
        self._spec = spec
        self._number = number
        self._first_day = first_day
        self._length = max(day for entry in spec.itinerary.values() for day in entry.days)
        self._staff: list[tuple[Worker, bool]] = []
        self._group: list[Session] = []
        self._places: list[Session] = []
        self._own: dict[int, list[Session]] = {}
        self._beds: tuple[int, int] | None = None
        self.unmet: list[Unmet] = []

    # Before: staff on shift, everything held at full size

    def hold(self, size: int) -> int:
        """Take the staff and hold rooms, people and beds for `size` people; give how many places there are beds for."""
        self._call_staff()
        size = self._hold_beds(size)
        for name, entry in self._spec.itinerary.items():
            kind = self._clinic.pathways.kind(self._visit_type(entry))
            for day in entry.days:
                if kind.spec.group is not None:
                    self._hold_group(name, entry, kind, day, size)
                else:
                    for place in range(size):
                        self._hold_place(name, entry, kind, day, place)
        return size

    def _visit_type(self, entry: "Entry") -> str:
        visit_type = certain(entry.visit)
        if visit_type is None:
            raise TypeError("the visit of an itinerary is the same for everybody")
        return visit_type

    def _call_staff(self) -> None:
        roster, spec = self._clinic.roster, self._spec
        days = [self._first_day + day for day in range(self._length)]
        own = [
            worker
            for pool in roster.pools
            for worker in roster.workers(pool)
            if worker.only_for is not None and self._name in worker.only_for
        ]
        self._staff = [(worker, False) for worker in own]
        for role, count in spec.team.items():
            self._staff += [(worker, True) for worker in roster.team(role, count, days, self._skills(role))]
        for worker, away in self._staff:
            for day in days:
                if roster.employed(worker, day):
                    roster.extra_shift(worker, day, self._hours(day), self._name, away=away)

    def _hours(self, day: int) -> Spans:
        return tuple(self._spec.hours[WEEKDAYS[self._clinic.calendar.weekday(day)]])

    def _skills(self, role: str) -> set[str]:
        """The skills that the visits may ask of a role, over all kinds of patients."""
        skills: set[str] = set()
        for entry in self._spec.itinerary.values():
            visit = self._clinic.scenario.visits[self._visit_type(entry)]
            for part in (visit, *visit.phases.values()):
                for choice in part.skill.get(role, ()):
                    skills |= possible_names(self._clinic.scenario, choice)
        return skills

    def _hold_beds(self, size: int) -> int:
        lodging, clinic = self._spec.lodging, self._clinic
        if lodging is None:
            return size
        pool = f"rooms.{lodging.room}"
        beds = clinic.cohorts.beds
        nights = [self._first_day + night for night in range(lodging.nights)]
        size = max(0, min([size, *(clinic.roster.units(pool, day) - beds.get((pool, day), 0) for day in nights)]))
        for day in nights:
            beds[pool, day] = beds.get((pool, day), 0) + size
        start, end = nights[0] * MINUTES_A_DAY, (nights[-1] + 1) * MINUTES_A_DAY
        self._beds = (clinic.next_visit(), size)
        clinic.rows["held"].append((clinic.env.now, self._beds[0], pool, "", start, end, float(size)))
        return size

    def _hold_group(self, name: str, entry: "Entry", kind: "VisitKind", day: int, size: int) -> None:
        plan = self._plan(kind, self._clinic.pathways.typical, size)
        found = self._search(name, entry, plan, day)
        if found is None:
            found = self._with_more_hours(name, entry, plan, day)
        if found is None:
            self._missed(name, size)
            self.unmet.append(Unmet(name, day, plan))
            return
        session = Session(name, kind, self._clinic.next_visit(), plan, found)
        self._put(session)
        self._group.append(session)

    def _hold_place(self, name: str, entry: "Entry", kind: "VisitKind", day: int, place: int) -> None:
        """Hold a room and somebody's time for an individual visit of whoever will come; skills are asked when it is
        known who.
        """
        plan = _without_skills(self._plan(kind, self._anybody(kind, place), 1))
        found = self._search(name, entry, plan, day)
        if found is None:
            self.unmet.append(Unmet(name, day, plan))
            return
        session = Session(name, kind, self._clinic.next_visit(), plan, found)
        self._put(session)
        self._places.append(session)

    def has_room(self, unmet: Unmet, plan: VisitPlan) -> bool:
        """Say whether a visit that found no room would have found some with this plan, which needs less."""
        entry = self._spec.itinerary[unmet.entry]
        if self._search(unmet.entry, entry, plan, unmet.day) is not None:
            return True
        return plan.patients > 1 and self._with_more_hours(unmet.entry, entry, plan, unmet.day) is not None

    def _anybody(self, kind: "VisitKind", place: int) -> dict[str, str | float]:
        """Attributes of somebody who might come: the values of each attribute that matters taken in turn."""
        visit, somebody, typical = kind.spec, {}, self._clinic.pathways.typical
        parts = (visit, *visit.phases.values())
        values = [quantity for part in parts for quantity in (part.takes, part.room) if quantity is not None]
        values += [skill for part in parts for skills in part.skill.values() for skill in skills]
        for attribute in sorted(frozenset().union(*(attributes_read(value) for value in values))):
            names = sorted(possible_names(self._clinic.scenario, Their(attribute)))
            somebody[attribute] = names[place % len(names)] if names else typical.get(attribute, 1.0)
        return somebody

    def _plan(self, kind: "VisitKind", attributes: Any, patients: int, served_as: str = "") -> VisitPlan:
        return plan_visit(
            self._clinic.scenario, kind.name, attributes, patients=patients, served_as=served_as, retreat=self._name
        )

    def _window(self, entry: "Entry", day: int, booked: float) -> tuple[float, float]:
        """The first and the last start of a visit on a day of the retreat, in minutes of the run."""
        midnight = (self._first_day + day - 1) * MINUTES_A_DAY
        hours = self._hours(self._first_day + day - 1)
        if not hours:
            return midnight, midnight - 1.0
        if entry.at is not None:
            return midnight + entry.at, midnight + entry.at
        first = hours[0][0] if entry.from_ is None else entry.from_
        last = hours[-1][1] if entry.until is None or entry.if_no_room == "overtime" else entry.until
        return midnight + first, midnight + last - booked

    def _search(
        self, name: str, entry: "Entry", plan: VisitPlan, day: int, journey: "Journey | None" = None
    ) -> Slot | None:
        """Find a free start on a day, or on a later one of the retreat where what finds no room may move."""
        last = self._length if entry.if_no_room == "move" else day
        for later in range(day, last + 1):
            first, latest = self._window(entry, later, plan.booked)
            if latest >= first:
                slot = self._find(name, plan, first, latest, journey)
                if slot is not None:
                    return slot
        return None

    def _find(self, name: str, plan: VisitPlan, first: float, latest: float, journey: "Journey | None") -> Slot | None:
        clinic = self._clinic
        day = clinic.calendar.day_of(first)
        request = Request(
            number=-1, time=clinic.env.now, patient=-1 if journey is None else journey.number, plan=plan,
            step=f"retreat.{name}", class_="course", rank=-1.0, earliest=first, target=first, latest=latest,
            own={} if journey is None else {role: (person, 0.0) for role, person in journey.patient.own.items()},
            free=None if journey is None else self._free_time(journey, day),
        )  # fmt: skip
        slot = clinic.diary.find(request, clinic.env.now, {day})
        return slot if slot is not None and slot.start <= latest else None

    def _free_time(self, journey: "Journey", day: int) -> tuple[Spans, ...]:
        """When a member is in no other visit, as a week of which only this day matters."""
        midnight = day * MINUTES_A_DAY
        busy = [session.slot for session in (*self._group, *self._own.get(journey.number, ()))]
        begin, spans = 0.0, []
        for slot in sorted(busy, key=lambda slot: slot.start):
            if midnight <= slot.start < midnight + MINUTES_A_DAY:
                if slot.start - midnight > begin:
                    spans.append((begin, slot.start - midnight))
                begin = max(begin, slot.end - midnight)
        return ((*spans, (begin, MINUTES_A_DAY)),) * 7

    def _with_more_hours(self, name: str, entry: "Entry", plan: VisitPlan, day: int) -> Slot | None:
        """Ask those of the clinic whom the visit needs to come in for it, where they are not there at that hour."""
        roster, today = self._clinic.roster, self._first_day + day - 1
        called = []
        for need in (*plan.staff, *(need for phase in plan.phases for need in phase.staff)):
            for role in need.roles:
                there = [worker for worker in roster.workers(role) if worker.only_for is None]
                there = [
                    worker for worker in there if not roster.absent(worker, today) and roster.employed(worker, today)
                ]
                called += [worker for worker in there[: ceil(need.units / need.share)] if worker not in called]
        called = [worker for worker in called if worker not in [member for member, _ in self._staff]]
        first, latest = self._window(entry, day, plan.booked)
        for worker in called:
            midnight = today * MINUTES_A_DAY
            roster.extra_shift(worker, today, ((first - midnight, latest - midnight + plan.booked),), self._name)
        slot = self._find(name, plan, first, latest, None) if latest >= first else None
        if slot is None:
            for worker in called:
                roster.no_extra_shift(worker, today, self._name)
        else:
            self._staff += [(worker, False) for worker in called]
        return slot

    # Booked, given back

    def book(self, journeys: Sequence["Journey"]) -> None:
        """Book for those who come: the group's visits for so many, individual ones for each; the rest is given back."""
        for session in self._places:
            self._take_out(session, "not_needed")
        self._places.clear()
        for session in self._group:
            self._resize(session, len(journeys))
        coming = {journey.number for journey in journeys}
        for number in [number for number in self._own if number not in coming]:
            self.give_up_visits_of(number)
        for journey in journeys:
            if journey.number not in self._own:
                self._book_for(journey)

    def _resize(self, session: Session, people: int) -> None:
        """Hold a visit of the group for so many people; as it was, where that cannot be had."""
        if people == session.plan.patients or people == 0:
            return
        plan = self._plan(session.kind, self._clinic.pathways.typical, people)
        if replace(plan, patients=session.plan.patients) == session.plan:
            session.plan = plan
            return
        self._take_out(session, "resized")
        slot = self._find(session.entry, plan, session.slot.start, session.slot.start, None)
        if slot is not None:
            session.plan, session.slot = plan, slot
        session.visit = self._clinic.next_visit()
        self._put(session)

    def _book_for(self, journey: "Journey") -> None:
        self._own[journey.number] = own = []
        for name, entry in self._spec.itinerary.items():
            kind = self._clinic.pathways.kind(self._visit_type(entry))
            if kind.spec.group is not None:
                continue
            plan = self._plan(kind, journey.attributes, 1, journey.served_as)
            for day in entry.days:
                slot = self._search(name, entry, plan, day, journey)
                if slot is None:
                    self._missed(name, 1)
                    continue
                session = Session(name, kind, self._clinic.next_visit(), plan, slot, journey)
                self._put(session)
                own.append(session)

    def give_up_visits_of(self, number: int) -> None:
        """Give back what is still to come of somebody's individual visits."""
        now = self._clinic.env.now
        for session in self._own.pop(number, ()):
            if session.slot.start > now:
                self._take_out(session, "left")

    def give_up(self) -> None:
        """Give everything back: the retreat does not take place."""
        for session in (*self._places, *self._group):
            self._take_out(session, "cancelled")
        for number in list(self._own):
            self.give_up_visits_of(number)
        self._places.clear()
        self._group.clear()
        for worker in {worker.name: worker for worker, _ in self._staff}.values():
            for day in range(self._length):
                self._clinic.roster.no_extra_shift(worker, self._first_day + day, self._name)
        self._give_up_beds()

    def _give_up_beds(self) -> None:
        lodging = self._spec.lodging
        if lodging is not None and self._beds is not None:
            pool = f"rooms.{lodging.room}"
            for night in range(lodging.nights):
                self._clinic.cohorts.beds[pool, self._first_day + night] -= self._beds[1]

    def _put(self, session: Session) -> None:
        clinic, slot, visit_type = self._clinic, session.slot, session.kind.name
        now, patient = clinic.env.now, -1 if session.journey is None else session.journey.number
        clinic.diary.hold(slot)
        clinic.rows["booked"].append(
            (now, session.visit, -1, patient, visit_type, slot.start, slot.end, slot.start, slot.end)
        )
        clinic.rows["held"] += [
            (now, session.visit, hold.pool, hold.person, hold.start, hold.end, hold.units / hold.share)
            for hold in slot.holds
            if hold.contact
        ]

    def _take_out(self, session: Session, reason: str) -> None:
        self._clinic.diary.release(session.slot)
        self._unbook(session, reason, freed=True)

    def _unbook(self, session: Session, reason: str, freed: bool) -> None:
        self._write_unbooked(session, -1 if session.journey is None else session.journey.number, reason, freed)

    def _write_unbooked(self, session: Session, patient: int, reason: str, freed: bool) -> None:
        self._clinic.rows["unbooked"].append(
            (self._clinic.env.now, session.visit, patient, session.kind.name, reason, freed)
        )

    def _missed(self, name: str, people: int) -> None:
        """Count what found no room."""
        self._clinic.rows["retreat"].append((self._clinic.env.now, self._name, self._number, f"missed:{name}", people))

    # The days themselves

    def replace(self, sick: set[str], day: int) -> None:
        """Put colleagues in the place of those who are sick; what then nobody can do is called off and lost."""
        today = [session for session in self._sessions() if session.slot.start // MINUTES_A_DAY == day]
        for session in today:
            if not stand_in(self._clinic, session.plan, session.slot, sick, anybody=True):
                session.called_off = True
                self._take_out(session, "clinic")

    def _sessions(self) -> list[Session]:
        """All visits that are to come or have been, in order of start."""
        sessions = [*self._group, *(session for own in self._own.values() for session in own)]
        return sorted(sessions, key=lambda session: (session.slot.start, session.visit))

    def take_place(self, members: list["Member"]) -> Walk:
        """Live through the visits; members who stop on the way are taken out of the list."""
        env = self._clinic.env
        visits = [env.process(self._play(session, members)) for session in self._sessions()]
        people = len(members)
        if visits:
            yield env.all_of(visits)
        self._write_beds(people)

    def _play(self, session: Session, members: list["Member"]) -> Walk:
        clinic = self._clinic
        yield clinic.env.timeout(max(0.0, session.slot.start - clinic.env.now))
        present = [member for member in members if session.journey in (None, member.journey)]
        for member in present:
            while member.busy is not None and not member.busy.processed:
                yield member.busy
        if session.called_off:
            self._missed(session.entry, len(present))
            return
        present = [member for member in present if member in members and not self._stops(session, member, members)]
        if not present:
            self._unbook(session, "left", freed=False)
            return
        ending = yield self._begin(session, present)
        for member in present:
            if ending.how != "moved" and member in members:
                self._end(session, member, ending, members)
            else:
                member.journey.enter("between")
        if ending.how == "moved":
            for member in present:
                self._write_unbooked(session, member.journey.number, "moved", freed=False)
            self._missed(session.entry, len(present))

    def _begin(self, session: Session, present: list["Member"]) -> Event:
        """Bring those who are there to the floor; give the event that fires with the ending."""
        clinic, address = self._clinic, f"retreat.{session.entry}"
        for member in present:
            member.journey.care.before(session.kind)
        occurrence = max([member.journey.times(address) for member in present])
        guests = [Guest(member.journey.patient, address, occurrence) for member in present]
        visit = on_floor(
            clinic, session.plan, guests,
            number=session.visit, rank=-1.0, arrival=clinic.env.now, slot=session.slot,
        )  # fmt: skip
        done = clinic.floor.admit(visit)
        assert done is not None
        for member in present:
            member.busy = done
            member.visit = visit
            member.journey.enter("visiting")
        return done

    def _stops(self, session: Session, member: "Member", members: list["Member"]) -> bool:
        """Draw, before a dosing, whether somebody stops here."""
        if session.kind.session_of is None or not member.journey.happens(DROP_OUT, self._name, self._spec.drop_out):
            return False
        self._leave(member, "drop_out", members)
        return True

    def _leave(self, member: "Member", reason: str, members: list["Member"]) -> None:
        members.remove(member)
        self.give_up_visits_of(member.journey.number)
        member.over.succeed(reason)

    def _end(self, session: Session, member: "Member", ending: Any, members: list["Member"]) -> None:
        journey = member.journey
        assert member.visit is not None
        own = own_ending(member.visit, ending, journey.number)
        if own.took_place:
            journey.note(session.kind, member.visit, own)
        else:
            self._write_unbooked(session, journey.number, own.how, freed=False)
            self._missed(session.entry, 1)
        journey.enter("between")
        if journey.must_stop(member.visit):
            self._leave(member, "serious_event", members)

    def _write_beds(self, people: int) -> None:
        lodging = self._spec.lodging
        if lodging is not None and self._beds is not None:
            start = self._first_day * MINUTES_A_DAY
            end = min(start + lodging.nights * MINUTES_A_DAY, self._clinic.env.now)
            for unit in range(people):
                self._clinic.rows["occupied"].append((end, self._beds[0], f"rooms.{lodging.room}", unit, start, end))

    def rest(self) -> None:
        """Give the staff their time off afterwards."""
        for worker, _ in self._staff:
            minutes = self._spec.time_off.get(worker.pool, 0.0)
            first = self._first_day + self._length
            self._clinic.roster.time_off(worker, range(first, first + ceil(minutes / MINUTES_A_DAY)))


def _without_skills(plan: VisitPlan) -> VisitPlan:
    """A plan that anybody of the roles can serve."""
    return replace(
        plan,
        staff=tuple(replace(need, skills=frozenset()) for need in plan.staff),
        phases=tuple(
            replace(phase, staff=tuple(replace(need, skills=frozenset()) for need in phase.staff))
            for phase in plan.phases
        ),
    )
