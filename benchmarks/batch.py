"""The batch engine: against a loop over PyOTP, against hashcat, and its memory; and simulated logins."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from random import Random
from statistics import median

import click
import numpy as np
import pyotp

from benchmarks.harness import HERE, Row, interleaved, ratio_row, timed
from mfa_lab.attacks.batch import codes_at
from mfa_lab.attacks.odds import simulated_acceptance
from mfa_lab.otp import DIGESTS
from mfa_lab.provisioning import new_secret
from mfa_lab.randomness import SeededRandomness

STEP = 60_000_000
USERS, STEPS = 500, 1000
LOOP = 20_000
MANY = 20_000_000
MB_MORE = 300

_MEMORY = """
import threading
import numpy, psutil
from mfa_lab.attacks.batch import codes_at

if __name__ == "__main__":
    here, readings, over = psutil.Process(), [], threading.Event()

    def held():
        total = here.memory_info().rss
        for child in here.children(recursive=True):
            try:
                total += child.memory_info().rss
            except psutil.NoSuchProcess:
                pass
        return total

    def watch():
        while not over.wait(0.02):
            readings.append(held())

    readings.append(held())
    watcher = threading.Thread(target=watch)
    watcher.start()
    codes_at("DEMOALICEDEMOALICEDEMOALICEDEMO2", numpy.arange(10_000_000), workers=2)
    over.set()
    watcher.join()
    print((max(readings) - readings[0]) / 1e6)
"""


def one_core(algorithm: str, times: float) -> Callable[[], Row]:
    """500 secrets by 1,000 steps on one core, against PyOTP's codes one by one; `times` as fast is the reach."""

    def measure(pairs: int = 15) -> Row:
        secrets = np.array([new_secret(SeededRandomness(user)) for user in range(USERS)])[:, None]
        steps = STEP + np.arange(STEPS)
        totp = pyotp.TOTP(secrets[0, 0], digest=DIGESTS[algorithm])
        moments = [30 * (STEP + step) for step in range(LOOP)]

        def ours(one: bool = False) -> float:
            table = (secrets[0, 0], STEP + np.arange(USERS * STEPS)) if one else (secrets, steps)
            return timed(lambda: codes_at(*table, algorithm=algorithm, workers=1)) / (USERS * STEPS)

        pair = interleaved(ours, lambda: timed(lambda: [totp.at(moment) for moment in moments]) / LOOP, pairs)
        distinct = [new_secret(SeededRandomness(user)) for user in range(20_000)]
        apart = timed(lambda: codes_at(distinct, STEP, algorithm=algorithm, workers=1)) / len(distinct)
        row = ratio_row(
            algorithm.lower(),
            what=f"codes_at, {algorithm}, one core",
            against="a loop over PyOTP's at()",
            reach=1 / times,
            times=pair,
            figures={
                "codes_per_s": 1 / median(pair[0]),
                "one_secret_per_s": 1 / median(ours(one=True) for _ in range(3)),
                "each_its_own_secret_per_s": 1 / apart,
                "pyotp_per_s": 1 / median(pair[1]),
            },
        )
        return in_percent(row)

    return measure


def in_percent(row: Row) -> Row:
    """Two decimals of a ratio far below 1 would say little."""
    assert row.spread is not None
    assert row.reach is not None
    low, high = row.spread
    return replace(
        row,
        value=100 * row.value,
        spread=(100 * low, 100 * high),
        reach=100 * row.reach,
        unit="%",
        figures={"times_as_fast": 1 / row.value, **row.figures},
    )


def both_cores(pairs: int = 3) -> Row:
    """Twenty million codes, the processes' start included, against hashcat's own benchmark of mode 18100.

    Both as the time for a code: 1.25 of hashcat's is 0.8 of its rate.
    """
    secrets = np.array([new_secret(SeededRandomness(user)) for user in range(20)])[:, None]
    steps = STEP + np.arange(MANY // 20)
    what = "codes_at, SHA1, all cores"

    def ours() -> float:
        return timed(lambda: codes_at(secrets, steps, workers=os.cpu_count())) / MANY

    found = shutil.which("hashcat")
    if found is None:
        rate = 1 / median(ours() for _ in range(pairs))
        return Row(
            name="cores", what=what, against="hashcat (not installed)", value=rate / 1e6, unit="M/s", pairs=pairs
        )
    times = interleaved(ours, lambda: _hashcat(found), pairs)
    row = ratio_row("cores", what=what, against="hashcat -b -m 18100", reach=1 / 0.8, times=times)
    rates = {"codes_per_s": 1 / median(times[0]), "hashcat_per_s": 1 / median(times[1])}
    return replace(row, figures={"of_hashcats_rate": 1 / row.value, **rates})


def _hashcat(program: str) -> float:
    """The seconds that it takes for a code, all its devices together."""
    done = subprocess.run(
        [program, "-b", "-m", "18100", "--machine-readable", "-D", "1"], capture_output=True, text=True, check=False
    )
    rate = sum(float(line.split(":")[-1]) for line in done.stdout.splitlines() if ":18100:" in line)
    if rate <= 0:
        raise click.ClickException(
            "hashcat is installed and gave no rate: has it a device to compute on? On a processor that is "
            "pocl-opencl-icd; benchmarks/README.md says how to install it."
        )
    return 1 / rate


def memory() -> Row:
    """The most that ten million codes hold at a time above the idle program, both processes and all arrays."""
    said = subprocess.run(
        [sys.executable, "-c", _MEMORY], cwd=HERE, capture_output=True, text=True, check=True
    ).stdout
    return Row(
        name="memory",
        what="codes_at, ten million codes, 2 processes",
        against="the same program, idle",
        value=float(said),
        unit="MB",
        reach=MB_MORE,
        pairs=1,
    )


def logins(runs: int = 5) -> Row:
    """A million logins with real codes, over a heatmap of 25 offsets by 20 delays."""
    dice = Random(0)  # noqa: S311
    offsets, delays = np.arange(-120, 121, 10)[:, None], np.arange(0, 60, 3)
    each = 1_000_000 // (offsets.size * delays.size)

    def simulate() -> object:
        return simulated_acceptance(
            offsets, delays, 1, logins=each, randomness=SeededRandomness(dice.randrange(10**6))
        )

    return Row(
        name="logins",
        what="a million simulated logins",
        against="",
        value=median(timed(simulate) for _ in range(runs)),
        unit="s",
        reach=1.0,
        pairs=runs,
    )
