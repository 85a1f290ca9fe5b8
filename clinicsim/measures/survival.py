"""Times that are not all seen to their end: the Kaplan-Meier estimate and what is read from it."""

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Survival(NamedTuple):
    """The share who have not had the event yet: from each of the `times` on, `share`; 1 before the first."""

    times: Array
    share: Array

    def at(self, time: float) -> float:
        """The share who have not had the event by that time."""
        index = int(np.searchsorted(self.times, time, side="right"))
        return float(self.share[index - 1]) if index else 1.0

    def mean_up_to(self, limit: float) -> float:
        """The mean time to the event, counting no time beyond the limit."""
        inside = self.times < limit
        edges = np.concatenate(([0.0], self.times[inside], [limit]))
        return float(np.sum(np.diff(edges) * np.concatenate(([1.0], self.share[inside]))))

    def quantile_up_to(self, level: float, limit: float) -> float:
        """The time by which this share have had the event, or the limit when that is later."""
        reached = self.times[self.share <= 1.0 - level + 1e-12]
        return float(min(reached[0], limit)) if reached.size else limit


def kaplan_meier(durations: Array, seen: Array) -> Survival:
    """The estimate of Kaplan and Meier (1958). `seen` flags those whose event was seen; the others left before it.

    At equal durations events come before departures, as is usual.
    """
    times, deaths = np.unique(durations[seen], return_counts=True)
    at_risk = durations.size - np.searchsorted(np.sort(durations), times, side="left")
    return Survival(times, np.cumprod(1.0 - deaths / at_risk))
