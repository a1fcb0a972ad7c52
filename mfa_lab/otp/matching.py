"""Find the step that a typed code belongs to. These functions keep no state."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from mfa_lab.errors import InvalidInput, NoMatch, ReusedCode
from mfa_lab.otp.codes import hotp_of, tidy_code
from mfa_lab.otp.steps import step_at
from mfa_lab.redaction import clears_variables

MAX_WINDOW_STEPS = 10
"""With the usual period of 30 s, a wider window would accept codes that are over five minutes old. RFC6238-5.2
recommends one step."""


MAX_REACH_STEPS = 240
"""The maximum number of steps that a resynchronisation searches on either side. With the usual period of 30 s, this
is two hours. RFC4226-7.4 requires a limit."""


@dataclass(frozen=True, slots=True)
class Match:
    """The step of an accepted code.

    `offset` counts steps from the verifier's current step (negative: an older code).
    """

    step: int
    offset: int


@clears_variables
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
    """Find the step that `code` belongs to, at most `window_steps` steps before or after the window's centre.

    The centre is the current step plus `drift_steps`, the known drift of the phone's clock (RFC6238-6; positive:
    ahead). A drift does not widen the window, and the offset in the result still counts from the current step.
    `last_step` is the last step that this verifier accepted. A code of this step or of an earlier step raises
    `ReusedCode` (RFC6238-5.2, NIST-3.1.4.2). The caller must store the returned step immediately and atomically,
    because this function remembers nothing. If a code matches two steps, the oldest unused step is returned.

    Raises `MalformedCode`, `NoMatch` or `ReusedCode`, and `InvalidInput` for parameters that are out of range. The
    function compares the code of every step in the window, each in constant time, even after a match (ASVS-11.2.4).
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
            "this code, or a later one, was already accepted: wait for the next one", step=matched[-1],
            offset=matched[-1] - current,
        )  # fmt: skip
    raise NoMatch("this code does not belong to any time step inside the window")


@clears_variables
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
    """Find two consecutive steps that `first` and `second` belong to, and return the second (RFC4226-7.4).

    The search covers `reach_steps` steps on either side of the current step, so the probability that a guessed pair
    is accepted is 2 * reach_steps / 10^(2 * digits). Use this function only for an explicit resynchronisation, after
    another proof (RFC6238-6). As in `match`, both steps must be later than `last_step`, and the caller stores the
    returned step. The codes of all steps within reach are compared in constant time. Raises the errors of `match`.
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
            "one of these codes, or a later one, was already accepted: wait for the next two codes", step=pairs[-1],
            offset=pairs[-1] - current,
        )  # fmt: skip
    raise NoMatch("these codes do not belong to two consecutive time steps within reach")


def checked_window(window_steps: int) -> int:
    """Return `window_steps` if it is 0 to `MAX_WINDOW_STEPS`, otherwise raise `InvalidInput`."""
    if (
        isinstance(window_steps, bool)
        or not isinstance(window_steps, int)
        or not 0 <= window_steps <= MAX_WINDOW_STEPS
    ):
        raise InvalidInput(f"window_steps must be 0 to {MAX_WINDOW_STEPS}; RFC 6238 section 5.2 recommends 1 at most")
    return window_steps


def checked_drift(drift_steps: int) -> int:
    """Return `drift_steps` if it is a whole number, otherwise raise `InvalidInput`."""
    if type(drift_steps) is not int:
        raise InvalidInput("drift_steps must be a whole number of steps")
    return drift_steps
