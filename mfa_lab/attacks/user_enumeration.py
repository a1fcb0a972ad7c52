"""Attack 11, user enumeration: the server answers unknown names differently, which reveals who has an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from mfa_lab.attacks.helpers.minimal_server import MinimalServer
from mfa_lab.attacks.helpers.timing import counted_hashes
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, outcome, refuses_everybody
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.clock import Clock
from mfa_lab.errors import AccessDenied
from mfa_lab.randomness import Randomness, seeded_draws
from mfa_lab.server.records import PendingLogin

NOBODY = "nobody@example.org"
ATTEMPTS = 5
_WRONG = "demo only: not the password"
_NOTHING = "neither let in nor refused"


class Refused(AccessDenied):
    """Refuse with a message and the HTTP status of the page that shows it."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class EnumerableServer(MinimalServer):
    """Look a name up first, and answer an unknown name differently.

    After three wrong passwords, the next password must wait a minute.
    """

    free_passwords = 3

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.wrong_passwords: dict[str, list[int]] = {}

    def begin_login(self, name: str, password: str) -> PendingLogin:
        if name not in self.accounts:
            raise Refused(404, "There is no account with this name.")
        if self.waits(name):
            raise Refused(429, "Too many wrong passwords. Wait a minute.")
        try:
            pending = super().begin_login(name, password)
        except AccessDenied:
            self.count(name)
            raise Refused(401, "The password is wrong.") from None
        self.forget(name)
        return pending

    def waits(self, name: str) -> bool:
        """Return whether the last three passwords for this name were wrong, the last one less than a minute ago."""
        wrong = self.wrong_passwords.get(name, [])
        return len(wrong) >= self.free_passwords and self.clock.now() < wrong[-1] + 60

    def count(self, name: str) -> None:
        """Count a wrong password for this name, whether or not an account has this name."""
        self.wrong_passwords.setdefault(name, []).append(self.clock.now())

    def forget(self, name: str) -> None:
        """Reset the count after a correct password."""
        self.wrong_passwords.pop(name, None)


