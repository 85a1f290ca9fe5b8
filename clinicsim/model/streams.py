"""Random numbers by key: what is drawn hangs on who draws it and why, never on what was drawn before.

A draw is named by its purpose, its subject (a patient's key, a worker's number), an address (the dotted name of a step,
a phase or a pool) and an occurrence (how many there were before). The same name gives the same number in every scenario
that is played with the same seed and replication. This is the only module that makes random numbers.

The generator is the counter-based Philox of Salmon, Moraes, Dror and Shaw (2011): its output is a fixed function of a
key (seed, replication and purpose) and a counter (the rest of the name), so a draw needs no state and no order.
"""

from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np

_HIGHEST_BITS = 12
_STEP = 2.0**-52


@cache
def hash64(text: str) -> int:
    """Give a number below 2^64 that stands for a text, the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


class Streams:
    """The random numbers of one replication of one seed; both are whole numbers, not negative."""

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = seed
        self.replication = replication
        self._purposes: dict[str, _Stream] = {}

    def uniform(self, purpose: str, subject: int, address: str = "", occurrence: int = 0) -> float:
        """Give the number of that name, uniform between 0 and 1, both ends left out.

        `subject` and `occurrence` lie in [0, 2^64).
        """
        stream = self._purposes.get(purpose)
        if stream is None:
            stream = self._purposes[purpose] = _Stream(self.seed, self.replication, purpose)
        counter = stream.counter
        counter[1] = occurrence
        counter[2] = subject
        counter[3] = hash64(address)
        stream.generator.state = stream.state
        return ((stream.generator.random_raw() >> _HIGHEST_BITS) + 0.5) * _STEP


class _Stream:
    """One Philox generator whose counter is set before each draw: about six times faster than making one for each."""

    __slots__ = ("counter", "generator", "state")

    def __init__(self, seed: int, replication: int, purpose: str) -> None:
        words = np.random.SeedSequence([seed, replication, *purpose.encode()]).generate_state(2, np.uint64)
        key = (int(words[0]), int(words[1]))
        self.generator = np.random.Philox(key=np.array(key, dtype=np.uint64))
        self.counter = [0, 0, 0, 0]
        self.state: Any = {
            "bit_generator": "Philox",
            "state": {"counter": self.counter, "key": key},
            "buffer": (0, 0, 0, 0),
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }
