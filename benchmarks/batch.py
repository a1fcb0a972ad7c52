"""What the attacks compute: codes in batches, seeds, simulated logins and guesses; against PyOTP and hashcat."""

from __future__ import annotations

import base64
import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from math import sqrt
from statistics import median

import click
import numpy as np
import pyotp

from benchmarks.harness import HERE, Row, interleaved, ratio_row, seconds_row, timed
from mfa_lab.attacks.simulation.batch import codes_at
from mfa_lab.attacks.simulation.guess_budget import guess_budget
from mfa_lab.attacks.simulation.mersenne import first_words
from mfa_lab.attacks.simulation.odds import simulated_acceptance
from mfa_lab.attacks.simulation.seed_search import CHUNK_SEEDS, observe, recover
from mfa_lab.attacks.simulation.simulated_budget import Tally, simulated_budget
from mfa_lab.otp import DIGESTS
from mfa_lab.policy import Policy
from mfa_lab.provisioning import new_secret
from mfa_lab.randomness import SeededRandomness

STEP = 60_000_000
USERS, STEPS = 500, 1000
LOOP = 20_000
MANY = 20_000_000
MB_MORE = 300
NOW, DAY_SECONDS, SEED_LOOP = 1_800_000_000, 86_400, 10_000
ATTACKERS = 1_001_000

_MEMORY = """
import threading
import numpy, psutil
from mfa_lab.attacks.simulation.batch import codes_at

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


def one_core(algorithm: str, times: float, pairs: int = 15) -> Row:
    """500 secrets by 1,000 steps on one core, against PyOTP's codes one by one; `times` as fast is the reach."""
    secrets = _secrets(USERS)
    totp = pyotp.TOTP(secrets[0, 0], digest=DIGESTS[algorithm])
    moments = [30 * (STEP + step) for step in range(LOOP)]
    distinct = _secrets(20_000)
    made = partial(codes_at, algorithm=algorithm, workers=1)
    pair = interleaved(
        lambda: timed(lambda: made(secrets, STEP + np.arange(STEPS))) / (USERS * STEPS),
        lambda: timed(lambda: [totp.at(moment) for moment in moments]) / LOOP,
        pairs,
    )
    one_secret = median(timed(lambda: made(secrets[0, 0], STEP + np.arange(USERS * STEPS))) for _ in range(3))
    row = ratio_row(
        algorithm.lower(),
        what=f"codes_at, {algorithm}, one core",
        against="a loop over PyOTP's at()",
        reach=1 / times,
        times=pair,
        figures={
            "codes_per_s": 1 / median(pair[0]),
            "one_secret_per_s": USERS * STEPS / one_secret,
            "each_its_own_secret_per_s": distinct.size / timed(lambda: made(distinct, STEP)),
            "pyotp_per_s": 1 / median(pair[1]),
        },
    )
    return in_percent(row)


sha1, sha256, sha512 = (partial(one_core, *each) for each in (("SHA1", 18), ("SHA256", 8), ("SHA512", 8)))


def _secrets(count: int) -> np.ndarray:
    return np.array([new_secret(SeededRandomness(user)) for user in range(count)])[:, None]


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


def cores(pairs: int = 3) -> Row:
    """Twenty million codes, the processes' start included, against hashcat's own benchmark of mode 18100.

    Both as the time for a code: 1.25 of hashcat's is 0.8 of its rate.
    """
    secrets = _secrets(20)
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
    dice = random.Random(0)  # noqa: S311
    offsets, delays = np.arange(-120, 121, 10)[:, None], np.arange(0, 60, 3)
    each = 1_000_000 // (offsets.size * delays.size)

    def simulate() -> object:
        return simulated_acceptance(
            offsets, delays, 1, logins=each, randomness=SeededRandomness(dice.randrange(10**6))
        )

    return seconds_row(
        "logins", what="a million simulated logins", reach=1, times=[timed(simulate) for _ in range(runs)]
    )


def seeds(pairs: int = 15) -> Row:
    """A day of seconds on one core, none of them right, against a loop that seeds, makes a secret and asks PyOTP."""
    observed = observe(new_secret(), NOW)
    at, code = observed[0]

    def ours() -> None:
        assert recover(observed, NOW - DAY_SECONDS, NOW) is None

    def loop() -> None:
        for seed in range(NOW - SEED_LOOP, NOW):
            random.seed(seed)
            secret = base64.b32encode(random.randbytes(20)).decode()  # noqa: S311
            _ = pyotp.TOTP(secret).at(at) == code

    def seeding() -> None:
        for start in range(0, DAY_SECONDS, CHUNK_SEEDS):
            first_words(np.arange(start, min(start + CHUNK_SEEDS, DAY_SECONDS), dtype=np.uint32), 5)

    state = random.getstate()
    times = interleaved(lambda: timed(ours) / DAY_SECONDS, lambda: timed(loop) / SEED_LOOP, pairs)
    random.setstate(state)
    alone = median(timed(seeding) for _ in range(5)) / DAY_SECONDS
    return in_percent(
        ratio_row(
            "seeds",
            what="recover: a day of seconds, one core",
            against="a loop: random.seed, secret, PyOTP's at()",
            reach=1 / 5,
            times=times,
            figures={
                "seeds_per_s": 1 / median(times[0]),
                "loop_per_s": 1 / median(times[1]),
                "seeding_share": alone / median(times[0]),
            },
        )
    )


def attempts(runs: int = 3) -> Row:
    """A million attackers and some, each of whom the standard policy permits a hundred attempts."""
    tallies: list[Tally] = []

    def simulate() -> None:
        seeded = SeededRandomness(len(tallies))
        tallies.append(simulated_budget(Policy.STANDARD, days=365, attackers=ATTACKERS, randomness=seeded))

    times = [timed(simulate) for _ in range(runs)]
    expected = guess_budget(Policy.STANDARD).chance_per_year * ATTACKERS
    strayed = [abs(tally.inside - expected) / sqrt(expected) for tally in tallies]
    made = min(tally.attempts for tally in tallies)
    return seconds_row(
        "attempts",
        what="10^8 simulated attempts, Policy.STANDARD",
        reach=10,
        times=times,
        also=max(strayed) <= 3 and made >= 10**8,
        figures={
            "attempts": made,
            "per_s": made / median(times),
            "inside": tallies[0].inside,
            "expected_inside": expected,
            "most_sigma": max(strayed),
        },
    )
