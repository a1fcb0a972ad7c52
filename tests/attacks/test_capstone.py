"""The capstone: the draft breaks every clause, each line of the reference solutions mends its own, and no more."""

from __future__ import annotations

import pytest

from mfa_lab.attacks.capstone.clauses import CLAUSES, EVERYBODY, ONE_LOGIN, WITH_TIME, Clause, Grade, grade
from mfa_lab.attacks.capstone.drafts import FirstDraft, Mended, SecondDraft
from mfa_lab.attacks.ladder.world import HONEST, our_server, refuses_everybody
from mfa_lab.lab.exercises import Exercise, exercise, made_by

OPENED_BY = {
    (SecondDraft, "window_steps"): ["At most one step for delay."],
    (SecondDraft, "begin_login"): ["Nobody learns who has an account, by words or by work."],
    (SecondDraft, "may_spend"): ["A code is accepted once."],
    (SecondDraft, "check_session"): ["A password alone opens nothing."],
    (SecondDraft, "new_secret"): ["A shared secret has 128 bits or more."],
    (Mended, "must_wait"): [
        "Guessing waits, up to an hour, over all logins of the account.",
        "After a hundred wrong codes in a row nothing is looked at any more.",
    ],
    (Mended, "check_session"): ["A session ends after a day, and after an hour without use."],
    (Mended, "note"): ["Each login is logged, whose it was and how it ended, and no secret that people type."],
}
HALVES = [("12-second-draft", ONE_LOGIN), ("12b-capstone", WITH_TIME)]


def asked(clauses: tuple[Clause, ...]) -> list[str]:
    return [clause.asks for clause in clauses]


def still_open(grades: tuple[Grade, ...]) -> list[str]:
    return [each.clause.asks for each in grades if each.open]


def test_the_draft_breaks_every_clause_and_lets_honest_people_in() -> None:
    """It is a draft, and not a straw man: what it does for honest people is right."""
    assert still_open(grade(FirstDraft)) == asked((*ONE_LOGIN, *WITH_TIME))


def test_the_second_draft_keeps_the_first_half_and_no_more() -> None:
    """What the second half asks is still all to do."""
    assert still_open(grade(SecondDraft)) == asked(WITH_TIME)


@pytest.mark.parametrize("make", [Mended, our_server])
def test_the_reference_solution_and_this_server_keep_all(make: object) -> None:
    """The table asks for behaviour: `MfaServer` is another right answer."""
    assert still_open(grade(make)) == []


@pytest.mark.parametrize(("solution", "left_out"), OPENED_BY)
def test_each_part_of_the_solutions_is_needed(solution: type, left_out: str) -> None:
    """As it was before, its own clauses are open, and no others: no part hides behind another."""
    nearly = type("Nearly", (solution,), {left_out: getattr(solution.__base__, left_out)})
    before = still_open(grade(solution))
    assert [row for row in still_open(grade(nearly)) if row not in before] == OPENED_BY[solution, left_out]


def test_no_part_is_left_out_above() -> None:
    """Whatever the solutions define is looked at."""
    parts = {(each, name) for each in (SecondDraft, Mended) for name in vars(each) if not name.startswith("__")}
    assert parts == set(OPENED_BY)


@pytest.mark.parametrize(("exercise_id", "clauses"), HALVES)
def test_no_trial_is_idle(exercise_id: str, clauses: tuple[Clause, ...]) -> None:
    """Each that is not every server's is what some known wrong answer fails first."""
    asked_here = exercise(exercise_id)
    trials = [trial.name for clause in (*clauses, EVERYBODY) for trial in clause.trials if trial not in HONEST]
    assert set(trials) <= {failed_first(asked_here, wrong.source) for wrong in asked_here.wrong}


def failed_first(asked_here: Exercise, source: str) -> str:
    answer = made_by(source, asked_here.given)
    return next(case.name for case in asked_here.cases if asked_here.ask(answer, *case.arguments) != case.expected)


def test_locking_everybody_out_is_no_answer() -> None:
    """A server that lets nobody in is told so, in words that are not a clause's."""
    assert EVERYBODY.asks in still_open(grade(refuses_everybody(Mended)))


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit])
def test_an_error_of_the_learners_is_an_answer(error: type[BaseException]) -> None:
    """The other clauses are graded all the same, also where the learner's code leaves the program."""

    class Raises(Mended):
        def new_secret(self) -> str:
            raise error("by zero")

    assert {each.came for each in grade(Raises)} == {f"{error.__name__}: by zero"}
    assert len(grade(Raises)) == len(CLAUSES)
