"""Recover an account without its authenticator: a recovery code permits enrolling a new one (NIST-4.2.1.1)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from mfa_lab.errors import Reason
from mfa_lab.redaction import Redacted
from mfa_lab.server.audit import Event, notify, operator, record
from mfa_lab.server.decision import Decision, ended, refused, throttled
from mfa_lab.server.factors import recovery_codes
from mfa_lab.server.login import pending_logins, sessions, throttle
from mfa_lab.server.records import PendingLogin, Permit, Recovery, RecoveryCodes, Session, token_hash
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks, schema
from mfa_lab.server.storage.schema import accounts

_CODES = select(schema.recovery_codes.c.id, schema.recovery_codes.c.encoded).where(
    schema.recovery_codes.c.account_id == bindparam("account"), schema.recovery_codes.c.used_at.is_(None)
)
_ADD_CODE = insert(schema.recovery_codes)
_VOID_CODES = delete(schema.recovery_codes).where(schema.recovery_codes.c.account_id == bindparam("account"))
_TAKE_CODE = (
    update(schema.recovery_codes)
    .where(schema.recovery_codes.c.id == bindparam("code"), schema.recovery_codes.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
)
_ISSUED = (
    update(accounts)
    .where(accounts.c.id == bindparam("account"))
    .values(codes_issue=bindparam("issue"), codes_kept_at=None)
)
_ISSUE = select(accounts.c.id, accounts.c.codes_kept_at).where(accounts.c.codes_issue == bindparam("issue"))
_KEPT = update(accounts).where(accounts.c.codes_issue == bindparam("issue")).values(codes_kept_at=bindparam("now"))
_COUNT = (
    update(accounts)
    .where(accounts.c.id == bindparam("account"))
    .values(recovery_failures=bindparam("failures"), recovery_wait_until=bindparam("until"))
)


def recover(services: Services, pending: PendingLogin, typed: Redacted | None, now: int) -> Recovery | Decision:
    """Accept a recovery code, and replace it with a new one if the policy has recovery codes.

    The attempt is counted first. The code is verified outside any transaction and consumed by compare-and-set. During
    a wait, a call does the same work, but the result has no effect.
    """
    token = token_hash(pending.token)
    with services.store.transaction(locks.pending(token)) as connection:
        row = pending_logins.read(connection, token).row
        decision = pending_logins.why_unusable(services, row, now) or _not_now(row, now)
        if decision is None and typed is None:  # it cannot be a code of anybody: no guess, so it is not counted
            decision = refused(Reason.WRONG_RECOVERY_CODE, row.account_id, failures=row.recovery_failures)
        if decision is None:
            _reserve(connection, services, token, row, now)
        elif typed is None or row is None or row.ended is not None:
            record(connection, now, Event.RECOVERY_REFUSED, decision.account_id, decision.reason)
            return decision
        stored = [(code.id, code.encoded) for code in connection.execute(_CODES, {"account": row.account_id})]
    account_id: str = row.account_id
    found = recovery_codes.find(typed, stored) if typed else None
    if decision is not None:
        return _refuse_late(services, token, decision, now)
    replacement = recovery_codes.new_codes(min(1, services.policy.recovery_codes), services.shown)
    hashes = recovery_codes.hash_codes(replacement, services.policy.hash_cost) if found is not None else []
    with services.store.transaction(locks.pending(token)) as connection:
        # Check first whether the login has ended meanwhile: then the answer is the same for correct and wrong codes.
        if (how := pending_logins.how_it_ended(connection, token)) is not None:
            decision = ended(how, account_id)
        elif found is None or connection.execute(_TAKE_CODE, {"code": found, "now": now}).rowcount != 1:
            decision = refused(Reason.WRONG_RECOVERY_CODE, account_id, failures=row.recovery_failures + 1)
        else:
            pending_logins.complete(connection, token)
            connection.execute(_COUNT, {"account": account_id, "failures": 0, "until": 0})
            _add_codes(connection, account_id, hashes, replacement.issue_id)
            record(connection, now, Event.RECOVERED, account_id)
            notify(connection, now, Event.RECOVERED, account_id)
            next_step = pending_logins.add(
                connection, services, account_id, Permit.NEW_FACTOR, now, methods=row.methods
            )
            return Recovery(next_step, replacement)
        record(connection, now, Event.RECOVERY_REFUSED, account_id, decision.reason)
        policy = services.policy
        if row.recovery_failures == policy.free_failures or row.wrong_codes + 1 >= policy.pending_wrong_codes:
            notify(connection, now, Event.RECOVERY_REFUSED, account_id)  # ASVS-6.3.5
        return decision


def _refuse_late(services: Services, token: str, decision: Decision, now: int) -> Decision:
    """Reject an attempt without verifying it, after at least as much work as verifying it would take.

    This attempt may be the second click of a double click, while the code of the first click is still being verified.
    If the first click has succeeded by the end of this work, the answer to the second click says that the step is
    done. This answer does not depend on the code that the second click sent.
    """
    spare = recovery_codes.new_codes(min(1, services.policy.recovery_codes), services.shown)
    recovery_codes.hash_codes(
        [*spare, *spare], services.policy.hash_cost
    )  # the second hash gives the first click time to finish
    with services.store.transaction(locks.pending(token)) as connection:
        if (how := pending_logins.how_it_ended(connection, token)) is not None:
            decision = ended(how, decision.account_id or "")
        record(connection, now, Event.RECOVERY_REFUSED, decision.account_id, decision.reason)
    return decision


def _not_now(row: Any, now: int) -> Decision | None:
    """Return the rejection of an attempt during a wait, or None if the server may verify a recovery code now."""
    if now < row.recovery_wait_until:
        return throttled(row.recovery_wait_until - now, row.recovery_failures, row.account_id)
    return None


def _reserve(connection: Connection, services: Services, token: str, row: Any, now: int) -> None:
    """Count the attempt as a failure before the code is verified."""
    failures = row.recovery_failures + 1
    until = throttle.wait_until(failures, services.policy, now)
    pending_logins.count_failed_attempt(connection, token)
    connection.execute(_COUNT, {"account": row.account_id, "failures": failures, "until": until})


def issue_codes(services: Services, session: Session, now: int) -> RecoveryCodes | Decision:
    """Return a new full set of recovery codes for a fresh session.

    The old codes are no longer valid, and every login step that began with an old code ends.
    """
    token = token_hash(session.token)
    codes: RecoveryCodes = RecoveryCodes(())
    hashes: list[str] = []
    for hashed in (False, True):  # check the session before the slow hashes, and again afterwards
        if hashed:
            codes, hashes = recovery_codes.issue(services.policy, services.shown)
        with services.store.transaction(locks.session(token)) as connection:
            row = sessions.live(connection, services, token, now, fresh=True)
            if isinstance(row, Decision):
                record(connection, now, Event.CODES_REFUSED, row.account_id, row.reason)
                return row
            if hashed:
                replace_codes(connection, row.account_id, hashes, codes.issue_id)
                pending_logins.supersede(connection, row.account_id)  # also ends a recovery that an old code began
                record(connection, now, Event.CODES_ISSUED, row.account_id)
                notify(connection, now, Event.CODES_ISSUED, row.account_id)
    return codes


def add_code(connection: Connection, account_id: str, encoded: str, now: int, by: str) -> None:
    """Add one recovery code, which the administrator `by` issues, or the program if `by` is empty."""
    _add_codes(connection, account_id, [encoded], "")  # an owner who loses this code asks the administrator again
    record(connection, now, Event.RESET_CODE_ISSUED, account_id, actor=operator(by), actor_id=by)
    notify(connection, now, Event.RESET_CODE_ISSUED, account_id)


def acknowledge(services: Services, issue_id: str, now: int) -> bool:
    """Record that the owner has saved the set of codes with this id.

    Return False if this is not an account's newest set.
    """
    with services.store.transaction(locks.issue(issue_id)) as connection:
        row = connection.execute(_ISSUE, {"issue": issue_id}).first()
        if row is not None and row.codes_kept_at is None:
            connection.execute(_KEPT, {"issue": issue_id, "now": now})
            record(connection, now, Event.CODES_ACKNOWLEDGED, row.id)
    return row is not None


def replace_codes(connection: Connection, account_id: str, hashes: list[str], issue_id: str) -> None:
    """Store `hashes` as the account's whole set of recovery codes. The earlier codes are no longer valid."""
    connection.execute(_VOID_CODES, {"account": account_id})
    connection.execute(_ISSUED, {"account": account_id, "issue": ""})
    _add_codes(connection, account_id, hashes, issue_id)


def _add_codes(connection: Connection, account_id: str, hashes: list[str], issue_id: str) -> None:
    """Add recovery codes.

    With an `issue_id`, the owner must acknowledge the codes, because the response may get lost.
    """
    if hashes:
        connection.execute(_ADD_CODE, [{"account_id": account_id, "encoded": encoded} for encoded in hashes])
        if issue_id:
            connection.execute(_ISSUED, {"account": account_id, "issue": issue_id})
