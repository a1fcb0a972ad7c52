"""Resynchronise a phone whose clock is too far off, with two consecutive codes (RFC4226-7.4).

The search is wide, so a resynchronisation needs more proof than a login (RFC6238-6): a correct password and a
recovery code. With these two, the user could even bind another authenticator. A session is not accepted as proof: a
user who can get a session has a phone that is inside the window. Resynchronisation grants no access. It consumes both
codes and moves the window, and then the user must log in again.
"""

from __future__ import annotations

from typing import Any

from mfa_lab import otp
from mfa_lab.errors import CodeRefused, Reason
from mfa_lab.redaction import Redacted
from mfa_lab.server.audit import Event, notify, record
from mfa_lab.server.decision import Decision, refused, wrong_pair
from mfa_lab.server.factors import totp
from mfa_lab.server.login import otp_validation, pending_logins
from mfa_lab.server.records import PendingLogin, Permit, token_hash
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks


def resynchronise(
    services: Services, pending: PendingLogin, first: Redacted, second: Redacted, now: int
) -> otp.Match | Decision:
    """Move the window to the step of `second`, the later code. A wrong pair of codes counts as one wrong code."""
    token = token_hash(pending.token)
    with services.store.transaction(locks.pending(token)) as connection:
        row, candidates, _ = pending_logins.read(connection, token)
        decision = pending_logins.why_unusable(services, row, now, Permit.NEW_FACTOR)
        if decision is None and not candidates:
            decision = refused(Reason.NOT_ENROLLED, row.account_id)
        decision = decision or otp_validation.not_now(row, now) or otp_validation.not_a_code(row, first, second)
        verdict = otp.Verdict.MALFORMED
        for factor in candidates if decision is None else ():
            found, why = _found(services, factor, first, second, now)
            if found and totp.resynchronise(connection, factor.factor_id, found, now):
                pending_logins.complete(connection, token)
                record(connection, now, Event.RESYNCHRONISED, row.account_id)
                notify(connection, now, Event.RESYNCHRONISED, row.account_id)
                return found
            verdict = max(verdict, why, key=otp_validation.NEARNESS.index)
        if decision is None:
            failures, wait = otp_validation.count_failed_attempt(connection, services, token, row, now)
            decision = wrong_pair(verdict, row.account_id, failures=failures, wait_seconds=wait)
        record(connection, now, Event.RESYNC_REFUSED, decision.account_id, decision.reason)
        return decision


def _found(
    services: Services, factor: Any, first: Redacted, second: Redacted, now: int
) -> tuple[otp.Match | None, otp.Verdict]:
    """Return the match of the two codes, and a verdict.

    The verdict gives the reason if there is no match, or if the caller cannot consume the match.
    """
    secret = totp.open_secret(services.cipher, factor, factor.factor_id)
    try:
        found = otp.match_consecutive(
            secret.reveal(),
            first.reveal(),
            second.reveal(),
            now,
            reach_steps=services.policy.resync_reach_steps,
            last_step=factor.last_step,
            digits=factor.digits,
            period=factor.period_seconds,
            algorithm=factor.algorithm,
        )
    except CodeRefused as refusal:
        return None, otp_validation.verdict_of(refusal)
    return found, otp.Verdict.REUSED
