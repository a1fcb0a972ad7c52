"""What the server hands out. Every token is hidden in `repr`; the database holds only its SHA-256."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import overload

from mfa_lab.provisioning import OtpAccount, qr_png, qr_svg
from mfa_lab.redaction import Redacted

TOKEN_BYTES = 32


class Permit(StrEnum):
    """What a pending login may go on to: never more than one of these."""

    CODE = "code"
    FIRST_FACTOR = "first factor"
    NEW_FACTOR = "new factor"


def token_hash(token: Redacted) -> str:
    """What the database keeps of a token. 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.reveal().encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """The password was right; nothing is granted yet. Lives five minutes or five wrong codes, in Unix seconds."""

    token: Redacted
    permits: Permit
    expires_at: int


@dataclass(frozen=True, slots=True)
class Session:
    """Access granted to the account `name`. `expires_at` is Unix seconds; inactivity ends it earlier."""

    token: Redacted
    name: str
    created_at: int
    expires_at: int
    codes_to_acknowledge: str = field(default="", repr=False)
    """The id of the newest recovery codes while their owner has not said to have kept them, else ''. An application
    then offers a fresh set, or takes the word for it: `acknowledge_recovery_codes`."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An offer to bind an authenticator: inert until `confirm_enrolment` sees a code from it.

    `uri`, `setup_key` and the QR pictures carry the shared secret: show them to the user, once, and keep none.
    """

    token: Redacted
    expires_at: int
    account: OtpAccount = field(repr=False)

    @property
    def uri(self) -> str:
        """The otpauth:// URI (KEYURI)."""
        return self.account.uri()

    @property
    def setup_key(self) -> str:
        """The secret in groups of four, for who cannot scan."""
        key = self.account.secret.reveal()
        return " ".join(key[start : start + 4] for start in range(0, len(key), 4))

    def qr_png(self) -> bytes:
        """The URI as a QR code, PNG."""
        return qr_png(self.uri)

    def qr_svg(self) -> str:
        """The URI as a QR code, inline SVG with an accessible name that does not tell the secret."""
        return qr_svg(self.uri, label=f"QR code to enrol {self.account.label}: scan it with your authenticator app")


class RecoveryCodes(Sequence[str]):
    """Codes to be shown once and kept on paper. Iterate to read them; `repr`, `str` and formats show none.

    `issue_id` opens nothing. Whoever saw the codes says with it that they are kept (`acknowledge_recovery_codes`).
    """

    __slots__ = ("_codes", "issue_id")

    def __init__(self, codes: Iterable[str], issue_id: str = "") -> None:
        self._codes = tuple(map(Redacted, codes))
        self.issue_id = issue_id

    def __len__(self) -> int:
        return len(self._codes)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> RecoveryCodes: ...
    def __getitem__(self, index: int | slice) -> str | RecoveryCodes:
        if isinstance(index, slice):
            return RecoveryCodes(code.reveal() for code in self._codes[index])
        return self._codes[index].reveal()

    def __repr__(self) -> str:
        return f"<{len(self)} recovery codes, hidden>"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Recovery:
    """A recovery code was taken. `pending` permits enrolling a new factor and nothing else.

    `replacement` holds the one code issued for the used one (NIST-4.2.1.1), or none where the policy has no recovery
    codes; the others stay valid.
    """

    pending: PendingLogin
    replacement: RecoveryCodes


@dataclass(frozen=True, slots=True)
class Authenticator:
    """One of an account's authenticators; `label` is its owner's name for it. Times are Unix seconds: `used_at` is
    the beginning of the time step whose code was taken last.
    """

    id: str
    label: str
    created_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class Notification:
    """Something the account's owner must learn of (ASVS-6.3.5, NIST-4.2.3). `at` is Unix seconds."""

    at: int
    event: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the audit log. It never holds a typed name or code: people type passwords there."""

    at: int
    event: str
    account_id: str | None
    reason: str | None


def token_from(data: bytes) -> Redacted:
    """A token, URL-safe."""
    return Redacted(base64.urlsafe_b64encode(data).rstrip(b"=").decode())
