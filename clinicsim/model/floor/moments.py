"""The order of events at one time: what falls free, then all else (people come), then what starts.

What is here has of SimPy's events just what its loop asks for, since most events of a run are of these kinds.
"""

from collections.abc import Callable
from heapq import heappush
from typing import Any

import simpy

_BEFORE_ALL_ELSE = 0
_AFTER_ALL_ELSE = 9


class Release:
    """Something falls free after so many minutes: `act` is called with this event, whose value is `what`."""

    __slots__ = ("callbacks", "value")
    _ok = True

    def __init__(self, env: simpy.Environment, minutes: float, what: object, act: Callable[[Any], None]) -> None:
        self.callbacks = (act,)
        self.value: Any = what
        heappush(env._queue, (env.now + minutes, _BEFORE_ALL_ELSE, next(env._eid), self))  # type: ignore[misc]


class Scan:
    """The moment at which what is ready may start, after all releases and arrivals of the same time: `act` is called
    once however often it is asked for.
    """

    __slots__ = ("_acts", "_env", "callbacks")
    _ok = True

    def __init__(self, env: simpy.Environment, act: Callable[[Any], None]) -> None:
        self._env = env
        self._acts = (act,)
        self.callbacks: tuple[Callable[[Any], None], ...] | None = None

    def ask(self) -> None:
        """Have it happen at this time."""
        if self.callbacks is None:
            self.callbacks = self._acts
            self._env.schedule(self, _AFTER_ALL_ELSE)  # type: ignore[arg-type]
