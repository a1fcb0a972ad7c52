"""Make secrets whose only randomness is the time, and find such a secret by trying every second as a seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mfa_lab.attacks.simulation import sha1
from mfa_lab.attacks.simulation.batch import Codes, last_block, truncated
from mfa_lab.attacks.simulation.mersenne import first_words
from mfa_lab.otp import code_at, step_at
from mfa_lab.provisioning import new_secret
from mfa_lab.randomness import SeededRandomness

Observed = tuple[int, str]
"""The time at which the phone displayed a code (Unix seconds), and the code: six digits, computed with SHA-1."""

CHUNK_SEEDS = 8_192
"""The number of seeds that are tried at a time.

The generator's 624 words for each of these seeds still fit into a processor's cache.
"""
_WORTH_A_BAR = 1_000_000
"""The search of this number of seeds takes some seconds.

The number is fixed, because a notebook's output must not depend on speed.
"""
_INNER, _OUTER = sha1.word(0x3636_3636), sha1.word(0x5C5C_5C5C)


def secret_from_time(now: int) -> str:
    """Return a secret of twenty bytes from `random.Random(now)`: the same secret for everybody in the same second."""
    return new_secret(SeededRandomness(now))


def observe(secret: str, now: int) -> tuple[Observed, Observed]:
    """Return what the phone shows now, and half a minute later."""
    return (now, code_at(secret, now)), (now + 30, code_at(secret, now + 30))


def recover(observed: Sequence[Observed], since: int, until: int) -> str | None:
    """Return the secret that shows the `observed` codes, or None if no second in this range gives it.

    One code leaves a millionth of the candidates, and two codes leave a single candidate. PyOTP checks the candidates
    that are left. A bar shows progress for a million seeds or more.
    """
    step, first = step_at(observed[0][0]), int(observed[0][1])
    total = until - since
    with tqdm(total=total, unit="seed", unit_scale=True, disable=total < _WORTH_A_BAR, leave=False) as bar:
        for start in range(since, until, CHUNK_SEEDS):
            seeds = np.arange(start, min(start + CHUNK_SEEDS, until), dtype=np.uint32)
            for seed in seeds[_codes(seeds, step) == first].tolist():
                secret = secret_from_time(seed)
                if all(code_at(secret, at) == code for at, code in observed):
                    return secret
            bar.update(seeds.size)
    return None


def _codes(seeds: NDArray[np.uint32], step: int) -> Codes:
    """Return the code that each seed's secret gives in this step, computed with parts of the batch engine.

    `randbytes(20)` consists of five of the generator's words, with the lowest byte first. SHA-1 reads the highest
    byte first.
    """
    key = [word.byteswap()[None] for word in first_words(seeds, 5)]
    inner, outer = (
        sha1.compress(sha1.START, [*(word ^ padding for word in key), *[padding] * 11])
        for padding in (_INNER, _OUTER)
    )
    digest = sha1.compress(inner, last_block([sha1.word(step >> 32), sha1.word(step & 0xFFFF_FFFF)]))
    digest = sha1.compress(outer, last_block(digest))
    codes: Codes = truncated([*digest, digest[-1]])[0] % np.uint32(10**6)
    return codes
