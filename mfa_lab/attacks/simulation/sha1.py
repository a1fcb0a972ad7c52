"""Compute SHA-1's compression function over arrays (FIPS 180-4, section 6.1), for thousands of messages in one call.

A word is a 2-D array of uint32. Words broadcast against each other, so a value that all messages or all keys share is
computed only once. Sums wrap at 32 bits, as the standard requires. This module is for simulations; servers use
`hashlib`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]

_COUNTS = [np.array(count, np.uint32) for count in range(33)]  # an array without dimensions is NumPy's fastest number
_CONSTANTS = [np.array(k, np.uint32) for k in (0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6)]


def word(value: int) -> Words:
    """Return a word that all messages share."""
    return np.array([[value]], np.uint32)


START = tuple(word(value) for value in (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0))


def compress(state: Sequence[Words], block: Sequence[Words]) -> tuple[Words, ...]:
    """Return the five words of the state after a block of sixteen words."""
    shape = np.broadcast_shapes(*(word.shape for word in (*state, *block)))
    a, b, c, d, e = (np.broadcast_to(word, shape) for word in state)
    schedule = list(block)
    for step in range(80):
        at = step % 16
        if step >= 16:
            schedule[at] = _rotate(schedule[at] ^ schedule[at - 14] ^ schedule[at - 8] ^ schedule[at - 3], 1)
        kind = step // 20
        total = _MIXES[kind](b, c, d)  # one array takes the whole sum, because memory limits the speed
        total += e
        total += schedule[at] + _CONSTANTS[kind]
        total += a << _COUNTS[5]
        total += a >> _COUNTS[27]
        a, b, c, d, e = total, a, _rotate(b, 30), c, d
    return tuple(before + after for before, after in zip(state, (a, b, c, d, e), strict=True))


def _rotate(bits: Words, count: int) -> Words:
    rotated = bits << _COUNTS[count]
    rotated |= bits >> _COUNTS[32 - count]
    return rotated


def _choose(b: Words, c: Words, d: Words) -> Words:
    mixed = c ^ d
    mixed &= b
    mixed ^= d
    return mixed


def _parity(b: Words, c: Words, d: Words) -> Words:
    mixed = b ^ c
    mixed ^= d
    return mixed


def _majority(b: Words, c: Words, d: Words) -> Words:
    mixed = b | c
    mixed &= d
    mixed |= b & c
    return mixed


_MIXES = (_choose, _parity, _majority, _parity)
