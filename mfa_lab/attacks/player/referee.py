"""Send the requests of a game to the server, and compare each answer with what the model says."""

from __future__ import annotations

import copyreg
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mfa_lab.attacks.helpers.minimal_server import PERIOD, code_of
from mfa_lab.attacks.helpers.slow_reads import MEMORY, slow_reads
from mfa_lab.attacks.helpers.world import LOOKALIKES, Make, Person, World
from mfa_lab.attacks.law import IDLE_SECONDS, SESSION_SECONDS, Law
from mfa_lab.attacks.player.model import Account, Row, Verdict
from mfa_lab.attacks.player.narrator import Narrator
from mfa_lab.attacks.player.words import duration, title
from mfa_lab.errors import AccessDenied, ClockSetBack, MfaError
from mfa_lab.otp import step_at
from mfa_lab.phone.authenticator import Phone
from mfa_lab.server.records import Enrolment, PendingLogin, RecoveryCodes, Session

IN, OUT, EITHER = Verdict.IN, Verdict.OUT, Verdict.EITHER
ENROLLED_BEFORE = 120
"""The number of seconds before the game at which everybody has enrolled, as in `World`."""
_PATIENCE_SECONDS = 60
_PASSWORD = "a mule's head in a bucket"  # noqa: S105


@dataclass
class Opened:
    """Hold a session, the time at which it was opened, and the time of its last use."""

    session: Session
    opened_at: int
    used_at: int

    def verdict(self, now: int, law: Law) -> Verdict:
        """Return whether a correct server still accepts the session."""
        if now < self.opened_at:
            return EITHER  # the clock was set back
        age, idle = now - self.opened_at, now - self.used_at
        if age >= (SESSION_SECONDS if law.sessions_end else IDLE_SECONDS) or idle >= IDLE_SECONDS:
            return OUT if law.sessions_end else EITHER
        # A server may record the use of a session once a minute, so the limit is exact to the minute.
        return IN if idle < IDLE_SECONDS - 60 else EITHER


