"""How sure a set of replications makes us. Knows no clinic: numbers in, intervals out.

The unit is the replication: every value here is one replication's figure, never one patient's. NaN is a blank: the
replication had nobody or nothing to measure. An estimate is made from the replications that are not blank, and none is
made when more than one in ten is. All intervals are at 95% unless several comparisons share that level. Sums are exact
(`math.fsum`), so that no order of work and no processor changes a digit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95
FEWEST_FOR_TRUST = 10
"""Under this number of replications the t interval of a skewed measure covers far less than it says: warn."""
FEWEST_FOR_LEVEL = 60
"""Replications that an estimate of what 95% of them stay under needs."""
MOST_BLANK = 0.1
"""The largest share of blank replications with which an estimate is still made."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications and its interval, in the unit of the values; NaN where there is none.

    `n` replications were used, `blank` were left out because they had no value.
    """

    mean: float
    low: float
    high: float
    n: int
    blank: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean paired difference from a base, with its interval and p value under one adjustment for multiplicity.

    `p_adjusted` is under 0.05 exactly when the interval leaves out 0. `variance_ratio` is the variance that the
    difference would have between independent replications, over the one it has between paired ones: so many times
    more replications would be needed without common random numbers.
    """

    difference: float
    low: float
    high: float
    p_adjusted: float
    n: int
    variance_ratio: float
    blank: int = 0


def estimate(
    values: Sequence[float],
    lower: float = -math.inf,
    upper: float = math.inf,
    pooled: tuple[int, int] | None = None,
) -> Estimate:
    """The mean of replication values with its t interval, cut to [lower, upper].

    For a share, `pooled` gives (people who did, people who could) over all replications: where every replication says
    0, or every one says 1, a Wilson interval on these counts replaces the t interval, whose width would be zero.
    """
    present = _present(values)
    n, blank = len(present), len(values) - len(present)
    if _too_blank(n, blank):
        return Estimate(math.nan, math.nan, math.nan, n, blank)
    center = mean(present)
    if n < 2:
        return Estimate(center, math.nan, math.nan, n, blank)
    if pooled is not None and pooled[1] > 0 and set(present) in ({0.0}, {1.0}):
        return Estimate(center, *wilson(*pooled), n, blank)
    half = _t_quantile(n - 1, 1) * math.sqrt(variance(present) / n)
    return Estimate(center, max(lower, center - half), min(upper, center + half), n, blank)


def estimate_chance(values: Sequence[float]) -> Estimate:
    """How often something happens: the share of replications that say 1 and not 0, with its interval by Wilson."""
    present = _present(values)
    n, blank = len(present), len(values) - len(present)
    if _too_blank(n, blank):
        return Estimate(math.nan, math.nan, math.nan, n, blank)
    ends = wilson(round(sum(present)), n) if n > 1 else (math.nan, math.nan)
    return Estimate(mean(present), *ends, n, blank)


