"""Who comes: no-shows against lead time, and late cancellations, in all visits and where a visit type differs.

The curve of no-shows is the one of the language: odds(L) = odds(0) x ratio ^ (1 - exp(-L / time constant)). For a given
time constant it is a logistic regression on x = 1 - exp(-L / time constant); the time constant is searched on a grid.
Intervals are those of the profile likelihood: every value that some time constant makes likely enough.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from clinicsim.experiment.fitting.laws import Z
from clinicsim.experiment.statistics import wilson

Array = np.ndarray
DAYS = np.geomspace(0.5, 180.0, 120)
"""Time constants, in days, that are tried."""
ALPHA = 0.05
FEWEST_MISSED = 20
"""Missed appointments that are needed for a curve, and for a visit type to have a rule of its own."""
STANDS_OUT = 3.0
"""Standard errors by which a visit type differs from the others before it gets a rule of its own."""
ENOUGH = 3.841459
"""Twice the fall of the log-likelihood at the ends of a 95% interval."""
ALL = ""
"""The name under which the rule of all visit types stands that have none of their own."""

Interval = tuple[float, float, float]


@dataclass(frozen=True)
class Rule:
    """A share, or a curve by lead time: of `n` appointments `missed` were. Each figure is (value, low, high).

    Where no curve is established `share` says everything, and the others are None. The time constant is in days.
    """

    n: int
    missed: int
    share: Interval
    same_day: Interval | None = None
    far_ahead: Interval | None = None
    time_constant: Interval | None = None

    @property
    def written(self) -> str:
        """The rule as it stands in a scenario."""
        if self.same_day is None or self.far_ahead is None or self.time_constant is None:
            return percent(self.share[0])
        near, far = percent(self.same_day[0]), percent(self.far_ahead[0])
        return f"{{same_day: {near}, far_ahead: {far}, time_constant: {self.time_constant[0]:.3g} days}}"

    def chance(self, lead: Array) -> Array:
        """The chance at each lead time, in days."""
        if self.same_day is None or self.far_ahead is None or self.time_constant is None:
            return np.full(len(lead), self.share[0])
        near, far = (math.log(value / (1 - value)) for value in (self.same_day[0], self.far_ahead[0]))
        return _chance(near + (far - near) * -np.expm1(-np.asarray(lead) / self.time_constant[0]))

    def moved(self, error: float) -> "Rule":
        """The rule with its chances moved in log odds by so many standard errors of its share."""
        low, high = (_log_odds(value) for value in self.share[1:])
        by = error * (high - low) / (2 * Z)
        ends = (
            None if end is None else (float(_chance(np.array(_log_odds(end[0]) + by))), *end[1:])
            for end in (self.share, self.same_day, self.far_ahead)
        )
        share, same_day, far_ahead = ends
        assert share is not None
        return replace(self, share=share, same_day=same_day, far_ahead=far_ahead)


def percent(share: float) -> str:
    """A share as it stands in a scenario."""
    return f"{f'{100 * share:.2f}'.rstrip('0').rstrip('.')}%"


def by_visit(frame: pd.DataFrame, rule: Callable[[pd.DataFrame], Rule]) -> dict[str, Rule]:
    """One rule for all visit types, and one for each that stands out from the others.

    `frame` has `visit`, `lead` and `missed`. The one that stands out most gets its own first, and the others are
    looked at again without it.
    """
    own: dict[str, Rule] = {}
    rest = frame
    while not rest.empty:
        together = rule(rest)
        far = {name: _distance(together, part) for name, part in rest.groupby("visit", sort=True)}
        name = max(far, key=lambda name: far[name], default=None)
        if name is None or far[name] < STANDS_OUT or len(far) < 2:
            return {ALL: together, **own}
        own[str(name)] = rule(pd.DataFrame(rest[rest["visit"] == name]))
        rest = pd.DataFrame(rest[rest["visit"] != name])
    return own


def share_of(frame: pd.DataFrame) -> Rule:
    """The share that was missed, with Wilson's interval."""
    n, missed = len(frame), int(frame["missed"].sum())
    return Rule(n, missed, (missed / n, *wilson(missed, n)))


