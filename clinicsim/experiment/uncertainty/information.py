"""The value of information from fitted net benefits, acceptability, and luck against ignorance. Knows no clinic.

Net benefits come as differences from the first choice: draws in rows, the other choices in columns. What is fitted,
never the draws themselves, says which choice is best: a draw has luck in it, which no knowledge of inputs would
take away.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from clinicsim.experiment.uncertainty.regression import fit, fit_one

Array = np.ndarray
RESAMPLES = 200
CLEAR = 2.0
"""A value is told from 0 where it is at least so many standard errors."""
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Worth:
    """The value of some information with its standard error, in the unit of the net benefit."""

    value: float
    error: float

    @property
    def is_clear(self) -> bool:
        """Whether it can be told from 0."""
        return self.value > 0.0 and self.value >= CLEAR * self.error


@dataclass(frozen=True)
class Information:
    """What is known of a choice, and what knowing more would be worth.

    `fitted` are net benefits by draw, as differences from the first choice. `overall` is the value of perfect
    information, `by_input` that of each input alone, in their order. `leads` where the input of the largest value is
    ahead of the next beyond the noise of the resamples. `luck` is the share of the spread of each difference that
    is run-to-run noise, and `noise` its variance.
    """

    fitted: Array
    overall: Worth
    by_input: tuple[Worth, ...]
    leads: bool
    luck: tuple[float, ...]
    noise: tuple["Noise", ...]

    @property
    def means(self) -> tuple[float, ...]:
        """Mean net benefit of each choice, less that of the first."""
        return (0.0, *self.fitted.mean(axis=0).tolist())

    @property
    def choice(self) -> int:
        """The choice of the highest mean net benefit, 0 for the first."""
        return int(np.argmax(self.means))

    @property
    def chances(self) -> tuple[float, ...]:
        """For each choice, the chance that it is the best one: its acceptability."""
        return chances(self.fitted)

    @property
    def cost_when_wrong(self) -> float:
        """What the choice costs on average in the cases in which another one is better; 0 where there are none."""
        wrong = 1.0 - self.chances[self.choice]
        return self.overall.value / wrong if wrong > 0 else 0.0


def inform(inputs: Array, differences: Array, resample: Callable[[int], Array]) -> Information:
    """The value of information about each column of `inputs`, for net benefits as differences from the first choice.

    `resample(b)` gives the rows of resample b; the standard errors come from fits to 200 of them.
    """
    fits = [fit(inputs, column) for column in differences.T]
    fitted = np.column_stack([found.fitted for found in fits])
    whole = np.array(_values(inputs, differences))
    again = np.array([_values(inputs[rows], differences[rows]) for rows in map(resample, range(RESAMPLES))])
    errors = again.std(axis=0, ddof=1)
    worth = [Worth(float(value), float(error)) for value, error in zip(whole, errors, strict=True)]
    variances = differences.var(axis=0, ddof=1)
    luck = [
        1.0 if variance == 0 else min(1.0, found.residual_variance / variance)
        for found, variance in zip(fits, variances.tolist(), strict=True)
    ]
    noise = tuple(Noise(found.residual_variance, differences.shape[0] - found.freedom) for found in fits)
    return Information(fitted, worth[0], tuple(worth[1:]), _leads(whole[1:], again[:, 1:]), tuple(luck), noise)


def _values(inputs: Array, differences: Array) -> list[float]:
    """The value of perfect information overall, and then about each input."""
    together = np.column_stack([fit(inputs, column).fitted for column in differences.T])
    alone = (np.column_stack([fit_one(each, column).fitted for column in differences.T]) for each in inputs.T)
    return [perfect(together), *map(perfect, alone)]


def _leads(values: Array, again: Array) -> bool:
    if values.size < 2:
        return values.size == 1
    first, second = np.argsort(-values, kind="stable")[:2]
    return bool(values[first] - values[second] >= CLEAR * (again[:, first] - again[:, second]).std(ddof=1))


def perfect(fitted: Array) -> float:
    """The value of perfect information: the mean of the best in each draw, less the best mean."""
    return max(0.0, float(np.maximum(fitted.max(axis=1), 0.0).mean()) - max(0.0, float(fitted.mean(axis=0).max())))


def chances(fitted: Array) -> tuple[float, ...]:
    """The share of draws in which each choice is the best, the first choice first; ties go to the earlier one."""
    best = np.argmax(np.column_stack([np.zeros(fitted.shape[0]), fitted]), axis=1)
    return tuple((np.bincount(best, minlength=fitted.shape[1] + 1) / best.size).tolist())


@dataclass(frozen=True, slots=True)
class Noise:
    """A variance between replications of the same draw, and the degrees of freedom that it is estimated with."""

    variance: float
    freedom: float

    def interval(self) -> tuple[float, float]:
        """Its 95% interval, were the replications normal."""
        from scipy.special import gammaincinv

        tail, squares = (1.0 - LEVEL) / 2.0, self.variance * self.freedom
        low, high = (squares / (2.0 * float(gammaincinv(self.freedom / 2.0, p))) for p in (1.0 - tail, tail))
        return low, high

    def agrees(self, other: "Noise") -> bool:
        """Whether both can be estimates of one variance: the F test at 5%."""
        from scipy.special import fdtr

        if self.variance == 0.0 or other.variance == 0.0:
            return self.variance == other.variance
        below = float(fdtr(self.freedom, other.freedom, self.variance / other.variance))
        return (1.0 - LEVEL) / 2.0 <= below <= (1.0 + LEVEL) / 2.0


def noise_within(groups: Sequence[Sequence[float]]) -> Noise:
    """The pooled variance within groups of replications of one draw each."""
    freedom = sum(len(group) - 1 for group in groups)
    squares = math.fsum((value - math.fsum(group) / len(group)) ** 2 for group in groups for value in group)
    return Noise(squares / freedom, freedom)
