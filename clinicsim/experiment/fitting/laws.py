"""Lengths of time: which distribution of the scenario language they follow, and how well.

Each candidate is fitted by maximum likelihood; the one with the lowest AIC (Akaike 1974) is chosen. How well it fits is
said by the largest distance between its cumulative shares and those observed (Kolmogorov), and by a chi-square test on
bins of equal chance, with a degree of freedom taken off for each parameter.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, stats

Array = np.ndarray
FEWEST = 20
"""Lengths that are needed for a fit."""
SAME = 0.05
"""Minutes: lengths that lie closer together than this are one length."""
MOST_BINS, LEAST_IN_BIN = 20, 10
Z = 1.959964
GRIDS = (5.0, 1.0)
"""Minutes to which a practice may round."""


@dataclass(frozen=True)
class Law:
    """A fitted distribution: its parameters by the names of the language, in minutes where they are not ratios.

    `distance` is the largest between fitted and observed cumulative shares; `p` that of the chi-square test, NaN where
    there are too few lengths for it.
    """

    family: str
    parameters: dict[str, float]
    aic: float
    distance: float
    p: float
    frozen: Any

    @property
    def written(self) -> str:
        """The law as it stands in a scenario."""
        if self.family == "fixed":
            return minutes(self.parameters["value"])
        said = [
            f"{name}: {value:.4g}" if name == "shape" else f"{name}: {minutes(value)}"
            for name, value in self.parameters.items()
        ]
        return f"{{{', '.join([f'dist: {self.family}', *said])}}}"

    def up_to(self, lengths: Array) -> Array:
        """The share of lengths up to each."""
        if self.family == "fixed":
            return np.where(lengths < self.parameters["value"], 0.0, 1.0)
        return np.asarray(self.frozen.cdf(lengths))

    def quantile(self, shares: Array) -> Array:
        """The lengths that these shares stay under."""
        if self.family == "fixed":
            return np.full(len(shares), self.parameters["value"])
        return np.asarray(self.frozen.ppf(shares))


@dataclass(frozen=True)
class Lengths:
    """Lengths in minutes, in order, with the candidates from best to worst; the first is the one chosen.

    `mean` and `sd` are those observed, with intervals: of the mean by Student's t, of the standard deviation from the
    fourth moment, free of any distribution.
    """

    observed: Array
    candidates: tuple[Law, ...]
    mean: tuple[float, float, float]
    sd: tuple[float, float, float]

    @property
    def law(self) -> Law:
        """The distribution that is chosen."""
        return self.candidates[0]

    def __len__(self) -> int:
        return len(self.observed)


def lengths_of(observed: Array, families: Sequence[str]) -> Lengths | None:
    """Fit lengths in minutes with each of the families that can take them; None where there are too few."""
    values = np.sort(np.asarray(observed, dtype=float))
    if len(values) < FEWEST:
        return None
    if values[-1] - values[0] < SAME:
        middle = float(np.median(values))
        law = Law("fixed", {"value": middle}, -math.inf, 0.0, math.nan, None)
        return Lengths(values, (law,), (middle,) * 3, (0.0,) * 3)
    laws = [_law(family, values) for family in families if values[0] > 0 or family in ANY_SIGN]
    return Lengths(values, tuple(sorted(laws, key=lambda law: law.aic)), *_moments(values))


def minutes(value: float) -> str:
    """Minutes as they stand in a scenario."""
    said = f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{'0' if said == '-0' else said} min"


def _moments(values: Array) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    n, mean, sd = len(values), float(values.mean()), float(values.std(ddof=1))
    half = float(stats.t.ppf(0.975, n - 1)) * sd / math.sqrt(n)
    fourth = float(((values - mean) ** 4).mean())
    of_sd = Z * math.sqrt(max(fourth - sd**4, 0.0) / n) / (2 * sd)
    return (mean, mean - half, mean + half), (sd, max(sd - of_sd, 0.0), sd + of_sd)


def _law(family: str, values: Array) -> Law:
    parameters, frozen = FAMILIES[family](values)
    likelihood = float(np.sum(frozen.logpdf(values)))
    aic = 2 * len(parameters) - 2 * likelihood if math.isfinite(likelihood) else math.inf
    shares = np.sort(np.asarray(frozen.cdf(_spread(values))))
    steps = np.arange(len(values) + 1) / len(values)
    distance = float(max(np.max(steps[1:] - shares), np.max(shares - steps[:-1])))
    return Law(family, parameters, aic, distance, _chi_square(shares, len(parameters)), frozen)


def _spread(values: Array) -> Array:
    """Lengths in whole minutes, or whole five minutes, spread evenly over the time that each of them stands for.

    What a practice rounds is no fault of a distribution; other lengths stay as they are.
    """
    grid = next((grid for grid in GRIDS if np.all(np.abs(values / grid - np.round(values / grid)) < 1e-6)), None)
    if grid is None:
        return values
    _, first, counts = np.unique(values, return_index=True, return_counts=True)
    place = np.arange(len(values)) - np.repeat(first, counts)
    return np.asarray(values + grid * ((place + 0.5) / np.repeat(counts, counts) - 0.5))


def _chi_square(shares: Array, parameters: int) -> float:
    """The p value of the test that cumulative shares are uniform."""
    bins = min(MOST_BINS, len(shares) // LEAST_IN_BIN)
    freedom = bins - 1 - parameters
    if freedom < 1:
        return math.nan
    counts, _ = np.histogram(shares, bins=bins, range=(0.0, 1.0))
    expected = len(shares) / bins
    return float(stats.chi2.sf(np.sum((counts - expected) ** 2) / expected, freedom))


Fitted = tuple[dict[str, float], Any]


def _lognormal(values: Array) -> Fitted:
    logs = np.log(values)
    center, sigma = float(logs.mean()), float(logs.std())
    mean = math.exp(center + sigma**2 / 2)
    return {"mean": mean, "sd": mean * math.sqrt(math.expm1(sigma**2))}, stats.lognorm(sigma, scale=math.exp(center))


def _gamma(values: Array) -> Fitted:
    shape, _, scale = stats.gamma.fit(values, floc=0)
    return {"mean": shape * scale, "sd": math.sqrt(shape) * scale}, stats.gamma(shape, scale=scale)


def _weibull(values: Array) -> Fitted:
    shape, _, scale = stats.weibull_min.fit(values, floc=0)
    return {"shape": float(shape), "scale": float(scale)}, stats.weibull_min(shape, scale=scale)


def _exponential(values: Array) -> Fitted:
    mean = float(values.mean())
    return {"mean": mean}, stats.expon(scale=mean)


def _normal(values: Array) -> Fitted:
    mean, sd = float(values.mean()), float(values.std())
    return {"mean": mean, "sd": sd}, stats.norm(mean, sd)


def _uniform(values: Array) -> Fitted:
    low, high = float(values[0]), float(values[-1])
    return {"low": low, "high": high}, stats.uniform(low, high - low)


def _triangular(values: Array) -> Fitted:
    """The likelihood is searched from a triangle a little wider than what was observed; it has no closed form."""
    lowest, highest = float(values[0]), float(values[-1])
    room = (highest - lowest) / math.sqrt(len(values))

    def badness(point: Array) -> float:
        low, high = lowest - math.exp(point[0]), highest + math.exp(point[1])
        mode = low + (high - low) / (1 + math.exp(-point[2]))
        return -float(np.sum(np.log(_triangle(values, low, mode, high))))

    middle = min(max((3 * float(values.mean()) - 2 * lowest - highest) / (highest - lowest), 0.05), 0.95)
    start = [math.log(room), math.log(room), math.log(middle / (1 - middle))]
    best = optimize.minimize(
        badness, start, method="Nelder-Mead", options={"maxiter": 600, "xatol": 1e-4, "fatol": 1e-6}
    )
    low, high = lowest - math.exp(best.x[0]), highest + math.exp(best.x[1])
    low = max(low, 0.0) if lowest > 0 else low
    mode = low + (high - low) / (1 + math.exp(-best.x[2]))
    return {"low": low, "mode": mode, "high": high}, stats.triang((mode - low) / (high - low), low, high - low)


def _triangle(values: Array, low: float, mode: float, high: float) -> Array:
    """The density of a triangular law, never quite 0."""
    rising = (values - low) / max((high - low) * (mode - low), 1e-12)
    falling = (high - values) / max((high - low) * (high - mode), 1e-12)
    return np.asarray(np.maximum(2 * np.where(values < mode, rising, falling), 1e-300))


FAMILIES: dict[str, Callable[[Array], Fitted]] = {
    "lognormal": _lognormal,
    "gamma": _gamma,
    "weibull": _weibull,
    "triangular": _triangular,
    "uniform": _uniform,
    "exponential": _exponential,
    "normal": _normal,
}
ANY_SIGN = ("normal", "triangular", "uniform")
"""Families that take lengths of 0 and below it, as those who come early have."""
OF_VISITS = ("lognormal", "gamma", "weibull", "triangular", "uniform", "exponential")
OF_LATENESS = ("normal", "triangular", "uniform", "lognormal", "gamma", "exponential")
