"""How many secrets a seed leaves, and how long one core takes to try them all (rung 12 of the ladder)."""

from __future__ import annotations

from mfa_lab.lab.figures.guessing.guess_cost import duration, size
from mfa_lab.lab.table import Table

SEEDS_PER_SECOND = 300_000
"""What `recover` tries on one core, roundly and rather too few: benchmarks/ measures it."""
_DAY = 86_400
_SEEDS = (
    ("the second, on a day that is known", _DAY),
    ("the second, in a year", 365 * _DAY),
    ("any 32 bits", 2**32),
    ("the millisecond, in a year", 365 * _DAY * 1_000),
    ("the nanosecond, in a year", 365 * _DAY * 10**9),
)
SECRET_BITS = 160


def seed_table() -> Table:
    """From the second to a secret of which every bit is random."""
    rows = [(what, size(count), duration(count / SEEDS_PER_SECOND)) for what, count in _SEEDS]
    rows.append(("nothing: the operating system's randomness", f"2 to the power of {SECRET_BITS}", "beyond all time"))
    return Table(
        "What the seed is, and what it leaves", ("the seed is", "secrets", "all of them, on one core"), *rows
    )
