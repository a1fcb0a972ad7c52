"""The ladder without a notebook: what each attack measures on the weak server, on the fix and on this kit's own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mfa_lab.attacks.record import Measure, Rung


@dataclass(frozen=True, slots=True)
class Climb:
    """One rung, run. `as_expected`: the attack worked on the weak server, and on the others only where it has to."""

    rung: Rung
    weak: Measure
    fixed: Measure
    ours: Measure

    @property
    def as_expected(self) -> bool:
        others = {self.fixed.succeeded, self.ours.succeeded}
        return self.weak.succeeded and others == {not self.rung.stands}

    def __str__(self) -> str:
        head = f"{self.rung.number:2}  {self.rung.title} [{self.rung.id}; {', '.join(self.rung.clauses)}]"
        lines = [("weak server", self.weak), ("reference fix", self.fixed), ("MfaServer", self.ours)]
        told = [f"    {name:13}  {measure!r}" for name, measure in lines]
        if not self.rung.stands:
            told.append("    No one-time password withstands this one: it is the honest end of the ladder.")
        if not self.as_expected:
            told.append("    This is not as it should be: please report it.")
        return "\n".join([head, *told])

    def as_json(self) -> dict[str, Any]:
        """What a program reads: plain values."""
        measures = {name: asdict(getattr(self, name)) for name in ("weak", "fixed", "ours")}
        return {
            "number": self.rung.number,
            "id": self.rung.id,
            "title": self.rung.title,
            "clauses": list(self.rung.clauses),
            "stands": self.rung.stands,
            "as_expected": self.as_expected,
            "measures": measures,
        }


def climb(rung: Rung) -> Climb:
    """Run the attack three times."""
    return Climb(rung, *(rung.attack(target) for target in (rung.weak, rung.fixed, rung.ours)))
