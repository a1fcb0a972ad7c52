"""Explain why a code was rejected. Use this module for lessons and the instructor's view, never to decide a login."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mfa_lab.errors import MalformedCode, NoMatch, ReusedCode
from mfa_lab.otp.codes import hotp_of, tidy_code
from mfa_lab.otp.matching import checked_drift, checked_window, match
from mfa_lab.otp.steps import step_at
from mfa_lab.redaction import clears_variables

_REACH_STEPS = 20


class Verdict(StrEnum):
    """The result of `diagnose`, in a few words."""

    ACCEPTED = "accepted"
    MALFORMED = "malformed"
    REUSED = "reused"
    OUTSIDE = "outside the window"
    NO_MATCH = "no match"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The reason why a code was accepted or rejected. Only the instructor may see this reason, never a stranger.

    `offset` counts steps from the verifier's current step. `seconds_outside` counts seconds from `now` to the nearest
    moment at which the window contains the code's step (0 inside; negative: too old). A phone with a correct clock
    shows the code from `shown_from` until just before `shown_until` (Unix seconds). If the code is malformed, or no
    step within reach matches, all these fields are empty (None).
    """

    verdict: Verdict
    step: int | None = None
    offset: int | None = None
    seconds_outside: int | None = None
    shown_from: int | None = None
    shown_until: int | None = None


@clears_variables
def diagnose(
    secret: str,
    code: str,
    now: int,
    *,
    window_steps: int = 1,
    drift_steps: int = 0,
    last_step: int | None = None,
    reach_steps: int = _REACH_STEPS,
    digits: int = 6,
    period: int = 30,
    algorithm: str = "SHA1",
) -> Diagnosis:
    """Return why a code would be accepted or rejected. Search `reach_steps` steps on either side of the current step.

    This function decides nothing. A wrong code raises no error: the only errors are `InvalidInput` and
    `InvalidSecret`. Use the function only for lessons. If a verifier accepted codes from such a wide search, it would
    accept more guesses.
    """
    current = step_at(now, period)
    centre = current + checked_drift(drift_steps)
    window = range(centre - checked_window(window_steps), centre + window_steps + 1)
    options: dict[str, Any] = {"digits": digits, "period": period, "algorithm": algorithm, "drift_steps": drift_steps}
    try:
        found = match(secret, code, now, window_steps=window_steps, last_step=last_step, **options)
        return _diagnosis(Verdict.ACCEPTED, found.step, current, window, now, period)
    except MalformedCode:
        return Diagnosis(Verdict.MALFORMED)
    except ReusedCode as reused:
        return _diagnosis(Verdict.REUSED, reused.step, current, window, now, period)
    except NoMatch:
        pass
    hotp = hotp_of(secret, digits, algorithm)
    typed = tidy_code(code, digits).encode()
    nearest_first = sorted(
        range(max(0, current - reach_steps), current + reach_steps + 1), key=lambda s: abs(s - current)
    )
    for step in nearest_first:
        if hmac.compare_digest(typed, hotp.at(step).encode()):
            return _diagnosis(Verdict.OUTSIDE, step, current, window, now, period)
    return Diagnosis(Verdict.NO_MATCH)


def _diagnosis(verdict: Verdict, step: int, current: int, window: range, now: int, period: int) -> Diagnosis:
    """Return the diagnosis of a code that belongs to `step`.

    A code that is too old was last acceptable just before its step left the window. A code that is too new becomes
    acceptable when its step enters the window.
    """
    outside = 0
    if step < window.start:
        outside = (current + step - window.start + 1) * period - 1 - now
    elif step >= window.stop:
        outside = (current + step - window.stop + 1) * period - now
    return Diagnosis(verdict, step, step - current, outside, step * period, (step + 1) * period)
