"""Compute the Mersenne Twister of Python's `random` for thousands of seeds at once, but only the first few words.

Seeding takes 1,247 steps, each of which needs the result of the step before, so the computation for a single seed
cannot be faster. But different seeds do not depend on one another. Source: Matsumoto and Nishimura, mt19937ar (2002),
in the form that CPython uses in `_randommodule.c`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]

_SIZE, _AHEAD = 624, 397
_START = 19_650_218
_COUNTS = [np.array(count, np.uint32) for count in range(_SIZE)]
_FIRST, _SECOND = np.array(1_664_525, np.uint32), np.array(1_566_083_941, np.uint32)
_TOP, _ONE = np.uint32(0x8000_0000), np.uint32(1)


def first_words(seeds: Words, count: int) -> list[Words]:
    """Return the first `count` words (1 to 227) of `random.Random(seed)`, for each of the seeds below 2^32."""
    state = _seeded(seeds)
    return [_tempered(_twisted(state, place)) for place in range(count)]


def _seeded(seeds: Words) -> Words:
    """Return the state after seeding, as `init_by_array` computes it from a one-word key.

    The state has a row for each of its 624 words.
    """
    state = np.empty((_SIZE, seeds.size), np.uint32)
    state[0] = _constants()[0]
    for place in range(1, _SIZE):
        _mix(state[place - 1], _constants()[place], _FIRST, seeds, state[place])
    spare = np.empty_like(state[0])
    _mix(state[-1], state[1], _FIRST, seeds, spare)
    state[1] = spare
    for place in (*range(2, _SIZE), 1):
        _mix(state[place - 1 if place > 1 else -1], state[place], _SECOND, -_COUNTS[place], spare)
        state[place] = spare
    state[0] = _TOP
    return state


def _mix(before: Words, here: Words, factor: Words, more: Words, into: Words) -> None:
    """Compute one step, `(here ^ (before ^ before >> 30) * factor) + more`, using only the array `into`."""
    np.right_shift(before, _COUNTS[30], out=into)
    into ^= before
    into *= factor
    into ^= here
    into += more


@cache
def _constants() -> list[Words]:
    """Return the state from which every seeding starts."""
    words = [_START]
    for place in range(1, _SIZE):
        words.append((1_812_433_253 * (words[-1] ^ words[-1] >> 30) + place) & 0xFFFF_FFFF)
    return [np.array(word, np.uint32) for word in words]


def _twisted(state: Words, place: int) -> Words:
    joined = (state[place] & _TOP) | (state[place + 1] & ~_TOP)
    twisted: Words = state[place + _AHEAD] ^ (joined >> _ONE) ^ (joined & _ONE) * np.uint32(0x9908_B0DF)
    return twisted


def _tempered(word: Words) -> Words:
    word = word ^ word >> np.uint32(11)
    word ^= word << np.uint32(7) & np.uint32(0x9D2C_5680)
    word ^= word << np.uint32(15) & np.uint32(0xEFC6_0000)
    return word ^ word >> np.uint32(18)
