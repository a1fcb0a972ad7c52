"""Bind an authenticator to an account.

An enrolment has no effect until a first code or response confirms this enrolment. This module contains the functions
for all kinds of authenticators, and the enrolment of apps. `passkey_enrolment` contains the enrolment of passkeys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from mfa_lab import otp
from mfa_lab.errors import CodeRefused, LoginOver, Reason
from mfa_lab.provisioning import OtpAccount, new_secret
from mfa_lab.redaction import Redacted
from mfa_lab.server.account import recovery
from mfa_lab.server.audit import Event, notify, operator, record
from mfa_lab.server.decision import COMPLETED, REFUSED, Decision, ended, refused, wrong_code
from mfa_lab.server.factors import authenticators, recovery_codes, totp
from mfa_lab.server.factors.authenticators import State
from mfa_lab.server.login import pending_logins, sessions
from mfa_lab.server.records import (
    Enrolment,
    Kind,
    PasskeyCreation,
    PendingLogin,
    Permit,
    RecoveryCodes,
    Session,
    token_hash,
)
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.schema import enrolments

ADOPTED_LABEL = "taken over"
"""The label of an authenticator from an older system. It shows the owner which authenticator to replace, because the
older system also knows the secret."""
_SESSION = "session"
_FURTHER = "further"

_ADD = insert(enrolments)
_READ = select(enrolments).where(
    enrolments.c.token_hash == bindparam("token"), enrolments.c.kind == bindparam("of_kind")
)
_COUNT_FAILED_ATTEMPT = (
    update(enrolments)
    .where(enrolments.c.token_hash == bindparam("token"))
    .values(wrong_codes=enrolments.c.wrong_codes + 1)
)
_REFUSE = (
    update(enrolments)
    .where(enrolments.c.token_hash == bindparam("token"), enrolments.c.ended.is_(None))
    .values(ended=REFUSED)
)
_COMPLETE = update(enrolments).where(enrolments.c.token_hash == bindparam("token")).values(ended=COMPLETED)


def start(
    services: Services, permit: PendingLogin | Session, label: str, now: int, *, further: bool
) -> Enrolment | Decision:
    """Offer a new shared secret to an account without a factor, after a recovery, or in a fresh session.

    When the app is confirmed, it replaces the account's apps. After a recovery, it replaces all factors. In a session
    with `further`, the app is added and the other apps stay.
    """
    with services.store.transaction(services.permit_lock(permit)) as connection:
        grounds = permitted(connection, services, permit, Kind.TOTP, now, further=further)
        if isinstance(grounds, Decision):
            return grounds
        row = grounds.account
        account = OtpAccount(
            row.name,
            services.issuer,
            Redacted(new_secret(services.shown)),
            services.policy.digits,
            services.policy.period_seconds,
            services.policy.algorithm,
        )
        enrolment = Enrolment(services.new_token(), now + services.policy.enrolment_seconds, account)
        factor_id = services.new_id()
        columns = totp.encrypted(services.cipher, account, row.account_id, factor_id)
        offer(connection, grounds, Kind.TOTP, enrolment, factor_id, columns | {"label": label}, now)
        return enrolment


@dataclass(frozen=True, slots=True)
class Grounds:
    """The grounds on which an enrolment may begin. `account` is the account's row.

    If the enrolment begins in a session, `session_hash` is the hash of the session's token.
    """

    account: Any
    basis: str
    session_hash: str | None


def permitted(
    connection: Connection,
    services: Services,
    permit: PendingLogin | Session,
    kind: Kind,
    now: int,
    *,
    further: bool,
) -> Grounds | Decision:
    """Return the grounds on which this permit may enrol an authenticator.

    Otherwise record and return the rejection.
    """
    token = token_hash(permit.token)
    if isinstance(permit, Session):
        row, session_hash = sessions.live(connection, services, token, now, fresh=True), token
        basis = _FURTHER if further else _SESSION
        if further and not isinstance(row, Decision) and _full(connection, services, row.account_id, kind):
            row = refused(Reason.NOT_PERMITTED, row.account_id)
    else:
        row, session_hash = _pending(connection, services, token, now), None
        basis = "" if isinstance(row, Decision) else row.permits
    if not isinstance(row, Decision) and not _most(services, kind):
        row = refused(Reason.NOT_PERMITTED, row.account_id)
    if isinstance(row, Decision):
        record(connection, now, Event.ENROLMENT_REFUSED, row.account_id, row.reason)
        return row
    return Grounds(row, basis, session_hash)


def offer(
    connection: Connection,
    grounds: Grounds,
    kind: Kind,
    enrolment: Enrolment | PasskeyCreation,
    factor_id: str,
    columns: dict[str, Any],
    now: int,
) -> None:
    """Store an enrolment that waits for its confirmation.

    `columns` contains the label and the columns that only this kind has.
    """
    shared = {
        "token_hash": token_hash(enrolment.token),
        "account_id": grounds.account.account_id,
        "factor_id": factor_id,
        "kind": kind,
        "basis": grounds.basis,
        "session_hash": grounds.session_hash,
        "expires_at": enrolment.expires_at,
    }
    connection.execute(_ADD, shared | columns)
    record(connection, now, Event.ENROLMENT_STARTED, grounds.account.account_id, note(kind))


def note(kind: Kind) -> str | None:
    """Return the note for the audit log, which names a passkey. An app is the usual case, so it gets no note."""
    return Kind.PASSKEY if kind is Kind.PASSKEY else None


def _pending(connection: Connection, services: Services, token: str, now: int) -> Any | Decision:
    """Return the row of a pending login that permits an enrolment, or the rejection of any other pending login.

    An enrolment is permitted if the account has no factor yet, or after a recovery.
    """
    row = pending_logins.read(connection, token).row
    permit = Permit.NEW_FACTOR if row is not None and row.permits == Permit.NEW_FACTOR else Permit.FIRST_FACTOR
    decision = pending_logins.why_unusable(services, row, now, permit)
    if decision is None and permit is Permit.FIRST_FACTOR and row.factor_id is not None:
        decision = refused(Reason.NOT_PERMITTED, row.account_id)
    return decision or row


def confirm(services: Services, enrolment: Enrolment, typed: Redacted, now: int) -> RecoveryCodes | Decision:
    """Bind the factor if `typed` is the factor's code at `now`, and consume the code's step.

    Returns the recovery codes, which must be shown once. The set is empty unless this is the account's first
    authenticator.
    """
    token = token_hash(enrolment.token)
    codes, hashes = codes_in_advance(
        services, token, Kind.TOTP, now, lambda row: isinstance(_match(services, row, typed, now), otp.Match)
    )
    with services.store.transaction(locks.enrolment(token)) as connection:
        row = offered(connection, token, Kind.TOTP)
        decision = cannot_confirm(connection, services, row, now)
        if decision is None:
            found = _match(services, row, typed, now)
            if isinstance(found, otp.Match):
                bind(connection, row, hashes, codes.issue_id, now, last_step=found.step)
                return codes
            if otp.could_be_code(typed.reveal()):  # anything else is no guess (docs/decisions/04)
                connection.execute(_COUNT_FAILED_ATTEMPT, {"token": token})
            decision = found
        record(connection, now, Event.ENROLMENT_REFUSED, decision.account_id, decision.reason)
        return decision


def offered(connection: Connection, token: str, kind: Kind) -> Any:
    """Return the row of an enrolment of this kind, or None. For a token of another kind, also return None."""
    return connection.execute(_READ, {"token": token, "of_kind": kind}).first()


def codes_in_advance(
    services: Services, token: str, kind: Kind, now: int, confirms: Callable[[Any], bool]
) -> tuple[RecoveryCodes, list[str]]:
    """Return recovery codes and their hashes. Make the hashes outside the transaction, because hashing is slow.

    The codes are made only for an account's first authenticator, and only if the confirmation would succeed.
    `confirms` takes the enrolment's row and returns whether the confirmation would succeed.
    """
    with services.store.reading() as connection:
        row = offered(connection, token, kind)
        refusal = cannot_confirm(connection, services, row, now)
    if refusal or row is None or row.basis != Permit.FIRST_FACTOR or not confirms(row):
        return RecoveryCodes(()), []
    return recovery_codes.issue(services.policy, services.shown)


def cannot_confirm(connection: Connection, services: Services, row: Any, now: int) -> Decision | None:
    """Return the rejection of an enrolment that no code or response can confirm any more, otherwise None."""
    if row is None:
        return refused(Reason.UNKNOWN_PENDING)
    if row.ended is not None or row.wrong_codes >= services.policy.enrolment_wrong_codes:
        return ended(row.ended, row.account_id)
    if row.expires_at <= now:
        return refused(Reason.EXPIRED_PENDING, row.account_id)
    if row.basis == Permit.FIRST_FACTOR and authenticators.has_factor(connection, row.account_id):
        return refused(Reason.NOT_PERMITTED, row.account_id)
    if row.basis == _FURTHER and _full(connection, services, row.account_id, Kind(row.kind)):
        return refused(Reason.NOT_PERMITTED, row.account_id)
    if row.session_hash:
        session = sessions.live(connection, services, row.session_hash, now)
        if isinstance(session, Decision):  # no code confirms this offer any more
            return replace(session, denial=LoginOver)
    return None


def _match(services: Services, row: Any, typed: Redacted, now: int) -> otp.Match | Decision:
    secret = totp.open_secret(services.cipher, row, row.factor_id)
    options = {
        "window_steps": services.policy.window_steps,
        "digits": row.digits,
        "period": row.period_seconds,
        "algorithm": row.algorithm,
    }
    try:
        return otp.match(secret.reveal(), typed.reveal(), now, **options)
    except CodeRefused:
        pass
    diagnosis = otp.diagnose(secret.reveal(), typed.reveal(), now, **options)
    return wrong_code(diagnosis, row.account_id, failures=row.wrong_codes + 1, wait_seconds=0)


def bind(connection: Connection, row: Any, hashes: list[str], issue_id: str, now: int, *, last_step: int = 0) -> None:
    """Make the enrolment an active factor. It replaces the factors of its kind, or all factors after a recovery."""
    kind = Kind(row.kind)
    if row.basis != _FURTHER:
        authenticators.retire(connection, row.account_id, kind if row.basis == _SESSION else None)
    authenticators.bind(connection, row, kind, now, last_step=last_step)
    connection.execute(_COMPLETE, {"token": row.token_hash})
    pending_logins.supersede(connection, row.account_id)
    sessions.end_all(connection, row.account_id, but=row.session_hash)
    if hashes:
        recovery.replace_codes(connection, row.account_id, hashes, issue_id)
    record(connection, now, Event.FACTOR_BOUND, row.account_id, note(kind))
    notify(connection, now, Event.FACTOR_BOUND, row.account_id)


def refuse(connection: Connection, token: str) -> None:
    """End an enrolment whose response was rejected, because its challenge has been used."""
    connection.execute(_REFUSE, {"token": token})


def adopt(
    connection: Connection, services: Services, account_id: str, account: OtpAccount, now: int, by: str
) -> bool:
    """Bind an authenticator that an older system enrolled. Returns False if the account already has a factor.

    Every step whose code would be accepted at `now` is marked as consumed. A code that somebody has just seen in the
    older system is therefore not accepted here.
    """
    if authenticators.has_factor(connection, account_id):
        return False
    factor_id = services.new_id()
    columns = totp.encrypted(services.cipher, account, account_id, factor_id)
    row = SimpleNamespace(factor_id=factor_id, account_id=account_id, label=ADOPTED_LABEL, **columns)
    consumed = otp.step_at(now, account.period_seconds) + services.policy.window_steps
    authenticators.bind(connection, row, Kind.TOTP, now, last_step=consumed)
    pending_logins.supersede(connection, account_id)
    record(connection, now, Event.FACTOR_ADOPTED, account_id, actor=operator(by), actor_id=by)
    notify(connection, now, Event.FACTOR_ADOPTED, account_id)
    return True


def _full(connection: Connection, services: Services, account_id: str, kind: Kind) -> bool:
    """Return whether the account has no room for one more authenticator of this kind.

    An account whose app is disabled has no room for another app. The owner must first replace this app, after a
    recovery or in a session that is still fresh.
    """
    states = authenticators.states(connection, account_id, kind)
    return State.DISABLED in states or len(states) >= _most(services, kind)


def _most(services: Services, kind: Kind) -> int:
    """Return how many authenticators of this kind an account may have."""
    return services.policy.passkeys if kind is Kind.PASSKEY else services.policy.authenticators


def revoke(services: Services, session: Session, authenticator_id: str, now: int) -> Decision | None:
    """End one of several authenticators, in a fresh session (ASVS-6.5.6).

    The last authenticator that the policy accepts cannot be revoked. Without it, the password would be enough to
    enrol a new authenticator, or nothing could complete a login.
    """
    token = token_hash(session.token)
    with services.store.transaction(locks.session(token)) as connection:
        row = sessions.live(connection, services, token, now, fresh=True)
        if isinstance(row, Decision):
            decision = row
        elif any(
            one.id != authenticator_id and _most(services, one.kind) > 0
            for one in authenticators.listed(connection, row.account_id)
        ) and authenticators.revoke(connection, row.account_id, authenticator_id):
            pending_logins.supersede(connection, row.account_id)
            sessions.end_all(connection, row.account_id, but=token)
            record(connection, now, Event.FACTOR_REVOKED, row.account_id)
            notify(connection, now, Event.FACTOR_REVOKED, row.account_id)
            return None
        else:
            decision = refused(Reason.NOT_PERMITTED, row.account_id)
        record(connection, now, Event.REVOCATION_REFUSED, decision.account_id, decision.reason)
        return decision


def reset_factors(connection: Connection, account_id: str, now: int, by: str) -> None:
    """End an account's factors, recovery codes, sessions and open steps when an administrator resets the account.

    After the next correct password, the user can enrol a new factor.
    """
    authenticators.retire(connection, account_id)
    sessions.end_all(connection, account_id)
    pending_logins.supersede(connection, account_id)
    recovery.replace_codes(connection, account_id, [], "")
    record(connection, now, Event.REBOUND, account_id, actor=operator(by), actor_id=by)
    notify(connection, now, Event.REBOUND, account_id)
