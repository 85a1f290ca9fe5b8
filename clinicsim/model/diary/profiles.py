"""A visit's plan in the form in which the diary searches.

A need of one of several roles is settled for the whole visit: each way to choose the roles is a `Way` of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from math import ceil
from typing import Any, NamedTuple, TypeVar

from clinicsim.model.diary.memo import Memo
from clinicsim.model.diary.needs import ATTENTION, Interval, Need, Pooled, Presence, Seat, Seating, Shape, Share, Thing
from clinicsim.model.diary.pools import Source, Starts, common
from clinicsim.model.parts import PhasePlan, StaffNeed, VisitPlan, seat

Held = tuple[int, int, StaffNeed]
"""A need of people with its minutes after the start and its length."""
Notes = dict[str, tuple[int, int]]
"""By role, the minutes after the start at which its last need ends, and the length of the notes written then."""


class Promise(NamedTuple):
    """What a visit holds of a pool, from and until so many minutes after its start: `seat` is the key of a person's.

    Without `contact` it is for notes.
    """

    pool: str
    seat: str
    begin: int
    end: int
    units: int
    share: int
    skills: frozenset[str] = frozenset()
    serves: frozenset[str] = frozenset()
    contact: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to choose the roles: the seats of named pools, pool by pool, and the needs of pooled ones; the starts at
    which these people are free; and all that the visit holds.
    """

    seats: tuple[Seating, ...]
    pooled: tuple[Pooled, ...]
    people: tuple[Starts, ...]
    promises: tuple[Promise, ...]


def any_way(ways: Sequence[Way], day: int, mask: int) -> int:
    """Give those of the minutes in a mask at which the people of one of the ways are free."""
    if len(ways) == 1:
        return common(ways[0].people, day, mask)
    found = 0
    for way in ways:
        found |= common(way.people, day, mask)
    return found


@dataclass(frozen=True, slots=True)
class RoleCause:
    """A role (or roles joined by "or") as a cause: the ways to meet it alone, with its skills and without."""

    name: str
    name_with_skill: str
    ways: tuple[Way, ...]
    ways_without_skill: tuple[Way, ...]


