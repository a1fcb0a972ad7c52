"""Define the records that the server returns.

The `repr` of a record hides its token. The database stores only the token's SHA-256 hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, overload

from mfa_lab.errors import InvalidInput
from mfa_lab.provisioning import OtpAccount, qr_png, qr_svg
from mfa_lab.provisioning.account import uncarriable
from mfa_lab.redaction import Redacted

TOKEN_BYTES = 32


class Permit(StrEnum):
    """The single next step that a pending login permits."""

    CODE = "code"
    FIRST_FACTOR = "first factor"
    NEW_FACTOR = "new factor"


class Kind(StrEnum):
    """The kinds of authenticators."""

    TOTP = "totp"
    PASSKEY = "passkey"


PASSWORD = "pwd"  # noqa: S105
CODE = ("otp",)
_RESISTANT = frozenset({"hwk", "swk"})


def login_methods(first: str, second: tuple[str, ...]) -> tuple[str, ...]:
    """Return the `amr` values of a login (RFC 8176): only what this server itself has checked.

    `first` is the method of the first step. It is '' if the application has checked the first factor. The server has
    then checked only one factor, so "mfa" is missing.
    """
    return (first, *second, "mfa") if first else second


def passkey_methods(*, synced: bool) -> tuple[str, ...]:
    """Return the `amr` values of a passkey (RFC 8176).

    A key that cannot be backed up counts as a hardware key. Without an attestation, the server cannot check this
    claim of the authenticator. "user" says that a person was present.
    """
    return ("swk" if synced else "hwk", "user")


def is_phishing_resistant(methods: Iterable[str]) -> bool:
    """Return whether a login with these `amr` values resists a phishing page."""
    return not _RESISTANT.isdisjoint(methods)


IDENTIFIER = re.compile("[0-9a-f]{32}")
"""The form of the ids of accounts, authenticators and sets of recovery codes."""


def token_hash(token: Redacted) -> str:
    """Return the hash that the database stores for a token.

    A token of 256 random bits needs no salt and no slow hash.
    """
    return hashlib.sha256(token.reveal().encode("utf-8", "surrogatepass")).hexdigest()


_MAX_SUBJECT_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Subject:
    """A user whose first factor the `issuer` checks. The issuer is an identity provider or an application.

    `id` is the issuer's own id of the user, which never changes and never belongs to another user (OpenID Connect
    Core 2: `iss` and `sub`). Both texts are compared exactly. Never use a mail address that the user can change.
    Raises `InvalidInput` unless both have 1 to 255 characters, without control characters.
    """

    issuer: str
    id: str

    def __post_init__(self) -> None:
        for what, text in (("issuer", self.issuer), ("id", self.id)):
            if not isinstance(text, str) or not 0 < len(text) <= _MAX_SUBJECT_LENGTH or uncarriable(text):
                raise InvalidInput(
                    f"a subject's {what} must be a text of 1 to {_MAX_SUBJECT_LENGTH} characters, without line "
                    "breaks or control characters"
                )


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """A login whose first factor is correct. It grants nothing yet.

    It ends after five minutes or five wrong codes (the defaults of `Policy`). `expires_at` is in Unix seconds.
    `accepts` are the kinds of authenticators that can complete this login. The application should offer these kinds.
    """

    token: Redacted
    permits: Permit
    expires_at: int
    accepts: tuple[Kind, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """A session, which gives access to the account `name`. Times are in Unix seconds.

    An unused session may end before `expires_at`.

    At `created_at`, the user logged in with the authentication methods in `methods` (`amr`, RFC 8176).
    """

    token: Redacted
    name: str
    created_at: int
    expires_at: int
    codes_to_acknowledge: str = field(default="", repr=False)
    """The id of the newest recovery codes until the owner confirms that these codes are saved, then ''. Until this
    confirmation, an application should offer a fresh set, or let the owner confirm (`acknowledge_recovery_codes`)."""
    methods: tuple[str, ...] = field(default=(), repr=False)
    subject: str = field(default="", repr=False)
    """The account's id, which never changes and never belongs to another account (the `sub` of OpenID Connect). An
    application stores this id. A name may change, and may later belong to somebody else."""
    external: Subject | None = field(default=None, repr=False)
    """The subject that the application passed to `begin_for`, or None for an account with a password."""

    @property
    def phishing_resistant(self) -> bool:
        """Return whether a passkey began the session (NIST-3.2.5: verifier name binding)."""
        return is_phishing_resistant(self.methods)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One line in the list of an account's sessions. Times are in Unix seconds; `seen_at` is exact to the minute.

    `id` grants nothing. `methods` says how the user logged in (`amr`, RFC 8176). `current` is true for the session
    that asked for the list.
    """

    id: str
    created_at: int
    seen_at: int
    methods: tuple[str, ...]
    current: bool = False


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An offer to bind an authenticator.

    It has no effect until `confirm_enrolment` accepts a code from the authenticator. `uri`, `setup_key` and the QR
    images contain the shared secret. Show them to the user only once, and never store them. `expires_at` is in Unix
    seconds.
    """

    token: Redacted
    expires_at: int
    account: OtpAccount = field(repr=False)

    @property
    def uri(self) -> str:
        """Return the otpauth:// URI (KEYURI)."""
        return self.account.uri()

    @property
    def setup_key(self) -> str:
        """Return the secret in groups of four characters, for a user who cannot scan a QR code."""
        key = self.account.secret.reveal()
        return " ".join(key[start : start + 4] for start in range(0, len(key), 4))

    def qr_png(self) -> bytes:
        """Return the URI as a QR code: a PNG image."""
        return qr_png(self.uri)

    def qr_svg(self) -> str:
        """Return the URI as a QR code in inline SVG, with an accessible name that does not contain the secret."""
        return qr_svg(self.uri, label=f"QR code to enrol {self.account.label}: scan it with your authenticator app")


