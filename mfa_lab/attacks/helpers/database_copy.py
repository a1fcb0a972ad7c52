"""Play the thief in attack 13, who can copy the database or write to it, but does not have the key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from mfa_lab.attacks.helpers.encodings import readings
from mfa_lab.attacks.helpers.world import Make, Person, World
from mfa_lab.attacks.record import IN, OUT
from mfa_lab.errors import InvalidSecret, MfaError
from mfa_lab.otp import code_at

_SECRET_CHARACTERS = 32


def read(world: World) -> str:
    """Look for Alice's secret in her row, as a thief with a copy of the database and her password."""
    for name, text in readings(world.server.stolen()[world.alice.name]):
        if _secret_lets_in(world, text):
            return f"read {name}"
    return OUT


def compute(world: World) -> str:
    """XOR Alice's row with Mallory's row, whose secret Mallory knows.

    If both rows were encrypted with the same stream of bytes, the result is the XOR of the two secrets.
    """
    rows = world.server.stolen()
    return laid_over(world, rows[world.alice.name], rows[world.mallory.name], secret_of(world.mallory))


def laid_over(world: World, row: bytes, other: bytes, known: bytes) -> str:
    """Return whether Alice's row and another row, whose secret is `known`, together reveal Alice's secret."""
    over = xored(row, other)
    starts = range(max(len(over) - _SECRET_CHARACTERS + 1, 0))
    found = any(_secret_lets_in(world, xored(over[at : at + _SECRET_CHARACTERS], known)) for at in starts)
    return IN if found else OUT


def secret_of(person: Person) -> bytes:
    """Return the secret in this person's phone, as Base32 characters."""
    secret: str = person.phone.export()[0]["secret"]
    return secret.encode()


def swap(world: World) -> str:
    """Overwrite Alice's row with Mallory's row, as an attacker with write access can."""
    world.server.overwrite({world.alice.name: world.server.stolen()[world.mallory.name]})
    return IN if lets_in(world, world.alice, world.mallory.phone.code) else OUT


WAYS: dict[str, Callable[[World], str]] = {
    "reading her row": read,
    "computing it from Mallory's row": compute,
    "putting Mallory's row in its place": swap,
}


def ways_in(make: Make) -> tuple[str, ...]:
    """Return which of the `WAYS` let Mallory in as Alice. Each way is tried on a separate server."""
    return tuple(name for name, way in WAYS.items() if way(World(make)) != OUT)


def xored(one: bytes, other: bytes) -> bytes:
    """Return the XOR of two texts, as long as the shorter one."""
    return bytes(left ^ right for left, right in zip(one, other, strict=False))


def _secret_lets_in(world: World, text: bytes) -> bool:
    """Return whether a code computed from this secret lets somebody in as Alice."""
    with suppress(InvalidSecret, UnicodeDecodeError):
        return lets_in(world, world.alice, partial(code_at, text.decode("ascii"), world.clock.now()))
    return False


def lets_in(world: World, person: Person, code: Callable[[], str]) -> bool:
    """Return whether this person's password and a code open this person's pages."""
    typed = code()
    with suppress(MfaError):  # rejected, or a fault of the server: no session in either case
        return world.whose(world.server.finish_login(world.begin(person), typed)) == person.name
    return False
