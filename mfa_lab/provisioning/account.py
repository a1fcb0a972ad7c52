"""Define the record that an authenticator keeps for one account, and make new shared secrets."""

from __future__ import annotations

import base64
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyotp

from mfa_lab.errors import InvalidInput
from mfa_lab.otp import DIGESTS, checked_parameters, secret_bytes
from mfa_lab.randomness import SYSTEM, Randomness
from mfa_lab.redaction import Redacted

if TYPE_CHECKING:
    pass

MAX_URI_CHARACTERS = 4096


_SECRET_BYTES = 20
"""RFC4226-R6: 160 bits."""


def new_secret(randomness: Randomness = SYSTEM) -> str:
    """Return a new shared secret: 160 bits (RFC4226-R6), as 32 Base32 characters without padding."""
    return base64.b32encode(randomness.token_bytes(_SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True, eq=False)
class OtpAccount:
    """One account as an authenticator keeps it. `repr` hides the secret, and `==` never compares it.

    `issuer` may be empty, and `secret` is Base32. Raises `InvalidSecret`, and `InvalidInput` for a value that a URI
    cannot carry.
    """

    account: str
    issuer: str
    secret: Redacted
    digits: int = 6
    period_seconds: int = 30
    algorithm: str = "SHA1"

    def __post_init__(self) -> None:
        if not checked_account_name(self.account, "account"):
            raise InvalidInput("the account has no name: give the name that people log in with")
        checked_account_name(self.issuer, "issuer")
        secret_bytes(self.secret.reveal())
        checked_parameters(self.digits, self.period_seconds, self.algorithm)

    @property
    def label(self) -> str:
        """Return the label that an app shows above the code: `Issuer: account`."""
        return f"{self.issuer}: {self.account}" if self.issuer else self.account

    def uri(self) -> str:
        """Return the otpauth:// URI. It contains the secret: show it only to its owner, and never log it.

        Raises `InvalidInput` if it would be longer than 4096 characters.
        """
        totp = pyotp.TOTP(
            self.secret.reveal().rstrip("=").upper(),
            digits=self.digits,
            digest=DIGESTS[self.algorithm],
            interval=self.period_seconds,
            name=self.account,
            issuer=self.issuer or None,
        )
        start = "otpauth://totp/"
        # PyOTP leaves a slash in a name as it is; apps that read the last part of a path would cut the name there.
        uri = Redacted(start + totp.provisioning_uri().removeprefix(start).replace("/", "%2F"))
        if len(uri.reveal()) > MAX_URI_CHARACTERS:
            raise InvalidInput(
                f"the URI would be over {MAX_URI_CHARACTERS} characters long: shorten the account or the issuer"
            )
        return uri.reveal()


def checked_account_name(name: str, what: str) -> str:
    """Return `name` if a label can carry it, otherwise raise `InvalidInput`.

    In KEYURI, the colon separates issuer and account, so a name cannot contain a colon.
    """
    if not isinstance(name, str):
        raise InvalidInput(f"the {what} is text, not {type(name).__name__}")
    if ":" in name:
        raise InvalidInput(f"the {what} holds a colon, which separates issuer and account: leave it out")
    if uncarriable(name):
        raise InvalidInput(f"the {what} holds a line break or another control character: leave it out")
    if name != name.strip():
        raise InvalidInput(f"the {what} starts or ends with a space, which apps drop: leave it out")
    return name


def uncarriable(text: str) -> bool:
    """Return whether `text` has control characters, line separators or lone surrogates, which URIs cannot carry."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)