@dataclass(frozen=True, slots=True)
class PasskeyCreation:
    """An offer to register a passkey. It has no effect until `confirm_passkey` accepts the browser's response.

    `options` is the input of `PublicKeyCredential.parseCreationOptionsFromJSON` in the browser. `expires_at` is in
    Unix seconds.
    """

    token: Redacted
    expires_at: int
    options: dict[str, Any] = field(repr=False)


class RecoveryCodes(Sequence[str]):
    """Recovery codes, which a page shows once and the owner keeps on paper.

    Iterate over this object to read the codes; `repr`, `str` and formats hide them. `issue_id` grants nothing. With
    this id, the owner confirms that the codes are saved (`acknowledge_recovery_codes`).
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
    """The result of an accepted recovery code.

    `pending` permits only the enrolment of a new factor, or a resynchronisation. `replacement` contains one new code
    that replaces the used code (NIST-4.2.1.1), or no code if the policy has no recovery codes. The owner's other
    codes stay valid.
    """

    pending: PendingLogin
    replacement: RecoveryCodes


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """A token that sets a new password, once. `expires_at` is in Unix seconds.

    It permits no login: after the reset, the owner logs in with the new password and the second factor (ASVS-6.4.3).
    """

    token: Redacted
    expires_at: int = 0


@dataclass(frozen=True, slots=True)
class Authenticator:
    """One of an account's authenticators. `label` is the owner's name for the authenticator.

    `used_at` is the time of the last login with this authenticator. For an app, `used_at` is the start of the last
    time step for which a code was accepted.
    """

    id: str
    label: str
    created_at: int
    used_at: int
    kind: Kind = Kind.TOTP


class AccountState(StrEnum):
    """The states of an account. A deleted account keeps its row, and is never active again."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Account:
    """An account, as the operator sees it. `subject` is its id, which never changes (`Session.subject`).

    `created_at` is in Unix seconds. `kinds` are the kinds of its authenticators, without duplicates, and `used_at` is
    the time of the last login with one of them, or None. `external` is the subject that the application passed to
    `begin_for`, or None for an account with a password. A deleted account has an empty name.
    """

    subject: str
    name: str
    state: AccountState
    created_at: int
    kinds: tuple[Kind, ...] = ()
    used_at: int | None = None
    external: Subject | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """A security notification for the account's owner (ASVS-6.3.5, NIST-4.2.3). `at` is in Unix seconds.

    `link` is the address for a new password if the owner asked for a reset, otherwise ''. Only a notifier gets the
    link, which contains a token.
    """

    at: int
    event: str
    link: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the audit log.

    A line never contains a typed name or code, because people may type a password instead. `actor` is "owner",
    "administrator" or "program" (`audit.Actor`), or '' if it is not known who acted. `actor_id` is the id of the
    administrator's account.
    """

    at: int
    event: str
    account_id: str | None
    reason: str | None
    id: int = 0
    actor: str = ""
    actor_id: str | None = None


def token_from(data: bytes) -> Redacted:
    """Return a token of URL-safe characters that encodes `data`."""
    return Redacted(base64.urlsafe_b64encode(data).rstrip(b"=").decode())
