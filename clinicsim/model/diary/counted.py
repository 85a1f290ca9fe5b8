"""Pools that are booked by the count."""

from collections.abc import Iterable, Sequence
from functools import partial

from clinicsim.model.diary.masks import DAY, EMPTY, Levels, between, moved, of_spans, starts_of
from clinicsim.model.diary.memo import Memo
from clinicsim.model.diary.needs import ATTENTION, Pooled, Share
from clinicsim.model.diary.packing import packs
from clinicsim.model.diary.pools import Entry, Pool
from clinicsim.model.members import Duty
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

    def __init__(self, pool: str, roster: Roster, window: int, asked: Sequence[float]) -> None:
        super().__init__(roster, window, asked)
        self._workers = roster.workers(pool)
        self._limited = any(roster.has_contact_limit(worker) for worker in self._workers)
        self._keep_free = any(roster.keeps_hours_free(worker) for worker in self._workers)
        self._kinds: dict[tuple[frozenset[str], frozenset[str] | None], int] = {}
        self._weights: Memo[tuple[int, frozenset[str], frozenset[str]], int] = Memo(self._weight)
        self._segments = Memo(self._weigh)
        self._enough: Memo[int, Memo[int, bool]] = Memo(lambda more: Memo(lambda level: self._can_serve(level + more)))
        self._alike: Memo[tuple[tuple[Duty, ...], ...], Levels] = Memo(partial(self._with_those_there, EMPTY))
        self._days: Memo[int, Levels] = Memo(lambda day: self._alike[self._duties(day)])
        self._minutes: dict[int, float] = {}
        self._week_minutes: dict[int, float] = {}

    def hold(self, hold: Hold, day: int, minutes: int, sign: int) -> bool:
        """Hold shares of people, or give them back."""
        weight = self._weights[hold.share, hold.skills, hold.serves]
        self._days[day] = moved(self._days[day], minutes, sign * hold.units * weight)
        self.drop(day)
        if not (self._limited and hold.contact):
            return False
        before = self._left_in_week(day)
        worth = sign * minutes.bit_count() * hold.units / hold.share
        week = self._roster.week(day)
        self._minutes[day] = self._minutes.get(day, 0.0) + worth
        self._week_minutes[week] = self._week_minutes.get(week, 0.0) + worth
        if not self._passes(before, self._left_in_week(day)):
            return False
        self.drop_week(week)
        return True

    def replaced(self, hold: Hold, day: int) -> list[Entry]:
        """Give what is held on the day, its minutes and those of its week, and what was worked out."""
        entries = [(self._days, day), *super().replaced(hold, day)]
        if self._limited:
            entries += [(self._minutes, day), (self._week_minutes, self._roster.week(day))]
        return entries

    def forget(self, day: int) -> list[int]:
        """Drop what is known of who is there on a day and, for their limits, of the days of its week and the next; give
        all these days."""
        if day in self._days:
            self._days[day] = self._with_those_there(self._days[day], self._duties(day))
        self.drop(day)
        if not self._limited:
            return [day]
        week = self._roster.week(day)
        return [day, *self.drop_week(week), *self.drop_week(week + 1)]

    def _look(self, need: Pooled, day: int) -> int:
        """Where the limits leave enough minutes, and those who are there can serve all of what is held and of this."""
        if self._limited and need.minutes > self._left(day):
            return 0
        if self._keep_free and self._booked(day) + need.booked > self._bookable(day):
            return 0
        mask = -1
        for offset, length, more in self._segments[need]:
            free = self._free(day, more)
            for later in range(1, self._window):
                free |= self._free(day + later, more) << (DAY * later)
            mask &= starts_of(free, length) >> offset
            if not mask:
                break
        return mask

    def _weigh(self, need: Pooled) -> list[tuple[int, int, int]]:
        """The segments of a need, each with what it adds to the level."""
        return [
            (offset, length, sum(self._weights[_key(share)] * units for share, units in amounts))
            for offset, length, amounts in need.segments
        ]

    def _left(self, day: int) -> float:
        """The minutes that the limits of those on shift on a day, and of all in its week, leave."""
        there = [worker for worker in self._workers if self._roster.duties(worker, day)]
        daily = sum(self._roster.contact_limit(worker, day)[0] for worker in there)
        return min(daily - self._minutes.get(day, 0.0), self._left_in_week(day))

    def _bookable(self, day: int) -> float:
        """The minutes of a day that can be booked of all on shift: hours kept free are taken out."""
        return sum(self._roster.bookable(worker, day) for worker in self._workers)

    def _booked(self, day: int) -> float:
        """The minutes of a day that are booked, by attention."""
        shares = list(self._weights)
        return sum(
            minutes.bit_count() * (level >> (_CAPACITY_BITS + _COUNT_BITS * place) & _COUNT) / share
            for level, minutes in self._days[day].items()
            for place, (share, _, _) in enumerate(shares)
        )

    def _left_in_week(self, day: int) -> float:
        there = [worker for worker in self._workers if self._roster.employed(worker, day)]
        weekly = sum(self._roster.contact_limit(worker, day)[1] for worker in there)
        return weekly - self._week_minutes.get(self._roster.week(day), 0.0)

    def _weight(self, share: tuple[int, frozenset[str], frozenset[str]]) -> int:
        return 1 << (_CAPACITY_BITS + _COUNT_BITS * len(self._weights))

    def _free(self, day: int, more: int) -> int:
        """The minutes of a day at which those who are there can serve more."""
        enough, free = self._enough[more], 0
        for level, minutes in self._days[day].items():
            if enough[level]:
                free |= minutes
        return free

    def _duties(self, day: int) -> tuple[tuple[Duty, ...], ...]:
        return tuple([self._roster.duties(worker, day) for worker in self._workers])

    def _with_those_there(self, levels: Levels, duties: Iterable[tuple[Duty, ...]]) -> Levels:
        """The levels of a day, with those who are there by their duties in the place of those who were there before."""
        there: Levels = {}
        for level, minutes in levels.items():
            held = level >> _CAPACITY_BITS << _CAPACITY_BITS
            there[held] = there.get(held, 0) | minutes
        taken = 0
        for worker, there_for in zip(self._workers, duties, strict=True):
            if not there_for:
                continue
            pauses = self._planned_breaks(worker, taken)
            taken += 1
            for spans, only_for in there_for:
                kind = self._kinds.setdefault((worker.skills, only_for), len(self._kinds))
                there = moved(there, of_spans(spans) & ~pauses, 1 << (_COUNT_BITS * kind))
        return there

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
        kinds, shares = list(self._kinds), list(self._weights)
        people = {(kind, ATTENTION): level >> (_COUNT_BITS * kind) & _COUNT for kind in range(len(kinds))}
        held = level >> _CAPACITY_BITS
        asks = {
            (ask, -(-ATTENTION // share)): held >> (_COUNT_BITS * ask) & _COUNT
            for ask, (share, _, _) in enumerate(shares)
        }

        def may(kind: int, ask: int) -> bool:
            skills, only_for = kinds[kind]
            _, asked, serves = shares[ask]
            return asked <= skills and (only_for is None or bool(only_for & serves))

        return packs(people, asks, may)


def _key(share: Share) -> tuple[int, frozenset[str], frozenset[str]]:
    return share.share, share.skills, share.serves
