"""Define the record that an authenticator keeps for one account, and make new shared secrets."""

from __future__ import annotations

import base64
import hmac
import unicodedata
from dataclasses import dataclass

import pyotp

from mfa_lab.errors import InvalidInput
from mfa_lab.otp import DIGESTS, MIN_SECRET_BITS, checked_parameters, secret_bytes
from mfa_lab.randomness import SYSTEM, Randomness
from mfa_lab.redaction import Redacted, clears_variables

MAX_URI_CHARACTERS = 4096


_SECRET_BYTES = 20
"""The number of bytes in a new secret: 160 bits (RFC4226-R6)."""


def new_secret(randomness: Randomness = SYSTEM) -> str:
    """Return a new shared secret: 160 bits (RFC4226-R6), as 32 Base32 characters without padding."""
    return base64.b32encode(randomness.token_bytes(_SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True, eq=False)
class OtpAccount:
    """One account as an authenticator keeps it. `repr` hides the secret, and `==` never compares secrets.

    `issuer` may be empty. `secret` is Base32 text of any length, because an authenticator must accept the secrets of
    other servers. `uri` and `MfaServer.adopt` check the secret again and reject a short one. Raises `InvalidSecret`,
    and `InvalidInput` for a name that no app can show.
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
        secret_bytes(self.secret.reveal(), min_bits=1)
        checked_parameters(self.digits, self.period_seconds, self.algorithm)

    @property
    def label(self) -> str:
        """Return the label that an app shows above the code: `Issuer: account`."""
        return f"{self.issuer}: {self.account}" if self.issuer not in ("", self.account) else self.account

    def same_site_and_name(self, other: OtpAccount) -> bool:
        """Return whether both accounts have the same issuer and name. Without an issuer, the result is False."""
        return bool(self.issuer) and (self.issuer, self.account) == (other.issuer, other.account)

    def same_as(self, other: OtpAccount) -> bool:
        """Return whether both accounts have the same account name, issuer and key, and show the same kind of code."""
        return (
            (self.account, self.issuer, self.digits, self.period_seconds, self.algorithm)
            == (other.account, other.issuer, other.digits, other.period_seconds, other.algorithm)
        ) and hmac.compare_digest(*(secret_bytes(each.secret.reveal(), min_bits=1) for each in (self, other)))

    @property
    def warning(self) -> str:
        """Return a warning for the owner if the secret is too short, otherwise an empty text."""
        bits = len(secret_bytes(self.secret.reveal(), min_bits=1)) * 8
        if bits >= MIN_SECRET_BITS:
            return ""
        return (
            f"the secret of this account has only {bits} bits; NIST SP 800-63B-4 requires {MIN_SECRET_BITS}: "
            "ask the site for a new secret"
        )

    def checked_for_writing(self) -> None:
        """Raise `InvalidInput` for a colon that an app may misread, and `InvalidSecret` for a short secret.

        In a label, the first colon separates issuer and account (KEYURI). The issuer must therefore contain no colon.
        The account may contain colons after an issuer, such as a URN. They are percent-encoded. No server should give
        out a short secret.
        """
        if ":" in self.issuer:
            raise InvalidInput("the issuer contains a colon, which separates issuer and account: leave it out")
        if ":" in self.account and (not self.issuer or self.account.startswith(":")):
            raise InvalidInput(
                "the account begins with a colon, or contains a colon and has no issuer before it, so an app would "
                "read another name: leave the colon out"
            )
        secret_bytes(self.secret.reveal())

    @clears_variables
    def uri(self) -> str:
        """Return the otpauth:// URI. The URI contains the secret: show it only to the owner, and never log it.

        Raises the errors of `checked_for_writing`, and `InvalidInput` if the URI is longer than 4096 characters.
        """
        self.checked_for_writing()
        totp = pyotp.TOTP(
            self.secret.reveal().rstrip("=").upper(),
            digits=self.digits,
            digest=DIGESTS[self.algorithm],
            interval=self.period_seconds,
            name=self.account,
            issuer=self.issuer or None,
        )
        start = "otpauth://totp/"
        # PyOTP does not encode a slash in a name. Apps that read only the last part of a path would lose the rest.
        uri = Redacted(start + totp.provisioning_uri().removeprefix(start).replace("/", "%2F"))
        if len(uri.reveal()) > MAX_URI_CHARACTERS:
            raise InvalidInput(
                f"the URI would be longer than {MAX_URI_CHARACTERS} characters: "
                "shorten the account name or the issuer"
            )
        return uri.reveal()


def checked_account_name(name: str, what: str) -> str:
    """Return `name` if an authenticator can show it, otherwise raise `InvalidInput`."""
    if not isinstance(name, str):
        raise InvalidInput(f"the {what} must be text, not {type(name).__name__}")
    if uncarriable(name):
        raise InvalidInput(f"the {what} contains a line break or another control character: leave it out")
    if name != name.strip():
        raise InvalidInput(f"the {what} starts or ends with a space, which apps drop: leave it out")
    return name


def uncarriable(text: str) -> bool:
    """Return whether `text` has control characters, line separators or lone surrogates.

    A URI cannot contain these characters.
    """
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)
