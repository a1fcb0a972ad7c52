"""The capstone's table: each clause, and whether what the learner wrote keeps it."""

from __future__ import annotations

from typing import Any

from mfa_lab.attacks.capstone.clauses import CLAUSES, grade
from mfa_lab.lab.table import Table

_HEADERS = ("Clause", "What is asked", "Verdict", "Where it is open")


def specification() -> Table:
    """What a server with two steps has to do, with the clauses that ask for it."""
    rows = [(", ".join(clause.ids) or "everybody", clause.asks) for clause in CLAUSES]
    return Table("What is asked", _HEADERS[:2], *rows)


def clause_table(server: Any) -> Table:
    """Every clause, kept or open. `server`: a class, or a function, that makes one from a clock and randomness."""
    rows = []
    for each in grade(server):
        where = f"{each.open.name}: {each.came}. {each.open.feedback}" if each.open else ""
        rows.append((", ".join(each.clause.ids) or "everybody", each.clause.asks, _verdict(each.open), where))
    kept = sum(not where for *_, where in rows)
    return Table(f"{kept} of {len(rows)} kept", _HEADERS, *rows)


def _verdict(found: object) -> str:
    return "✕\N{NO-BREAK SPACE}open" if found else "✓\N{NO-BREAK SPACE}kept"
