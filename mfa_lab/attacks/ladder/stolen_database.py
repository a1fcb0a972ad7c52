"""Rung 13: shared secrets lie in the database as they are. Who reads it computes codes; who writes to it swaps."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, select, update

from mfa_lab.attacks.ladder.record import IN, OUT, Measure, Rung, Trial
from mfa_lab.attacks.ladder.small import Account, SmallServer
from mfa_lab.attacks.ladder.world import HONEST, Make, Person, World, refuses_everybody
from mfa_lab.clock import Clock
from mfa_lab.errors import InvalidSecret, MfaError, ServerFault
from mfa_lab.otp import code_at
from mfa_lab.phone.phone import Phone
from mfa_lab.policy import Policy
from mfa_lab.randomness import Randomness
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import Enrolment, RecoveryCodes
from mfa_lab.server.schema import accounts, factors

_SECRET_CHARACTERS = 32
_IN_THE_DATABASE = "in the database"
_OPENS = "it opens"


class OpenBook(SmallServer):
    """Writes each shared secret into its database, as it is: `rows`, by name. Its `key` is kept elsewhere."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.rows: dict[str, bytes] = {}
        self.key = randomness.token_bytes(32)

    def seal(self, secret: str, name: str) -> bytes:  # noqa: ARG002 (the mended one needs it)
        """What the row of `name` holds of a shared secret (Base32)."""
        return secret.encode()

    def open(self, row: bytes, name: str) -> str:  # noqa: ARG002
        """The shared secret that the row of `name` holds."""
        return row.decode()

    def confirm_enrolment(self, enrolment: Enrolment, code: str) -> RecoveryCodes:
        codes = super().confirm_enrolment(enrolment, code)
        name, secret = self._offers[enrolment.token.reveal()]
        self.rows[name] = self.seal(secret, name)
        self.accounts[name].secret = _IN_THE_DATABASE
        return codes

    def step_of(self, account: Account, code: str) -> int | None:
        if account.secret == _IN_THE_DATABASE:
            account = replace(account, secret=self._opened(account.name))
        return super().step_of(account, code)

    def _opened(self, name: str) -> str:
        with suppress(InvalidTag):
            return self.open(self.rows[name], name)
        raise ServerFault("a row does not open: the database was changed; restore a backup")

    def stolen(self) -> dict[str, bytes]:
        """What a thief with a copy of the database has."""
        return dict(self.rows)

    def overwrite(self, rows: dict[str, bytes]) -> None:
        """What somebody does who can write to the database."""
        self.rows.update(rows)


class SealedAlone(OpenBook):
    """Half the way: nobody reads a row without the key, and no row knows whose it is."""

    def seal(self, secret: str, name: str) -> bytes:  # noqa: ARG002
        nonce = self.randomness.token_bytes(12)
        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), None)

    def open(self, row: bytes, name: str) -> str:  # noqa: ARG002
        return AESGCM(self.key).decrypt(row[:12], row[12:], None).decode()


class Mended(OpenBook):
    """Sealed under the key, each time with another nonce, and bound to the name whose row it is."""

    def seal(self, secret: str, name: str) -> bytes:
        nonce = self.randomness.token_bytes(12)
        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())

    def open(self, row: bytes, name: str) -> str:
        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode()).decode()


_ROWS = select(accounts.c.name, factors.c.sealed_secret).join_from(
    accounts, factors, factors.c.account_id == accounts.c.id
)
_OVERWRITE = (
    update(factors)
    .where(factors.c.account_id == select(accounts.c.id).where(accounts.c.name == bindparam("of")).scalar_subquery())
    .values(sealed_secret=bindparam("row"))
)


class OurBook(MfaServer):
    """This kit's own server, and what somebody can do who has its database and not its key."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock=clock, randomness=randomness, policy=Policy.CHEAPEST)

    def stolen(self) -> dict[str, bytes]:
        with self._services.store.transaction() as connection:
            return {row.name: row.sealed_secret for row in connection.execute(_ROWS)}

    def overwrite(self, rows: dict[str, bytes]) -> None:
        with self._services.store.transaction() as connection:
            for name, row in rows.items():
                connection.execute(_OVERWRITE, {"of": name, "row": row})


def readings(row: bytes) -> Iterator[tuple[str, bytes]]:
    """What anybody makes of a row without a key."""
    yield "as it stands", row
    yield "backwards", row[::-1]
    for name, decode in (("out of Base64", base64.b64decode), ("out of hexadecimal", bytes.fromhex)):
        with suppress(ValueError, binascii.Error):
            yield name, decode(row.decode("ascii"))


def read(world: World) -> str:
    """A thief with a copy of the database and Alice's password looks for her secret in her row."""
    for name, text in readings(world.server.stolen()[world.alice.name]):
        if _secret_lets_in(world, text):
            return f"read {name}"
    return OUT


def compute(world: World) -> str:
    """Mallory, who has an account and its secret, lays both rows over each other: where they were sealed with one and
    the same stream of bytes, what is left is her secret laid over Alice's.
    """
    rows = world.server.stolen()
    return _laid_over(world, rows[world.alice.name], rows[world.mallory.name], _secret(world.mallory))


