"""The last weeks, kept out of the fit, beside weeks simulated from it.

Each simulated week has the appointments that were really due in the held-out week, at their lead times; who comes to
them, how long visits take and how many people book for the first time are drawn from the fit, and so is the fit
itself, within its own uncertainty. So the back-test asks whether the fit still holds, and not whether the clinic's
diary is modelled well.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special, stats

from clinicsim.experiment.fitting.arrivals import Arrivals
from clinicsim.experiment.fitting.attendance import ALL, Rule
from clinicsim.experiment.fitting.laws import Lengths, Z
from clinicsim.measures.appointments import ATTENDED, BOOKINGS, CANCELLED, HOURS, LATE_CANCEL, MISSED, NO_SHOW
from clinicsim.model.streams import Streams

if TYPE_CHECKING:
    from clinicsim.scenario import Scenario

Array = np.ndarray
SIMULATED = 500
"""How many times the held-out weeks are simulated."""
SEED = 1
SHARES = (np.arange(4000) + 0.5) / 4000
"""Shares for which the quantiles of a length are computed once; between them they are interpolated."""
MEASURES = (BOOKINGS, CANCELLED, MISSED, HOURS)
LEVEL = 0.95
MOST_SELDOM = 0.01
"""Weeks outside their range, more than chance would bring more seldom than this, speak against the fit."""


@dataclass(frozen=True)
class Part:
    """One measure over all held-out weeks: what really was, what the fit expects, and whether they agree.

    The range of the total is simultaneous over all measures. `inside` of `weeks` lie in their own ranges; with more
    than `most_outside` that do not, they speak against the fit.
    """

    measure: str
    real: float
    mean: float
    low: float
    high: float
    inside: int
    weeks: int
    most_outside: int

    @property
    def agrees(self) -> bool:
        """Whether neither the total nor the weeks speak against the fit."""
        return self.low <= self.real <= self.high and self.weeks - self.inside <= self.most_outside


@dataclass(frozen=True)
class BackTest:
    """`weeks` has a row for each held-out week and measure: `week`, `measure`, `real`, `mean`, `low`, `high`."""

    weeks: pd.DataFrame
    parts: tuple[Part, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing speaks against the fit."""
        return all(part.agrees for part in self.parts)


@dataclass(frozen=True)
class Beside:
    """The back-test of a whole clinic: its held-out weeks, simulated from the first day of the export on.

    `scenario` is the clinic with the fit laid over it and the `changes` of the planner on top. It was played
    `replications` times of the `asked`; `lost` are those that had to be given up. `remarks` say what a reader must know
    to judge what differs.
    """

    tested: BackTest
    scenario: "Scenario"
    changes: Mapping[str, str]
    seed: int
    asked: int
    replications: int
    lost: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Fitted:
    """The parts of a fit that a week is simulated from."""

    arrivals: Arrivals
    lengths: Mapping[str, Lengths]
    no_show: Mapping[str, Rule]
    late_cancel: Mapping[str, Rule]


