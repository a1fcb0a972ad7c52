"""Do the operator's work: register accounts, issue reset codes, reset factors, take over authenticators."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, insert, select

from mfa_lab.errors import InvalidInput, NameTaken
from mfa_lab.otp import secret_bytes
from mfa_lab.provisioning import OtpAccount, build_uri, new_secret
from mfa_lab.redaction import Redacted
from mfa_lab.server import audit
from mfa_lab.server.account import enrolment, recovery
from mfa_lab.server.factors import authenticators, recovery_codes
from mfa_lab.server.login.external_login import account_of
from mfa_lab.server.names import BEST_FIRST, IS_NAMED, checked_name, normal_name, spellings
from mfa_lab.server.passwords.hashing import checked_password
from mfa_lab.server.records import RecoveryCodes, Subject
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks, schema

_ADD_ACCOUNT = insert(schema.accounts)
_ACCOUNT_ID = select(schema.accounts.c.id).where(IS_NAMED).order_by(BEST_FIRST).limit(1).execution_options(alone=True)
_NOBODY = "no account has this name: check the spelling"


def register(
    services: Services, name: str, password: Redacted, now: int, *, reserved: bool, public: bool, by: str
) -> None:
    """Make an account. Raises `NameTaken`, `InvalidInput`, or `PasswordRefused` with the reason (NIST-3.1.1.2)."""
    typed, name = name, checked_name(name)
    build_uri(new_secret(), account=name, issuer=services.issuer)  # reject now a name that no QR code could carry
    account_id = services.new_id()
    account = {
        "id": account_id,
        "name": name,
        "normal_name": normal_name(name),
        "password_hash": services.hasher.hash(checked_password(password, name, services.policy)),
        "otp_wait_until": 0,
        "recovery_wait_until": 0,
        "created_at": now,
    }
    actor = None if public else audit.operator(by)
    with services.store.transaction(*services.name_locks(spellings(typed))) as connection:
        taken = _account_id(connection, typed) is not None or reserved
        if taken:  # write a line here, too: without a write, the answer would come earlier
            audit.record(
                connection, now, audit.Event.REGISTRATION_REFUSED, None, "name taken", actor=actor, actor_id=by
            )
        else:
            connection.execute(_ADD_ACCOUNT, account)
            audit.record(connection, now, audit.Event.REGISTERED, account_id, actor=actor, actor_id=by)
    if taken:
        raise NameTaken("this name is taken: choose another one, or log in")


def issue_reset_code(services: Services, name: str | Subject, now: int, by: str) -> RecoveryCodes:
    """Give the account one more recovery code (ASVS-6.4.4).

    Raises `InvalidInput` if the name is unknown, or if the account has no authenticator.
    """
    codes = recovery_codes.new_codes(1, services.shown)
    (encoded,) = recovery_codes.hash_codes(codes, services.policy.hash_cost)
    with _locked(services, name) as (connection, account_id):
        if account_id and authenticators.has_factor(connection, account_id):
            recovery.add_code(connection, account_id, encoded, now, by)
            return codes
    if account_id:
        raise InvalidInput("this account has no authenticator yet: its next login enrols the first one")
    raise InvalidInput(_NOBODY)


def reset_factors(services: Services, name: str | Subject, now: int, by: str) -> None:
    """End the account's authenticators, recovery codes and sessions. Raises `InvalidInput` for an unknown name."""
    with _locked(services, name) as (connection, account_id):
        if account_id:
            enrolment.reset_factors(connection, account_id, now, by)
    if not account_id:
        raise InvalidInput(_NOBODY)


def adopt(services: Services, name: str | Subject, account: OtpAccount, now: int, by: str) -> None:
    """Take over an authenticator from an older system.

    Raises `InvalidInput` if the name is unknown, or if the account already has an authenticator. Raises
    `InvalidSecret` for a secret of fewer than 112 bits (NIST-3.1.4.1): a phone may use a short secret, but a server
    must not trust it.
    """
    secret_bytes(account.secret.reveal())
    if not services.policy.authenticators:
        raise InvalidInput("this policy accepts no codes: the account's next login registers a passkey instead")
    with _locked(services, name) as (connection, account_id):
        if account_id and enrolment.adopt(connection, services, account_id, account, now, by):
            return
    if account_id:
        raise InvalidInput(
            "this account already has an authenticator: reset its factors first, or leave out this account"
        )
    raise InvalidInput(_NOBODY)


@contextmanager
def _locked(services: Services, name: str | Subject) -> Iterator[tuple[Connection, str | None]]:
    """Run a transaction that locks the account `name`. An account never changes its name, so it is found before."""
    with services.store.reading() as connection:
        account_id = _account_id(connection, name)
    with services.store.transaction(locks.account(account_id or "")) as connection:
        yield connection, account_id


def _account_id(connection: Connection, name: str | Subject) -> str | None:
    if isinstance(name, Subject):
        return account_of(connection, name)
    found: str | None = connection.execute(_ACCOUNT_ID, spellings(name)._asdict()).scalar()
    return found
