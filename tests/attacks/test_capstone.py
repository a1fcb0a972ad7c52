"""The capstone: the draft breaks every clause, each line of the reference solution mends its own, and no more."""

from __future__ import annotations

import pytest

from mfa_lab.attacks.capstone import CLAUSES, FirstDraft, Grade, Mended, grade
from mfa_lab.attacks.ladder.world import our_server, refuses_everybody

MENDED = {name for name in vars(Mended) if not name.startswith("__")}
OPENED_BY = {
    "window_steps": ["At most one step for delay."],
    "begin_login": [
        "Nobody learns who has an account, by words or by work.",
        "Logins are logged, and what people type is not.",  # a name that nobody has may be a password
    ],
    "may_spend": ["A code is accepted once."],
    "must_wait": [
        "Guessing waits, over all logins of the account.",
        "After a hundred wrong codes in a row nothing is looked at any more.",
    ],
    "check_session": [
        "A password alone opens nothing.",
        "A session ends after a day, and after an hour without use.",
    ],
    "new_secret": ["A shared secret has 128 bits or more."],
    "note": ["Logins are logged, and what people type is not."],
}


def still_open(grades: tuple[Grade, ...]) -> list[str]:
    return [each.clause.asks for each in grades if each.open]


def test_the_draft_breaks_every_clause_and_lets_honest_people_in() -> None:
    """It is a draft, and not a straw man: what it does for honest people is right."""
    *asked, honest = [clause.asks for clause in CLAUSES]
    assert still_open(grade(FirstDraft)) == asked
    assert honest == "Honest people still get in, and nobody else."


@pytest.mark.parametrize("make", [Mended, our_server])
def test_the_reference_solution_and_this_server_keep_all(make: object) -> None:
    """The table asks for behaviour: `MfaServer` is another right answer."""
    assert still_open(grade(make)) == []


@pytest.mark.parametrize("left_out", sorted(MENDED))
def test_each_part_of_the_solution_is_needed(left_out: str) -> None:
    """Without it its own clauses are open, and no others: no part hides behind another."""
    names = {name: value for name, value in vars(Mended).items() if name in MENDED - {left_out}}
    assert still_open(grade(type("Nearly", (FirstDraft,), names))) == OPENED_BY[left_out]


def test_locking_everybody_out_is_no_answer() -> None:
    """A server that lets nobody in is told so, in words that are not a clause's."""
    assert "Honest people still get in, and nobody else." in still_open(grade(refuses_everybody(Mended)))


def test_an_error_of_the_learners_is_an_answer() -> None:
    """The other clauses are graded all the same."""

    class Raises(Mended):
        def new_secret(self) -> str:
            raise ZeroDivisionError("by zero")

    assert {each.came for each in grade(Raises)} == {"ZeroDivisionError: by zero"}
