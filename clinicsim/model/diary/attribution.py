"""What stood in the way of an earlier start: the wait of a booking, shared among its causes.

Every start on the grid between the one that was asked for and the one that was booked, at which the visit would lie
within the hours, is looked at on its own: the wait that falls to it is shared equally among all that failed at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Counts = dict[str, tuple[float, int, int]]
"""By cause: shares of starts, starts at which it failed alone, starts at which it failed."""


@dataclass(slots=True)
class Tally:
    """Starts looked at, and what failed at them."""

    starts: int = 0
    causes: Counts = field(default_factory=dict)

    def add(self, starts: int, causes: Counts) -> None:
        """Add what was counted on a day."""
        self.starts += starts
        for cause, (share, alone, involved) in causes.items():
            known = self.causes.get(cause, (0.0, 0, 0))
            self.causes[cause] = (known[0] + share, known[1] + alone, known[2] + involved)

    def leave_out(self, cause: str) -> None:
        """Leave out the starts at which a cause failed alone."""
        _, alone, _ = self.causes.pop(cause, (0.0, 0, 0))
        self.starts -= alone

    def spread(self, minutes: float) -> dict[str, tuple[float, float, float]]:
        """Give by cause the minutes of the wait that fall to it, those where it failed alone, those where it failed at
        all.

        The first add up to the wait. Without any start it is all the hours'.
        """
        total = sum(share for share, _, _ in self.causes.values())
        if not total:
            return {"hours": (minutes, minutes, minutes)}
        each = minutes / self.starts
        return {
            cause: (minutes * share / total, each * alone, each * involved)
            for cause, (share, alone, involved) in sorted(self.causes.items())
        }


def count(starts: int, failures: Sequence[tuple[str, int]]) -> Counts:
    """Count by cause at which of these starts it failed, given the mask of failures of each.

    A start at which nothing failed was passed over by a rule of booking, and counts as `policy`.
    """
    failed = [(cause, mask & starts) for cause, mask in failures if mask & starts]
    if len(failed) == 1 and failed[0][1] == starts:
        number = starts.bit_count()
        return {failed[0][0]: (float(number), number, number)}
    exactly = _exactly(starts, [mask for _, mask in failed])
    causes: Counts = {}
    for cause, mask in failed:
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
