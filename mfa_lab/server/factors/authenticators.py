"""Store the data that authenticators of all kinds have: label, dates, state, end.

`totp` and `passkeys` store the data that only their kind has. Recovery codes are a set, and are in
`account.recovery`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, exists, func, insert, select, update

from mfa_lab.server.records import Authenticator, Kind
from mfa_lab.server.storage.schema import accounts, factors, passkeys


class State(StrEnum):
    """The state of a factor. A disabled or replaced factor never becomes active again."""

    ACTIVE = "active"
    DISABLED = "disabled"
    REPLACED = "replaced"


PRESENT = exists().where(factors.c.account_id == bindparam("account"), factors.c.state != State.REPLACED)
_PRESENT = select(PRESENT)
_STATES = select(factors.c.kind, factors.c.state).where(
    factors.c.account_id == bindparam("account"), factors.c.state != State.REPLACED
)
_STEP_START = factors.c.last_step * factors.c.period_seconds
_LAST_USE = case(
    (factors.c.kind == Kind.PASSKEY, func.coalesce(passkeys.c.used_at, factors.c.created_at)),
    else_=_STEP_START,
)
_LISTED = (
    select(factors.c.id, factors.c.label, factors.c.created_at, _LAST_USE.label("used_at"), factors.c.kind)
    .select_from(factors.outerjoin(passkeys, passkeys.c.factor_id == factors.c.id))
    .where(factors.c.account_id == bindparam("account"), factors.c.state == State.ACTIVE)
    .order_by(factors.c.created_at, factors.c.id)
)
# An enrolment consumes a step, which begins before the enrolment and is no login.
_LAST_LOGIN = case(
    (factors.c.kind == Kind.PASSKEY, passkeys.c.used_at),
    (factors.c.created_at < _STEP_START, _STEP_START),
)
_LAST_LOGINS = (
    select(factors.c.account_id, factors.c.kind, _LAST_LOGIN.label("used_at"))
    .select_from(factors.outerjoin(passkeys, passkeys.c.factor_id == factors.c.id))
    .where(factors.c.account_id.in_(bindparam("accounts", expanding=True)), factors.c.state != State.REPLACED)
    .order_by(factors.c.kind)
)
_ADD = insert(factors)
_MINE = and_(factors.c.account_id == bindparam("account"), factors.c.state != State.REPLACED)
_END = {"state": State.REPLACED, "sealed_secret": b""}
_RETIRE_ALL = update(factors).where(_MINE).values(_END)
_RETIRE_KIND = update(factors).where(_MINE, factors.c.kind == bindparam("of_kind")).values(_END)
_REVOKE = (
    update(factors)
    .where(
        factors.c.account_id == bindparam("account"), factors.c.id == bindparam("factor"),
        factors.c.state == State.ACTIVE,
    )
    .values(_END)
)  # fmt: skip
_FORGET_KEYS = delete(passkeys).where(
    passkeys.c.factor_id.in_(
        select(factors.c.id).where(factors.c.account_id == bindparam("account"), factors.c.state == State.REPLACED)
    )
)
_FRESH_COUNT = update(accounts).where(accounts.c.id == bindparam("account")).values(otp_failures=0, otp_wait_until=0)


def has_factor(connection: Connection, account_id: str) -> bool:
    """Return whether the account has an authenticator of any kind, active or disabled."""
    return bool(connection.execute(_PRESENT, {"account": account_id}).scalar())


def states(connection: Connection, account_id: str, kind: Kind) -> list[State]:
    """Return the state of each of the account's authenticators of this kind, without those that have ended."""
    return [State(row.state) for row in connection.execute(_STATES, {"account": account_id}) if row.kind == kind]


def listed(connection: Connection, account_id: str) -> tuple[Authenticator, ...]:
    """Return the account's active authenticators, the oldest first."""
    rows = connection.execute(_LISTED, {"account": account_id})
    return tuple(Authenticator(r.id, r.label, r.created_at, r.used_at, Kind(r.kind)) for r in rows)


def last_logins(connection: Connection, account_ids: list[str]) -> Sequence[Any]:
    """Return a row for each authenticator of these accounts, active or disabled: its account, kind and last login."""
    return connection.execute(_LAST_LOGINS, {"accounts": account_ids}).all()


def bind(connection: Connection, row: Any, kind: Kind, now: int, *, last_step: int = 0) -> None:
    """Make the enrolment in `row` an active factor of the account. An app's first step is already consumed."""
    connection.execute(
        _ADD,
        {
            "id": row.factor_id,
            "kind": kind,
            "label": row.label,
            "account_id": row.account_id,
            "state": State.ACTIVE,
            "sealed_secret": row.sealed_secret,
            "key_id": row.key_id,
            "digits": row.digits,
            "period_seconds": row.period_seconds,
            "algorithm": row.algorithm,
            "last_step": last_step,
            "created_at": now,
        },
    )


def retire(connection: Connection, account_id: str, kind: Kind | None = None) -> None:
    """End the account's factors, or only those of one kind, and delete their secrets and keys.

    If authenticator apps end, the count of wrong codes starts again at 0.
    """
    if kind is None:
        connection.execute(_RETIRE_ALL, {"account": account_id})
    else:
        connection.execute(_RETIRE_KIND, {"account": account_id, "of_kind": kind})
    connection.execute(_FORGET_KEYS, {"account": account_id})
    if kind is not Kind.PASSKEY:
        connection.execute(_FRESH_COUNT, {"account": account_id})


def revoke(connection: Connection, account_id: str, factor_id: str) -> bool:
    """End one active factor and delete its secret or key. Returns False if the account has no factor with this id."""
    if connection.execute(_REVOKE, {"account": account_id, "factor": factor_id}).rowcount != 1:
        return False
    connection.execute(_FORGET_KEYS, {"account": account_id})
    return True
