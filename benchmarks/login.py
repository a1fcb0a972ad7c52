"""The two steps of a login on a WAL file, and the second among a million accounts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import argon2
import pyotp

from benchmarks.bare import one_row, update
from benchmarks.harness import Measurement, Row, interleaved, ratio_row, timed
from benchmarks.server_side import PASSWORD, Crowd
from mfa_lab import Policy
from mfa_lab.policy import OWASP

FEW, MANY = 10, 1_000_000


def begin_login(pairs: int = 150) -> Row:
    """A right password: two durable transactions around one hash."""
    verify = bare_verify()
    with _crowd(FEW, Policy.STANDARD) as crowd:
        name = crowd.names[0]
        times = interleaved(
            lambda: timed(lambda: crowd.server.begin_login(name, PASSWORD)),
            lambda: timed(verify),
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


def bare_verify() -> Callable[[], bool]:
    """argon2-cffi's verify of the right password, with the parameters of the standard policy."""
    bare = argon2.PasswordHasher(
        time_cost=OWASP.time, memory_cost=OWASP.memory_kib, parallelism=OWASP.lanes, hash_len=32, salt_len=16
    )
    stored = bare.hash(PASSWORD)
    return lambda: bare.verify(stored, PASSWORD)


def finish_login(pairs: int = 400) -> Row:
    """A right code: one durable transaction. The pending login is made outside the timed part."""
    with _crowd(FEW) as crowd, TemporaryDirectory() as folder:
        connection = one_row(Path(folder) / "bare.db")
        totp = pyotp.TOTP(crowd.secret)

        def bare() -> float:
            code = crowd.code()
            return timed(lambda: (totp.verify(code, for_time=crowd.clock.now(), valid_window=1), update(connection)))

        times = interleaved(_finishing(crowd), bare, pairs)
        sync_s = median(_synced_write(Path(folder) / "sync") for _ in range(200))
        update_s = median(timed(lambda: update(connection)) for _ in range(200))
        connection.close()
    return ratio_row(
        "finish_login",
        what="finish_login, WAL file",
        against="PyOTP verify + durable UPDATE",
        reach=2.5,
        times=times,
        figures={"update_ms": update_s * 1e3, "fdatasync_ms": sync_s * 1e3},
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
        code = crowd.code()
        return timed(lambda: crowd.server.finish_login(pending, code))

    return measure


def _synced_write(path: Path) -> float:
    """What the disk alone costs: 4 KiB written over and flushed."""
    flush: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
    path.write_bytes(bytes(4096))
    with path.open("r+b", buffering=0) as file:

        def write() -> None:
            file.write(bytes(4096))
            flush(file.fileno())

        return timed(write)
