"""Calendar months of a run: where a day's month begins and ends, and what a day's part of a monthly amount is."""

import datetime

import numpy as np

from clinicsim.measures.periods import DAY, months_later

Array = np.ndarray


class Months:
    """The calendar months from the first day of a run to its last."""

    def __init__(self, start: datetime.date, end: float) -> None:
        first = start.replace(day=1)
        edges, month = [], 0
        while True:
            moment = (months_later(first, month) - start).days * DAY
            edges.append(moment)
            if moment >= end and month:
                break
            month += 1
        self.edges = np.array(edges)
        """The midnights that begin the months, and the one that ends the last; the first may lie before the start."""

    def of(self, times: Array) -> Array:
        """The number of the month in which each moment lies."""
        return np.clip(np.searchsorted(self.edges, times, side="right") - 1, 0, self.edges.size - 2)

    def first_days(self, times: Array) -> Array:
        """The first day of the month of each moment, or the first day of the run where that is later."""
        return np.maximum(self.edges[self.of(times)], 0.0)

    def last_days(self, times: Array) -> Array:
        """The midnight that begins the last day of the month of each moment."""
        return self.edges[self.of(times) + 1] - DAY

    def spread(self, amounts: Array, midnights: Array) -> Array:
        """A monthly amount on each of these days as that day's part of it: one part for each day of the month."""
        month = self.of(midnights)
        return amounts / ((self.edges[month + 1] - self.edges[month]) / DAY)
