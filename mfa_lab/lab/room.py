"""A room for practice: one server, one phone, their clocks, and the state of the current login."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock

from mfa_lab.clock import Clock, ManualClock, RunningClock, SkewedClock, SystemClock
from mfa_lab.errors import NameTaken
from mfa_lab.lab.seat import Seat, SeatServer, read
from mfa_lab.phone.authenticator import Phone
from mfa_lab.policy import Policy
from mfa_lab.provisioning import OtpAccount
from mfa_lab.randomness import SYSTEM, Randomness, SeededRandomness
from mfa_lab.resources import data_dir
from mfa_lab.server.factors.passkey.relying_party import RelyingParty
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import Enrolment, PendingLogin, Session

DEMO_NOW = 1_800_000_010
"""15 January 2027, 08:00:10 UTC, which is ten seconds into time step 60 000 000."""


@dataclass(frozen=True, slots=True)
class IssuedCodes:
    """Hold the recovery codes that a form shows, with their label. The server stores only hashes of the codes."""

    label: str
    codes: tuple[str, ...] = field(repr=False)


class Room:
    """Hold the server, the phone and the login that all forms of one cell or one notebook share.

    If `demo` is true, the room's secrets are public and may be shown anywhere.

    `demo_account` contains a public name and password. At a workshop's `seat`, it is the account of the seat.
    `account` is the account that the server last offered to a phone, either the room's phone or a real phone.
    `start_again` resets the room at any time.
    """

    def __init__(
        self,
        clock: Clock,
        phone_clock: Clock | None = None,
        *,
        demo: bool = False,
        seat: Seat | None = None,
        relying_party: RelyingParty | None = None,
    ) -> None:
        self.clock = clock
        self.phone = Phone(phone_clock or clock)
        self.demo = demo
        self.seat = seat
        self._relying_party = relying_party
        self.demo_account = seat.account if seat else _demo_accounts()[0]
        self.at_work = Lock()
        self._listeners: list[Callable[[], None]] = []
        self._open()

    def _open(self) -> None:
        self.server = self._new_server()
        self.pending: PendingLogin | None = None
        self.enrolment: Enrolment | None = None
        self.session: Session | None = None
        self.account: OtpAccount | None = None
        self.issued: IssuedCodes | None = None

    def _new_server(self) -> MfaServer:
        if self.seat:
            return SeatServer(self.seat, clock=self.clock, policy=Policy.LESSON, relying_party=self._relying_party)
        randomness: Randomness = _DemoRandomness(self.demo_account["secret"]) if self.demo else SYSTEM
        issuer = "mfa-lab demo" if self.demo else "mfa-lab"
        return MfaServer(
            clock=self.clock,
            policy=Policy.LESSON,
            issuer=issuer,
            randomness=randomness,
            relying_party=self._relying_party,
        )

    def welcome(self) -> None:
        """Make sure that the demo account exists.

        At a seat, also register the kit's own demo account, because the notebooks mention it.
        """
        for account in [self.demo_account, *(_demo_accounts()[:1] if self.seat else [])]:
            with suppress(NameTaken):
                self.server.register(account["name"], account["password"])

    def enrol(self) -> None:
        """Enrol the room's phone in one call. The phone is then the demo account's authenticator.

        This call consumes the phone's current code. If the clock can be moved, it advances to the next time step.
        """
        self.welcome()
        pending = self.server.begin_login(self.demo_account["name"], self.demo_account["password"])
        enrolment = self.server.start_enrolment(pending)
        self.phone.add(enrolment.uri)
        self.server.confirm_enrolment(enrolment, self.phone.code())
        if isinstance(self.clock, ManualClock):
            self.clock.advance(enrolment.account.period_seconds)
        self.account = enrolment.account
        self.move_on()

    def start_again(self) -> None:
        """Make a new server with only the demo account, and empty the phone. This call resolves any blocked state."""
        self.server.close()
        self._open()
        self.welcome()
        for label in self.phone.accounts:
            self.phone.remove(label)
        self._tell()

    def on_change(self, changed: Callable[[], None]) -> None:
        """Register `changed`. The room then calls it after each step of the login."""
        self._listeners.append(changed)

    def move_on(
        self,
        *,
        pending: PendingLogin | None = None,
        enrolment: Enrolment | None = None,
        session: Session | None = None,
    ) -> None:
        """Record the current pending login, enrolment and session. A value that is not passed becomes None."""
        self.pending, self.enrolment, self.session = pending, enrolment, session
        if enrolment is not None:
            self.account = enrolment.account
        self._tell()

    def _tell(self) -> None:
        for changed in self._listeners:
            changed()


class _DemoRandomness(SeededRandomness):
    """Return the demo secret if the caller asks for as many bytes as a secret has, and seeded bytes otherwise."""

    def __init__(self, secret: str) -> None:
        super().__init__(seed=4)
        self._secret = base64.b32decode(secret)

    def token_bytes(self, count: int) -> bytes:
        return self._secret if count == len(self._secret) else super().token_bytes(count)


def _demo_accounts() -> list[dict[str, str]]:
    accounts: list[dict[str, str]] = json.loads((data_dir() / "demo_accounts.json").read_text("utf-8"))["accounts"]
    return accounts


def demo_room() -> Room:
    """Return a new room that is always the same: its clock starts at `DEMO_NOW` and moves only by command.

    Its secret comes from data/demo_accounts.json and protects nothing. The room is for cells whose output is
    compared.
    """
    return Room(RunningClock(DEMO_NOW), demo=True)


def live_room(relying_party: RelyingParty | None = None) -> Room:
    """Return a new room with the real clock and real secrets. The room exists only in memory, until the kernel stops.

    With a `relying_party`, the room's server accepts passkeys of that site. In the folder of a workshop's seat, the
    demo account is the seat's account. It enrols with the secret on the seat's card.
    """
    return Room(SystemClock(), seat=read(Path.cwd()), relying_party=relying_party)


@cache
def kernel_room() -> Room:
    """Return the one live room of this kernel.

    If a form's cell is run again, the form continues from the same state.
    """
    return live_room()


def room_with_unknown_clock(clock: Clock | None = None, randomness: Randomness = SYSTEM) -> Room:
    """Return a demo room with an enrolled phone that is 5 to 75 seconds fast or slow.

    By default, the room's server uses the real clock.
    """
    room = Room(clock or SystemClock(), demo=True)
    room.enrol()
    size, sign = randomness.token_bytes(2)
    room.phone.clock = SkewedClock(room.clock, (5 + size % 71) * (1 if sign % 2 else -1))
    return room
