"""Attack 17, account lockout: a stranger who knows an account's name locks the owner out.

A limit on wrong passwords may delay the next attempt, but it must not disable the account.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mfa_lab.attacks.helpers.minimal_server import Count, MinimalServer
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, outcome, refuses_everybody
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.clock import Clock
from mfa_lab.errors import AccessDenied
from mfa_lab.randomness import Randomness
from mfa_lab.server.records import PendingLogin

_MINUTE, _HOUR, _WEEK = 60, 3600, 7 * 24 * 3600
_WRONG = "demo only: not the password"


class LockingServer(MinimalServer):
    """Lock an account after ten wrong passwords in a row, until an administrator unlocks it.

    Each name's wrong passwords are counted in a `Count` (`failures`, `wait_until`). A correct password resets the
    count.
    """

    allowed = 10

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self._counts: dict[str, Count] = {}

    def begin_login(self, name: str, password: str) -> PendingLogin:
        count = self._counts.setdefault(name, Count())
        if self.locked(count):
            raise AccessDenied
        try:
            pending = super().begin_login(name, password)
        except AccessDenied:
            self.wrong_password(count)
            raise
        del self._counts[name]
        return pending

    def locked(self, count: Count) -> bool:
        """Return whether the server refuses to verify any password for this name."""
        return count.failures >= self.allowed

    def wrong_password(self, count: Count) -> None:
        """Record that a password was verified and was wrong."""
        count.failures += 1


class Fixed(LockingServer):
    """Make the user wait for half a minute after the third wrong password.

    Each further wrong password doubles the wait, up to an hour.
    """

    def locked(self, count: Count) -> bool:
        return self.clock.now() < count.wait_until

    def wrong_password(self, count: Count) -> None:
        count.failures += 1
        if count.failures > 2:
            wait = min(30 * 2 ** (count.failures - 3), 3600)
            count.wait_until = self.clock.now() + wait


def _guess(world: World, count: int, pause: int = 0) -> None:
    """Type wrong passwords for Alice's name, with a pause between two attempts but not after the last one."""
    for number in range(count):
        world.clock.advance(pause if number else 0)
        outcome(lambda: world.server.begin_login(world.alice.name, _WRONG))


def _alice_begins(world: World) -> bool:
    return outcome(lambda: world.begin(world.alice)) == IN


def attack(make: Make) -> Measure:
    """Type a wrong password for Alice's name every ten minutes for a day. The stranger knows only her name.

    Then the stranger stops, and Alice tries every ten minutes for a week. The measure counts her rejections after the
    first hour.
    """
    world, every = World(make), 10 * _MINUTE
    _guess(world, 144, pause=every)
    tries = _WEEK // every
    refused = next((number for number in range(tries) if _later(world, every)), tries)
    held = "for a week or longer" if refused == tries else f"for {10 * (refused + 1)} minutes"
    within = _HOUR // every
    words = f"after the stranger's last attempt, Alice with the correct password is kept out {held}"
    return Measure(max(0, refused - within), tries - within, words)


def _later(world: World, seconds: int) -> bool:
    """Return whether Alice's password is accepted after a further pause."""
    world.clock.advance(seconds)
    return _alice_begins(world)


def delay_seconds(make: Make, wrong_passwords: int) -> int | None:
    """Return how many seconds Alice must wait after this number of wrong passwords in a row.

    Each wrong password is typed at a time when the server counts it. The result is a multiple of 30, or None if Alice
    must wait for more than a day.
    """
    world = World(make)
    _guess(world, wrong_passwords, pause=_HOUR)
    for delay in range(0, 24 * _HOUR + 1, 30):
        if _later(world, 30 if delay else 0):
            return delay
    return None


def _kept_out(count: int, pause: int = 0) -> Callable[[Make], str]:
    """Return a trial that finds out how long Alice's correct password is rejected after a stranger's attempts."""

    def run(make: Make) -> str:
        world, waited = World(make), 0
        _guess(world, count, pause)
        for hours in (1, 24, 168):
            world.clock.advance(hours * _HOUR - waited)
            waited = hours * _HOUR
            if _alice_begins(world):
                return f"{hours} h at most"
        return "more than 168 h"

    return run


def _hammered(make: Make) -> str:
    world = World(make)
    _guess(world, 30, pause=_HOUR)
    world.clock.advance(_MINUTE)
    _guess(world, 59, pause=_MINUTE)
    world.clock.advance(_MINUTE)
    world.begin(world.alice)
    return IN


