"""Set a new password with a single-use token, for an owner who has forgotten the old password.

Only the password changes. The next login still needs the second factor, so a reset bypasses nothing (ASVS-6.4.3).
A request from the public page writes the same rows for every name (ASVS-6.3.8). The outbox finds the accounts later
and makes the tokens, so no token waits in the database.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, literal, select, update

from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.redaction import Redacted, clears_variables
from mfa_lab.server.account.accounts import locked
from mfa_lab.server.audit import Actor, Event, notify, operator, record
from mfa_lab.server.decision import COMPLETED, Decision, refused
from mfa_lab.server.login import pending_logins, sessions, throttle
from mfa_lab.server.names import BEST_FIRST, IS_NAMED, spellings_of
from mfa_lab.server.passwords.hashing import checked_password
from mfa_lab.server.records import AccountState, PasswordReset, token_hash
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.housekeeping import sweep
from mfa_lab.server.storage.schema import accounts
from mfa_lab.server.storage.schema import password_resets as table

_REQUESTED = "requested"
"""The value of `ended` for a request that the outbox has not answered yet. Nobody has the token of such a row."""
_OWN_COUNT = "password reset\0"
"""The throttle counts requests under the name with this prefix, so that requests never delay a login. No name
contains a NUL character.
"""
_AT_ONCE = 2000
"""The number of requests for known names that the outbox answers at once."""
_PATH = "(?:/[A-Za-z0-9._~-]+)+"
_PAGE = re.compile(rf"(?:https://[a-z0-9.-]+|http://(?:127\.0\.0\.1|(?:[a-z0-9-]+\.)*localhost))(?::[0-9]+)?{_PATH}")

# Like the query of a login, this query returns one row whether or not the name is known.
_NAMED = (
    select(
        accounts.c.id,
        accounts.c.state,
        accounts.c.issuer,
        func.coalesce(accounts.c.normal_name, bindparam("normal")).label("name"),
    )
    .select_from(select(literal(1)).subquery().outerjoin(accounts, IS_NAMED))
    .order_by(BEST_FIRST)
    .limit(1)
    .execution_options(alone=True)
)
_ACCOUNT = select(accounts.c.state, accounts.c.issuer, accounts.c.name).where(accounts.c.id == bindparam("account"))
_ADD = insert(table).execution_options(later=True)
_ANY_WAITING = (
    select(table.c.token_hash).where(table.c.ended == _REQUESTED, table.c.expires_at > bindparam("now")).limit(1)
)
_WAITING = (
    select(table.c.token_hash, table.c.account_id, accounts.c.state, accounts.c.issuer)
    .join_from(table, accounts, table.c.account_id == accounts.c.id)
    .where(table.c.ended == _REQUESTED, table.c.expires_at > bindparam("now"))
    .order_by(table.c.expires_at)
    .limit(_AT_ONCE)
)
# All at once: otherwise a flood of requests for unknown names would delay the owners' requests until they expire.
_DROP_OF_NOBODY = (
    delete(table)
    .where(table.c.ended == _REQUESTED, ~exists().where(accounts.c.id == table.c.account_id))
    .execution_options(later=True)
)
_ANSWERED = delete(table).where(table.c.token_hash == bindparam("request")).execution_options(later=True)
_READ = (
    select(
        table.c.account_id,
        table.c.expires_at,
        table.c.ended,
        accounts.c.name,
        accounts.c.normal_name,
        accounts.c.state,
        accounts.c.issuer,
    )
    .join_from(table, accounts, table.c.account_id == accounts.c.id)
    .where(table.c.token_hash == bindparam("token"))
)
_COMPLETE = (
    update(table).where(table.c.token_hash == bindparam("token"), table.c.ended.is_(None)).values(ended=COMPLETED)
)
_SET_PASSWORD = update(accounts).where(accounts.c.id == bindparam("account")).values(password_hash=bindparam("new"))


def checked_page(url: str) -> str:
    """Return the address of the page for a new password, or '' if the server mails no links. Raises `InvalidInput`.

    The address comes from the configuration, because anyone can send a request with another `Host` header.
    """
    if url and not _PAGE.fullmatch(url):
        raise InvalidInput(
            "reset_page is the full address of the page, such as https://app.example.org/mfa/password-reset/new; "
            "plain http works only on this machine"
        )
    return url


@clears_variables
def request(services: Services, name: Redacted, now: int) -> None:
    """Record that somebody asked for a reset of this name. The work is the same for known and unknown names.

    `name` is in its exact spelling. The request gets a random account id if the name is unknown or must wait, or if
    the account has no password or is not active. The outbox then drops the request.
    """
    spelt = spellings_of(name.reveal())
    with services.store.transaction(*services.name_locks(spelt)) as connection:
        account = connection.execute(_NAMED, spelt._asdict()).one()
        key = services.throttle_key(Redacted(_OWN_COUNT + account.name))
        wait, _ = throttle.reserve(connection, key, now, services.policy)
        reason = Reason.THROTTLED if wait else _why_not(account)
        nobody = services.new_id()
        _store(connection, services, nobody if reason else account.id, now, ended=_REQUESTED)
        record(connection, now, Event.PASSWORD_RESET_REQUESTED, account.id, reason, actor=Actor.UNKNOWN)
        sweep(connection, now)


def announce(services: Services, now: int) -> None:
    """Turn the requests that wait into security notifications, which the outbox then sends with a link."""
    with services.store.reading() as connection:
        if connection.execute(_ANY_WAITING, {"now": now}).first() is None:
            return
    with services.store.transaction(locks.OUTBOX) as connection:
        rows = connection.execute(_WAITING, {"now": now}).all()
        connection.execute(_DROP_OF_NOBODY)
        for row in rows:
            connection.execute(_ANSWERED, {"request": row.token_hash})
        for account_id in {row.account_id for row in rows if _has_password(row)}:
            notify(connection, now, Event.PASSWORD_RESET_REQUESTED, account_id)


def link(services: Services, now: int, event: str, account_id: str, name: str, at: int) -> str | None:
    """Return the link that a notification of `event` must contain. For most events, the link is ''.

    The link of a reset contains a new token, which ends an earlier token. Return None if the notification is too old
    for a link, or if the account may no longer get a link. `name` is the name to which the notification goes. If
    the account has another name now, return None, too. A browser sends the part after the `#` to no server, so the
    token is in no log and in no Referer header.
    """
    if event != Event.PASSWORD_RESET_REQUESTED:
        return ""
    if not services.reset_page or at + services.policy.password_reset_seconds <= now:
        return None
    with services.store.transaction(locks.account(account_id)) as connection:
        account = connection.execute(_ACCOUNT, {"account": account_id}).one()
        if not _has_password(account) or account.name != name:
            return None
        pending_logins.end_resets(connection, account_id)
        reset = _store(connection, services, account_id, at)
        record(connection, now, Event.PASSWORD_RESET_ISSUED, account_id, actor=Actor.PROGRAM)
    return f"{services.reset_page}#{reset.token.reveal()}"


def issue(services: Services, account: str, now: int, by: str) -> PasswordReset:
    """Return a token for an account, given its name or id, and notify the owner. Raises `InvalidInput`."""
    with locked(services, account) as (connection, row):
        if _why_not(row):
            raise InvalidInput(
                "this account is disabled, or an identity provider checks its first factor: enable it first, or "
                "change the password there"
            )
        pending_logins.end_resets(connection, row.id)
        reset = _store(connection, services, row.id, now)
        record(connection, now, Event.PASSWORD_RESET_ISSUED, row.id, actor=operator(by), actor_id=by)
        notify(connection, now, Event.PASSWORD_RESET_ISSUED, row.id)
        return reset


def finish(services: Services, reset: PasswordReset, new: Redacted, now: int) -> Decision | None:
    """Set the new password, and end the account's sessions and open steps.

    If several callers send the same token, only one of them succeeds. The password is hashed outside any transaction,
    and only for a valid token. The count of wrong passwords is deleted, because it counts guesses of the old
    password. Raises `PasswordRefused` if the new password is not allowed: the token then stays valid.
    """
    token = token_hash(reset.token)
    with services.store.reading() as connection:
        row: Any = connection.execute(_READ, {"token": token}).first()
    if decision := _why_unusable(row, now):
        return _recorded(services, decision, now)
    fresh_hash = services.hasher.hash(checked_password(new, row.name, services.policy, services.refused_words))
    key = services.throttle_key(Redacted(row.normal_name))
    with services.store.transaction(*locks.names(key), locks.password_reset(token)) as connection:
        row = connection.execute(_READ, {"token": token}).first()
        decision = _why_unusable(row, now)
        if decision is None and connection.execute(_COMPLETE, {"token": token}).rowcount == 1:
            connection.execute(_SET_PASSWORD, {"account": row.account_id, "new": fresh_hash})
            throttle.clear(connection, key)
            pending_logins.supersede(connection, row.account_id)
            sessions.end_all(connection, row.account_id)
            record(connection, now, Event.PASSWORD_RESET, row.account_id)
            notify(connection, now, Event.PASSWORD_CHANGED, row.account_id)
            return None
    return _recorded(services, decision or refused(Reason.CONSUMED_RESET), now)


def _store(
    connection: Connection, services: Services, account_id: str, since: int, *, ended: str | None = None
) -> PasswordReset:
    """Store the hash of a new token, and return the token. The token's lifetime begins at `since`."""
    reset = PasswordReset(services.new_token(), since + services.policy.password_reset_seconds)
    values = {"token_hash": token_hash(reset.token), "account_id": account_id, "ended": ended}
    connection.execute(_ADD, values | {"expires_at": reset.expires_at})
    return reset


def _has_password(account: Any) -> bool:
    return _why_not(account) is None


def _why_not(account: Any) -> Reason | None:
    """Return the reason why this account may not get a new password, or None if it may."""
    if account.state is None:
        return Reason.UNKNOWN_NAME
    return None if account.state == AccountState.ACTIVE and account.issuer is None else Reason.NOT_PERMITTED


def _why_unusable(row: Any, now: int) -> Decision | None:
    """Return the rejection of a token that is not valid now, or None. The user learns only that it is not valid."""
    if row is None:
        return refused(Reason.UNKNOWN_RESET)
    if row.ended is not None or not _has_password(row):
        return refused(Reason.CONSUMED_RESET, row.account_id)
    if row.expires_at <= now:
        return refused(Reason.EXPIRED_RESET, row.account_id)
    return None


def _recorded(services: Services, decision: Decision, now: int) -> Decision:
    with services.store.transaction(locks.NOTHING) as connection:
        record(connection, now, Event.PASSWORD_RESET_REFUSED, decision.account_id, decision.reason)
    return decision
