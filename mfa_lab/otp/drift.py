"""Measure the offset of a phone's clock, using only the codes that the phone shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from mfa_lab.clock import checked_now
from mfa_lab.errors import ContradictingObservations, InvalidInput
from mfa_lab.otp.steps import checked_period


class Observation(NamedTuple):
    """The phone showed the code of `step` at `server_now` (whole Unix seconds, by the server's clock)."""

    server_now: int
    step: int


@dataclass(frozen=True, slots=True)
class DriftInterval:
    """The phone's clock is ahead of the server's by more than `low_seconds` and less than `high_seconds`.

    Negative values mean that the phone's clock is behind. Both bounds are exact, and the offset lies strictly between
    them. The observations say nothing more about the offset.
    """

    low_seconds: int
    high_seconds: int

    @property
    def width_seconds(self) -> int:
        """Return the width of the interval in seconds."""
        return self.high_seconds - self.low_seconds

    def __contains__(self, offset_seconds: float) -> bool:
        return self.low_seconds < offset_seconds < self.high_seconds

    def __str__(self) -> str:
        return f"between {self.low_seconds:+d} s and {self.high_seconds:+d} s"


def estimate_drift(
    observations: Iterable[tuple[int, int]], *, period: int = 30, delay_seconds: int = 0
) -> DriftInterval:
    """Return the interval of the phone's clock offsets that agree with every observation.

    While a phone shows the code of step s, its clock is between s * period and (s + 1) * period. The server counts
    whole seconds: its clock reads n until n + 1 is reached. One observation therefore leaves an interval of period +
    1 seconds. Two observations that are one second apart, one before and one after a change of the code, leave an
    interval of 2 seconds. More observations never widen the interval.

    `delay_seconds` is the longest time that may have passed between reading a code and `server_now`. The function
    assumes that both clocks run at the same rate during the measurement. Raises `InvalidInput` or
    `ContradictingObservations`. The second error names two observations that no single offset can explain.

    >>> print(estimate_drift([(1_800_000_010, 60_000_000), (1_800_000_011, 60_000_001)]))
    between +18 s and +20 s
    """
    checked_period(period)
    if type(delay_seconds) is not int or delay_seconds < 0:
        raise InvalidInput("delay_seconds must be a whole number, 0 or more")
    lows, highs = [], []
    for server_now, step in observations:
        if type(step) is not int or step < 0:
            raise InvalidInput("a step must be a whole number, 0 or more")
        lows.append(step * period - checked_now(server_now) - 1)
        highs.append((step + 1) * period - server_now + delay_seconds)
    if not lows:
        raise InvalidInput("an interval needs at least one observation: type a code that the phone shows")
    interval = DriftInterval(max(lows), min(highs))
    if interval.width_seconds <= 0:
        ahead, behind = lows.index(interval.low_seconds) + 1, highs.index(interval.high_seconds) + 1
        raise ContradictingObservations(
            f"observation {ahead} puts the phone more than {interval.low_seconds} s ahead, but observation {behind} "
            f"puts it less than {interval.high_seconds} s ahead. One of them was typed late or belongs to "
            "another account: leave out the wrong observation",
            ahead=ahead,
            behind=behind,
        )
    return interval
