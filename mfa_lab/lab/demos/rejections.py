"""Every reason for rejecting a user's code, each from a real login, with what the user is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from tempfile import TemporaryDirectory

from mfa_lab.clock import ManualClock
from mfa_lab.errors import AccessDenied, Trace
from mfa_lab.lab.room import DEMO_NOW
from mfa_lab.lab.table import Table
from mfa_lab.otp import Verdict, diagnose
from mfa_lab.phone.authenticator import Phone
from mfa_lab.policy import CHEAPEST, Policy
from mfa_lab.randomness import SeededRandomness
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import PendingLogin

_ALICE = ("alice@example.org", "demo only: alice keeps bees")
_POLICY = replace(Policy.LESSON, hash_cost=CHEAPEST)  # a hundred logins follow, and no password here needs protection


Attempt = tuple[str, PendingLogin, str]
"""A sentence about the situation, and the pending login and the code that the server gets."""


class _Desk:
    """Hold a demo server with a database file, and Alice's enrolled phone, one time step after the enrolment."""

    def __init__(self, folder: str, *, enrolled: bool = True) -> None:
        self.folder = folder
        self.clock = ManualClock(DEMO_NOW)
        self.phone = Phone(self.clock)
        self.start()
        self.server.register(*_ALICE)
        if enrolled:
            enrolment = self.server.start_enrolment(self.begin())
            self.phone.add(enrolment.uri)
            self.secret = enrolment.account.secret
            self.server.confirm_enrolment(enrolment, self.phone.code())
            self.clock.advance(30)

    def start(self) -> None:
        """Start the server, or start it again. A new server finds its database file, but its memory is empty."""
        url = f"sqlite:///{self.folder}/demo.db"
        self.server = MfaServer(url, clock=self.clock, policy=_POLICY, randomness=SeededRandomness(seed=4))

    def begin(self) -> PendingLogin:
        return self.server.begin_login(*_ALICE)

    def wrong_code(self) -> str:
        """Return a code that is not valid in any nearby time step."""
        codes = (f"{number:06d}" for number in range(1_000_000))
        now = self.clock.now()
        return next(code for code in codes if diagnose(self.secret.reveal(), code, now).verdict is Verdict.NO_MATCH)

    def guess(self, count: int) -> None:
        """Type `count` wrong codes, each after a correct password, and wait whenever the server demands a wait."""
        for _ in range(count):
            _told, trace = _refusal(self, self.begin(), self.wrong_code())
            self.clock.advance(trace.wait_seconds or 0)


def every_refusal() -> Table:
    """Return a table of the nine reasons, each from a real login on a separate demo server."""
    attempts = (_malformed, _no_match, _near_miss, _reused, _throttled, _disabled, _expired, _spent, _not_enrolled)
    return _table("Nine reasons, and what the user is told", attempts)


def refusals_after_restart() -> Table:
    """Return a table of three reasons. The server stops and starts again before the code is typed."""
    return _table(
        "Rejected by a server that has just been started again", (_reused, _throttled, _spent), restart=True
    )


def _table(caption: str, attempts: Iterable[Callable[[_Desk], Attempt]], *, restart: bool = False) -> Table:
    rows = []
    for attempt in attempts:
        with TemporaryDirectory() as folder:
            desk = _Desk(folder, enrolled=attempt is not _not_enrolled)
            done, pending, code = attempt(desk)
            if restart:
                desk.server.close()
                desk.start()
            told, trace = _refusal(desk, pending, code)
            desk.server.close()
        rows.append((done, told, trace.reason, trace.sentence))
    return Table(caption, ("what was done", "the user is told", "reason", "because"), *rows)


def _refusal(desk: _Desk, pending: PendingLogin, code: str) -> tuple[str, Trace]:
    """Type a code that the server must reject. Return the message to the user, and the instructor's view."""
    try:
        desk.server.finish_login(pending, code)
    except AccessDenied as denied:
        if denied.trace is not None:
            return str(denied), denied.trace
    raise RuntimeError("the server must reject this code and explain why: use a policy with explain_refusals")


def _malformed(desk: _Desk) -> Attempt:
    return "five digits are typed", desk.begin(), desk.phone.code()[:5]


def _no_match(desk: _Desk) -> Attempt:
    return "six digits are guessed", desk.begin(), desk.wrong_code()


def _near_miss(desk: _Desk) -> Attempt:
    code = desk.phone.code()
    desk.clock.advance(60)
    return "a correct code is typed a minute late", desk.begin(), code


def _reused(desk: _Desk) -> Attempt:
    desk.server.finish_login(desk.begin(), desk.phone.code())
    return "a code is typed again", desk.begin(), desk.phone.code()


def _throttled(desk: _Desk) -> Attempt:
    for _ in range(_POLICY.free_failures + 1):
        _refusal(desk, desk.begin(), desk.wrong_code())
    return "three wrong codes, then at once the correct one", desk.begin(), desk.phone.code()


def _disabled(desk: _Desk) -> Attempt:
    start = desk.clock.now()
    desk.guess(_POLICY.disable_after_failures)
    hours = (desk.clock.now() - start) // 3600
    return (
        f"{_POLICY.disable_after_failures} wrong codes in {hours} hours, then the correct one",
        desk.begin(),
        desk.phone.code(),
    )


def _expired(desk: _Desk) -> Attempt:
    pending = desk.begin()
    desk.clock.advance(_POLICY.pending_seconds)
    return "the password, a break of five minutes, then the correct code", pending, desk.phone.code()


def _spent(desk: _Desk) -> Attempt:
    pending = desk.begin()
    desk.server.finish_login(pending, desk.phone.code())
    desk.clock.advance(30)
    return "a completed login is used again, with a new code", pending, desk.phone.code()


def _not_enrolled(desk: _Desk) -> Attempt:
    return "a code is typed for an account without an authenticator", desk.begin(), "123456"
