"""When booked phases begin, by pool: what walk-ins that give way have to know."""

from bisect import bisect_right, insort
from collections.abc import Iterable

from clinicsim.model.parts import Hold


class Begins:
    """The beginnings of all that is held, in order of time, with how many units or people it needs."""

    def __init__(self) -> None:
        self._by_pool: dict[str, list[tuple[float, int]]] = {}

    def add(self, holds: Iterable[Hold]) -> None:
        """Note what is held."""
        for hold in filter(_with_patients, holds):
            insort(self._by_pool.setdefault(hold.pool, []), (hold.start, hold.units))

    def take_out(self, holds: Iterable[Hold]) -> None:
        """Forget what is given back."""
        for hold in filter(_with_patients, holds):
            self._by_pool[hold.pool].remove((hold.start, hold.units))

    def between(self, pool: str, start: float, end: float) -> list[tuple[float, int]]:
        """Give the beginnings after `start` and before `end`."""
        begins = self._by_pool.get(pool, [])
        first = bisect_right(begins, (start, 1 << 30))
        found = []
        for begin in begins[first:]:
            if begin[0] >= end:
                break
            found.append(begin)
        return found


def _with_patients(hold: Hold) -> bool:
    """Whether a visit begins with it: notes are written by those who have just served one."""
    return hold.contact
