"""What is wrong with a code: for lessons and the instructor's view, never for a login."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mfa_lab.errors import MalformedCode, NoMatch, ReusedCode
from mfa_lab.otp.codes import hotp_of, tidy_code
from mfa_lab.otp.matching import checked_drift, checked_window, match
from mfa_lab.otp.steps import step_at

_REACH_STEPS = 20


class Verdict(StrEnum):
    """What `diagnose` found."""

    ACCEPTED = "accepted"
    MALFORMED = "malformed"
    REUSED = "reused"
    OUTSIDE = "outside the window"
    NO_MATCH = "no match"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a code was or was not accepted, for the instructor's view only: a stranger must never learn this much.

    `offset` is in steps from the verifier's current one, `seconds_outside` how far the code's life lies
    from the nearest moment at which the window would have held it (0 inside; negative: too old). Both are
    None where no step within reach matches.
    """

    verdict: Verdict
    step: int | None = None
    offset: int | None = None
    seconds_outside: int | None = None
    shown_from: int | None = None
    shown_until: int | None = None


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
    """Say what is wrong with a code by searching `reach_steps` either side. Decides nothing; raises nothing
    about the code. For lessons: a real verifier that searched this wide would accept guesses more often.
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
    """Where `step` lies. A code too old was last accepted when its step left the window; one too new will
    first be accepted when its step enters it.
    """
    outside = 0
    if step < window.start:
        outside = (current + step - window.start + 1) * period - 1 - now
    elif step >= window.stop:
        outside = (current + step - window.stop + 1) * period - now
    return Diagnosis(verdict, step, step - current, outside, step * period, (step + 1) * period)
