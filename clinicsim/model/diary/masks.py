"""Minutes of a day as the bits of one whole number: bit m is the minute that begins m minutes after midnight."""

from collections.abc import Iterable
from math import ceil, floor

DAY = 1440
DAY_MASK = (1 << DAY) - 1


def between(first: int, until: int) -> int:
    """Give the mask of the minutes from `first` up to `until`."""
    return ((1 << (until - first)) - 1) << first if until > first else 0


def of_spans(spans: Iterable[tuple[float, float]]) -> int:
    """Give the mask of the whole minutes that lie inside spans."""
    mask = 0
    for first, until in spans:
        mask |= between(ceil(first), floor(until))
    return mask


def to_spans(mask: int) -> tuple[tuple[float, float], ...]:
    """Give the spans of a mask, in order."""
    spans = []
    while mask:
        first = lowest(mask)
        length = lowest(~(mask >> first))
        spans.append((float(first), float(first + length)))
        mask &= ~between(first, first + length)
    return tuple(spans)


def lowest(mask: int) -> int:
    """Give the place of the lowest bit of a mask that is not 0."""
    return (mask & -mask).bit_length() - 1


def starts_of(mask: int, length: int) -> int:
    """Give the minutes at which a run of so many set minutes begins, by doubling the run that is known to be set."""
    steps = _STEPS.get(length)
    if steps is None:
        steps = _STEPS[length] = _doubling(length)
    for step in steps:
        mask &= mask >> step
    return mask


def _doubling(length: int) -> tuple[int, ...]:
    steps, known = [], 1
    while known < length:
        steps.append(min(known, length - known))
        known += steps[-1]
    return tuple(steps)


_STEPS: dict[int, tuple[int, ...]] = {}


def grid(step: int, days: int) -> int:
    """Give the mask of every `step`-th minute from midnight, on each of so many days."""
    day = sum(1 << minute for minute in range(0, DAY, step))
    return sum(day << (DAY * number) for number in range(days))


class Steps:
    """What is held at each minute of a day: each level that occurs, with the mask of its minutes.

    A level is a whole number to which a hold adds and from which a release takes away; what it means is the owner's
    affair.
    """

    __slots__ = ("levels",)

    def __init__(self, levels: dict[int, int] | None = None) -> None:
        self.levels = {0: DAY_MASK} if levels is None else levels

    def add(self, minutes: int, amount: int) -> None:
        """Add an amount, which may be negative, to the level of these minutes."""
        levels = self.levels
        moved = []
        for level, where in levels.items():
            inside = where & minutes
            if inside:
                moved.append((level, inside))
                minutes ^= inside
                if not minutes:
                    break
        for level, inside in moved:
            left = levels[level] ^ inside
            if left:
                levels[level] = left
            else:
                del levels[level]
        for level, inside in moved:
            levels[level + amount] = levels.get(level + amount, 0) | inside
