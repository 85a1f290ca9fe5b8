"""What played replications say of one more: ranges by week, and ranges of totals that hold together.

The real clinic, if it is as simulated, is one more replication, exchangeable with those that were played. So a range
between two of them holds at a known level, whatever their distribution; and the ranges of several totals are as wide
as makes them hold together in so many of the replications themselves (Westfall and Young 1993), which takes account
of what the measures have in common.
"""

import math
from collections.abc import Sequence

import numpy as np

Array = np.ndarray


def fewest(level: float) -> int:
    """The fewest replications between which a range of this level can lie."""
    return math.ceil(2 / (1 - level) - 1e-9) - 1


def between(drawn: Array, level: float) -> tuple[Array, Array]:
    """For each column of replications (rows) the range that one more lies in with at least this chance.

    Values that are not there (NaN) are left out, and the chance is a little less; NaN where half or more are not.
    """
    return _ends(drawn, level, 0)


def _ends(drawn: Array, level: float, further_in: int) -> tuple[Array, Array]:
    """The values at the ends of the ranges, or so many places further in."""
    place = math.floor((1 - level) / 2 * (len(drawn) + 1) + 1e-9) - 1 + further_in
    ordered = [np.sort(column[~np.isnan(column)]) for column in drawn.T]
    is_there = [len(values) > len(drawn) / 2 and place >= further_in for values in ordered]
    low, high = (
        np.array([values[at] if there else math.nan for values, there in zip(ordered, is_there, strict=True)])
        for at in (place, -1 - place)
    )
    return low, high


def together(drawn: Array, level: float) -> tuple[Array, Array]:
    """Ranges, one for each column, that together hold one more replication with about this chance.

    They reach as many spreads below the median as above it, each side with the spread of its own values: waits are
    seldom much shorter than usual, and sometimes much longer. How many is said by the replications, each held against
    the others.
    """
    count = len(drawn)
    middle, below, above = _shape(drawn)
    others = (np.delete(drawn, number, axis=0) for number in range(count))
    farthest = np.sort([_farthest(one, left, below, above) for one, left in zip(drawn, others, strict=True)])
    reach = farthest[min(math.ceil(level * (count + 1) - 1e-9), count) - 1]
    return middle - reach * below, middle + reach * above


def _farthest(one: Array, others: Array, below: Array, above: Array) -> float:
    """The most spreads of the others by which a replication lies off their median; where they have none, of all."""
    middle, low, high = _shape(others)
    away = one - middle
    spread = np.where(away < 0, np.where(low > 0, low, below), np.where(high > 0, high, above))
    return float(np.max(np.abs(away) / np.where(spread > 0, spread, 1.0)))


def _shape(drawn: Array) -> tuple[Array, Array, Array]:
    """The median of each column, and the spread below and above it: root mean squares, 0 where there are no values."""
    middle = np.median(drawn, axis=0)
    away = drawn - middle
    below, above = (
        np.sqrt(np.sum(np.where(side, away, 0.0) ** 2, axis=0) / np.maximum(side.sum(axis=0), 1))
        for side in (away < 0, away > 0)
    )
    return middle, below, above


def most_outside(measures: Sequence[Array], level: float, chance: float) -> list[int]:
    """Of each measure, how many weeks may lie outside their ranges: together, in one more replication, more do with at
    most this chance, or no more than in any replication where there are too few (rows) to tell.

    Each replication is held against the ranges of the others, whose ends lie one place further in.
    """
    outside = []
    for drawn in measures:
        low, high = _ends(drawn, level, 1)
        outside.append(np.sum((drawn < low) | (drawn > high), axis=1))
    counts = np.column_stack(outside)
    mean, spread = counts.mean(axis=0), counts.std(axis=0, ddof=1)
    farthest = np.sort(((counts - mean) / np.where(spread > 0, spread, 1.0)).max(axis=1))
    reach = farthest[-max(1, math.floor(chance * (len(farthest) + 1) + 1e-9))]
    return [math.floor(most + 1e-9) for most in (mean + reach * spread).tolist()]


def is_counted(drawn: Sequence[float]) -> bool:
    """Whether all values are whole numbers."""
    return all(float(value).is_integer() for value in drawn)