class Referee(Narrator):
    """Hold one server, the people who use it, and what the model knows about them.

    `pendings` contains every pending login. `latest` is the latest time that the server's clock has shown. While
    the clock shows an earlier time, the server may refuse to work.
    """

    def __init__(self, make: Make, law: Law) -> None:
        super().__init__(World(make))
        self.make, self.law = make, law
        if law.clock_goes_back:
            self.denials = (AccessDenied, ClockSetBack)  # a server may stop working until the clock is correct
        self.latest = self.now()
        self.people = {"alice": self.world.alice, "mallory": self.world.mallory}
        self.accounts = {who: enrolled(person, self.now() - ENROLLED_BEFORE) for who, person in self.people.items()}
        self.others: list[str] = []
        self.pendings: list[tuple[str, PendingLogin]] = []
        self.sessions: dict[str, Opened] = {}

    def begin(self, who: str) -> PendingLogin | None:
        """Complete step 1. Return None if the server rejects the correct password at a moment when it may do so."""
        pending = self.attempt(lambda: self.world.begin(self.people[who]), PendingLogin)
        if pending is not None:
            self.pendings.append((who, pending))
        elif self.accounts[who].passwords.verdict(self.now(), self.law) is IN and self.now() >= self.latest:
            self.differs("out", f"The server rejects {title(who)}'s correct password.")
        return pending

    def finish(self, who: str, pending: PendingLogin | None, code: str) -> None:
        """Complete step 2 with this code."""
        if pending is not None:
            self.answered(who, code, self.attempt(lambda: self.world.server.finish_login(pending, code), Session))

    def finish_at_once(self, sent: list[tuple[str, PendingLogin, str]]) -> None:
        """Complete step 2 for several people at once, each with a code.

        With a database file, each request runs in its own thread. Without a file, the last request runs
        first.
        """
        calls: list[Callable[[], Any]] = [
            partial(self.world.server.finish_login, pending, code) for _, pending, code in sent
        ]
        if self.law.on_file:
            sessions = self._in_threads(calls)
        else:
            sessions = [self.attempt(call, Session) for call in reversed(calls)][::-1]
        answers = [
            (session is None, who, code, session) for (who, _, code), session in zip(sent, sessions, strict=True)
        ]
        for _, who, code, session in sorted(answers, key=lambda answer: answer[0]):
            self.answered(who, code, session)

    def _in_threads(self, calls: list[Callable[[], Any]]) -> list[Session | None]:
        start = threading.Barrier(len(calls))

        def ask(call: Callable[[], Any]) -> Session | None:
            start.wait(_PATIENCE_SECONDS)
            return self.attempt(call, Session)

        with slow_reads(MEMORY), ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(ask, calls))

    def answered(self, who: str, code: str, session: Session | None) -> None:
        """Compare the server's answer to this code with what the model says."""
        account, now = self.accounts[who], self.now()
        wanted = account.judge(code, now, self.law)
        if session and wanted.verdict is OUT:
            self.differs("in", f"The server accepts {wanted.why}.")
        if not session and wanted.verdict is IN and now >= self.latest:
            self.differs("out", f"The server rejects {title(who)}'s valid code.")
        if not session:
            account.codes.wrong(now, verified=False)
        elif wanted.step is not None:
            self.succeeded(who, wanted.step, session)

    def succeeded(self, who: str, step: int, session: Session) -> None:
        """Record a completed login."""
        account, now = self.accounts[who], self.now()
        account.used.append((step, now))
        account.codes, account.passwords = Row(), Row()
        if who in self.sessions:
            self.sessions[f"{who}, earlier"] = self.sessions[who]
        self.sessions[who] = Opened(session, now, now)
        opened = self.whose(session)
        if opened != self.people[who].name:
            self.differs("out", f"The new session opens {opened or 'no page'}.")

    def opens_nothing(self, who: str, pending: PendingLogin) -> None:
        """Show the token of step 1 as if it were a session."""
        opened = self.whose(Session(pending.token, self.people[who].name, self.now(), pending.expires_at))
        if opened:
            self.differs("in", f"The page of {opened} opens.")

    # What a guesser would find out

    def would_verify(self, who: str, pending: PendingLogin | None = None) -> bool | None:
        """Return whether the server would accept a correct code now, in this login or in a new login.

        Return None if this cannot be found out.
        """
        account, now, person = self.accounts[who], self.now(), self.people[who]
        if account.codes.verdict(now, self.law) is IN:
            return True
        step = account.unused_step(now)
        if step is None or not (self.law.budgets or self.law.must_disable):
            return False
        code = account.code(step)
        return self.on_a_copy(
            lambda server: server.finish_login(pending or server.begin_login(person.name, person.password), code)
        )

    def would_verify_password(self, who: str) -> bool | None:
        """Return whether the server would accept the correct password now, or None if this cannot be found out."""
        person = self.people[who]
        if not self.law.budgets:
            return False
        return self.on_a_copy(lambda server: server.begin_login(person.name, person.password))

    def on_a_copy(self, call: Callable[[Any], object]) -> bool | None:
        """Return whether a call succeeds on a copy of the server, or None if the server cannot be copied."""
        server = self.world.server
        shared = [self.world.clock, self.world.randomness, *([server.hasher] if hasattr(server, "hasher") else [])]
        try:
            with _new_locks():
                copied = deepcopy(server, {id(each): each for each in shared})
        except Exception:  # noqa: BLE001 (a file, a generator or a lambda of the learner's)
            return None
        try:
            call(copied)
        except Exception:  # noqa: BLE001 (it is not accepted)
            return False
        return True

    def within_budgets(self, row: Row, words: str) -> None:
        """End the game if the server verified more guesses than the law allows."""
        if excess := row.excess(self.law.budgets):
            seconds, number = excess
            self.differs("budget", f"Within {duration(seconds)} the server verified {number} of these {words}.")

    # People and time

    def join(self, count: int) -> None:
        """Let `count` other people register and enrol.

        The server's clock then shows the time at which Alice enrolled.
        """
        now = self.now()
        self.world.clock.set(now - ENROLLED_BEFORE)
        number = 0
        while len(self.others) < count:
            name = LOOKALIKES[number] if number < len(LOOKALIKES) else f"user{number}@example.org"
            number += 1
            try:
                self.world.server.register(name, _PASSWORD)
            except MfaError:
                continue  # the server takes this name for another one
            try:
                self.accounts[name] = self._joined(name)
            except Exception as error:  # noqa: BLE001 (whatever the learner's class raises is an answer)
                self.differs("out", f"{name} registers, but cannot enrol an authenticator: {type(error).__name__}.")
            self.others.append(name)
        self.world.clock.set(now)

    def _joined(self, name: str) -> Account:
        """Enrol one of many people without letting a phone read the URI.

        Reading the URIs would take most of the time of a game.
        """
        self.people[name] = Person(name, _PASSWORD, self.world.alice.phone)
        server, step = self.world.server, step_at(self.now())
        enrolment = server.start_enrolment(self.world.begin(self.people[name]))
        secret: str = enrolment.account.secret.reveal()
        server.confirm_enrolment(enrolment, code_of(secret, step))
        return Account(secret, [(step, self.now())])

    def person(self, who: str) -> str:
        """Return a person's key in `people`.

        A number stands for one of the people with lookalike names, or for Mallory if there are not enough
        such people. Any other text is returned unchanged.
        """
        if not who.isdigit():
            return who
        return self.others[int(who)] if int(who) < len(self.others) else "mallory"

    def enrol_again(self, who: str) -> None:
        """Enrol an account whose factors were reset, with another phone."""
        person = replace(self.people[who], phone=Phone(self.world.clock))
        if not self._enrolled(who, person):
            self.pause(2 * PERIOD)  # a server may accept no code of a step that was used before
            person = replace(person, phone=Phone(self.world.clock))
            if not self._enrolled(who, person):
                self.differs("out", f"{title(who)} cannot enrol an authenticator.")
        row = self.accounts[who].codes
        self.people[who] = person
        self.accounts[who] = enrolled(person, self.now())
        self.accounts[who].codes.most, self.accounts[who].codes.last_at = row.most, row.last_at

    def _enrolled(self, who: str, person: Person) -> bool:
        pending, server = self.begin(who), self.world.server
        enrolment = self.attempt(lambda: server.start_enrolment(pending), Enrolment) if pending else None
        if enrolment is None:
            return False
        person.phone.add(enrolment.uri)
        confirm = partial(server.confirm_enrolment, enrolment, person.phone.code())
        return self.attempt(confirm, RecoveryCodes) is not None

    def pause(self, seconds: int) -> None:
        """Let time pass, or set the clock back."""
        self.world.clock.advance(seconds)
        self.latest = max(self.latest, self.now())


def enrolled(person: Person, at: int) -> Account:
    """Return the model's account of somebody who enrolled at this time (Unix seconds)."""
    (exported,) = person.phone.export()
    return Account(str(exported["secret"]), [(step_at(at), at)])


@contextmanager
def _new_locks() -> Iterator[None]:
    """Make sure that a copy of a server gets its own locks."""
    kinds = {type(make()): make for make in (threading.Lock, threading.RLock)}
    for kind, make in kinds.items():
        copyreg.pickle(kind, lambda _lock, make=make: (make, ()))  # type: ignore[misc]
    try:
        yield
    finally:
        for kind in kinds:
            copyreg.dispatch_table.pop(kind, None)
