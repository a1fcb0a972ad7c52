"""Provide the kit's only source of time. All other code takes `now`, in whole Unix seconds, as an argument."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from mfa_lab.errors import InvalidInput

_LAST_SECOND = 253_402_300_799
"""The last second of the year 9999, which is also the last second that Python's `datetime` can hold."""
_FASTEST = 86_400
"""The highest speed: one day per second. If the clock ran faster, nobody could follow it."""


class Clock(Protocol):
    """Any object that can return the number of whole seconds since 1970 (UTC)."""

    def now(self) -> int:
        """Return the time in whole Unix seconds."""
        ...


class SystemClock:
    """The machine's clock. On a server, it should follow a trusted time source (ASVS-6.5.8)."""

    def now(self) -> int:
        return int(time.time())

    def __repr__(self) -> str:
        return "SystemClock()"


class ManualClock:
    """A clock that moves only when a program moves it, for lessons and tests.

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
        """Move the clock forward by `seconds`.

        A negative number sets the clock back, which also happens on faulty machines.
        """
        self._now = checked_now(self._now + seconds)

    def set(self, now: int) -> None:
        """Set the clock to `now`, in Unix seconds."""
        self._now = checked_now(now)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.now()})"


class _Run(NamedTuple):
    """One run of a clock: it read `base` when the machine's clock read `began`, and has run at `speed` since then."""

    base: float
    began: float
    speed: float


class RunningClock(ManualClock):
    """A manual clock that can also run on its own. At first, it is stopped.

    `machine` is a function that returns the seconds of the machine's own clock, which drives this clock. A program
    that knows `exact()` and `speed` can compute later times without asking this clock again.
    """

    def __init__(self, now: int = 1_800_000_010, *, machine: Callable[[], float] = time.monotonic) -> None:
        self._machine = machine
        self._run = _Run(checked_now(now), 0.0, 0.0)  # one tuple, so that another thread reads all of it or nothing

    def now(self) -> int:
        return checked_now(int(self.exact()))

    def exact(self) -> float:
        """Return the time in Unix seconds, with the fraction. A stopped clock returns whole seconds."""
        base, began, speed = self._run
        return base + speed * (self._machine() - began) if speed else base

    @property
    def speed(self) -> float:
        """Return how many seconds the clock advances per second of the machine. A stopped clock has the speed 0."""
        return self._run.speed

    def play(self, speed: float = 1.0) -> None:
        """Start the clock, which then advances by `speed` seconds per second of the machine.

        Raises `InvalidInput` for a speed that is not a number above 0 and up to 86,400.
        """
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 < speed <= _FASTEST:
            raise InvalidInput(f"speed must be a number above 0, up to {_FASTEST}: 1 is the normal speed")
        self._run = _Run(self.exact(), self._machine(), float(speed))

    def pause(self) -> None:
        """Stop the clock at the whole second that it shows."""
        self._run = _Run(self.now(), 0.0, 0.0)

    def advance(self, seconds: int) -> None:
        checked_now(self.now() + seconds)
        self._run = self._run._replace(base=self._run.base + seconds)

    def set(self, now: int) -> None:
        self._run = _Run(checked_now(now), self._machine(), self.speed)


class SkewedClock:
    """A clock, usually a phone's, that is `drift_seconds` ahead of the clock `base` (negative: behind `base`)."""

    def __init__(self, base: Clock, drift_seconds: int = 0) -> None:
        self.base = base
        self.drift_seconds = drift_seconds

    def now(self) -> int:
        return checked_now(self.base.now() + self.drift_seconds)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base!r}, drift_seconds={self.drift_seconds})"


class DriftingClock(SkewedClock):
    """A skewed clock that also gains `rate_ppm` millionths of a second per second.

    With a negative rate, it loses time. `drift_seconds` is the clock's offset from `base` at the moment when `base`
    reads `since` (Unix seconds). The offset is always rounded down to whole seconds.
    """

    def __init__(self, base: Clock, drift_seconds: int = 0, *, rate_ppm: int = 0, since: int | None = None) -> None:
        super().__init__(base, drift_seconds)
        self.rate_ppm = rate_ppm
        self.since = base.now() if since is None else since

    def now(self) -> int:
        base = self.base.now()
        return checked_now(base + self.offset_at(base))

    def offset_at(self, base_now: int) -> int:
        """Return how many seconds this clock is ahead of `base` when `base` reads `base_now` (Unix seconds)."""
        return self.drift_seconds + self.rate_ppm * (base_now - self.since) // 1_000_000

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, rate_ppm={self.rate_ppm}, since={self.since})"


def checked_now(now: int) -> int:
    """Return `now` if it is a whole number of seconds from 1970 to the year 9999, otherwise raise `InvalidInput`."""
    if isinstance(now, bool) or not isinstance(now, int):
        raise InvalidInput(f"a time must be a whole number of Unix seconds, not {type(now).__name__}: pass an int")
    if now < 0:
        raise InvalidInput(f"{now} is before 1970, when time steps begin: check the clock")
    if now > _LAST_SECOND:
        raise InvalidInput(
            "this time is after the year 9999: pass Unix seconds, not milliseconds, and check the clock"
        )
    return now
