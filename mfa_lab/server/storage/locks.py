"""Define what a transaction locks in PostgreSQL. In SQLite, every transaction locks the whole file.

Every transaction that writes shares the lock of the database, which only a worker that creates or migrates the tables
takes for itself. A transaction takes its other locks in this order, so that no two transactions wait for each other:

1. `names`: the typed name, or an external subject. It protects the count of wrong passwords, and the names and
   subjects of accounts.
2. `account`, `pending`, `enrolment`, `session`, `password_reset` or `issue`: the account. It protects every row that
   belongs to the account. The lock's number is a hash of the account's random id, which nobody outside the database
   knows.
3. `credential`: a passkey's id, which must be unique over all accounts.
4. `OUTBOX`: the unsent notifications. A worker that sends them needs no other lock.

`sweep` deletes other accounts' rows, so it runs last before a commit. A token's account is found before the lock is
granted, so a transaction reads every row only after the lock is granted.
"""

from __future__ import annotations

from typing import NamedTuple

DATABASE = 7_236_522
"""The number of the database's lock. It is arbitrary. If a worker is killed, PostgreSQL releases its locks."""
_KEYED = "SELECT pg_advisory_xact_lock(('x' || %s)::bit(64)::bigint)"
_HEX_DIGITS = 16
_ACCOUNT = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_OF_TOKEN = "SELECT pg_advisory_xact_lock(hashtextextended(account_id, 0)) FROM {} WHERE token_hash = %s"  # noqa: S105
_PENDING, _ENROLMENT, _SESSION, _RESET = (
    _OF_TOKEN.format(table) for table in ("pendings", "enrolments", "sessions", "password_resets")
)
_ISSUE = "SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM accounts WHERE codes_issue = %s"


class Lock(NamedTuple):
    """A lock that lasts until the end of the transaction: an SQL statement that takes it, and its parameter."""

    statement: str
    value: str


NOTHING = Lock("", "")
"""The lock of a transaction that is correct whatever other transactions do at the same time."""
OUTBOX = Lock(_ACCOUNT, "outbox")


def names(*keys: str) -> tuple[Lock, ...]:
    """Return the locks of names, sorted by lock number. `keys` are the keyed hashes of the names' spellings."""
    return tuple(Lock(_KEYED, number) for number in sorted({key[:_HEX_DIGITS] for key in keys}))


def credential(key: str) -> Lock:
    """Return the lock of a passkey's id, whose keyed hash is `key`.

    A name may be equal to the id, but needs another lock, because the two locks have different places in the order.
    """
    return Lock(_KEYED, key[-_HEX_DIGITS:])


def account(account_id: str) -> Lock:
    """Return the lock of the account with this id."""
    return Lock(_ACCOUNT, account_id)


def pending(token_hash: str) -> Lock:
    """Return the lock of the account that a pending login belongs to."""
    return Lock(_PENDING, token_hash)


def enrolment(token_hash: str) -> Lock:
    """Return the lock of the account that an enrolment belongs to."""
    return Lock(_ENROLMENT, token_hash)


def session(token_hash: str) -> Lock:
    """Return the lock of the account that a session belongs to."""
    return Lock(_SESSION, token_hash)


def password_reset(token_hash: str) -> Lock:
    """Return the lock of the account that a password reset belongs to."""
    return Lock(_RESET, token_hash)


def issue(issue_id: str) -> Lock:
    """Return the lock of the account whose newest recovery codes have this id."""
    return Lock(_ISSUE, issue_id)
