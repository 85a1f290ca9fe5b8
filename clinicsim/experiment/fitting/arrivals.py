"""The rate of first bookings, and how it differs by weekday and month.

Counts of days are taken for Poisson with a product of factors, fitted by proportional scaling (Deming and Stephan 1940,
which gives the maximum of the likelihood). Weeks that vary more than Poisson widen every interval by the square root
of how much more (quasi-likelihood, Wedderburn 1974).
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from clinicsim.experiment.fitting.laws import Z
from clinicsim.experiment.statistics import wilson

Array = np.ndarray
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_DAYS = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
ALPHA = 0.05
"""A pattern is believed where chance alone would make one as uneven more seldom than this."""
A_YEAR = 365
ROUNDS = 50


@dataclass(frozen=True)
class Factor:
    """How many more come than on average, on a weekday or in a month, with its 95% interval."""

    name: str
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Pattern:
    """Factors with the p value of the test that they are all 1; empty where the time is too short to tell."""

    factors: tuple[Factor, ...]
    p: float

    @property
    def is_established(self) -> bool:
        """Whether it is more than chance."""
        return self.p < ALPHA


@dataclass(frozen=True)
class Arrivals:
    """First bookings: how many in how many days, their rate a day with its interval, and its patterns.

    `dispersion` is the variance of weekly counts over that of a Poisson process, 1 unless it is established to be
    more.
    """

    n: int
    days: int
    rate: float
    low: float
    high: float
    dispersion: float
    weekday: Pattern
    month: Pattern

    def expected(self, dates: pd.DatetimeIndex) -> Array:
        """First bookings that are expected on each day."""
        by_weekday = _values(self.weekday, 7)[dates.day_of_week]
        by_month = _values(self.month, 12)[dates.month - 1]
        return np.asarray(self.rate * by_weekday * by_month)


def arrivals_of(booked: pd.Series, start: pd.Timestamp, end: pd.Timestamp) -> Arrivals:
    """Fit the moments of first bookings between two midnights."""
    dates = pd.date_range(start, end, inclusive="left")
    days = pd.DatetimeIndex(booked).normalize()
    counts = days.value_counts().reindex(dates, fill_value=0).to_numpy(dtype=float)
    weekday, month = np.asarray(dates.day_of_week), np.asarray(dates.month) - 1
    has_year = len(dates) >= A_YEAR
    p_weekday = _p(counts, weekday, 7)
    p_month = _p(counts, month, 12) if has_year else math.nan
    fitted = _scaled(counts, weekday, month, p_weekday < ALPHA, p_month < ALPHA)
    expected = fitted.rate * fitted.weekday[weekday] * fitted.month[month]
    dispersion = _dispersion(counts, expected)
    n = int(counts.sum())
    width = math.exp(Z * math.sqrt(dispersion / max(n, 1)))
    by_weekday = _factors(WEEKDAYS, counts, weekday, fitted.month[month], np.ones(7), dispersion)
    by_month = _factors(MONTHS, counts, month, fitted.weekday[weekday], np.array(MONTH_DAYS), dispersion)
    return Arrivals(
        n,
        len(dates),
        fitted.rate,
        fitted.rate / width,
        fitted.rate * width,
        dispersion,
        Pattern(by_weekday, p_weekday),
        Pattern(by_month if has_year else (), p_month),
    )


@dataclass(frozen=True)
class _Scaled:
    rate: float
    weekday: Array
    month: Array


def _scaled(counts: Array, weekday: Array, month: Array, has_weekday: bool, has_month: bool) -> _Scaled:
    """The rate and the factors of the patterns that are there, each scaled to an average of 1."""
    by_weekday, by_month = np.ones(7), np.ones(12)
    for _ in range(ROUNDS):
        if has_weekday:
            by_weekday = _ratio(counts, weekday, by_month[month], np.ones(7))
        if has_month:
            by_month = _ratio(counts, month, by_weekday[weekday], np.array(MONTH_DAYS))
    rate = float(counts.sum() / np.sum(by_weekday[weekday] * by_month[month]))
    return _Scaled(rate, by_weekday, by_month)


def _ratio(counts: Array, group: Array, exposure: Array, weights: Array) -> Array:
    """Counts over exposure by group, scaled to a weighted average of 1."""
    size = len(weights)
    ratio = np.bincount(group, counts, size) / np.maximum(np.bincount(group, exposure, size), 1e-12)
    return np.asarray(ratio * weights.sum() / max(float(np.sum(ratio * weights)), 1e-12))


def _factors(
    names: tuple[str, ...], counts: Array, group: Array, exposure: Array, weights: Array, dispersion: float
) -> tuple[Factor, ...]:
    """Each factor with the interval that Wilson gives its share of all, given their number."""
    total = int(counts.sum())
    values = _ratio(counts, group, exposure, weights)
    found = []
    for place, name in enumerate(names):
        n, value = int(counts[group == place].sum()), float(values[place])
        low, high = wilson(n, total) if total else (0.0, 1.0)
        share = float(exposure[group == place].sum() / exposure.sum())
        scale = value / (n / total) if n else float(np.sum(values * weights) / weights.sum()) / max(share, 1e-12)
        wider = math.sqrt(dispersion)
        found.append(
            Factor(
                name, value, max(0.0, value - (value - low * scale) * wider), value + (high * scale - value) * wider, n
            )
        )
    return tuple(found)


def _p(counts: Array, group: Array, size: int) -> float:
    """The p value of the chi-square test that groups of days have the same rate."""
    days = np.bincount(group, minlength=size).astype(float)
    found = np.bincount(group, counts, size)
    expected = counts.sum() * days / days.sum()
    is_there = expected > 0
    if is_there.sum() < 2:
        return math.nan
    statistic = float(np.sum((found[is_there] - expected[is_there]) ** 2 / expected[is_there]))
    return float(stats.chi2.sf(statistic, int(is_there.sum()) - 1))


def _dispersion(counts: Array, expected: Array) -> float:
    """Pearson's statistic of whole weeks over its degrees of freedom, where it is established to be above 1."""
    weeks = len(counts) // 7
    if weeks < 4:
        return 1.0
    real, meant = (values[: weeks * 7].reshape(weeks, 7).sum(axis=1) for values in (counts, expected))
    is_there = meant > 0
    statistic, freedom = float(np.sum((real - meant)[is_there] ** 2 / meant[is_there])), int(is_there.sum()) - 1
    if freedom < 1 or stats.chi2.sf(statistic, freedom) >= ALPHA:
        return 1.0
    return max(statistic / freedom, 1.0)


def _values(pattern: Pattern, size: int) -> Array:
    if not pattern.factors or not pattern.is_established:
        return np.ones(size)
    return np.array([factor.value for factor in pattern.factors])
