"""Store an account's authenticators. Each is active, disabled after too many failures, or replaced."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from mfa_lab.otp import Match
from mfa_lab.provisioning import OtpAccount
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import Authenticator
from mfa_lab.server.storage.encryption import RowBinding, SecretCipher
from mfa_lab.server.storage.schema import accounts, factors


class State(StrEnum):
    """The state of a factor. A disabled or replaced factor never becomes active again."""

    ACTIVE = "active"
    DISABLED = "disabled"
    REPLACED = "replaced"


_CONSUME = (
    update(factors)
    .where(
        factors.c.id == bindparam("factor"), factors.c.state == State.ACTIVE, factors.c.last_step < bindparam("step")
    )
    .values(last_step=bindparam("step"))
)
_REMEMBER = (
    update(factors)
    .where(factors.c.id == bindparam("factor"))
    .values(drift_steps=bindparam("drift"), drift_at=bindparam("now"))
)
_RESYNCHRONISE = (
    update(factors)
    .where(
        factors.c.id == bindparam("factor"), factors.c.state == State.ACTIVE, factors.c.last_step < bindparam("first")
    )
    .values(last_step=bindparam("second"), resync_steps=bindparam("offset"), drift_steps=0, drift_at=bindparam("now"))
)
PRESENT = exists().where(factors.c.account_id == bindparam("account"), factors.c.state != State.REPLACED)
_PRESENT = select(PRESENT)
_LISTED = (
    select(factors.c.id, factors.c.label, factors.c.created_at, factors.c.last_step, factors.c.period_seconds)
    .where(factors.c.account_id == bindparam("account"), factors.c.state == State.ACTIVE)
    .order_by(factors.c.created_at, factors.c.id)
)
_ADD = insert(factors)
_REPLACE = (
    update(factors)
    .where(factors.c.account_id == bindparam("account"))
    .values(state=State.REPLACED, sealed_secret=b"")
)
_REVOKE = (
    update(factors)
    .where(
        factors.c.account_id == bindparam("account"), factors.c.id == bindparam("factor"),
        factors.c.state == State.ACTIVE,
    )
    .values(state=State.REPLACED, sealed_secret=b"")
)  # fmt: skip
_DISABLE = (
    update(factors)
    .where(factors.c.account_id == bindparam("account"), factors.c.state == State.ACTIVE)
    .values(state=State.DISABLED)
)
_FRESH_COUNT = update(accounts).where(accounts.c.id == bindparam("account")).values(otp_failures=0, otp_wait_until=0)


def consume_step(connection: Connection, factor_id: str, step: int) -> bool:
    """Consume `step` if it is later than the last consumed step, and return whether it was consumed.

    One SQL statement compares and sets. If several callers send the same code, only one of these callers therefore
    gets True (RFC6238-5.2, NIST-3.1.4.2, ASVS-6.5.1).
    """
    return connection.execute(_CONSUME, {"factor": factor_id, "step": step}).rowcount == 1


def remember_drift(connection: Connection, factor_id: str, drift_steps: int, now: int) -> None:
    """Store the drift that `drift.learnt` computed from an accepted code."""
    connection.execute(_REMEMBER, {"factor": factor_id, "drift": drift_steps, "now": now})


def resynchronise(connection: Connection, factor_id: str, found: Match, now: int) -> bool:
    """Move the window to `found` and consume its two steps, if both are later than the last consumed step.

    The two steps are `found.step` and the step before it. Returns whether the window was moved.
    """
    values = {"factor": factor_id, "first": found.step - 1, "second": found.step, "offset": found.offset, "now": now}
    return connection.execute(_RESYNCHRONISE, values).rowcount == 1


def has_factor(connection: Connection, account_id: str) -> bool:
    """Return whether the account has an authenticator, active or disabled."""
    return bool(connection.execute(_PRESENT, {"account": account_id}).scalar())


def listed(connection: Connection, account_id: str) -> tuple[Authenticator, ...]:
    """Return the account's active authenticators, the oldest first."""
    rows = connection.execute(_LISTED, {"account": account_id})
    return tuple(Authenticator(r.id, r.label, r.created_at, r.last_step * r.period_seconds) for r in rows)


def bind(connection: Connection, row: Any, step: int, now: int) -> None:
    """Add the enrolment in `row` to the account as an active factor whose step `step` is already consumed."""
    connection.execute(
        _ADD,
        {
            "id": row.factor_id,
            "label": row.label,
            "account_id": row.account_id,
            "state": State.ACTIVE,
            "sealed_secret": row.sealed_secret,
            "key_id": row.key_id,
            "digits": row.digits,
            "period_seconds": row.period_seconds,
            "algorithm": row.algorithm,
            "last_step": step,
            "created_at": now,
        },
    )


def retire(connection: Connection, account_id: str) -> None:
    """End all factors of an account, delete their secrets and set the count of wrong codes to 0."""
    connection.execute(_REPLACE, {"account": account_id})
    connection.execute(_FRESH_COUNT, {"account": account_id})


def revoke(connection: Connection, account_id: str, factor_id: str) -> bool:
    """End one active factor and delete its secret. Returns False if the account has no active factor with this id."""
    return connection.execute(_REVOKE, {"account": account_id, "factor": factor_id}).rowcount == 1


def disable(connection: Connection, account_id: str) -> None:
    """Disable the account's factors after too many wrong codes. The owner then needs a new factor (NIST-3.2.2)."""
    connection.execute(_DISABLE, {"account": account_id})


def open_secret(cipher: SecretCipher, row: Any, factor_id: str) -> Redacted:
    """Return the decrypted shared secret of a factor or an enrolment."""
    return cipher.decrypt(row.sealed_secret, row.key_id, RowBinding(row.account_id, factor_id))


def encrypted(cipher: SecretCipher, account: OtpAccount, account_id: str, factor_id: str) -> dict[str, Any]:
    """Return the columns that store `account`, encrypted for the row `factor_id`."""
    return {
        "sealed_secret": cipher.encrypt(account.secret, RowBinding(account_id, factor_id)),
        "key_id": cipher.key_id,
        "digits": account.digits,
        "period_seconds": account.period_seconds,
        "algorithm": account.algorithm,
    }
