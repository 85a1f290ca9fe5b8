"""What stood in the way of an earlier start: the wait of a booking, shared among its causes.

Every start on the grid between the one that was asked for and the one that was booked, at which the visit would lie
within the hours, is looked at on its own: the wait that falls to it is shared equally among all that failed at it.
"""

from collections.abc import Sequence
from itertools import pairwise

from clinicsim.model.diary.masks import lowest

Counts = dict[str, tuple[float, int, int]]
"""By cause: shares of starts, starts at which it failed alone, starts at which it failed."""
Failure = tuple[str, int]
"""A cause, and those of the starts looked at at which it fails."""


class Tally:
    """Starts looked at, and what failed at them."""

    def __init__(self) -> None:
        self.starts = 0
        self._causes: Counts = {}

    def count(self, starts: int, failures: Sequence[Failure]) -> None:
        """Count by cause at which of the starts of a day it failed, given the mask of failures of each."""
        counts = _count(starts, failures)
        self.starts += starts.bit_count()
        if not self._causes:
            self._causes = counts
            return
        causes = self._causes
        for cause, (share, alone, involved) in counts.items():
            known = causes.get(cause, (0.0, 0, 0))
            causes[cause] = (known[0] + share, known[1] + alone, known[2] + involved)

    def leave_out(self, cause: str) -> None:
        """Leave out the starts at which a cause failed alone."""
        _, alone, _ = self._causes.pop(cause, (0.0, 0, 0))
        self.starts -= alone

    def spread(self, minutes: float) -> dict[str, tuple[float, float, float]]:
        """Give by cause the minutes of the wait that fall to it, those where it failed alone, those where it failed at
        all.

        The first add up to the wait. Without any start it is all the hours'.
        """
        total = sum([share for share, _, _ in self._causes.values()])
        if not total:
            return {"hours": (minutes, minutes, minutes)}
        each = minutes / self.starts
        return {
            cause: (minutes * share / total, each * alone, each * involved)
            for cause, (share, alone, involved) in sorted(self._causes.items())
        }


def _count(starts: int, failures: Sequence[Failure]) -> Counts:
    """Count by cause. A start at which nothing failed was passed over by a rule of booking, and counts as `policy`."""
    number = starts.bit_count()
    if len(failures) == 1 and failures[0][1] == starts:
        return {failures[0][0]: (float(number), number, number)}
    first = lowest(starts)
    masks = [mask >> first for _, mask in failures]
    exactly = _exactly(starts >> first, masks)
    causes: Counts = {}
    for (cause, _), mask in zip(failures, masks, strict=True):
        parts = [(mask & alike).bit_count() / number for number, alike in enumerate(exactly) if number and alike]
        causes[cause] = (sum(parts), (mask & exactly[1]).bit_count(), mask.bit_count())
    if exactly[0]:
        passed = exactly[0].bit_count()
        causes["policy"] = (float(passed), passed, passed)
    return causes


def _exactly(starts: int, masks: Sequence[int]) -> list[int]:
    """By number the starts that are in exactly so many of the masks."""
    at_least = [starts]
    for mask in masks:
        at_least.append(at_least[-1] & mask)
        for number in range(len(at_least) - 2, 0, -1):
            at_least[number] |= at_least[number - 1] & mask
    at_least.append(0)
    return [more & ~most for more, most in pairwise(at_least)]
