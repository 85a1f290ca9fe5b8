"""Minutes of a day as the bits of one whole number: bit m is the minute that begins m minutes after midnight."""

from functools import lru_cache
from math import ceil, floor

from clinicsim.model.diary.memo import Memo

DAY = 1440
DAY_MASK = (1 << DAY) - 1


def between(first: int, until: int) -> int:
    """Give the mask of the minutes from `first` up to `until`."""
    return ((1 << (until - first)) - 1) << first if until > first else 0


@lru_cache(maxsize=4096)
def of_spans(spans: tuple[tuple[float, float], ...]) -> int:
    """Give the mask of the whole minutes that lie inside spans; days of hours are few, and kept."""
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
    return (mask ^ (mask - 1)).bit_length() - 1


def starts_of(mask: int, length: int) -> int:
    """Give the minutes at which a run of so many set minutes begins, by doubling the run that is known to be set."""
    for step in _STEPS[length]:
        mask &= mask >> step
    return mask


def reaching(mask: int, length: int) -> int:
    """Give the minutes at which a run of so many minutes begins that reaches one that is set."""
    for step in _STEPS[length]:
        mask |= mask >> step
    return mask


def _doubling(length: int) -> tuple[int, ...]:
    steps, known = [], 1
    while known < length:
        steps.append(min(known, length - known))
        known += steps[-1]
    return tuple(steps)


_STEPS = Memo(_doubling)


def grid(step: int, days: int) -> int:
    """Give the mask of every `step`-th minute from midnight, on each of so many days."""
    day = sum(1 << minute for minute in range(0, DAY, step))
    return sum(day << (DAY * number) for number in range(days))


Levels = dict[int, int]
"""What is held at each minute of a day: by level that occurs, the mask of its minutes. What it means is the owner's
affair."""
EMPTY: Levels = {0: DAY_MASK}
"""A day of which nothing is held."""


def moved(levels: Levels, minutes: int, amount: int) -> Levels:
    """Give what is held once an amount, which may be negative, has been added at these minutes."""
    after = levels.copy()
    for level, where in levels.items():
        inside = where & minutes
        if inside:
            left = after[level] ^ inside
            if left:
                after[level] = left
            else:
                del after[level]
            after[level + amount] = after.get(level + amount, 0) | inside
            minutes ^= inside
            if not minutes:
                break
    return after
