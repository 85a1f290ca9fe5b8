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
    """Ranges, one for each column, that together hold one more replication with about this chance."""
    count = len(drawn)
    mean, spread = drawn.mean(axis=0), drawn.std(axis=0, ddof=1)
    steps = np.abs(drawn - mean) / np.where(spread > 0, spread, 1.0)
    farthest = np.sort(steps.max(axis=1))
    reach = farthest[min(math.ceil(level * (count + 1) - 1e-9), count) - 1]
    width = reach * spread * math.sqrt((count + 1) / (count - 1))
    return mean - width, mean + width


def most_outside(drawn: Array, level: float, chance: float) -> int:
    """How many weeks may lie outside their ranges: of one more replication more do with at most this chance.

    Each replication (row) is held against the ranges of the others, whose ends lie one place further in. Where there
    are too few of them to tell, no more weeks may than do in any.
    """
    low, high = _ends(drawn, level, 1)
    outside = np.sort(np.sum((drawn < low) | (drawn > high), axis=1))
    return int(outside[-max(1, math.floor(chance * (len(outside) + 1) + 1e-9))])


def is_counted(drawn: Sequence[float]) -> bool:
    """Whether all values are whole numbers."""
    return all(float(value).is_integer() for value in drawn)
