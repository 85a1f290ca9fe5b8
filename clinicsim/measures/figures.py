"""What a measuring function gives: figures by name, where a share keeps the two counts it is made of."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Share(NamedTuple):
    """People (or visits, minutes) who did, of those who could; blank when nobody could."""

    successes: float
    trials: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.successes / self.trials if self.trials else math.nan


Figures = Mapping[str, float | Share]


def value_of(figure: float | Share) -> float:
    """The figure as a plain number."""
    return figure.value if isinstance(figure, Share) else float(figure)


def share(did: Array, could: Array) -> Share:
    """The share of those flagged in `could` who are flagged in `did` too."""
    return Share(int(np.count_nonzero(did & could)), int(np.count_nonzero(could)))


def ratio(numerator: float, denominator: float) -> float:
    """A ratio of sums; blank when there is nothing to divide by."""
    return float(numerator / denominator) if denominator else math.nan


def mean(values: Array) -> float:
    """The plain mean; blank when there are no values."""
    return float(np.mean(values)) if values.size else math.nan


def quantile(values: Array, level: float) -> float:
    """The smallest value that at least this share of all values do not exceed; blank when there are none."""
    if not values.size:
        return math.nan
    return float(np.sort(values)[max(math.ceil(level * values.size - 1e-9) - 1, 0)])
