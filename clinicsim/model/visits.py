"""One visit as it really goes: how long its phases last, what goes wrong in them, who is there to fetch the patient.

Everything is drawn by key when the patients come: lengths and events by patient, step and attempt; the length of a
group's phases once for the group, by its day and what names it there. Nothing here knows the clock.
"""

import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from clinicsim.model.attendance import Chance, chance_of
from clinicsim.model.calendar import MINUTES_A_DAY
from clinicsim.model.floor import Aid, Ending, FloorVisit, Happening
from clinicsim.model.parts import StaffNeed
from clinicsim.model.plans import roles_of
from clinicsim.model.sampling import Attributes, Sampler, is_random, sampler
from clinicsim.scenario.visits import VITALS

if TYPE_CHECKING:
    from clinicsim.model.clinic import Clinic
    from clinicsim.model.parts import Slot, VisitPlan
    from clinicsim.model.patients import Patient
    from clinicsim.model.streams import Streams
    from clinicsim.scenario.quantities import Quantity
    from clinicsim.scenario.scenario import Scenario
    from clinicsim.scenario.visits import AdverseEvent, Visit

LENGTH = "visit.length"
GROUP_LENGTH = "visit.group_length"
TURNAROUND = "visit.turnaround"
ADVERSE = "visit.adverse"
ADVERSE_MOMENT = "visit.adverse.moment"
ADVERSE_ADDS = "visit.adverse.adds"
ADVERSE_ABORT = "visit.adverse.abort"
ADVERSE_ENDS_COURSE = "visit.adverse.ends_course"
ADVERSE_TRANSFER = "visit.adverse.transfer"
NOT_TODAY = "visit.not_today"
NOT_TODAY_TAKES = "visit.not_today.takes"
ESCORT = "visit.escort"
ESCORT_ADDS = "visit.escort.adds"


class Guest(NamedTuple):
    """Somebody who comes to a visit: at which step (its address), and how often they have tried that before."""

    patient: "Patient"
    step: str
    occurrence: int


