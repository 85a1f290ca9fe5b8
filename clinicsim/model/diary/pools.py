"""What is held of each pool, day by day: of named people, of people by the count, of rooms and equipment.

A window is the day itself, or with the day after it where the clinic stays open through midnight; masks of starts are
of the window. What is worked out for a day is kept until something on it changes.
"""

from collections.abc import Collection, Sequence

from clinicsim.model.diary.masks import DAY, DAY_MASK, Steps, between, lowest, of_spans, starts_of
from clinicsim.model.diary.needs import ATTENTION, Pooled, Seat, Share, Thing
from clinicsim.model.diary.packing import packs
from clinicsim.model.parts import Worker
from clinicsim.model.roster import Roster
from clinicsim.scenario.clinic import Break

_CAPACITY_BITS = 256
_COUNT_BITS = 12
_COUNT = (1 << _COUNT_BITS) - 1


class NamedPerson:
    """The diary of one person, booked by name."""

    def __init__(self, worker: Worker, roster: Roster, window: int) -> None:
        self.worker = worker
        self.limited = roster.has_contact_limit(worker)
        self._roster = roster
        self._window = window
        self._breaks = tuple(pause for _, pause in roster.breaks(worker))
        self._held: dict[int, Steps] = {}
        self._known: dict[int, dict[object, int]] = {}
        self._left: dict[int, float] = {}
        self._minutes: dict[int, float] = {}
        self._week_minutes: dict[int, float] = {}

    def starts(self, seat: Seat, day: int) -> int:
        """Give the minutes of a day at which a visit can begin whose seat this person takes."""
        if not seat.skills <= self.worker.skills or (self.limited and seat.minutes > self.left(day)):
            return 0
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = {}
        mask = -1
        for offset, length, amount, _ in seat.intervals:
            mask &= self._run(day, length, amount, seat.serves, known) >> offset
            if not mask:
                break
        return mask

    def load(self, day: int) -> float:
        """Give the minutes that are booked in the week of a day."""
        return self._week_minutes.get(self._roster.week(day), 0.0)

    def left(self, day: int) -> float:
        """Give the minutes with patients that the limits leave on a day."""
        left = self._left.get(day)
        if left is None:
            daily = self._roster.contact_limit(self.worker, day)[0]
            left = self._left[day] = min(daily - self._minutes.get(day, 0.0), self.left_in_week(day))
        return left

    def left_in_week(self, day: int) -> float:
        """Give the minutes with patients that the limit leaves in the week of a day."""
        return self._roster.contact_limit(self.worker, day)[1] - self.load(day)

    def held(self, day: int) -> int:
        """Give the minutes of a day at which this person is held."""
        steps = self._held.get(day)
        return 0 if steps is None else DAY_MASK & ~steps.levels.get(0, 0)

    def hold(self, day: int, minutes: int, amount: int) -> None:
        """Hold a part of the attention at these minutes of a day, or give it back with a negative amount."""
        steps = self._held.get(day)
        if steps is None:
            steps = self._held[day] = Steps()
        steps.add(minutes, amount)
        worth = minutes.bit_count() * amount / ATTENTION
        week = self._roster.week(day)
        self._minutes[day] = self._minutes.get(day, 0.0) + worth
        self._week_minutes[week] = self._week_minutes.get(week, 0.0) + worth
        self.forget(day)

    def forget(self, day: int) -> None:
        """Drop what is known of a day, because something on it has changed."""
        self._known.pop(day, None)
        if self._window > 1:
            self._known.pop(day - 1, None)
        if self.limited:
            self._left.clear()

    def _run(self, day: int, length: int, amount: int, serves: frozenset[str], known: dict[object, int]) -> int:
        key = (length, amount, serves)
        mask = known.get(key)
        if mask is None:
            mask = self._free(day, amount, serves)
            for later in range(1, self._window):
                mask |= self._free(day + later, amount, serves) << (DAY * later)
            mask = starts_of(mask, length)
            for pause in self._breaks if mask else ():
                mask &= self._leaves_room(day, length, pause)
            known[key] = mask
        return mask

    def _free(self, day: int, amount: int, serves: frozenset[str]) -> int:
        there = 0
        for spans, only_for in self._roster.duties(self.worker, day):
            if only_for is None or only_for & serves:
                there |= of_spans(spans)
        steps = self._held.get(day)
        if steps is None or not there:
            return there
        free = 0
        for level, minutes in steps.levels.items():
            if level + amount <= ATTENTION:
                free |= minutes
        return there & free

    def _leaves_room(self, day: int, length: int, pause: Break) -> int:
        """The starts of a run of this length that leave room for a break; all of them where there is none already."""
        first, until = pause.between
        lasts = int(pause.lasts)
        there = of_spans(self._roster.shift(self.worker, day)) & ~self.held(day) & of_spans(((first, until),))
        rooms = starts_of(there, lasts)
        if not rooms:
            return -1
        return ~(between(0, lowest(rooms) + lasts) & ~between(0, rooms.bit_length() - length))


