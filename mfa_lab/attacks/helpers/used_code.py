"""Provide what the attacks on used codes share: Mallory knows Alice's password, and types a code she has used."""

from __future__ import annotations

from collections.abc import Callable

from mfa_lab.attacks.helpers.minimal_server import PERIOD
from mfa_lab.attacks.helpers.world import Make, World, outcome
from mfa_lab.attacks.record import IN, OUT, Trial
from mfa_lab.clock import SkewedClock


def typed(world: World, code: str) -> str:
    """Return whether somebody gets in as Alice with this code."""
    return outcome(lambda: world.server.finish_login(world.begin(world.alice), code))


def used_again(
    make: Make,
    delay_seconds: int,
    *,
    phone_ahead: int = 0,
    spell: Callable[[str], str] = str,
    at_second: int = 10,
) -> str:
    """Return whether Alice's code is accepted `delay_seconds` after she used it.

    The phone is `phone_ahead` seconds ahead, and she uses the code at second `at_second` of the server's step. The
    code is then typed as `spell` writes it.
    """
    world = World(make)
    world.clock.advance((at_second - world.clock.now()) % PERIOD)
    world.alice.phone.clock = SkewedClock(world.clock, phone_ahead)
    seen = world.alice.phone.code()
    world.log_in(world.alice)
    world.clock.advance(delay_seconds)
    return typed(world, spell(seen))


def _last_but_one(make: Make) -> str:
    world, seen, _ = _two_seen(make)
    return typed(world, seen)


def _last_after_it(make: Make) -> str:
    world, seen, last = _two_seen(make)
    typed(world, seen)
    return typed(world, last)


def _two_seen(make: Make) -> tuple[World, str, str]:
    """Return a world in which Alice has logged in twice, and her two codes, which are both still in the window."""
    world, codes = World(make), list[str]()
    for pause in (0, PERIOD):
        world.clock.advance(pause)
        codes.append(world.alice.phone.code())
        world.log_in(world.alice)
    seen, last = codes
    return world, seen, last


def _two_people(make: Make) -> str:
    world = World(make)
    world.log_in(world.mallory)
    world.log_in(world.alice)
    return IN


LAST_BUT_ONE = Trial(
    "The code before the last one, typed again",
    _last_but_one,
    OUT,
    "Alice has logged in twice, with two codes, but your server accepts the first code again. Which codes should "
    "be invalid after her second login?",
)
LAST_AFTER_IT = Trial(
    "The code before the last one, and then the last one, both typed again",
    _last_after_it,
    OUT,
    "Your server rejects an older code, but then accepts the last code again. What did the older code change?",
)
TWO_PEOPLE = Trial(
    "Mallory and Alice, in the same half minute",
    _two_people,
    IN,
    "Mallory and Alice log in within the same half minute, but your server rejects one of them. Their codes are "
    "different. Whose code does your server remember?",
)
