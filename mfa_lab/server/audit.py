"""Write the append-only audit log for the operator, and security notifications for the account's owner."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection, bindparam, func, insert, select

from mfa_lab.errors import Reason
from mfa_lab.server.records import AuditLine, Notification
from mfa_lab.server.storage.schema import audit, notifications
from mfa_lab.server.storage.store import Store


class Event(StrEnum):
    """The events that the audit log and the security notifications record (ASVS-16.3.1)."""

    REGISTERED = "registered"
    REGISTRATION_REFUSED = "registration refused"
    PASSWORD_ACCEPTED = "password accepted"  # noqa: S105
    PASSWORD_REFUSED = "password refused"  # noqa: S105
    FIRST_FACTOR_ACCEPTED = "first factor accepted"
    FIRST_FACTOR_REFUSED = "first factor refused"
    CODE_REFUSED = "code refused"
    PASSKEY_REFUSED = "passkey refused"
    LOGGED_IN = "logged in"
    LOGGED_OUT = "logged out"
    SESSION_ENDED = "session ended"
    SESSIONS_ENDED = "sessions ended"
    EVERY_SESSION_ENDED = "every session ended"
    SESSION_END_REFUSED = "session end refused"
    ENROLMENT_STARTED = "enrolment started"
    ENROLMENT_REFUSED = "enrolment refused"
    FACTOR_BOUND = "factor bound"
    FACTOR_ADOPTED = "factor taken over"
    FACTOR_DISABLED = "factor disabled"
    RECOVERY_REFUSED = "recovery refused"
    RECOVERED = "recovered"
    CODES_ISSUED = "recovery codes issued"
    CODES_REFUSED = "recovery codes refused"
    CODES_ACKNOWLEDGED = "recovery codes acknowledged"
    FACTOR_REVOKED = "factor revoked"
    REVOCATION_REFUSED = "revocation refused"
    PASSWORD_CHANGED = "password changed"  # noqa: S105
    PASSWORD_CHANGE_REFUSED = "password change refused"  # noqa: S105
    PASSWORD_RESET_REQUESTED = "password reset requested"  # noqa: S105
    PASSWORD_RESET_ISSUED = "password reset issued"  # noqa: S105
    PASSWORD_RESET = "password reset"  # noqa: S105
    PASSWORD_RESET_REFUSED = "password reset refused"  # noqa: S105
    ACCOUNT_DISABLED = "account disabled"
    ACCOUNT_ENABLED = "account enabled"
    ACCOUNT_RENAMED = "account renamed"
    ACCOUNT_DELETED = "account deleted"
    PASSWORD_SET = "password set by an administrator"  # noqa: S105
    RESET_CODE_ISSUED = "reset code issued"
    REBOUND = "rebound by an administrator"
    RESYNCHRONISED = "resynchronised"
    RESYNC_REFUSED = "resynchronisation refused"
    CLOCK_SET_BACK = "clock set back"
    CLOCK_TRUSTED = "clock trusted by operator"


class Actor(StrEnum):
    """Who acted. An administrator's line also has the id of the administrator's account.

    The owner is anyone who has shown the account's password, one of its factors, or a token that the server issued
    after one of these. A rejected attempt has no known actor, because it has proved nothing.
    """

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    PROGRAM = "program"
    UNKNOWN = ""


_REJECTED = frozenset(event for event in Event if event.endswith(" refused"))
_SHOWN_NOTIFICATIONS = 200
_SPARING_SECONDS = 3600
_MADE_UP = {Reason.UNKNOWN_PENDING, Reason.UNKNOWN_SESSION, Reason.UNKNOWN_RESET}
_ADD_LINE = insert(audit).inline().execution_options(later=True)
_ADD_NOTIFICATION = insert(notifications).inline().execution_options(later=True)
_PAGE_LINES = 5000
_LINES = select(
    audit.c.at, audit.c.event, audit.c.account_id, audit.c.reason, audit.c.id, audit.c.actor, audit.c.actor_id
)
_PAGE = _LINES.where(audit.c.id > bindparam("after")).order_by(audit.c.id).limit(bindparam("count"))
_NEWEST = _LINES.order_by(audit.c.id.desc()).limit(bindparam("count"))
_COUNT = select(func.count()).select_from(audit)
_LATEST = select(audit.c.at).order_by(audit.c.id.desc()).limit(1)
_NOTIFICATIONS = (
    select(notifications.c.at, notifications.c.event)
    .where(notifications.c.account_id == bindparam("account_id"))
    .order_by(notifications.c.id.desc())
    .limit(_SHOWN_NOTIFICATIONS)
)

_RECENT = (
    select(notifications.c.id)
    .where(
        notifications.c.account_id == bindparam("account_id"),
        notifications.c.event == bindparam("event"),
        notifications.c.at > bindparam("since"),
    )
    .limit(1)
)


def operator(by: str) -> Actor:
    """Return who makes an operator's call: the administrator whose account has the id `by`, or else the program."""
    return Actor.ADMINISTRATOR if by else Actor.PROGRAM


