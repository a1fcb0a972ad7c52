"""One house for the server's tests: a file, a clock, a server, a user with a phone. All values are demo values."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import argon2
import pytest
from sqlalchemy import Engine, event

from mfa_lab import AccessDenied, ManualClock, MfaServer, Phone, Policy, RelyingParty
from mfa_lab.errors import MfaError, Reason, Trace
from mfa_lab.otp import Verdict, diagnose
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.server.records import PendingLogin, RecoveryCodes, Session

NAME = "alice@example.org"
PASSWORD = "demo: correct horse battery staple"
WRONG = "demo: wrong horse battery staple"
KEY = bytes(range(32))
ORIGIN = "http://shop.localhost:8000"
RESET_PAGE = f"{ORIGIN}/password-reset/new"
PARTY = RelyingParty("shop.localhost", (ORIGIN, "http://shop.localhost:8001"))
START = 1_800_000_010
EXPLAINING = replace(Policy.CHEAPEST, explain_refusals=True)
NEVER_WAITS = replace(EXPLAINING, free_failures=1_000_000)
"""A policy whose throttle never makes anybody wait."""


class Deployment:
    """A server on a file in `folder`, whose rows can be looked at and changed behind its back."""

    def __init__(self, folder: Path, policy: Policy = EXPLAINING, clock: ManualClock | None = None) -> None:
        self.path = folder / "lab.db"
        self.url = f"sqlite:///{self.path}"
        self.clock = clock or ManualClock(START)
        self.phone = Phone(clock=self.clock)
        self.codes = RecoveryCodes(())
        self.server = self.open(policy)

    def open(self, policy: Policy = EXPLAINING, query: str = "") -> MfaServer:
        """The server, started again on the same file."""
        self.policy = policy
        self.server = MfaServer(
            self.url + query,
            clock=self.clock,
            policy=policy,
            key=KEY,
            relying_party=PARTY,
            reset_page=RESET_PAGE,
        )
        return self.server

    def enrol(self, name: str = NAME) -> RecoveryCodes:
        """Register `name` and bind the phone; the clock then stands in the next step."""
        self.server.register(name, PASSWORD)
        enrolment = self.server.start_enrolment(self.begin(name))
        self.phone.add(enrolment.uri)
        self.secret = enrolment.account.secret.reveal()
        self.codes = self.server.confirm_enrolment(enrolment, self.phone.code())
        self.clock.advance(30)
        return self.codes

    def begin(self, name: str = NAME, password: str = PASSWORD) -> PendingLogin:
        return self.server.begin_login(name, password)

    def log_in(self, name: str = NAME) -> Session:
        """A whole login with the code of a new step."""
        self.clock.advance(30)
        return self.server.finish_login(self.begin(name), self.phone.code(f"mfa-lab: {name}"))

    def add_passkey(self, permit: PendingLogin | Session, holder: PasskeyHolder, **how: Any) -> RecoveryCodes:
        """Register a passkey of `holder` in a browser on the honest page."""
        creation = self.server.start_passkey(permit, **how)
        return self.server.confirm_passkey(creation, Browser(ORIGIN).create(creation.options, holder))

    def answer(self, pending: PendingLogin, holder: PasskeyHolder, origin: str = ORIGIN) -> dict[str, Any]:
        """The browser's response to a new challenge."""
        return Browser(origin).get(self.server.start_passkey_login(pending), holder)

    def passkey_login(self, holder: PasskeyHolder, name: str = NAME) -> Session:
        """A whole login with the passkey."""
        pending = self.begin(name)
        return self.server.finish_passkey_login(pending, self.answer(pending, holder))

    def wrong_code(self) -> str:
        """A code of the right form that the phone shows in no step near."""
        codes = (f"{number:06d}" for number in range(987_654, 1_000_000))
        return next(c for c in codes if diagnose(self.secret, c, self.clock.now()).verdict is Verdict.NO_MATCH)

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """What raw SQL finds in the file."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(question).fetchall()

    def tamper(self, *changes: str) -> None:
        """Change the file as somebody would who can write it."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for change in changes:
                connection.execute(change)

    def dump(self) -> str:
        """The whole database as text."""
        with closing(sqlite3.connect(self.path)) as connection:
            return "\n".join(connection.iterdump())

    def count(self, column: str = "otp_failures") -> Any:
        """A counter of the first account."""
        return self.rows(f"SELECT {column} FROM accounts ORDER BY created_at")[0][0]  # noqa: S608


def refused(call: Callable[..., object], *arguments: object) -> Trace:
    """The instructor's view of a call that must be refused."""
    with pytest.raises(AccessDenied) as caught:
        call(*arguments)
    assert caught.value.trace is not None
    return caught.value.trace


def reason(call: Callable[..., object], *arguments: object) -> Reason:
    """Why a call was refused."""
    return refused(call, *arguments).reason


@contextmanager
def counted_costs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Costs]:
    """Count what requests cost: password hashes, at argon2's door, and statements, at the database's."""
    costs = Costs()
    verify = argon2.PasswordHasher.verify

    def counting(hasher: argon2.PasswordHasher, encoded: str, text: str) -> bool:
        costs.hashes.append(encoded.rsplit("$", 2)[0])
        return verify(hasher, encoded, text)

    def note(*execution: object) -> None:
        costs.statements.append(str(execution[2]))

    event.listen(Engine, "before_cursor_execute", note)
    with monkeypatch.context() as patch:
        patch.setattr(argon2.PasswordHasher, "verify", counting)
        try:
            yield costs
        finally:
            event.remove(Engine, "before_cursor_execute", note)


class Costs:
    """`hashes`: the parameters of each Argon2 verification; `statements`: the text of each SQL statement."""

    def __init__(self) -> None:
        self.hashes: list[str] = []
        self.statements: list[str] = []

    def take(self) -> tuple[list[str], list[str]]:
        """What was counted since the last time."""
        taken = self.hashes[:], self.statements[:]
        self.hashes.clear()
        self.statements.clear()
        return taken


def together(*calls: Callable[[], object]) -> list[object]:
    """What calls that start at the same moment, each in its own thread, return or raise."""
    start = Barrier(len(calls))

    def answer(call: Callable[[], object]) -> object:
        start.wait()
        try:
            return call()
        except MfaError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(answer, calls))
