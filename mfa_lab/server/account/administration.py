"""Do the operator's work: register accounts, issue reset codes, reset factors, take over authenticators."""

from __future__ import annotations

from sqlalchemy import exists, insert, select

from mfa_lab.errors import InvalidInput, NameTaken
from mfa_lab.otp import secret_bytes
from mfa_lab.provisioning import OtpAccount, build_uri, new_secret
from mfa_lab.redaction import Redacted
from mfa_lab.server import audit
from mfa_lab.server.account import enrolment, recovery
from mfa_lab.server.account.accounts import locked
from mfa_lab.server.factors import authenticators, recovery_codes
from mfa_lab.server.names import IS_NAMED, checked_name, normal_name, spellings
from mfa_lab.server.passwords.hashing import checked_password
from mfa_lab.server.records import RecoveryCodes, Subject
from mfa_lab.server.services import Services
from mfa_lab.server.storage import schema

_ADD_ACCOUNT = insert(schema.accounts)
_TAKEN = select(exists().where(IS_NAMED)).execution_options(alone=True)


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
        "password_hash": services.hasher.hash(
            checked_password(password, name, services.policy, services.refused_words)
        ),
        "otp_wait_until": 0,
        "recovery_wait_until": 0,
        "created_at": now,
    }
    actor = None if public else audit.operator(by)
    with services.store.transaction(*services.name_locks(spellings(typed))) as connection:
        taken = bool(connection.execute(_TAKEN, spellings(typed)._asdict()).scalar()) or reserved
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

    Raises `InvalidInput` if the account is unknown, or if it has no authenticator.
    """
    codes = recovery_codes.new_codes(1, services.shown)
    (encoded,) = recovery_codes.hash_codes(codes, services.policy.hash_cost)
    with locked(services, name) as (connection, row):
        if not authenticators.has_factor(connection, row.id):
            raise InvalidInput("this account has no authenticator yet: its next login enrols the first one")
        recovery.add_code(connection, row.id, encoded, now, by)
    return codes


def reset_factors(services: Services, name: str | Subject, now: int, by: str) -> None:
    """End the account's authenticators, recovery codes and sessions. Raises `InvalidInput` for an unknown name."""
    with locked(services, name) as (connection, row):
        enrolment.reset_factors(connection, row.id, now, by)


def adopt(services: Services, name: str | Subject, account: OtpAccount, now: int, by: str) -> None:
    """Take over an authenticator from an older system.

    Raises `InvalidInput` if the name is unknown, or if the account already has an authenticator. Raises
    `InvalidSecret` for a secret of fewer than 112 bits (NIST-3.1.4.1): a phone may use a short secret, but a server
    must not trust it.
    """
    secret_bytes(account.secret.reveal())
    if not services.policy.authenticators:
        raise InvalidInput("this policy accepts no codes: the account's next login registers a passkey instead")
    with locked(services, name) as (connection, row):
        if not enrolment.adopt(connection, services, row.id, account, now, by):
            raise InvalidInput(
                "this account already has an authenticator: reset its factors first, or leave out this account"
            )
