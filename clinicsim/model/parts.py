"""The nouns that the rooms of the model hand to each other: people, planned visits, requests, bookings."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from clinicsim.model.groups import Session


@dataclass(frozen=True, slots=True)
class Worker:
    """One member of a pool. `number` counts from 0 in the pool, over all who are ever there; `name` is unique in the
    clinic."""

    pool: str
    number: int
    name: str
    skills: frozenset[str]
    only_for: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class StaffNeed:
    """People of a role (or of one of several roles) held by a phase.

    `units` people, each giving 1 / `share` of the attention: `1 per 3` for one patient is units 1, share 3; for a group
    of six it is units 2, share 1. `skills` must all be had. `named` needs are booked for a person and served by that
    person only.
    """

    roles: tuple[str, ...]
    units: int = 1
    share: int = 1
    skills: frozenset[str] = frozenset()
    named: bool = False


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """A phase as booked: minutes reserved, and what is held for just this phase.

    `rooms` and `equipment` are (pool address, units), such as ("rooms.dosing", 1). `present` are (role, rule) that must
    be on shift but are not held. `continuous` phases belong together: the same named person serves all phases of a
    visit.
    """

    name: str
    booked: float
    staff: tuple[StaffNeed, ...] = ()
    rooms: tuple[tuple[str, int], ...] = ()
    equipment: tuple[tuple[str, int], ...] = ()
    watched: bool = False
    present: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """A visit as it is booked for somebody (or for a group of at most `patients`): phases in order, and what is held
    throughout.

    `staff`, `rooms` and `equipment` of the visit are held from its start to the end of its last phase. `turnaround`
    maps a pool address to the booked minutes for which the room is out of use afterwards. `charting` maps a role to the
    minutes of notes that those of it write who serve the last phase that needs it. `served_as` is the protocol
    on whose behalf it is booked (for `only_for`), or "". A visit that belongs to a retreat's days names the `retreat`:
    it lies in that retreat's hours, not in the clinic's.
    """

    visit_type: str
    phases: tuple[PhasePlan, ...]
    staff: tuple[StaffNeed, ...] = ()
    rooms: tuple[tuple[str, int], ...] = ()
    equipment: tuple[tuple[str, int], ...] = ()
    present: tuple[tuple[str, str], ...] = ()
    turnaround: tuple[tuple[str, float], ...] = ()
    charting: tuple[tuple[str, float], ...] = ()
    remote: bool = False
    patients: int = 1
    served_as: str = ""
    retreat: str = ""

    @property
    def booked(self) -> float:
        """Booked minutes from the start to the end of the last phase."""
        return sum(phase.booked for phase in self.phases)


@dataclass(slots=True)
class Request:
    """A wish for an appointment.

    The search takes the start nearest `target` within [`earliest`, `latest`] when `tolerant`, else the first from
    `earliest`; beyond `latest` as soon as possible. `own` maps a role to (the patient's own person, minutes of waiting
    for that person that are accepted; inf for always). `free` gives the minutes of a weekday at which the patient can
    come (None: always), as sorted (start, end) pairs, by weekday 0 to 6. `first_time` is when this step was first asked
    for (rebooking continues a wait); `rank` orders the waiting list with `time` and `number`.
    """

    number: int
    time: float
    patient: int
    plan: VisitPlan
    step: str
    class_: str
    rank: float
    earliest: float
    target: float
    latest: float
    tolerant: bool = False
    own: dict[str, tuple[str, float]] = field(default_factory=dict)
    free: tuple[tuple[tuple[float, float], ...], ...] | None = None
    first: int = -1
    first_time: float = 0.0


class Hold(NamedTuple):
    """What the diary keeps for a booking: a person (or, pooled, "") of a pool, or units of a room or equipment pool.

    `pool` is an address: `staff.nurse`, `rooms.dosing`, `equipment.pump`. Of a room, `end` includes the turnaround.
    `serves` are the protocol and retreat on whose behalf pooled people are held. Without `contact` they are held for
    notes, which no limit of time with patients counts.
    """

    pool: str
    person: str
    start: float
    end: float
    units: int = 1
    share: int = 1
    skills: frozenset[str] = frozenset()
    serves: frozenset[str] = frozenset()
    contact: bool = True


def seat(role: str, place: int) -> str:
    """Give the key in `Slot.people` of the person at this place (from 0) of a named role: the role itself for the
    first."""
    return role if place == 0 else f"{role}#{place + 1}"


@dataclass(slots=True)
class Slot:
    """A start found by the diary, with all that it would hold.

    `people` maps a named role to the person's name. Where several people of one named role serve a visit, the second
    and later ones stand under `seat(role, 1)`, `seat(role, 2)`, ...; the person at a place serves every phase that
    needs so many. `doubled`: somebody else has this start too, by a rule of
    overbooking. `session`: it is one more place in this session of a group, which holds all that it needs already.
    """

    start: float
    end: float
    holds: tuple[Hold, ...]
    people: dict[str, str]
    causes: dict[str, tuple[float, float, float]] | None = None
    doubled: bool = False
    session: "Session | None" = None


@dataclass(slots=True)
class Booking:
    """A promise: a slot kept for a patient, or a place in a `session` of a group."""

    visit: int
    request: Request
    slot: Slot
    booked_at: float
    session: "Session | None" = None
