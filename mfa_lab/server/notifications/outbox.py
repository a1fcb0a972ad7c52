"""Send the security notifications in the database: claim each notification, send it, and mark it as sent.

Notifications are sent outside any transaction. If a worker is killed between the claim and the mark, the claim
expires. A notification may therefore be sent twice, but is never lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, func, select, update

from mfa_lab.server.records import Notification
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.schema import accounts, notifications
from mfa_lab.server.storage.store import Store

if TYPE_CHECKING:
    from mfa_lab.server.notifications.notifier import Notifier

_LOG = logging.getLogger(__name__)
_CLAIM_SECONDS = 300
_AT_ONCE = 50
_EACH_AT_ONCE = 5
_GIVE_UP_SECONDS = 7 * 24 * 3600
"""The server stops trying to send a notification after a week. The owner still sees the notification after a
login."""
_UNSENT = (
    select(
        notifications.c.id,
        func.row_number().over(partition_by=notifications.c.account_id, order_by=notifications.c.id).label("place"),
    )
    .where(
        notifications.c.sent_at.is_(None),
        notifications.c.claimed_until <= bindparam("now"),
        notifications.c.at > bindparam("since"),
    )
    .subquery()
)
# First the oldest notification of each owner, then the second of each owner. A flood of notifications for one account
# therefore delays no other account.
_WAITING = (
    select(notifications.c.id, notifications.c.at, notifications.c.event, notifications.c.account_id, accounts.c.name)
    .join_from(notifications, _UNSENT, notifications.c.id == _UNSENT.c.id)
    .join(accounts, notifications.c.account_id == accounts.c.id)
    .where(_UNSENT.c.place <= _EACH_AT_ONCE)
    .order_by(_UNSENT.c.place, notifications.c.id)
    .limit(_AT_ONCE)
)
_CLAIM = (
    update(notifications).where(notifications.c.id == bindparam("notice")).values(claimed_until=bindparam("until"))
)
_SENT = update(notifications).where(notifications.c.id == bindparam("notice")).values(sent_at=bindparam("now"))


Links = Callable[[str, str, str, int], str | None]
"""Return the link for a notification, given its event, account id, account name and time. The result None means that
the notification may have no link any more, and that nothing is sent.
"""


def send(store: Store, notifier: Notifier, now: int, link_of: Links) -> int:
    """Send up to fifty waiting notifications, and return how many `notifier` sent. `now` is in Unix seconds.

    In one call, each account gets at most five notifications, the oldest first. `link_of` makes a link at the moment
    when its message is sent.
    """
    with store.transaction(locks.OUTBOX) as connection:
        waiting = list(connection.execute(_WAITING, {"now": now, "since": now - _GIVE_UP_SECONDS}))
        _each(connection, _CLAIM, [{"notice": row.id, "until": now + _CLAIM_SECONDS} for row in waiting])
    sent: list[int] = []
    too_late: list[int] = []
    try:
        for row in waiting:
            link = link_of(row.event, row.account_id, row.name, row.at)
            if link is None:
                too_late.append(row.id)
            elif _sends(notifier, row.name, Notification(row.at, row.event, link)):
                sent.append(row.id)
    finally:  # mark the sent notifications, even if an error stops the loop
        with store.transaction(locks.OUTBOX) as connection:  # if the claim has expired, others claim the same rows
            _each(connection, _SENT, [{"notice": identity, "now": now} for identity in sent + too_late])
    failed = len(waiting) - len(sent) - len(too_late)
    if failed:
        _LOG.warning("%d of %d notifications could not be sent, and will be tried again", failed, len(waiting))
    return len(sent)


def _sends(notifier: Notifier, name: str, notification: Notification) -> bool:
    """Send one notification, and return whether it was sent.

    An error in the notifier must not stop later notifications.
    """
    try:
        return notifier.send(name, notification)
    except Exception:  # noqa: BLE001 (whatever a notifier raises)
        _LOG.exception("a notification could not be sent, and will be tried again")
        return False


def _each(connection: Connection, statement: object, values: list[dict[str, int]]) -> None:
    if values:
        connection.execute(statement, values)  # type: ignore[call-overload]
