"""Where A stops being ahead of B as an input rises, with an interval. Knows no clinic.

The signs at nine values, decided with intervals that hold together, say whether there is a crossing at all. Where there
is one, more values between the last sign of the one kind and the first of the other, and more pairs, narrow it down: a
quadratic is fitted to the mean differences by least squares, and its root is resampled over whole replications, in
which the points keep the luck that they share.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np

from clinicsim.experiment.statistics import Difference, paired_difference

Array = np.ndarray
Sampler = Callable[[Sequence[float], int], Sequence[Sequence[float]]]
"""By value of the input, how far A is ahead of B in each of the first n replications, the same ones at every value."""

VALUES, PAIRS = 9, 20
"""Values at which the signs are decided, and pairs of replications at each."""
MORE_VALUES = 5
"""Values that are added between two signs."""
MOST_PAIRS = 160
NARROW = 0.1
"""The interval is narrow enough where it is shorter than this share of the range."""
RESAMPLES = 2000
TAIL = 0.025
RESAMPLING = "resampling of replications"


@dataclass(frozen=True, slots=True)
class Point:
    """What was seen at one value: the mean difference, its interval among all that hold together, and who is ahead.

    `lead` is 1 where A is established to be ahead, -1 where B is, 0 where neither is.
    """

    value: float
    gain: Difference

    @property
    def lead(self) -> int:
        """1 for A, -1 for B, 0 while undecided."""
        return 1 if self.gain.low > 0 else -1 if self.gain.high < 0 else 0


@dataclass(frozen=True)
class Crossing:
    """What was found: `points` by rising value, and the `brackets` in each of which the sign changes.

    Where there is one bracket, `at` is the value where A stops (or begins) being ahead and (`low`, `high`) its
    interval, open on a side where it is infinite; of a `whole` number input, `at` is the value nearest the other side
    at which A is established to be ahead, and the interval is the bracket itself. `pairs` is how many pairs of
    replications were played at a point at most.
    """

    points: tuple[Point, ...]
    brackets: tuple[tuple[float, float], ...]
    pairs: int
    whole: bool = False
    at: float = math.nan
    low: float = math.nan
    high: float = math.nan

    @property
    def leads(self) -> list[int]:
        """The decided signs by rising value, undecided ones left out."""
        return [point.lead for point in self.points if point.lead]

    @property
    def is_narrow(self) -> bool:
        """Whether the interval is as narrow as was wanted."""
        return self.high - self.low < NARROW * (self.points[-1].value - self.points[0].value)


def find_crossing(sample: Sampler, low: float, high: float, whole: bool = False, most: int = MOST_PAIRS) -> Crossing:
    """Look for the value in [low, high] where A stops, or begins, being ahead, with at most so many pairs a point."""
    values = _spread(low, high, whole)
    points = _points(sample, values, PAIRS, len(values))
    found = Crossing(points, tuple(_brackets(points)), PAIRS, whole)
    if len(found.brackets) != 1:
        return found
    return _narrowed_whole(sample, found, most) if whole else _narrowed(sample, found, most)


def _spread(low: float, high: float, whole: bool) -> list[float]:
    """Nine equally spaced values; whole numbers as near to that as they come."""
    values = [low + (high - low) * place / (VALUES - 1) for place in range(VALUES)]
    return list(dict.fromkeys(float(round(value)) for value in values)) if whole else values


def _points(sample: Sampler, values: Sequence[float], pairs: int, together: int) -> tuple[Point, ...]:
    """Play the values; the intervals hold for so many `together`."""
    return tuple(
        Point(value, paired_difference(list(gains), [0.0] * len(gains), together))
        for value, gains in zip(values, sample(values, pairs), strict=True)
    )


def _brackets(points: Sequence[Point]) -> Iterator[tuple[float, float]]:
    """The stretches between two neighbouring decided values with different signs."""
    for before, after in pairwise(point for point in points if point.lead):
        if before.lead != after.lead:
            yield before.value, after.value


def _narrowed(sample: Sampler, found: Crossing, most: int) -> Crossing:
    """More values in the bracket, and twice as many pairs time after time, until the interval is narrow enough."""
    ((left, right),) = found.brackets
    added = [left + (right - left) * place / (MORE_VALUES + 1) for place in range(1, MORE_VALUES + 1)]
    inside = {point.value for point in found.points if left <= point.value <= right}
    values = sorted(inside | {value for value in added if all(not math.isclose(value, known) for known in inside)})
    falling = next(point.lead for point in found.points if point.value == left) > 0
    outside = [point for point in found.points if not left <= point.value <= right]
    pairs = found.pairs
    while True:
        pairs = min(2 * pairs, max(most, found.pairs))
        gains = np.array([list(gain) for gain in sample(values, pairs)], dtype=float)
        at, low, high = root_with_interval(np.array(values), gains, falling)
        found = replace(found, pairs=pairs, at=at, low=low, high=high)
        if found.is_narrow or pairs >= most:
            points = _points(sample, values, pairs, len(outside) + len(values))
            return replace(found, points=tuple(sorted([*outside, *points], key=lambda point: point.value)))


def root_with_interval(values: Array, gains: Array, falling: bool) -> tuple[float, float, float]:
    """The root of the quadratic through the mean gains (a row for each value), and its 95% interval.

    `falling` says that A is ahead on the left. A resample without a root between the first and the last value counts as
    beyond the edge at which its sign is the wrong one, so the interval may be infinite on a side. Replications that are
    blank anywhere are left out.
    """
    gains = gains[:, ~np.isnan(gains).any(axis=0)]
    if gains.shape[1] < 2:
        return math.nan, -math.inf, math.inf
    middle, half = (values[0] + values[-1]) / 2, (values[-1] - values[0]) / 2
    basis = np.vander((values - middle) / half, 3)
    fit = np.linalg.pinv(basis) * (1.0 if falling else -1.0)
    at = float(_falls(fit @ gains.mean(axis=1, keepdims=True))[0])
    roots = np.sort(_falls(fit @ gains @ _weights(gains.shape[1])))
    cut = math.floor(_tail(gains.shape[1]) * RESAMPLES)
    low, high = float(roots[cut]), float(roots[RESAMPLES - 1 - cut])
    return middle + half * at if math.isfinite(at) else math.nan, middle + half * low, middle + half * high


def _tail(replications: int) -> float:
    """The share of resamples beyond each end of the interval: 2.5%, and a little less with few replications.

    Resamples of few replications spread too little, by what makes t intervals wider than normal ones; percentiles
    further out make up for it (Hesterberg 2015, What teachers should know about the bootstrap, section 3.4).
    """
    from scipy.special import ndtr, stdtrit

    wider = math.sqrt(replications / (replications - 1)) * stdtrit(replications - 1, TAIL)
    return float(ndtr(wider))


def _falls(curves: Array) -> Array:
    """Where each a t^2 + b t + c (a column) falls through 0 between -1 and 1; infinite, beyond the edge, where none.

    That is the root at which the slope is minus the square root of b^2 - 4ac, written so that no digits are lost.
    """
    a, b, c = curves
    with np.errstate(all="ignore"):
        slope = np.sqrt(b * b - 4.0 * a * c)
        roots: Array = np.where(b <= 0.0, 2.0 * c / (slope - b), (-b - slope) / (2.0 * a))
        return np.where(np.abs(roots) <= 1.0, roots, np.where(c > 0.0, np.inf, -np.inf))


@cache
def _weights(replications: int) -> Array:
    """A column for each resample: how often each replication is in it, over how many there are."""
    from clinicsim.model.streams import Streams

    uniforms = Streams(0, 0).uniforms(RESAMPLING, replications, range(RESAMPLES * replications))
    drawn = (np.array(uniforms).reshape(RESAMPLES, replications) * replications).astype(int)
    counts: Array = np.array([np.bincount(row, minlength=replications) for row in drawn], dtype=float).T
    return counts / replications


def _narrowed_whole(sample: Sampler, found: Crossing, most: int) -> Crossing:
    """Decide the whole numbers between the two signs, with twice as many pairs time after time.

    The intervals hold together over all whole numbers of the range and over the looks at them.
    """
    together = int(found.points[-1].value - found.points[0].value + 1) * _looks(found.pairs, most)
    while True:
        ((left, right),) = found.brackets
        between = _spread_inside(left, right)
        if not between or (found.pairs >= most and all(value in {p.value for p in found.points} for value in between)):
            return _settled(found)
        pairs = min(2 * found.pairs, max(most, found.pairs))
        fresh = {point.value: point for point in _points(sample, between, pairs, together)}
        points = {point.value: point for point in found.points} | fresh
        ordered = tuple(points[value] for value in sorted(points))
        found = replace(found, points=ordered, brackets=tuple(_brackets(ordered)), pairs=pairs)
        if len(found.brackets) != 1:
            return found


def _looks(first: int, most: int) -> int:
    """How often the number of pairs is doubled, the first look among them."""
    return 1 + max(0, math.ceil(math.log2(max(most, first) / first)))


def _spread_inside(left: float, right: float) -> list[float]:
    """Up to five whole numbers between two others."""
    between = int(right - left) - 1
    count = min(between, MORE_VALUES)
    return [left + round((between + 1) * place / (count + 1)) for place in range(1, count + 1)]


def _settled(found: Crossing) -> Crossing:
    ((left, right),) = found.brackets
    a_on_the_right = next(point.lead for point in found.points if point.value == right) > 0
    return replace(found, at=right if a_on_the_right else left, low=left, high=right)
