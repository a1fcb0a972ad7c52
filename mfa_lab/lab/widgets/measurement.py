"""What was seen on a phone, at which moment, and what it says of the phone's clock. Pure; the form is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mfa_lab.errors import ContradictingObservations
from mfa_lab.lab.formatting import clock
from mfa_lab.otp.drift import DriftInterval, Observation, estimate_drift


@dataclass(frozen=True, slots=True)
class Seen:
    """At `server_now` the phone showed the code of `step`; `changed`: it had shown the one before until just then.

    `delay_seconds` is the most that lies between the two clocks' readings.
    """

    server_now: int
    step: int
    changed: bool
    delay_seconds: int

    @property
    def observations(self) -> list[Observation]:
        """A change is two: within the delay, both codes were shown."""
        earlier = [Observation(self.server_now, self.step - 1)] if self.changed and self.step else []
        return [*earlier, Observation(self.server_now, self.step)]

    def __str__(self) -> str:
        return f"{clock(self.server_now)}, {'a change' if self.changed else 'read'}"


def estimate(seen: Sequence[Seen], period: int) -> DriftInterval:
    """What all of it leaves of the phone's offset. Raises as `estimate_drift` does."""
    observations = [each for one in seen for each in one.observations]
    return estimate_drift(observations, period=period, delay_seconds=max(one.delay_seconds for one in seen))


def contradiction(seen: Sequence[Seen], period: int) -> tuple[int, ...]:
    """The numbers, from 1, of two that no offset explains; nothing where all agree."""
    if not seen:
        return ()
    try:
        estimate(seen, period)
    except ContradictingObservations as error:
        owners = [number for number, one in enumerate(seen, 1) for _ in one.observations]
        return tuple(sorted((owners[error.ahead - 1], owners[error.behind - 1])))
    return ()
