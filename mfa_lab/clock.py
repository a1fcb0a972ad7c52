"""The one seam for time. Everything below takes `now`, whole Unix seconds, as a plain argument."""

from __future__ import annotations

import time
from typing import Protocol

from mfa_lab.errors import InvalidInput

_LAST_SECOND = 253_402_300_799
"""The end of the year 9999, where datetimes end as well."""


class Clock(Protocol):
    """Anything that can say how many whole seconds have passed since 1970 in UTC."""

    def now(self) -> int:
        """Unix seconds."""
        ...


class SystemClock:
    """The machine's clock. ASVS-6.5.8: on a server, let it follow a trusted source."""

    def now(self) -> int:
        return int(time.time())

    def __repr__(self) -> str:
        return "SystemClock()"


class ManualClock:
    """A clock that moves only when told to, for lessons and tests.

    >>> clock = ManualClock(1_800_000_010)
    >>> clock.advance(30)
    >>> clock.now()
    1800000040
    """

    def __init__(self, now: int = 1_800_000_010) -> None:
        self._now = checked_now(now)

    def now(self) -> int:
        return self._now

    def advance(self, seconds: int) -> None:
        """Move on by `seconds`; a negative number sets the clock back, as a faulty machine does."""
        self._now = checked_now(self._now + seconds)

    def set(self, now: int) -> None:
        """Jump to `now`, Unix seconds."""
        self._now = checked_now(now)

    def __repr__(self) -> str:
        return f"ManualClock({self._now})"


class SkewedClock:
    """Another clock, read `drift_seconds` fast (positive) or slow (negative): a phone's clock, usually."""

    def __init__(self, base: Clock, drift_seconds: int = 0) -> None:
        self.base = base
        self.drift_seconds = drift_seconds

    def now(self) -> int:
        return checked_now(self.base.now() + self.drift_seconds)

    def __repr__(self) -> str:
        return f"SkewedClock({self.base!r}, drift_seconds={self.drift_seconds})"


def checked_now(now: int) -> int:
    """`now` itself, if it is a whole number of seconds from 1970 to the year 9999; else `InvalidInput`."""
    if isinstance(now, bool) or not isinstance(now, int):
        raise InvalidInput(f"a time is a whole number of Unix seconds, not {type(now).__name__}: pass an int")
    if now < 0:
        raise InvalidInput(f"{now} lies before 1970, where time steps begin: check the clock")
    if now > _LAST_SECOND:
        raise InvalidInput(
            "this time lies beyond the year 9999: pass Unix seconds, not milliseconds, and check the clock"
        )
    return now
