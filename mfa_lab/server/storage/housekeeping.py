"""Rows that mean nothing any more leave the database: by expiry alone, some at a time, never to make room.

Reading never counts on it: an expired row is already passed over. Refused passwords do the sweeping, alike for known
and unknown names, and logging out; so a login in good order pays nothing for it.
"""

from __future__ import annotations

from sqlalchemy import Connection, Delete, Table, bindparam, delete, select

from mfa_lab.server.storage.schema import enrolments, pendings, sessions, throttles

KEEP_SECONDS = 24 * 3600
"""A step that is over stays a day, so that the instructor's view says "spent" or "expired", and not "unknown"."""
_AT_ONCE = 100


def _sweep_of(table: Table, key: str, until: str) -> Delete:
    old = select(table.c[key]).where(table.c[until] <= bindparam("before")).limit(_AT_ONCE)
    return delete(table).where(table.c[key].in_(old))


_EXPIRED = _sweep_of(throttles, "key", "expires_at")
_OVER = (
    _sweep_of(pendings, "token_hash", "expires_at"),
    _sweep_of(enrolments, "token_hash", "expires_at"),
    _sweep_of(sessions, "token_hash", "seen_at"),
)


def sweep(connection: Connection, now: int) -> None:
    """Take up to a hundred rows of each kind along that ended long enough ago. `now` is Unix seconds."""
    connection.execute(_EXPIRED, {"before": now})
    for statement in _OVER:
        connection.execute(statement, {"before": now - KEEP_SECONDS})
