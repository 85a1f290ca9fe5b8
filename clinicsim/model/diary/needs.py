"""A visit's plan in the form in which the diary searches: whole minutes from the start, by pool.

A need of one of several roles is settled for the whole visit: each way to choose the roles is a `Way` of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from math import ceil

from clinicsim.model.parts import PhasePlan, StaffNeed, VisitPlan, seat

ATTENTION = 720720
"""One person's whole attention in parts, so that shares from 1/1 to 1/16 are whole numbers."""

Interval = tuple[int, int, int]
"""Minutes after the start, length, and amount."""
Held = tuple[int, int, StaffNeed]
"""A need of people with its minutes after the start and its length."""
Notes = dict[str, tuple[int, int]]
"""By role, the minutes after the start at which its last need ends, and the length of the notes written then."""


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """A person of a named pool: the same one in all intervals, each with a part of the attention."""

    key: str
    skills: frozenset[str]
    serves: frozenset[str]
    intervals: tuple[tuple[int, int, int, int], ...]
    """Minutes after the start, length, parts of the attention, and the share from which they come; notes are part of
    the last."""
    minutes: float
    """Minutes with the patient, by attention."""
    notes: int = 0
    """Minutes of the last interval for which notes are written."""

    @property
    def booked(self) -> float:
        """Minutes that are booked, by attention, notes among them."""
        return self.minutes + self.notes / self.intervals[-1][3]


