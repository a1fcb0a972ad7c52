"""Attack 23, fallback: an account has a passkey, but a code or only the password still gets somebody in."""

from __future__ import annotations

from contextlib import suppress

from mfa_lab.attacks.helpers.minimal_server import MinimalServer
from mfa_lab.attacks.helpers.world import Make
from mfa_lab.attacks.law import passkeys_and
from mfa_lab.attacks.passkeys.forging import with_changed_bit
from mfa_lab.attacks.passkeys.passkey_server import PasskeyServer
from mfa_lab.attacks.passkeys.world import HONEST, PasskeyWorld, our_passkey_server, refuses_every_passkey
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.errors import AccessDenied
from mfa_lab.phone.authenticator import Phone
from mfa_lab.server.records import Enrolment, PendingLogin, Session


class FallbackServer(PasskeyServer):
    """Offer another way to everybody who cannot use a passkey at the moment."""

    def finish_login(self, pending: PendingLogin, code: str) -> Session:
        return MinimalServer.finish_login(self, pending, code)

    def start_enrolment(self, pending: PendingLogin) -> Enrolment:
        return MinimalServer.start_enrolment(self, pending)


class Fixed(FallbackServer):
    """Offer the weaker ways only to an account without a passkey."""

    def finish_login(self, pending: PendingLogin, code: str) -> Session:
        if self.has_passkey(self.account_of(pending)):
            raise AccessDenied
        return super().finish_login(pending, code)

    def start_enrolment(self, pending: PendingLogin) -> Enrolment:
        if self.has_passkey(self.account_of(pending)):
            raise AccessDenied
        return super().start_enrolment(pending)


def attack(make: Make) -> Measure:
    """Phish Alice's code although she has a passkey, and enrol an app on Bob's account with only his password."""
    doors = {"a phished code": _phished(make) == IN, "an app that the thief enrols": _enrolled(make) == IN}
    open_doors = [door for door, is_open in doors.items() if is_open]
    words = f"both accounts have a passkey, and {len(open_doors)} of 2 weaker ways open them"
    return Measure(len(open_doors), 2, f"{words}{': ' if open_doors else ''}{' and '.join(open_doors)}")


def _with_code(world: PasskeyWorld, pending: PendingLogin) -> str:
    try:
        session = world.server.finish_login(pending, world.alice.phone.code())
    except AccessDenied:
        return OUT
    return IN if world.whose(session) == world.alice.name else OUT


def _phished(make: Make) -> str:
    world = PasskeyWorld(make)
    return _with_code(world, world.begin(world.alice))


def _after_a_login(make: Make) -> str:
    world = PasskeyWorld(make)
    world.log_in(world.alice)
    world.clock.advance(60)
    return _with_code(world, world.begin(world.alice))


def _after_the_challenge(make: Make) -> str:
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    world.options(pending)
    return _with_code(world, pending)


def _after_a_refusal(make: Make) -> str:
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    response = world.respond(world.alice, world.options(pending))
    with suppress(AccessDenied):
        world.finish(pending, with_changed_bit(response, "signature", 300))
    return _with_code(world, pending)


def _enrolled(make: Make) -> str:
    """Return whether somebody with only Bob's password gets in with an app of their own."""
    world = PasskeyWorld(make)
    phone = Phone(world.clock)
    try:
        enrolment = world.server.start_enrolment(world.begin(world.bob))
        phone.add(enrolment.uri)
        world.server.confirm_enrolment(enrolment, phone.code())
        world.clock.advance(60)
        session = world.server.finish_login(world.begin(world.bob), phone.code())
    except AccessDenied:
        return OUT
    return IN if world.whose(session) == world.bob.name else OUT


def _offered(make: Make) -> str:
    world = PasskeyWorld(make)
    world.server.start_enrolment(world.begin(world.bob))
    return "gets a shared secret"


def _newcomer(make: Make) -> str:
    world = PasskeyWorld(make)
    dave = world.join("dave@example.org", "a goose in a lighthouse")
    world.clock.advance(60)
    return IN if world.whose(world.log_in_with_code(dave)) == dave.name else OUT


ATTACK = Attack(
    number=23,
    id="weaker-factor",
    title="A weaker way in beside the passkey",
    flaw="Accepts a code, and enrols an authenticator app after the password, although the account has a passkey.",
    story="In September 2026 an administrator of a file-sharing server asked its makers for a rule that enforces "
    "passkeys. The server supported passkeys, but the login with a name and a password remained as a fallback. A "
    "second factor after the password did not close this gap.",
    source="https://github.com/nextcloud/server/issues/64390",
    clauses=("NIST-2.2.2", "NIST-3.2.5", "ASVS-6.3.3"),
    standard_name="Downgrade: fallback to a weaker factor",
    defence="With `code_allowed_with_passkey = False`, accepts no code once the account has a passkey; enrols a "
    "factor only in a session.",
    weak=FallbackServer,
    fixed=Fixed,
    ours=our_passkey_server,
    refuser=refuses_every_passkey(FallbackServer),
    run=attack,
    law=passkeys_and(fall_back=24, begun_before=6, code=10, wait=20),
    trials=(
        Trial(
            "Bob's password, and an app of the thief's",
            _enrolled,
            OUT,
            "Bob has a passkey and no app. A thief with only his password enrolled an app, and logged in with it. "
            "Which method made that possible?",
        ),
        Trial(
            "Alice's password and code, from a phishing page",
            _phished,
            OUT,
            "A phishing page hid the button for passkeys, and asked Alice for a code. Your server accepts the code. "
            "Which accounts still need codes?",
        ),
        Trial(
            "The same, after Alice has logged in with her passkey",
            _after_a_login,
            OUT,
            "Alice has just used her passkey, and your server still accepts a code for her account. When does an "
            "account stop needing codes?",
        ),
        Trial(
            "The same, in a login for which the server has given a challenge",
            _after_the_challenge,
            OUT,
            "In this login your server has already asked for the passkey, and then it accepts a code. What does your "
            "code look at?",
        ),
        Trial(
            "The same, after a rejected response",
            _after_a_refusal,
            OUT,
            "A passkey's response was rejected, and in the same login your server accepts a code instead. What did "
            "the rejected response change?",
        ),
        Trial(
            "Bob's password, and the offer of a shared secret",
            _offered,
            OUT,
            "Your server offers a shared secret to somebody who has shown only a password. Bob already has a "
            "passkey. Who may enrol an authenticator after the password?",
        ),
        *HONEST,
        Trial(
            "Dave, who enrols his first authenticator and uses it",
            _newcomer,
            IN,
            "Dave has no authenticator yet, and your server does not let him enrol one or use it. How does he differ "
            "from Bob?",
        ),
    ),
)
