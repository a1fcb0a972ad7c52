"""Store the data of authenticator apps: the secret, the last step and the drift. `authenticators` stores the rest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, exists, update

from mfa_lab.otp import Match
from mfa_lab.provisioning import OtpAccount
from mfa_lab.redaction import Redacted
from mfa_lab.server.factors.authenticators import State
from mfa_lab.server.records import Kind
from mfa_lab.server.storage.encryption import RowBinding, SecretCipher
from mfa_lab.server.storage.schema import factors

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
PRESENT = exists().where(
    factors.c.account_id == bindparam("account"), factors.c.kind == Kind.TOTP, factors.c.state != State.REPLACED
)
_DISABLE = (
    update(factors)
    .where(factors.c.account_id == bindparam("account"), factors.c.state == State.ACTIVE, factors.c.kind == Kind.TOTP)
    .values(state=State.DISABLED)
)


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


def disable(connection: Connection, account_id: str) -> None:
    """Disable the account's authenticator apps after too many wrong codes (NIST-3.2.2).

    Passkeys stay active, because nobody can guess a signature.
    """
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
