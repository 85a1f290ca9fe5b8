"""When people are due for their breaks: where the diary has left room for them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from clinicsim.model.calendar import Spans
from clinicsim.model.parts import Worker
from clinicsim.scenario.clinic import Break

HeldSpans = Callable[[str, str, int], Sequence[tuple[float, float]]]


class BreakRota(Protocol):
    """What is asked of the roster."""

    def workers(self, pool: str) -> Sequence[Worker]:
        """Everybody who is ever in a pool, in order."""
        ...

    def breaks(self, worker: Worker) -> tuple[tuple[str, Break], ...]:
        """The breaks of somebody, by name."""
        ...

    def shift(self, worker: Worker, day: int) -> Spans:
        """When somebody is at work on a day."""
        ...


class Breaks:
    """The breaks of a day, in minutes after its midnight.

    Somebody who is booked by name has a break at the first moment between its bounds at which nothing is booked for so
    long, by what `held` gives for (role, person, day); at the first bound where there is none. People booked by number
    take turns, in their order.
    """

    def __init__(self, roster: BreakRota, named: Iterable[str], held: HeldSpans) -> None:
        self._roster = roster
        self._named = frozenset(named)
        self._held = held

    def of(self, worker: Worker, day: int) -> list[tuple[float, float]]:
        """Give the breaks of somebody on a day that lie within their shift."""
        pauses = self._roster.breaks(worker)
        if not pauses:
            return []
        shift = self._roster.shift(worker, day)
        begins = [(self._begin(worker, day, pause), pause.lasts) for _, pause in pauses]
        return [
            (begin, begin + lasts)
            for begin, lasts in begins
            if any(first <= begin and begin + lasts <= until for first, until in shift)
        ]

    def _begin(self, worker: Worker, day: int, pause: Break) -> float:
        first, until = pause.between
        if worker.pool in self._named:
            begin = first
            for start, end in sorted(self._held(worker.pool, worker.name, day)):
                if end > begin and start < begin + pause.lasts:
                    begin = end
            return begin if begin + pause.lasts <= until else first
        turns = max(1, int((until - first) // pause.lasts)) if pause.lasts else 1
        return first + self._place(worker, day) % turns * pause.lasts

    def _place(self, worker: Worker, day: int) -> int:
        before = self._roster.workers(worker.pool)[: worker.number]
        return sum(1 for colleague in before if self._roster.shift(colleague, day))
