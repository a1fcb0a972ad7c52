"""Compute chances in closed form, and by simulation with real codes. Each of the two methods checks the other."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import ArrayLike, NDArray

from mfa_lab.attacks.simulation.batch import codes_at
from mfa_lab.errors import InvalidInput
from mfa_lab.otp import checked_window
from mfa_lab.provisioning import new_secret
from mfa_lab.randomness import Randomness

Chances = NDArray[np.float64]
_FIRST_STEP = 60_000_000
KEPT_STEPS = 50_000
"""The number of time steps from which moments are drawn: about 17 days at 30 s.

The codes of these steps are computed once per simulation.
"""


def acceptance(
    offset_seconds: ArrayLike, delay_seconds: ArrayLike = 0, window_steps: ArrayLike = 1, *, period: int = 30
) -> Chances:
    """Return the chance that an honest code is accepted at a random moment.

    The phone's clock is `offset_seconds` ahead, and the code reaches the server `delay_seconds` after it was read.
    The arguments broadcast. to step floor(x + offset / period), and the server is in step floor(x + delay / period).
    Here, x is the moment when the code was read, in periods. With s = abs(offset - delay) / period, the two steps are
    floor(s) apart, or one more with the chance s - floor(s). So the chance that the two steps are at most
    `window_steps` apart is window_steps + 1 - s, limited to the range from 0 to 1.
    """
    apart = np.abs(np.subtract(offset_seconds, delay_seconds)) / period
    return np.clip(np.add(window_steps, 1) - apart, 0.0, 1.0)


def simulated_acceptance(
    offset_seconds: ArrayLike,
    delay_seconds: ArrayLike = 0,
    window_steps: int = 1,
    *,
    logins: int,
    randomness: Randomness,
    period: int = 30,
    digits: int = 6,
) -> Chances:
    """Return the accepted share of `logins` logins for each offset and delay (whole seconds).

    Real codes are compared. So, in addition to the chance in `acceptance`, a code outside the window is valid by
    accident in (2 * window_steps + 1) of 10^digits cases.
    """
    offsets, delays = np.broadcast_arrays(np.asarray(offset_seconds), np.asarray(delay_seconds))
    if offsets.dtype.kind not in "iu" or delays.dtype.kind not in "iu":
        raise InvalidInput("simulated clocks count whole seconds: pass whole numbers")
    widest = int(max(np.abs(offsets).max(), np.abs(delays).max())) // period + checked_window(window_steps) + 1
    codes = some_codes(randomness, KEPT_STEPS + 2 * widest, digits)
    thrown = dice(randomness)
    shares = []
    for offset, delay in zip(offsets.ravel().tolist(), delays.ravel().tolist(), strict=True):
        read_at = thrown.integers(widest * period, (widest + KEPT_STEPS) * period, logins, np.int32)
        typed = codes[(read_at + offset) // period]
        step = (read_at + delay) // period
        accepted = np.zeros(logins, np.bool_)
        for inside in range(-window_steps, window_steps + 1):
            accepted |= codes[step + inside] == typed
        shares.append(accepted.mean())
    return np.array(shares).reshape(offsets.shape)


def guessing(accepted_codes: ArrayLike, attempts: ArrayLike, *, digits: int = 6) -> Chances:
    """Return the chance that one of `attempts` random guesses is valid, with `accepted_codes` codes valid at a time.

    The chance is exactly 1 - (1 - s / 10^d)^v, and for small numbers about s * v / 10^d (RFC4226-6). Arguments
    broadcast.

    >>> f"{guessing(3, 100):.6f}"
    '0.000300'
    """
    return np.asarray(-np.expm1(np.multiply(attempts, np.log1p(-np.divide(accepted_codes, 10.0**digits)))))


def sigma(chance: ArrayLike, trials: int) -> Chances:
    """Return the standard deviation of the share of successes in this number of trials, around `chance`."""
    chance = np.asarray(chance, np.float64)
    return np.asarray(np.sqrt(chance * (1 - chance) / trials))


def some_codes(randomness: Randomness, count: int, digits: int) -> NDArray[np.uint32]:
    return codes_at(new_secret(randomness), _FIRST_STEP + np.arange(count), digits=digits)


def dice(randomness: Randomness) -> Generator:
    """Return NumPy's generator, seeded from this kit's only source of randomness."""
    return default_rng(list(randomness.token_bytes(32)))
