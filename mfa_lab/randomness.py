"""The one seam for randomness: who makes secrets, codes and tokens."""

from __future__ import annotations

import random
import secrets
from typing import Protocol


class Randomness(Protocol):
    """A source of random bytes."""

    def token_bytes(self, count: int) -> bytes:
        """`count` random bytes."""
        ...


class SystemRandomness:
    """The operating system's generator, through `secrets` (ASVS-6.5.3)."""

    def token_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def __repr__(self) -> str:
        return "SystemRandomness()"


SYSTEM = SystemRandomness()
"""What nobody sees (tokens, ids, nonces, keys, salts) comes from here always, whatever a class has seeded."""


class SeededRandomness:
    """The same bytes each time, so that a class and a test see the same codes. Demo values only."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  (predictable on purpose; never used for a file's keys)

    def token_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def __repr__(self) -> str:
        return "SeededRandomness(...)"
