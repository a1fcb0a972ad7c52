"""Store passkeys: public key, counter, backup bits. `webauthn` checks their responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from mfa_lab.randomness import SYSTEM
from mfa_lab.server.factors.authenticators import State
from mfa_lab.server.records import Kind, token_from
from mfa_lab.server.storage.schema import accounts, factors, passkeys

if TYPE_CHECKING:  # every login asks whether there is a passkey, and few need the rest
    from mfa_lab.server.factors.passkey.webauthn import Accepted, Registration

_HANDLE_BYTES = 32
NO_OTP: dict[str, Any] = {"sealed_secret": b"", "key_id": "", "digits": 0, "period_seconds": 0, "algorithm": ""}
"""A passkey's values in the columns that only an authenticator app needs. A passkey has no shared secret."""

ACTIVE = exists().where(
    factors.c.account_id == bindparam("account"), factors.c.kind == Kind.PASSKEY, factors.c.state == State.ACTIVE
)
_ACTIVE = select(ACTIVE)
_OF_ACCOUNT = (
    select(passkeys.c.credential_id, passkeys.c.transports)
    .join_from(passkeys, factors, passkeys.c.factor_id == factors.c.id)
    .where(factors.c.account_id == bindparam("account"), factors.c.state == State.ACTIVE)
    .order_by(factors.c.created_at, factors.c.id)
)
_FIND = (
    select(
        passkeys.c.factor_id,
        passkeys.c.public_key,
        passkeys.c.sign_count,
        passkeys.c.backup_eligible,
        factors.c.account_id,
        accounts.c.user_handle,
    )
    .select_from(
        passkeys.join(factors, passkeys.c.factor_id == factors.c.id).join(
            accounts, factors.c.account_id == accounts.c.id
        )
    )
    .where(passkeys.c.credential_id == bindparam("credential"), factors.c.state == State.ACTIVE)
)
_ADD = insert(passkeys)
_USED = (
    update(passkeys)
    .where(passkeys.c.factor_id == bindparam("factor"))
    .values(sign_count=bindparam("count"), backed_up=bindparam("backed_up"), used_at=bindparam("now"))
)
_HANDLE = select(accounts.c.user_handle).where(accounts.c.id == bindparam("account"))
_SET_HANDLE = update(accounts).where(accounts.c.id == bindparam("account")).values(user_handle=bindparam("handle"))


def has_passkey(connection: Connection, account_id: str) -> bool:
    """Return whether the account has an active passkey."""
    return bool(connection.execute(_ACTIVE, {"account": account_id}).scalar())


def descriptors(connection: Connection, account_id: str) -> list[dict[str, Any]]:
    """Return the account's passkeys in the form that options need, the oldest first."""
    return [
        {"type": "public-key", "id": row.credential_id, "transports": row.transports.split()}
        for row in connection.execute(_OF_ACCOUNT, {"account": account_id})
    ]


def find(connection: Connection, credential_id: str) -> Any | None:
    """Return the active passkey with this credential id, with the user handle of its account.

    The passkey may belong to any account.
    """
    return connection.execute(_FIND, {"credential": credential_id}).first()


def add(connection: Connection, factor_id: str, made: Registration) -> None:
    """Store a new passkey beside its factor."""
    connection.execute(
        _ADD,
        {
            "factor_id": factor_id,
            "credential_id": made.credential_id,
            "public_key": made.public_key,
            "sign_count": made.sign_count,
            "backup_eligible": int(made.backup_eligible),
            "backed_up": int(made.backed_up),
            "transports": made.transports,
        },
    )


def used(connection: Connection, factor_id: str, accepted: Accepted, now: int) -> None:
    """Store the counter and the backup state of a login that was accepted. `now` is in Unix seconds."""
    connection.execute(
        _USED,
        {"factor": factor_id, "count": accepted.sign_count, "backed_up": int(accepted.backed_up), "now": now},
    )


def user_handle(connection: Connection, account_id: str) -> str:
    """Return the account's user handle, a random text that reveals nothing about the account.

    The user handle is made once for each account.
    """
    handle: str = connection.execute(_HANDLE, {"account": account_id}).scalar_one()
    if not handle:
        handle = token_from(SYSTEM.token_bytes(_HANDLE_BYTES)).reveal()
        connection.execute(_SET_HANDLE, {"account": account_id, "handle": handle})
    return handle
