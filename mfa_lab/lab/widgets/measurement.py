"""Observations of a phone, and what they say about the phone's clock.

The functions in this module are pure; the form is in `measure_phone.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mfa_lab.errors import ContradictingObservations
from mfa_lab.lab.formatting import clock
from mfa_lab.otp.drift import DriftInterval, Observation, estimate_drift


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold one observation: when the server's clock said `server_now`, the phone showed the code of `step`.

    If `changed` is true, the phone had shown the previous code until that moment. `delay_seconds` is the longest time
    between the readings of the two clocks.
    """

    server_now: int
    step: int
    changed: bool
    delay_seconds: int

    @property
    def observations(self) -> list[Observation]:
        """Return one observation for a reading, and two observations for a change.

        At a change, the phone showed both codes within the delay.
        """
        earlier = [Observation(self.server_now, self.step - 1)] if self.changed and self.step else []
        return [*earlier, Observation(self.server_now, self.step)]

    def __str__(self) -> str:
        return f"{clock(self.server_now)}, {'a change' if self.changed else 'read'}"


def estimate(seen: Sequence[Seen], period: int) -> DriftInterval:
    """Return the interval of offsets that fit all observations. Raises the same errors as `estimate_drift`."""
    observations = [each for one in seen for each in one.observations]
    return estimate_drift(observations, period=period, delay_seconds=max(one.delay_seconds for one in seen))


def contradiction(seen: Sequence[Seen], period: int) -> tuple[int, ...]:
    """Return the numbers of two observations that no single offset explains, or () if all agree.

    Numbers start at 1.
    """
    if not seen:
        return ()
    try:
        estimate(seen, period)
    except ContradictingObservations as error:
        owners = [number for number, one in enumerate(seen, 1) for _ in one.observations]
        return tuple(sorted((owners[error.ahead - 1], owners[error.behind - 1])))
    return ()
