"""The order of events at one time: what falls free, then all else (people come), then what starts."""

from collections.abc import Callable
from typing import Any

import simpy

_BEFORE_ALL_ELSE = 0
_AFTER_ALL_ELSE = 9


class Release(simpy.Event):
    """Something falls free after so many minutes: `act` is called with this event, whose value is `what`."""

    __slots__ = ()

    def __init__(self, env: simpy.Environment, minutes: float, what: object, act: Callable[[Any], None]) -> None:
        self.env = env
        self.callbacks = [act]
        self._value = what
        self._ok = True
        self._defused = False
        env.schedule(self, _BEFORE_ALL_ELSE, minutes)  # type: ignore[arg-type]


class Scan(simpy.Event):
    """The moment at which what is ready may start: after all releases and arrivals of the same time."""

    __slots__ = ()

    def __init__(self, env: simpy.Environment, act: Callable[[simpy.Event], None]) -> None:
        self.env = env
        self.callbacks = [act]
        self._value = None
        self._ok = True
        self._defused = False
        env.schedule(self, _AFTER_ALL_ELSE)  # type: ignore[arg-type]
