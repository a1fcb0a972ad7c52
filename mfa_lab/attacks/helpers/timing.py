"""Measure a stranger's timing attack: pairs of rejected logins, for an existing and an unknown name, and Welch's t.

Real times differ from run to run, so they are measured on each learner's machine and never committed. Instead, the
expensive work is counted: the password hashes. With a rounded time per hash and seeded network noise, this count
gives the same milliseconds in every run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import NormalDist, mean, variance
from time import perf_counter
from typing import Any

import argon2

from mfa_lab.attacks.helpers.minimal_server import MinimalServer
from mfa_lab.attacks.helpers.world import Make
from mfa_lab.clock import Clock, ManualClock
from mfa_lab.errors import AccessDenied, InvalidInput
from mfa_lab.policy import OWASP
from mfa_lab.randomness import Randomness, SeededRandomness
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.passwords.hashing import PasswordHasher

TOLD_APART = 4.5
"""The usual limit in leakage tests: by chance, |t| exceeds this limit about seven times in a million."""
HASH_MS = 28.0
"""The rounded time of an Argon2id hash under `policy.OWASP`, on one core."""
WAY_MS, NOISE_MS = 60.0, 20.0
"""The time to the server and back over a network, and its standard deviation."""
_WRONG = "demo only: not the password"
_SEED = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """Hold the milliseconds of rejected logins, in pairs of an existing and an unknown name."""

    known_ms: tuple[float, ...]
    unknown_ms: tuple[float, ...]

    @property
    def t(self) -> float:
        """Return Welch's t for the two means. It is positive if existing names take longer."""
        return welch_t(self.known_ms, self.unknown_ms)

    @property
    def told_apart(self) -> bool:
        """Return whether this number of attempts distinguishes existing names from unknown names."""
        return abs(self.t) > TOLD_APART

    def __repr__(self) -> str:
        pairs = f"after {len(self.known_ms)} attempts at each"
        if self.told_apart:
            return f"t is above {TOLD_APART} {pairs}: existing names differ from unknown ones"
        return f"t is not above {TOLD_APART} {pairs}: time reveals nothing"


def welch_t(left: Sequence[float], right: Sequence[float]) -> float:
    """Return Welch's t, which is the difference of two means divided by its standard error.

    >>> welch_t((10.0, 12.0), (5.0, 7.0))
    3.5355339059327378
    """
    return (mean(left) - mean(right)) / math.sqrt(variance(left) / len(left) + variance(right) / len(right))


@contextmanager
def counted_hashes() -> Iterator[list[int]]:
    """Yield a list that gets an entry for every password hash that Argon2 computes inside the `with` statement.

    An entry is the work of the hash: its memory in KiB times its number of passes.
    """
    done: list[int] = []

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(self: argon2.PasswordHasher, *arguments: Any, **named: Any) -> Any:
            done.append(_work(self, arguments[0] if name == "verify" else None))
            return real(self, *arguments, **named)

        return counted

    methods = {name: getattr(argon2.PasswordHasher, name) for name in ("verify", "hash")}
    try:
        for name, real in methods.items():
            setattr(argon2.PasswordHasher, name, counting(name, real))
        yield done
    finally:
        for name, real in methods.items():
            setattr(argon2.PasswordHasher, name, real)


def _work(hasher: argon2.PasswordHasher, verified: str | None) -> int:
    """Return memory in KiB times passes, of a hash that is made or `verified`."""
    if verified is None:
        return hasher.memory_cost * hasher.time_cost
    try:
        parameters = argon2.extract_parameters(verified)
    except argon2.exceptions.InvalidHashError:
        return 0
    return parameters.memory_cost * parameters.time_cost


def by_the_clock(make: Make, pairs: int = 40) -> Timing:
    """Measure real times on this machine, for `slow` or `our_slow_server`. A pair costs three hashes.

    The slowest tenth of each side is left out, because the machine's other work dominates it. Even so, t is not
    reliable on a busy machine, so never commit it.
    """
    timing = _pairs(make, pairs, _clocked)
    return Timing(_without_the_slowest(timing.known_ms), _without_the_slowest(timing.unknown_ms))


def _without_the_slowest(times: tuple[float, ...]) -> tuple[float, ...]:
    limit = sorted(times)[len(times) - 1 - len(times) // 10]
    return tuple(time for time in times if time <= limit)


def by_the_count(make: Make, pairs: int = 100) -> Timing:
    """Return the times of rejected logins, computed with `HASH_MS` for every hash and with network noise.

    The noise is seeded, so the times are the same in each run.
    """
    way, noise = NormalDist(WAY_MS, NOISE_MS), SeededRandomness(_SEED)

    def counted(attempt: Callable[[], None]) -> float:
        with counted_hashes() as hashes:
            attempt()
        part = (int.from_bytes(noise.token_bytes(4)) + 0.5) / 2**32
        return len(hashes) * HASH_MS + abs(way.inv_cdf(part))

    return _pairs(make, pairs, counted)


def slow(weak: type[MinimalServer]) -> Make:
    """Return a function that makes a small server with the recommended password hashes (OWASP-PW).

    Measurements of real time need such a server.
    """

    def make(clock: Clock, randomness: Randomness) -> MinimalServer:
        server = weak(clock, randomness)
        server.hasher = PasswordHasher(OWASP, max_length=1024)
        return server

    return make


def our_slow_server(clock: Clock, randomness: Randomness) -> MfaServer:
    """Return this kit's own server under its standard policy."""
    return MfaServer(clock=clock, randomness=randomness)


def _pairs(make: Make, pairs: int, measure: Callable[[Callable[[], None]], float]) -> Timing:
    """Measure pairs of rejections. Each name is tried only once, so that no wait begins. The order is random."""
    if pairs < 2:
        raise InvalidInput("a standard error needs two attempts or more")
    server = make(ManualClock(), SeededRandomness(1))
    coins = SeededRandomness(pairs).token_bytes(pairs)
    times: dict[str, list[float]] = {".org": [], ".net": []}
    for number in range(pairs):
        server.register(f"user{number}@example.org", "demo only: a password")
    for number, coin in enumerate(coins):
        for end in sorted(times, reverse=coin % 2 == 1):
            times[end].append(measure(_attempt(server, f"user{number}@example{end}")))
    return Timing(tuple(times[".org"]), tuple(times[".net"]))


def _attempt(server: Any, name: str) -> Callable[[], None]:
    def attempt() -> None:
        try:
            server.begin_login(name, _WRONG)
        except AccessDenied:
            return
        raise AssertionError("a wrong password was accepted")

    return attempt


def _clocked(attempt: Callable[[], None]) -> float:
    start = perf_counter()
    attempt()
    return (perf_counter() - start) * 1e3