class NamedPool:
    """The people of a pool that is booked by name, in the order of the roster."""

    def __init__(self, pool: str, roster: Roster, window: int) -> None:
        self.name = pool
        self.people = {worker.name: NamedPerson(worker, roster, window) for worker in roster.workers(pool)}
        self._window = window
        self._places = {name: place for place, name in enumerate(self.people)}
        self._people = tuple(self.people.values())
        self._known: dict[int, dict[Seat, list[int | None]]] = {}

    def starts(self, seats: tuple[Seat, ...], day: int) -> int:
        """Give the minutes at which all seats can be taken.

        For seats that ask more the earlier they stand this is exact; in general it may hold starts at which no
        different people can be found for all of them.
        """
        if len(seats) == 1:
            mask = 0
            for theirs in self._each(seats[0], day):
                mask |= theirs
            return mask
        mask = -1
        for place, seat in enumerate(seats):
            mask &= _at_least(place + 1, self._each(seat, day))
            if not mask:
                return 0
        return mask

    def starts_of(self, name: str, seat: Seat, day: int) -> int:
        """Give the minutes at which one person can take a seat."""
        return self._each(seat, day)[self._places[name]]

    def choose(self, seats: tuple[Seat, ...], day: int, minute: int, own: dict[str, str]) -> list[str] | None:
        """Choose different people for the seats at a start: the least loaded that week, then in order.

        `own` maps the key of a seat to the one person who may take it. None where not enough different people are free.
        """
        return self._choose(seats, day, minute, own, [])

    def _choose(
        self, seats: tuple[Seat, ...], day: int, minute: int, own: dict[str, str], chosen: list[str]
    ) -> list[str] | None:
        if len(chosen) == len(seats):
            return chosen
        seat = seats[len(chosen)]
        wanted = own.get(seat.key)
        masks = self._each(seat, day)
        able = [
            name for name, mask in zip(self.people, masks, strict=True) if mask >> minute & 1 and name not in chosen
        ]
        if wanted is not None:
            able = [wanted] if wanted in able else []
        elif len(able) > 1:
            able.sort(key=lambda name: self.people[name].load(day))
        for name in able:
            found = self._choose(seats, day, minute, own, [*chosen, name])
            if found is not None:
                return found
        return None

    def hold(self, name: str, day: int, minutes: int, amount: int, asked: Collection[float]) -> bool:
        """Hold a part of a person's attention, or give it back with a negative amount.

        Says whether with it the limit for the week begins, or ceases, to stand in the way of visits that take one of
        the minutes in `asked`; then all days of the week are affected.
        """
        person = self.people[name]
        before = person.left_in_week(day) if person.limited else 0.0
        person.hold(day, minutes, amount)
        passed = person.limited and _passes(before, person.left_in_week(day), asked)
        for affected in range(day - 7, day + 7) if passed else range(day - self._window + 1, day + 1):
            self._forget(name, affected)
        return passed

    def forget(self, name: str, day: int) -> None:
        """Drop what is known of a person on a day and in the two weeks around it."""
        self.people[name].forget(day)
        for affected in range(day - 7, day + 15):
            self._forget(name, affected)

    def _forget(self, name: str, day: int) -> None:
        place = self._places[name]
        for masks in self._known.get(day, {}).values():
            masks[place] = None

    def _each(self, seat: Seat, day: int) -> list[int]:
        """By person the minutes at which they can take a seat."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = {}
        masks = known.get(seat)
        if masks is None:
            masks = known[seat] = [None] * len(self._people)
        if None in masks:
            for place, mask in enumerate(masks):
                if mask is None:
                    masks[place] = self._people[place].starts(seat, day)
        return masks  # type: ignore[return-value]


def _passes(before: float, after: float, asked: Collection[float]) -> bool:
    """Whether what is left passes one of the figures that are asked for."""
    low, high = (before, after) if before < after else (after, before)
    return any(low < figure <= high for figure in asked)


def _at_least(count: int, masks: Sequence[int]) -> int:
    """The minutes that are set in so many of the masks."""
    reached = [0] * count
    for mask in masks:
        more = mask
        for place in range(count):
            reached[place], more = reached[place] | more, reached[place] & more
    return reached[-1]


class CountedPool:
    """The people of a pool that is booked by the count: at every minute they can serve all that is held, at most one
    each.

    A level of its day says who is there (how many of each kind, in the low bits) and what is held (how many of each
    share). Breaks are planned one after the other within their hours.
    """

    def __init__(self, pool: str, roster: Roster, window: int) -> None:
        self.name = pool
        self._roster = roster
        self._window = window
        self._workers = roster.workers(pool)
        self.limited = any(roster.has_contact_limit(worker) for worker in self._workers)
        self._kinds: dict[tuple[frozenset[str], frozenset[str] | None], int] = {}
        self._shares: dict[Share, int] = {}
        self._serving: dict[int, bool] = {}
        self._days: dict[int, Steps] = {}
        self._holds: dict[int, list[tuple[int, int]]] = {}
        self._known: dict[int, dict[object, int]] = {}
        self._left: dict[int, float] = {}
        self._minutes: dict[int, float] = {}
        self._week_minutes: dict[int, float] = {}

    def starts(self, need: Pooled, day: int) -> int:
        """Give the minutes of a day at which a visit with these needs can begin."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = {}
        mask = known.get(need)
        if mask is None:
            mask = -1
            for offset, length, amounts in need.segments:
                more = sum(self._weight(share) * units for share, units in amounts)
                mask &= self._run(day, length, more, known) >> offset
                if not mask:
                    break
            known[need] = mask
        return mask if mask and (not self.limited or need.minutes <= self.left(day)) else 0

    def hold(self, day: int, minutes: int, share: Share, units: int, asked: Collection[float]) -> bool:
        """Hold so many shares at these minutes of a day, or give them back with a negative number.

        Says whether with it the limits for the week begin, or cease, to stand in the way of visits that take one of the
        minutes in `asked`.
        """
        before = self._left_in_week(day) if self.limited else 0.0
        weight = self._weight(share) * units
        holds = self._holds.setdefault(day, [])
        if units > 0:
            holds.append((minutes, weight))
        else:
            holds.remove((minutes, -weight))
        if day in self._days:
            self._days[day].add(minutes, weight)
        worth = minutes.bit_count() * units / share.share
        week = self._roster.week(day)
        self._minutes[day] = self._minutes.get(day, 0.0) + worth
        self._week_minutes[week] = self._week_minutes.get(week, 0.0) + worth
        self._drop(day)
        return self.limited and _passes(before, self._left_in_week(day), asked)

    def forget(self, day: int) -> None:
        """Drop what is known of who is there on a day."""
        self._days.pop(day, None)
        self._drop(day)

    def _drop(self, day: int) -> None:
        self._known.pop(day, None)
        self._left.clear()
        if self._window > 1:
            self._known.pop(day - 1, None)

    def _weight(self, share: Share) -> int:
        place = self._shares.setdefault(share, len(self._shares))
        return 1 << (_CAPACITY_BITS + _COUNT_BITS * place)

    def _run(self, day: int, length: int, more: int, known: dict[object, int]) -> int:
        key = (length, more)
        mask = known.get(key)
        if mask is None:
            mask = self._free(day, more)
            for later in range(1, self._window):
                mask |= self._free(day + later, more) << (DAY * later)
            mask = known[key] = starts_of(mask, length)
        return mask

    def _free(self, day: int, more: int) -> int:
        steps = self._days.get(day)
        if steps is None:
            steps = self._days[day] = self._there(day)
            for minutes, weight in self._holds.get(day, ()):
                steps.add(minutes, weight)
        free = 0
        for level, minutes in steps.levels.items():
            if self._can_serve(level + more):
                free |= minutes
        return free

    def _there(self, day: int) -> Steps:
        steps = Steps()
        taken = 0
        for worker in self._workers:
            duties = self._roster.duties(worker, day)
            if not duties:
                continue
            pauses = self._planned_breaks(worker, taken)
            taken += 1
            for spans, only_for in duties:
                kind = self._kinds.setdefault((worker.skills, only_for), len(self._kinds))
                steps.add(of_spans(spans) & ~pauses, 1 << (_COUNT_BITS * kind))
        return steps

    def _planned_breaks(self, worker: Worker, place: int) -> int:
        mask = 0
        for _, pause in self._roster.breaks(worker):
            first, until = pause.between
            turns = max(1, int((until - first) // pause.lasts)) if pause.lasts else 1
            start = int(first + place % turns * pause.lasts)
            mask |= between(start, start + int(pause.lasts))
        return mask

    def _can_serve(self, level: int) -> bool:
        known = self._serving.get(level)
        if known is None:
            known = self._serving[level] = self._fits(level)
        return known

    def _fits(self, level: int) -> bool:
        kinds, shares = list(self._kinds), list(self._shares)
        people = [
            (kind, ATTENTION) for kind in range(len(kinds)) for _ in range(level >> (_COUNT_BITS * kind) & _COUNT)
        ]
        held = level >> _CAPACITY_BITS
        asks = [
            (ask, -(-ATTENTION // shares[ask].share))
            for ask in range(len(shares))
            for _ in range(held >> (_COUNT_BITS * ask) & _COUNT)
        ]

        def may(kind: int, ask: int) -> bool:
            skills, only_for = kinds[kind]
            share = shares[ask]
            return share.skills <= skills and (only_for is None or bool(only_for & share.serves))

        return packs(people, asks, may)

    def left(self, day: int) -> float:
        """Give the minutes with patients that the limits of those on shift on a day, and of all in its week, leave."""
        left = self._left.get(day)
        if left is None:
            there = [worker for worker in self._workers if self._roster.duties(worker, day)]
            daily = sum(self._roster.contact_limit(worker, day)[0] for worker in there)
            left = self._left[day] = min(daily - self._minutes.get(day, 0.0), self._left_in_week(day))
        return left

    def _left_in_week(self, day: int) -> float:
        there = [worker for worker in self._workers if self._roster.employed(worker, day)]
        weekly = sum(self._roster.contact_limit(worker, day)[1] for worker in there)
        return weekly - self._week_minutes.get(self._roster.week(day), 0.0)


class ThingPool:
    """Rooms or equipment of one kind; a level is how many are held."""

    def __init__(self, address: str, roster: Roster, window: int) -> None:
        self.name = address
        self.serves = roster.serves(address)
        self._roster = roster
        self._window = window
        self._number: dict[int, int] = {}
        self._held: dict[int, Steps] = {}
        self._known: dict[int, dict[object, int]] = {}

    def starts(self, need: Thing, day: int, serves: frozenset[str]) -> int:
        """Give the minutes of a day at which a visit with this need can begin; turnaround may run past midnight."""
        if self.serves is not None and not self.serves & serves:
            return 0
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = {}
        mask = known.get(need)
        if mask is None:
            mask = -1
            for offset, length, units in need.segments:
                mask &= self._run(day, length, units, known) >> offset
            opening = self._open(day)
            if opening is not None:
                for offset, length in need.uses:
                    mask &= starts_of(opening, length) >> offset
            known[need] = mask
        return mask

    def hold(self, day: int, minutes: int, units: int) -> None:
        """Hold so many units at these minutes of a day, or give them back with a negative number."""
        steps = self._held.get(day)
        if steps is None:
            steps = self._held[day] = Steps()
        steps.add(minutes, units)
        self.forget(day)

    def forget(self, day: int) -> None:
        """Drop what is known of a day, because something on it has changed."""
        self._known.pop(day, None)
        if self._window > 1:
            self._known.pop(day - 1, None)

    def _run(self, day: int, length: int, units: int, known: dict[object, int]) -> int:
        key = (length, units)
        mask = known.get(key)
        if mask is None:
            mask = self._free(day, units)
            for later in range(1, self._window):
                mask |= self._free(day + later, units) << (DAY * later)
            mask = known[key] = starts_of(mask | DAY_MASK << (DAY * self._window), length)
        return mask

    def _free(self, day: int, units: int) -> int:
        number = self._number.get(day)
        if number is None:
            number = self._number[day] = self._roster.units(self.name, day)
        steps = self._held.get(day)
        if steps is None:
            return DAY_MASK if units <= number else 0
        free = 0
        for held, minutes in steps.levels.items():
            if held + units <= number:
                free |= minutes
        return free

    def _open(self, day: int) -> int | None:
        """When they may be used; None where they follow the hours of the visit."""
        spans = [self._roster.open(self.name, day + later) for later in range(self._window)]
        if all(there is None for there in spans):
            return None
        return sum((DAY_MASK if s is None else of_spans(s)) << (DAY * later) for later, s in enumerate(spans))
