"""Change a password. The user needs the old password and a fresh session. Every other session ends (ASVS-7.5.1).

An account that `begin_for` made has no password on this server, so the change is rejected.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from mfa_lab.errors import Reason
from mfa_lab.redaction import Redacted
from mfa_lab.server.audit import Event, notify, record
from mfa_lab.server.decision import Decision, refused, throttled
from mfa_lab.server.login import pending_logins, sessions, throttle
from mfa_lab.server.passwords.hashing import checked_password
from mfa_lab.server.records import Session, token_hash
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.schema import accounts

_STORED = select(accounts.c.password_hash).where(accounts.c.id == bindparam("account"))
_CHANGE = (
    update(accounts)
    .where(accounts.c.id == bindparam("account"), accounts.c.password_hash == bindparam("old"))
    .values(password_hash=bindparam("new"))
)


def change(services: Services, session: Session, typed: Redacted | None, new: Redacted, now: int) -> Decision | None:
    """Verify the old password as a login does, and set the new password.

    The attempt is counted before the old password is verified; a correct old password then clears the count. Raises
    `PasswordRefused` if the new password is not allowed.
    """
    token = token_hash(session.token)
    with services.store.transaction(locks.session(token)) as connection:
        row = _live(connection, services, token, now)
    if isinstance(row, Decision):
        return row
    fresh_hash = services.hasher.hash(checked_password(new, row.name, services.policy, services.refused_words))
    key = services.throttle_key(Redacted(row.normal_name))
    named = locks.names(key)
    with services.store.transaction(*named, flush=False) as connection:
        wait, failures = throttle.reserve(connection, key, now, services.policy)
        stored: str = connection.execute(_STORED, {"account": row.account_id}).scalar_one()
    right = services.hasher.verify(None if wait else stored, typed)
    with services.store.transaction(*named, locks.session(token)) as connection:
        again = _live(connection, services, token, now)
        if isinstance(again, Decision):
            return again
        if right:
            throttle.clear(connection, key)
            values = {"account": row.account_id, "old": stored, "new": fresh_hash}
            if connection.execute(_CHANGE, values).rowcount == 1:
                pending_logins.supersede(connection, row.account_id)
                sessions.end_all(connection, row.account_id, but=token)
                record(connection, now, Event.PASSWORD_CHANGED, row.account_id)
                notify(connection, now, Event.PASSWORD_CHANGED, row.account_id)
                return None
        decision = (
            throttled(wait, failures, row.account_id)
            if wait
            else refused(Reason.WRONG_PASSWORD, row.account_id, failures=failures)
        )
        record(connection, now, Event.PASSWORD_CHANGE_REFUSED, row.account_id, decision.reason)
        return decision


def _live(connection: Connection, services: Services, token: str, now: int) -> Any | Decision:
    row = sessions.live(connection, services, token, now, fresh=True)
    if not isinstance(row, Decision) and row.issuer is not None:
        row = refused(Reason.NOT_PERMITTED, row.account_id)
    if isinstance(row, Decision):
        record(connection, now, Event.PASSWORD_CHANGE_REFUSED, row.account_id, row.reason)
    return row
