"""Define every error that mfa_lab raises: one root class and a few subclasses.

Each error has a sentence that says what was wrong and what to do, and some errors have fields with the details. A
stranger must not see these details, so `AccessDenied` always has the same sentence, whatever went wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PUBLIC_MESSAGE = "That did not work. Check your details and try again."
ALREADY_DONE = "This step is already done. If you need to, log in again."
LOGIN_OVER = "This login is over. Start a new login."
RESET_OVER = "This link is not valid any more. If you have not set a new password, ask for a new link."
OUT_OF_DATE = "This page is out of date. Nothing was changed. Open it again."


class MfaError(Exception):
    """The root class of all errors of this kit.

    The `str()` of an error contains no secret, password or code, so you may show it.
    """


class InvalidInput(MfaError, ValueError):
    """A programmer or operator passed an impossible argument, such as a negative window or a time before 1970."""


class InvalidSecret(InvalidInput):
    """A shared secret is not Base32, or is shorter than NIST-3.1.4.1 allows. The error never quotes the secret."""


class PasswordRefused(InvalidInput):
    """A new password breaks a rule of NIST-3.1.1.2. `rule` names this rule: `length`, `blocklist` or `text`."""

    def __init__(self, sentence: str, *, rule: str = "text") -> None:
        super().__init__(sentence)
        self.rule = rule


class NameTaken(MfaError):
    """An operator registered a name that already exists.

    Public registration must not reveal that a name exists (ASVS-6.3.8).
    """


class CodeRefused(MfaError):
    """The verifier did not accept a code. `flow` catches this error, and the user sees only `PUBLIC_MESSAGE`."""


class MalformedCode(CodeRefused):
    """A code does not have the right number of ASCII digits. Spaces and hyphens are not counted."""


class NoMatch(CodeRefused):
    """A well-formed code does not belong to any step inside the window."""


class ReusedCode(CodeRefused):
    """The code is correct, but its `step` is not later than the last accepted step (RFC6238-5.2)."""

    def __init__(self, sentence: str, *, step: int = -1, offset: int = 0) -> None:
        super().__init__(sentence)
        self.step = step
        self.offset = offset


class UnreadablePicture(MfaError):
    """The phone cannot read a picture, or the picture does not contain exactly one QR code."""


class InvalidUri(MfaError, ValueError):
    """A text is not an otpauth://totp/ URI that this kit can use. The error never quotes the text."""


class ContradictingObservations(InvalidInput):
    """No single offset of a phone's clock can explain the observations `ahead` and `behind` (numbered from 1)."""

    def __init__(self, sentence: str, *, ahead: int = 0, behind: int = 0) -> None:
        super().__init__(sentence)
        self.ahead = ahead
        self.behind = behind


class ServerFault(MfaError):
    """The server itself failed (database, disk, key).

    The user did nothing wrong, and the server decided nothing. The error is the same for known and unknown names.
    """


class WrongKey(ServerFault):
    """The database was encrypted with another key, or the key is missing or unusable."""


class ClockSetBack(ServerFault):
    """The server's clock is `back_seconds` seconds behind one of its earlier readings.

    The error's sentence is for the operator; users see only that the service is out of order. Until the clock is
    correct, the server decides nothing, because it would accept old codes that somebody may have seen long ago.
    """

    def __init__(self, sentence: str, *, back_seconds: int = 0) -> None:
        super().__init__(sentence)
        self.back_seconds = back_seconds


