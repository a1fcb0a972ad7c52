"""How each check of a passkey fails, in a whole server: one way for each reason. All values are demo values."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mfa_lab import SeededRandomness
from mfa_lab.errors import Reason
from mfa_lab.phone.browser import Browser, assertion_response, client_data_json
from mfa_lab.phone.passkeys import Misbehaviour, PasskeyHolder
from tests.server.kit import EXPLAINING, NAME, ORIGIN, PARTY, PASSWORD, Deployment

Call = Callable[[], object]
BOB = "bob@example.org"


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def owner(deployment: Deployment, **how: Any) -> PasskeyHolder:
    """A holder whose passkey Alice has just registered beside her app."""
    holder = PasskeyHolder(SeededRandomness(19), **how)
    deployment.add_passkey(deployment.log_in(), holder)
    return holder


def by_hand(deployment: Deployment, holder: PasskeyHolder, kind: str, origin: str) -> Call:
    """A response that no browser would make, signed by a real holder."""
    pending = deployment.begin()
    options = deployment.server.start_passkey_login(pending)
    client_data = client_data_json(kind, options["challenge"], origin)
    signed = holder.sign(PARTY.id, hashlib.sha256(client_data).digest())
    response = assertion_response(
        signed.credential_id, client_data, signed.authenticator_data, signed.signature, signed.user_handle
    )
    return lambda: deployment.server.finish_passkey_login(pending, response)


def answering(deployment: Deployment, holder: PasskeyHolder, browser: Browser | None = None) -> Call:
    """The last step of a login, with the browser's response."""
    pending = deployment.begin()
    response = (browser or Browser(ORIGIN)).get(deployment.server.start_passkey_login(pending), holder)
    return lambda: deployment.server.finish_passkey_login(pending, response)


def misbehaving(fault: Misbehaviour, **how: Any) -> Callable[[Deployment], Call]:
    def way(deployment: Deployment) -> Call:
        holder = owner(deployment, **how)
        deployment.passkey_login(holder)
        holder.misbehaves.add(fault)
        return answering(deployment, holder)

    return way


def malformed(deployment: Deployment) -> Call:
    owner(deployment)
    pending = deployment.begin()
    deployment.server.start_passkey_login(pending)
    return lambda: deployment.server.finish_passkey_login(pending, "{}")


def unknown(deployment: Deployment) -> Call:
    holder = owner(deployment)
    pending = deployment.begin()
    response = deployment.answer(pending, holder) | {"id": "AAAA", "rawId": "AAAA"}
    return lambda: deployment.server.finish_passkey_login(pending, response)


def another_account(deployment: Deployment) -> Call:
    """Bob's own passkey, in a login that began with Alice's password."""
    owner(deployment)
    bobs = PasskeyHolder(SeededRandomness(20))
    deployment.server.register(BOB, PASSWORD)
    deployment.add_passkey(deployment.begin(BOB), bobs)
    pending = deployment.begin()
    options = deployment.server.start_passkey_login(pending) | {"allowCredentials": []}
    response = Browser(ORIGIN).get(options, bobs)
    return lambda: deployment.server.finish_passkey_login(pending, response)


def stale_challenge(deployment: Deployment) -> Call:
    """The response to a challenge that a later one of the same login has made void."""
    holder = owner(deployment)
    pending = deployment.begin()
    response = deployment.answer(pending, holder)
    deployment.server.start_passkey_login(pending)
    return lambda: deployment.server.finish_passkey_login(pending, response)


def unverified(deployment: Deployment) -> Call:
    holder = owner(deployment)
    deployment.open(replace(EXPLAINING, user_verification="required"))
    holder.misbehaves.add(Misbehaviour.NO_USER_VERIFIED)
    return answering(deployment, holder)


def synced(deployment: Deployment) -> Call:
    holder = owner(deployment)
    deployment.open(replace(EXPLAINING, synced_passkeys=False))
    return answering(deployment, holder)


def wrong_algorithm(deployment: Deployment) -> Call:
    holder = PasskeyHolder(SeededRandomness(19), misbehaves=[Misbehaviour.OTHER_ALGORITHM])
    session = deployment.log_in()
    return lambda: deployment.add_passkey(session, holder)


def known_credential(deployment: Deployment) -> Call:
    """Bob registers a passkey with the credential id of Alice's."""
    holder = owner(deployment)
    holder.misbehaves.add(Misbehaviour.REPEATS_IDS)
    deployment.server.register(BOB, PASSWORD)
    pending = deployment.begin(BOB)
    return lambda: deployment.add_passkey(pending, holder)


def phishable_session(deployment: Deployment) -> Call:
    owner(deployment)
    session = deployment.log_in()
    return lambda: deployment.server.issue_recovery_codes(session)


def code_not_allowed(deployment: Deployment) -> Call:
    owner(deployment)
    deployment.open(replace(EXPLAINING, code_allowed_with_passkey=False))
    deployment.clock.advance(30)
    pending = deployment.begin()
    code = deployment.phone.code(f"mfa-lab: {NAME}")
    return lambda: deployment.server.finish_login(pending, code)


AT_LOGIN: dict[Reason, Callable[[Deployment], Call]] = {
    Reason.PASSKEY_MALFORMED: malformed,
    Reason.PASSKEY_UNKNOWN: unknown,
    Reason.PASSKEY_OWNER: another_account,
    Reason.PASSKEY_TYPE: lambda here: by_hand(here, owner(here), "webauthn.create", ORIGIN),
    Reason.PASSKEY_CHALLENGE: stale_challenge,
    Reason.PASSKEY_ORIGIN: lambda here: answering(here, owner(here), Browser("http://shop.localhost:9999")),
    Reason.PASSKEY_CROSS_ORIGIN: lambda here: answering(
        here, owner(here), Browser(ORIGIN, top_origin="http://sh0p.localhost:8000", allows=True)
    ),
    Reason.PASSKEY_RP_ID: misbehaving(Misbehaviour.OTHER_RP_ID),
    Reason.PASSKEY_USER_PRESENT: misbehaving(Misbehaviour.NO_USER_PRESENT),
    Reason.PASSKEY_USER_VERIFIED: unverified,
    Reason.PASSKEY_SYNCED: synced,
    Reason.PASSKEY_BACKUP: misbehaving(Misbehaviour.BACKUP_CHANGES),
    Reason.PASSKEY_SIGNATURE: misbehaving(Misbehaviour.WRONG_SIGNATURE),
    Reason.PASSKEY_COUNTER: misbehaving(Misbehaviour.COUNTER_STANDS, synced=False),
}
ELSEWHERE: dict[Reason, Callable[[Deployment], Call]] = {
    Reason.PASSKEY_ALGORITHM: wrong_algorithm,
    Reason.PASSKEY_KNOWN: known_credential,
    Reason.NOT_PHISHING_RESISTANT: phishable_session,
    Reason.CODE_NOT_ALLOWED: code_not_allowed,
}
