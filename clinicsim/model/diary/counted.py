"""Pools that are booked by the count."""

from collections.abc import Sequence

from clinicsim.model.diary.masks import DAY, Steps, between, of_spans, starts_of
from clinicsim.model.diary.needs import ATTENTION, Pooled, Share
from clinicsim.model.diary.packing import packs
from clinicsim.model.diary.pools import Pool, passes
from clinicsim.model.parts import Hold, Worker
from clinicsim.model.roster import Roster

_CAPACITY_BITS = 256
_COUNT_BITS = 12
_COUNT = (1 << _COUNT_BITS) - 1


class CountedPool(Pool[Pooled]):
    """The people of a pool that is booked by the count: at every minute they can serve all that is held, at most one
    each.

    A level of its day says who is there (how many of each kind, in the low bits) and what is held (how many of each
    share). Breaks are planned one after the other within their hours.
    """

    def __init__(self, pool: str, roster: Roster, window: int) -> None:
        super().__init__(roster, window)
        self._workers = roster.workers(pool)
        self._limited = any(roster.has_contact_limit(worker) for worker in self._workers)
        self._meet = any(roster.has_meetings(worker) for worker in self._workers)
        self._kinds: dict[tuple[frozenset[str], frozenset[str] | None], int] = {}
        self._shares: dict[tuple[int, frozenset[str], frozenset[str]], int] = {}
        self._added: dict[Pooled, list[tuple[int, int, int]]] = {}
        self._serving: dict[int, bool] = {}
        self._days: dict[int, Steps] = {}
        self._holds: dict[int, list[tuple[int, int]]] = {}
        self._minutes: dict[int, float] = {}
        self._week_minutes: dict[int, float] = {}

    def hold(self, hold: Hold, day: int, minutes: int, sign: int, asked: Sequence[float]) -> bool:
        """Hold shares of people, or give them back."""
        before = self._left_in_week(day) if self._limited else 0.0
        weight = self._weight((hold.share, hold.skills, hold.serves)) * hold.units
        holds = self._holds.setdefault(day, [])
        if sign > 0:
            holds.append((minutes, weight))
        else:
            holds.remove((minutes, weight))
        if day in self._days:
            self._days[day].add(minutes, sign * weight)
        if self._limited and hold.contact:
            worth = sign * minutes.bit_count() * hold.units / hold.share
            week = self._roster.week(day)
            self._minutes[day] = self._minutes.get(day, 0.0) + worth
            self._week_minutes[week] = self._week_minutes.get(week, 0.0) + worth
        whole_week = self._limited and passes(before, self._left_in_week(day), asked)
        self._drop(day, whole_week)
        return whole_week

    def forget(self, day: int) -> None:
        """Drop what is known of who is there on a day and, for their limits, what was found in its week and the
        next."""
        self._days.pop(day, None)
        self._drop(day, whole_week=True)
        self._drop(day + 7, whole_week=True)

    def _look(self, need: Pooled, day: int) -> int:
        if self._limited and need.minutes > self._left(day):
            return 0
        if self._meet and self._booked(day) + need.booked > self._bookable(day):
            return 0
        mask = -1
        for offset, length, more in self._weights(need):
            free = self._free(day, more)
            for later in range(1, self._window):
                free |= self._free(day + later, more) << (DAY * later)
            mask &= starts_of(free, length) >> offset
            if not mask:
                break
        return mask

    def _weights(self, need: Pooled) -> list[tuple[int, int, int]]:
        """The segments of a need, each with what it adds to the level."""
        weights = self._added.get(need)
        if weights is None:
            weights = self._added[need] = [
                (offset, length, sum(self._weight(_key(share)) * units for share, units in amounts))
                for offset, length, amounts in need.segments
            ]
        return weights

    def _left(self, day: int) -> float:
        """The minutes that the limits of those on shift on a day, and of all in its week, leave."""
        there = [worker for worker in self._workers if self._roster.duties(worker, day)]
        daily = sum(self._roster.contact_limit(worker, day)[0] for worker in there)
        return min(daily - self._minutes.get(day, 0.0), self._left_in_week(day))

    def _bookable(self, day: int) -> float:
        """The minutes of a day that can be booked of all on shift: their time for meetings is taken out."""
        return sum(self._roster.bookable(worker, day) for worker in self._workers)

    def _booked(self, day: int) -> float:
        """The minutes of a day that are booked, by attention."""
        shares = list(self._shares)
        return sum(
            minutes.bit_count() * (weight >> (_CAPACITY_BITS + _COUNT_BITS * place) & _COUNT) / share
            for minutes, weight in self._holds.get(day, ())
            for place, (share, _, _) in enumerate(shares)
        )

    def _left_in_week(self, day: int) -> float:
        there = [worker for worker in self._workers if self._roster.employed(worker, day)]
        weekly = sum(self._roster.contact_limit(worker, day)[1] for worker in there)
        return weekly - self._week_minutes.get(self._roster.week(day), 0.0)

    def _weight(self, share: tuple[int, frozenset[str], frozenset[str]]) -> int:
        place = self._shares.setdefault(share, len(self._shares))
        return 1 << (_CAPACITY_BITS + _COUNT_BITS * place)

    def _free(self, day: int, more: int) -> int:
        steps = self._days.get(day)
        if steps is None:
            steps = self._days[day] = self._there(day)
            for minutes, weight in self._holds.get(day, ()):
                steps.add(minutes, weight)
        free = 0
        for level, minutes in steps.levels.items():
            serves = self._serving.get(level + more)
            if serves is None:
                serves = self._serving[level + more] = self._can_serve(level + more)
            if serves:
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
        """Whether those who are there can serve all that is held."""
        kinds, shares = list(self._kinds), list(self._shares)
        people = [
            (kind, ATTENTION) for kind in range(len(kinds)) for _ in range(level >> (_COUNT_BITS * kind) & _COUNT)
        ]
        held = level >> _CAPACITY_BITS
        asks = [
            (ask, -(-ATTENTION // shares[ask][0]))
            for ask in range(len(shares))
            for _ in range(held >> (_COUNT_BITS * ask) & _COUNT)
        ]

        def may(kind: int, ask: int) -> bool:
            skills, only_for = kinds[kind]
            _, asked, serves = shares[ask]
            return asked <= skills and (only_for is None or bool(only_for & serves))

        return packs(people, asks, may)


def _key(share: Share) -> tuple[int, frozenset[str], frozenset[str]]:
    return share.share, share.skills, share.serves
