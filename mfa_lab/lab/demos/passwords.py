"""Tools of notebooks 01 and 02: what a thief reads in the database, what a hash costs, and a guesser's waits."""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from argon2 import extract_parameters
from sqlalchemy import select

from mfa_lab.clock import ManualClock
from mfa_lab.errors import AccessDenied, InvalidInput, Reason, Trace
from mfa_lab.lab.answers import attempt
from mfa_lab.lab.formatting import duration
from mfa_lab.lab.room import Room
from mfa_lab.lab.table import Table
from mfa_lab.redaction import Redacted
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.names import normal_name
from mfa_lab.server.storage.schema import accounts


def sha256_hex(password: str) -> str:
    """Return the SHA-256 of a password, a fast hash without a salt. Never store passwords like this."""
    return sha256(password.encode()).hexdigest()


def argon2id(password: str, server: MfaServer) -> str:
    """Return what `server` stores for a password: Argon2id with a new random salt, at the policy's cost."""
    return server._services.hasher.hash(Redacted(password))


def stolen_hash(server: MfaServer, name: str) -> str:
    """Return what the database stores for `name`'s password. Like a thief, read it directly from the database."""
    query = select(accounts.c.password_hash).where(accounts.c.normal_name == normal_name(name))
    with server._services.store.transaction() as connection:
        found = connection.execute(query).scalar()
    if found is None:
        raise InvalidInput("there is no account of that name: register it first")
    return str(found)


def salt_of(encoded: str) -> str:
    """Return the salt of an encoded Argon2 hash, still in Base64 without padding."""
    return encoded.split("$")[-2]


def anatomy(encoded: str) -> Table:
    """Return a table of the parts of an encoded Argon2 hash.

    Each call of Argon2 gives a different salt and hash, so the table shows only their lengths.
    """
    parameters = extract_parameters(encoded)
    return Table(
        "The parts of the stored text",
        ("part", "here", "purpose"),
        (
            "algorithm",
            f"argon2{parameters.type.name.lower()}, version {parameters.version}",
            "says how to compute the hash again",
        ),
        ("m", f"{parameters.memory_cost // 1024} MiB", "memory that every guess must fill"),
        ("t", parameters.time_cost, "passes over that memory"),
        ("p", parameters.parallelism, "lanes"),
        ("salt", f"{parameters.salt_len * 8} random bits", "makes the hashes of equal passwords different"),
        ("hash", f"{parameters.hash_len * 8} bits", "the result that a correct password gives"),
    )


class HashCounter:
    """Wrap a server's Argon2 and count how often it runs. `taken()` returns the count and resets it to 0."""

    def __init__(self, server: MfaServer) -> None:
        hasher = server._services.hasher
        self._argon2, self._count = hasher._argon2, 0
        hasher._argon2 = self  # type: ignore[assignment]

    def taken(self) -> int:
        """Return how many passwords have been hashed since the last call of `taken`."""
        count, self._count = self._count, 0
        return count

    def hash(self, password: str) -> str:
        self._count += 1
        return self._argon2.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        self._count += 1
        return self._argon2.verify(stored, password)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._argon2, name)


def cpu_seconds(call: Callable[[], object], number: int = 1) -> float:
    """Return the processor time of one `call` in seconds.

    The function measures five rounds of `number` calls, and uses the fastest round.
    """
    return min(timeit.repeat(call, timer=time.process_time, number=number, repeat=5)) / number


def login_seconds(server: MfaServer, name: str) -> float:
    """Return how many seconds of processor time the server needs to reject a wrong password for `name`.

    The result is the lowest of five measurements.
    """
    return cpu_seconds(lambda: attempt(lambda: server.begin_login(name, "I do not remember")))


def waits_met(room: Room, name: str, attempts: int) -> Table:
    """Return a table of the wait after each wrong password at the room's server.

    The function advances the clock by each wait.
    """
    if not isinstance(room.clock, ManualClock):
        raise InvalidInput("with a real clock, these waits take hours: use a demo room, whose clock can be moved")
    rows = []
    for number in range(1, attempts + 1):
        while (trace := _refusal_of(room, name)).reason is Reason.THROTTLED:
            room.clock.advance(trace.wait_seconds or 1)
        next_counts = _refusal_of(room, name) if number > room.server.policy.free_failures else None
        rows.append((number, duration(next_counts.wait_seconds or 0) if next_counts else "none"))
    return Table("Wrong passwords in a row", ("wrong password", "wait before the next attempt"), *rows)


def _refusal_of(room: Room, name: str) -> Trace:
    try:
        room.server.begin_login(name, "demo only: a wrong guess")
    except AccessDenied as denied:
        if denied.trace is not None and denied.trace.reason in {Reason.WRONG_PASSWORD, Reason.THROTTLED}:
            return denied.trace
    raise InvalidInput("use a server that explains its rejections, and an account with another password")