def estimate_median(values: Sequence[float]) -> Estimate:
    """The median of replication values, in the place of the mean, with its order-statistic interval.

    The interval is free of any distribution: from the k-th smallest to the k-th largest value, with the largest k that
    still covers 95% (binomial with p = 1/2). A value censored from above is infinity; so may be the median and the
    upper end. Under six replications no such interval exists.
    """
    from scipy.special import bdtr

    present = sorted(_present(values))
    n, blank = len(present), len(values) - len(present)
    if _too_blank(n, blank):
        return Estimate(math.nan, math.nan, math.nan, n, blank)
    below, above = present[(n - 1) // 2], present[n // 2]
    middle = below if below == above else (below + above) / 2
    cut = sum(1 for k in range(n // 2) if bdtr(k, n, 0.5) <= (1 - LEVEL) / 2)
    if cut == 0:
        return Estimate(middle, math.nan, math.nan, n, blank)
    return Estimate(middle, present[cut - 1], present[n - cut], n, blank)


def estimate_level(values: Sequence[float], level: float = LEVEL) -> Estimate:
    """The value that a share `level` of replications stay at or under, in the place of the mean, with its interval.

    The interval goes from one order statistic to another, and is free of any distribution: the k-th smallest value is
    at or under the quantile with a binomial chance. At least 60 replications are needed, with which the largest value
    is above the quantile in 95 of 100 cases; with fewer there is no estimate.
    """
    from scipy.special import bdtr

    present = sorted(_present(values))
    n, blank = len(present), len(values) - len(present)
    tail = (1 - LEVEL) / 2
    above = next((k for k in range(n - 1) if bdtr(k, n, level) >= 1 - tail), n - 1)
    if _too_blank(n, blank) or n < FEWEST_FOR_LEVEL:
        return Estimate(math.nan, math.nan, math.nan, n, blank)
    below = max((k for k in range(n) if bdtr(k - 1, n, level) <= tail), default=0) if n else 0
    return Estimate(present[max(0, math.ceil(level * n) - 1)], present[max(0, below - 1)], present[above], n, blank)


def ratio_values(numerators: Sequence[float], denominators: Sequence[float]) -> list[float]:
    """One value for each replication whose mean is the ratio of means, and whose variance that of its jackknife.

    They take the place of replication values in `estimate` and in `paired_difference`. None where the ratio cannot be
    estimated: with fewer than two replications, or where the 95% interval of the mean denominator has 0 in it.
    """
    pairs = [(a, b) for a, b in zip(numerators, denominators, strict=True) if not (math.isnan(a) or math.isnan(b))]
    below = estimate([b for _, b in pairs])
    if len(pairs) < 2 or math.isnan(below.low) or below.low <= 0.0 <= below.high:
        return []
    n = len(pairs)
    over, under = math.fsum(a for a, _ in pairs), math.fsum(b for _, b in pairs)
    whole = over / under
    pseudo = [n * whole - (n - 1) * (over - a) / (under - b) for a, b in pairs]
    shift = whole - mean(pseudo)
    return [value + shift for value in pseudo]


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95% interval of a share by Wilson (1927): the shares that a score test does not reject."""
    from scipy.special import ndtri

    z2 = float(ndtri((1 + LEVEL) / 2)) ** 2
    share = successes / trials
    center = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = math.sqrt(z2 * (share * (1 - share) / trials + z2 / (4 * trials**2))) / (1 + z2 / trials)
    low = 0.0 if successes == 0 else center - half
    high = 1.0 if successes == trials else center + half
    return low, high


def paired_difference(values: Sequence[float], base: Sequence[float], comparisons: int = 1) -> Difference:
    """The mean of `values` minus `base`, replication by replication under common random numbers.

    The interval and the p value are simultaneous over `comparisons` comparisons (Bonferroni): all the intervals shown
    hold together with at least 95%. A replication that is blank on either side is left out of this difference. Where a
    value is infinite (a month that was never reached) there is no mean difference: all figures are NaN.
    """
    pairs = [(a, b) for a, b in zip(values, base, strict=True) if not (math.isnan(a) or math.isnan(b))]
    n, blank = len(pairs), len(values) - len(pairs)
    differences = [a - b for a, b in pairs]
    if _too_blank(n, blank) or not all(map(math.isfinite, differences)):
        return Difference(math.nan, math.nan, math.nan, math.nan, n, math.nan, blank)
    center = mean(differences)
    if n < 2:
        return Difference(center, math.nan, math.nan, math.nan, n, math.nan, blank)
    error = math.sqrt(variance(differences) / n)
    half = _t_quantile(n - 1, comparisons) * error
    p_adjusted = _p_value(center, error, n - 1, comparisons)
    return Difference(center, center - half, center + half, p_adjusted, n, _variance_ratio(pairs), blank)


def mean(values: Sequence[float]) -> float:
    """The mean of at least one value."""
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """The sample variance (over n - 1) of at least two values."""
    center = mean(values)
    return math.fsum((value - center) ** 2 for value in values) / (len(values) - 1)


def _present(values: Sequence[float]) -> list[float]:
    return [float(value) for value in values if not math.isnan(value)]


def _too_blank(present: int, blank: int) -> bool:
    return present == 0 or blank > MOST_BLANK * (present + blank)


def _t_quantile(freedom: int, comparisons: int) -> float:
    """How many standard errors an interval reaches to each side."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 1 - (1 - LEVEL) / (2 * comparisons)))


def _p_value(center: float, error: float, freedom: int, comparisons: int) -> float:
    """Two-sided, adjusted; a difference that is the same in every replication is certain, or certainly none."""
    from scipy.special import stdtr

    if error == 0:
        return 1.0 if center == 0 else 0.0
    return min(1.0, comparisons * 2 * float(stdtr(freedom, -abs(center) / error)))


def _variance_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    independent = variance([a for a, _ in pairs]) + variance([b for _, b in pairs])
    paired = variance([a - b for a, b in pairs])
    if paired == 0:
        return math.inf if independent > 0 else math.nan
    return independent / paired
