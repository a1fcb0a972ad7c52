"""Checking a code, without a server."""

from __future__ import annotations

import pyotp

from benchmarks.harness import Row, interleaved, ratio_row, timed
from mfa_lab.errors import NoMatch
from mfa_lab.otp import code_at, match
from mfa_lab.provisioning import new_secret

NOW = 1_800_000_010
BATCH = 100


def miss(pairs: int = 200) -> Row:
    """A wrong code at window 1, the most work there is: every step of the window is computed."""
    secret = new_secret()
    totp = pyotp.TOTP(secret)
    inside = {code_at(secret, NOW + 30 * offset) for offset in (-1, 0, 1)}
    wrong = next(code for code in map("{:06d}".format, range(4)) if code not in inside)

    def ours() -> None:
        for _ in range(BATCH):
            try:
                match(secret, wrong, NOW)
            except NoMatch:
                continue
            raise AssertionError("the wrong code was accepted")

    def baseline() -> None:
        for _ in range(BATCH):
            assert not totp.verify(wrong, for_time=NOW, valid_window=1)

    times = interleaved(lambda: timed(ours) / BATCH, lambda: timed(baseline) / BATCH, pairs)
    return ratio_row("match", what="match, miss at window 1", against="PyOTP verify", reach=1.2, times=times)
