"""What is held of each pool, day by day: what all pools have in common, rooms and equipment, and who is on shift.

A window is the day itself, or with the day after it where the clinic stays open through midnight; masks of starts are
of the window. What is worked out for a day is kept until something on it changes. What is held on a day is never
altered but replaced, so that what was there before can be put back.
"""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from clinicsim.model.diary.masks import DAY, DAY_MASK, EMPTY, Levels, moved, of_spans, reaching, starts_of
from clinicsim.model.diary.memo import Memo
from clinicsim.model.diary.needs import Need, Presence, Thing
from clinicsim.model.parts import Hold
from clinicsim.model.roster import Roster

AnyNeed = TypeVar("AnyNeed", bound=Need)

Starts = Memo[int, int]
"""By day, the minutes at which a visit can begin as far as one of its needs goes."""
Entry = tuple[dict[int, Any], int]
"""A place where something is kept: the mapping, and the day or week."""


def common(needs: Iterable[Starts], day: int, mask: int) -> int:
    """Give those of the minutes in a mask at which all that is needed is free."""
    for starts in needs:
        mask &= starts[day]
        if not mask:
            break
    return mask


class Source(ABC, Generic[AnyNeed]):
    """Something of which visits may need a part.

    `starts` gives for a need its starts by day, which are kept until something on the day changes.
    """

    def __init__(self, roster: Roster, window: int) -> None:
        self._roster = roster
        self._window = window
        self._kept: list[Starts] = []
        self.starts: Memo[Any, Starts] = Memo(lambda need: self._keep(partial(self._look, need)))

    def _keep(self, look: Any) -> Starts:
        """What is worked out by day, and dropped together."""
        self._kept.append(Memo(look))
        return self._kept[-1]

    @abstractmethod
    def _look(self, need: AnyNeed, day: int) -> int:
        """Work out the starts of a day."""

    def drop(self, day: int) -> None:
        """Drop what was worked out for a day, and for the day before whose window reaches into it."""
        for starts in self._kept:
            starts.pop(day, None)
        if self._window > 1:
            for starts in self._kept:
                starts.pop(day - 1, None)

    def drop_week(self, week: int) -> range:
        """Drop what was worked out for the days of a week, and give these."""
        days = range(self._roster.monday(week), self._roster.monday(week + 1))
        for day in days:
            self.drop(day)
        return days


class Pool(Source[AnyNeed]):
    """What can be held.

    `asked`, which rise and may become more, are the minutes with the patient that visits take of one person or pool.
    """

    def __init__(self, roster: Roster, window: int, asked: Sequence[float]) -> None:
        super().__init__(roster, window)
        self._asked = asked

    @abstractmethod
    def hold(self, hold: Hold, day: int, minutes: int, sign: int) -> bool:
        """Keep what is held at these minutes of a day (`sign` 1), or give it back (-1).

        Says whether with it a limit for the week begins, or ceases, to stand in the way of visits; then all days of the
        week are affected.
        """

    def replaced(self, hold: Hold, day: int) -> list[Entry]:
        """Give what holding this on a day replaces, as long as it affects no other days of the week."""
        entries: list[Entry] = [(starts, day) for starts in self._kept]
        if self._window > 1:
            entries += [(starts, day - 1) for starts in self._kept]
        return entries

    def _passes(self, before: float, after: float) -> bool:
        """Whether what a limit leaves passes one of the figures that are asked for."""
        return bisect_right(self._asked, before) != bisect_right(self._asked, after)


class ThingPool(Pool[Thing]):
    """Rooms or equipment of one kind; a level is how many are held."""

    def __init__(self, address: str, roster: Roster, window: int, asked: Sequence[float]) -> None:
        super().__init__(roster, window, asked)
        self._serves = roster.serves(address)
        self._whole = (1 << (DAY * window)) - 1
        self._number = Memo(partial(roster.units, address))
        self._opening = Memo(partial(self._open, address))
        self._held: dict[int, Levels] = {}
        self._most = 0

    def hold(self, hold: Hold, day: int, minutes: int, sign: int) -> bool:
        """Keep or give back units; nothing limits a week.

        Where enough are left for all that has ever been asked for, with these held, nothing changes for anybody.
        """
        before = self._held.get(day, EMPTY)
        after = self._held[day] = moved(before, minutes, sign * hold.units)
        spare = self._number[day] - self._most
        for level, where in (after if sign > 0 else before).items():
            if level > spare and where & minutes:
                self.drop(day)
                break
        return False

    def replaced(self, hold: Hold, day: int) -> list[Entry]:
        """Give the units held on the day, and what was worked out."""
        return [(self._held, day), *super().replaced(hold, day)]

    def forget(self, day: int) -> None:
        """Count anew how many there are on a day."""
        self._number.pop(day, None)
        self.drop(day)

    def _look(self, need: Thing, day: int) -> int:
        """Where enough are free and open; turnaround may run past midnight."""
        if self._serves is not None and not self._serves & need.serves:
            return 0
        mask = self._whole
        for offset, length, units in need.segments:
            if units > self._most:
                self._most = units
            lacking = self._lacking(day, units)
            for later in range(1, self._window):
                lacking |= self._lacking(day + later, units) << (DAY * later)
            if lacking:
                mask &= (self._whole ^ reaching(lacking, length)) >> offset
        opening = self._opening[day]
        if opening is not None:
            for offset, length in need.uses:
                mask &= starts_of(opening, length) >> offset
        return mask

    def _lacking(self, day: int, units: int) -> int:
        """The minutes of a day at which fewer than so many are free."""
        spare, lacking = self._number[day] - units, 0
        for level, minutes in self._held.get(day, EMPTY).items():
            if level > spare:
                lacking |= minutes
        return lacking

    def _open(self, address: str, day: int) -> int | None:
        """When they may be used; None where they follow the hours of the visit."""
        spans = [self._roster.open(address, day + later) for later in range(self._window)]
        if all(there is None for there in spans):
            return None
        return sum((DAY_MASK if s is None else of_spans(s)) << (DAY * later) for later, s in enumerate(spans))


class OnShift(Source[Presence]):
    """A role of which somebody has to be on shift and is not held."""

    def __init__(self, role: str, roster: Roster, window: int) -> None:
        super().__init__(roster, window)
        self._workers = roster.workers(role)

    def _look(self, need: Presence, day: int) -> int:
        """Where somebody is on shift throughout."""
        mask = 0
        for later in range(self._window):
            for worker in self._workers:
                mask |= of_spans(self._roster.shift(worker, day + later)) << (DAY * later)
        return starts_of(mask, need.length) >> need.offset
