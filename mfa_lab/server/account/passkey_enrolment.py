"""Register a passkey: give a challenge, check the browser's response, and bind the public key to the account.

The module `enrolment` has the rules that are the same for every kind of authenticator: who may register it, when an
offer expires, and what a new factor ends.
"""

from __future__ import annotations

from typing import Any

from mfa_lab.errors import PasskeyRefused, Reason
from mfa_lab.server.account import enrolment
from mfa_lab.server.audit import Event, record
from mfa_lab.server.decision import Decision, refused
from mfa_lab.server.factors.passkey import passkey_options, passkeys, webauthn
from mfa_lab.server.login.passkey_login import expected
from mfa_lab.server.records import Kind, PasskeyCreation, PendingLogin, RecoveryCodes, Session, token_hash
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks


def start(
    services: Services, permit: PendingLogin | Session, label: str, now: int, *, replace: bool
) -> PasskeyCreation | Decision:
    """Return creation options and a token. In a session, `replace` says whether the passkey replaces the others."""
    challenge = passkey_options.new_challenge()
    services.party()
    with services.store.transaction(services.permit_lock(permit)) as connection:
        grounds = enrolment.permitted(connection, services, permit, Kind.PASSKEY, now, further=not replace)
        if isinstance(grounds, Decision):
            return grounds
        account = grounds.account
        handle = passkeys.user_handle(connection, account.account_id)
        known = passkeys.descriptors(connection, account.account_id)
        creation = PasskeyCreation(
            services.new_token(),
            now + services.policy.enrolment_seconds,
            passkey_options.for_registration(services, challenge, handle, account.name, known),
        )
        columns = {"label": label, "challenge_hash": webauthn.challenge_hash(challenge), **passkeys.NO_OTP}
        enrolment.offer(connection, grounds, Kind.PASSKEY, creation, services.new_id(), columns, now)
        return creation


def confirm(services: Services, creation: PasskeyCreation, response: object, now: int) -> RecoveryCodes | Decision:
    """Bind the passkey if every check passes. A rejected response ends the offer: its challenge has been used.

    Returns the recovery codes, which must be shown once. The set is empty unless this is the account's first
    authenticator.
    """
    token = token_hash(creation.token)
    services.party()

    def checked(row: Any) -> webauthn.Registration | Reason:
        try:
            return webauthn.read_registration(response, expected(services, row.challenge_hash))
        except PasskeyRefused as refusal:
            return refusal.reason

    codes, hashes = enrolment.codes_in_advance(
        services, token, Kind.PASSKEY, now, lambda row: isinstance(checked(row), webauthn.Registration)
    )
    with services.store.transaction(locks.enrolment(token)) as connection:
        row = enrolment.offered(connection, token, Kind.PASSKEY)
        decision = enrolment.cannot_confirm(connection, services, row, now)
        if decision is None:
            made = checked(row)
            if isinstance(made, webauthn.Registration):
                own = locks.credential(services.store.keys.keyed_hash(made.credential_id))
                services.store.lock_also(connection, own)
                if passkeys.find(connection, made.credential_id):
                    made = Reason.PASSKEY_KNOWN
            if isinstance(made, webauthn.Registration):
                enrolment.bind(connection, row, hashes, codes.issue_id, now)
                passkeys.add(connection, row.factor_id, made)
                return codes
            enrolment.refuse(connection, token)
            decision = refused(made, row.account_id)
        record(connection, now, Event.ENROLMENT_REFUSED, decision.account_id, decision.reason)
        return decision
