"""The ladder: one small module a rung, each with a weak server, an attack on it, its measure and its grader.

A module with an `ATTACK` is an attack; it is found by itself. Everything runs in this process, against servers of
this kit alone, and opens no network connection. No weak server is anybody's product: each stands for a class of
mistakes.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.errors import InvalidInput

__all__ = ["IN", "OUT", "Attack", "Measure", "Trial", "attack", "attack_series", "attacks_numbered"]


@cache
def attack_series() -> tuple[Attack, ...]:
    """All of them, from the lowest."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    found = (one.ATTACK for one in modules if hasattr(one, "ATTACK"))
    return tuple(sorted(found, key=lambda one: (one.number, one.id)))


def attack(which: int | str) -> Attack:
    """The one with this id, or the first with this number. Raises `InvalidInput`, which names those there are."""
    return attacks_numbered(which)[0]


def attacks_numbered(which: int | str) -> tuple[Attack, ...]:
    """The one with this id, or all with this number: the sixteenth has two halves. Raises `InvalidInput`."""
    chosen = tuple(one for one in attack_series() if str(which) in {str(one.number), one.id})
    if chosen:
        return chosen
    known = ", ".join(f"{one.number} {one.id}" for one in attack_series())
    raise InvalidInput(f"there is no rung {which!r}; there are: {known}")
