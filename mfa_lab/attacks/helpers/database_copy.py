"""Rung 13's thief: who has a copy of the database, or can write to it, and not the key. What can be made of that?"""

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
    return laid_over(world, rows[world.alice.name], rows[world.mallory.name], secret_of(world.mallory))


def laid_over(world: World, row: bytes, other: bytes, known: bytes) -> str:
    """Whether two rows, one of which holds the `known` secret, tell what the other holds: Alice's."""
    over = _xor(row, other)
    starts = range(max(len(over) - _SECRET_CHARACTERS + 1, 0))
    found = any(_secret_lets_in(world, _xor(over[at : at + _SECRET_CHARACTERS], known)) for at in starts)
    return IN if found else OUT


def secret_of(person: Person) -> bytes:
    """The secret in this person's phone, as the text that it is."""
    secret: str = person.phone.export()[0]["secret"]
    return secret.encode()


def swap(world: World) -> str:
    """Mallory, who can write to the database, puts his own row in the place of Alice's."""
    world.server.overwrite({world.alice.name: world.server.stolen()[world.mallory.name]})
    return IN if lets_in(world, world.alice, world.mallory.phone.code) else OUT


WAYS: dict[str, Callable[[World], str]] = {
    "reading her row": read,
    "computing it from one's own": compute,
    "putting one's own row in its place": swap,
}


def ways_in(make: Make) -> tuple[str, ...]:
    """By which of the `WAYS` Mallory gets in as Alice, each on a server of its own."""
    return tuple(name for name, way in WAYS.items() if way(World(make)) != OUT)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=False))


def _secret_lets_in(world: World, text: bytes) -> bool:
    """Whether the code of this secret is Alice's."""
    with suppress(InvalidSecret, UnicodeDecodeError):
        return lets_in(world, world.alice, partial(code_at, text.decode("ascii"), world.clock.now()))
    return False


def lets_in(world: World, person: Person, code: Callable[[], str]) -> bool:
    """Whether this person's password and a code open this person's pages."""
    typed = code()
    with suppress(MfaError):  # refused, or the server's own fault: no session either way
        return world.whose(world.server.finish_login(world.begin(person), typed)) == person.name
    return False
