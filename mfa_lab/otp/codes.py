"""Compute the code of a secret at a time step, with PyOTP (RFC 4226 section 5.3)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from typing import Any

import pyotp

from mfa_lab.errors import InvalidInput, InvalidSecret, MalformedCode
from mfa_lab.otp.steps import checked_period, step_at
from mfa_lab.redaction import clears_variables

DIGESTS: dict[str, Callable[..., Any]] = {
    "SHA1": hashlib.sha1,
    "SHA256": hashlib.sha256,
    "SHA512": hashlib.sha512,
}


MIN_SECRET_BITS = 112
_LENGTHS = range(6, 9)
_SEPARATORS = re.compile("[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u2010-\u2015\u2212-]")
"""All kinds of white space, hyphens and dashes, and the invisible marks that are copied along with them."""


@clears_variables
def code_at(secret: str, now: int, *, digits: int = 6, period: int = 30, algorithm: str = "SHA1") -> str:
    """Return the code that an authenticator with a correct clock shows at `now` (Unix seconds).

    `digits` is 6 to 8, `algorithm` is SHA1, SHA256 or SHA512, and `period` is in seconds.
    Raises `InvalidSecret` or `InvalidInput`. Source: RFC 4226 section 5.3, RFC 6238 section 4.
    """
    return hotp_of(secret, digits, algorithm).at(step_at(now, period))


@clears_variables
def tidy_code(code: object, digits: int = 6) -> str:
    """Return the digits of `code`, without the white space, hyphens and dashes that people type or paste with them.

    Raises `MalformedCode` unless exactly `digits` ASCII digits remain. Full-width digits are also rejected. They are
    a second spelling of the same code, and would deceive a verifier that remembers used codes as text.
    """
    if isinstance(code, str) and len(code) <= 4 * digits:
        bare = without_separators(code)
        if re.fullmatch(rf"[0-9]{{{digits}}}", bare):
            return bare
    raise MalformedCode(f"a code has {digits} digits from 0 to 9: type what the authenticator shows")


@clears_variables
def could_be_code(typed: object) -> bool:
    """Return whether `typed` could be a code of some account: 6, 7 or 8 digits. Only the text is checked."""
    bare = without_separators(typed) if isinstance(typed, str) and len(typed) <= 4 * max(_LENGTHS) else ""
    return re.fullmatch("[0-9]+", bare) is not None and len(bare) in _LENGTHS


@clears_variables
def without_separators(text: str) -> str:
    """Return `text` without white space, hyphens, dashes, and the invisible marks that are copied along with them."""
    return _SEPARATORS.sub("", text)


@clears_variables
def padded_secret(secret: str) -> str:
    """Return `secret`, padded with zero bytes to the 112 bits that PyOTP requires. The codes stay the same.

    HMAC itself pads a key with zero bytes to the block size of its hash, 64 bytes or more (RFC 2104 section 2). Only
    an authenticator needs this function, because other servers may issue shorter secrets. Raises `InvalidSecret` if
    `secret` encodes no key.
    """
    key = secret_bytes(secret, min_bits=1)
    return base64.b32encode(key.ljust(MIN_SECRET_BITS // 8, b"\0")).decode().rstrip("=")


@clears_variables
def secret_bytes(secret: str, *, min_bits: int = MIN_SECRET_BITS) -> bytes:
    """Return the key that `secret` encodes in Base32. Lower case is accepted, and padding is optional.

    Raises `InvalidSecret` if `secret` is not Base32, or if the key has fewer than `min_bits` bits.
    """
    if not isinstance(secret, str):
        raise InvalidSecret(f"a secret must be Base32 text, not {type(secret).__name__}")
    try:
        key = base64.b32decode(secret.rstrip("=") + "=" * (-len(secret.rstrip("=")) % 8), casefold=True)
    except (binascii.Error, ValueError):
        key = None
    if key is None:
        raise InvalidSecret("a secret is Base32 text: letters A to Z and digits 2 to 7; copy it again")
    if len(key) * 8 < min_bits:
        raise InvalidSecret(
            f"this secret has {len(key) * 8} bits; an OTP key needs at least {MIN_SECRET_BITS}: make a new one"
        )
    return key


def checked_parameters(digits: int, period: int, algorithm: str) -> None:
    """Raise `InvalidInput` unless this kit can make codes with these parameters."""
    if isinstance(digits, bool) or not isinstance(digits, int) or digits not in _LENGTHS:
        raise InvalidInput("digits must be 6, 7 or 8")
    if algorithm not in DIGESTS:
        raise InvalidInput(f"algorithm must be one of {', '.join(DIGESTS)}")
    checked_period(period)


class _Hotp(pyotp.HOTP):
    """PyOTP's HOTP, changed so that it decodes the key only once, instead of again for each step of a window."""

    def __init__(self, secret: str, digits: int, algorithm: str) -> None:
        self._key = secret_bytes(secret)
        super().__init__(secret, digits=digits, digest=DIGESTS[algorithm])

    def byte_secret(self) -> bytes:
        return self._key


@clears_variables
def hotp_of(secret: str, digits: int, algorithm: str) -> pyotp.HOTP:
    """Return PyOTP's HOTP object for a secret. Raises `InvalidSecret` or `InvalidInput`."""
    checked_parameters(digits, 30, algorithm)
    return _Hotp(secret, digits, algorithm)
