"""Random numbers by key: what is drawn hangs on who draws it and why, never on what was drawn before.

A draw is named by its purpose, its subject (a patient's key, a worker's number), an address (the dotted name of a step,
a phase or a pool) and an occurrence (how many there were before). The same name gives the same number in every scenario
that is played with the same seed and replication. This is the only module that makes random numbers.

The generator is the counter-based Philox of Salmon, Moraes, Dror and Shaw (2011): its output is a fixed function of a
key (seed, replication and purpose) and a counter (the rest of the name), so a draw needs no state and no order.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np

from clinicsim.model.philox import Words, first_words

_HIGHEST_BITS = 12
_STEP = 2.0**-52
_FIRST = np.array([1], dtype=np.uint64)
"""The counter's lowest word as the generator reads it: it is raised from 0 before a number is made."""


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
        self._once: list[Once] = []

    def uniform(self, purpose: str, subject: int, address: str = "", occurrence: int = 0) -> float:
        """Give the number of that name, uniform between 0 and 1, both ends left out.

        `subject` and `occurrence` lie in [0, 2^64).
        """
        stream = self._purposes.get(purpose) or self._stream(purpose)
        counter = stream.counter
        counter[1] = occurrence
        counter[2] = subject
        counter[3] = hash64(address)
        stream.generator.state = stream.state
        return ((stream.generator.random_raw() >> _HIGHEST_BITS) + 0.5) * _STEP

    def uniforms(self, purpose: str, subject: int, occurrences: range) -> list[float]:
        """Give the numbers of several occurrences without an address: those of `uniform`, made at one time."""
        key = self._stream(purpose).key
        words = first_words(
            (_words(key[:1]), _words(key[1:])), (_FIRST, _words(occurrences), _words([subject]), _words([hash64("")]))
        )
        return _between_0_and_1(words)

    def once(self, purpose: str, address: str) -> "Once":
        """Give the numbers that everybody draws once, by subject."""
        once = Once(self, purpose, address)
        self._once.append(once)
        return once

    def foresee(self, subjects: Sequence[int]) -> None:
        """Make all numbers that these people draw once, at one time; those that were made before are forgotten."""
        if not self._once:
            return
        keys = [self._stream(once.purpose).key for once in self._once]
        by_draw = tuple(_words(part)[:, np.newaxis] for part in zip(*keys, strict=True))
        addresses = _words(hash64(once.address) for once in self._once)[:, np.newaxis]
        found = first_words((by_draw[0], by_draw[1]), (_FIRST, _words([0]), _words(subjects), addresses))
        for once, words in zip(self._once, found, strict=True):
            once.clear()
            once.update(zip(subjects, _between_0_and_1(words), strict=True))

    def _stream(self, purpose: str) -> "_Stream":
        if purpose not in self._purposes:
            self._purposes[purpose] = _Stream(self.seed, self.replication, purpose)
        return self._purposes[purpose]


class Once(dict[int, float]):
    """The number that each person draws once for a purpose at an address; one that was not foreseen is made when asked
    for."""

    def __init__(self, streams: Streams, purpose: str, address: str) -> None:
        super().__init__()
        self._streams = streams
        self.purpose = purpose
        self.address = address

    def __missing__(self, subject: int) -> float:
        return self._streams.uniform(self.purpose, subject, self.address)


def _words(numbers: Iterable[int]) -> Words:
    return np.array(list(numbers), dtype=np.uint64)


def _between_0_and_1(words: Words) -> list[float]:
    numbers: list[float] = (((words >> np.uint64(_HIGHEST_BITS)) + 0.5) * _STEP).tolist()
    return numbers


class _Stream:
    """One Philox generator whose counter is set before each draw: about six times faster than making one for each."""

    __slots__ = ("counter", "generator", "key", "state")

    def __init__(self, seed: int, replication: int, purpose: str) -> None:
        words = np.random.SeedSequence([seed, replication, *purpose.encode()]).generate_state(2, np.uint64)
        self.key = key = (int(words[0]), int(words[1]))
        self.generator = np.random.Philox(key=words)
        self.counter = [0, 0, 0, 0]
        self.state: Any = {
            "bit_generator": "Philox",
            "state": {"counter": self.counter, "key": key},
            "buffer": (0, 0, 0, 0),
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }
