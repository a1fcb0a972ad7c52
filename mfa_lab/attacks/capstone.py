"""The last exercise: a first draft of a server, and what the standards ask of it, clause by clause.

Nothing here is new: each mistake stood on the ladder or in a lesson. New is that they stand together.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mfa_lab.attacks.ladder.guesses import wrong_code
from mfa_lab.attacks.ladder.record import IN, OUT, Trial
from mfa_lab.attacks.ladder.watch import counted_hashes
from mfa_lab.attacks.ladder.world import HONEST, Make, World, outcome
from mfa_lab.clock import Clock
from mfa_lab.errors import AccessDenied
from mfa_lab.hidden import Hidden
from mfa_lab.otp import code_at, secret_bytes, step_at
from mfa_lab.policy import CHEAPEST
from mfa_lab.provisioning import OtpAccount
from mfa_lab.randomness import Randomness
from mfa_lab.server.passwords import PasswordHasher
from mfa_lab.server.records import Enrolment, PendingLogin, Permit, RecoveryCodes, Session, token_from

HOUR, DAY = 3600, 24 * 3600


class FirstDraft:
    """Somebody's first draft of a server with two steps. It runs, and honest people get in."""

    window_steps = 4

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self.clock, self.randomness = clock, randomness
        self.hasher = PasswordHasher(CHEAPEST, max_length=1024)
        self.passwords: dict[str, str] = {}  # name: hash
        self.shared: dict[str, str] = {}  # name: Base32
        self.last_step: dict[str, int] = {}  # name: step of the last code taken
        self.failures: dict[str, int] = {}  # name: wrong codes in a row
        self.failed_at: dict[str, int] = {}  # name: when the last of them came
        self.pendings: dict[str, str] = {}  # token: name
        self.sessions: dict[str, list[Any]] = {}  # token: [name, opened at, last seen at]
        self.offers: dict[str, tuple[str, str]] = {}  # token: (name, secret)
        self.log: list[str] = []

    def register(self, name: str, password: str) -> None:
        self.passwords[name] = self.hasher.hash(Hidden(password))

    def begin_login(self, name: str, password: str) -> PendingLogin:
        if name not in self.passwords:
            self.note("login", name, f"no such account, password {password}")
            raise AccessDenied("There is no account of this name.")
        if not self.hasher.verify(self.passwords[name], Hidden(password)):
            self.note("login", name, f"wrong password {password}")
            raise AccessDenied("The password is wrong.")
        token = self.new_token()
        self.pendings[token.reveal()] = name
        permits = Permit.CODE if name in self.shared else Permit.FIRST_FACTOR
        return PendingLogin(token, permits, self.clock.now() + 300)

    def finish_login(self, pending: PendingLogin, code: str) -> Session:
        name = self.pendings.get(pending.token.reveal())
        if name is None or self.must_wait(name):
            raise AccessDenied
        step = self.step_of(self.shared.get(name), code)
        if step is None or not self.may_spend(name, step):
            self.failures[name] = self.failures.get(name, 0) + 1
            self.failed_at[name] = self.clock.now()
            self.note("code", name, f"refused {code}")
            raise AccessDenied
        self.last_step[name] = step
        self.failures[name] = 0
        self.note("code", name, f"accepted {code}")
        return self.open_session(name)

    def step_of(self, secret: str | None, code: str) -> int | None:
        now = step_at(self.clock.now())
        for step in range(now - self.window_steps, now + self.window_steps + 1):
            if secret and code_at(secret, step * 30) == code:
                return step
        return None

    def may_spend(self, name: str, step: int) -> bool:
        return step != self.last_step.get(name)

    def must_wait(self, name: str) -> bool:  # noqa: ARG002
        return False  # later

    def open_session(self, name: str) -> Session:
        token, now = self.new_token(), self.clock.now()
        self.sessions[token.reveal()] = [name, now, now]
        return Session(token, name, now, now + DAY)

    def check_session(self, session: Session) -> Session:
        token = session.token.reveal()
        if token in self.pendings:
            return Session(session.token, self.pendings[token], 0, 0)
        if token not in self.sessions:
            raise AccessDenied
        self.sessions[token][2] = self.clock.now()
        return Session(session.token, self.sessions[token][0], 0, 0)

    def start_enrolment(self, pending: PendingLogin) -> Enrolment:
        name = self.pendings[pending.token.reveal()]
        if name in self.shared:
            raise AccessDenied
        token, secret = self.new_token(), self.new_secret()
        self.offers[token.reveal()] = name, secret
        return Enrolment(token, self.clock.now() + 900, OtpAccount(name, "first draft", Hidden(secret)))

    def confirm_enrolment(self, enrolment: Enrolment, code: str) -> RecoveryCodes:
        name, secret = self.offers[enrolment.token.reveal()]
        step = self.step_of(secret, code)
        if step is None:
            raise AccessDenied
        self.shared[name], self.last_step[name] = secret, step
        return RecoveryCodes(())

    def new_secret(self) -> str:
        return base64.b32encode(self.randomness.token_bytes(14)).decode()

    def new_token(self) -> Hidden:
        return token_from(self.randomness.token_bytes(32))

    def note(self, event: str, name: str, what: str) -> None:
        self.log.append(f"{self.clock.now()} {event} {name}: {what}")


class Mended(FirstDraft):
    """What the reference solution changes."""

    window_steps = 1

    def begin_login(self, name: str, password: str) -> PendingLogin:
        right = self.hasher.verify(self.passwords.get(name), Hidden(password))
        self.note("login", name if name in self.passwords else "-", "")
        if not right:
            raise AccessDenied
        token = self.new_token()
        self.pendings[token.reveal()] = name
        permits = Permit.CODE if name in self.shared else Permit.FIRST_FACTOR
        return PendingLogin(token, permits, self.clock.now() + 300)

    def may_spend(self, name: str, step: int) -> bool:
        return step > self.last_step.get(name, -1)

    def must_wait(self, name: str) -> bool:
        count = self.failures.get(name, 0)
        if count >= 100:
            return True
        wait = min(30 * 2 ** (count - 3), 3600) if count >= 3 else 0
        return self.clock.now() < self.failed_at.get(name, 0) + wait

    def check_session(self, session: Session) -> Session:
        name, opened, seen = self.sessions.get(session.token.reveal(), (None, 0, 0))
        now = self.clock.now()
        if name is None or now >= opened + 24 * 3600 or now >= seen + 3600:
            raise AccessDenied
        self.sessions[session.token.reveal()][2] = now
        return Session(session.token, name, opened, opened + 24 * 3600)

    def new_secret(self) -> str:
        return base64.b32encode(self.randomness.token_bytes(20)).decode()

    def note(self, event: str, name: str, what: str) -> None:
        self.log.append(f"{self.clock.now()} {event} {name}: {what.split()[0] if what else ''}")


@dataclass(frozen=True, slots=True)
class Clause:
    """A row of the table: what the standards ask, in a sentence, and the trials that show it."""

    ids: tuple[str, ...]
    asks: str
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """A clause and the first of its trials that came out otherwise, with what came; None where all is well."""

    clause: Clause
    open: Trial | None = None
    came: str = ""


def grade(make: Any) -> tuple[Grade, ...]:
    """Put every clause's trials to what the learner wrote. An error of its own is an answer, too."""
    return tuple(_graded(make, clause) for clause in CLAUSES)


def _graded(make: Any, clause: Clause) -> Grade:
    for trial in clause.trials:
        try:
            came = trial.answer(make)
        except Exception as error:  # noqa: BLE001 (whatever the learner's code raises)
            came = f"{type(error).__name__}: {error}"
        if came != trial.wanted:
            return Grade(clause, trial, came)
    return Grade(clause)


def _typed_late(make: Make, seconds: int) -> str:
    world = World(make)
    pending, code = world.begin(world.alice), world.alice.phone.code()
    world.clock.advance(seconds)
    world.server.finish_login(pending, code)
    return IN


def _old_code(make: Make) -> str:
    return _typed_late(make, 60)


def _slow_thumbs(make: Make) -> str:
    return _typed_late(make, 40)


def _again(make: Make) -> str:
    world = World(make)
    code = world.alice.phone.code()
    world.log_in(world.alice)
    return outcome(lambda: world.server.finish_login(world.begin(world.alice), code))


def _last_but_one(make: Make) -> str:
    world = World(make)
    code = world.alice.phone.code()
    world.log_in(world.alice)
    world.clock.advance(30)
    world.log_in(world.alice)
    return outcome(lambda: world.server.finish_login(world.begin(world.alice), code))


def _guessed(make: Make, *, guesses: int, every_seconds: int, then_seconds: int) -> str:
    world = World(make)
    for _ in range(guesses):
        outcome(lambda: world.server.finish_login(world.begin(world.alice), wrong_code(world, world.alice)))
        world.clock.advance(every_seconds)
    world.clock.advance(then_seconds)
    world.log_in(world.alice)
    return IN


def _at_once(make: Make) -> str:
    return _guessed(make, guesses=20, every_seconds=0, then_seconds=0)


def _an_hour_later(make: Make) -> str:
    return _guessed(make, guesses=20, every_seconds=0, then_seconds=HOUR)


def _two_mistakes(make: Make) -> str:
    return _guessed(make, guesses=2, every_seconds=0, then_seconds=0)


def _hundred(make: Make) -> str:
    return _guessed(make, guesses=101, every_seconds=HOUR, then_seconds=30 * DAY)


def _words(make: Make) -> str:
    world = World(make)
    heard = {_refusal(world, name) for name in (world.alice.name, "nobody@example.org")}
    return "the same" if len(heard) == 1 else "different"


def _refusal(world: World, name: str) -> str:
    try:
        world.server.begin_login(name, "demo only: not the password")
    except AccessDenied as denied:
        return str(denied)
    return "no refusal"


def _work(make: Make) -> str:
    world = World(make)
    counts = []
    for name in (world.alice.name, "nobody@example.org"):
        with counted_hashes() as hashes:
            _refusal(world, name)
        counts.append(len(hashes))
    return "the same" if counts[0] == counts[1] >= 1 else f"{counts[0]} and {counts[1]} hashes"


def _skips(make: Make) -> str:
    world = World(make)
    pending = world.begin(world.alice)
    world.server.check_session(Session(pending.token, world.alice.name, 0, 0))
    return IN


def _session_after(*pauses: int) -> Callable[[Make], str]:
    def run(make: Make) -> str:
        world = World(make)
        session = world.log_in(world.alice)
        for pause in pauses:
            world.clock.advance(pause)
            world.server.check_session(session)
        return IN

    return run


def _bits(make: Make) -> str:
    world = World(make)
    (account,) = world.alice.phone.export()
    bits = 8 * len(secret_bytes(str(account["secret"])))
    return "128 bits or more" if bits >= 128 else f"{bits} bits"


def _of_ones_own(make: Make) -> str:
    world = World(make)
    secrets = {str(person.phone.export()[0]["secret"]) for person in (world.alice, world.mallory)}
    return "different" if len(secrets) == 2 else "the same"


def _logged(make: Make) -> tuple[World, str, list[str]]:
    """A login, a wrong code, a wrong password, a password typed for a name: the world, its log, what was typed."""
    world = World(make)
    code, wrong = world.alice.phone.code(), wrong_code(world, world.alice)
    world.log_in(world.alice)
    world.clock.advance(30)
    outcome(lambda: world.server.finish_login(world.begin(world.alice), wrong))
    outcome(lambda: world.server.begin_login(world.alice.name, "demo only: my other password"))
    outcome(lambda: world.server.begin_login("demo only: typed into the wrong field", "x"))
    log = getattr(world.server, "log", None)
    lines = "\n".join(map(str, world.server.audit_log() if log is None else log))
    typed = [code, wrong, "my other password", "typed into the wrong field", world.alice.password]
    return world, lines, typed


