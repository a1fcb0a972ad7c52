"""A room to learn in: one server, one phone, their clocks, and how far the login at hand has come."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from mfa_lab.clock import Clock, ManualClock, SystemClock
from mfa_lab.phone.phone import Phone
from mfa_lab.policy import Policy
from mfa_lab.randomness import SeededRandomness
from mfa_lab.resources import data_dir
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import Enrolment, PendingLogin, Session

DEMO_NOW = 1_800_000_010
"""15 January 2027, 08:00:10 UTC: ten seconds into time step 60 000 000."""


class Room:
    """What the forms of one cell or one notebook share. `demo`: its secrets are public and may be shown anywhere."""

    def __init__(self, server: MfaServer, phone: Phone, *, demo: bool = False) -> None:
        self.server = server
        self.phone = phone
        self.demo = demo
        self.pending: PendingLogin | None = None
        self.enrolment: Enrolment | None = None
        self.session: Session | None = None
        self._watchers: list[Callable[[], None]] = []

    @property
    def clock(self) -> Clock:
        """The server's clock."""
        return self.server.clock

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` after each step of the login."""
        self._watchers.append(changed)

    def move_on(
        self,
        *,
        pending: PendingLogin | None = None,
        enrolment: Enrolment | None = None,
        session: Session | None = None,
    ) -> None:
        """Note how far the login has come; what is not named is over."""
        self.pending, self.enrolment, self.session = pending, enrolment, session
        for changed in self._watchers:
            changed()


class _DemoRandomness(SeededRandomness):
    """Hands out a demo secret where a shared secret is asked for, and seeded bytes elsewhere."""

    def __init__(self, secret: str) -> None:
        super().__init__(seed=4)
        self._secret = base64.b32decode(secret)

    def token_bytes(self, count: int) -> bytes:
        return self._secret if count == len(self._secret) else super().token_bytes(count)


def demo_room() -> Room:
    """The same room each time: a clock that moves only when told to, and the demo secret of data/demo_accounts.json.

    For cells whose output is compared. Nothing here is worth stealing.
    """
    accounts = json.loads((data_dir() / "demo_accounts.json").read_text("utf-8"))["accounts"]
    clock = ManualClock(DEMO_NOW)
    server = MfaServer(
        clock=clock,
        policy=Policy.LESSON,
        issuer="mfa-lab demo",
        randomness=_DemoRandomness(accounts[0]["secret"]),
    )
    return Room(server, Phone(clock=clock), demo=True)


def live_room() -> Room:
    """A room on the real clock with real secrets, in memory: gone when the kernel stops."""
    clock = SystemClock()
    return Room(MfaServer(clock=clock, policy=Policy.LESSON, issuer="mfa-lab"), Phone(clock=clock))
