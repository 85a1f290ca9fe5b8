"""What is held of each pool, day by day: what all pools have, and rooms and equipment.

A window is the day itself, or with the day after it where the clinic stays open through midnight; masks of starts are
of the window. What is worked out for a day is kept until something on it changes.
"""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from typing import Generic, TypeVar

from clinicsim.model.diary.masks import DAY, DAY_MASK, Steps, of_spans, starts_of
from clinicsim.model.diary.needs import Need, Thing
from clinicsim.model.parts import Hold
from clinicsim.model.roster import Roster

AnyNeed = TypeVar("AnyNeed", bound=Need)


class Pool(ABC, Generic[AnyNeed]):
    """One pool: for each need the starts of a day, kept until something on the day changes."""

    def __init__(self, roster: Roster, window: int) -> None:
        self._roster = roster
        self._window = window
        self._found: dict[int, dict[AnyNeed, int]] = {}

    def starts(self, need: AnyNeed, day: int) -> int:
        """Give the minutes of a day at which a visit with this need can begin."""
        found = self._found.get(day)
        if found is None:
            found = self._found[day] = {}
        mask = found.get(need)
        if mask is None:
            mask = found[need] = self._look(need, day)
        return mask

    @abstractmethod
    def hold(self, hold: Hold, day: int, minutes: int, sign: int, asked: Sequence[float]) -> bool:
        """Keep what is held at these minutes of a day (`sign` 1), or give it back (-1).

        Says whether with it a limit for the week begins, or ceases, to stand in the way of visits that take one of the
        minutes in `asked`, which rise; then all days of the week are affected.
        """

    @abstractmethod
    def _look(self, need: AnyNeed, day: int) -> int:
        """Work out the starts of a day."""

    def _drop(self, day: int, whole_week: bool) -> None:
        """Drop what was found for a day, or for all days that may lie in its week."""
        for affected in range(day - 7, day + 7) if whole_week else range(day - self._window + 1, day + 1):
            self._found.pop(affected, None)


def passes(before: float, after: float, asked: Sequence[float]) -> bool:
    """Say whether what a limit leaves passes one of the figures that are asked for, in rising order."""
    return bisect_right(asked, before) != bisect_right(asked, after)


class ThingPool(Pool[Thing]):
    """Rooms or equipment of one kind; a level is how many are held."""

    def __init__(self, address: str, roster: Roster, window: int) -> None:
        super().__init__(roster, window)
        self._address = address
        self._serves = roster.serves(address)
        self._number: dict[int, int] = {}
        self._opening: dict[int, int | None] = {}
        self._held: dict[int, Steps] = {}

    def hold(self, hold: Hold, day: int, minutes: int, sign: int, asked: Sequence[float]) -> bool:
        """Keep or give back units; nothing limits a week."""
        steps = self._held.get(day)
        if steps is None:
            steps = self._held[day] = Steps()
        steps.add(minutes, sign * hold.units)
        self._drop(day, whole_week=False)
        return False

    def forget(self, day: int) -> None:
        """Count anew how many there are on a day."""
        self._number.pop(day, None)
        self._drop(day, whole_week=False)

    def _look(self, need: Thing, day: int) -> int:
        """Where enough are free and open; turnaround may run past midnight."""
        if self._serves is not None and not self._serves & need.serves:
            return 0
        mask = -1
        for offset, length, units in need.segments:
            free = DAY_MASK << (DAY * self._window)
            for later in range(self._window):
                free |= self._free(day + later, units) << (DAY * later)
            mask &= starts_of(free, length) >> offset
        opening = self._opening[day] if day in self._opening else self._open(day)
        if opening is not None:
            for offset, length in need.uses:
                mask &= starts_of(opening, length) >> offset
        return mask

    def _free(self, day: int, units: int) -> int:
        number = self._number.get(day)
        if number is None:
            number = self._number[day] = self._roster.units(self._address, day)
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
        spans = [self._roster.open(self._address, day + later) for later in range(self._window)]
        opening = None
        if any(there is not None for there in spans):
            opening = sum((DAY_MASK if s is None else of_spans(s)) << (DAY * later) for later, s in enumerate(spans))
        self._opening[day] = opening
        return opening
