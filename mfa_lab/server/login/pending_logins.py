"""Store pending logins: logins whose first factor is correct, which grant nothing yet.

A pending login ends after success, after five minutes, or after five wrong codes (the defaults of `Policy`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from mfa_lab.errors import Reason
from mfa_lab.policy import Policy
from mfa_lab.server.decision import COMPLETED, REFUSED, Decision, ended, refused
from mfa_lab.server.factors.authenticators import State
from mfa_lab.server.records import PASSWORD, Kind, PendingLogin, Permit, token_hash
from mfa_lab.server.services import Services
from mfa_lab.server.storage.schema import accounts, enrolments, factors, password_resets
from mfa_lab.server.storage.schema import pendings as table

_ADD = insert(table).execution_options(later=True)
_STATE = (
    select(
        table.c.permits,
        table.c.wrong_codes,
        table.c.expires_at,
        table.c.ended,
        table.c.challenge_hash,
        table.c.methods,
        accounts.c.id.label("account_id"),
        accounts.c.name,
        accounts.c.issuer,
        accounts.c.external_id,
        accounts.c.otp_failures,
        accounts.c.otp_wait_until,
        accounts.c.recovery_failures,
        accounts.c.recovery_wait_until,
        accounts.c.codes_issue,
        accounts.c.codes_kept_at,
        factors.c.id.label("factor_id"),
        factors.c.state,
        factors.c.kind,
        factors.c.sealed_secret,
        factors.c.key_id,
        factors.c.digits,
        factors.c.period_seconds,
        factors.c.algorithm,
        factors.c.last_step,
        factors.c.resync_steps,
        factors.c.drift_steps,
        factors.c.drift_at,
    )
    .select_from(
        table.join(accounts, table.c.account_id == accounts.c.id).outerjoin(
            factors,
            and_(factors.c.account_id == accounts.c.id, factors.c.state != State.REPLACED),
        )
    )
    .where(table.c.token_hash == bindparam("token"))
    .order_by(factors.c.created_at, factors.c.id)
)
_END = update(table).where(table.c.token_hash == bindparam("token"), table.c.ended.is_(None)).values(ended=COMPLETED)
_REFUSE = (
    update(table)
    .where(table.c.token_hash == bindparam("token"), table.c.ended.is_(None))
    .values(ended=REFUSED)
    .execution_options(later=True)
)
_SET_CHALLENGE = (
    update(table)
    .where(table.c.token_hash == bindparam("token"))
    .values(challenge_hash=bindparam("challenge"))
    .execution_options(later=True)
)
_HOW = select(table.c.ended).where(table.c.token_hash == bindparam("token"))
_COUNT_FAILED_ATTEMPT = (
    update(table)
    .where(table.c.token_hash == bindparam("token"))
    .values(wrong_codes=table.c.wrong_codes + 1)
    .execution_options(later=True)
)
_END_PENDINGS, _END_ENROLMENTS, _END_RESETS = (
    update(one)
    .where(one.c.account_id == bindparam("account"), one.c.ended.is_(None))
    .values(ended="superseded")
    .execution_options(later=True)
    for one in (table, enrolments, password_resets)
)


class Found(NamedTuple):
    """A pending login with its account, or None; the rows of the account's apps; and whether it has a passkey."""

    row: Any
    apps: list[Any]
    has_passkey: bool


def add(
    connection: Connection,
    services: Services,
    account_id: str,
    permit: Permit,
    now: int,
    accepts: tuple[Kind, ...] = (),
    methods: str = PASSWORD,
) -> PendingLogin:
    """Begin a pending login and return it. `now` is in Unix seconds.

    `methods` is what the server has checked in the first step, or '' if the application has checked it.
    """
    pending = PendingLogin(services.new_token(), permit, now + services.policy.pending_seconds, accepts)
    connection.execute(
        _ADD,
        {
            "token_hash": token_hash(pending.token),
            "account_id": account_id,
            "permits": permit,
            "expires_at": pending.expires_at,
            "methods": methods,
        },
    )
    return pending


