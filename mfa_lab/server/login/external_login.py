"""Begin the login of a subject whose first factor the application or its single sign-on has checked."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select, update

from mfa_lab.errors import InvalidInput, Reason
from mfa_lab.provisioning import build_uri, new_secret
from mfa_lab.server.audit import Actor, Event, record
from mfa_lab.server.decision import Decision, refused
from mfa_lab.server.login import pending_logins
from mfa_lab.server.login.primary_login import HAS
from mfa_lab.server.names import MAX_NAME_LENGTH
from mfa_lab.server.records import AccountState, PendingLogin, Subject
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.housekeeping import sweep
from mfa_lab.server.storage.schema import accounts

_ADD = insert(accounts)
_OF_SUBJECT = select(accounts.c.id).where(
    accounts.c.issuer == bindparam("issuer"), accounts.c.external_id == bindparam("external_id")
)
_STATE = select(accounts.c.name, accounts.c.state, *HAS).where(accounts.c.id == bindparam("account"))
_RENAME = update(accounts).where(accounts.c.id == bindparam("account")).values(name=bindparam("new"))


def begin(services: Services, subject: Subject, name: str, now: int) -> PendingLogin | Decision:
    """Begin a pending login for `subject`, and make its account at the first call.

    The lock of the subject makes two first calls wait for each other. Raises `InvalidInput` for a name that no phone
    can show.
    """
    if not isinstance(name, str) or len(name) > MAX_NAME_LENGTH:
        raise InvalidInput(f"a name must be a text of 1 to {MAX_NAME_LENGTH} characters")
    build_uri(new_secret(), account=name, issuer=services.issuer)
    with services.store.transaction(*services.subject_locks(subject)) as connection:
        account_id = account_of(connection, subject) or _add(connection, services, subject, name, now)
        services.store.lock_also(connection, locks.account(account_id))
        row = connection.execute(_STATE, {"account": account_id}).one()
        if row.state != AccountState.ACTIVE:
            decision = refused(Reason.ACCOUNT_DISABLED, account_id)
            record(connection, now, Event.FIRST_FACTOR_REFUSED, account_id, decision.reason, actor=Actor.PROGRAM)
            return decision
        if row.name != name:
            connection.execute(_RENAME, {"account": account_id, "new": name})
        record(connection, now, Event.FIRST_FACTOR_ACCEPTED, account_id, actor=Actor.PROGRAM)
        pending = pending_logins.begin(connection, services, account_id, row, now, methods="")
        sweep(connection, now)
        return pending


def account_of(connection: Connection, subject: Subject) -> str | None:
    """Return the id of the subject's account, or None if no login has begun for this subject yet."""
    values = {"issuer": subject.issuer, "external_id": subject.id}
    found: str | None = connection.execute(_OF_SUBJECT, values).scalar()
    return found


def _add(connection: Connection, services: Services, subject: Subject, name: str, now: int) -> str:
    """Make an account that no typed name finds and no password opens. Return the account's id."""
    account_id = services.new_id()
    connection.execute(
        _ADD,
        {
            "id": account_id,
            "name": name,
            "normal_name": f" {account_id}",  # a typed name never begins with a space
            "password_hash": "",
            "issuer": subject.issuer,
            "external_id": subject.id,
            "otp_wait_until": 0,
            "recovery_wait_until": 0,
            "created_at": now,
        },
    )
    record(connection, now, Event.REGISTERED, account_id, actor=Actor.PROGRAM)
    return account_id
