"""`Memo`: a mapping that works out what it does not hold, once."""

from collections.abc import Callable
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Memo(dict[Key, Value]):
    """Keeps what `work_out` gives for a key. What has changed is taken out, and so worked out anew.

    A look at what is there is as quick as one into a dictionary, which it is.
    """

    __slots__ = ("_work_out",)

    def __init__(self, work_out: Callable[[Key], Value]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, key: Key) -> Value:
        value = self[key] = self._work_out(key)
        return value