def back_test(fitted: Fitted, due: pd.DataFrame, booked: pd.Series, cut: pd.Timestamp, end: pd.Timestamp) -> BackTest:
    """Simulate the weeks from `cut` to `end`.

    `due` are the appointments of that time that were attended or missed, with `lead` and `minutes` (NaN where they are
    not known); `booked` are the moments of first bookings.
    """
    week = ((due["scheduled"] - cut).dt.days // 7).to_numpy()
    dates = pd.date_range(cut, end, inclusive="left")
    of_dates = np.asarray((dates - cut).days // 7)
    weeks = len(dates) // 7
    real = _real(fitted, due, week, booked, cut, weeks)
    expected = np.bincount(of_dates, fitted.arrivals.expected(dates), weeks)
    quantiles = {visit: lengths.law.quantile(SHARES) for visit, lengths in fitted.lengths.items()}
    simulated = [_simulated(fitted, quantiles, due, week, expected, number) for number in range(1, SIMULATED + 1)]
    drawn = {measure: np.array([one[measure] for one in simulated]) for measure in MEASURES}
    rows = []
    parts = []
    most_outside = int(stats.binom.isf(MOST_SELDOM, weeks, 1 - LEVEL))
    for measure in MEASURES:
        low, high = _range(drawn[measure], LEVEL)
        rows += [
            (
                cut + pd.Timedelta(days=7 * place),
                measure,
                real[measure][place],
                drawn[measure][:, place].mean(),
                low[place],
                high[place],
            )
            for place in range(weeks)
        ]
        inside = int(np.sum((real[measure] >= low) & (real[measure] <= high)))
        totals = drawn[measure].sum(axis=1)
        least, most = _range(totals, 1 - (1 - LEVEL) / len(MEASURES))
        total = (float(real[measure].sum()), float(totals.mean()), float(least), float(most))
        parts.append(Part(measure, *total, inside, weeks, most_outside))
    return BackTest(pd.DataFrame(rows, columns=["week", "measure", "real", "mean", "low", "high"]), tuple(parts))


def _real(
    fitted: Fitted, due: pd.DataFrame, week: Array, booked: pd.Series, cut: pd.Timestamp, weeks: int
) -> dict[str, Array]:
    status = due["status"].to_numpy()
    of_booked = ((booked - cut).dt.days // 7).to_numpy()
    measured = (status == ATTENDED) & due["minutes"].notna().to_numpy() & _has_length(fitted, due)
    return {
        BOOKINGS: np.bincount(of_booked, minlength=weeks).astype(float),
        CANCELLED: np.bincount(week, status == LATE_CANCEL, weeks),
        MISSED: np.bincount(week, status == NO_SHOW, weeks),
        HOURS: np.bincount(week[measured], due["minutes"].to_numpy()[measured] / 60, weeks),
    }


def _simulated(
    fitted: Fitted, quantiles: Mapping[str, Array], due: pd.DataFrame, week: Array, expected: Array, number: int
) -> dict[str, Array]:
    streams, count, weeks = Streams(SEED, number), len(due), len(expected)

    def draw(purpose: str, size: int) -> Array:
        return np.array(streams.uniforms(f"back_test.{purpose}", 0, range(size)))

    error = special.ndtri(draw("error", 3))
    cancels = draw("late_cancel", count) < _chances(fitted.late_cancel, due, error[0])
    misses = ~cancels & (draw("no_show", count) < _chances(fitted.no_show, due, error[1]))
    comes = ~cancels & ~misses
    return {
        BOOKINGS: _bookings(fitted.arrivals, expected, draw("bookings", weeks), error[2]),
        CANCELLED: np.bincount(week, cancels, weeks),
        MISSED: np.bincount(week, misses, weeks),
        HOURS: np.bincount(week, comes * _lengths(quantiles, due, draw("lengths", count)) / 60, weeks),
    }


def _bookings(arrivals: Arrivals, expected: Array, uniforms: Array, error: float) -> Array:
    """Counts of weeks: Poisson, or negative binomial where weeks vary more; the rate is as unsure as it is."""
    spread = arrivals.dispersion
    mean = np.maximum(expected * math.exp(error * math.sqrt(spread / max(arrivals.n, 1))), 1e-9)
    if spread > 1:
        return np.asarray(stats.nbinom.ppf(uniforms, mean / (spread - 1), 1 / spread))
    return np.asarray(stats.poisson.ppf(uniforms, mean))


def _chances(rules: Mapping[str, Rule], due: pd.DataFrame, error: float) -> Array:
    """The chance of each appointment, all of a rule moved by the same error in log odds."""
    found = np.zeros(len(due))
    visits, lead = due["visit"].to_numpy(), due["lead"].fillna(0.0).to_numpy()
    for visit in set(visits):
        rule = rules.get(visit, rules.get(ALL))
        if rule is not None:
            chance = np.clip(rule.chance(lead[visits == visit]), 1e-9, 1 - 1e-9)
            low, high = (special.logit(np.clip(value, 1e-9, 1 - 1e-9)) for value in rule.share[1:])
            found[visits == visit] = special.expit(special.logit(chance) + error * (high - low) / (2 * Z))
    return np.where(found > 1e-6, found, 0.0)


def _lengths(quantiles: Mapping[str, Array], due: pd.DataFrame, uniforms: Array) -> Array:
    """Minutes of each appointment; 0 where no length was fitted."""
    found = np.zeros(len(due))
    visits = due["visit"].to_numpy()
    for visit, table in quantiles.items():
        found[visits == visit] = np.interp(uniforms[visits == visit], SHARES, table)
    return found


def _has_length(fitted: Fitted, due: pd.DataFrame) -> Array:
    return due["visit"].isin(list(fitted.lengths)).to_numpy()


def _range(drawn: Array, level: float) -> tuple[Array, Array]:
    """The range that so many of the simulated values lie in, both ends belonging to it."""
    tail = (1 - level) / 2
    return np.quantile(drawn, tail, axis=0, method="lower"), np.quantile(drawn, 1 - tail, axis=0, method="higher")
