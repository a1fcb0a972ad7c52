"""Which step a typed code belongs to, if any. Nothing is remembered here."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from mfa_lab.errors import InvalidInput, NoMatch, ReusedCode
from mfa_lab.otp.codes import hotp_of, tidy_code
from mfa_lab.otp.steps import step_at

MAX_WINDOW_STEPS = 10
"""More would accept codes over five minutes old at the usual 30 s; RFC6238-5.2 recommends one step."""


MAX_REACH_STEPS = 240
"""How far resynchronisation may search: two hours either side at the usual 30 s (RFC4226-7.4: bounded)."""


@dataclass(frozen=True, slots=True)
class Match:
    """An accepted code: its `step`, and its `offset` in steps from the verifier's own (negative: older)."""

    step: int
    offset: int


def match(
    secret: str,
    code: str,
    now: int,
    *,
    window_steps: int = 1,
    drift_steps: int = 0,
    last_step: int | None = None,
    digits: int = 6,
    period: int = 30,
    algorithm: str = "SHA1",
) -> Match:
    """Find the step that `code` belongs to, within `window_steps` either side of the window's centre.

    The centre is the current step moved by `drift_steps`, what the caller knows of the phone's clock (RFC6238-6;
    positive: ahead); the window gets no wider. The offset in the answer counts from the current step all the same.
    `last_step` is the last step this verifier accepted: a step at or below it is `ReusedCode` (RFC6238-5.2,
    NIST-3.1.4.2). The caller must then store the returned step, at once and atomically: this function
    remembers nothing. Where a code matches two steps, the oldest unused one is taken. Raises `MalformedCode`,
    `NoMatch`, `ReusedCode`; `InvalidInput` for parameters out of range. Compares in constant time
    (ASVS-11.2.4), every step of the window, whatever matched.
    """
    hotp = hotp_of(secret, digits, algorithm)
    current = step_at(now, period)
    typed = tidy_code(code, digits).encode()
    centre = current + checked_drift(drift_steps)
    first = max(0, centre - checked_window(window_steps))
    matched = [
        step for step in range(first, centre + window_steps + 1) if hmac.compare_digest(typed, hotp.at(step).encode())
    ]
    for step in matched:
        if last_step is None or step > last_step:
            return Match(step, step - current)
    if matched:
        raise ReusedCode(
            "this code, or a later one, was already accepted: wait for the next", step=matched[-1],
            offset=matched[-1] - current,
        )  # fmt: skip
    raise NoMatch("this code belongs to no time step inside the window")


def match_consecutive(
    secret: str,
    first: str,
    second: str,
    now: int,
    *,
    reach_steps: int,
    last_step: int | None = None,
    digits: int = 6,
    period: int = 30,
    algorithm: str = "SHA1",
) -> Match:
    """Find two steps in a row that `first` and `second` belong to, up to `reach_steps` either side of the current
    one; the answer is the second (RFC4226-7.4). A guessed pair is right 2 * reach_steps times in 10^(2 * digits).

    For explicit resynchronisation, behind other proof (RFC6238-6). The rest is as in `match`: both steps must lie
    above `last_step`, the caller stores the answer's step, all steps within reach are compared in constant time.
    """
    if type(reach_steps) is not int or not 1 <= reach_steps <= MAX_REACH_STEPS:
        raise InvalidInput(f"reach_steps must be 1 to {MAX_REACH_STEPS}: the search is bounded (RFC 4226, 7.4)")
    hotp = hotp_of(secret, digits, algorithm)
    current = step_at(now, period)
    typed = [tidy_code(code, digits).encode() for code in (first, second)]
    steps = range(max(0, current - reach_steps), current + reach_steps + 1)
    codes = [hotp.at(step).encode() for step in steps]
    matched = [[hmac.compare_digest(one, code) for code in codes] for one in typed]
    pairs = [step for at, step in enumerate(steps) if at and matched[0][at - 1] and matched[1][at]]
    for step in pairs:
        if last_step is None or step - 1 > last_step:
            return Match(step, step - current)
    if pairs:
        raise ReusedCode(
            "one of these codes, or a later one, was already accepted: wait for the next two", step=pairs[-1],
            offset=pairs[-1] - current,
        )  # fmt: skip
    raise NoMatch("these codes belong to no two time steps in a row within reach")


def checked_window(window_steps: int) -> int:
    """`window_steps` itself if it is 0 to `MAX_WINDOW_STEPS`, else `InvalidInput`."""
    if (
        isinstance(window_steps, bool)
        or not isinstance(window_steps, int)
        or not 0 <= window_steps <= MAX_WINDOW_STEPS
    ):
        raise InvalidInput(f"window_steps must be 0 to {MAX_WINDOW_STEPS}; RFC 6238 section 5.2 recommends 1 at most")
    return window_steps


def checked_drift(drift_steps: int) -> int:
    if type(drift_steps) is not int:
        raise InvalidInput("drift_steps must be a whole number of steps")
    return drift_steps