@dataclass(frozen=True, slots=True, eq=False)
class Seating:
    """All seats of a visit in one named pool."""

    pool: str
    role: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A kind of need of a pooled role: 1/`share` of a person with these skills who serves any of these."""

    share: int
    skills: frozenset[str]
    serves: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """What a visit needs of a pooled role: at each of its parts so many of each kind of share.

    `segments` are the parts, time for notes included; `holds` is what is kept with the patient, and `notes` afterwards.
    """

    pool: str
    segments: tuple[tuple[int, int, tuple[tuple[Share, int], ...]], ...]
    holds: tuple[tuple[int, int, Share, int], ...]
    notes: tuple[tuple[int, int, Share, int], ...]
    minutes: float

    @property
    def booked(self) -> float:
        """Minutes that are booked, by attention, notes among them."""
        return self.minutes + sum(length * units / share.share for _, length, share, units in self.notes)


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """Rooms or equipment of a pool.

    `segments` are the parts of the visit with the units out of use meanwhile, turnaround included; `uses` are the parts
    in which they must be open; `holds` are what is kept, (minutes after the start, length with turnaround, units).
    """

    pool: str
    segments: tuple[Interval, ...]
    uses: tuple[tuple[int, int], ...]
    holds: tuple[Interval, ...]
    serves: frozenset[str]


Need = Seating | Pooled | Thing
"""What a visit needs of one pool, known by its address; needs are told apart by identity."""


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to choose the roles: the seats of named pools, pool by pool, and the needs of pooled ones."""

    seats: tuple[Seating, ...]
    pooled: tuple[Pooled, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class RoleCause:
    """A role (or roles joined by "or") as a cause: the ways to meet it alone, with its skills and without."""

    name: str
    name_with_skill: str
    ways: tuple[Way, ...]
    ways_without_skill: tuple[Way, ...]


@dataclass(slots=True)
class Profile:
    """All that the diary knows of a plan. `maybe` has a bit for each day on which a start may exist; `seen` counts the
    releases that it knows of; `hours` keeps the starts that the hours of a day leave, `days` what was found on a day,
    with the version of the day.
    """

    plan: VisitPlan
    length: int
    ways: tuple[Way, ...]
    things: tuple[Thing, ...]
    present: tuple[tuple[str, int, int], ...]
    causes: tuple[RoleCause, ...]
    maybe: int
    seen: int = 0
    hours: dict[int, int] = field(default_factory=dict)
    days: dict[int, tuple[int, int]] = field(default_factory=dict)
    tallies: dict[tuple[object, ...], tuple[int, int, dict[str, tuple[float, int, int]]]] = field(default_factory=dict)

    @property
    def minutes(self) -> set[float]:
        """The minutes with the patient that one person, or one pool, gives, in all ways."""
        causes = [way for cause in self.causes for way in cause.ways]
        people = {seat.minutes for way in (*self.ways, *causes) for seating in way.seats for seat in seating.seats}
        return people | {need.minutes for way in (*self.ways, *causes) for need in way.pooled}


@dataclass(slots=True)
class Compiler:
    """Brings plans into the form for the search; `named` are the roles booked person by person.

    What two plans, or a plan and one of its causes, need alike is the same object, so that what is worked out for one
    serves the other.
    """

    named: frozenset[str]
    _seats: dict[str, Seat] = field(default_factory=dict)
    _seatings: dict[str, Seating] = field(default_factory=dict)
    _pooled: dict[str, Pooled] = field(default_factory=dict)

    def compile(self, plan: VisitPlan, maybe: int) -> Profile:
        """Compile a plan; `maybe` are the days on which it may have a start."""
        serves = frozenset(name for name in (plan.served_as, plan.retreat) if name)
        parts = _parts(plan)
        held: list[Held] = [(0, sum(length for _, length, _ in parts), need) for need in plan.staff]
        held += [(offset, length, need) for offset, length, phase in parts if length for need in phase.staff]
        notes = _notes(plan, held)
        choices = list(dict.fromkeys(need.roles for _, _, need in held))
        causes = [[entry for entry in held if entry[2].roles == roles] for roles in choices]
        return Profile(
            plan=plan,
            length=sum(length for _, length, _ in parts),
            ways=tuple(
                self._way(held, dict(zip(choices, pools, strict=True)), serves, notes) for pools in product(*choices)
            ),
            things=_things(plan, parts, serves),
            present=_present(plan, parts),
            causes=tuple(self._role_cause(entries, serves, notes) for entries in causes),
            maybe=maybe,
        )

    def _way(
        self, held: Sequence[Held], pool_of: dict[tuple[str, ...], str], serves: frozenset[str], notes: Notes
    ) -> Way:
        by_pool: dict[str, list[Held]] = {}
        for entry in held:
            by_pool.setdefault(pool_of[entry[2].roles], []).append(entry)
        seats, pooled = [], []
        for pool, entries in by_pool.items():
            if pool in self.named:
                made = tuple(self._seats.setdefault(repr(one), one) for one in _seats(pool, entries, serves, notes))
                seats.append(self._seatings.setdefault(repr(made), Seating(f"staff.{pool}", pool, made)))
            else:
                need = _pooled(pool, entries, serves, notes)
                pooled.append(self._pooled.setdefault(repr(need), need))
        return Way(tuple(seats), tuple(pooled), (*pooled, *seats))

    def _role_cause(self, held: Sequence[Held], serves: frozenset[str], notes: Notes) -> RoleCause:
        roles = held[0][2].roles
        skills = frozenset[str]().union(*(need.skills for _, _, need in held))
        plain = [(start, length, replace(need, skills=frozenset())) for start, length, need in held]
        name = f"staff.{' or '.join(roles)}"
        return RoleCause(
            name,
            f"{name}[{'+'.join(sorted(skills))}]",
            tuple(self._way(held, {roles: role}, serves, notes) for role in roles),
            tuple(self._way(plain, {roles: role}, serves, notes) for role in roles) if skills else (),
        )


Part = tuple[int, int, PhasePlan]
"""A phase with its minutes after the start and its length."""


def _parts(plan: VisitPlan) -> list[Part]:
    lengths = [ceil(phase.booked) for phase in plan.phases]
    return [(sum(lengths[:place]), lengths[place], phase) for place, phase in enumerate(plan.phases)]


def _present(plan: VisitPlan, parts: Sequence[Part]) -> tuple[tuple[str, int, int], ...]:
    whole = [(role, 0, sum(length for _, length, _ in parts)) for role, _ in plan.present]
    return (*whole, *((role, offset, length) for offset, length, phase in parts for role, _ in phase.present))


def _notes(plan: VisitPlan, held: Sequence[Held]) -> Notes:
    """When those of each role who write notes begin to: at the end of the last need of their role."""
    ends = {role: [start + length for start, length, need in held if role in need.roles] for role, _ in plan.charting}
    return {role: (max(ends[role]), int(minutes)) for role, minutes in plan.charting if ends[role]}


def _seats(pool: str, held: Sequence[Held], serves: frozenset[str], notes: Notes) -> tuple[Seat, ...]:
    """Give each unit of a need a seat: the k-th of each phase is the same person, beside those of the whole visit."""
    taken: list[list[tuple[int, int, int, int]]] = []
    skills: list[set[str]] = []
    for start, length, need in held:
        for _ in range(need.units):
            place = _free_seat(taken, start)
            if place == len(taken):
                taken.append([])
                skills.append(set())
            _append(taken[place], (start, length, -(-ATTENTION // need.share), need.share))
            skills[place].update(need.skills)
    return tuple(
        _seat(seat(pool, place), frozenset(skills[place]), serves, intervals, notes.get(pool, (0, 0)))
        for place, intervals in enumerate(taken)
    )


def _seat(
    key: str,
    skills: frozenset[str],
    serves: frozenset[str],
    intervals: Sequence[tuple[int, int, int, int]],
    notes: tuple[int, int],
) -> Seat:
    """A seat, held for notes too where its last interval ends when these are written."""
    minutes = sum(length / share for _, length, _, share in intervals)
    start, length, amount, share = intervals[-1]
    written = notes[1] if start + length == notes[0] else 0
    return Seat(key, skills, serves, (*intervals[:-1], (start, length + written, amount, share)), minutes, written)


def _free_seat(taken: Sequence[Sequence[tuple[int, int, int, int]]], start: int) -> int:
    for place, intervals in enumerate(taken):
        last = intervals[-1]
        if last[0] + last[1] <= start:
            return place
    return len(taken)


def _append(intervals: list[tuple[int, int, int, int]], new: tuple[int, int, int, int]) -> None:
    """Append an interval, or lengthen the last where the new one follows it with the same amounts."""
    if intervals:
        start, length, *amounts = intervals[-1]
        if start + length == new[0] and tuple(amounts) == new[2:]:
            intervals[-1] = (start, length + new[1], new[2], new[3])
            return
    intervals.append(new)


def _pooled(pool: str, held: Sequence[Held], serves: frozenset[str], notes: Notes) -> Pooled:
    end, minutes = notes.get(pool, (0, 0))
    written = [(end, minutes, need) for start, length, need in held if minutes and start + length == end]
    holds = _holds(_segments(held, serves))
    return Pooled(
        f"staff.{pool}",
        _segments([*held, *written], serves),
        holds,
        _holds(_segments(written, serves)),
        sum(length * units / share.share for _, length, share, units in holds),
    )


Segment = tuple[int, int, tuple[tuple[Share, int], ...]]


def _segments(held: Sequence[Held], serves: frozenset[str]) -> tuple[Segment, ...]:
    edges = sorted({edge for start, length, _ in held for edge in (start, start + length)})
    segments: list[Segment] = []
    for first, until in pairwise(edges):
        amounts = _amounts((need for start, length, need in held if start <= first < start + length), serves)
        if segments and segments[-1][2] == amounts and sum(segments[-1][:2]) == first:
            segments[-1] = (segments[-1][0], segments[-1][1] + until - first, amounts)
        elif amounts:
            segments.append((first, until - first, amounts))
    return tuple(segments)


def _holds(segments: Iterable[Segment]) -> tuple[tuple[int, int, Share, int], ...]:
    return tuple((start, length, share, units) for start, length, amounts in segments for share, units in amounts)


def _amounts(needs: Iterable[StaffNeed], serves: frozenset[str]) -> tuple[tuple[Share, int], ...]:
    amounts: dict[Share, int] = {}
    for need in needs:
        share = Share(need.share, need.skills, serves)
        amounts[share] = amounts.get(share, 0) + need.units
    return tuple(sorted(amounts.items(), key=lambda entry: (entry[0].share, sorted(entry[0].skills))))


def _things(plan: VisitPlan, parts: Sequence[Part], serves: frozenset[str]) -> tuple[Thing, ...]:
    """Rooms and equipment by pool. What follows on in the next phase stays the same unit; turnaround comes after the
    last."""
    turnaround = dict(plan.turnaround)
    found: dict[str, list[tuple[int, int, int]]] = {}
    for pool, units in plan.rooms + plan.equipment:
        found.setdefault(pool, []).append((0, sum(length for _, length, _ in parts), units))
    for offset, length, phase in parts:
        for pool, units in phase.rooms + phase.equipment:
            intervals = found.setdefault(pool, [])
            if intervals and sum(intervals[-1][:2]) == offset and intervals[-1][2] == units:
                intervals[-1] = (intervals[-1][0], intervals[-1][1] + length, units)
            else:
                intervals.append((offset, length, units))
    return tuple(_thing(pool, intervals, ceil(turnaround.get(pool, 0.0)), serves) for pool, intervals in found.items())


def _thing(pool: str, intervals: Sequence[Interval], turnaround: int, serves: frozenset[str]) -> Thing:
    holds = tuple((start, length + turnaround, units) for start, length, units in intervals)
    edges = sorted({edge for start, length, _ in holds for edge in (start, start + length)})
    segments: list[Interval] = []
    for first, until in pairwise(edges):
        units = sum(amount for start, length, amount in holds if start <= first < start + length)
        if segments and segments[-1][2] == units and sum(segments[-1][:2]) == first:
            segments[-1] = (segments[-1][0], segments[-1][1] + until - first, units)
        elif units:
            segments.append((first, until - first, units))
    return Thing(pool, tuple(segments), tuple((start, length) for start, length, _ in intervals), holds, serves)