class Fixed(EnumerableServer):
    """Treat every name in the same way. Only the outcome depends on whether the name has an account."""

    def begin_login(self, name: str, password: str) -> PendingLogin:
        if self.waits(name):
            raise AccessDenied
        try:
            pending = MinimalServer.begin_login(self, name, password)
        except AccessDenied:
            self.count(name)
            raise
        self.forget(name)
        return pending


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold what a stranger notices about one rejection. `hashes` has the work of each hash.

    A hash takes about thirty milliseconds, so everything else is negligible. `mfa_lab.attacks.helpers.timing` shows
    the same difference in real time.
    """

    words: str
    status: int | None
    hashes: tuple[int, ...]


def seen(server: Any, name: str, attempts: int = ATTEMPTS) -> tuple[Seen, ...]:
    """Make several attempts at one name at the same moment, and return what each rejection shows."""
    noticed = []
    for _ in range(attempts):
        with counted_hashes() as hashes:
            words, status = _refusal(lambda: server.begin_login(name, _WRONG))
        noticed.append(Seen(words, status, tuple(hashes)))
    return tuple(noticed)


def _refusal(attempt: Callable[[], object]) -> tuple[str, int | None]:
    try:
        let_in = attempt() is not None
    except AccessDenied as denied:
        return str(denied), getattr(denied, "status", None)
    return "let in" if let_in else _NOTHING, None


def signs(one: tuple[Seen, ...], other: tuple[Seen, ...]) -> tuple[str, ...]:
    """Return the signs by which a stranger can distinguish two names."""
    first, second = one[0], other[0]
    differ = {
        "message": first.words != second.words,
        "status": first.status != second.status,
        "time": first.hashes != second.hashes,
        "throttling": [each == first for each in one] != [each == second for each in other],
    }
    return tuple(name for name, differs in differ.items() if differs)


_HAVE_ACCOUNTS = ("adele", "carlos", "erin", "grace", "ivan")
_HAVE_NONE = ("bruno", "dora", "felix", "heidi", "judy")


def attack(make: Make) -> Measure:
    """Try ten names without knowing a password, and compare each of them with a name that nobody has."""
    world = World(make)
    for name in _HAVE_ACCOUNTS:
        world.server.register(f"{name}@example.org", "demo only: a password")
    nobody = seen(world.server, NOBODY)
    found = {
        name: told
        for name in sorted(_HAVE_ACCOUNTS + _HAVE_NONE)
        if (told := signs(seen(world.server, f"{name}@example.org"), nobody))
    }
    got = len(found.keys() & set(_HAVE_ACCOUNTS))
    wrongly = len(found) - got
    by = sorted({sign for told in found.values() for sign in told}, key=_SIGNS.index)
    words = f"{got} of 5 accounts and {wrongly} of 5 names without an account stand out"
    return Measure(got, len(_HAVE_ACCOUNTS), f"{words}{', by ' if by else ''}{', '.join(by)}")


_SIGNS = ["message", "status", "time", "throttling"]


def _first_attempt(make: Make) -> str:
    server = World(make).server
    one, other = seen(server, "alice@example.org", 1), seen(server, NOBODY, 1)
    return _NOTHING if _NOTHING in {each.words for each in one + other} else _told(signs(one, other))


def _attempts_in_a_row(make: Make) -> str:
    server = World(make).server
    for number, (one, other) in enumerate(
        zip(seen(server, "alice@example.org"), seen(server, NOBODY), strict=True), 1
    ):
        if _NOTHING in {one.words, other.words}:
            return f"attempt {number}: {_NOTHING}"
        if told := signs((one,), (other,)):
            return f"attempt {number}: {told[0]} differs"
    return _ALIKE


def _any_game(make: Make) -> str:
    """Play random attempts twice: once at Alice's name, and once at a name without an account.

    Return whether the refusals differ.
    """
    for seed in range(_GAMES):
        one, other = World(make), World(make)
        for number, (kind, value) in enumerate(_attempts(seed), 1):
            if kind == "wait":
                one.clock.advance(value)
                other.clock.advance(value)
                continue
            name = f"{kind}-{value}@example.org"
            first = seen(one.server, name if kind == "other" else one.alice.name, 1)
            second = seen(other.server, name if kind == "other" else NOBODY, 1)
            if told := signs(first, second):
                return f"in game {seed}, attempt {number}: {told[0]} differs"
    return _ALIKE


def _attempts(seed: int) -> list[tuple[str, int]]:
    """Return a random series of pauses (in seconds), attempts at the given name, and attempts at other names."""
    draw, events = seeded_draws(seed), list[tuple[str, int]]()
    for _ in range(draw.randint(2, 10)):
        kind = draw.choice(("the name", "the name", "other", "wait"))
        if kind == "wait":
            events.append((kind, draw.choice((1, 30, 59, 60, 61, 300, 3600, 86_400))))
        else:
            count = draw.choice((1, 2, 3, 4, 12)) if kind == "the name" else draw.choice((1, 10, 40, 110))
            events += [(kind, number) for number in range(count)]
    return events


_GAMES = 25
_ALIKE = "alike"


def _told(told: tuple[str, ...]) -> str:
    return f"by {', '.join(told)}" if told else _ALIKE


def _still_waits(make: Make) -> str:
    world = World(make)
    _guess(world, world.alice.name, 10)
    return IN if world.begin(world.alice) else _NOTHING


def _guess(world: World, name: str, count: int) -> None:
    for _ in range(count):
        outcome(lambda: world.server.begin_login(name, _WRONG))


def _after_the_wait(make: Make) -> str:
    world = World(make)
    _guess(world, world.alice.name, 4)
    world.clock.advance(3600)
    world.log_in(world.alice)
    return IN


def _mistyped_now_and_then(make: Make) -> str:
    world = World(make)
    for _ in range(2):
        _guess(world, world.alice.name, 2)
        world.begin(world.alice)
    return IN


def _others_are_guessed(make: Make) -> str:
    world = World(make)
    for name in (NOBODY, world.mallory.name):
        _guess(world, name, 10)
    world.log_in(world.alice)
    return IN


def _right_password_while_waiting(make: Make) -> str:
    world = World(make)
    told = []
    for name in (world.alice.name, NOBODY):
        _guess(world, name, 10)
        told.append(_refusal(partial(world.server.begin_login, name, world.alice.password)))
    return _ALIKE if told[0] == told[1] else "not alike"


ATTACK = Attack(
    number=11,
    id="user-enumeration",
    title="Names are revealed",
    flaw="Answers differently if a name has no account: with other words, without a hash and without a wait.",
    story="In July 2024, Django fixed CVE-2024-39329: login requests took a different time for users without a "
    "usable password, so a stranger could find out their names.",
    source="https://docs.djangoproject.com/en/4.2/releases/4.2.14/",
    clauses=("ASVS-6.3.8", "NIST-3.2.2"),
    standard_name="User enumeration",
    defence="Uses the same words, the same hash computation and the same waits, whether or not the name exists.",
    weak=EnumerableServer,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(EnumerableServer),
    run=attack,
    trials=(
        Trial(
            "One attempt at Alice's name, and one at a name without an account",
            _first_attempt,
            _ALIKE,
            "Your server already answers differently for Alice's name and an unknown name at the first attempt. A "
            "stranger compares words, status and time. Which of the three differs, in your code or in the code that "
            "you call?",
        ),
        Trial(
            "Five attempts in a row at each of the two names",
            _attempts_in_a_row,
            _ALIKE,
            "Your server answers two names alike at first, but differently after some attempts. So a stranger "
            "simply tries more than once. What changes at the third or fourth attempt, and for which names?",
        ),
        Trial(
            "The correct password after ten wrong passwords, at once",
            _still_waits,
            OUT,
            "Immediately after ten wrong passwords, your server accepted the correct one. So an attacker can "
            "guess without a pause. Why does the name no longer have to wait?",
        ),
        Trial(
            "Alice's password, while her name and a name without an account have to wait",
            _right_password_while_waiting,
            _ALIKE,
            "While two names have to wait, your server answers them differently. So a stranger learns which name "
            "has an account. What does your code do before it checks whether a name has to wait?",
        ),
        Trial(
            "Alice, an hour after four wrong passwords",
            _after_the_wait,
            IN,
            "An hour after four wrong passwords, Alice still cannot get in. So a stranger can keep her out. When "
            "does the wait end on your server?",
        ),
        Trial(
            "Alice, who mistypes her password twice before each of two logins",
            _mistyped_now_and_then,
            IN,
            "Alice never mistyped three times in a row, but she has to wait. So her mistakes add up. What does a "
            "correct password do to the count?",
        ),
        Trial(
            "Alice, while strangers guess at other names",
            _others_are_guessed,
            IN,
            "Strangers guessed passwords for other names, but Alice has to wait. So anybody can keep her out. "
            "Whose attempts does your code count?",
        ),
        *HONEST,
        Trial(
            f"{_GAMES} random games, at Alice's name and at a name without an account",
            _any_game,
            _ALIKE,
            "Your server answers both names alike at first. After more attempts, pauses, and attempts at many other "
            "names, it answers them differently. What does it store for one of the names, and not for the other?",
        ),
    ),
)
