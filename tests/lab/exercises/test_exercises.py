"""Every exercise and prediction of the package: proven unattempted, done and refused; and asked in its notebook."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import mistune
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode

from mfa_lab.lab.exercises import Case, Exercise, Wrong, by_notebook, exercises, made_by, predictions
from mfa_lab.lab.exercises.records import ID, as_given, letter, letters
from mfa_lab.lab.grading.checks import Outcome, Result, check
from mfa_lab.trainer.refresh import as_text, refreshed

FOLDER = Path(__file__).parents[3] / "notebooks"
EXERCISES = exercises()
BY_ID = {exercise.id: exercise for exercise in EXERCISES}
PREDICTIONS = predictions()
CHOICES = [exercise for exercise in EXERCISES if exercise.ask is letter]
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
# Their wrong answers wait, race, or run a web application: several seconds each.
SLOW = {"endless-throttle", "check-then-set", "protected-route", "every-clause"}
each_with_wrong_answers = pytest.mark.parametrize(
    "exercise",
    [pytest.param(each, id=each.id, marks=[pytest.mark.full] if each.id in SLOW else []) for each in EXERCISES],
)
each_prediction = pytest.mark.parametrize("prediction", PREDICTIONS, ids=lambda prediction: prediction.id)
_CALL = re.compile(r"^(check|predict|compare)\(\"([^\"]+)\", (.+)\)$", re.MULTILINE)
_plain = mistune.create_markdown(escape=False, plugins=["table"])


def test_ids_are_used_once():
    """No two exercises or predictions share an id; ids and letters are such as a progress file can hold."""
    ids = [each.id for each in (*EXERCISES, *PREDICTIONS)]
    letters = [option.letter for prediction in PREDICTIONS for option in prediction.options]
    assert [name for name in (*ids, *letters) if not ID.fullmatch(name)] == []
    assert [name for name, count in Counter(ids).items() if count > 1] == []


@each_exercise
def test_the_reference_solution_is_done(exercise):
    """What the kit holds for right, its own check calls done."""
    assert check(exercise.id, made_by(exercise.solution, exercise.given)).outcome == Outcome.DONE


@cache
def refused(exercise_id: str) -> list[tuple[Wrong, Result]]:
    """Each known wrong answer of an exercise, and what its check says."""
    exercise = BY_ID[exercise_id]
    return [(wrong, check(exercise_id, made_by(wrong.source, exercise.given))) for wrong in exercise.wrong]


def told(exercise: Exercise, result: Result) -> Case:
    """The case that a refusal speaks of."""
    says = r"your answer gave |line \d+ of your cell raised "
    return next(case for case in exercise.cases if re.match(f"{re.escape(case.name)}: ({says})", result.lines[0]))


@each_with_wrong_answers
def test_each_known_wrong_answer_is_refused_with_its_own_feedback(exercise):
    """Not yet, or it raises, and the sentence that the table has for this mistake."""
    refusals = refused(exercise.id)
    refusing = {Outcome.NOT_YET, Outcome.RAISED}
    assert [(wrong, result) for wrong, result in refusals if result.outcome not in refusing] == []
    assert [(wrong.feedback, result) for wrong, result in refusals if result.lines[-1] != wrong.feedback] == []


@each_exercise
def test_there_are_three_mistakes_or_more(exercise):
    """At least three plausible wrong answers, no two of them with the same feedback."""
    feedback = [wrong.feedback for wrong in exercise.wrong]
    assert len(set(feedback)) == len(feedback) >= 3


@each_with_wrong_answers
def test_a_case_speaks_for_one_mistake_alone(exercise):
    """Where the table repeats a case's sentence for a mistake, that case was made for it: no other known wrong answer
    is told of it. Else the sentence would be nobody's own.
    """
    whose = [(wrong, told(exercise, result)) for wrong, result in refused(exercise.id)]
    borrowed = [
        (wrong.feedback, other.feedback)
        for wrong in exercise.wrong
        for other, case in whose
        if case.feedback == wrong.feedback and other != wrong
    ]
    assert borrowed == []


@each_with_wrong_answers
def test_what_came_can_be_read_whole(exercise):
    """Of no known wrong answer anything is left out: least of all its middle, where it may differ."""
    assert [result for _, result in refused(exercise.id) if "..." in result.lines[0]] == []


@each_exercise
def test_cases_have_names_of_their_own(exercise):
    """A known mistake is found by the name of the case that it fails."""
    names = [case.name for case in exercise.cases]
    assert len(set(names)) == len(names) >= 1


@each_with_wrong_answers
def test_no_feedback_gives_the_answer_away(exercise):
    """Nothing that a refusal says but for what came: of a value or a choice not the answer, of a function no line."""
    refusals = [re.split("the expected result is|raised", repr(result))[-1] for _, result in refused(exercise.id)]
    sentences = [words for case in exercise.cases for words in (case.name, case.wanted, case.feedback)]
    assert [(words, given) for words in refusals + sentences if (given := given_away(exercise, words))] == []
    assert exercise.ask not in (as_given, letter, letters) or all(case.wanted for case in exercise.cases)


def compact(words: str) -> str:
    """Without what can be written in more ways than one: spaces, brackets, marks for code, strokes in numbers."""
    return re.sub(r"(?<=\d)_(?=\d)|[\s`()]", "", words).replace("'", '"')


def answers(exercise: Exercise) -> list[str]:
    """What gives the exercise away, compact: the lines of its solution that do not stand in the question, what they
    return or keep, and of a value or a choice the value itself.
    """
    lines = [line.strip() for line in exercise.solution.splitlines() if not re.match(r"\s*(def|class) ", line)]
    lines += [re.sub(r"^(return |[\w., ]+ = )", "", line) for line in lines]
    values = [compact(repr(case.expected)) for case in exercise.cases if case.wanted]
    asked = compact(exercise.question)
    return [line for line in map(compact, lines) if len(line) > 8 and line not in asked] + values


def given_away(exercise: Exercise, words: str) -> list[str]:
    """What of the answer stands in these words: a line, a value, exactly the right letters, or exactly the wrong."""
    found = [answer for answer in answers(exercise) if answer in compact(words)]
    right = set(made_by(exercise.solution)) if exercise.ask in (letter, letters) else set()
    wrong = set(offered(exercise)) - right if right else set()
    return found + [f"exactly {sorted(these)}" for these in (right, wrong) if these and these in named(words)]


def offered(exercise: Exercise) -> str:
    """The letters to choose from: those of all answers that are known."""
    known = [made_by(source) for source in (exercise.solution, *(wrong.source for wrong in exercise.wrong))]
    return "".join([*known, *re.findall(r"\*\*([a-z])\*\*", exercise.question)])


def named(words: str) -> list[set[str]]:
    """The letters that a sentence names: one by one, without the article, or as a word of its own."""
    alone = re.findall(r"\b(?!a (?!and|or|is|are|to)\w)[a-z]\b", words)
    return [set(alone), *map(set, re.findall(r"\b[a-z]{2,}\b", words))]


@each_exercise
def test_no_hint_contains_the_solution(exercise):
    """Two hints or more, each another sentence, and none of them holds the answer or a line of it."""
    assert len(set(exercise.hints)) == len(exercise.hints) >= 2
    assert [(hint, given) for hint in exercise.hints if (given := given_away(exercise, hint))] == []


@pytest.mark.parametrize(
    ("exercise_id", "hint"),
    [
        ("seconds-left", "`return 30-now%30`"),
        ("seconds-left", "What is left is 30 - (now % 30)."),
        ("cost-of-salts", "1000 * 5000 / 1000"),
        ("photographed-qr", 'It is "c".'),
        ("photographed-qr", "It is c, and nothing else."),
        ("photographed-qr", "Neither a, b nor d helps."),
        ("usual-story", "The wrong ones are a, c and e."),
        ("usual-story", "b and d are true."),
        ("usual-story", "Think of ace."),
    ],
)
def test_a_hint_that_gives_the_answer_away_is_found(exercise_id, hint):
    """However it is written: with other spaces, by its letters, or by those of all that is left."""
    assert given_away(BY_ID[exercise_id], hint)


@pytest.mark.parametrize("exercise", CHOICES, ids=lambda exercise: exercise.id)
def test_of_a_choice_every_letter_is_answered(exercise):
    """Each letter that is wrong has feedback of its own, and some other answer gets the case's."""
    wrong = {made_by(wrong.source) for wrong in exercise.wrong}
    offered = set(re.findall(r"\*\*([a-z])\*\*", exercise.question))
    assert offered == wrong | {exercise.cases[0].expected}
    assert check(exercise.id, "z").lines[-1] == exercise.cases[0].feedback