def on_floor(
    clinic: "Clinic",
    plan: "VisitPlan",
    guests: Sequence[Guest],
    *,
    number: int,
    rank: float,
    arrival: float,
    slot: "Slot | None" = None,
    drawn_as: tuple[str, int] | None = None,
) -> FloorVisit:
    """Give a visit with all that happens in it, for the floor to play.

    `slot` is what was booked, None for a walk-in. `drawn_as` names, beside the day, what is drawn once for a group; the
    step and attempt of its first member when left out. An adverse event adds its time to its phase (in a group, the
    longest that any member needs); an abort or a transfer ends the session of a single patient at its moment. In a
    group it ends that member's only: see `own_ending`. In a visit that is called off nothing else goes wrong.
    """
    kind = _kind(clinic.scenario, plan.visit_type)
    streams = clinic.streams
    first, step, occurrence = guests[0]
    subject, purpose = first.key, LENGTH
    if len(guests) > 1:
        subject, purpose = clinic.calendar.ordinal(int(arrival // MINUTES_A_DAY)), GROUP_LENGTH
        step, occurrence = drawn_as or (step, occurrence)
    lengths = []
    for part, phase in zip(kind.parts, plan.phases, strict=True):
        if part.draw is None:
            lengths.append(phase.booked)
        elif part.random:
            uniform = streams.uniform(purpose, subject, step + part.suffix, occurrence)
            lengths.append(max(0.0, part.draw(uniform, first.attributes)))
        else:
            lengths.append(part.draw(0.5, first.attributes))
    visit = FloorVisit(
        number=number,
        patients=tuple([guest.patient.number for guest in guests]),
        visit_type=plan.visit_type,
        steps=tuple([guest.step for guest in guests]),
        plan=plan,
        lengths=tuple(lengths),
        appointment=None if slot is None else slot.start,
        arrival=arrival,
        rank=rank,
        people={} if slot is None else slot.people,
        yields=kind.yields,
        places=kind.places,
    )
    if kind.turnarounds and plan.turnaround:
        visit.turnarounds = kind.turnarounds_of(plan, streams, subject, step, occurrence, first.attributes)
    if kind.not_today is not None:
        kind.not_today.draw(visit, guests, streams)
        if visit.cut is not None:
            return visit
    if kind.events:
        kind.add_events(visit, guests, streams)
    if kind.escort is not None:
        kind.add_escort(visit, guests, streams)
    return visit


def will_do_today(clinic: "Clinic", visit_type: str, guest: Guest) -> bool:
    """Say whether somebody who comes to a visit will not be told there that today it cannot be."""
    rule = _kind(clinic.scenario, visit_type).not_today
    return rule is None or not rule.calls_off(guest, clinic.streams)


def own_ending(visit: FloorVisit, ending: Ending, patient: int) -> Ending:
    """Give the ending for one member of a group: aborted, or called off, where it was so for this member alone."""
    if patient in visit.called_off and ending.how == "completed":
        return replace(ending, how="not_today", dose_began=None)
    if visit.cut is not None or ending.how != "completed":
        return ending
    stop = next((event for event in visit.happenings if event.patient == patient and _ends_session(event)), None)
    if stop is None:
        return ending
    names = [phase.name for phase in visit.plan.phases]
    longest = max(range(len(names)), key=lambda index: (visit.plan.phases[index].booked, -index))
    journey = names.index("journey") if "journey" in names else longest
    dose = names.index("dose") if "dose" in names else 0
    booked = visit.plan.phases[journey].booked
    share = ending.journey_share
    if stop.phase <= journey:
        share = stop.minute / booked if stop.phase == journey and booked > 0.0 else 0.0
    return replace(
        ending, how="aborted", journey_share=share, dose_began=ending.dose_began if stop.phase >= dose else None
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A phase: how its length is drawn (None: as booked), and what is added to the step's address to name the draw."""

    draw: Sampler | None
    random: bool
    suffix: str


@dataclass(frozen=True, slots=True)
class _Event:
    """An adverse event, read once for a run."""

    name: str
    chance: Chance
    phase: int
    adds: Sampler
    staff: tuple[StaffNeed, ...]
    abort: float
    ends_course: float
    transfer: float


@dataclass(frozen=True, slots=True)
class _NotToday:
    """When a visit is called off on the day, read once for a run."""

    chance: Chance
    phase: int
    takes: Sampler | None

    def calls_off(self, guest: Guest, streams: "Streams") -> bool:
        """Draw whether today will not do for somebody."""
        patient, step, occurrence = guest
        return streams.uniform(NOT_TODAY, patient.key, step, occurrence) < self.chance(patient.attributes)

    def draw(self, visit: FloorVisit, guests: Sequence[Guest], streams: "Streams") -> None:
        """Draw for whom today will not do; the visit of a single patient ends there."""
        visit.called_off = frozenset(guest.patient.number for guest in guests if self.calls_off(guest, streams))
        if visit.called_off and len(guests) == 1:
            minutes = visit.lengths[self.phase]
            if self.takes is not None:
                patient, step, occurrence = guests[0]
                minutes = self.takes(
                    streams.uniform(NOT_TODAY_TAKES, patient.key, step, occurrence), patient.attributes
                )
            visit.cut = (self.phase, minutes)


class _Kind:
    """A visit type as the floor needs it, read once for a run."""

    def __init__(self, scenario: "Scenario", name: str) -> None:
        visit = scenario.visits[name]
        self.parts = _parts(visit)
        self.events = tuple(_event(key, event, visit) for key, event in visit.adverse_events.items())
        self.not_today = _not_today(visit) if visit.not_today is not None else None
        self.turnarounds = _random_turnarounds(scenario)
        self.yields = bool(visit.walk_in is not None and visit.walk_in.yields)
        self.places = visit.walk_in.places if visit.walk_in is not None else None
        self.escort: tuple[float, Sampler] | None = None
        if visit.escort is not None and not visit.remote and visit.escort.missing > 0.0:
            self.escort = (visit.escort.missing, sampler(visit.escort.adds))

    def turnarounds_of(
        self, plan: "VisitPlan", streams: "Streams", subject: int, step: str, occurrence: int, attributes: Attributes
    ) -> tuple[tuple[str, float], ...]:
        """Draw for how long each room or piece of equipment is out of use afterwards, where that is random."""
        return tuple(
            (
                address,
                self.turnarounds[address](
                    streams.uniform(TURNAROUND, subject, f"{step}.{address}", occurrence), attributes
                ),
            )
            for address, _ in plan.turnaround
            if address in self.turnarounds
        )

    def add_events(self, visit: FloorVisit, guests: Sequence[Guest], streams: "Streams") -> None:
        """Draw what goes wrong, and let it lengthen, staff or end the visit."""
        found = [
            (happening, event)
            for guest in guests
            for event in self.events
            if (happening := _happens(event, visit, guest, streams)) is not None
        ]
        if not found:
            return
        single = len(guests) == 1
        ends = [happening for happening, _ in found if _ends_session(happening)] if single else []
        if ends:
            first = min(ends, key=lambda happening: (happening.phase, happening.minute))
            visit.cut = (first.phase, first.minute)
            found = [entry for entry in found if (entry[0].phase, entry[0].minute) <= visit.cut]
        visit.happenings = tuple(happening for happening, _ in found)
        visit.lengths = _lengthened(visit)
        visit.aids = tuple(
            Aid(happening.phase, happening.minute, happening.minutes, event.staff)
            for happening, event in found
            if event.staff and happening.minutes > 0.0
        )

    def add_escort(self, visit: FloorVisit, guests: Sequence[Guest], streams: "Streams") -> None:
        """Draw whether nobody comes for the patient, and how much longer they then stay; in a group, the longest."""
        assert self.escort is not None
        missing, adds = self.escort
        for patient, step, occurrence in guests:
            if streams.uniform(ESCORT, patient.key, step, occurrence) < missing:
                u = streams.uniform(ESCORT_ADDS, patient.key, step, occurrence)
                visit.hold_room_after = max(visit.hold_room_after, adds(u, patient.attributes))


def _happens(event: _Event, visit: FloorVisit, guest: Guest, streams: "Streams") -> Happening | None:
    patient, step, occurrence = guest
    chance = event.chance(patient.attributes)
    if chance <= 0.0:
        return None
    uniform, key, address = streams.uniform, patient.key, f"{step}.{event.name}"
    if uniform(ADVERSE, key, address, occurrence) >= chance:
        return None
    aborted = event.abort > 0.0 and uniform(ADVERSE_ABORT, key, address, occurrence) < event.abort
    ends_course = event.ends_course > 0.0 and uniform(ADVERSE_ENDS_COURSE, key, address, occurrence) < event.ends_course
    transferred = event.transfer > 0.0 and uniform(ADVERSE_TRANSFER, key, address, occurrence) < event.transfer
    ends = aborted or transferred
    return Happening(
        name=event.name,
        patient=patient.number,
        phase=event.phase,
        minute=uniform(ADVERSE_MOMENT, key, address, occurrence) * visit.lengths[event.phase],
        minutes=0.0 if ends else event.adds(uniform(ADVERSE_ADDS, key, address, occurrence), patient.attributes),
        needs_action=ends or bool(event.staff),
        aborted=aborted,
        ends_course=ends_course,
        transferred=transferred,
    )


def _ends_session(happening: Happening) -> bool:
    return happening.aborted or happening.transferred


def _lengthened(visit: FloorVisit) -> tuple[float, ...]:
    """The lengths with what events add: all of one patient's, and of a group the member's who needs most."""
    added: list[dict[int, float]] = [{} for _ in visit.lengths]
    for happening in visit.happenings:
        of_phase = added[happening.phase]
        of_phase[happening.patient] = of_phase.get(happening.patient, 0.0) + happening.minutes
    return tuple(length + max(more.values(), default=0.0) for length, more in zip(visit.lengths, added, strict=True))


def _parts(visit: "Visit") -> tuple[_Part, ...]:
    if not visit.phases:
        return (_part(visit.takes, ""),)
    return tuple(_part(phase.takes, f".{name}") for name, phase in visit.phases.items())


def _part(takes: "Quantity | None", suffix: str) -> _Part:
    if takes is None:
        return _Part(None, False, suffix)
    return _Part(sampler(takes), is_random(takes), suffix)


def _event(name: str, event: "AdverseEvent", visit: "Visit") -> _Event:
    phases = list(visit.phases)
    phase = phases.index(event.during) if event.during is not None else max(0, len(phases) - 1)
    staff = tuple(StaffNeed(roles_of(roles), need.count, need.per) for roles, need in event.staff.items())
    return _Event(
        name,
        chance_of(event.chance),
        phase,
        sampler(event.adds),
        staff,
        event.abort,
        event.ends_course,
        event.transfer,
    )


def _not_today(visit: "Visit") -> _NotToday:
    rule, phases = visit.not_today, list(visit.phases)
    assert rule is not None
    after = rule.after or VITALS
    takes = sampler(rule.takes) if rule.takes is not None else None
    return _NotToday(chance_of(rule.chance), phases.index(after) if after in phases else 0, takes)


def _random_turnarounds(scenario: "Scenario") -> Mapping[str, Sampler]:
    pools = {f"rooms.{name}": pool for name, pool in scenario.rooms.items()}
    pools |= {f"equipment.{name}": pool for name, pool in scenario.equipment.items()}
    return {address: sampler(pool.turnaround) for address, pool in pools.items() if is_random(pool.turnaround)}


_KINDS: dict[int, dict[str, _Kind]] = {}


def _kind(scenario: "Scenario", visit_type: str) -> _Kind:
    """The visit type of a scenario; kept for as long as the scenario lives."""
    kinds = _KINDS.get(id(scenario))
    if kinds is None:
        kinds = _KINDS[id(scenario)] = {}
        weakref.finalize(scenario, _KINDS.pop, id(scenario), None)
    kind = kinds.get(visit_type)
    if kind is None:
        kind = kinds[visit_type] = _Kind(scenario, visit_type)
    return kind
