"""The ladder: one small module a rung, each with a weak server, an attack on it, its measure and its grader.

A module with a `RUNG` is a rung; it is found by itself. Everything runs in this process, against servers of this
kit alone, and opens no network connection. No weak server is anybody's product: each stands for a class of mistakes.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mfa_lab.attacks.ladder.record import IN, OUT, Measure, Rung, Trial
from mfa_lab.errors import InvalidInput

__all__ = ["IN", "OUT", "Measure", "Rung", "Trial", "rung", "rungs"]


@cache
def rungs() -> tuple[Rung, ...]:
    """All of them, from the lowest."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    return tuple(sorted((one.RUNG for one in modules if hasattr(one, "RUNG")), key=lambda one: one.number))


def rung(which: int | str) -> Rung:
    """The one with this number or id. Raises `InvalidInput`, which names those there are."""
    for one in rungs():
        if str(which) in {str(one.number), one.id}:
            return one
    known = ", ".join(f"{one.number} {one.id}" for one in rungs())
    raise InvalidInput(f"there is no rung {which!r}; there are: {known}")
