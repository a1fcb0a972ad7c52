"""Store sessions. A session ends after 24 h, or after 1 h without use (NIST-2.2.3).

The limit of an hour is exact to the minute. Changes to an account need a fresh session (ASVS-7.5.1).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from mfa_lab.errors import Reason
from mfa_lab.policy import Policy
from mfa_lab.redaction import Redacted
from mfa_lab.server.audit import Event, record
from mfa_lab.server.decision import Decision, refused
from mfa_lab.server.factors.passkey import passkeys
from mfa_lab.server.records import Session, Subject, is_phishing_resistant, login_methods, token_hash
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.housekeeping import sweep
from mfa_lab.server.storage.schema import accounts
from mfa_lab.server.storage.schema import sessions as table

_ADD = insert(table).execution_options(later=True)
_READ = (
    select(
        table.c.account_id,
        table.c.created_at,
        table.c.seen_at,
        table.c.ended,
        table.c.methods,
        accounts.c.name,
        accounts.c.codes_issue,
        accounts.c.codes_kept_at,
        accounts.c.normal_name,
        accounts.c.issuer,
        accounts.c.external_id,
    )
    .join_from(table, accounts, table.c.account_id == accounts.c.id)
    .where(table.c.token_hash == bindparam("token"))
)
_SEEN_SECONDS = 60
_SEEN = (
    update(table)
    .where(table.c.token_hash == bindparam("token"), table.c.seen_at < bindparam("now"))
    .values(seen_at=bindparam("now"))
    .execution_options(later=True)
)
_END = update(table).where(table.c.token_hash == bindparam("token")).values(ended="logged out")
_END_ALL = (
    update(table)
    .where(
        table.c.account_id == bindparam("account"), table.c.token_hash != bindparam("but"), table.c.ended.is_(None)
    )
    .values(ended="superseded")
    .execution_options(later=True)
)


def add(connection: Connection, services: Services, row: Any, now: int, second: tuple[str, ...]) -> Session:
    """Complete the pending login in `row`: return a session with a new token (ASVS-7.2.4).

    `second` are the methods of the second step, as `amr` values.
    """
    methods = login_methods(row.methods, second)
    session = _session(services, services.new_token(), row, now, methods)
    values = {
        "token_hash": token_hash(session.token),
        "created_at": now,
        "seen_at": now,
        "methods": " ".join(methods),
    }
    connection.execute(_ADD, values | {"account_id": row.account_id})
    return session


def _session(services: Services, token: Redacted, row: Any, created_at: int, methods: tuple[str, ...]) -> Session:
    return Session(
        token,
        row.name,
        created_at,
        created_at + services.policy.session_seconds,
        _not_acknowledged(row),
        methods,
        row.account_id,
        None if row.issuer is None else Subject(row.issuer, row.external_id),
    )


def live(connection: Connection, services: Services, token: str, now: int, *, fresh: bool = False) -> Any | Decision:
    """Return the row of a session that grants access, or a rejection with the reason.

    With `fresh`, the session must also be good enough to change factors: recent, and begun with a passkey if the
    account has a passkey. Otherwise an attacker with a phished code could enrol their own passkey and revoke the
    owner's passkey.
    """
    row = connection.execute(_READ, {"token": token}).first()
    if row is None or row.ended is not None:
        return refused(Reason.UNKNOWN_SESSION, row.account_id if row else None)
    if is_over(row, services.policy, now):
        return refused(Reason.STALE_SESSION, row.account_id)
    if fresh and now >= row.created_at + services.policy.fresh_session_seconds:
        return refused(Reason.STALE_SESSION, row.account_id)
    if fresh and needs_passkey(connection, services, row):
        return refused(Reason.NOT_PHISHING_RESISTANT, row.account_id)
    return row


def is_over(row: Any, policy: Policy, now: int) -> bool:
    """Return whether the session in `row` is too old, or has been unused for too long."""
    return bool(now >= row.created_at + policy.session_seconds or now >= row.seen_at + policy.session_idle_seconds)


def needs_passkey(connection: Connection, services: Services, row: Any) -> bool:
    """Return whether the session in `row` is too weak to change factors.

    It is too weak if the account has a passkey and no passkey began the session.
    """
    phishable = services.policy.passkeys > 0 and not is_phishing_resistant(row.methods.split())
    return phishable and passkeys.has_passkey(connection, row.account_id)


def check(services: Services, session: Session, now: int) -> Session | Decision:
    """Return the session if it still grants access. Otherwise return the rejection.

    The use of the session is recorded at most once a minute, so most calls only read. With a short idle limit, it is
    recorded more often.
    """
    token = token_hash(session.token)
    with services.store.reading() as connection:
        row = live(connection, services, token, now)
    if isinstance(row, Decision):
        return row
    if now - row.seen_at >= min(_SEEN_SECONDS, services.policy.session_idle_seconds // 10):
        with services.store.transaction(
            locks.NOTHING, flush=False
        ) as connection:  # if lost, the session ends earlier
            connection.execute(_SEEN, {"token": token, "now": now})
    return _session(services, session.token, row, row.created_at, tuple(row.methods.split()))


def _not_acknowledged(account: Any) -> str:
    """Return the id of the newest recovery codes if the owner has not acknowledged these codes yet, otherwise ''."""
    issue: str = account.codes_issue
    return issue if account.codes_kept_at is None else ""


def end(services: Services, session: Session, now: int) -> None:
    """End the session. If the session has already ended, nothing happens."""
    token = token_hash(session.token)
    with services.store.transaction(locks.session(token)) as connection:
        row = connection.execute(_READ, {"token": token}).first()
        if row is not None and row.ended is None:
            end_one(connection, token)
            record(connection, now, Event.LOGGED_OUT, row.account_id)
        sweep(connection, now)


def end_one(connection: Connection, token: str) -> None:
    """End the session whose token has this hash."""
    connection.execute(_END, {"token": token})


def end_all(connection: Connection, account_id: str, *, but: str | None = None) -> None:
    """End every session of an account when its factor or password changes.

    The session that makes the change stays valid; `but` is the hash of its token.
    """
    connection.execute(_END_ALL, {"account": account_id, "but": but or ""})
