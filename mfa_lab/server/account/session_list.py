"""List an account's sessions and end them, for their owner (ASVS-7.5.2) and for administrators (ASVS-7.4.5).

A live session is enough to see the list. To end a session, the owner needs a fresh session, as for every change to
the account. Otherwise a thief with a stolen session could end the owner's sessions again and again.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.server.audit import Actor, Event, notify_sparingly, operator, record
from mfa_lab.server.decision import Decision, refused
from mfa_lab.server.login import sessions
from mfa_lab.server.records import OpenSession, Session, token_hash
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.schema import accounts
from mfa_lab.server.storage.schema import sessions as table

_LIVE = (
    select(table.c.token_hash, table.c.created_at, table.c.seen_at, table.c.methods)
    .where(table.c.account_id == bindparam("account"), table.c.ended.is_(None))
    .order_by(table.c.created_at, table.c.token_hash)
)
_ACCOUNT = select(accounts.c.id).where(accounts.c.id == bindparam("account"))
_COUNT_LIVE = (
    select(func.count())
    .select_from(table)
    .where(table.c.ended.is_(None), table.c.created_at > bindparam("began"), table.c.seen_at > bindparam("seen"))
)
_END_EVERY = update(table).where(table.c.ended.is_(None)).values(ended="superseded")
_ID_PREFIX = "mfa-lab session id "
_ID_DIGITS = 32


def public_id(hash_of_token: str) -> str:
    """Return a session's id for lists. The id reveals neither the token nor the stored hash of the token."""
    return hashlib.sha256(f"{_ID_PREFIX}{hash_of_token}".encode()).hexdigest()[:_ID_DIGITS]


def of_owner(services: Services, session: Session, now: int) -> tuple[OpenSession, ...] | Decision:
    """Return the sessions of the account that `session` belongs to, the oldest first."""
    token = token_hash(session.token)
    with services.store.reading() as connection:
        row = sessions.live(connection, services, token, now)
        return row if isinstance(row, Decision) else _listed(connection, services, row.account_id, now, token)


def end(services: Services, session: Session, session_id: str, now: int) -> Decision | None:
    """End one session of the same account. An id of another account's session is rejected like an unknown id."""
    token = token_hash(session.token)
    with services.store.transaction(locks.session(token)) as connection:
        row = sessions.live(connection, services, token, now, fresh=True)
        if isinstance(row, Decision):
            decision = row
        elif _end_one(connection, services, row.account_id, session_id, now):
            _note(connection, now, Event.SESSION_ENDED, row.account_id, Actor.OWNER)
            return None
        else:
            decision = refused(Reason.UNKNOWN_SESSION, row.account_id)
        record(connection, now, Event.SESSION_END_REFUSED, decision.account_id, decision.reason)
        return decision


def end_others(services: Services, session: Session, now: int) -> int | Decision:
    """End every other session of the account, and return how many sessions ended."""
    token = token_hash(session.token)
    with services.store.transaction(locks.session(token)) as connection:
        row = sessions.live(connection, services, token, now, fresh=True)
        if isinstance(row, Decision):
            record(connection, now, Event.SESSION_END_REFUSED, row.account_id, row.reason)
            return row
        return _end_all(connection, services, row.account_id, now, Actor.OWNER, but=token)


def of_account(services: Services, subject: str, now: int) -> tuple[OpenSession, ...]:
    """Return an account's sessions to an administrator, the oldest first.

    Raises `InvalidInput` without an account.
    """
    with services.store.reading() as connection:
        known = connection.execute(_ACCOUNT, {"account": subject}).first() is not None
        found = _listed(connection, services, subject, now)
    if not known:
        raise InvalidInput(_NOBODY)
    return found


def end_of_account(services: Services, subject: str, session_id: str, now: int, by: str) -> None:
    """End one session of an account for an administrator.

    Raises `InvalidInput` if the account has no such session.
    """
    with services.store.transaction(locks.account(subject)) as connection:
        ended = _end_one(connection, services, subject, session_id, now)
        if ended:
            _note(connection, now, Event.SESSION_ENDED, subject, operator(by), by)
    if not ended:
        raise InvalidInput("this account has no such session: it may have ended already")


def end_all_of_account(services: Services, subject: str, now: int, by: str) -> int:
    """End every session of an account for an administrator, and return how many sessions ended.

    Raises `InvalidInput` without an account.
    """
    with services.store.transaction(locks.account(subject)) as connection:
        known = connection.execute(_ACCOUNT, {"account": subject}).first() is not None
        ended = _end_all(connection, services, subject, now, operator(by), by)
    if not known:
        raise InvalidInput(_NOBODY)
    return ended


def end_every(services: Services, now: int, by: str) -> int:
    """End the sessions of all accounts for an administrator, and return how many live sessions these were.

    The transaction takes the lock of the whole database, so no other request uses a session meanwhile.
    """
    policy = services.policy
    live = {"began": now - policy.session_seconds, "seen": now - policy.session_idle_seconds}
    with services.store.transaction() as connection:
        ended: int = connection.execute(_COUNT_LIVE, live).scalar_one()
        connection.execute(_END_EVERY)
        record(connection, now, Event.EVERY_SESSION_ENDED, None, actor=operator(by), actor_id=by)
    return ended


_NOBODY = "no account has this subject: list the accounts, and copy the subject of one of them"


def _live(connection: Connection, services: Services, account_id: str, now: int) -> list[Any]:
    rows = connection.execute(_LIVE, {"account": account_id})
    return [row for row in rows if not sessions.is_over(row, services.policy, now)]


def _listed(
    connection: Connection, services: Services, account_id: str, now: int, current: str = ""
) -> tuple[OpenSession, ...]:
    return tuple(
        OpenSession(
            public_id(row.token_hash),
            row.created_at,
            row.seen_at,
            tuple(row.methods.split()),
            current=row.token_hash == current,
        )
        for row in _live(connection, services, account_id, now)
    )


def _end_one(connection: Connection, services: Services, account_id: str, session_id: str, now: int) -> bool:
    """End the account's session with this id, and return whether there was one."""
    rows = _live(connection, services, account_id, now)
    found = next((row.token_hash for row in rows if public_id(row.token_hash) == session_id), None)
    if found is not None:
        sessions.end_one(connection, found)
    return found is not None


def _end_all(
    connection: Connection,
    services: Services,
    account_id: str,
    now: int,
    actor: Actor,
    actor_id: str = "",
    *,
    but: str | None = None,
) -> int:
    ended = sum(1 for row in _live(connection, services, account_id, now) if row.token_hash != but)
    if ended:
        sessions.end_all(connection, account_id, but=but)
        _note(connection, now, Event.SESSIONS_ENDED, account_id, actor, actor_id)
    return ended


def _note(connection: Connection, now: int, event: Event, account_id: str, actor: Actor, actor_id: str = "") -> None:
    record(connection, now, event, account_id, actor=actor, actor_id=actor_id)
    notify_sparingly(connection, now, event, account_id)
