"""Provide the world of an attack on passkeys: a server, and four people with different authenticators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mfa_lab.attacks.helpers.world import Make, Person, World
from mfa_lab.attacks.passkeys.passkey_server import ORIGINS, RP_ID
from mfa_lab.attacks.record import IN, OUT, Trial
from mfa_lab.clock import Clock
from mfa_lab.errors import AccessDenied
from mfa_lab.phone.authenticator import Phone
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.policy import Policy
from mfa_lab.randomness import Randomness, SeededRandomness
from mfa_lab.server.factors.passkey.relying_party import RelyingParty
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import PendingLogin, Session

STRICT = replace(Policy.CHEAPEST, code_allowed_with_passkey=False, user_verification="required")


def our_passkey_server(clock: Clock, randomness: Randomness) -> MfaServer:
    """Return this kit's own server, in memory, under a policy that accepts no code once there is a passkey."""
    return MfaServer(
        clock=clock, randomness=randomness, policy=STRICT, relying_party=RelyingParty(RP_ID, ORIGINS, "small shop")
    )


class PasskeyWorld(World):
    """Hold one server that `make` makes, and the accounts of four people.

    Alice and Mallory have an authenticator app, and have added a passkey. Bob has only a passkey, on a security key.
    Carol has only an app. `holders` maps each name to the devices that hold this person's passkeys, one on each. The
    world is seeded. The clock is two minutes past the last registration.
    """

    def __init__(self, make: Make, *, seed: int = 1) -> None:
        super().__init__(make, seed=seed)
        self._seed = 100 * seed
        self.holders: dict[str, list[PasskeyHolder]] = {}
        self.bob = Person("bob@example.org", "an owl on a bicycle", Phone(self.clock))
        self.server.register(self.bob.name, self.bob.password)
        self.register_passkey(self.bob, self.begin(self.bob), synced=False)
        self.carol = self.join("carol@example.org", "a kettle full of stars")
        for person in (self.alice, self.mallory):
            self.register_passkey(person, self.log_in_with_code(person))
        self.clock.advance(120)

    def log_in(self, person: Person, number: int = 0, origin: str = ORIGINS[0]) -> Session:
        """Log in honestly with a passkey, and return the session."""
        pending = self.begin(person)
        return self.finish(pending, self.respond(person, self.options(pending), number, origin))

    def log_in_with_code(self, person: Person) -> Session:
        """Log in with the code that the person's phone shows."""
        return super().log_in(person)

    def options(self, pending: PendingLogin) -> dict[str, Any]:
        """Ask the server for a challenge."""
        options: dict[str, Any] = self.server.start_passkey_login(pending)
        return options

    def respond(
        self, person: Person, options: dict[str, Any], number: int = 0, origin: str = ORIGINS[0]
    ) -> dict[str, Any]:
        """Return the response of the person's browser on a page of this origin. Raises `CeremonyRefused`."""
        return Browser(origin).get(options, self.holders[person.name][number])

    def finish(self, pending: PendingLogin, response: dict[str, Any]) -> Session:
        """Send a response to the server."""
        session: Session = self.server.finish_passkey_login(pending, response)
        return session

    def register_passkey(self, person: Person, permit: PendingLogin | Session, *, synced: bool = True) -> None:
        """Register a passkey on a new device."""
        self._seed += 1
        holder = PasskeyHolder(SeededRandomness(self._seed), synced=synced)
        creation = self.server.start_passkey(permit)
        self.server.confirm_passkey(creation, Browser(ORIGINS[0]).create(creation.options, holder))
        self.holders.setdefault(person.name, []).append(holder)

    def opens_alices(self, pending: PendingLogin, response: dict[str, Any]) -> str:
        """Return whether a response opens Alice's pages."""
        try:
            session = self.finish(pending, response)
        except AccessDenied:
            return OUT
        return IN if self.whose(session) == self.alice.name else OUT


def _honest(make: Make) -> str:
    world = PasskeyWorld(make)
    return IN if world.whose(world.log_in(world.alice)) == world.alice.name else OUT


def _again(make: Make) -> str:
    world = PasskeyWorld(make)
    for _ in range(3):
        world.log_in(world.alice)
        world.clock.advance(1)
    return IN


def _security_key(make: Make) -> str:
    world = PasskeyWorld(make)
    return IN if world.whose(world.log_in(world.bob)) == world.bob.name else OUT


def _second_device(make: Make) -> str:
    world = PasskeyWorld(make)
    world.register_passkey(world.alice, world.log_in(world.alice), synced=False)
    world.log_in(world.alice, 0)
    world.log_in(world.alice, 1)
    return IN


def _two_tabs(make: Make) -> str:
    world = PasskeyWorld(make)
    pendings = [world.begin(world.alice), world.begin(world.mallory), world.begin(world.alice)]
    asked = [world.options(pending) for pending in pendings]
    for number in (2, 0):
        world.finish(pendings[number], world.respond(world.alice, asked[number]))
    return IN


def _other_address(make: Make) -> str:
    world = PasskeyWorld(make)
    world.log_in(world.alice, origin=ORIGINS[1])
    return IN


def _code(make: Make) -> str:
    world = PasskeyWorld(make)
    return IN if world.whose(world.log_in_with_code(world.carol)) == world.carol.name else OUT


def _own_passkey(make: Make) -> str:
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    response = world.respond(world.mallory, {**world.options(pending), "allowCredentials": []})
    return IN if world.whose(world.finish(pending, response)) else OUT


HONEST = (
    Trial(
        "Alice, with her password and passkey",
        _honest,
        IN,
        "Your server rejects Alice, although her password and her passkey's response are correct. Which check "
        "rejects her?",
    ),
    Trial(
        "Alice, three logins in a row",
        _again,
        IN,
        "Your server accepts Alice's first login but rejects a later one. What did the first login change?",
    ),
    Trial(
        "Bob, whose passkey is on a security key",
        _security_key,
        IN,
        "Your server accepts Alice's passkey, which is backed up, but rejects Bob's security key. What is different "
        "in the responses of the two?",
    ),
    Trial(
        "Alice, who adds a passkey on a second device",
        _second_device,
        IN,
        "Alice adds a second passkey, and then one of her two passkeys is rejected. How many passkeys may an account "
        "have?",
    ),
    Trial(
        "Alice, in two tabs, while Mallory logs in",
        _two_tabs,
        IN,
        "Several logins are open at the same time, and your server rejects or confuses them. How does your server "
        "tell the logins apart?",
    ),
    Trial(
        "Alice, at the second address of the shop",
        _other_address,
        IN,
        "Your server rejects Alice at the second address in `origins`. Which pages belong to this site?",
    ),
    Trial(
        "Carol, who has no passkey, with a code",
        _code,
        IN,
        "Your server rejects the code of an account that has no passkey. How else could Carol log in?",
    ),
    Trial(
        "Alice's password, Mallory's passkey",
        _own_passkey,
        OUT,
        "Your server accepts another person's passkey. Whatever you fix, the passkey must belong to the account.",
    ),
)
"What every server with passkeys must continue to do, whether fixed or not."


def refuses_every_passkey(weak: Any) -> Any:
    """Return a "fix" that no grader may accept: everybody can register, but no passkey logs in."""

    class Refuser(weak):  # type: ignore[misc]
        def finish_passkey_login(self, *_: object, **__: object) -> Session:
            raise AccessDenied

    return Refuser
