"""A hundred million online attempts under a policy, each drawn with its step and throttle state."""

from __future__ import annotations

from math import sqrt
from statistics import median

from benchmarks.harness import Row, timed
from mfa_lab.attacks.attempts import Tally, simulated_budget
from mfa_lab.attacks.budget import guess_budget
from mfa_lab.policy import Policy
from mfa_lab.randomness import SeededRandomness

ATTACKERS = 1_001_000
REACH_SECONDS = 10


def attempts(runs: int = 3) -> Row:
    """A million attackers and some, each of whom the standard policy permits a hundred attempts."""
    tallies: list[Tally] = []

    def simulate() -> None:
        seeded = SeededRandomness(len(tallies))
        tallies.append(simulated_budget(Policy.STANDARD, days=365, attackers=ATTACKERS, randomness=seeded))

    took = median(timed(simulate) for _ in range(runs))
    expected = guess_budget(Policy.STANDARD).chance_per_year * ATTACKERS
    strayed = [abs(tally.inside - expected) / sqrt(expected) for tally in tallies]
    made = min(tally.attempts for tally in tallies)
    return Row(
        name="attempts",
        what="10^8 simulated attempts, Policy.STANDARD",
        against="",
        value=took,
        unit="s",
        reach=REACH_SECONDS,
        pairs=runs,
        also=max(strayed) <= 3 and made >= 10**8,
        figures={
            "attempts": made,
            "per_s": made / took,
            "inside": tallies[0].inside,
            "expected_inside": expected,
            "most_sigma": max(strayed),
        },
    )
