"""Attack 20, a forged response: the signature is verified, and nothing follows from the result."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from cryptography.exceptions import InvalidSignature

from mfa_lab.attacks.helpers.world import Make
from mfa_lab.attacks.law import passkeys_and
from mfa_lab.attacks.passkeys.forging import made_up_holder, signed_for_page, with_changed_bit, without
from mfa_lab.attacks.passkeys.passkey_server import ORIGINS, SIGNED_WITH, PasskeyServer, StoredPasskey
from mfa_lab.attacks.passkeys.responses import LoginResponse, encoded
from mfa_lab.attacks.passkeys.world import HONEST, PasskeyWorld, our_passkey_server, refuses_every_passkey
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.clock import Clock
from mfa_lab.errors import AccessDenied
from mfa_lab.phone.browser import client_data_json
from mfa_lab.phone.passkeys import Misbehaviour, PasskeyHolder
from mfa_lab.randomness import Randomness


class LenientServer(PasskeyServer):
    """Verify each signature, and count the bad ones for a report."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.bad_signatures = 0

    def check_signature(self, passkey: StoredPasskey, response: LoginResponse) -> None:
        signed = response.authenticator_data + hashlib.sha256(response.client_data_json).digest()
        try:
            passkey.public_key.verify(response.signature, signed, SIGNED_WITH)
        except InvalidSignature:
            self.bad_signatures += 1


class Fixed(LenientServer):
    """Deny access if the signature is not valid."""

    def check_signature(self, passkey: StoredPasskey, response: LoginResponse) -> None:
        signed = response.authenticator_data + hashlib.sha256(response.client_data_json).digest()
        try:
            passkey.public_key.verify(response.signature, signed, SIGNED_WITH)
        except InvalidSignature:
            self.bad_signatures += 1
            raise AccessDenied from None


def attack(make: Make) -> Measure:
    """Sign with a key that was made up a moment ago, under the credential id of Alice's passkey."""
    got = _signed_by(make, lambda _: made_up_holder()) == IN
    words = f"with Alice's password and a key made up on the spot, her pages {'open' if got else 'stay shut'}"
    return Measure(int(got), 1, words)


def _signed_by(make: Make, holder_in: Any) -> str:
    world = PasskeyWorld(make)
    holder = holder_in(world)
    pending = world.begin(world.alice)
    response = signed_for_page(
        holder, world.options(pending)["challenge"], ORIGINS[0], credential_id=_credential_id(world)
    )
    return world.opens_alices(pending, response)


def _credential_id(world: PasskeyWorld) -> bytes:
    return world.holders[world.alice.name][0].passkeys[0].credential_id


def _second_device(world: PasskeyWorld) -> PasskeyHolder:
    world.register_passkey(world.alice, world.log_in(world.alice))
    return world.holders[world.alice.name][1]


def _changed(make: Make, part: str, position: int) -> str:
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    response = world.respond(world.alice, world.options(pending))
    return world.opens_alices(pending, with_changed_bit(response, part, position))


def _empty(make: Make) -> str:
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    return world.opens_alices(pending, _with(world.respond(world.alice, world.options(pending)), signature=""))


def _rewritten(make: Make) -> str:
    """Return whether a phishing page gets a session by writing the site's own origin into the response."""
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    challenge = world.options(pending)["challenge"]
    response = signed_for_page(world.holders[world.alice.name][0], challenge, "http://sh0p.localhost:8000")
    own = encoded(client_data_json("webauthn.get", challenge, ORIGINS[0]))
    return world.opens_alices(pending, _with(response, clientDataJSON=own))


def _flag_set_later(make: Make) -> str:
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    holder = world.holders[world.alice.name][0]
    response = without(holder, world.options(pending), Misbehaviour.NO_USER_VERIFIED)
    return world.opens_alices(pending, with_changed_bit(response, "authenticatorData", 32 * 8 + 2))


def _with(response: dict[str, Any], **parts: str) -> dict[str, Any]:
    return {**response, "response": {**response["response"], **parts}}


ATTACK = Attack(
    number=20,
    id="signature-ignored",
    title="The result of the signature check is ignored",
    flaw="Verifies the signature, counts a bad one for a report, and goes on.",
    story="In August 2026 a web framework closed this fault. A library that it used reports a wrong signature as a "
    "value instead of an error. The framework did not read the value, and gave a session to anybody who knew a "
    "credential id.",
    source="https://github.com/cedarjs/cedar/pull/2545",
    clauses=("ASVS-6.3.3", "NIST-3.2.5"),
    standard_name="Signature verified, result ignored",
    defence="Raises an error inside the check, so no caller can forget to read a result.",
    weak=LenientServer,
    fixed=Fixed,
    ours=our_passkey_server,
    refuser=refuses_every_passkey(LenientServer),
    run=attack,
    law=passkeys_and(change=20, old_signature=14, other_key=20, add=8),
    trials=(
        Trial(
            "An empty signature",
            _empty,
            OUT,
            "Your server accepts a response without a signature. What does your code do with it?",
        ),
        Trial(
            "A key that was made up on the spot",
            partial(_signed_by, holder_in=lambda _: made_up_holder()),
            OUT,
            "Your server accepts the signature of a key that nobody has registered. What happens in your code if a "
            "signature is not valid?",
        ),
        Trial(
            "Mallory's passkey, under Alice's credential id",
            partial(_signed_by, holder_in=lambda world: world.holders[world.mallory.name][0]),
            OUT,
            "The response names Alice's passkey, but Mallory's passkey signed it. With whose public key does your "
            "code verify?",
        ),
        Trial(
            "Another passkey of Alice's, under the id of her first",
            partial(_signed_by, holder_in=_second_device),
            OUT,
            "The response names one passkey, and another passkey of the same account signed it. Which public key "
            "belongs to the id in the response?",
        ),
        Trial(
            "One bit of the signature is changed",
            partial(_changed, part="signature", position=300),
            OUT,
            "Your server accepts a changed signature. Which result of `verify` reaches the caller?",
        ),
        Trial(
            "One bit of the counter is changed",
            partial(_changed, part="authenticatorData", position=36 * 8),
            OUT,
            "Your server accepts changed authenticator data. Does the signature that you verify cover them?",
        ),
        Trial(
            "A phishing page that rewrites the origin",
            _rewritten,
            OUT,
            "A phishing page wrote your address into the client data after the signature, and your server accepts "
            "it. So the check of the origin is worth nothing. Does the signature that you verify cover the client "
            "data?",
        ),
        Trial(
            "No user verification, and the flag set afterwards",
            _flag_set_later,
            OUT,
            "Somebody set a flag after the signature, and your server believes it. What protects the flags from a "
            "change?",
        ),
        *HONEST,
    ),
)
