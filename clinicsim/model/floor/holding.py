"""What a phase needs, and whether it is free now: people with the skills, units, somebody around; and claims."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from clinicsim.model.floor.people import FULL, Person, Pools, StaffPool, UnitPool
from clinicsim.model.parts import PhasePlan, StaffNeed, VisitPlan, seat

NO_CLAIMS = -1
"""Stands for a scan in which nothing is claimed."""

Ranked = tuple[list[Person], Callable[[Person], tuple[float, int]]]
"""People among whom to choose, and what puts them in order."""


class Need:
    """People whom a phase needs: `units` of them with so much `amount` of attention each, and who may be one of them.

    `named` people, one a unit, are the only ones who will do; None where the need is pooled.
    """

    __slots__ = ("amount", "cause", "named", "pools", "serves", "share", "skills", "units")

    def __init__(
        self, need: StaffNeed, pools: tuple[StaffPool, ...], serves: frozenset[str], named: "tuple[Person, ...] | None"
    ) -> None:
        self.pools = pools
        self.units = need.units
        self.share = 1.0 / need.share
        self.amount = FULL // need.share
        self.skills = need.skills
        self.serves = serves
        self.named = named
        self.cause = "staff." + " or ".join(need.roles)

    def will_do(self, person: Person) -> bool:
        """Say whether somebody of the pool has the skills and serves this visit's kind of care."""
        only_for = person.only_for
        return self.skills <= person.worker.skills and (only_for is None or not only_for.isdisjoint(self.serves))

    def may_be(self, person: Person) -> bool:
        """Say whether somebody is one of those who can meet the need."""
        return person in self.named if self.named is not None else person.pool in self.pools and self.will_do(person)

    def could_ever(self) -> bool:
        """Say whether there are people enough with the skills in the pools, at whatever time."""
        able = sum(self.skills <= person.worker.skills for pool in self.pools for person in pool.people)
        return able >= (len(self.named) if self.named is not None else self.units)

    def capable(self) -> int:
        """Count those at work, not leaving, who could serve it, busy or not."""
        first = self.pools[0]
        if len(self.pools) == 1 and not (self.skills or first.restricted):
            return first.present
        return sum(person.on and self.will_do(person) for pool in self.pools for person in pool.people)

    def in_reach(self) -> bool:
        """Say whether enough people are at work, or come to work later today, for it to be met at some time today."""
        if self.named is not None:
            return all(person.on or person.coming for person in self.named)
        lacking = self.units - self.capable()
        return lacking <= 0 or lacking <= sum(
            person.coming and self.will_do(person) for pool in self.pools for person in pool.people
        )

    def choose(
        self, scan: int, own: "Held | None", begun: bool, barred: Sequence[Person] = ()
    ) -> Sequence[Person] | None:
        """Find people for it who are free now and not claimed in this scan; None when there are too few.

        First the one kept for this very visit (`own`), then those who watch somebody and have room (the fullest
        first), then the idle (least worked today first), then, for visits begun, those who stay after their shift;
        ties by order. Nobody in `barred` is taken.
        """
        amount = self.amount
        if self.named is not None:
            return self.named if self._named_are_free(scan, own, begun) else None
        if self.units == 1 and not barred:
            if own is not None and self.may_be(own.person) and own.covers(amount, scan):
                return (own.person,)
            person = self._choose_one(scan, begun, None if own is None else own.person)
            return None if person is None else (person,)
        chosen: list[Person] = []
        if own is not None and own.person not in barred and self.may_be(own.person) and own.covers(amount, scan):
            chosen.append(own.person)
        seen = [*chosen, *barred] if own is None else [own.person, *chosen, *barred]
        for people, key in self._ranked(begun):
            if len(chosen) >= self.units:
                break
            fit = [person for person in people if person.free >= amount and self._is_open(person, scan, seen)]
            fit.sort(key=key)
            chosen += fit[: self.units - len(chosen)]
        return chosen if len(chosen) >= self.units else None

    def _choose_one(self, scan: int, begun: bool, barred: Person | None) -> Person | None:
        """Find one person, as `choose` does, without sorting anybody."""
        amount, skills = self.amount, self.skills
        idle: Person | None = None
        for pool in self.pools:
            anybody = not skills and not pool.restricted
            fullest = first_idle = None
            for person in pool.people:
                free = person.free
                if (
                    free >= amount
                    and person.on
                    and person.claim != scan
                    and person is not barred
                    and (anybody or self.will_do(person))
                ):
                    if free < FULL:
                        if fullest is None or free < fullest.free:
                            fullest = person
                    elif first_idle is None or person.worked < first_idle.worked:
                        first_idle = person
            if fullest is not None:
                return fullest
            idle = idle or first_idle
        if idle is None and begun:
            return self._one_who_stays(scan, barred)
        return idle

    def _one_who_stays(self, scan: int, barred: Person | None) -> Person | None:
        for people, key in self._staying():
            fit = [person for person in people if person.free >= self.amount and self._is_open(person, scan, (barred,))]
            if fit:
                return min(fit, key=key)
        return None

    def _named_are_free(self, scan: int, own: "Held | None", begun: bool) -> bool:
        for person in self.named or ():
            if own is not None and own.person is person:
                if not own.covers(self.amount, scan):
                    return False
            elif person.free < self.amount or person.claim == scan or not (person.on or (begun and person.leaving)):
                return False
        return True

    def _ranked(self, begun: bool) -> list[Ranked]:
        at_work = [[person for person in pool.people if person.on and person.free] for pool in self.pools]
        ranked: list[Ranked] = []
        ranked += [([person for person in people if person.free < FULL], _fullest) for people in at_work]
        ranked += [([person for person in people if person.free == FULL], _least_worked) for people in at_work]
        return ranked + self._staying() if begun else ranked

    def _staying(self) -> list[Ranked]:
        return [
            ([person for person in pool.people if person.leaving and person.away_for == 0.0], _fullest)
            for pool in self.pools
        ]

    def choose_one(self, scan: int, barred: Sequence[Person]) -> Person | None:
        """Find one person for it who is free now; nobody in `barred`."""
        for people, key in self._ranked(begun=True):
            fit = [person for person in people if person.free >= self.amount and self._is_open(person, scan, barred)]
            if fit:
                return min(fit, key=key)
        return None

    def _is_open(self, person: Person, scan: int, barred: Sequence[Person | None]) -> bool:
        return person.claim != scan and person not in barred and self.will_do(person)

    def claim(self, scan: int) -> None:
        """Lay hand on the people who are free now; where they are too few, on what is left of those who have most
        left.
        """
        if self.named is not None:
            for person in self.named:
                person.claim = scan
            return
        present = [
            person
            for pool in self.pools
            for person in pool.people
            if person.on and person.free and self.will_do(person)
        ]
        present.sort(key=lambda person: (person.free < self.amount, -person.free, person.worked, person.order))
        for person in present[: self.units]:
            person.claim = scan


