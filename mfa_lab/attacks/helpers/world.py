"""Provide the world of an attack: a server, a clock, and Alice and Mallory, each with an account and a phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mfa_lab.attacks.record import IN, OUT, Trial
from mfa_lab.clock import Clock, ManualClock
from mfa_lab.errors import AccessDenied
from mfa_lab.phone.authenticator import Phone
from mfa_lab.policy import Policy
from mfa_lab.randomness import Randomness, SeededRandomness
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import PendingLogin, Session

Make = Callable[[Clock, Randomness], Any]
"""A function that makes a server: `MinimalServer`, one of its subclasses, or `our_server`."""

LOOKALIKES = (
    "ALICE@example.org",
    "alice@evil.example",
    "ice@example.org",
    "alice@example.or",
    "alice@example.org.evil.example",
    "\uff41lice@example.org",
)
"""Names that a careless comparison takes for Alice's. A server may refuse to register such a name."""


def our_server(clock: Clock, randomness: Randomness) -> MfaServer:
    """Return this kit's own server, in memory, under its standard policy but with cheap hashes."""
    return MfaServer(clock=clock, randomness=randomness, policy=Policy.CHEAPEST)


def our_server_on_file(clock: Clock, randomness: Randomness, path: Path) -> MfaServer:
    """Return this kit's server with a database file, under its standard policy but with cheap hashes."""
    return MfaServer(f"sqlite:///{path}", clock=clock, randomness=randomness, policy=Policy.CHEAPEST)


@dataclass(frozen=True, slots=True)
class Person:
    """A person with an account and a phone. The passwords here are demo passwords."""

    name: str
    password: str
    phone: Phone


class SameKey:
    """A source of random bytes that first gives the key of another server, and then bytes of its own."""

    def __init__(self, key: bytes, randomness: Randomness) -> None:
        self._key, self._randomness = key, randomness

    def token_bytes(self, count: int) -> bytes:
        key, self._key = self._key, b""
        return key if len(key) == count else self._randomness.token_bytes(count)


_IN_A_DATABASE = ("accounts", "pendings", "sessions", "_offers", "rows")


class World:
    """One server that `make` makes, and two people who have enrolled.

    The world is seeded, so it is always the same. The clock is two minutes past the enrolments, and ten seconds past
    the beginning of a step.
    """

    def __init__(self, make: Make, *, seed: int = 1) -> None:
        self.clock, self.randomness = ManualClock(), SeededRandomness(seed)
        self._make, self.server = make, make(self.clock, self.randomness)
        self.alice = self.join("alice@example.org", "correct horse battery staple")
        self.mallory = self.join("mallory@example.org", "a mule's head in a bucket")
        self.clock.advance(120)

    def restart(self) -> None:
        """Stop the server, and start it again with the same database and the same key.

        Some servers have no database file. The new server then gets the attributes that `MinimalServer`, or
        the server of the attack on a stolen database, would keep in a database. Attributes that a subclass
        adds are lost.
        """
        old = self.server
        if hasattr(old, "close"):
            old.close()
        key = getattr(old, "key", b"")
        self.server = self._make(self.clock, SameKey(key, self.randomness) if key else self.randomness)
        for name in _IN_A_DATABASE:
            if name in vars(old):  # a method of `MfaServer` may have the same name
                setattr(self.server, name, vars(old)[name])

    def join(self, name: str, password: str) -> Person:
        """Register and enrol somebody."""
        person = Person(name, password, Phone(self.clock))
        self.server.register(name, password)
        enrolment = self.server.start_enrolment(self.begin(person))
        person.phone.add(enrolment.uri)
        self.server.confirm_enrolment(enrolment, person.phone.code())
        return person

    def begin(self, person: Person) -> PendingLogin:
        """Complete step 1 with this person's password, no matter who types it."""
        pending: PendingLogin = self.server.begin_login(person.name, person.password)
        return pending

    def log_in(self, person: Person) -> Session:
        """Complete all steps honestly, and return the session."""
        session: Session = self.server.finish_login(self.begin(person), person.phone.code())
        return session

    def whose(self, session: Session) -> str | None:
        """Return whose pages this session opens, or None if the server rejects it.

        The server decides this for every page.
        """
        try:
            name: str = self.server.check_session(session).name
        except AccessDenied:
            return None
        return name


def outcome(attempt: Callable[[], object]) -> str:
    """Return `IN` if `attempt` returns, and `OUT` if access is denied. Raises any other error of the server."""
    try:
        attempt()
    except AccessDenied:
        return OUT
    return IN


def _honest(make: Make) -> str:
    world = World(make)
    return IN if world.whose(world.log_in(world.alice)) == world.alice.name else OUT


def _again(make: Make) -> str:
    world = World(make)
    for _ in range(3):
        world.log_in(world.alice)
        world.clock.advance(30)
    world.log_in(world.alice)
    return IN


def _slow(make: Make) -> str:
    world = World(make)
    world.alice.phone.clock = ManualClock(world.clock.now() - 30)
    world.log_in(world.alice)
    return IN


def _typo(make: Make) -> str:
    world = World(make)
    pending = world.begin(world.alice)
    right = world.alice.phone.code()
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    if outcome(lambda: world.server.finish_login(pending, wrong)) == IN:
        return "gets in with a wrong code"
    world.server.finish_login(pending, right)
    return IN


def _wrong_code(make: Make) -> str:
    world = World(make)
    world.server.finish_login(world.begin(world.alice), world.mallory.phone.code())
    return IN


def _wrong_password(make: Make) -> str:
    world = World(make)
    world.server.begin_login(world.alice.name, world.mallory.password)
    return IN


HONEST = (
    Trial(
        "Alice, with her password and code",
        _honest,
        IN,
        "Your server rejects Alice although her password and code are correct. Such a server is safe but useless. "
        "Which check rejects her?",
    ),
    Trial(
        "Alice, four logins in a row",
        _again,
        IN,
        "Your server accepts Alice's first login but rejects a later one. What did the first login change?",
    ),
    Trial(
        "Alice, whose code is one step old",
        _slow,
        IN,
        "Your server rejects a code that is one step old. People type slowly, and clocks differ by a few seconds. "
        "Which steps should your server accept?",
    ),
    Trial(
        "Alice, who mistypes once",
        _typo,
        IN,
        "Your server rejects Alice's correct code after one typing mistake. Everybody mistypes from time to time. "
        "What should one mistake cost?",
    ),
    Trial("A wrong code", _wrong_code, OUT, "Whatever else you fix, the server must still verify the code."),
    Trial(
        "A wrong password", _wrong_password, OUT, "Whatever else you fix, the server must still verify the password."
    ),
)
"What every server must continue to do, whether fixed or not. These trials are part of each grader whose target is a "
"server."


def refuses_everybody(weak: Any) -> Any:
    """Return a "fix" that no grader may accept: everybody can enrol, but nobody can finish a login."""

    class Refuser(weak):  # type: ignore[misc]
        def finish_login(self, *_: object, **__: object) -> Session:
            raise AccessDenied

    return Refuser
