"""Verify the code of a login (step 4, OTP validation). `totp.consume_step` makes the decision."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, update

from mfa_lab import otp
from mfa_lab.errors import CodeRefused, MalformedCode, Reason, ReusedCode
from mfa_lab.redaction import Redacted
from mfa_lab.server.audit import Actor, Event, notify, record
from mfa_lab.server.decision import Decision, ended, refused, throttled, wrong_code
from mfa_lab.server.factors import drift, totp
from mfa_lab.server.factors.authenticators import State
from mfa_lab.server.login import pending_logins, sessions, throttle
from mfa_lab.server.records import CODE, Kind, PendingLogin, Session, token_hash
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.schema import accounts

_COUNT = (
    update(accounts)
    .where(accounts.c.id == bindparam("account"))
    .values(otp_failures=bindparam("failures"), otp_wait_until=bindparam("until"))
    .execution_options(later=True)
)


def finish(services: Services, pending: PendingLogin, typed: Redacted, now: int) -> Session | Decision:
    """Verify a code and grant a session, in one transaction.

    If the code is rejected, the counted attempt is committed.
    """
    token = token_hash(pending.token)
    with services.store.transaction(locks.pending(token)) as connection:
        found = pending_logins.read(connection, token)
        row, candidates, _ = found
        decision = pending_logins.why_unusable(services, row, now) or no_codes(services, found) or not_now(row, now)
        decision = decision or not_a_code(row, typed)
        if decision is None:
            outcome = _check(connection, services, token, candidates, typed, now)
            if isinstance(outcome, Session):
                return outcome
            decision = outcome
        record(connection, now, Event.CODE_REFUSED, decision.account_id, decision.reason)
        return decision


def no_codes(services: Services, found: pending_logins.Found) -> Decision | None:
    """Return the rejection if the account has no app or the policy forbids codes. Otherwise return None."""
    if not found.apps:
        return refused(Reason.NOT_ENROLLED, found.row.account_id)
    if Kind.TOTP not in pending_logins.accepted_kinds(services.policy, app=True, passkey=found.has_passkey):
        return refused(Reason.CODE_NOT_ALLOWED, found.row.account_id)
    return None


def not_now(row: Any, now: int) -> Decision | None:
    """Return the rejection if the factor is disabled or the user must wait.

    Return None if the server may verify a code.
    """
    if row.state == State.DISABLED:
        return refused(Reason.DISABLED, row.account_id, failures=row.otp_failures)
    if now < row.otp_wait_until:
        return throttled(row.otp_wait_until - now, row.otp_failures, row.account_id)
    return None


def not_a_code(row: Any, *typed: Redacted) -> Decision | None:
    """Return the rejection if a text does not have the form of a code. Such texts are neither verified nor counted.

    An empty field or half a code is not a guess. The decision depends only on the text, never on the account's number
    of digits. It therefore reveals nothing about an account (docs/decisions/04).
    """
    if all(otp.could_be_code(each.reveal()) for each in typed):
        return None
    return refused(Reason.MALFORMED, row.account_id)


def _check(
    connection: Connection, services: Services, token: str, candidates: list[Any], typed: Redacted, now: int
) -> Session | Decision:
    """Compare the code with each of the account's authenticators. Together, these checks count as one attempt."""
    best, traced = otp.Diagnosis(otp.Verdict.MALFORMED), services.policy.explain_refusals
    for row in candidates:
        secret = totp.open_secret(services.cipher, row, row.factor_id)
        centre = drift.centre(row, now, services.policy)
        options = {
            "window_steps": services.policy.window_steps,
            "drift_steps": centre,
            "last_step": row.last_step,
            "digits": row.digits,
            "period": row.period_seconds,
            "algorithm": row.algorithm,
        }
        try:
            found = otp.match(secret.reveal(), typed.reveal(), now, **options)
        except CodeRefused as refusal:
            found, verdict = None, verdict_of(refusal)
        if found and totp.consume_step(connection, row.factor_id, found.step):
            if not pending_logins.complete(connection, token):
                return ended(pending_logins.how_it_ended(connection, token), row.account_id)
            return _grant(connection, services, row, found.offset - centre, now)
        told = otp.Diagnosis(otp.Verdict.REUSED if found else verdict)
        if traced:
            told = otp.diagnose(secret.reveal(), typed.reveal(), now, **options)
        best = max(best, told, key=lambda one: NEARNESS.index(one.verdict))
    failures, wait = count_failed_attempt(connection, services, token, candidates[0], now)
    return wrong_code(best, candidates[0].account_id, failures=failures, wait_seconds=wait)


NEARNESS = (otp.Verdict.MALFORMED, otp.Verdict.NO_MATCH, otp.Verdict.OUTSIDE, otp.Verdict.REUSED)
"""The verdicts, in the order of how close the code came to acceptance. If an account has several authenticators, the
instructor's view describes the one for which the code came closest to acceptance."""


def _grant(connection: Connection, services: Services, row: Any, offset: int, now: int) -> Session:
    """Grant a session after an accepted code. The code was `offset` steps from the window's centre."""
    if cap := services.policy.drift_cap_steps:
        moved = drift.learnt(drift.centre(row, now, services.policy) - row.resync_steps, offset, cap)
        totp.remember_drift(connection, row.factor_id, moved, now)
    if row.otp_failures:
        connection.execute(_COUNT, {"account": row.account_id, "failures": 0, "until": 0})
    record(connection, now, Event.LOGGED_IN, row.account_id)
    return sessions.add(connection, services, row, now, CODE)


def verdict_of(refusal: CodeRefused) -> otp.Verdict:
    """Return the verdict that belongs to the error `refusal`."""
    if isinstance(refusal, MalformedCode):
        return otp.Verdict.MALFORMED
    return otp.Verdict.REUSED if isinstance(refusal, ReusedCode) else otp.Verdict.NO_MATCH


def count_failed_attempt(
    connection: Connection, services: Services, token: str, row: Any, now: int
) -> tuple[int, int]:
    """Count a wrong code against the pending login and the whole account (RFC4226-7.3).

    Returns the account's number of consecutive failures, and the number of seconds to wait.
    """
    policy = services.policy
    failures = row.otp_failures + 1
    until = throttle.wait_until(failures, policy, now)
    pending_logins.count_failed_attempt(connection, token)
    connection.execute(_COUNT, {"account": row.account_id, "failures": failures, "until": until})
    if failures >= policy.disable_after_failures:
        totp.disable(connection, row.account_id)
        record(connection, now, Event.FACTOR_DISABLED, row.account_id, actor=Actor.PROGRAM)
        notify(connection, now, Event.FACTOR_DISABLED, row.account_id)
    elif failures == policy.free_failures + 1 or row.wrong_codes + 1 >= policy.pending_wrong_codes:
        notify(connection, now, Event.CODE_REFUSED, row.account_id)  # ASVS-6.3.5: somebody knows the password
    return failures, throttle.wait_seconds(failures, policy)
