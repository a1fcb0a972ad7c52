"""Show how the algorithm works: return every intermediate value of one code."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from mfa_lab.otp.codes import code_at, secret_bytes
from mfa_lab.otp.steps import step_at
from mfa_lab.redaction import clears_variables


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every intermediate value in the computation of one code (RFC 4226 section 5.3).

    The `repr` hides the key, the code, and the values that reveal the code. `message` is the step as 8 bytes,
    big-endian; `digest` has 20, 32 or 64 bytes. `offset` is a number from 0 to 15, `chosen` contains the 4 bytes of
    `digest` at this offset, and `truncated` is the number in the lowest 31 bits of `chosen`.
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


@clears_variables
def explain(secret: str, now: int, *, digits: int = 6, period: int = 30, algorithm: str = "SHA1") -> Explanation:
    """Return the HMAC of the step, the dynamic truncation and the decimal digits of the code at `now` (Unix seconds).

    The values are computed without PyOTP. Raises `InvalidSecret` or `InvalidInput`, and `RuntimeError` if the code
    ever differs from PyOTP's code. Source: RFC 4226 section 5.3.
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
