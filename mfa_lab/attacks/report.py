"""Report the attack series without a notebook: each result on the weak server, the fix and this kit's server."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mfa_lab.attacks.record import Attack, Measure


@dataclass(frozen=True, slots=True)
class AttackReport:
    """Hold the results of one attack.

    `as_expected` means that the attack worked on the weak server, and on the other two servers only if no fix can
    stop it.
    """

    attack: Attack
    weak: Measure
    fixed: Measure
    ours: Measure

    @property
    def as_expected(self) -> bool:
        others = {self.fixed.succeeded, self.ours.succeeded}
        return self.weak.succeeded and others == {not self.attack.ours_holds}

    def __str__(self) -> str:
        head = f"{self.attack.number:2}  {self.attack.title} [{self.attack.id}; {', '.join(self.attack.clauses)}]"
        lines = [("weak server", self.weak), ("reference fix", self.fixed), ("MfaServer", self.ours)]
        told = [f"    {name:13}  {measure!r}" for name, measure in lines]
        if not self.attack.ours_holds:
            told.append("    No one-time password stops this attack, so a fix cannot stop it either.")
        if not self.as_expected:
            told.append("    This result is unexpected: please report it.")
        return "\n".join([head, *told])

    def as_json(self) -> dict[str, Any]:
        """Return the results as plain values for a program."""
        measures = {name: asdict(getattr(self, name)) for name in ("weak", "fixed", "ours")}
        return {
            "number": self.attack.number,
            "id": self.attack.id,
            "title": self.attack.title,
            "clauses": list(self.attack.clauses),
            "ours_holds": self.attack.ours_holds,
            "as_expected": self.as_expected,
            "measures": measures,
        }


def report_on(attack: Attack) -> AttackReport:
    """Run the attack on all three servers, and return the results."""
    return AttackReport(attack, *(attack.run(target) for target in (attack.weak, attack.fixed, attack.ours)))