def curve_of(frame: pd.DataFrame) -> Rule:
    """The curve by lead time where one is established that rises, else the share.

    Established: twice the gain in log-likelihood over one share for all is more than chi-square with two degrees of
    freedom gives in 5 of 100 cases.
    """
    flat = share_of(frame)
    counts = frame.groupby("lead")["missed"].agg(["size", "sum"])
    lead, n, missed = counts.index.to_numpy(float), counts["size"].to_numpy(float), counts["sum"].to_numpy(float)
    if flat.missed < FEWEST_MISSED or len(lead) < 3:
        return flat
    fits = [_regression(-np.expm1(-lead / days), n, missed) for days in DAYS]
    best = max(range(len(DAYS)), key=lambda place: fits[place].likelihood)
    gain = 2 * (fits[best].likelihood - _likelihood(np.full(len(n), flat.share[0]), n, missed))
    if stats.chi2.sf(gain, 2) >= ALPHA or fits[best].slope <= 0:
        return flat
    return Rule(
        flat.n,
        flat.missed,
        flat.share,
        _profiled(fits, best, lambda fit: (fit.near, fit.error_near)),
        _profiled(fits, best, lambda fit: (fit.near + fit.slope, fit.error_far)),
        _likely_days(fits, best),
    )


def lead_days(appointments: pd.DataFrame, attended: str) -> Array:
    """Calendar days from the later of booking and last attended visit to each appointment; NaN where never booked."""
    day = appointments["scheduled"].dt.normalize()
    held = day.where(appointments["status"] == attended)
    last = held.groupby(appointments["patient"]).transform(lambda days: days.shift().ffill())
    since = appointments["booked"].dt.normalize()
    since = since.where(last.isna() | (since >= last), last).where(since.notna())
    return np.asarray(np.maximum((day - since).dt.days.to_numpy(dtype=float), 0.0))


@dataclass(frozen=True)
class _Regression:
    """Log odds near + slope x, with the log-likelihood and the standard errors at both ends of the curve."""

    near: float
    slope: float
    likelihood: float
    error_near: float
    error_far: float


def _regression(x: Array, n: Array, missed: Array) -> _Regression:
    """Logistic regression by Newton's steps."""
    design = np.column_stack([np.ones_like(x), x])
    share = missed.sum() / n.sum()
    point = np.array([math.log(share / (1 - share)) if 0 < share < 1 else 0.0, 0.0])
    for _ in range(25):
        chance = _chance(design @ point)
        information = design.T @ (design * (n * chance * (1 - chance))[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(information, design.T @ (missed - n * chance))
        point = point + np.clip(step, -2.0, 2.0)
        if np.max(np.abs(step)) < 1e-8:
            break
    cover = np.linalg.inv(information)
    likelihood = _likelihood(_chance(design @ point), n, missed)
    far = math.sqrt(max(float(cover.sum()), 0.0))
    return _Regression(float(point[0]), float(point[1]), likelihood, math.sqrt(float(cover[0, 0])), far)


def _profiled(fits: list[_Regression], best: int, end: Callable[[_Regression], tuple[float, float]]) -> Interval:
    """A chance at one end of the curve: every value that some time constant makes likely enough."""
    top = fits[best].likelihood
    lows, highs = [], []
    for fit in fits:
        left = ENOUGH - 2 * (top - fit.likelihood)
        if left >= 0:
            center, error = end(fit)
            lows.append(center - error * math.sqrt(left))
            highs.append(center + error * math.sqrt(left))
    value, low, high = (float(_chance(np.array(odds))) for odds in (end(fits[best])[0], min(lows), max(highs)))
    return value, low, high


def _likely_days(fits: list[_Regression], best: int) -> Interval:
    top = fits[best].likelihood
    likely = [place for place, fit in enumerate(fits) if 2 * (top - fit.likelihood) <= ENOUGH]
    low, high = max(likely[0] - 1, 0), min(likely[-1] + 1, len(DAYS) - 1)
    return float(DAYS[best]), float(DAYS[low]), float(DAYS[high])


def _log_odds(share: float) -> float:
    """The log odds of a share; of none and of all those of nearly none and nearly all."""
    share = min(max(share, 1e-9), 1 - 1e-9)
    return math.log(share / (1 - share))


def _chance(log_odds: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0))))


def _likelihood(chance: Array, n: Array, missed: Array) -> float:
    chance = np.clip(chance, 1e-12, 1 - 1e-12)
    return float(np.sum(missed * np.log(chance) + (n - missed) * np.log1p(-chance)))


def _distance(rule: Rule, part: Any) -> float:
    """By how many standard errors the misses of a visit type differ from what the rule expects."""
    chance = rule.chance(part["lead"].to_numpy(dtype=float))
    missed = float(part["missed"].sum())
    if min(missed, len(part) - missed) < FEWEST_MISSED and float(chance.sum()) < FEWEST_MISSED:
        return 0.0
    error = math.sqrt(max(float(np.sum(chance * (1 - chance))), 1e-12))
    return abs(missed - float(chance.sum())) / error
