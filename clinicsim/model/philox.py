"""Philox on arrays: the first word that the generator gives at each of many counters, under one key or another.

This is Philox4x64 with ten rounds, of Salmon, Moraes, Dror and Shaw (2011), bit for bit as `numpy.random.Philox`
computes it for one counter at a time.
"""

import numpy as np

Words = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]

_ROUNDS = 10
_MULTIPLIERS = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
_KEY_STEPS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B))
_HALF = np.uint64(32)
_LOW_HALF = np.uint64(0xFFFFFFFF)


def first_words(key: tuple[Words, Words], counter: tuple[Words, Words, Words, Words]) -> Words:
    """Give the first of the four words at each counter; the parts of keys and counters are spread against each other.

    All parts are arrays of unsigned 64-bit words, of one element at least.
    """
    first_key, second_key = key
    a, b, c, d = counter
    for _ in range(_ROUNDS):
        high_a, low_a = _product(a, _MULTIPLIERS[0])
        high_c, low_c = _product(c, _MULTIPLIERS[1])
        a, b, c, d = high_c ^ b ^ first_key, low_c, high_a ^ d ^ second_key, low_a
        first_key, second_key = first_key + _KEY_STEPS[0], second_key + _KEY_STEPS[1]
    return a


def _product(words: Words, multiplier: np.uint64) -> tuple[Words, Words]:
    """The high and the low word of products of 128 bits, by halves of words."""
    low, high = words & _LOW_HALF, words >> _HALF
    multiplier_low, multiplier_high = multiplier & _LOW_HALF, multiplier >> _HALF
    middle = high * multiplier_low + (low * multiplier_low >> _HALF)
    other = low * multiplier_high + (middle & _LOW_HALF)
    return high * multiplier_high + (middle >> _HALF) + (other >> _HALF), words * multiplier
