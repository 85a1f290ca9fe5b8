"""How long the whole will take, told once, from the first runs of it: a trial that costs nothing."""

import time
from collections.abc import Callable

FEWEST_PIECES = 4
"""Pieces of work that must have come in: with the first ones, workers have only just begun."""
SHORTEST_TRIAL = 3.0
"""Seconds of work from which the rest is judged, at least."""
SHORTEST_REST = 30.0
"""Seconds of work left that are worth a sentence."""


class Foretelling:
    """Listens to how much is done, and says one sentence about how long the whole will take, where it takes long."""

    def __init__(self, words: str, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.words, self.tell, self.clock = words, tell, clock
        self.pieces = -1
        self.told = False

    def hear(self, done: int, of: int) -> None:
        """Take note that so many of so many runs are done; the first time, that work begins."""
        self.pieces += 1
        if self.pieces == 0:
            self.begun, self.before = self.clock(), done
            return
        passed = self.clock() - self.begun
        if self.told or self.pieces < FEWEST_PIECES or passed < SHORTEST_TRIAL or done == self.before:
            return
        self.told = True
        left = passed / (done - self.before) * (of - done)
        if left >= SHORTEST_REST:
            whole = f"{self.words} {of - self.before:,} runs"
            self.tell(f"{whole} will take about {in_time(passed + left)}, judged by the first {done - self.before:,}.")


def in_time(seconds: float) -> str:
    """A length of time in words, such as `40 seconds`, `12 minutes` or `2.5 hours`."""
    if seconds < 90:
        return f"{10 * round(seconds / 10)} seconds"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / 3600:.1f} hours"