def _secrets_in_log(make: Make) -> str:
    _, lines, typed = _logged(make)
    found = [what for what in typed if re.search(rf"(?<!\d){re.escape(what)}(?!\d)", lines)]
    return "what people typed" if found else "none"


def _logged_at_all(make: Make) -> str:
    _, lines, _ = _logged(make)
    return "logged" if lines.count("\n") >= 3 else "not logged"


CLAUSES = (
    Clause(
        ("RFC4226-R6",),
        "A shared secret has 128 bits or more.",
        (
            Trial("The secret in Alice's phone", _bits, "128 bits or more", "How many bytes does the draft draw?"),
            Trial(
                "Alice's and Mallory's secrets",
                _of_ones_own,
                "different",
                "One secret for everybody is no secret: whoever has an account has them all.",
            ),
        ),
    ),
    Clause(
        ("ASVS-6.3.8",),
        "Nobody learns who has an account, by words or by work.",
        (
            Trial(
                "Refusals for a name that exists and one that does not",
                _words,
                "the same",
                "Two sentences, two answers.",
            ),
            Trial("Hashes computed for each", _work, "the same", "One name costs a hash, the other costs nothing."),
        ),
    ),
    Clause(
        ("ASVS-6.3.3", "ASVS-7.2.4"),
        "A password alone opens nothing.",
        (Trial("A page behind the login, after the password alone", _skips, OUT, "Whose tokens open a page?"),),
    ),
    Clause(
        ("RFC6238-5.2",),
        "At most one step for delay.",
        (
            Trial("A code that is typed 60 s late", _old_code, OUT, "How many codes are right at a time?"),
            Trial("A code that is typed 40 s late", _slow_thumbs, IN, "One step of grace is allowed, and is kind."),
        ),
    ),
    Clause(
        ("RFC6238-5.2", "NIST-3.1.4.2", "ASVS-6.5.1"),
        "A code is accepted once.",
        (
            Trial("The same code, once more", _again, OUT, "It has been used."),
            Trial(
                "The code before the last one, once more",
                _last_but_one,
                OUT,
                "It has been used, too, and the window holds it still.",
            ),
        ),
    ),
    Clause(
        ("RFC4226-7.3", "NIST-3.2.2"),
        "Guessing waits, over all logins of the account.",
        (
            Trial(
                "Alice, right after twenty wrong guesses",
                _at_once,
                OUT,
                "Twenty wrong codes, and the next one was looked at.",
            ),
            Trial(
                "Alice, an hour after twenty wrong guesses", _an_hour_later, IN, "Waits end after an hour at most."
            ),
            Trial("Alice, after two mistakes", _two_mistakes, IN, "Two typing errors are no attack."),
        ),
    ),
    Clause(
        ("NIST-3.2.2",),
        "After a hundred wrong codes in a row nothing is looked at any more.",
        (
            Trial(
                "A month after 101 wrong guesses, one an hour",
                _hundred,
                OUT,
                "Time alone must not make it good again.",
            ),
        ),
    ),
    Clause(
        ("NIST-2.2.3",),
        "A session ends after a day, and after an hour without use.",
        (
            Trial(
                "A session that is used after 59 minutes",
                _session_after(59 * 60),
                IN,
                "That is still within the hour.",
            ),
            Trial(
                "A session that lay idle for an hour", _session_after(HOUR), OUT, "Nobody has been there for an hour."
            ),
            Trial(
                "A session in its second day",
                _session_after(*[50 * 60] * 30),
                OUT,
                "It was used all the time, and is a day old.",
            ),
        ),
    ),
    Clause(
        ("ASVS-16.2.5", "ASVS-16.3.1"),
        "Logins are logged, and what people type is not.",
        (
            Trial("The log of a morning", _logged_at_all, "logged", "A log without lines tells nobody anything."),
            Trial(
                "What people typed, looked for in it",
                _secrets_in_log,
                "none",
                "People type passwords into the wrong field, too.",
            ),
        ),
    ),
    Clause((), "Honest people still get in, and nobody else.", HONEST),
)