class Reason(StrEnum):
    """The reason why access was denied, for the instructor's view and the audit log.

    A stranger never sees this reason.
    """

    UNKNOWN_NAME = "unknown name"
    WRONG_PASSWORD = "wrong password"  # noqa: S105
    ACCOUNT_DISABLED = "account disabled"
    THROTTLED = "throttled"
    UNKNOWN_PENDING = "unknown pending"
    EXPIRED_PENDING = "expired pending"
    CONSUMED_PENDING = "spent pending"
    NOT_ENROLLED = "not enrolled"
    DISABLED = "disabled"
    MALFORMED = "malformed"
    NO_MATCH = "no match"
    NEAR_MISS = "near miss"
    REUSED = "reused"
    WRONG_RECOVERY_CODE = "wrong recovery code"
    NOT_PERMITTED = "not permitted"
    UNKNOWN_SESSION = "unknown session"
    UNKNOWN_RESET = "unknown reset"
    EXPIRED_RESET = "expired reset"
    CONSUMED_RESET = "consumed reset"
    STALE_SESSION = "stale session"
    NOT_PHISHING_RESISTANT = "not phishing-resistant"
    CODE_NOT_ALLOWED = "code not allowed"
    # The checks of a passkey's response, in the order in which they are made.
    PASSKEY_MALFORMED = "passkey: malformed"
    PASSKEY_UNKNOWN = "passkey: unknown"
    PASSKEY_OWNER = "passkey: another account"
    PASSKEY_TYPE = "passkey: type"
    PASSKEY_CHALLENGE = "passkey: challenge"
    PASSKEY_ORIGIN = "passkey: origin"
    PASSKEY_CROSS_ORIGIN = "passkey: cross-origin"
    PASSKEY_RP_ID = "passkey: RP ID"
    PASSKEY_USER_PRESENT = "passkey: user not present"
    PASSKEY_USER_VERIFIED = "passkey: user not verified"
    PASSKEY_SYNCED = "passkey: synced"
    PASSKEY_BACKUP = "passkey: backup bits"
    PASSKEY_ALGORITHM = "passkey: algorithm"
    PASSKEY_KNOWN = "passkey: already registered"
    PASSKEY_SIGNATURE = "passkey: signature"
    PASSKEY_COUNTER = "passkey: counter"


class PasskeyRefused(MfaError):
    """The verifier did not accept a passkey's response. `reason` names the check that failed.

    `flow` catches this error, and the user reads only a public sentence.
    """

    def __init__(self, sentence: str, *, reason: Reason = Reason.PASSKEY_MALFORMED) -> None:
        super().__init__(sentence)
        self.reason = reason


class CeremonyRefused(MfaError):
    """A browser or an authenticator refused a passkey's ceremony; `name` is the DOMException that a page sees."""

    def __init__(self, sentence: str, *, name: str = "NotAllowedError") -> None:
        super().__init__(sentence)
        self.name = name


@dataclass(frozen=True, slots=True)
class Trace:
    """The instructor's view of what really happened. The server gives it only if `Policy.explain_refusals` is set.

    `offset` counts steps from the server's current step (negative: an older code). `seconds_outside` is the number of
    seconds by which a near miss is outside the window. `wait_seconds` is the time until the server checks the next
    attempt. `failures` is the number of consecutive failures, counted after this attempt.
    """

    reason: Reason
    sentence: str
    step: int | None = None
    offset: int | None = None
    seconds_outside: int | None = None
    wait_seconds: int | None = None
    failures: int | None = None

    def __str__(self) -> str:
        return f"{self.reason}: {self.sentence}"


class AccessDenied(MfaError):
    """The server denied access. `str`, `repr` and `args` contain only the public message (ASVS-6.3.8).

    `trace` is the instructor's view if `Policy.explain_refusals` is set, otherwise None.
    """

    def __init__(self, message: str = PUBLIC_MESSAGE, *, trace: Trace | None = None) -> None:
        super().__init__(message)
        self.trace = trace


class StepDone(AccessDenied):
    """This token has already completed its step, for instance because the user double-clicked.

    Only the holder of the token gets this error. The token's state alone causes the error, so it reveals nothing
    about a code.
    """

    def __init__(self, message: str = ALREADY_DONE, *, trace: Trace | None = None) -> None:
        super().__init__(message, trace=trace)


class LoginOver(AccessDenied):
    """The pending login or the enrolment has ended or expired.

    It accepts no more codes: the user must start a new login. The server raises the same error for a token that it
    never issued, and for a token that it deleted after a day.
    """

    def __init__(self, message: str = LOGIN_OVER, *, trace: Trace | None = None) -> None:
        super().__init__(message, trace=trace)


class ResetOver(AccessDenied):
    """The token of a password reset is not valid: it was used, replaced or never issued, or it has expired."""

    def __init__(self, message: str = RESET_OVER, *, trace: Trace | None = None) -> None:
        super().__init__(message, trace=trace)
