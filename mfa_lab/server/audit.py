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
    RESET_CODE_ISSUED = "reset code issued"
    REBOUND = "rebound by an administrator"
    RESYNCHRONISED = "resynchronised"
    RESYNC_REFUSED = "resynchronisation refused"
    CLOCK_SET_BACK = "clock set back"
    CLOCK_TRUSTED = "clock trusted by operator"


_SHOWN_NOTIFICATIONS = 200
_SPARING_SECONDS = 3600
_MADE_UP = {Reason.UNKNOWN_PENDING, Reason.UNKNOWN_SESSION}
_ADD_LINE = insert(audit).inline().execution_options(later=True)
_ADD_NOTIFICATION = insert(notifications).inline().execution_options(later=True)
_PAGE_LINES = 5000
_PAGE = (
    select(audit.c.id, audit.c.at, audit.c.event, audit.c.account_id, audit.c.reason)
    .where(audit.c.id > bindparam("after"))
    .order_by(audit.c.id)
    .limit(_PAGE_LINES)
)
_NEWEST = select(audit.c.at, audit.c.event, audit.c.account_id, audit.c.reason).order_by(audit.c.id.desc())
_NEWEST = _NEWEST.limit(bindparam("count"))
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


def record(
    connection: Connection, now: int, event: Event, account_id: str | None, reason: Reason | str | None = None
) -> None:
    """Append one line. It contains no text that a person typed. `now` is in Unix seconds.

    If a request has a token that the server never issued, no line is written. Anyone can send such tokens, and the
    lines would fill the disk.
    """
    if account_id is None and reason in _MADE_UP:
        return
    connection.execute(_ADD_LINE, {"at": now, "event": event, "account_id": account_id, "reason": reason})


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
    last = 0
    while True:
        with store.reading() as connection:
            page = connection.execute(_PAGE, {"after": last}).all()
        found += (AuditLine(*row[1:]) for row in page)
        if len(page) < _PAGE_LINES:
            return tuple(found)
        last = page[-1].id


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
