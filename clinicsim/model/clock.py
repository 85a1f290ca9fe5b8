"""`Clock`: SimPy's environment, with its loop written out."""

from heapq import heappop
from typing import Any

import simpy


class Clock(simpy.Environment):
    """Plays events in the order of SimPy. A run has some ten events a visit: what its loop asks beyond them (a call an
    event, errors caught at each) is a third of what they cost.
    """

    now = 0.0

    def look_from(self, moment: float) -> None:
        """Put the clock to a moment and let nothing happen: for a clinic that is tried and not played."""
        self.now = self._now = moment

    def play(self, until: float) -> None:
        """Let everything happen that happens before a moment, and stop the clock at it.

        An event that fails, with nobody to hear of it, raises its error.
        """
        queue: list[Any] = self._queue
        while queue and queue[0][0] < until:
            self.now, _, _, event = heappop(queue)
            self._now = self.now
            callbacks = event.callbacks
            event.callbacks = None
            for callback in callbacks:
                callback(event)
            if not event._ok and not event.defused:
                raise event.value
        self.now = self._now = until
