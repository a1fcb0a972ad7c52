"""The scoreboard: every attack once, in the state that the learner's progress gives it; drawn as all figures are."""

from __future__ import annotations

import pytest

from mfa_lab.attacks import attack_series
from mfa_lab.lab.exercises import exercises
from mfa_lab.lab.grading import progress_file
from mfa_lab.lab.grading import scoreboard as board
from mfa_lab.lab.grading.course_map import Mark
from mfa_lab.lab.grading.progress import Entry, Progress
from mfa_lab.lab.grading.scoreboard import Score, headline, scoreboard, scores
from tests.lab.figures import figure_rules as rules

FIXES = {exercise.id: exercise.cases for exercise in exercises() if exercise.title.startswith(("Attack ", "Rung "))}
DONE, TRIED, SHOWN = Entry(1, 1, 1, 1), Entry(1, 1, 1), Entry(shown=1)


def progress(**entries: Entry) -> Progress:
    """Of the exercises with these ids."""
    return Progress("p", {name.replace("_", "-"): entry for name, entry in entries.items()})


PICTURES = {
    "nothing": scoreboard(Progress()),
    "begun": scoreboard(
        progress(skipped_step=DONE, guessing_one_session=TRIED, guessing_many_sessions=SHOWN, relayed_session=DONE)
    ),
    "all": scoreboard(Progress("p", dict.fromkeys(FIXES, DONE))),
}
each = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)


def test_every_attack_is_on_it_once():
    """From the lowest, by number and title; and there is an exercise for each."""
    assert [(one.number, one.title) for one in scores(Progress())] == [
        (one.number, one.title) for one in attack_series()
    ]
    assert len(FIXES) == len(attack_series())
    drawn = [text.get_text() for text in board.draw(PICTURES["begun"].data).texts]
    assert [drawn.count(one.title) for one in attack_series()] == [1] * len(attack_series())


@pytest.mark.parametrize("exercise_id", FIXES)
def test_an_exercise_fixes_its_own_attack(exercise_id):
    """The one whose trials it is graded by, and no other."""
    fixed = [one.title for one in scores(Progress("p", {exercise_id: DONE})) if one.fixed]
    asked = [case.arguments[0] for case in FIXES[exercise_id]]
    assert fixed == [one.title for one in attack_series() if list(one.trials) == asked[: len(one.trials)]]


def test_states_are_told_in_words():
    """Broken, not there yet, looked up, fixed; and of the relay what a fix is worth."""
    data = {one.number: one.words for one in PICTURES["begun"].data}
    assert (data[1], data[2], data[3]) == ("fixed", "broken", "broken: there is no fix yet")
    assert (data[4], data[15]) == ("broken: solution shown", "worth less to the attacker; no code stops it")
    assert PICTURES["begun"].words.startswith("The ladder, 2 of 24 attacks fixed (two are halves of attack 16). From")
    assert headline(PICTURES["begun"].data[:3]) == "1 of 3 attacks fixed"


def test_states_differ_by_shape():
    """A whole bar is one box, a broken one two stumps; where a fix was tried there is the place for it; and the
    bar that no fix makes whole is no filled box.
    """
    drawn = {score.mark: shapes(score) for score in (Score(1, "a", mark) for mark in Mark)}
    assert len({drawn[Mark.DONE], drawn[Mark.OPEN], drawn[Mark.TRIED]}) == 3
    assert shapes(Score(1, "a", Mark.DONE, ours_holds=False)) != drawn[Mark.DONE]


def shapes(score: Score) -> tuple[object, ...]:
    """Without colours and words: how many corners, filled how densely, with what edge."""
    patches = board.draw((score,)).patches
    return tuple(
        (len(one.get_path().vertices), one.get_fill(), one.get_alpha(), one.get_linestyle()) for one in patches
    )


@each
@pytest.mark.parametrize("asked", rules.OF_A_PICTURE)
def test_as_every_figure(picture, asked):
    """Named, by itself on the page, readable in both themes and from afar."""
    asked(picture)


@each
def test_no_words_lie_on_others(picture):
    """Every text lies inside the drawing, and no two overlap."""
    rules.no_words_lie_on_others_or_beyond_the_edge(board.draw(picture.data))


def test_here_is_where_it_looks(tmp_path, monkeypatch):
    """Without a working copy nothing is remembered, so the committed notebooks show the same each time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(progress_file, "_stores", {})  # other tests of this process have solved some
    assert scoreboard().svg == PICTURES["nothing"].svg
