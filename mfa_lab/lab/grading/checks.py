"""The functions that a notebook calls: `check` an answer, show a `hint` or the `solution`, `reset` an exercise,
`predict` what will happen, and `compare` the guess with what happened.

An answer is always an argument: no function reads the learner's variables. Each function returns a record with two
views, text and HTML, in the same words. `mfa_lab.lab.grading.progress_file` stores the progress, and nothing leaves
the machine.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from pathlib import Path

from mfa_lab.lab import exercises
from mfa_lab.lab.cell_order import REMEDY
from mfa_lab.lab.exercises.records import letter
from mfa_lab.lab.grading.course_map import progress_map
from mfa_lab.lab.grading.marking import IS_KIND, is_blank, known_mistake, not_yet, raised, replies, shown, stopped
from mfa_lab.lab.grading.progress import attempted, forgotten, guessed, hinted, solution_shown
from mfa_lab.lab.grading.progress_file import here
from mfa_lab.lab.grading.result import Outcome, Result
from mfa_lab.lab.grading.time_limit import TimeUp
from mfa_lab.resources import notebooks_dir

__all__ = ["Outcome", "Result", "check", "compare", "hint", "predict", "progress_map", "reset", "solution"]

_ASKING = (
    (
        'Give the id that appears in the cell of the exercise. For example, hint("dynamic-truncation") belongs to '
        'check("dynamic-truncation", ...).'
    ),
    'The second hint says more than the first: hint("dynamic-truncation", 2).',
)
_NO_HINT = "A prediction has no hints: choose one of the answers, then run the cells below to see what happens."
_NO_SOLUTION = "A prediction has no solution: run the cells below it to see what happens."

_OTHER_OUTCOME = (
    "The cells above gave another result than in a first run, so the explanation would be wrong. This happens if "
    "a cell was changed, ran in another order, or ran twice: some cells work only once."
)
_NO_GUESS = (
    "You have not guessed yet. Replace the three dots further up with one of the letters {letters}, and run "
    "that cell. To see the answer without a guess, run this cell again."
)
_DOTS = "The three dots are still in your answer. Delete them, so that only the letter in quotes is left."
_asked: set[tuple[Path | None, str]] = set()
"""The predictions for which this kernel has already asked for a guess, each with the folder of the working copy."""

exercises.exercises()  # the setup cell imports them all, so that no check waits for it


def check(exercise_id: str, answer: object, *, again: bool = False) -> Result:
    """Test an answer with every case of the exercise, and report the first failed case.

    Random games are the same each time. With `again`, other games are played than in any check before.

    Raises `InvalidInput` for an exercise that does not exist. If the learner's code raises an exception, the result
    reports the exception.
    """
    exercise = exercises.exercise(exercise_id)
    if is_blank(answer):
        todo = "Replace the three dots with your answer, and run the cell again."
        return Result(Outcome.NOT_ATTEMPTED, exercise.title, (todo,))
    if again:
        exercise = _with_other_games(exercise)
    outcome, told = _marked(exercise, answer)
    noted = here().update(attempted(exercise_id, done=outcome is Outcome.DONE))
    stuck = f'Stuck? hint("{exercise_id}")' if outcome is not Outcome.DONE and exercise.hints else ""
    return Result(outcome, exercise.title, (*told, *noted), further=stuck)


_other_games = count(1)
"""Counts the checks with `again` in this kernel."""


def _with_other_games(exercise: exercises.Exercise) -> exercises.Exercise:
    """Return the exercise with games from other seeds, if it has any."""
    turn = next(_other_games)
    cases = [
        replace(case, arguments=tuple(law.at_turn(turn) for law in case.arguments))
        if case.if_all_others_hold
        else case
        for case in exercise.cases
    ]
    return replace(exercise, cases=tuple(cases))


def _marked(exercise: exercises.Exercise, answer: object) -> tuple[Outcome, tuple[str, ...]]:
    if not IS_KIND[exercise.kind](answer):
        needed = f"Pass the {exercise.kind} itself, which is its name without brackets. You passed {shown(answer)}."
        return Outcome.NOT_YET, (needed,)
    given = replies(exercise, answer)
    failed = next((index for index, reply in enumerate(given) if not reply.right), None)
    if failed is None:
        return Outcome.DONE, (f"All {len(given)} cases are correct." if len(given) > 1 else "That is correct.",)
    error = given[failed].error
    if isinstance(error, TimeUp):
        return Outcome.STOPPED, stopped(error, answer, exercise.cases[failed])
    if error:
        told, known = raised(error, answer, exercise.cases[failed]), known_mistake(exercise, given, failed)
        return Outcome.RAISED, (*told, known) if known else told
    return Outcome.NOT_YET, not_yet(exercise, given, failed)


def hint(exercise_id: str = "", n: int = 1) -> Result:
    """Return hint number `n`, counting from 1. A later hint gives away more of the answer.

    Your progress records how many hints you took. Without an id, the result explains how to ask for a hint.
    """
    if not exercise_id:
        return Result(Outcome.HINT, "How to ask for a hint", _ASKING)
    if _is_prediction(exercise_id):
        return Result(Outcome.HINT, exercises.prediction(exercise_id).question, (_NO_HINT,))
    exercise = exercises.exercise(exercise_id)
    count = len(exercise.hints)
    if type(n) is not int or not 1 <= n <= count:
        there = (
            f'The hints are numbered from hint("{exercise_id}", 1) to {count}.'
            if count
            else "This exercise has no hints."
        )
        return Result(Outcome.HINT, exercise.title, (there,))
    further = f'hint("{exercise_id}", {n + 1})' if n < count else f'solution("{exercise_id}")'
    noted = here().update(hinted(exercise_id, n))
    return Result(
        Outcome.HINT, exercise.title, (f"{n} of {count}: {exercise.hints[n - 1]}", f"Next: {further}.", *noted)
    )


def _is_prediction(item_id: str) -> bool:
    return item_id in [prediction.id for prediction in exercises.predictions()]


def solution(exercise_id: str) -> Result:
    """Return a correct answer, and record that the learner has seen it."""
    if _is_prediction(exercise_id):
        return Result(Outcome.SOLUTION, exercises.prediction(exercise_id).question, (_NO_SOLUTION,))
    exercise = exercises.exercise(exercise_id)
    done = here().read().of(exercise_id).done
    noted = here().update(solution_shown(exercise_id))
    said = (
        "You have solved it. This is how the kit does it, but your answer is just as good."
        if done
        else (
            "This is one correct answer. Your progress records that it was shown. Hide it now, and write the "
            "answer yourself."
        )
    )
    return Result(Outcome.SOLUTION, exercise.title, (said, *noted), exercise.solution)


def reset(exercise_id: str) -> Result:
    """Delete everything that is recorded about this exercise or prediction.

    The cell with the answer does not change.
    """
    if _is_prediction(exercise_id):
        noted = here().update(forgotten(exercise_id))
        _asked.discard((here().folder, exercise_id))
        lines = ["Your guess is deleted. Your next guess counts as your first guess.", *noted]
        return Result(Outcome.FORGOTTEN, exercises.prediction(exercise_id).question, tuple(lines))
    exercise = exercises.exercise(exercise_id)
    noted = here().update(forgotten(exercise_id))
    lines = ["Your progress for this exercise is deleted. To start again, replace your answer with three dots."]
    notebook = exercises.notebook_of(exercise_id)
    if (notebooks_dir() / f"{notebook}.ipynb").is_file():  # otherwise it belongs to a plugin
        lines.append(
            f"To restore the whole notebook, run `mfa-lab reset {notebook}` in a terminal. The command keeps your "
            f"version beside the new one."
        )
    return Result(Outcome.FORGOTTEN, exercise.title, (*lines, *noted))


def predict(prediction_id: str, guess: object) -> Result:
    """Record a guess, which is one letter. The first guess counts. A later guess is stored and shown separately.

    Three dots do not count as a guess. `reset` deletes the first guess and the later guess.
    """
    prediction = exercises.prediction(prediction_id)
    words = {option.letter: option.words for option in prediction.options}
    if is_blank(guess):
        todo = f"Replace the three dots with one of these letters, in quotes: {', '.join(words)}."
        return Result(Outcome.NOT_ATTEMPTED, prediction.question, (todo,))
    if isinstance(guess, str) and re.search(r"\.\.|…", guess):
        return Result(Outcome.NOT_YET, prediction.question, (_DOTS,))
    chosen = letter(guess)
    if not isinstance(chosen, str) or chosen not in words:
        letters = ", ".join(f'"{known}"' for known in words)
        said = f"A prediction is one of these letters, in quotes: {letters}. You passed {shown(guess)}."
        return Result(Outcome.NOT_YET, prediction.question, (said,))
    noted = here().update(guessed(prediction_id, chosen))
    first = here().read().predictions.get(prediction_id, chosen)
    said = f"Your guess is {chosen}: {words[chosen]}. Run the cells below to see what happens."
    if first != chosen:
        said = f"Your first guess still counts: {first}. You now say {chosen}, which is recorded as a later guess."
    return Result(Outcome.NOTED, prediction.question, (said, *noted))


def compare(prediction_id: str, happened: object) -> Result:
    """Compare the guess with what happened, which is the only option that is true for the value `happened`.

    The explanation would be wrong if no option is true, or if another option is true than in the original notebook.
    The result then says which cells to run again. In a working copy, the first call without a recorded guess asks the
    learner to guess.
    """
    prediction = exercises.prediction(prediction_id)
    held = [option for option in prediction.options if option.holds(happened)]
    if not held:
        again = "run all cells again, from the cell with your guess down to this one"
        said = f"This cell passed the value {shown(happened)}, which fits none of the options: {again}."
        return Result(Outcome.NOT_YET, prediction.question, (said,))
    (true,) = held
    if prediction.outcome not in ("", true.letter):
        return Result(Outcome.NOT_YET, prediction.question, (_OTHER_OUTCOME, REMEDY))
    store = here()
    progress = store.read()
    guess, later = progress.predictions.get(prediction_id), progress.later_guesses.get(prediction_id)
    words = {option.letter: option.words for option in prediction.options}
    if guess not in words and store.folder is not None and (store.folder, prediction_id) not in _asked:
        _asked.add((store.folder, prediction_id))
        return Result(Outcome.NOT_ATTEMPTED, prediction.question, (_NO_GUESS.format(letters=", ".join(words)),))
    came = f"What happened is {true.letter}: {true.words}."
    if guess not in words:
        said = "You made no prediction."
    elif guess == true.letter:
        said = f"You said {guess}, which is correct."
    else:
        said = f"You said {guess}: {words[guess]}. Something else happened: why?"
    if later in words:
        said = f"{said} After you had seen the answer, you said {later}."
    return Result(Outcome.COMPARED, prediction.question, (said, came), prose=prediction.saw)
