"""Record a decision in three views: the public message, the instructor's view and the audit line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NoReturn

from mfa_lab.errors import AccessDenied, LoginOver, Reason, ResetOver, StepDone, Trace
from mfa_lab.otp import Diagnosis, Verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """A rejection and its reason. Without a known account, `account_id` has the value None.

    `repr` shows neither the trace nor the account, because a traceback that shows variables must reveal no more than
    the public message.
    """

    trace: Trace = field(repr=False)
    account_id: str | None = field(default=None, repr=False)
    denial: type[AccessDenied] = field(default=AccessDenied, repr=False)
    """The class of the error to raise, which has a public sentence. The class depends on the token's state, never on
    the text that the user typed."""

    @property
    def reason(self) -> Reason:
        """Return the reason for the rejection."""
        return self.trace.reason

    def deny(self, *, explain: bool) -> NoReturn:
        """Raise the denial with its public message, and with the instructor's view only if `explain` is true."""
        raise self.denial(trace=self.trace if explain else None)


_SENTENCES = {
    Reason.UNKNOWN_NAME: "no account has this name; the server did the same work as for an existing name",
    Reason.WRONG_PASSWORD: "the account exists, but the password is wrong",
    Reason.ACCOUNT_DISABLED: "the account is disabled; the server did the same work as for a wrong password",
    Reason.UNKNOWN_PENDING: "no login with this token was ever started here",
    Reason.EXPIRED_PENDING: "the time for this step is over: start again from the password",
    Reason.CONSUMED_PENDING: "this step was already completed, replaced, or ended by too many wrong codes",
    Reason.NOT_ENROLLED: "the account has no authenticator yet: enrol one first",
    Reason.DISABLED: "the authenticator was disabled after too many wrong codes in a row; enrol a new one",
    Reason.MALFORMED: "this is not a code: a code has the right number of digits from 0 to 9",
    Reason.NO_MATCH: "the code does not belong to any time step within reach of the server's clock",
    Reason.REUSED: "the code is correct, but it or a later one was already accepted",
    Reason.WRONG_RECOVERY_CODE: "this account has no such unused recovery code",
    Reason.NOT_PERMITTED: "this token does not permit this call",
    Reason.UNKNOWN_SESSION: "there is no such session, or it has ended",
    Reason.UNKNOWN_RESET: "no password reset with this token was ever issued here",
    Reason.EXPIRED_RESET: "the time of this password reset is over: ask for a new one",
    Reason.CONSUMED_RESET: "this password reset was used, or a newer one or another change of the account ended it",
    Reason.STALE_SESSION: "the session is too old for this action: log in again, then repeat it",
    Reason.NOT_PHISHING_RESISTANT: "the account has a passkey, so this needs a session that a passkey began",
    Reason.CODE_NOT_ALLOWED: "the policy accepts no code for this account: log in with the passkey",
    Reason.PASSKEY_MALFORMED: "this is not a passkey's response, or a part of it is missing or damaged",
    Reason.PASSKEY_UNKNOWN: "no account has a passkey with this credential id",
    Reason.PASSKEY_OWNER: "the passkey, or the user handle in its response, belongs to another account",
    Reason.PASSKEY_TYPE: "the type of the response is wrong: a login needs webauthn.get, a registration .create",
    Reason.PASSKEY_CHALLENGE: "the signed challenge is not the newest one that this step was given",
    Reason.PASSKEY_ORIGIN: "the browser was on an origin that is not the relying party's",
    Reason.PASSKEY_CROSS_ORIGIN: "the page was in a frame of another origin",
    Reason.PASSKEY_RP_ID: "the authenticator answered another relying party: the hash of the RP ID differs",
    Reason.PASSKEY_USER_PRESENT: "the authenticator does not say that a person was present",
    Reason.PASSKEY_USER_VERIFIED: "the policy requires user verification, which the authenticator did not do",
    Reason.PASSKEY_SYNCED: "the policy allows no synced passkeys, and this one can be backed up",
    Reason.PASSKEY_BACKUP: "the backup bits contradict each other, or the backup-eligible bit has changed",
    Reason.PASSKEY_ALGORITHM: "the key's algorithm was not offered, or the key cannot be used with it",
    Reason.PASSKEY_KNOWN: "a passkey with this credential id is registered already",
    Reason.PASSKEY_SIGNATURE: "the passkey's public key does not verify the signature",
    Reason.PASSKEY_COUNTER: "the signature counter did not go up: the authenticator may have been copied",
}