@cache
def notebook(exercise_id: str) -> NotebookNode:
    """The notebook that asks this id."""
    asked = re.compile(rf'\b(?:check|predict)\(\\"{re.escape(exercise_id)}\\"')
    (path,) = [path for path in sorted(FOLDER.glob("*.ipynb")) if asked.search(path.read_text("utf-8"))]
    return nbformat.read(path, as_version=4)


def calls(book: NotebookNode) -> list[tuple[str, str, str, int]]:
    """Every `check`, `predict` and `compare` of a notebook: name, id, what is passed, and in which cell."""
    return [
        (*found, index)
        for index, cell in enumerate(book.cells)
        if cell.cell_type == "code"
        for found in _CALL.findall(cell.source)
    ]


def in_cell(name: str, item_id: str) -> tuple[NotebookNode, str, int]:
    """The notebook, what is passed in its one such call, and the number of that cell."""
    book = notebook(item_id)
    ((passed, index),) = [
        (passed, index) for called, ids, passed, index in calls(book) if (called, ids) == (name, item_id)
    ]
    return book, passed, index


def prose(text: str) -> str:
    """Markdown as it is read: words alone."""
    return " ".join(BeautifulSoup(_plain(text), "html.parser").get_text(" ").split())


def before(book: NotebookNode, index: int) -> str:
    """The words of the last piece of prose before a cell."""
    return prose(next(cell.source for cell in reversed(book.cells[:index]) if cell.cell_type == "markdown"))


