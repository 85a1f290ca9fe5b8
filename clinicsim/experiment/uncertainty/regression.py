"""A mean as a smooth function of uncertain inputs: additive cubic splines and a few products, held back by ridge.

Knows no clinic. The penalty is chosen by generalised cross-validation (Golub, Heath and Wahba 1979).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

Array = np.ndarray
PAIRS = 5
"""Products of two inputs in the fit: those that explain most of what the additive part leaves."""
PENALTIES = np.logspace(-6, 4, 41)
"""Ridge penalties that are tried, for columns of variance 1, as a share of the number of draws."""
SOUND = 1e-10
"""A direction of the columns whose square size is under this share of the largest is left out."""
FLAT = 1e-9
"""A column whose spread is under this share of its size says nothing."""


@dataclass(frozen=True)
class Fit:
    """Fitted means, one a draw; the variance about them; and how many parameters the fit is worth."""

    fitted: Array
    residual_variance: float
    freedom: float


def fit(inputs: Array, values: Array) -> Fit:
    """Fit values (one a draw) by all inputs (draws in rows): splines, and products of the five strongest pairs."""
    additive = [column for each in inputs.T for column in spline(each)]
    first = _ridge(additive, values)
    chosen = strongest_pairs(inputs, values - first.fitted)
    if not chosen:
        return first
    scaled = [_scaled(each) for each in inputs.T]
    return _ridge([*additive, *(scaled[i] * scaled[j] for i, j in chosen)], values)


def fit_one(each: Array, values: Array) -> Fit:
    """Fit values by one input alone."""
    return _ridge(spline(each), values)


def spline(each: Array) -> list[Array]:
    """Four cubic basis functions of an input with a knot at its median, in the truncated power form."""
    scaled = _scaled(each)
    beyond = np.maximum(scaled - np.median(scaled), 0.0)
    return [scaled, scaled**2, scaled**3, beyond**3]


def strongest_pairs(inputs: Array, left: Array) -> list[tuple[int, int]]:
    """The pairs of inputs whose products go most with what is left of the values, the strongest first."""
    scaled = [_scaled(each) for each in inputs.T]
    strength = {(i, j): _correlation(scaled[i] * scaled[j], left) for i, j in combinations(range(len(scaled)), 2)}
    return sorted((pair for pair in strength if strength[pair] > 0), key=lambda pair: -strength[pair])[:PAIRS]


def _scaled(each: Array) -> Array:
    """The input brought to -1 to 1; 0 throughout where it never varies."""
    low, high = float(each.min()), float(each.max())
    return np.zeros(each.size) if high <= low else 2.0 * (each - low) / (high - low) - 1.0


def _correlation(one: Array, other: Array) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return 0.0 if size == 0.0 else abs(float(a @ b)) / size


def _ridge(columns: Sequence[Array], values: Array) -> Fit:
    """Ridge regression with an intercept that is not held back, its penalty by generalised cross-validation."""
    count, centre = values.size, float(values.mean())
    spread = [(column - column.mean(), float(column.std())) for column in columns]
    kept = [centred / sd for centred, sd in spread if sd > FLAT]
    if not kept:
        return Fit(np.full(count, centre), float(values.var(ddof=1)), 1.0)
    matrix = np.column_stack(kept)
    # The few columns' products are enough: a decomposition of all draws takes much longer, and as long as all cores.
    squares, directions = np.linalg.eigh(matrix.T @ matrix)
    sound = squares > SOUND * squares[-1]
    sizes = np.sqrt(squares[sound])
    left = matrix @ (directions[:, sound] / sizes)
    target = left.T @ (values - centre)
    total = float(((values - centre) ** 2).sum())
    best = (np.inf, 1.0, target)
    for penalty in PENALTIES:
        shrink = sizes**2 / (sizes**2 + penalty * count)
        freedom = 1.0 + float(shrink.sum())
        if freedom >= count:
            continue
        residual = max(total - float((target**2 * (1.0 - (1.0 - shrink) ** 2)).sum()), 0.0)
        score = residual / (count - freedom) ** 2
        if score < best[0]:
            best = (score, freedom, shrink * target)
    _, freedom, coefficients = best
    fitted = centre + left @ coefficients
    return Fit(fitted, float(((values - fitted) ** 2).sum()) / (count - freedom), freedom)