_OVER = {Reason.UNKNOWN_PENDING, Reason.EXPIRED_PENDING, Reason.CONSUMED_PENDING}
"""After a rejection with one of these reasons, the server accepts no more codes. The public sentence says that the
user must start a new login."""

_RESET_OVER = {Reason.UNKNOWN_RESET, Reason.EXPIRED_RESET, Reason.CONSUMED_RESET}

COMPLETED = "completed"
"""The value of `ended` for a step that succeeded."""
REFUSED = "refused"
"""The value of `ended` for a step whose passkey response was rejected."""


def refused(reason: Reason, account_id: str | None = None, *, failures: int | None = None) -> Decision:
    """Return a rejection with the standard sentence for `reason`. This sentence contains no numbers."""
    denial = LoginOver if reason in _OVER else ResetOver if reason in _RESET_OVER else AccessDenied
    return Decision(Trace(reason, sentence_of(reason), failures=failures), account_id, denial)


def sentence_of(reason: Reason) -> str:
    """Return the sentence of the instructor's view."""
    return _SENTENCES[reason]


def ended(how: str | None, account_id: str) -> Decision:
    """Return the rejection of a step that has ended. If the step was completed, the public sentence says so."""
    decision = refused(Reason.CONSUMED_PENDING, account_id)
    return replace(decision, denial=StepDone) if how == COMPLETED else decision


def throttled(wait_seconds: int, failures: int, account_id: str | None = None) -> Decision:
    """Return the rejection of an attempt during a wait. Such an attempt is neither verified nor counted."""
    sentence = f"after {failures} failures in a row, the server checks nothing for another {wait_seconds} s"
    return Decision(Trace(Reason.THROTTLED, sentence, wait_seconds=wait_seconds, failures=failures), account_id)


def wrong_code(found: Diagnosis, account_id: str, *, failures: int | None, wait_seconds: int) -> Decision:
    """Return the rejection of a code that was verified, with the reason that `otp.diagnose` found."""
    reason = {
        Verdict.OUTSIDE: Reason.NEAR_MISS,
        Verdict.MALFORMED: Reason.MALFORMED,
        Verdict.REUSED: Reason.REUSED,
    }.get(found.verdict, Reason.NO_MATCH)
    return Decision(
        Trace(
            reason,
            _near_miss(found) if reason is Reason.NEAR_MISS else _SENTENCES[reason],
            step=found.step,
            offset=found.offset,
            seconds_outside=found.seconds_outside,
            wait_seconds=wait_seconds,
            failures=failures,
        ),
        account_id,
    )


def wrong_pair(verdict: Verdict, account_id: str, *, failures: int, wait_seconds: int) -> Decision:
    """Return the rejection of two codes that were verified for a resynchronisation."""
    decision = wrong_code(Diagnosis(verdict), account_id, failures=failures, wait_seconds=wait_seconds)
    if decision.reason is not Reason.NO_MATCH:
        return decision
    sentence = "the codes do not belong to two consecutive time steps within reach of the server's clock"
    return replace(decision, trace=replace(decision.trace, sentence=sentence))


def _near_miss(found: Diagnosis) -> str:
    steps, seconds = found.offset or 0, found.seconds_outside or 0
    count = f"{abs(steps)} step{'s' if abs(steps) != 1 else ''}"
    if steps < 0:
        return f"the code of {count} ago: {-seconds} s too late for the window"
    return f"the code of {count} ahead: {seconds} s too early for the window"
