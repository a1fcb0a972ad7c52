"""Everything that mfa_lab raises. One root, few leaves; each is a sentence and carries its evidence.

The sentence says what was wrong and what to do. What a stranger may hear is narrower: `AccessDenied`
always says the same words, whatever went wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PUBLIC_MESSAGE = "That did not work. Check your details and try again."
ALREADY_DONE = "This step is already done. Log in with your next code."
LOGIN_OVER = "This login is over. Start a new login."


class MfaError(Exception):
    """The root. `str()` of every error below is safe to show: no secret, no password, no code."""


class InvalidInput(MfaError, ValueError):
    """A programmer's or operator's argument that cannot be right: a negative window, a time before 1970."""


class InvalidSecret(InvalidInput):
    """A shared secret that is no Base32, or shorter than NIST-3.1.4.1 allows. Never quotes the secret."""


class PasswordRefused(InvalidInput):
    """A password that NIST-3.1.1.2 forbids at registration. `rule`: length, blocklist or text."""

    def __init__(self, sentence: str, *, rule: str = "text") -> None:
        super().__init__(sentence)
        self.rule = rule


class NameTaken(MfaError):
    """An operator registered a name twice. Public registration must not show this (ASVS-6.3.8)."""


class CodeRefused(MfaError):
    """The verifier did not accept a code. Caught by `flow`; a person hears only `PUBLIC_MESSAGE`."""


class MalformedCode(CodeRefused):
    """Not the right number of ASCII digits (spaces and hyphens apart)."""


class NoMatch(CodeRefused):
    """A well-formed code that belongs to no step inside the window."""


class ReusedCode(CodeRefused):
    """The code is right, but `step` is not above the last step accepted (RFC6238-5.2)."""

    def __init__(self, sentence: str, *, step: int = -1, offset: int = 0) -> None:
        super().__init__(sentence)
        self.step = step
        self.offset = offset


class UnreadablePicture(MfaError):
    """A picture in which the phone finds no QR code, or more than one."""


class InvalidUri(MfaError, ValueError):
    """A text that is not an otpauth://totp/ URI this kit can use. Never quotes the text."""


class ContradictingObservations(InvalidInput):
    """No offset of a phone's clock explains both the observations `ahead` and `behind` (their numbers, from 1)."""

    def __init__(self, sentence: str, *, ahead: int = 0, behind: int = 0) -> None:
        super().__init__(sentence)
        self.ahead = ahead
        self.behind = behind


class ServerFault(MfaError):
    """The server's own trouble (database, disk, key): nobody typed anything wrong, nothing was decided.

    The same for known and unknown names.
    """


class WrongKey(ServerFault):
    """The database was sealed under another key, or the key is missing or unusable."""


class ClockSetBack(ServerFault):
    """The server's clock reads `back_seconds` less than it once did. Words for the operator; a user hears only that
    the service is out of order. Nothing is decided meanwhile: codes seen long ago would be good again.
    """

    def __init__(self, sentence: str, *, back_seconds: int = 0) -> None:
        super().__init__(sentence)
        self.back_seconds = back_seconds


class Reason(StrEnum):
    """Why access was denied, in the words of the instructor's view. Never shown to a stranger."""

    UNKNOWN_NAME = "unknown name"
    WRONG_PASSWORD = "wrong password"  # noqa: S105
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
    STALE_SESSION = "stale session"


@dataclass(frozen=True, slots=True)
class Trace:
    """What really happened: the instructor's view, filled only under `Policy.explain_refusals`.

    `offset` counts steps from the server's current step (negative: an older code); `seconds_outside` says
    by how much a near miss lies outside the window; `wait_seconds` is the time until the next attempt
    counts; `failures` is the count after this attempt.
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
    """The answer no. `str`, `repr` and `args` hold the public message alone (ASVS-6.3.8).

    `trace` is filled only under `Policy.explain_refusals`, for a class to look behind the words.
    """

    def __init__(self, message: str = PUBLIC_MESSAGE, *, trace: Trace | None = None) -> None:
        super().__init__(message)
        self.trace = trace


class StepDone(AccessDenied):
    """This very token has completed its step: the second click of two. Said to whoever holds the token, never to
    anybody else, and before any code is checked, so that it says nothing about a code.
    """

    def __init__(self, message: str = ALREADY_DONE, *, trace: Trace | None = None) -> None:
        super().__init__(message, trace=trace)


class LoginOver(AccessDenied):
    """The pending login or the enrolment has ended or expired: no code helps any more, a new login does.

    A token that nobody was given gets the same words, and so does one that was swept from the database.
    """

    def __init__(self, message: str = LOGIN_OVER, *, trace: Trace | None = None) -> None:
        super().__init__(message, trace=trace)
