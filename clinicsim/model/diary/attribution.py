"""What stood in the way of an earlier start: the wait of a booking, shared among its causes.

Every start on the grid between the one that was asked for and the one that was booked, at which the visit would lie
within the hours, is looked at on its own: the wait that falls to it is shared equally among all that failed at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

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
    at_least = [starts]
    for _, mask in failures:
        at_least.append(0)
        for number in range(len(at_least) - 1, 0, -1):
            at_least[number] |= at_least[number - 1] & mask
    exactly = [more & ~most for more, most in zip(at_least, [*at_least[1:], 0], strict=True)]
    causes: Counts = {}
    for cause, mask in failures:
        failed = mask & starts
        if failed:
            parts = [(failed & exactly[number]).bit_count() / number for number in range(1, len(exactly))]
            causes[cause] = (sum(parts), (failed & exactly[1]).bit_count(), failed.bit_count())
    if exactly[0]:
        passed = exactly[0].bit_count()
        causes["policy"] = (float(passed), passed, passed)
    return causes
