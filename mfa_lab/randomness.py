"""Provide the sources of random bytes for secrets, recovery codes and tokens."""

from __future__ import annotations

import random
import secrets
from typing import Protocol


class Randomness(Protocol):
    """A source of random bytes."""

    def token_bytes(self, count: int) -> bytes:
        """Return `count` random bytes."""
        ...


class SystemRandomness:
    """The operating system's random generator, used through `secrets` (ASVS-6.5.3)."""

    def token_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def __repr__(self) -> str:
        return "SystemRandomness()"


SYSTEM = SystemRandomness()
"""The source for all values that nobody sees (tokens, ids, nonces, keys, salts), even in a lesson with a seed."""


class SeededRandomness:
    """A source that returns the same bytes for the same seed, so that all learners and tests see the same codes.

    Use this source only for demo values.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  (predictable on purpose; never used for a file's keys)

    def token_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def __repr__(self) -> str:
        return "SeededRandomness(...)"


Draws = random.Random


def seeded_draws(seed: int) -> Draws:
    """Return a generator for choices that are repeatable and need not be secret, such as the events of a game."""
    return Draws(seed)