def shown(cell: NotebookNode) -> str:
    """The text face of the last output."""
    return cell.outputs[-1].data["text/plain"]


@each_exercise
def test_the_notebook_asks_it_once_and_has_not_answered(exercise):
    """Question word for word, an empty cell that passes what the solution defines, and `Not attempted` under it."""
    book, passed, index = in_cell("check", exercise.id)
    assert passed == exercise.answer_name
    assert prose(exercise.question) in before(book, index)
    assert "..." in book.cells[index].source
    assert shown(book.cells[index]).startswith(f"○ Not attempted · {exercise.title}\n")


@each_prediction
def test_the_notebook_asks_before_it_shows(prediction):
    """Options stand in a list before the guess, in much the same words; the guess is open, and compared below."""
    book, _, guessed = in_cell("predict", prediction.id)
    _, _, compared = in_cell("compare", prediction.id)
    listed = next(cell.source for cell in reversed(book.cells[:guessed]) if cell.cell_type == "markdown")
    offered = dict(re.findall(r"^- ([a-z]): (.+)$", listed, re.MULTILINE))
    assert list(offered) == [option.letter for option in prediction.options]
    for option in prediction.options:
        words, said = set(re.findall(r"\w+", option.words)), set(re.findall(r"\w+", offered[option.letter]))
        assert len(words & said) >= min(len(words), len(said)) / 2, (option.words, offered[option.letter])
    assert shown(book.cells[guessed]).startswith("○ Not attempted")
    assert shown(book.cells[compared]).startswith("≟ Compared")
    assert guessed < compared


def test_notebooks_ask_nothing_that_the_package_does_not_know():
    """Every id in a notebook belongs to an exercise or a prediction."""
    known = {each.id for each in (*EXERCISES, *PREDICTIONS)}
    asked = {ids for path in FOLDER.glob("*.ipynb") for _, ids, *_ in calls(nbformat.read(path, as_version=4))}
    assert asked == known


SOLVED = sorted(by_notebook())


@pytest.mark.full
@pytest.mark.parametrize("name", SOLVED)
def test_solved_in_the_notebook(name, tmp_path):
    """With the reference solutions put into their cells the notebook runs to its end, and each says `Done`."""
    mine = by_notebook()[name]
    book = nbformat.from_dict(notebook(mine[0].id))
    for exercise in mine:
        _, passed, index = in_cell("check", exercise.id)
        book.cells[index].source = f'{exercise.solution}\n\ncheck("{exercise.id}", {passed})'
    path = tmp_path / "solved.ipynb"
    path.write_text(as_text(book), encoding="utf-8")
    solved = nbformat.reads(refreshed(path), as_version=4)
    outcomes = {exercise.id: shown(solved.cells[in_cell("check", exercise.id)[2]]) for exercise in mine}
    assert [ids for ids, words in outcomes.items() if not words.startswith("✓ Done")] == []
