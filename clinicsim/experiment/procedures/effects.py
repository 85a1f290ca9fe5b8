"""How much each input moves an output: one at a time, by Morris, by Sobol, and from points that are there already.

Knows no clinic. A point gives each input its place between the low end of its range (0) and the high end (1), or None
for the value as it is. The sampler plays every point with the same replications; what is analysed is the mean over
them. The replications' own noise is part of every interval here: replications are resampled whole, beside the
resampling of points that SALib makes. SALib: Herman and Usher (2017), Iwanaga, Usher and Herman (2022).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clinicsim.experiment.statistics import Difference, paired_difference

Array = np.ndarray
Sampler = Callable[[Sequence[Sequence[float | None]]], Sequence[Sequence[float]]]
"""By point, the value of each replication, the same replications at every point."""

RESAMPLES = 200
RESAMPLING = "resampling of replications for indices"
Z = 1.959964
"""Standard errors from the middle to an end of a 95% interval."""
SLICES = 10
"""Parts into which PAWN cuts the range of an input."""


@dataclass(frozen=True)
class Bar:
    """What an input does at its low and its high end, as differences from the output as it is."""

    input: int
    low: Difference
    high: Difference

    @property
    def swing(self) -> float:
        """The larger of the two differences, without its sign."""
        return max(abs(self.low.difference), abs(self.high.difference))

    @property
    def is_established(self) -> bool:
        """Whether either end is established to change the output."""
        return any(end.low > 0 or end.high < 0 for end in (self.low, self.high))


@dataclass(frozen=True, slots=True)
class Index:
    """A figure for an input with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Effects:
    """Figures by name, an index for each input in order, and how much of the spread between points is noise.

    `noise` is a share; NaN where one replication a point cannot tell.
    """

    indices: dict[str, tuple[Index, ...]]
    noise: float
    points: int


def one_at_a_time(sample: Sampler, ends: Sequence[tuple[float, float]]) -> list[Bar]:
    """Move each input to both its ends, the others as they are; the largest swing first.

    The intervals hold together over all ends of all inputs.
    """
    count = len(ends)
    points = [[None] * count] + [
        [end if place == moved else None for place in range(count)] for moved in range(count) for end in ends[moved]
    ]
    base, *rest = (list(values) for values in sample(points))
    found = [paired_difference(values, base, 2 * count) for values in rest]
    bars = [Bar(moved, found[2 * moved], found[2 * moved + 1]) for moved in range(count)]
    return sorted(bars, key=lambda bar: -bar.swing if not math.isnan(bar.swing) else math.inf)


def morris(sample: Sampler, inputs: int, trajectories: int, seed: int) -> Effects:
    """Elementary effects along trajectories (Morris 1991; Campolongo et al. 2007): their mean size and their spread.

    A spread as large as the mean size says that the input acts unevenly, or together with others.
    """
    from SALib.analyze import morris as analyse
    from SALib.sample import morris as design

    problem = _problem(inputs)
    points = design.sample(problem, trajectories, num_levels=4, seed=seed)

    def figures(means: Array) -> dict[str, Array]:
        found = analyse.analyze(problem, points, means, num_resamples=RESAMPLES, num_levels=4, seed=seed)
        return {
            "mean size": np.asarray(found["mu_star"], dtype=float),
            "spread": np.asarray(found["sigma"], dtype=float),
            "mean size, error": np.asarray(found["mu_star_conf"], dtype=float) / Z,
        }

    return _with_noise(np.array([list(values) for values in sample(points.tolist())]), figures)


def sobol(sample: Sampler, inputs: int, base: int, seed: int) -> Effects:
    """Shares of the variance (Sobol 2001, Saltelli 2010): of each input alone (first), with all its company (total).

    `base` is a power of 2; base x (inputs + 2) points are played.
    """
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as design

    problem = _problem(inputs)
    points = design.sample(problem, base, calc_second_order=False, seed=seed)

    def figures(means: Array) -> dict[str, Array]:
        found = analyse.analyze(problem, means, calc_second_order=False, num_resamples=RESAMPLES, seed=seed)
        return {
            "first": np.asarray(found["S1"], dtype=float),
            "total": np.asarray(found["ST"], dtype=float),
            "first, error": np.asarray(found["S1_conf"], dtype=float) / Z,
            "total, error": np.asarray(found["ST_conf"], dtype=float) / Z,
        }

    return _with_noise(np.array([list(values) for values in sample(points.tolist())]), figures)


def pawn(points: Array, outputs: Array, seed: int) -> Effects:
    """How far an input shifts the distribution of the output (Pianosi and Wagener 2015), from points played already.

    `points` have a row for each output and a column for each input. The index is the median, over parts of the input's
    range, of the distance (Kolmogorov and Smirnov) between all outputs and those of that part; the interval is that of
    the smallest and the largest distance.
    """
    from SALib.analyze import pawn as analyse

    found = analyse.analyze(_problem(points.shape[1]), points, outputs, S=SLICES, seed=seed)
    columns = (np.asarray(found[name], dtype=float).tolist() for name in ("median", "minimum", "maximum"))
    indices = tuple(Index(*figures) for figures in zip(*columns, strict=True))
    return Effects({"distance": indices}, math.nan, len(outputs))


def _problem(inputs: int) -> dict[str, Any]:
    return {"num_vars": inputs, "names": [str(place) for place in range(inputs)], "bounds": [[0.0, 1.0]] * inputs}


def _with_noise(values: Array, figures: Callable[[Array], dict[str, Array]]) -> Effects:
    """The figures of the mean over replications, each with an interval from both kinds of resampling."""
    found = figures(values.mean(axis=1))
    names = [name for name in found if not name.endswith(", error")]
    replications = values.shape[1]
    again: dict[str, list[Array]] = {name: [] for name in names}
    for row in _resamples(replications) if replications > 1 else ():
        other = figures(values[:, row].mean(axis=1))
        for name in names:
            again[name].append(other[name])
    indices: dict[str, tuple[Index, ...]] = {}
    for name in names:
        of_points = found.get(f"{name}, error", np.zeros_like(found[name]))
        of_luck = np.std(again[name], axis=0, ddof=1) if again[name] else np.zeros_like(found[name])
        half = Z * np.sqrt(of_points**2 + of_luck**2)
        indices[name] = tuple(
            Index(middle, middle - reach, middle + reach)
            for middle, reach in zip(found[name].tolist(), half.tolist(), strict=True)
        )
    return Effects(indices, noise_share(values), len(values))


def noise_share(values: Array) -> float:
    """The share of the variance between points (rows) that is noise of the replications (columns).

    Luck that all points share is none: the noise is what is left beside the effects of points and of replications, as
    in an analysis of variance of two ways.
    """
    points, replications = values.shape
    if replications < 2 or points < 2:
        return math.nan
    rest = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + values.mean()
    noise = float((rest**2).sum()) / ((points - 1) * (replications - 1)) / replications
    spread = float(values.mean(axis=1).var(ddof=1))
    return min(1.0, noise / spread) if spread > 0 else math.nan


def _resamples(replications: int) -> Array:
    from clinicsim.model.streams import Streams

    uniforms = Streams(0, 0).uniforms(RESAMPLING, replications, range(RESAMPLES * replications))
    drawn: Array = (np.array(uniforms).reshape(RESAMPLES, replications) * replications).astype(int)
    return drawn
