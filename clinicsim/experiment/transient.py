"""Where a series that starts out of balance has settled. Knows no clinic: numbers in, a place in the series out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from clinicsim.experiment.statistics import mean

MSER_BATCH = 5
"""Values in one batch of MSER-5."""


@dataclass(frozen=True, slots=True)
class Truncation:
    """Drop the first `values` of a series; `at_edge` says that no other place in its first half is further on.

    The rule then only says that the series is too short to judge by.
    """

    values: int
    at_edge: bool


def mser5(series: Sequence[float]) -> Truncation:
    """Where to cut a series that settles, by the marginal standard error rule over batches of five.

    Of all cuts in the first half, the one with the least squared standard error of the mean of what is left:
    the sum of squared deviations of the k batch means that are left, over k squared (White, 1997; White, Cobb and
    Spratt, 2000). Values beyond the last whole batch are not looked at. Raise ValueError for a series of less than two
    batches.
    """
    batches = [mean(series[at : at + MSER_BATCH]) for at in range(0, len(series) - MSER_BATCH + 1, MSER_BATCH)]
    if len(batches) < 2:
        raise ValueError(f"MSER-5 needs at least {2 * MSER_BATCH} values, not {len(series)}")
    last = len(batches) // 2
    errors = [_squared_error(batches[cut:]) for cut in range(last + 1)]
    cut = errors.index(min(errors))
    return Truncation(cut * MSER_BATCH, cut == last)


def _squared_error(left: Sequence[float]) -> float:
    center = mean(left)
    return math.fsum((value - center) ** 2 for value in left) / len(left) ** 2


def welch(series: Sequence[float], window: int) -> list[float]:
    """The moving average of a series over `window` values to each side, fewer near its beginning (Welch, 1983).

    It ends `window` values before the series does.
    """
    return [
        mean(series[at - reach : at + reach + 1]) for at in range(len(series) - window) for reach in (min(at, window),)
    ]
