"""What is asked of a pool or a retreat, beside what it can give."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import inf


@dataclass(frozen=True)
class PoolLoad:
    """Hours a week asked of a pool and hours that it can give; `load` is the one over the other.

    A pool that changes has one for each time between two changes: `since` a date (the start when None) up to the day
    before `until` (for ever when None).
    """

    name: str
    asked: float
    offered: float
    since: date | None = None
    until: date | None = None

    @property
    def when(self) -> str:
        """The time for which it holds, in words; nothing where it always does."""
        since = "" if self.since is None else f" from {self.since}"
        return since if self.until is None else f"{since} until {self.until - timedelta(days=1)}"

    @property
    def load(self) -> float:
        """Asked over offered; infinite where something is asked of a pool that can give nothing."""
        if self.offered > 0:
            return self.asked / self.offered
        return inf if self.asked > 0 else 0.0


@dataclass(frozen=True)
class RetreatLoad:
    """People who would join a retreat and places that it has, both a month."""

    name: str
    joiners: float
    places: float

    @property
    def load(self) -> float:
        """Joiners over places."""
        return self.joiners / self.places if self.places > 0 else inf