def _fullest(person: Person) -> tuple[float, int]:
    return (person.free, person.order)


def _least_worked(person: Person) -> tuple[float, int]:
    return (person.worked, person.order)


@dataclass(slots=True)
class Held:
    """Attention that somebody gives, since when: `amount` in parts of `FULL`, `share` as a number."""

    person: Person
    amount: int
    share: float
    since: float

    def covers(self, amount: int, scan: int) -> bool:
        """Say whether the person has so much for this visit, what they give it already counted."""
        if amount <= self.amount:
            return True
        return self.person.claim != scan and self.person.free + self.amount >= amount


class PhaseNeeds:
    """All that one phase of a visit needs together, ready to be looked for: people, units, and who must be around.

    `units` are (pool, how many) for the phase, `kept_units` those of the visit, taken with the first phase and kept to
    the end. `places` are the staff needs, each once for each of its people. `watched` phases are followed by one before
    which the patient is not left alone; `last` says that none follows, `dose` and `journey` that it is the one of that
    name, or stands for it.
    """

    __slots__ = (
        "booked", "causes", "dose", "journey", "kept_units", "last", "name", "places", "present", "staff", "tangled",
        "units", "watched",
    )  # fmt: skip

    def __init__(
        self,
        phase: PhasePlan,
        following: PhasePlan | None,
        staff: tuple[Need, ...],
        units: tuple[tuple[UnitPool, int], ...],
        kept_units: tuple[tuple[UnitPool, int], ...],
        present: tuple[StaffPool, ...],
    ) -> None:
        self.name = phase.name
        self.booked = phase.booked
        self.last = following is None
        self.watched = phase.watched and following is not None and following.watched
        self.dose = self.journey = False
        self.staff = staff
        self.places = tuple(need for need in staff for _ in range(len(need.named) if need.named else need.units))
        self.units = units
        self.kept_units = kept_units
        self.present = present
        self.causes = tuple(
            dict.fromkeys(
                [need.cause for need in staff]
                + [pool.address for pool, _ in kept_units + units]
                + [pool.address for pool in present]
            )
        )
        pools = [id(pool) for need in staff for pool in need.pools]
        self.tangled = len(set(pools)) < len(pools)

    def in_the_way(self, scan: int, own: Held | None, begun: bool) -> tuple[str, ...]:
        """Give the causes in the way of a phase that cannot start: what is not free, else what is claimed."""
        if len(self.causes) == 1:
            return self.causes
        return self._missing(NO_CLAIMS, own, begun) or self._missing(scan, own, begun) or self.causes

    def _missing(self, scan: int, own: Held | None, begun: bool) -> tuple[str, ...]:
        absent = [need.cause for need in self.staff if need.choose(scan, own, begun) is None]
        wanted = self.units if begun else self.kept_units + self.units
        absent += [pool.address for pool, count in wanted if not _enough(pool, count, scan) or not (begun or pool.open)]
        absent += [pool.address for pool in self.present if not pool.present]
        return tuple(dict.fromkeys(absent))

    def choose(self, scan: int, own: Held | None, begun: bool) -> list[Person] | None:
        """Find people for all `places` together, all units being free too; None when anything is missing or claimed."""
        if not begun:
            for pool, count in self.kept_units:
                if not pool.open or not _enough(pool, count, scan):
                    return None
        for pool, count in self.units:
            if not (begun or pool.open) or not _enough(pool, count, scan):
                return None
        for around in self.present:
            if not around.present:
                return None
        if self.tangled:
            return _choose_tangled(self.staff, scan, own, begun)
        chosen: list[Person] = []
        for need in self.staff:
            people = need.choose(scan, own, begun)
            if people is None:
                return None
            chosen += people
        return chosen

    def claim(self, scan: int, begun: bool) -> None:
        """Lay hand on each needed person and unit that is free now, for the rest of this scan."""
        for need in self.staff:
            need.claim(scan)
        for pool, count in self.units if begun else self.kept_units + self.units:
            pool.claimed = count + (pool.claimed if pool.claim == scan else 0)
            pool.claim = scan


