"""Time-based one-time passwords: what server and phone both must know. PyOTP computes every code.

A *step* is the counter `floor(unix_time / period)` (RFC 6238 section 4.2). A *window* is how many steps either
side of the current one are accepted. All times are whole Unix seconds, passed in; nothing here reads a clock.
Secrets are Base32 text. Errors never quote a secret or a code.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pyotp

from mfa_lab.clock import checked_now
from mfa_lab.errors import InvalidInput, InvalidSecret, MalformedCode, NoMatch, ReusedCode

DIGESTS: dict[str, Callable[..., Any]] = {
    "SHA1": hashlib.sha1,
    "SHA256": hashlib.sha256,
    "SHA512": hashlib.sha512,
}
MAX_WINDOW_STEPS = 10
"""More would accept codes over five minutes old at the usual 30 s; RFC6238-5.2 recommends one step."""
MAX_PERIOD_SECONDS = 120
"""NIST-3.1.4.1: the time step changes at least every two minutes."""
MAX_REACH_STEPS = 240
"""How far resynchronisation may search: two hours either side at the usual 30 s (RFC4226-7.4: bounded)."""
MIN_SECRET_BITS = 112
_REACH_STEPS = 20


@dataclass(frozen=True, slots=True)
class Match:
    """An accepted code: its `step`, and its `offset` in steps from the verifier's own (negative: older)."""

    step: int
    offset: int


def step_at(now: int, period: int = 30) -> int:
    """The time step of `now` (Unix seconds): `floor(now / period)`, RFC 6238 section 4.2.

    >>> step_at(1_800_000_010)
    60000000
    """
    return checked_now(now) // checked_period(period)


def code_at(secret: str, now: int, *, digits: int = 6, period: int = 30, algorithm: str = "SHA1") -> str:
    """The code that an authenticator with the right time shows at `now` (Unix seconds).

    `digits` is 6 to 8; `algorithm` is SHA1, SHA256 or SHA512; `period` is in seconds.
    Raises `InvalidSecret` or `InvalidInput`. Source: RFC 4226 section 5.3, RFC 6238 section 4.
    """
    return _hotp(secret, digits, algorithm).at(step_at(now, period))


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
    hotp = _hotp(secret, digits, algorithm)
    current = step_at(now, period)
    typed = tidy_code(code, digits).encode()
    centre = current + _checked_drift(drift_steps)
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
    hotp = _hotp(secret, digits, algorithm)
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


