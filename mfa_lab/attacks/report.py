"""Report the attack series without a notebook: each result on the weak server, the fix and this kit's server."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from mfa_lab.attacks.helpers.world import our_server_on_file
from mfa_lab.attacks.law import Law
from mfa_lab.attacks.player.narrator import Difference
from mfa_lab.attacks.player.player import lost_game
from mfa_lab.attacks.record import Attack, Measure


@dataclass(frozen=True, slots=True)
class AttackReport:
    """Hold the results of one attack, and of the random games for an attack on a server.

    `lost` is the story of the game that the weak server loses. `MfaServer` plays `games` games, and `lost_by_ours`
    must stay empty. `as_expected` means that the attack worked on the weak server, and on the other two servers only
    if no fix can stop it.
    """

    attack: Attack
    weak: Measure
    fixed: Measure
    ours: Measure
    games: int = 0
    lost: tuple[str, ...] = ()
    lost_by_ours: tuple[str, ...] = ()

    @property
    def as_expected(self) -> bool:
        others = {self.fixed.succeeded, self.ours.succeeded}
        games = not self.games or (bool(self.lost) and not self.lost_by_ours)
        return self.weak.succeeded and others == {not self.attack.ours_holds} and games

    def __str__(self) -> str:
        head = f"{self.attack.number:2}  {self.attack.title} [{self.attack.id}; {', '.join(self.attack.clauses)}]"
        lines = [("weak server", self.weak), ("reference fix", self.fixed), ("MfaServer", self.ours)]
        told = [f"    {name:13}  {measure!r}" for name, measure in lines]
        if self.games:
            ours = " ".join(self.lost_by_ours) or f"loses none of {self.games} random games"
            told += [f"    a lost game    {' '.join(self.lost)}", f"    MfaServer      {ours}"]
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
            "games": {"played": self.games, "lost_by_weak": self.lost, "lost_by_ours": self.lost_by_ours},
        }


def report_on(attack: Attack, games: int = 20) -> AttackReport:
    """Run the attack on all three servers, and random games on `MfaServer` if there is a law; return all results."""
    weak, fixed, ours = (attack.run(target) for target in (attack.weak, attack.fixed, attack.ours))
    report = AttackReport(attack, weak, fixed, ours)
    if attack.law is None:
        return report
    lost, lost_by_ours = lost_game(attack.weak, attack.law), lost_by_ours_in(attack, games)
    return replace(report, games=games, lost=_told(lost), lost_by_ours=_told(lost_by_ours))


def lost_by_ours_in(attack: Attack, games: int) -> Difference | None:
    """Return the story of the game that `MfaServer` loses, or None if it loses no game.

    In games about codes, `MfaServer` uses a database file.
    """
    if isinstance(attack.law, Law):
        return lost_game(our_server_on_file, attack.law.of_our_server(games))
    return lost_game(attack.ours, attack.law.briefly(games)) if attack.law else None


def _told(lost: Difference | None) -> tuple[str, ...]:
    return lost.told if lost else ()
