"""Log in with a passkey after the password: give a challenge, and check the data that the authenticator signed.

A rejected response ends the pending login. Such a response never counts towards disabling a factor. Nobody can guess
a signature, and someone who knows the password could otherwise lock the owner out. For the same reason, a login with
a passkey need not wait after wrong codes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from mfa_lab.errors import LoginOver, PasskeyRefused, Reason
from mfa_lab.server.audit import Event, notify_sparingly, record
from mfa_lab.server.decision import Decision, refused
from mfa_lab.server.factors.passkey import passkey_options, passkeys, webauthn
from mfa_lab.server.login import pending_logins, sessions
from mfa_lab.server.records import Kind, PendingLogin, Session, passkey_methods, token_hash
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks


def start(services: Services, pending: PendingLogin, now: int) -> dict[str, Any] | Decision:
    """Give the pending login a new challenge, and return the request options.

    An earlier challenge is no longer valid.
    """
    token = token_hash(pending.token)
    challenge = passkey_options.new_challenge()
    services.party()
    with services.store.transaction(locks.pending(token)) as connection:
        found = pending_logins.read(connection, token)
        decision = _unusable(services, found, now)
        if decision is not None:
            record(connection, now, Event.PASSKEY_REFUSED, decision.account_id, decision.reason)
            return decision
        pending_logins.set_challenge(connection, token, webauthn.challenge_hash(challenge))
        known = passkeys.descriptors(connection, found.row.account_id)
        return passkey_options.for_login(services, challenge, known)


def finish(services: Services, pending: PendingLogin, response: object, now: int) -> Session | Decision:
    """Check the response and grant a session, in one transaction. Any rejection of a response ends the login."""
    token = token_hash(pending.token)
    services.party()
    try:
        assertion, unread = webauthn.read_assertion(response), Reason.PASSKEY_MALFORMED
    except PasskeyRefused as refusal:
        assertion, unread = None, refusal.reason
    with services.store.transaction(locks.pending(token)) as connection:
        found = pending_logins.read(connection, token)
        decision = _unusable(services, found, now)
        if decision is None:
            reason = unread
            if assertion is not None:
                outcome = _check(connection, services, token, found.row, assertion, now)
                if isinstance(outcome, Session):
                    return outcome
                reason = outcome
            decision = replace(refused(reason, found.row.account_id), denial=LoginOver)
            pending_logins.refuse(connection, token)
            notify_sparingly(connection, now, Event.PASSKEY_REFUSED, found.row.account_id)
        record(connection, now, Event.PASSKEY_REFUSED, decision.account_id, decision.reason)
        return decision


def expected(services: Services, challenge_hash: str | None) -> webauthn.Expected:
    """Return what the policy and the relying party require of a response.

    Without a challenge, no response can match.
    """
    return webauthn.Expected(
        services.party(),
        challenge_hash or "",
        services.policy.user_verification == "required",
        services.policy.synced_passkeys,
    )


def _unusable(services: Services, found: pending_logins.Found, now: int) -> Decision | None:
    decision = pending_logins.why_unusable(services, found.row, now)
    if decision is None and not found.has_passkey:
        return refused(Reason.NOT_ENROLLED, found.row.account_id)
    if decision is None and not services.policy.passkeys:
        return refused(Reason.NOT_PERMITTED, found.row.account_id)
    return decision


def _check(
    connection: Connection, services: Services, token: str, row: Any, assertion: webauthn.Assertion, now: int
) -> Session | Reason:
    """Return the session, or the rejection with the reason of the first failed check."""
    stored = passkeys.find(connection, assertion.credential_id)
    if stored is None:
        return Reason.PASSKEY_UNKNOWN
    if stored.account_id != row.account_id or assertion.user_handle not in ("", stored.user_handle):
        return Reason.PASSKEY_OWNER
    try:
        accepted = webauthn.check_assertion(
            assertion,
            webauthn.Stored(stored.public_key, stored.sign_count, bool(stored.backup_eligible)),
            expected(services, row.challenge_hash),
        )
    except PasskeyRefused as refusal:
        return refusal.reason
    if not pending_logins.complete(connection, token):
        return Reason.CONSUMED_PENDING
    passkeys.used(connection, stored.factor_id, accepted, now)
    record(connection, now, Event.LOGGED_IN, row.account_id, Kind.PASSKEY)
    return sessions.add(connection, services, row, now, passkey_methods(synced=accepted.backup_eligible))
