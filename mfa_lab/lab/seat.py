"""A seat in a workshop is an account that is printed on a card and stored beside the notebooks.

The password and the secret of a seat are demo values.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from mfa_lab.clock import Clock
from mfa_lab.errors import InvalidInput
from mfa_lab.policy import Policy
from mfa_lab.provisioning import OtpAccount
from mfa_lab.randomness import SYSTEM
from mfa_lab.redaction import Redacted
from mfa_lab.server.factors.passkey.relying_party import RelyingParty
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.names import normal_name
from mfa_lab.server.records import Enrolment, PendingLogin, Session, token_hash

FILE = "seat.json"
ISSUER = "mfa-lab"
_MOST_BYTES = 10_000
_MARK = "DEMO"
"""Every seat's secret begins with this mark, so that nobody takes it for a real secret."""

_WHO = "beaver falcon ferret goose heron horse mouse otter panda raven robin".split()  # noqa: SIM905
_DOES = "bakes counts draws finds keeps mends paints sells".split()  # noqa: SIM905
_WHAT = "boats bread clocks doors drums kites lamps maps pears rings shoes tents tulips".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Seat:
    """Hold one seat: the name of its folder, which is also its pseudonym, and its account.

    These values protect nothing.
    """

    seat: str
    name: str
    password: str
    secret: str

    @property
    def account(self) -> dict[str, str]:
        """Return the account as a dictionary, in the form that data/demo_accounts.json uses."""
        return {"name": self.name, "password": self.password, "secret": self.secret}

    @property
    def otp(self) -> OtpAccount:
        """Return the account as a phone stores it."""
        return OtpAccount(self.name, ISSUER, Redacted(self.secret))

    @property
    def setup_key(self) -> str:
        """Return the secret in groups of four characters, for people who cannot scan the QR code."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


def seat_name(number: int) -> str:
    """Return the name of a seat, such as `seat-07`. It is also the seat's pseudonym."""
    return f"seat-{number:02}"


def seeded(seed: str, number: int) -> Seat:
    """Return the seat with this number in the workshop with this seed. Equal arguments give equal seats."""
    digest = sha256(f"mfa-lab seat {number} of {seed}".encode()).digest()
    who, does, what = (words[byte % len(words)] for words, byte in zip((_WHO, _DOES, _WHAT), digest, strict=False))
    seat = seat_name(number)
    secret = f"{_MARK}SEAT{base64.b32encode(digest[-15:]).decode()}"
    return Seat(seat, f"{seat}@example.org", f"demo only: {who} {does} {what}", secret)


def read(folder: Path) -> Seat | None:
    """Return the seat of this folder, or None if the folder contains no seat.json.

    Raises `InvalidInput` if the content of seat.json is not a seat that this kit made.
    """
    path = folder / FILE
    if not os.path.lexists(path):
        return None
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
            raise ValueError
        content: Any = json.loads(path.read_text("utf-8"))
        parts = [content[name] for name in Seat.__slots__]
        if not all(isinstance(part, str) for part in parts) or not parts[3].startswith(_MARK):
            raise ValueError
        seat = Seat(*parts)
        seat.otp.uri()
    except (OSError, ValueError, LookupError, TypeError, RecursionError, InvalidInput):
        pass
    else:
        return seat
    raise InvalidInput(
        f"{path} is not a workshop seat: ask your trainer for your file, or delete this file to work without a seat"
    )


def as_text(seat: Seat) -> str:
    """Return the content of seat.json for this seat."""
    note = "Made up for a workshop. Everything here is a demo value and protects nothing."
    return json.dumps({"demo": True, "note": note, **asdict(seat)}, indent=1) + "\n"


class SeatServer(MfaServer):
    """Let the seat's account enrol its first authenticator with the secret on the seat's card.

    A phone that has scanned the card is therefore ready in every notebook. All other secrets are random.
    """

    def __init__(
        self, seat: Seat, *, clock: Clock, policy: Policy, relying_party: RelyingParty | None = None
    ) -> None:
        self._seat = seat
        self._card = _Card(seat)
        self._permits: set[str] = set()
        super().__init__(
            clock=clock, policy=policy, issuer=ISSUER, randomness=self._card, relying_party=relying_party
        )

    def begin_login(self, name: str, password: str) -> PendingLogin:
        """Begin a login as `MfaServer` does, and remember which pending logins belong to the seat's account.

        Only these pending logins can enrol with the card's secret. After a recovery, the next secret is random.
        """
        pending = super().begin_login(name, password)
        if normal_name(name) == normal_name(self._seat.name):
            self._permits.add(token_hash(pending.token))
        return pending

    def start_enrolment(self, permit: PendingLogin | Session, *, label: str = "", further: bool = False) -> Enrolment:
        """Start an enrolment as `MfaServer` does. A pending login of the seat's account gets the card's secret."""
        self._card.shown = isinstance(permit, PendingLogin) and token_hash(permit.token) in self._permits
        try:
            return super().start_enrolment(permit, label=label, further=further)
        finally:
            self._card.shown = False


class _Card:
    """Return the card's secret while `shown` is true, and random bytes otherwise."""

    def __init__(self, seat: Seat) -> None:
        self.shown = False
        self._secret = base64.b32decode(seat.secret)

    def token_bytes(self, count: int) -> bytes:
        return self._secret if self.shown else SYSTEM.token_bytes(count)
