"""One record of what happened, with three views: the public message, the instructor's view, the audit line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NoReturn

from mfa_lab.errors import AccessDenied, LoginOver, Reason, StepDone, Trace
from mfa_lab.otp import Diagnosis, Verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """Access refused, and why. `account_id` is None where no account was found.

    `repr` tells neither: a traceback that shows variables must not say more than the public words.
    """

    trace: Trace = field(repr=False)
    account_id: str | None = field(default=None, repr=False)
    denial: type[AccessDenied] = field(default=AccessDenied, repr=False)
    """Which of the public sentences is said. It depends on the state of a token, never on what was typed."""

    @property
    def reason(self) -> Reason:
        return self.trace.reason

    def deny(self, *, explain: bool) -> NoReturn:
        """Raise the public message; the error carries the instructor's view only if `explain`."""
        raise self.denial(trace=self.trace if explain else None)


_SENTENCES = {
    Reason.UNKNOWN_NAME: "no account has this name; the server did the same work as for one that exists",
    Reason.WRONG_PASSWORD: "the account exists, the password is not its own",
    Reason.UNKNOWN_PENDING: "no login with this token was ever begun here",
    Reason.EXPIRED_PENDING: "the time for this step is over: start again from the password",
    Reason.CONSUMED_PENDING: "this step was already completed, replaced, or ended by too many wrong codes",
    Reason.NOT_ENROLLED: "the account has no authenticator yet: enrol one first",
    Reason.DISABLED: "the authenticator was disabled after too many wrong codes in a row; only a new one helps",
    Reason.MALFORMED: "this is no code: the right number of digits from 0 to 9 is",
    Reason.NO_MATCH: "the code belongs to no time step within reach of the server's clock",
    Reason.REUSED: "the code is right, but it or a later one was already accepted",
    Reason.WRONG_RECOVERY_CODE: "no unused recovery code of this account is this one",
    Reason.NOT_PERMITTED: "this token does not permit what was asked for",
    Reason.UNKNOWN_SESSION: "there is no such session, or it has ended",
    Reason.STALE_SESSION: "the session is too old for this: log in again, then repeat",
}


_OVER = {Reason.UNKNOWN_PENDING, Reason.EXPIRED_PENDING, Reason.CONSUMED_PENDING}
"""No code helps any more, so the public sentence says what does: a new login."""

COMPLETED = "completed"
"""How a step ended that did what it was for."""


def refused(reason: Reason, account_id: str | None = None, *, failures: int | None = None) -> Decision:
    """A refusal whose sentence needs no figures."""
    denial = LoginOver if reason in _OVER else AccessDenied
    return Decision(Trace(reason, _SENTENCES[reason], failures=failures), account_id, denial)


def ended(how: str | None, account_id: str) -> Decision:
    """A step that is over. If it was `COMPLETED`, the holder of its token learns that it is done."""
    decision = refused(Reason.CONSUMED_PENDING, account_id)
    return replace(decision, denial=StepDone) if how == COMPLETED else decision


def throttled(wait_seconds: int, failures: int, account_id: str | None = None) -> Decision:
    """Not verified and not charged: too many failures, too recently."""
    sentence = f"after {failures} failures in a row, nothing is checked for {wait_seconds} s more"
    return Decision(Trace(Reason.THROTTLED, sentence, wait_seconds=wait_seconds, failures=failures), account_id)


def wrong_code(found: Diagnosis, account_id: str, *, failures: int | None, wait_seconds: int) -> Decision:
    """A code that was checked and refused, as `otp.diagnose` found it."""
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
    """Two codes for a resynchronisation that were checked and refused."""
    decision = wrong_code(Diagnosis(verdict), account_id, failures=failures, wait_seconds=wait_seconds)
    if decision.reason is not Reason.NO_MATCH:
        return decision
    sentence = "the codes belong to no two time steps in a row within reach of the server's clock"
    return replace(decision, trace=replace(decision.trace, sentence=sentence))


def _near_miss(found: Diagnosis) -> str:
    steps, seconds = found.offset or 0, found.seconds_outside or 0
    count = f"{abs(steps)} step{'s' if abs(steps) != 1 else ''}"
    if steps < 0:
        return f"the code of {count} ago: {-seconds} s too late for the window"
    return f"the code of {count} ahead: {seconds} s too early for the window"
