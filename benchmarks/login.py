"""The two steps of a login on a WAL file, and the second among a million accounts."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import argon2
import pyotp

from benchmarks.harness import Measurement, Row, interleaved, ratio_row, timed
from benchmarks.server_side import PASSWORD, Crowd
from mfa_lab import Policy
from mfa_lab.otp import code_at
from mfa_lab.policy import OWASP

FEW, MANY = 10, 1_000_000


def begin_login(pairs: int = 150) -> Row:
    """A right password: two durable transactions around one hash."""
    bare = argon2.PasswordHasher(
        time_cost=OWASP.time, memory_cost=OWASP.memory_kib, parallelism=OWASP.lanes, hash_len=32, salt_len=16
    )
    stored = bare.hash(PASSWORD)
    with _crowd(FEW, Policy.STANDARD) as crowd:
        name = crowd.names[0]
        times = interleaved(
            lambda: timed(lambda: crowd.server.begin_login(name, PASSWORD)),
            lambda: timed(lambda: bare.verify(stored, PASSWORD)),
            pairs,
        )
    added = median(ours - baseline for ours, baseline in zip(*times, strict=True))
    return ratio_row(
        "begin_login",
        what="begin_login, Argon2id by OWASP, WAL file",
        against="argon2 verify, same parameters",
        reach=1.10,
        times=times,
        figures={"added_ms": added * 1e3},
    )


def finish_login(pairs: int = 400) -> Row:
    """A right code: one durable transaction. The pending login is made outside the timed part."""
    with _crowd(FEW) as crowd, TemporaryDirectory() as folder:
        connection = _one_row(Path(folder) / "bare.db")
        totp = pyotp.TOTP(crowd.secret)

        def bare() -> float:
            code = code_at(crowd.secret, crowd.clock.now())
            return timed(lambda: (totp.verify(code, for_time=crowd.clock.now(), valid_window=1), _update(connection)))

        times = interleaved(_finishing(crowd), bare, pairs)
        sync = median(_synced_write(Path(folder) / "sync") for _ in range(200))
        update = median(timed(lambda: _update(connection)) for _ in range(200))
        connection.close()
    return ratio_row(
        "finish_login",
        what="finish_login, WAL file",
        against="PyOTP verify + durable UPDATE",
        reach=2.5,
        times=times,
        figures={"update_ms": update * 1e3, "fdatasync_ms": sync * 1e3},
    )


def million(pairs: int = 400, *, many: int = MANY) -> Row:
    """The same among a million accounts, 200 of which log in by turns, as among ten."""
    with _crowd(many) as large, _crowd(FEW) as small:
        times = interleaved(_finishing(large), _finishing(small), pairs)
    return ratio_row(
        "million",
        what=f"finish_login, {many:,} accounts",
        against=f"finish_login, {FEW} accounts",
        reach=1.3,
        times=times,
    )


@contextmanager
def _crowd(count: int, policy: Policy = Policy.CHEAPEST) -> Iterator[Crowd]:
    with TemporaryDirectory(prefix="mfa-lab-bench-") as folder:
        crowd = Crowd(Path(folder), count, able=min(count, 200), policy=policy)
        try:
            yield crowd
        finally:
            crowd.server.close()


def _finishing(crowd: Crowd) -> Measurement:
    pendings = crowd.pendings()

    def measure() -> float:
        pending = next(pendings)
        code = code_at(crowd.secret, crowd.clock.now())
        return timed(lambda: crowd.server.finish_login(pending, code))

    return measure


def _one_row(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE factors (id TEXT PRIMARY KEY, last_step INTEGER NOT NULL)",
        "INSERT INTO factors VALUES ('one', 0)",
    ):
        connection.execute(statement)
    return connection


def _update(connection: sqlite3.Connection) -> sqlite3.Cursor:
    return connection.execute("UPDATE factors SET last_step = last_step + 1 WHERE id = ?", ("one",))


def _synced_write(path: Path) -> float:
    """What the disk alone costs: 4 KiB written over and flushed."""
    flush: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
    path.write_bytes(bytes(4096))
    with path.open("r+b", buffering=0) as file:

        def write() -> None:
            file.write(bytes(4096))
            flush(file.fileno())

        return timed(write)