def record(
    connection: Connection,
    now: int,
    event: Event,
    account_id: str | None,
    reason: Reason | str | None = None,
    *,
    actor: Actor | None = None,
    actor_id: str | None = None,
) -> None:
    """Append one line. It contains no text that a person typed. `now` is in Unix seconds.

    Without an `actor`, the owner acted. If the event is a rejected attempt, nobody knows who acted. `actor_id` is the
    id of an administrator's account. An empty text is stored as no id.

    If a request has a token that the server never issued, no line is written. Anyone can send such tokens, and the
    lines would fill the disk.
    """
    if account_id is None and reason in _MADE_UP:
        return
    if actor is None:
        actor = Actor.UNKNOWN if event in _REJECTED else Actor.OWNER
    line = {"at": now, "event": event, "account_id": account_id, "reason": reason}
    connection.execute(_ADD_LINE, line | {"actor": actor, "actor_id": actor_id or None})


def notify(connection: Connection, now: int, event: Event, account_id: str) -> None:
    """Store a security notification for the owner, who sees it at the next login. `now` is in Unix seconds."""
    connection.execute(_ADD_NOTIFICATION, {"at": now, "event": event, "account_id": account_id})


def notify_sparingly(connection: Connection, now: int, event: Event, account_id: str) -> None:
    """Store a notification unless the owner got a notification of the same event in the last hour.

    Without this limit, someone who knows the password could send the owner any number of notifications.
    """
    values = {"account_id": account_id, "event": event, "since": now - _SPARING_SECONDS}
    if connection.execute(_RECENT, values).first() is None:
        notify(connection, now, event, account_id)


def lines(store: Store) -> tuple[AuditLine, ...]:
    """Return all lines of the log, the oldest first. The log is read in pages, so that no request waits for long."""
    found: list[AuditLine] = []
    while True:
        lines = page(store, found[-1].id if found else 0, _PAGE_LINES)
        found += lines
        if len(lines) < _PAGE_LINES:
            return tuple(found)


def page(store: Store, after: int, count: int) -> tuple[AuditLine, ...]:
    """Return up to `count` lines whose ids are above `after`, the oldest first. No line is missing among them.

    PostgreSQL gives out an id before the line is committed. If an id is missing, its line may still come. The page is
    then read again, after every transaction that writes has ended.
    """
    with store.reading() as connection:
        found = _page(connection, after, count)
    if found and found[-1].id != after + len(found):
        with store.transaction() as connection:
            found = _page(connection, after, count)
    return found


def _page(connection: Connection, after: int, count: int) -> tuple[AuditLine, ...]:
    return tuple(AuditLine(*row) for row in connection.execute(_PAGE, {"after": after, "count": count}))


def newest(connection: Connection, count: int) -> tuple[tuple[AuditLine, ...], int]:
    """Return the newest `count` lines, the newest first, and the number of all lines."""
    rows = connection.execute(_NEWEST, {"count": count})
    return tuple(AuditLine(*row) for row in rows), int(connection.execute(_COUNT).scalar() or 0)


def latest(connection: Connection) -> int:
    """Return the time of the newest line in Unix seconds, or 0 if the log is empty."""
    return int(connection.execute(_LATEST).scalar() or 0)


def notifications_of(connection: Connection, account_id: str) -> tuple[Notification, ...]:
    """Return the owner's newest 200 security notifications, oldest first.

    Because of the limit, a flood of notifications cannot delay every other request.
    """
    newest = [Notification(*row) for row in connection.execute(_NOTIFICATIONS, {"account_id": account_id})]
    return tuple(newest[::-1])
