"""The table of an attack, with each attempt on the weak server and on this kit's own; and the capstone's table."""

from __future__ import annotations

import pytest

from mfa_lab.attacks import FirstDraft, attack
from mfa_lab.lab.demos.attack_tables import EMPTY_CLASS, attempt_table, clause_table

REFUSED_BY_NAME = [
    "Mallory's password, Alice's name, Mallory's code",
    "A made-up token, Alice's name, Alice's code",
]
REFUSED_BY_STEP = ["The newest code, half an hour after the clock went back", "The same code again, at once"]


@pytest.mark.parametrize(
    ("one", "weak", "attempts", "refused_by_both"),
    [
        ("second-step-skipped", "HastyServer", 2, []),
        ("client-names-account", "TrustingServer", 5, REFUSED_BY_NAME),
        ("clock-set-back", "ClockTrustingServer", 5, REFUSED_BY_STEP),
    ],
)
def test_what_gets_in_at_the_weak_server_stays_out_here(
    one: str, weak: str, attempts: int, refused_by_both: list[str]
) -> None:
    """A row for each attempt, with a sign that says it as well as the word; honest people are not in it."""
    table = attempt_table(attack(one))
    assert table.headers == ("attempt", weak, "MfaServer")
    assert len(table.rows) == attempts
    assert {row[2] for row in table.rows} == {"✕ stays out"}
    assert [row[0] for row in table.rows if row[1] != "✓ gets in"] == refused_by_both


def test_an_empty_class_tells_nothing_of_its_base() -> None:
    """The notebook shows this table before anybody writes: how many rows the draft keeps is a prediction there."""

    class Empty(FirstDraft): ...

    class OneLine(FirstDraft):
        window_steps = 1

    table = clause_table(Empty)
    assert (table.caption, {row[2] for row in table.rows}) == (EMPTY_CLASS, {"not tried"})
    assert clause_table(OneLine).caption == "2 of 10 kept"