@dataclass(slots=True, eq=False)
class Profile:
    """All that the diary knows of a plan.

    `things` are its rooms and equipment, by address, and `present` the roles of which somebody must be there, each with
    its starts; `always` are the starts of all that must be free whatever the way. `maybe` has a bit for each day on
    which a start may exist; `seen` counts the releases that it knows of; `hours` gives the starts that the hours of a
    day leave.
    """

    visit_type: str
    length: int
    retreat: str
    ways: tuple[Way, ...]
    things: tuple[tuple[str, Starts], ...]
    present: tuple[tuple[str, Starts], ...]
    causes: tuple[RoleCause, ...]
    maybe: int
    seen: int = 0
    hours: Memo[int, int] = field(init=False)
    always: tuple[Starts, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.always = tuple(starts for _, starts in self.things + self.present)
        if len(self.ways) == 1:
            self.always += self.ways[0].people

    @property
    def minutes(self) -> set[float]:
        """The minutes with the patient that one person, or one pool, gives, in all ways."""
        ways = [*self.ways, *(way for cause in self.causes for way in cause.ways)]
        people = {seat.shape.minutes for way in ways for seating in way.seats for seat in seating.seats}
        return people | {need.minutes for way in ways for need in way.pooled}


AnyNeed = TypeVar("AnyNeed", Shape, Seat, Seating, Pooled, Thing, Presence)


class Compiler:
    """Brings plans into the form for the search.

    `sources` are all pools by address, and the roles of which somebody must be on shift; `named` are the roles booked
    person by person; `told_apart` are the protocols and retreats for which somebody or something is reserved. Plans
    that differ in nothing that matters here have the same profile, and what two plans, or a plan and one of its causes,
    need alike is the same object.
    """

    def __init__(
        self, sources: Mapping[str, Source[Any]], named: frozenset[str], told_apart: frozenset[str], days: int
    ) -> None:
        self._sources = sources
        self._named = named
        self._told_apart = told_apart
        self._days = days
        self._needs: dict[str, Any] = {}
        self._profiles: dict[VisitPlan, Profile] = {}

    def compile(self, plan: VisitPlan) -> Profile:
        """Compile a plan, with each of the days as one on which it may have a start."""
        served_as = plan.served_as if plan.served_as in self._told_apart else ""
        alike = replace(plan, served_as=served_as, remote=False, patients=1)
        profile = self._profiles.get(alike)
        if profile is None:
            profile = self._profiles[alike] = self._compile(alike)
        return profile

    def _compile(self, plan: VisitPlan) -> Profile:
        serves = self._told_apart & {plan.served_as, plan.retreat}
        parts = _parts(plan)
        length = sum(length for _, length, _ in parts)
        held: list[Held] = [(0, length, need) for need in plan.staff]
        held += [(offset, length, need) for offset, length, phase in parts if length for need in phase.staff]
        notes = _notes(plan, held)
        choices = list(dict.fromkeys(need.roles for _, _, need in held))
        causes = [[entry for entry in held if entry[2].roles == roles] for roles in choices]
        things = [self._one(thing) for thing in _things(plan, parts, serves)]
        return Profile(
            visit_type=plan.visit_type,
            length=length,
            retreat=plan.retreat,
            ways=tuple(
                self._way(held, dict(zip(choices, pools, strict=True)), serves, notes, things)
                for pools in product(*choices)
            ),
            things=tuple((thing.pool, self._starts(thing)) for thing in things),
            present=tuple(
                (f"staff.{role}", self._starts(self._one(Presence(f"present.{role}", offset, length))))
                for role, offset, length in _present(plan, parts)
            ),
            causes=tuple(self._role_cause(entries, serves, notes) for entries in causes),
            maybe=(1 << self._days) - 1,
        )

    def _one(self, need: AnyNeed) -> AnyNeed:
        """The one object for all that is alike."""
        one: AnyNeed = self._needs.setdefault(repr(need), need)
        return one

    def _starts(self, need: Need) -> Starts:
        return self._sources[need.pool].starts[need]

    def _way(
        self,
        held: Sequence[Held],
        pool_of: dict[tuple[str, ...], str],
        serves: frozenset[str],
        notes: Notes,
        things: Sequence[Thing] = (),
    ) -> Way:
        by_pool: dict[str, list[Held]] = {}
        for entry in held:
            by_pool.setdefault(pool_of[entry[2].roles], []).append(entry)
        seats, pooled = [], []
        for pool, entries in by_pool.items():
            if pool in self._named:
                seats.append(self._seating(pool, entries, serves, notes))
            else:
                pooled.append(self._one(_pooled(pool, entries, serves, notes)))
        return Way(
            tuple(seats),
            tuple(pooled),
            (*map(self._starts, pooled), *map(self._starts, seats)),
            tuple(_promises(seats, pooled, things)),
        )

    def _seating(self, pool: str, held: Sequence[Held], serves: frozenset[str], notes: Notes) -> Seating:
        seats = [
            self._one(Seat(seat(pool, place), skills, self._one(shape)))
            for place, (skills, shape) in enumerate(_seats(held, serves, notes.get(pool, (0, 0))))
        ]
        return self._one(Seating(f"staff.{pool}", pool, tuple(seats)))

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


def _seats(held: Sequence[Held], serves: frozenset[str], notes: tuple[int, int]) -> list[tuple[frozenset[str], Shape]]:
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
    shapes = [_shape(serves, intervals, notes) for intervals in taken]
    return [(frozenset(asked), shape) for asked, shape in zip(skills, shapes, strict=True)]


def _shape(serves: frozenset[str], intervals: Sequence[tuple[int, int, int, int]], notes: tuple[int, int]) -> Shape:
    """A shape with time for notes too where its last interval ends when these are written."""
    minutes = sum(length / share for _, length, _, share in intervals)
    start, length, amount, share = intervals[-1]
    written = notes[1] if start + length == notes[0] else 0
    return Shape(serves, (*intervals[:-1], (start, length + written, amount, share)), minutes, written)


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


def _promises(seats: Iterable[Seating], pooled: Iterable[Pooled], things: Iterable[Thing]) -> Iterator[Promise]:
    for seating in seats:
        for one in seating.seats:
            yield from _promises_of(seating.pool, one)
    for need in pooled:
        for kept, contact in ((need.holds, True), (need.notes, False)):
            for start, length, kind, units in kept:
                end = start + length
                yield Promise(need.pool, "", start, end, units, kind.share, kind.skills, kind.serves, contact)
    for thing in things:
        for start, length, units in thing.holds:
            yield Promise(thing.pool, "", start, start + length, units, 1)


def _promises_of(pool: str, one: Seat) -> Iterator[Promise]:
    """What is held of the person in a seat: each interval, and apart from the last the time for notes."""
    *before, (last, length, _, share) = one.shape.intervals
    for start, minutes, _, part in before:
        yield Promise(pool, one.key, start, start + minutes, 1, part)
    end = last + length - one.shape.notes
    yield Promise(pool, one.key, last, end, 1, share)
    if one.shape.notes:
        yield Promise(pool, one.key, end, end + one.shape.notes, 1, share, contact=False)
