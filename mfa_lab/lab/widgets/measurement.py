"""What was seen on a phone, at which moment, and what it means for the phone's clock.

These functions are pure; the form is elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mfa_lab.errors import ContradictingObservations
from mfa_lab.lab.formatting import clock
from mfa_lab.otp.drift import DriftInterval, Observation, estimate_drift


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold one observation: at `server_now` the phone showed the code of `step`.

    `changed`: until just then it had shown the code before. `delay_seconds` is the longest time between the two
    clocks' readings.
    """

    server_now: int
    step: int
    changed: bool
    delay_seconds: int

    @property
    def observations(self) -> list[Observation]:
        """Return a reading as one observation, and a change as two: within the delay, both codes were shown."""
        earlier = [Observation(self.server_now, self.step - 1)] if self.changed and self.step else []
        return [*earlier, Observation(self.server_now, self.step)]

    def __str__(self) -> str:
        return f"{clock(self.server_now)}, {'a change' if self.changed else 'read'}"


def estimate(seen: Sequence[Seen], period: int) -> DriftInterval:
    """Return what all observations leave of the phone's offset. Raises as `estimate_drift` does."""
    observations = [each for one in seen for each in one.observations]
    return estimate_drift(observations, period=period, delay_seconds=max(one.delay_seconds for one in seen))


def contradiction(seen: Sequence[Seen], period: int) -> tuple[int, ...]:
    """Return the numbers, from 1, of two observations that no offset explains; () if all agree."""
    if not seen:
        return ()
    try:
        estimate(seen, period)
    except ContradictingObservations as error:
        owners = [number for number, one in enumerate(seen, 1) for _ in one.observations]
        return tuple(sorted((owners[error.ahead - 1], owners[error.behind - 1])))
    return ()
