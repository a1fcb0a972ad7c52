"""List, find, disable, enable, delete and rename accounts, and set their passwords, for the operator.

The transaction that disables or deletes an account also ends the account's sessions and open steps. Each way to log
in checks the account's state under the same lock, so nothing new can begin during this transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from mfa_lab.errors import InvalidInput, NameTaken
from mfa_lab.provisioning import build_uri, new_secret
from mfa_lab.redaction import Redacted
from mfa_lab.server.account import recovery, session_list
from mfa_lab.server.audit import Event, notify, operator, record
from mfa_lab.server.factors import authenticators
from mfa_lab.server.login import pending_logins, sessions, throttle
from mfa_lab.server.login.external_login import account_of
from mfa_lab.server.names import BEST_FIRST, IS_NAMED, checked_name, normal_name, spellings
from mfa_lab.server.passwords.hashing import checked_password
from mfa_lab.server.records import IDENTIFIER, Account, AccountState, Kind, OpenSession, Subject
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.schema import accounts, enrolments, factors, notifications

MOST_LISTED = 1000
_NOBODY = (
    "no account has this name or id: check the spelling. If the user comes from an identity provider or from your "
    "application's own login, give the id, because only a name with a password finds an account"
)
_ROWS = select(
    accounts.c.id,
    accounts.c.name,
    accounts.c.normal_name,
    accounts.c.state,
    accounts.c.created_at,
    accounts.c.issuer,
    accounts.c.external_id,
)
_BY_NAME = _ROWS.where(IS_NAMED).order_by(BEST_FIRST).limit(1).execution_options(alone=True)
_BY_ID = _ROWS.where(accounts.c.id == bindparam("account"))
# The order by id stays the same while accounts are added and renamed, so no page repeats or skips an account.
_PAGE = (
    _ROWS.where(accounts.c.id > bindparam("after"), accounts.c.state != AccountState.DELETED)
    .order_by(accounts.c.id)
    .limit(bindparam("count"))
)
_TAKEN_BY_ANOTHER = (
    select(accounts.c.id).where(IS_NAMED, accounts.c.id != bindparam("account")).execution_options(alone=True)
)
_MINE = accounts.c.id == bindparam("account")
_SET_STATE = update(accounts).where(_MINE).values(state=bindparam("new"))
_SET_NAME = update(accounts).where(_MINE).values(name=bindparam("new"), normal_name=bindparam("normal"))
_SET_PASSWORD = update(accounts).where(_MINE).values(password_hash=bindparam("new"))
_BURY = (
    update(accounts)
    .where(_MINE)
    .values(
        state=AccountState.DELETED,
        name="",
        normal_name=bindparam("normal"),
        password_hash="",
        user_handle="",
        issuer=None,
        external_id=None,
    )
)
_FORGET = (
    update(factors).where(factors.c.account_id == bindparam("account")).values(label=""),
    update(enrolments).where(enrolments.c.account_id == bindparam("account")).values(label="", sealed_secret=b""),
)
_FORGET_NOTIFICATIONS = delete(notifications).where(notifications.c.account_id == bindparam("account"))


class Accounts:
    """The operator's calls on accounts (`MfaServer.accounts`).

    `account` is an account's name, its subject (its id), or the external `Subject` that `begin_for` got. `by` is the
    subject of the administrator who acts, for the audit log. Without `by`, the audit log says that the program acted.
    Each call raises `InvalidInput` if there is no such account. Each change writes an audit line and, except for a
    deletion, a security notification.
    """

    def __init__(self, services: Services, now: Callable[[], int]) -> None:
        self._services = services
        self._now = now

    def list(self, after: str = "", limit: int = 100) -> tuple[Account, ...]:
        """Return up to `limit` accounts that are not deleted. For the next page, pass the last subject as `after`.

        The accounts are sorted by subject, so no page repeats or skips an account, even if others are added or
        renamed. Raises `InvalidInput` if `limit` is not between 1 and 1000, or if `after` is not a subject.
        """
        if type(limit) is not int or not 1 <= limit <= MOST_LISTED:
            raise InvalidInput(f"the limit of a list must be a whole number from 1 to {MOST_LISTED}")
        if after and not IDENTIFIER.fullmatch(str(after)):
            raise InvalidInput("to continue a list, give the id of the last account on the previous page")
        with self._services.store.reading() as connection:
            return _records(connection, connection.execute(_PAGE, {"after": after, "count": limit}).all())

    def find(self, account: str | Subject) -> Account:
        """Return the account with this name or subject. A deleted account is found only by its subject."""
        with self._services.store.reading() as connection:
            return _records(connection, [_existing(connection, account)])[0]

    def disable(self, account: str | Subject, *, by: str = "") -> None:
        """Disable the account and end its sessions and open steps. If it is already disabled, nothing happens.

        For every password, the answer is then the same as for a wrong password (ASVS-6.3.8).
        """
        now = self._now()
        with locked(self._services, account) as (connection, row):
            if row.state == AccountState.ACTIVE:
                connection.execute(_SET_STATE, {"account": row.id, "new": AccountState.DISABLED})
                _end_everything(connection, row.id)
                _tell(connection, now, Event.ACCOUNT_DISABLED, row.id, by)

    def enable(self, account: str | Subject, *, by: str = "") -> None:
        """Enable a disabled account. It keeps the password and the authenticators that it had before."""
        now = self._now()
        with locked(self._services, account) as (connection, row):
            if row.state == AccountState.DISABLED:
                connection.execute(_SET_STATE, {"account": row.id, "new": AccountState.ACTIVE})
                _tell(connection, now, Event.ACCOUNT_ENABLED, row.id, by)

    def delete(self, account: str | Subject, *, by: str = "") -> None:
        """Delete the account's name, password, authenticators, recovery codes and notifications. This frees the name.

        The account's id stays, without a name, so that the audit log stays correct. No other account ever gets this
        id.
        """
        now, store = self._now(), self._services.store
        with locked(self._services, account) as (connection, row):
            # Before the account's row changes: whoever adds a notification in the outbox waits for this row.
            store.lock_also(connection, locks.OUTBOX)
            _end_everything(connection, row.id)
            authenticators.retire(connection, row.id)
            recovery.replace_codes(connection, row.id, [], "")
            throttle.clear(connection, self._services.throttle_key(Redacted(row.normal_name)))
            connection.execute(_BURY, {"account": row.id, "normal": f" {row.id}"})
            for statement in _FORGET:
                connection.execute(statement, {"account": row.id})
            record(connection, now, Event.ACCOUNT_DELETED, row.id, actor=operator(by), actor_id=by)
            connection.execute(_FORGET_NOTIFICATIONS, {"account": row.id})

    def rename(self, account: str | Subject, name: str, *, by: str = "") -> None:
        """Give the account another name. Its subject and its sessions stay, and its old name becomes free.

        The label on the owner's phone and in passkeys stays the same. A link for a new password that was mailed to
        the old name is no longer valid. Raises `NameTaken`, and `InvalidInput` if the name is not allowed, or if an
        identity provider checks the account's first factor.
        """
        typed, name = name, checked_name(name)
        build_uri(new_secret(), account=name, issuer=self._services.issuer)  # see `administration.register`
        now = self._now()
        with locked(self._services, account, typed) as (connection, row):
            _has_password(row)
            others = spellings(typed)._asdict() | {"account": row.id}
            taken = connection.execute(_TAKEN_BY_ANOTHER, others).first() is not None
            if not taken and row.name != name:
                connection.execute(_SET_NAME, {"account": row.id, "new": name, "normal": normal_name(name)})
                pending_logins.end_resets(connection, row.id)
                throttle.clear(connection, self._services.throttle_key(Redacted(row.normal_name)))
                _tell(connection, now, Event.ACCOUNT_RENAMED, row.id, by)
        if taken:
            raise NameTaken("this name is taken: choose another one")

    def set_password(self, account: str | Subject, password: str, *, by: str = "") -> None:
        """Set a password, and end the account's sessions and open steps. This deletes the count of wrong passwords.

        The owner still needs a second factor to log in. Raises `PasswordRefused` if NIST-3.1.1.2 forbids the
        password, and `InvalidInput` if an identity provider checks the account's first factor.
        """
        wanted = Redacted(password)
        del password  # tracebacks may show variables
        services, now = self._services, self._now()
        with services.store.reading() as connection:
            name = _existing(connection, account).name
        fresh_hash = services.hasher.hash(checked_password(wanted, name, services.policy, services.refused_words))
        with locked(services, account) as (connection, row):
            _has_password(row)
            throttle.clear(connection, services.throttle_key(Redacted(row.normal_name)))
            connection.execute(_SET_PASSWORD, {"account": row.id, "new": fresh_hash})
            _end_everything(connection, row.id)
            _tell(connection, now, Event.PASSWORD_SET, row.id, by)

    def sessions(self, subject: str) -> tuple[OpenSession, ...]:
        """Return the live sessions of the account with this subject, the oldest first. A name is not accepted."""
        return session_list.of_account(self._services, known(subject), self._now())

    def end_session(self, subject: str, session_id: str, *, by: str = "") -> None:
        """End one session of the account (ASVS-7.4.5). Raises `InvalidInput` if the account has no such session."""
        session_list.end_of_account(self._services, known(subject), known(session_id), self._now(), by)

    def end_all_sessions(self, subject: str, *, by: str = "") -> int:
        """End all sessions of the account (ASVS-7.4.5), and return how many sessions ended.

        The password and the authenticators stay valid, so the user can log in again.
        """
        return session_list.end_all_of_account(self._services, known(subject), self._now(), by)

    def end_every_session(self, *, by: str = "") -> int:
        """End the sessions of all accounts (ASVS-7.4.5), including the administrator's own. Return their number.

        Everybody can log in again. The audit log gets one line, and the owners get no security notification.
        """
        return session_list.end_every(self._services, self._now(), by)


def known(given: str) -> str:
    """Return `given` if it is an id, otherwise '', so that no other text reaches the database."""
    return given if IDENTIFIER.fullmatch(str(given)) else ""


@contextmanager
def locked(services: Services, account: str | Subject, *names: str) -> Iterator[tuple[Connection, Any]]:
    """Run a transaction that locks an account, its name and the other `names`. Yields the connection and the row.

    The account is found before the locks, so it is read again under the locks. If its name has changed meanwhile, the
    transaction begins again. Raises `InvalidInput` if there is no such account, or if it was deleted.
    """
    while True:
        with services.store.reading() as connection:
            before = _existing(connection, account)
        keys = services.name_locks(*map(spellings, (before.name, *names)))
        with services.store.transaction(*keys, locks.account(before.id)) as connection:
            row = _find(connection, account)
            if row is not None and (row.id, row.name) == (before.id, before.name):
                if row.state == AccountState.DELETED:
                    raise InvalidInput("this account was deleted: its name is free")
                yield connection, row
                return


def _existing(connection: Connection, account: str | Subject) -> Any:
    row = _find(connection, account)
    if row is None:
        raise InvalidInput(_NOBODY)
    return row


def _find(connection: Connection, account: str | Subject) -> Any:
    """Return the row of the account, or None. A new name cannot look like an account's id."""
    subject = account_of(connection, account) if isinstance(account, Subject) else known(account)
    row = connection.execute(_BY_ID, {"account": subject}).first() if subject else None
    if row is not None or isinstance(account, Subject):
        return row
    return connection.execute(_BY_NAME, spellings(account)._asdict()).first()