def _laid_over(world: World, row: bytes, other: bytes, known: bytes) -> str:
    over = _xor(row, other)
    starts = range(max(len(over) - _SECRET_CHARACTERS + 1, 0))
    found = any(_secret_lets_in(world, _xor(over[at : at + _SECRET_CHARACTERS], known)) for at in starts)
    return IN if found else OUT


def _secret(person: Person) -> bytes:
    secret: str = person.phone.export()[0]["secret"]
    return secret.encode()


def swap(world: World) -> str:
    """Mallory, who can write to the database, puts his own row in the place of Alice's."""
    world.server.overwrite({world.alice.name: world.server.stolen()[world.mallory.name]})
    return IN if _lets_in(world, world.alice, world.mallory.phone.code) else OUT


WAYS: dict[str, Callable[[World], str]] = {
    "reading her row": read,
    "computing it from one's own": compute,
    "putting one's own row in its place": swap,
}


def ways_in(make: Make) -> tuple[str, ...]:
    """By which of the `WAYS` Mallory gets in as Alice, each on a server of its own."""
    return tuple(name for name, way in WAYS.items() if way(World(make)) != OUT)


def attack(make: Make) -> Measure:
    """With Alice's password and the database, and without its key: three ways to her second factor."""
    ways = ways_in(make)
    words = (
        f"{len(ways)} of {len(WAYS)} ways to Alice's second factor are open{': ' if ways else ''}{', '.join(ways)}"
    )
    return Measure(len(ways), len(WAYS), words)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=False))


def _secret_lets_in(world: World, text: bytes) -> bool:
    """Whether the code of this secret is Alice's."""
    with suppress(InvalidSecret, UnicodeDecodeError):
        return _lets_in(world, world.alice, partial(code_at, text.decode("ascii"), world.clock.now()))
    return False


def _lets_in(world: World, person: Person, code: Callable[[], str]) -> bool:
    typed = code()
    with suppress(MfaError):  # refused, or the server's own fault: no session either way
        return world.whose(world.server.finish_login(world.begin(person), typed)) == person.name
    return False


def _comes_back(make: Make) -> str:
    world = World(make)
    try:
        world.log_in(world.alice)
    except ServerFault:
        return "it does not open"
    except InvalidSecret:
        return "what opens is no secret"
    return _OPENS


def _from_her_old_one(make: Make) -> str:
    """Alice has lost her phone and enrolled another: whoever has the old one copied her row then, and does so now."""
    world = World(make)
    old, row = _secret(world.alice), world.server.stolen()[world.alice.name]
    world.server.rebind(world.alice.name)
    enrolment = world.server.start_enrolment(world.begin(world.alice))
    phone = Phone(world.clock)
    phone.add(enrolment.uri)
    world.server.confirm_enrolment(enrolment, phone.code())
    world.clock.advance(60)
    return _laid_over(world, world.server.stolen()[world.alice.name], row, old)


def _a_changed_bit(make: Make) -> str:
    for at in (0, 20, -1):
        world = World(make)
        row = bytearray(world.server.stolen()[world.alice.name])
        row[at] ^= 1
        world.server.overwrite({world.alice.name: bytes(row)})
        if not _noticed(world):
            return "not noticed"
    return "noticed"


def _noticed(world: World) -> bool:
    """Whether the server says that it is its own trouble, instead of blaming Alice's code."""
    with suppress(MfaError):
        try:
            world.log_in(world.alice)
        except ServerFault:
            return True
    return False


RUNG = Rung(
    number=13,
    id="stolen-database",
    title="A stolen database",
    flaw="The shared secrets lie in the database as they are: whoever has a copy computes everybody's codes.",
    story="A challenge of OWASP's Juice Shop is built on it: the secret key of a user's second factor stands in the "
    "table of users, and comes out by the same injection as the passwords' hashes.",
    source="https://pwning.owasp-juice.shop/companion-guide/latest/appendix/solutions.html",
    clauses=("NIST-3.1.4.2",),
    weak=OpenBook,
    fixed=Mended,
    ours=OurBook,
    refuser=refuses_everybody(OpenBook),
    attack=attack,
    trials=(
        Trial(
            "Alice's row, sealed and opened again",
            _comes_back,
            _OPENS,
            "What `seal` wrote, `open` must get back as it was.",
        ),
        Trial(
            "The copy alone",
            lambda make: read(World(make)),
            OUT,
            "Without the key, nothing in the row may be of use.",
        ),
        Trial(
            "The copy, and Mallory's own secret",
            lambda make: compute(World(make)),
            OUT,
            "Mallory knows what his own row holds. Does that tell him anything of another's?",
        ),
        Trial(
            "Two copies, and the secret that Alice had before",
            _from_her_old_one,
            OUT,
            "Alice's phone was stolen, and she has enrolled another. Do her two rows tell the new one's secret?",
        ),
        Trial(
            "Mallory's row in Alice's place",
            lambda make: swap(World(make)),
            OUT,
            "Whoever writes to the database need not read it. Which name does a row answer to?",
        ),
        Trial(
            "One changed bit in Alice's row",
            _a_changed_bit,
            "noticed",
            "A changed row must not open at all: the server should know that its database was changed.",
        ),
        *HONEST,
    ),
)
