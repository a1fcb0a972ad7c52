"""Attack 22, user verification skipped: the server asks for a PIN or a fingerprint, and does not check the answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from mfa_lab.attacks.helpers.world import Make, Person
from mfa_lab.attacks.law import passkeys_and
from mfa_lab.attacks.passkeys.forging import without
from mfa_lab.attacks.passkeys.passkey_server import ORIGINS, PasskeyServer
from mfa_lab.attacks.passkeys.responses import LoginResponse
from mfa_lab.attacks.passkeys.world import HONEST, PasskeyWorld, our_passkey_server, refuses_every_passkey
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.errors import AccessDenied
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import Misbehaviour, Passkey, PasskeyHolder, cbor
from mfa_lab.randomness import SeededRandomness


class AnyTouchServer(PasskeyServer):
    """Require user verification in the options for the browser, and check only that somebody was present."""

    def check_user(self, response: LoginResponse) -> None:
        if not response.flags & 0x01:
            raise AccessDenied


class Fixed(AnyTouchServer):
    """Check both flags."""

    def check_user(self, response: LoginResponse) -> None:
        present, verified = response.flags & 0x01, response.flags & 0x04
        if not present or not verified:
            raise AccessDenied


def attack(make: Make) -> Measure:
    """Use Alice's and Bob's devices without their PINs: the thief's client changes one word of the options."""
    results = [_found(make, who) for who in ("alice", "bob")]
    got = results.count(IN)
    words = f"with the password and the device of two people, but without a PIN or a finger, {got} accounts of 2 open"
    return Measure(got, 2, words)


def _opens(world: PasskeyWorld, person: Person, *missing: Misbehaviour) -> str:
    pending = world.begin(person)
    response = without(world.holders[person.name][0], world.options(pending), *missing)
    return IN if world.whose(world.finish(pending, response)) == person.name else OUT


def _found(make: Make, who: str) -> str:
    """Return whether a found device opens its owner's account, after `required` was changed to `discouraged`."""
    world = PasskeyWorld(make)
    person = world.alice if who == "alice" else world.bob
    pending = world.begin(person)
    changed = {**world.options(pending), "userVerification": "discouraged"}
    try:
        session = world.finish(pending, Browser(ORIGINS[0]).get(changed, world.holders[person.name][0]))
    except AccessDenied:
        return OUT
    return IN if world.whose(session) == person.name else OUT


class _NotBackedUpYet(PasskeyHolder):
    """A phone whose passkeys can be backed up, but have not been backed up yet."""

    def _authenticator_data(self, *arguments: Any) -> bytes:
        data = bytearray(super()._authenticator_data(*arguments))
        data[32] &= ~0x10
        return bytes(data)


class _WithExtension(PasskeyHolder):
    """A phone that answers an extension in each login: the data follow the counter, and the highest flag says so."""

    def _authenticator_data(self, one: Passkey, verification: str, attested: bytes, *others: Any) -> bytes:
        data = bytearray(super()._authenticator_data(one, verification, attested, *others))
        if not attested:
            data[32] |= 0x80
            data += cbor({"credBlob": b""})
        return bytes(data)


def _with_another(make: Make, holder_class: type[PasskeyHolder]) -> str:
    """Return whether Alice gets in with a passkey that she has added on another phone."""
    world = PasskeyWorld(make)
    holder = holder_class(SeededRandomness(3))
    creation = world.server.start_passkey(world.log_in(world.alice))
    world.server.confirm_passkey(creation, Browser(ORIGINS[0]).create(creation.options, holder))
    pending = world.begin(world.alice)
    world.finish(pending, Browser(ORIGINS[0]).get(world.options(pending), holder))
    return IN


def _without(make: Make, missing: tuple[Misbehaviour, ...], who: str = "alice") -> str:
    world = PasskeyWorld(make)
    return _opens(world, world.alice if who == "alice" else world.bob, *missing)


ATTACK = Attack(
    number=22,
    id="user-not-verified",
    title="User verification is requested, and not checked",
    flaw="Asks the browser for user verification, and checks only that somebody touched the device.",
    story="In November 2021 a user of a library for passkeys reported a gap in its guide. On phones, a changed page "
    "could log in with a security key and without its PIN. The library checks the flag only if the program asks for "
    "this check, and the guide did not say so.",
    source="https://github.com/cedarcode/webauthn-ruby/issues/350",
    clauses=("NIST-B", "ASVS-6.3.3"),
    standard_name="User verification requested, not checked",
    defence="Checks both flags of the response if the policy requires user verification.",
    weak=AnyTouchServer,
    fixed=Fixed,
    ours=our_passkey_server,
    refuser=refuses_every_passkey(AnyTouchServer),
    run=attack,
    law=passkeys_and(no_user=24, add=8),
    trials=(
        Trial(
            "Alice's phone and password, without her finger",
            partial(_found, who="alice"),
            OUT,
            "Your server accepts Alice's phone without her finger. The options did ask for it, but the options are "
            "in the attacker's hands. Which part of the response says whether the user was verified?",
        ),
        Trial(
            "Bob's security key and password, without his PIN",
            partial(_found, who="bob"),
            OUT,
            "Your server accepts Bob's security key without his PIN. Which bits of the flags does your code read?",
        ),
        Trial(
            "Alice's phone, with user verification but without a touch",
            partial(_without, missing=(Misbehaviour.NO_USER_PRESENT,)),
            OUT,
            "Your server accepts a response although nobody was present. Malware could get such a response. Which "
            "bits of the flags does your code read?",
        ),
        Trial(
            "Bob's security key, with a PIN but without a touch",
            partial(_without, missing=(Misbehaviour.NO_USER_PRESENT,), who="bob"),
            OUT,
            "Your server accepts a security key that nobody touched. Which two bits must both be set?",
        ),
        Trial(
            "Alice's phone, with neither",
            partial(_without, missing=(Misbehaviour.NO_USER_PRESENT, Misbehaviour.NO_USER_VERIFIED)),
            OUT,
            "Your server accepts a response although the user was neither present nor verified. Which bits are left "
            "in its flags, and what do they mean?",
        ),
        *HONEST,
        Trial(
            "Alice, with a passkey that is not backed up yet",
            partial(_with_another, holder_class=_NotBackedUpYet),
            IN,
            "Your server rejects a passkey that can be backed up and is not yet. Such a passkey sends other flags "
            "than Alice's phone and Bob's key. Which bits may have any value?",
        ),
        Trial(
            "Alice, with a passkey that sends extension data",
            partial(_with_another, holder_class=_WithExtension),
            IN,
            "Your server rejects a passkey that sends data of an extension, which the highest bit of the flags "
            "announces. What do the other bits say about the user?",
        ),
    ),
)
