"""Throttle attempts after failures: the wait doubles from 30 s to an hour (NIST-3.2.2).

This module only makes users wait. It never disables a factor. The count of wrong passwords is stored under a keyed
hash of the name, in the same way for known and unknown names. The count is deleted only when it expires, after a
correct password, or when a new password is set. Codes and recovery codes come after a correct password, so the counts
of wrong codes are in the account's row.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select

from mfa_lab.policy import Policy
from mfa_lab.server.storage.schema import throttles

FORGET_AFTER_SECONDS = 24 * 3600
"""After this time, a count expires. The time is the same for every name and starts at the end of the wait, so an
attacker gains no free guesses by waiting."""

_READ = select(throttles.c.failures, throttles.c.wait_until, throttles.c.expires_at).where(
    throttles.c.key == bindparam("for_key")
)
# This one SQL statement runs in every case, and always writes. SQLite does not write a row if an UPDATE does not
# change it, and a faster commit would reveal that somebody must wait.
_REPLACE = insert(throttles).prefix_with("OR REPLACE").execution_options(later=True)
_CLEAR = delete(throttles).where(throttles.c.key == bindparam("for_key")).execution_options(later=True)


def wait_seconds(failures: int, policy: Policy) -> int:
    """Return how many seconds the user must wait before the next attempt, after this many consecutive failures.

    >>> [wait_seconds(n, Policy.STANDARD) for n in (1, 2, 3, 4, 5, 10, 99)]
    [0, 0, 30, 60, 120, 3600, 3600]
    """
    over = failures - policy.free_failures
    if over <= 0:
        return 0
    return min(policy.longest_wait_seconds, policy.first_wait_seconds << min(over - 1, 16))


def wait_until(failures: int, policy: Policy, now: int) -> int:
    """Return the time, in Unix seconds, from which the server checks the next attempt.

    The result 0 means that the server checks the next attempt immediately, even if the clock is set back.
    """
    wait = wait_seconds(failures, policy)
    return now + wait if wait else 0


def reserve(connection: Connection, key: str, now: int, policy: Policy) -> tuple[int, int]:
    """Count one attempt before it is verified. Returns the number of seconds to wait, and the number of failures.

    An attempt during a wait is not counted. If the server crashes after this call, the attempt is still counted, so
    an attacker gains no free guess.
    """
    row = connection.execute(_READ, {"for_key": key}).first()
    failures, until, expires = (row.failures, row.wait_until, row.expires_at) if row else (0, 0, 0)
    if expires <= now:
        failures, until = 0, 0
    wait = max(0, until - now)
    if not wait:
        failures += 1
        until = wait_until(failures, policy, now)
        expires = max(now, until) + FORGET_AFTER_SECONDS
    values = {"key": key, "failures": failures, "wait_until": until, "expires_at": expires}
    connection.execute(_REPLACE if connection.dialect.name == "sqlite" else _upsert(), values)
    return wait, failures


@cache
def _upsert() -> Executable:
    """Return PostgreSQL's form of `OR REPLACE`.

    Only this function imports the PostgreSQL dialect, because this import would be a tenth of a server's imports.
    """
    from sqlalchemy.dialects import postgresql

    statement = postgresql.insert(throttles).execution_options(later=True)
    changed = {name: statement.excluded[name] for name in ("failures", "wait_until", "expires_at")}
    return statement.on_conflict_do_update(index_elements=["key"], set_=changed)


def clear(connection: Connection, key: str) -> None:
    """Delete the count of failures after a correct password."""
    connection.execute(_CLEAR, {"for_key": key})
