"""The parts of an attack: plain data for the command, the lesson and the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mfa_lab.attacks.law import Law
from mfa_lab.errors import AccessDenied

IN, OUT = "gets in", "stays out"
"""A trial's answer about the person who tried to log in."""
_LINE_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Measure:
    """Hold how far an attack came: `got` successes in `tries`, and a sentence with the figures.

    `expected` is the chance of one try in closed form, if there is one.
    """

    got: int
    tries: int
    words: str
    expected: float | None = None

    @property
    def succeeded(self) -> bool:
        """Return whether the attacker got anything at all."""
        return self.got > 0

    def __repr__(self) -> str:
        return f"{'broken' if self.succeeded else 'held'}: {self.words}"

    def __str__(self) -> str:
        """Return the same words. If they are long, each clause has a line: JupyterLab would break inside a word."""
        words = repr(self)
        return words.replace("; ", ";\n  ") if len(words) > _LINE_WIDTH else words

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Let IPython show the same lines as `print`."""
        printer.text(str(self))


@dataclass(frozen=True, slots=True)
class Trial:
    """Hold one case of a grader. With what the learner wrote, it must answer `wanted`.

    `run` returns the answer in words; if access is denied on the way, the answer is `OUT`. `feedback` helps a learner
    who fails here and does not reveal the answer.
    """

    name: str
    run: Callable[[Any], str]
    wanted: str
    feedback: str

    def answer(self, target: Any) -> str:
        """Return what happens with `target`, in words."""
        try:
            return self.run(target)
        except AccessDenied:
            return OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """Hold one mistake, one attack that works because of it, and how a fix is graded.

    `weak`, `fixed` (the reference fix) and `ours` (this kit's own server) are targets. Most are a class or function
    that makes a server from a clock and a source of randomness (`World`). `refuser` is a "fix" that rejects
    everybody, and no grader may pass it. `standard_name` is the field's name of the attack. `defence` says in one
    sentence what `MfaServer` does about it; the README prints both beside `flaw`. `clauses` are ids of STANDARDS.md.
    `law` is what a random game demands of a fix, if the target is a server.
    `ours_holds` is False if the attack works against `ours` too, as it does against every OTP (NIST-3.2.5).
    """

    number: int
    id: str
    title: str
    flaw: str
    story: str
    source: str
    clauses: tuple[str, ...]
    standard_name: str
    defence: str
    weak: Any
    fixed: Any
    ours: Any
    refuser: Any
    run: Callable[[Any], Measure]
    trials: tuple[Trial, ...]
    law: Law | None = None
    ours_holds: bool = True