def begin(
    connection: Connection, services: Services, account_id: str, has: Any, now: int, methods: str = PASSWORD
) -> PendingLogin:
    """Begin the pending login of an account after its first step, with the permit that the account needs.

    The row `has` says whether the account has any factor, whether it has an app, and whether it has a passkey.
    """
    permit = Permit.CODE if has.has_factor else Permit.FIRST_FACTOR
    accepts = accepted_kinds(services.policy, app=has.app, passkey=has.passkey)
    return add(connection, services, account_id, permit, now, accepts, methods)


def read(connection: Connection, token: str) -> Found:
    """Return the pending login with its account and the account's factors.

    The row of an app comes first, because only this row shows whether the user must wait.
    """
    rows = list(connection.execute(_STATE, {"token": token}))
    apps = [row for row in rows if row.kind == Kind.TOTP]
    has_passkey = any(row.kind == Kind.PASSKEY and row.state == State.ACTIVE for row in rows)
    return Found(next(iter(apps or rows), None), apps, has_passkey)


def accepted_kinds(policy: Policy, *, app: bool, passkey: bool) -> tuple[Kind, ...]:
    """Return the kinds that can complete a login of an account that has an `app` or a `passkey`.

    While an account may still use a code, a phishing page still works: the page asks only for the code (downgrade).
    """
    passkey = passkey and policy.passkeys > 0
    app = app and policy.authenticators > 0 and (policy.code_allowed_with_passkey or not passkey)
    return (Kind.PASSKEY,) * passkey + (Kind.TOTP,) * app


def accepted(services: Services, pending: PendingLogin, now: int) -> tuple[Kind, ...] | Decision:
    """Return the kinds of authenticators that can complete this login now, or a rejection if nothing can."""
    with services.store.reading() as connection:
        found = read(connection, token_hash(pending.token))
    decision = why_unusable(services, found.row, now)
    return decision or accepted_kinds(services.policy, app=bool(found.apps), passkey=found.has_passkey)


def set_challenge(connection: Connection, token: str, challenge_hash: str) -> None:
    """Bind a challenge to this pending login. An earlier challenge is no longer valid."""
    connection.execute(_SET_CHALLENGE, {"token": token, "challenge": challenge_hash})


def refuse(connection: Connection, token: str) -> None:
    """End the pending login after a passkey's response that was rejected."""
    connection.execute(_REFUSE, {"token": token})


def count_failed_attempt(connection: Connection, token: str) -> None:
    """Count one wrong code against this pending login."""
    connection.execute(_COUNT_FAILED_ATTEMPT, {"token": token})


def complete(connection: Connection, token: str) -> bool:
    """End the pending login as completed. If several callers try this, only the first caller gets True."""
    return connection.execute(_END, {"token": token}).rowcount == 1


def how_it_ended(connection: Connection, token: str) -> str | None:
    """Return the way in which a pending login ended, or None while the pending login is open."""
    found: str | None = connection.execute(_HOW, {"token": token}).scalar()
    return found


def supersede(connection: Connection, account_id: str) -> None:
    """End every open step of an account: pending logins, enrolments that are not confirmed yet, password resets."""
    for statement in (_END_PENDINGS, _END_ENROLMENTS, _END_RESETS):
        connection.execute(statement, {"account": account_id})


def end_resets(connection: Connection, account_id: str) -> None:
    """End the account's password resets: no link that was sent before is valid any more."""
    connection.execute(_END_RESETS, {"account": account_id})


def why_unusable(services: Services, row: Any, now: int, permit: Permit = Permit.CODE) -> Decision | None:
    """Return the rejection of a pending login that cannot continue with `permit`, or None if it can continue.

    The result does not depend on the text that the user typed.
    """
    if row is None:
        return refused(Reason.UNKNOWN_PENDING)
    if row.ended is not None or row.wrong_codes >= services.policy.pending_wrong_codes:
        return ended(row.ended, row.account_id)
    if row.expires_at <= now:
        return refused(Reason.EXPIRED_PENDING, row.account_id)
    if row.permits != permit:
        reason = Reason.NOT_ENROLLED if permit is Permit.CODE else Reason.NOT_PERMITTED
        return refused(reason, row.account_id)
    if permit is Permit.CODE and row.factor_id is None:
        return refused(Reason.NOT_ENROLLED, row.account_id)
    return None
