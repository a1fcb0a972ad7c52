"""What a rung of the ladder is made of: plain data that the command, the lesson and the tests all read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mfa_lab.errors import AccessDenied

IN, OUT = "gets in", "stays out"
"""What a trial answers about whoever tried to log in."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How far an attack came: `got` successes in `tries`, and a sentence with the figures.

    `expected` is the chance of one try in closed form, where there is one.
    """

    got: int
    tries: int
    words: str
    expected: float | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the attacker got anything at all."""
        return self.got > 0

    def __repr__(self) -> str:
        return f"{'broken' if self.succeeded else 'held'}: {self.words}"


@dataclass(frozen=True, slots=True)
class Trial:
    """One case of a grader: asked of what the learner wrote, it must answer `wanted`.

    `run` returns the answer in words; access denied on the way is the answer `OUT`. `feedback` helps whoever fails
    here and does not give the answer away.
    """

    name: str
    run: Callable[[Any], str]
    wanted: str
    feedback: str

    def answer(self, target: Any) -> str:
        """What happens with `target`, in words."""
        try:
            return self.run(target)
        except AccessDenied:
            return OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One mistake, one attack that works because of it, and how a fix is graded.

    `weak`, `fixed` (the reference fix) and `ours` (this kit's own server) are targets: mostly a class or function
    that makes a server from a clock and a source of randomness (`World`). `refuser` is a "fix" that refuses
    everybody: no grader may pass it. `standard_name` is what the field calls the attack, and `defence` says in one
    sentence what `MfaServer` does about it: the README prints both beside `flaw`. `clauses` are ids of STANDARDS.md.
    `ours_holds` is False where the attack works against `ours` too, as it does against every OTP (NIST-3.2.5).
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
    ours_holds: bool = True