def _records(connection: Connection, rows: Iterable[Any]) -> tuple[Account, ...]:
    rows = tuple(rows)
    kinds: dict[str, dict[Kind, int]] = defaultdict(dict)
    for factor in authenticators.last_logins(connection, [row.id for row in rows]):
        of_account = kinds[factor.account_id]
        of_account[Kind(factor.kind)] = max(factor.used_at or 0, of_account.get(Kind(factor.kind), 0))
    return tuple(
        Account(
            row.id,
            row.name,
            AccountState(row.state),
            row.created_at,
            tuple(kinds[row.id]),
            max(kinds[row.id].values(), default=0) or None,
            None if row.issuer is None else Subject(row.issuer, row.external_id),
        )
        for row in rows
    )


def _end_everything(connection: Connection, account_id: str) -> None:
    """End the account's sessions, pending logins, open enrolments and password resets."""
    pending_logins.supersede(connection, account_id)
    sessions.end_all(connection, account_id)


def _has_password(row: Any) -> None:
    """Raise `InvalidInput` unless this server checks the account's password."""
    if row.issuer is not None:
        raise InvalidInput("an identity provider checks this account's first factor: change it there")


def _tell(connection: Connection, now: int, event: Event, account_id: str, by: str) -> None:
    record(connection, now, event, account_id, actor=operator(by), actor_id=by)
    notify(connection, now, event, account_id)
