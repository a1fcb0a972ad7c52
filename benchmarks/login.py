"""The two steps of a login on a WAL file, also among a million accounts; unknown names; `match` without a server."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median

import argon2
import pyotp
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.accounts import PASSWORD, one_row, site, update
from benchmarks.harness import Row, interleaved, ratio_row, timed, without_the_slowest
from mfa_lab import AccessDenied, Policy, otp
from mfa_lab.attacks.helpers.timing import TOLD_APART, welch_t
from mfa_lab.errors import NoMatch
from mfa_lab.policy import OWASP
from mfa_lab.provisioning import new_secret

FEW, MANY, TAKING_TURNS = 10, 1_000_000, 200
PLANTED_SECONDS = 0.001
NOW = 1_800_000_010
BATCH = 100
_SIGNED = bytes(69)
"""As long as what a passkey signs: 37 bytes of its own, and the hash of the client data."""
_IN_MEMORY = Path("/dev/shm")  # noqa: S108


def begin_login(pairs: int = 60) -> Row:
    """A correct password: two transactions around one hash, the second durable."""
    verify = bare_verify()
    with site(FEW, policy=Policy.STANDARD) as here:
        name = here.names[0]
        times = interleaved(
            lambda: timed(lambda: here.server.begin_login(name, PASSWORD)), lambda: timed(verify), pairs
        )
    return ratio_row(
        "begin_login",
        what="begin_login, Argon2id by OWASP, WAL file",
        against="argon2 verify, same parameters",
        reach=1.10,
        times=times,
        figures={"added_ms": median(ours - baseline for ours, baseline in zip(*times, strict=True)) * 1e3},
    )


def bare_verify() -> Callable[[], bool]:
    """Returns argon2-cffi's verify of the correct password, with the parameters of the standard policy."""
    bare = argon2.PasswordHasher(
        time_cost=OWASP.time, memory_cost=OWASP.memory_kib, parallelism=OWASP.lanes, hash_len=32, salt_len=16
    )
    stored = bare.hash(PASSWORD)
    return lambda: bare.verify(stored, PASSWORD)


def finish_login(pairs: int = 250) -> Row:
    """A valid code: one durable transaction. The pending login is made outside the timed part."""
    with site(FEW) as here:
        connection = one_row(here.folder / "bare.db")
        totp = pyotp.TOTP(here.secret)

        def bare() -> float:
            code = here.code()
            return timed(lambda: (totp.verify(code, for_time=here.clock.now(), valid_window=1), update(connection)))

        times = interleaved(here.finish(), bare, pairs)
        sync_s = median(_synced_write(here.folder / "sync") for _ in range(200))
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


def passkey(pairs: int = 250) -> Row:
    """A valid response of a passkey: one durable transaction. Pending login and response are made outside."""
    with site(FEW) as here:
        connection = one_row(here.folder / "bare.db")
        name = here.names[0]
        holder = here.passkey_of(name)
        key = holder.passkeys[0].key
        public, signature = key.public_key(), key.sign(_SIGNED, ECDSA(SHA256()))

        def ours() -> float:
            pending, response = here.asked(name, holder)
            text = json.dumps(response)
            return timed(lambda: here.server.finish_passkey_login(pending, text))

        def bare() -> float:
            return timed(lambda: (public.verify(signature, _SIGNED, ECDSA(SHA256())), update(connection)))

        times = interleaved(ours, bare, pairs)
        verify_s = median(timed(lambda: public.verify(signature, _SIGNED, ECDSA(SHA256()))) for _ in range(200))
        connection.close()
    return ratio_row(
        "passkey",
        what="finish_passkey_login, WAL file",
        against="ES256 verify + durable UPDATE",
        reach=2.5,
        times=times,
        figures={"verify_ms": verify_s * 1e3},
    )


def _synced_write(path: Path) -> float:
    """What the disk takes by itself: 4 KiB written over and flushed."""
    flush: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
    path.write_bytes(bytes(4096))
    with path.open("r+b", buffering=0) as file:
        return timed(lambda: (file.write(bytes(4096)), flush(file.fileno())))


def million(pairs: int = 400, *, many: int = MANY) -> Row:
    """A valid code among a million accounts, 200 of which log in in turn, against the same among ten."""
    with site(many, able=TAKING_TURNS) as large, site(FEW) as small:
        times = interleaved(large.finish(), small.finish(), pairs)
    return ratio_row(
        "million",
        what=f"finish_login, {many:,} accounts",
        against=f"finish_login, {FEW} accounts",
        reach=1.3,
        times=times,
    )


def names(pairs: int = 2000) -> Row:
    """Can an attacker tell by time whether a name is known (user enumeration, ASVS-6.3.8)?

    Welch's |t| between failing logins to known and to unknown names. A planted delay shows that it would be found.
    """
    known, unknown = _failing(pairs)
    slow, quick = _failing(pairs, planted_seconds=PLANTED_SECONDS)
    planted = abs(welch_t(slow, quick))
    return Row(
        name="names",
        what="failing begin_login, known name",
        against="unknown name",
        value=abs(welch_t(known, unknown)),
        unit="|t|",
        reach=TOLD_APART,
        pairs=pairs,
        also=planted > TOLD_APART,
        figures={
            "planted_1_ms_t": planted,
            "t_without_slowest_5_percent": abs(welch_t(*without_the_slowest(known, unknown))),
            "known_ms": mean(known) * 1e3,
            "unknown_ms": mean(unknown) * 1e3,
        },
    )


def _failing(pairs: int, planted_seconds: float = 0) -> tuple[list[float], list[float]]:
    """Each name is tried once, so that no throttle starts. The file is in memory where the system has such a place:
    a disk's noise would hide the difference.
    """
    with site(pairs, folder=_IN_MEMORY if _IN_MEMORY.is_dir() else None) as here:
        known = iter(here.names)
        unknown = (name.replace(".org", ".net") for name in here.names)

        def attempt(name: str, delay_seconds: float = 0) -> None:
            try:
                here.server.begin_login(name, "demo: not the password")
            except AccessDenied:
                time.sleep(delay_seconds)
                return
            raise AssertionError("a wrong password was accepted")

        return interleaved(
            lambda: timed(lambda: attempt(next(known), planted_seconds)),
            lambda: timed(lambda: attempt(next(unknown))),
            pairs,
        )


def match(pairs: int = 100) -> Row:
    """A wrong code at window 1, the most work there is: every step of the window is computed."""
    secret = new_secret()
    totp = pyotp.TOTP(secret)
    inside = {otp.code_at(secret, NOW + 30 * offset) for offset in (-1, 0, 1)}
    wrong = next(code for code in map("{:06d}".format, range(4)) if code not in inside)

    def ours() -> None:
        for _ in range(BATCH):
            try:
                otp.match(secret, wrong, NOW)
            except NoMatch:
                continue
            raise AssertionError("the wrong code was accepted")

    def baseline() -> None:
        for _ in range(BATCH):
            assert not totp.verify(wrong, for_time=NOW, valid_window=1)

    times = interleaved(lambda: timed(ours) / BATCH, lambda: timed(baseline) / BATCH, pairs)
    return ratio_row("match", what="match, miss at window 1", against="PyOTP verify", reach=1.2, times=times)
