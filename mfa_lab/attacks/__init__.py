"""The ladder: one small module a rung, each with a weak server, an attack on it, its measure and its grader.

A module with a `RUNG` is a rung; it is found by itself. Everything runs in this process, against servers of this
kit alone, and opens no network connection. No weak server is anybody's product: each stands for a class of mistakes.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from mfa_lab.attacks.record import IN, OUT, Measure, Rung, Trial
from mfa_lab.errors import InvalidInput

__all__ = ["IN", "OUT", "Measure", "Rung", "Trial", "rung", "rungs", "rungs_of"]


@cache
def rungs() -> tuple[Rung, ...]:
    """All of them, from the lowest."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    found = (one.RUNG for one in modules if hasattr(one, "RUNG"))
    return tuple(sorted(found, key=lambda one: (one.number, one.id)))


def rung(which: int | str) -> Rung:
    """The one with this id, or the first with this number. Raises `InvalidInput`, which names those there are."""
    return rungs_of(which)[0]


def rungs_of(which: int | str) -> tuple[Rung, ...]:
    """The one with this id, or all with this number: the sixteenth has two halves. Raises `InvalidInput`."""
    chosen = tuple(one for one in rungs() if str(which) in {str(one.number), one.id})
    if chosen:
        return chosen
    known = ", ".join(f"{one.number} {one.id}" for one in rungs())
    raise InvalidInput(f"there is no rung {which!r}; there are: {known}")
