"""Delete rows, a limited number at a time. A row is deleted only after its expiry, never to make room.

No reader depends on this deletion, because readers ignore an expired row. Rows are deleted after a rejected password,
in the same way for known and unknown names. They are also deleted when a user logs out, and when a login begins for
an external subject. A successful login with a password therefore takes no additional time. The deletion needs no
lock: it skips the rows that another transaction is changing, and runs last in its transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection, Delete, Table, bindparam, delete, select

from mfa_lab.server.storage.schema import enrolments, password_resets, pendings, sessions, throttles

KEEP_SECONDS = 24 * 3600
"""A pending login, enrolment, session or password reset stays in the database for a day after its expiry or last use.
During this day, the instructor's view can say why the step ended, instead of "unknown"."""
_AT_ONCE = 100


def _sweep_of(table: Table, key: str, until: str) -> Delete:
    old = table.c[until] <= bindparam("before")
    free = select(table.c[key]).where(old).limit(_AT_ONCE).with_for_update(skip_locked=True)
    return delete(table).where(table.c[key].in_(free), old).execution_options(later=True)


_EXPIRED = _sweep_of(throttles, "key", "expires_at")
_OVER = (
    _sweep_of(pendings, "token_hash", "expires_at"),
    _sweep_of(enrolments, "token_hash", "expires_at"),
    _sweep_of(sessions, "token_hash", "seen_at"),
    _sweep_of(password_resets, "token_hash", "expires_at"),
)


def sweep(connection: Connection, now: int) -> None:
    """Delete up to a hundred old rows in each table. `now` is in Unix seconds."""
    connection.execute(_EXPIRED, {"before": now})
    for statement in _OVER:
        connection.execute(statement, {"before": now - KEEP_SECONDS})