class Verdict(StrEnum):
    """What `diagnose` found."""

    ACCEPTED = "accepted"
    MALFORMED = "malformed"
    REUSED = "reused"
    OUTSIDE = "outside the window"
    NO_MATCH = "no match"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a code was or was not taken, for the class only: a stranger must never learn this much.

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
    centre = current + _checked_drift(drift_steps)
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
    hotp = _hotp(secret, digits, algorithm)
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


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every intermediate value of one code (RFC 4226 section 5.3). Its `repr` hides the key and what betrays it.

    `key`, `message` (the step as 8 bytes, big-endian), `digest` (20, 32 or 64 bytes), `offset` (0 to 15),
    `chosen` (the 4 bytes found there), `truncated` (31 bits), `code`.
    """

    step: int
    message: bytes
    algorithm: str
    offset: int
    key: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    chosen: bytes = field(repr=False)
    truncated: int = field(repr=False)
    code: str = field(repr=False)


def explain(secret: str, now: int, *, digits: int = 6, period: int = 30, algorithm: str = "SHA1") -> Explanation:
    """Take the algorithm apart: HMAC of the step, dynamic truncation, decimal digits.

    The one place that computes a code without PyOTP, and it raises if the two ever differ.
    """
    code = code_at(secret, now, digits=digits, period=period, algorithm=algorithm)
    step = step_at(now, period)
    key = secret_bytes(secret)
    message = step.to_bytes(8, "big")
    digest = hmac.digest(key, message, algorithm.lower())
    offset = digest[-1] & 0x0F
    chosen = digest[offset : offset + 4]
    truncated = int.from_bytes(chosen, "big") & 0x7FFF_FFFF
    if f"{truncated % 10**digits:0{digits}d}" != code:
        raise RuntimeError("explain() and PyOTP disagree: one of them is broken")
    return Explanation(step, message, algorithm, offset, key, digest, chosen, truncated, code)


def tidy_code(code: object, digits: int = 6) -> str:
    """`code` without the spaces and hyphens that people type; `MalformedCode` unless `digits` ASCII digits remain.

    Nothing else is forgiven: full-width digits are another spelling of the same code, and a verifier that
    remembers spellings can be fooled with them.
    """
    if isinstance(code, str) and len(code) <= 4 * digits:
        bare = code.replace(" ", "").replace("-", "")
        if re.fullmatch(rf"[0-9]{{{digits}}}", bare):
            return bare
    raise MalformedCode(f"a code is {digits} digits from 0 to 9: type what the authenticator shows")


def secret_bytes(secret: str) -> bytes:
    """The key that `secret` (Base32, padding optional, either case) stands for; `InvalidSecret` otherwise."""
    if not isinstance(secret, str):
        raise InvalidSecret(f"a secret is Base32 text, not {type(secret).__name__}")
    try:
        key = base64.b32decode(secret.rstrip("=") + "=" * (-len(secret.rstrip("=")) % 8), casefold=True)
    except (binascii.Error, ValueError):
        key = None
    if key is None:
        raise InvalidSecret("a secret is Base32 text: letters A to Z and digits 2 to 7; copy it again")
    if len(key) * 8 < MIN_SECRET_BITS:
        raise InvalidSecret(
            f"this secret has {len(key) * 8} bits; an OTP key needs {MIN_SECRET_BITS} at least: make a new one"
        )
    return key


def checked_parameters(digits: int, period: int, algorithm: str) -> None:
    """Raise `InvalidInput` unless this kit can make codes of this kind."""
    if isinstance(digits, bool) or not isinstance(digits, int) or not 6 <= digits <= 8:
        raise InvalidInput("digits must be 6, 7 or 8")
    if algorithm not in DIGESTS:
        raise InvalidInput(f"algorithm must be one of {', '.join(DIGESTS)}")
    checked_period(period)


def checked_period(period: int) -> int:
    """`period` itself if it is 1 to 120 whole seconds, else `InvalidInput`."""
    if isinstance(period, bool) or not isinstance(period, int) or not 1 <= period <= MAX_PERIOD_SECONDS:
        raise InvalidInput(f"period must be 1 to {MAX_PERIOD_SECONDS} whole seconds (NIST-3.1.4.1)")
    return period


def checked_window(window_steps: int) -> int:
    """`window_steps` itself if it is 0 to `MAX_WINDOW_STEPS`, else `InvalidInput`."""
    if (
        isinstance(window_steps, bool)
        or not isinstance(window_steps, int)
        or not 0 <= window_steps <= MAX_WINDOW_STEPS
    ):
        raise InvalidInput(f"window_steps must be 0 to {MAX_WINDOW_STEPS}; RFC 6238 section 5.2 recommends 1 at most")
    return window_steps


def _checked_drift(drift_steps: int) -> int:
    if type(drift_steps) is not int:
        raise InvalidInput("drift_steps must be a whole number of steps")
    return drift_steps


class _Hotp(pyotp.HOTP):
    """PyOTP's HOTP with the key decoded once, not anew for each step of a window."""

    def __init__(self, secret: str, digits: int, algorithm: str) -> None:
        self._key = secret_bytes(secret)
        super().__init__(secret, digits=digits, digest=DIGESTS[algorithm])

    def byte_secret(self) -> bytes:
        return self._key


def _hotp(secret: str, digits: int, algorithm: str) -> pyotp.HOTP:
    checked_parameters(digits, 30, algorithm)
    return _Hotp(secret, digits, algorithm)
