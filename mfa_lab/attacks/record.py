"""Define the parts of an attack, as plain data for the command, the lessons and the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mfa_lab.attacks.law import Law, PasskeyLaw
from mfa_lab.errors import AccessDenied

IN, OUT = "gets in", "stays out"
"""The two possible answers of a trial in which a person tries to log in: the person gets in, or stays out."""
_LINE_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Measure:
    """Hold the result of an attack: `got` successes in `tries` tries, and a sentence with the figures.

    `expected` is the chance of one try in closed form, if a closed form exists.
    """

    got: int
    tries: int
    words: str
    expected: float | None = None

    @property
    def succeeded(self) -> bool:
        """Return whether the attacker had any success."""
        return self.got > 0

    def __repr__(self) -> str:
        return f"{'broken' if self.succeeded else 'held'}: {self.words}"

    def __str__(self) -> str:
        """Return the sentence of `__repr__`.

        If the sentence is long, each clause has its own line, because JupyterLab would break a long line inside a
        word.
        """
        words = repr(self)
        return words.replace("; ", ";\n  ") if len(words) > _LINE_WIDTH else words

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Make IPython show the same lines as `print`."""
        printer.text(str(self))


@dataclass(frozen=True, slots=True)
class Trial:
    """Hold one case of a grader. When the case runs on the learner's code, the answer must be `wanted`.

    `run` returns the answer in words. If the server denies access during the run, the answer is `OUT`. `feedback`
    helps a learner whose code fails this case, without revealing the answer.
    """

    name: str
    run: Callable[[Any], str]
    wanted: str
    feedback: str

    def answer(self, target: Any) -> str:
        """Return in words what happens with `target`."""
        try:
            return self.run(target)
        except AccessDenied:
            return OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """Hold one mistake, one attack that works because of it, and how a fix is graded.

    The targets are `weak`, `fixed` (the reference fix) and `ours` (this kit's server). Most targets are a class or
    function that makes a server from a clock and a source of randomness (`World`). `refuser` is a "fix" that rejects
    everybody; no grader may accept it. `standard_name` is the name of the attack in the field. `defence` says in one
    sentence what `MfaServer` does about it. The README prints `standard_name` and `defence` beside `flaw`. `clauses`
    contains ids from STANDARDS.md. `law` is what a random game demands of a fix, if the target is a server.
    `ours_holds` is False if the attack also works against `ours`, as the relay does
    against every OTP (NIST-3.2.5).
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
    law: Law | PasskeyLaw | None = None
    ours_holds: bool = True
