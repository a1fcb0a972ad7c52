"""Can a stranger tell by time whether a name is known? (ASVS-6.3.8)"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from benchmarks.harness import Row, interleaved, timed, without_the_slowest
from benchmarks.server_side import Crowd
from mfa_lab import AccessDenied
from mfa_lab.attacks.ladder.watch import welch_t

REACH = 4.5
PLANTED_SECONDS = 0.001
_IN_MEMORY = Path("/dev/shm")  # noqa: S108


def names(pairs: int = 2000) -> Row:
    """Welch's |t| between failing logins to known and to unknown names; and with a delay planted to be found."""
    known, unknown = _failing(pairs)
    slow, quick = _failing(pairs, planted_seconds=PLANTED_SECONDS)
    t, planted = abs(welch_t(known, unknown)), abs(welch_t(slow, quick))
    return Row(
        name="names",
        what="failing begin_login, known name",
        against="unknown name",
        value=t,
        unit="|t|",
        reach=REACH,
        pairs=pairs,
        also=planted > REACH,
        figures={
            "planted_1_ms_t": planted,
            "t_without_slowest_5_percent": abs(welch_t(*without_the_slowest(known, unknown))),
            "known_ms": mean(known) * 1e3,
            "unknown_ms": mean(unknown) * 1e3,
        },
    )


def _failing(pairs: int, planted_seconds: float = 0) -> tuple[list[float], list[float]]:
    """Each name is tried once, so that no throttle starts. Where it can be, the file lies in memory: a disk's noise
    would hide what is looked for.
    """
    folder = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    with TemporaryDirectory(prefix="mfa-lab-bench-", dir=folder) as place:
        crowd = Crowd(Path(place), pairs, able=pairs)
        known = iter(crowd.names)
        unknown = (name.replace(".org", ".net") for name in crowd.names)

        def attempt(name: str, delay_seconds: float = 0) -> None:
            try:
                crowd.server.begin_login(name, "demo: not the password")
            except AccessDenied:
                time.sleep(delay_seconds)
                return
            raise AssertionError("a wrong password was accepted")

        times = interleaved(
            lambda: timed(lambda: attempt(next(known), planted_seconds)),
            lambda: timed(lambda: attempt(next(unknown))),
            pairs,
        )
        crowd.server.close()
    return times
