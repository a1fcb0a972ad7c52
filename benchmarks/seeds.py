"""Secrets from `random`, seeded with the time: how fast the seconds of a day are tried (rung 12 of the ladder)."""

from __future__ import annotations

import base64
import random
from statistics import median

import numpy as np
import pyotp

from benchmarks.batch import in_percent
from benchmarks.harness import Row, interleaved, ratio_row, timed
from mfa_lab.attacks.ladder.mersenne import first_words
from mfa_lab.attacks.ladder.seeds import CHUNK_SEEDS, observe, recover
from mfa_lab.provisioning import new_secret

NOW = 1_800_000_000
DAY_SECONDS = 86_400
LOOP = 10_000


def seeds(pairs: int = 15) -> Row:
    """A day of seconds on one core, none of them right, against a loop that seeds, makes a secret and asks PyOTP."""
    observed = observe(new_secret(), NOW)
    at, code = observed[0]

    def ours() -> None:
        assert recover(observed, NOW - DAY_SECONDS, NOW) is None

    def loop() -> None:
        for seed in range(NOW - LOOP, NOW):
            random.seed(seed)
            secret = base64.b32encode(random.randbytes(20)).decode()  # noqa: S311
            _ = pyotp.TOTP(secret).at(at) == code

    def seeding() -> None:
        for start in range(0, DAY_SECONDS, CHUNK_SEEDS):
            first_words(np.arange(start, min(start + CHUNK_SEEDS, DAY_SECONDS), dtype=np.uint32), 5)

    state = random.getstate()
    times = interleaved(lambda: timed(ours) / DAY_SECONDS, lambda: timed(loop) / LOOP, pairs)
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