def _enough(pool: UnitPool, count: int, scan: int) -> bool:
    return len(pool.free) - (pool.claimed if pool.claim == scan else 0) >= count


def _choose_tangled(staff: tuple[Need, ...], scan: int, own: Held | None, begun: bool) -> list[Person] | None:
    """Find people where several needs look to the same pool: what one need takes, the next does not see.

    Needs are met in their order, and a person may meet several; when a later need finds nobody, other people are tried
    for the earlier one.
    """
    if not staff:
        return []
    need, rest = staff[0], staff[1:]
    barred: list[Person] = []
    while (people := need.choose(scan, own, begun, barred)) is not None:
        taken, left = _take_for_now(people, need, own)
        later = _choose_tangled(rest, scan, left, begun)
        for person, amount in taken:
            person.free += amount
        if later is not None:
            return [*people, *later]
        if need.named is not None:
            return None
        barred.append(people[-1])
    return None


def _take_for_now(
    people: Sequence[Person], need: Need, own: Held | None
) -> tuple[list[tuple[Person, int]], Held | None]:
    """Take what a need would take; give who gave how much, and what is left of the attendant kept."""
    taken = []
    left = own
    for person in people:
        amount = need.amount
        if own is not None and own.person is person:
            amount = max(0, need.amount - own.amount)
            left = Held(person, max(0, own.amount - need.amount), 0.0, 0.0)
        person.free -= amount
        taken.append((person, amount))
    return taken, left


