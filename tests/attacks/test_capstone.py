"""The capstone: the draft breaks every clause, each part of the reference solutions fixes its own, and no more."""

from __future__ import annotations

import pytest

from mfa_lab.attacks.capstone.clauses import CLAUSES, EVERYBODY, ONE_LOGIN, WITH_TIME, Clause, Grade, grade
from mfa_lab.attacks.capstone.drafts import FirstDraft, Fixed, SecondDraft
from mfa_lab.attacks.helpers.world import HONEST, our_server, refuses_everybody
from mfa_lab.lab.exercises import Exercise, exercise, made_by
from mfa_lab.lab.grading.checks import check

OPENED_BY = {
    (SecondDraft, "window_steps"): ["The server allows at most one time step for delay."],
    (SecondDraft, "begin_login"): ["Neither the server's words nor its work show who has an account."],
    (SecondDraft, "may_consume"): ["A code is accepted once."],
    (SecondDraft, "check_session"): ["A password alone does not open anything."],
    (SecondDraft, "new_secret"): ["A shared secret has 128 bits or more."],
    (Fixed, "must_wait"): [
        "Wrong codes make the account wait, up to an hour, in all of its logins.",
        "After a hundred wrong codes in a row, no further code is verified.",
    ],
    (Fixed, "check_session"): ["A session ends after a day, or after an hour without use."],
    (Fixed, "note"): ["The log says whose each login was and how it ended, but contains no secret that people type."],
}
HALVES = [("second-draft", ONE_LOGIN), ("every-clause", WITH_TIME)]


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


@pytest.mark.parametrize("make", [Fixed, our_server])
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
    parts = {(each, name) for each in (SecondDraft, Fixed) for name in vars(each) if not name.startswith("__")}
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
    assert EVERYBODY.asks in still_open(grade(refuses_everybody(Fixed)))


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit])
def test_an_error_of_the_learners_is_an_answer(error: type[BaseException]) -> None:
    """The other clauses are graded all the same, also where the learner's code leaves the program."""

    class Raises(Fixed):
        def new_secret(self) -> str:
            raise error("by zero")

    assert {each.came for each in grade(Raises)} == {f"{error.__name__}: by zero"}
    assert len(grade(Raises)) == len(CLAUSES)


BELIEVES_THE_NAME = """
    def check_session(self, session):
        for name, opened, seen in self.sessions.values():
            now = self.clock.now()
            if name == session.name and now < opened + 86_400 and now < seen + 3600:
                for each in self.sessions.values():
                    each[2] = now if each[0] == name else each[2]
                return session
        raise AccessDenied
"""
BELIEVES_THE_SESSION = """
    def check_session(self, session):
        found = super().check_session(session)
        return Session(session.token, session.name, 0, 0)
"""
WAITS = """
    def must_wait(self, name):
        count = self.failures.get(name, 0)
        wait = min(30 * 2 ** (count - 3), 3600) if count >= 3 else 0
        return count >= {end} or {clock} < self.failed_at.get(name, 0) + wait
"""
NOTES = """
    def note(self, event, name, what):
        word, _, rest = what.partition(" ")
        self.log.append(f"{{event}} {{name if name in self.passwords else '-'}}: {{word}} {shown}")
"""
SET_OF_THE_CLASS = """
    used = set()
    def may_consume(self, name, step):
        fresh = {key} not in self.used
        self.used.add({key})
        return fresh
"""


def heard(exercise_id: str, mistake: str) -> str:
    """The last sentence that is said to anyone who has all correct except this."""
    asked_here = exercise(exercise_id)
    base = asked_here.answer_name
    source = f"{asked_here.solution}\n\nclass {base}({base}):\n    {mistake.strip()}\n"
    return check(exercise_id, made_by(f"import hashlib\n{source}", asked_here.given)).lines[-1]


@pytest.mark.parametrize(
    ("exercise_id", "mistake", "says"),
    [
        ("second-draft", BELIEVES_THE_NAME, "Only the token may open a page."),
        ("every-clause", BELIEVES_THE_NAME, "Only the token may open a page."),
        ("second-draft", BELIEVES_THE_SESSION, "in the server's own data?"),
        ("every-clause", BELIEVES_THE_SESSION, "in the server's own data?"),
        ("second-draft", SET_OF_THE_CLASS.format(key="(name, step)"), "Does your set belong to the class?"),
        ("second-draft", SET_OF_THE_CLASS.format(key="step"), "Does your set belong to the class?"),
        *(
            ("every-clause", WAITS.format(end=end, clock="self.clock.now()"), "permanently before the hundred")
            for end in (10, 21, 50, 99)
        ),
        *(
            ("every-clause", WAITS.format(end=100, clock=clock), "the server's clock, `self.clock`")
            for clock in ("1_790_000_000.5", "1_900_000_000.5")  # `time.time()` in 2026, and in 2030
        ),
        *(
            ("every-clause", NOTES.format(shown=shown), "still reveal something about it.")
            for shown in (
                "{rest[:5]}",
                "{rest[0]}...{rest[-1]}",
                "{'*' * len(rest)}",
                "{hashlib.sha256(rest.encode()).hexdigest()}",
            )
        ),
    ],
)
def test_what_looks_right_and_is_not_is_told_so(exercise_id: str, mistake: str, says: str) -> None:
    """Each came through every other trial once, or heard of something else."""
    assert says in heard(exercise_id, mistake)