def _right_at_last(count: int, pause: int = 0) -> Callable[[Make], str]:
    """Return a trial in which the last of a stranger's many passwords is the correct one."""

    def run(make: Make) -> str:
        world = World(make)
        _guess(world, count, pause)
        world.clock.advance(pause)
        world.begin(world.alice)
        return IN

    return run


def _mistypes(make: Make) -> str:
    world = World(make)
    for _ in range(3):
        _guess(world, 2)
        world.log_in(world.alice)
        world.clock.advance(30)
    return IN


def _after_three_mistakes(make: Make, seconds: int) -> str:
    world = World(make)
    _guess(world, 3)
    world.clock.advance(seconds)
    world.log_in(world.alice)
    return IN


def _another_name(make: Make) -> str:
    world = World(make)
    _guess(world, 100)
    return IN if world.whose(world.log_in(world.mallory)) == world.mallory.name else OUT


_AN_HOUR = "1 h at most"

ATTACK = Attack(
    number=17,
    id="account-lockout",
    title="Locked out on purpose",
    flaw="Locks the account after ten wrong passwords, so anyone who knows the name can lock the owner out.",
    story="An auction site showed who had made the highest bid. In the last minutes, a rival could type that "
    "bidder's name with three wrong passwords. The account was locked for a while, so the bidder could not "
    "answer the rival's own bid.",
    source="https://cwe.mitre.org/data/definitions/645.html",
    clauses=("ASVS-6.1.1", "NIST-3.2.2", "RFC4226-7.3"),
    standard_name="Account lockout (denial of service)",
    defence="Delays the next password attempt by an hour at most and never locks the account; a stranger who "
    "keeps guessing can still delay the owner.",
    weak=LockingServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(LockingServer),
    run=attack,
    trials=(
        Trial(
            "Alice, after a stranger's ten wrong passwords",
            _kept_out(10),
            _AN_HOUR,
            "Anybody who knows Alice's name can send ten requests, and then your server keeps her out. When does "
            "your lock end?",
        ),
        Trial(
            "Alice, after a thousand wrong guesses without a pause",
            _kept_out(1000),
            _AN_HOUR,
            "Anybody can send a thousand requests in a second, and then your server keeps Alice out too long. How "
            "does your wait grow?",
        ),
        Trial(
            "Alice, after a wrong guess every hour for two weeks",
            _kept_out(336, pause=_HOUR),
            _AN_HOUR,
            "A patient stranger sends one wrong password an hour for two weeks, and then Alice cannot log in. How "
            "long does your wait get?",
        ),
        Trial(
            "Alice, after an hour in which a stranger never stopped guessing",
            _hammered,
            IN,
            "Your server makes logins to Alice's account wait for an hour. Meanwhile, somebody goes on typing "
            "passwords. When does the wait end?",
        ),
        Trial(
            "A hundred guesses without a pause, then the correct one",
            _right_at_last(100),
            OUT,
            "Your server neither locks anybody out nor slows anybody down. During a wait, the server must not "
            "verify any password for the name. What does `locked` compare?",
        ),
        Trial(
            "A hundred guesses, one a minute, then the correct one",
            _right_at_last(100, pause=_MINUTE),
            OUT,
            (
                "Your server allows one guess a minute, which makes half a million guesses a year. How must the "
                "wait change as the guesses go on?"
            ),
        ),
        Trial(
            "Alice, who mistypes twice before each login",
            _mistypes,
            IN,
            "Your server already makes Alice wait after two mistakes. Two mistakes are not an attack. After how "
            "many failures should she have to wait?",
        ),
        Trial(
            "Alice, half a minute after her third mistake",
            partial(_after_three_mistakes, seconds=30),
            IN,
            "Half a minute after Alice's third mistake, your server still makes her wait. How long should the "
            "first wait be?",
        ),
        Trial(
            "Alice, 29 seconds after her third mistake",
            partial(_after_three_mistakes, seconds=29),
            OUT,
            "Your server verifies a password 29 seconds after the third mistake in a row. For how long should it "
            "not verify any password?",
        ),
        Trial(
            "Mallory, while somebody guesses passwords for Alice's name",
            _another_name,
            IN,
            "Somebody guesses passwords for Alice's account, and now your server keeps Mallory out of his own "
            "account. Whose failures does your method read?",
        ),
        *HONEST,
    ),
)