class Compiled:
    """A planned visit with its needs resolved to the pools of this floor; one for each plan and set of named people."""

    __slots__ = ("booked", "calls", "charting", "later", "named", "phases", "plan", "retreat", "serves", "turnarounds")

    def __init__(self, plan: VisitPlan, people: Mapping[str, str], pools: "Pools") -> None:
        self.plan = plan
        self.booked = plan.booked
        self.retreat = bool(plan.retreat)
        self.serves = frozenset(name for name in (plan.served_as, plan.retreat) if name)
        resolve = _Resolver(people, pools, self.serves)
        kept_units = resolve.units(plan.rooms + plan.equipment)
        self.phases = tuple(
            PhaseNeeds(
                phase,
                following,
                resolve.staff(plan.staff + phase.staff),
                resolve.units(phase.rooms + phase.equipment),
                kept_units if index == 0 else (),
                tuple(pools.staff[role] for role, _ in plan.present + phase.present),
            )
            for index, (phase, following) in enumerate(zip_longest(plan.phases, plan.phases[1:]))
        )
        units = [entry for phase in self.phases for entry in phase.units + phase.kept_units]
        self.calls = [(pool, count) for pool, count in units if pool.address.startswith("on_call.")]
        self.later = _once_each(need for phase in self.phases[1:] for need in phase.staff)
        self.named = tuple(
            dict.fromkeys(person for phase in self.phases for need in phase.staff for person in need.named or ())
        )
        self.turnarounds = dict(plan.turnaround)
        self.charting = {role: (minutes, _last_phase(plan, role)) for role, minutes in plan.charting}
        names = [phase.name for phase in plan.phases]
        longest = max(range(len(names)), key=lambda index: (plan.phases[index].booked, -index))
        self.phases[names.index("dose") if "dose" in names else 0].dose = True
        self.phases[names.index("journey") if "journey" in names else longest].journey = True


def _last_phase(plan: VisitPlan, role: str) -> int:
    """The last phase that needs a role."""
    return max(
        place for place, phase in enumerate(plan.phases) if any(role in need.roles for need in plan.staff + phase.staff)
    )


def _once_each(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Those of needs that differ in how much attention they take only, once: they are in reach together."""
    found: dict[object, Need] = {}
    for need in needs:
        found.setdefault((need.named, need.pools, need.units, need.skills), need)
    return tuple(found.values())


class _Resolver:
    def __init__(self, people: Mapping[str, str], pools: Pools, serves: frozenset[str]) -> None:
        self.people = people
        self.pools = pools
        self.serves = serves

    def units(self, wanted: tuple[tuple[str, int], ...]) -> tuple[tuple[UnitPool, int], ...]:
        together: dict[str, int] = {}
        for address, count in wanted:
            together[address] = together.get(address, 0) + count
        return tuple((self.pools.units[address], count) for address, count in together.items())

    def staff(self, needs: tuple[StaffNeed, ...]) -> tuple[Need, ...]:
        """Named people first, then the needs that fewest can meet, so that looking for people seldom has to go back."""
        resolved = [self.need(need) for need in needs]
        return tuple(sorted(resolved, key=lambda need: (need.named is None, len(need.pools), -len(need.skills))))

    def need(self, need: StaffNeed) -> Need:
        pools = tuple(self.pools.staff[role] for role in need.roles)
        return Need(need, pools, self.serves, self._named(need) if need.named else None)

    def _named(self, need: StaffNeed) -> tuple[Person, ...] | None:
        for role in need.roles:
            names = [self.people.get(seat(role, place)) for place in range(need.units)]
            if all(name is not None for name in names):
                return tuple(self.pools.by_name[name] for name in names if name is not None)
        return None
