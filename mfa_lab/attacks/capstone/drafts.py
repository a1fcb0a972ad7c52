"""Define the servers of the capstone: a first draft, and the kit's fix in two halves."""

from __future__ import annotations

import base64
from typing import Any

from mfa_lab.clock import Clock
from mfa_lab.errors import AccessDenied
from mfa_lab.otp import code_at, step_at
from mfa_lab.policy import CHEAPEST
from mfa_lab.provisioning import OtpAccount
from mfa_lab.randomness import Randomness
from mfa_lab.redaction import Redacted
from mfa_lab.server.passwords.hashing import PasswordHasher
from mfa_lab.server.records import Enrolment, PendingLogin, Permit, RecoveryCodes, Session, token_from


class FirstDraft:
    """The first draft of a server with two steps. It runs, and honest people get in."""

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
        self.passwords[name] = self.hasher.hash(Redacted(password))

    def begin_login(self, name: str, password: str) -> PendingLogin:
        if name not in self.passwords:
            self.note("login", name, f"no such account, password {password}")
            raise AccessDenied("There is no account with this name.")
        if not self.hasher.verify(self.passwords[name], Redacted(password)):
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
        if step is None or not self.may_consume(name, step):
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

    def may_consume(self, name: str, step: int) -> bool:
        return step != self.last_step.get(name)

    def must_wait(self, name: str) -> bool:  # noqa: ARG002
        return False  # later

    def open_session(self, name: str) -> Session:
        token, now = self.new_token(), self.clock.now()
        self.sessions[token.reveal()] = [name, now, now]
        return Session(token, name, now, now + 24 * 3600)

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
        return Enrolment(token, self.clock.now() + 900, OtpAccount(name, "first draft", Redacted(secret)))

    def confirm_enrolment(self, enrolment: Enrolment, code: str) -> RecoveryCodes:
        name, secret = self.offers[enrolment.token.reveal()]
        step = self.step_of(secret, code)
        if step is None:
            raise AccessDenied
        self.shared[name], self.last_step[name] = secret, step
        return RecoveryCodes(())

    def new_secret(self) -> str:
        return base64.b32encode(self.randomness.token_bytes(14)).decode()

    def new_token(self) -> Redacted:
        return token_from(self.randomness.token_bytes(32))

    def note(self, event: str, name: str, what: str) -> None:
        self.log.append(f"{self.clock.now()} {event} {name}: {what}")


class SecondDraft(FirstDraft):
    """Meet the first five clauses, which are about a single login."""

    window_steps = 1

    def new_secret(self) -> str:
        return base64.b32encode(self.randomness.token_bytes(20)).decode()

    def begin_login(self, name: str, password: str) -> PendingLogin:
        if not self.hasher.verify(self.passwords.get(name), Redacted(password)):  # None costs a hash too
            self.note("login", name, f"refused {password}")
            raise AccessDenied
        token = self.new_token()
        self.pendings[token.reveal()] = name
        permits = Permit.CODE if name in self.shared else Permit.FIRST_FACTOR
        return PendingLogin(token, permits, self.clock.now() + 300)

    def check_session(self, session: Session) -> Session:
        token = session.token.reveal()
        if token not in self.sessions:
            raise AccessDenied
        self.sessions[token][2] = self.clock.now()
        return Session(session.token, self.sessions[token][0], 0, 0)

    def may_consume(self, name: str, step: int) -> bool:
        return step > self.last_step.get(name, -1)


class Fixed(SecondDraft):
    """Meet the other four clauses, too. These clauses are about time."""

    def must_wait(self, name: str) -> bool:
        count = self.failures.get(name, 0)
        if count >= 100:
            return True
        wait = min(30 * 2 ** (count - 3), 3600) if count >= 3 else 0
        return self.clock.now() < self.failed_at.get(name, 0) + wait

    def check_session(self, session: Session) -> Session:
        _, opened, seen = self.sessions.get(session.token.reveal(), ("", 0, 0))
        now = self.clock.now()
        if now >= opened + 24 * 3600 or now >= seen + 3600:
            raise AccessDenied
        return super().check_session(session)

    def note(self, event: str, name: str, what: str) -> None:
        whose = name if name in self.passwords else "-"
        self.log.append(f"{self.clock.now()} {event} {whose}: {what.split()[0]}")
