"""Compute time steps.

A time step is the counter that server and phone derive from the time (RFC 6238 section 4.2).
"""

from __future__ import annotations

from mfa_lab.clock import checked_now
from mfa_lab.errors import InvalidInput

MAX_PERIOD_SECONDS = 120
"""The longest period that NIST-3.1.4.1 permits: the time step changes at least every two minutes."""


def step_at(now: int, period: int = 30) -> int:
    """Return the time step of `now` (Unix seconds), which is `floor(now / period)` (RFC 6238 section 4.2).

    >>> step_at(1_800_000_010)
    60000000
    """
    return checked_now(now) // checked_period(period)


def checked_period(period: int) -> int:
    """Return `period` if it is 1 to 120 whole seconds, otherwise raise `InvalidInput`."""
    if isinstance(period, bool) or not isinstance(period, int) or not 1 <= period <= MAX_PERIOD_SECONDS:
        raise InvalidInput(f"period must be 1 to {MAX_PERIOD_SECONDS} whole seconds (NIST-3.1.4.1)")
    return period
