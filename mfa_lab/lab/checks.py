"""`check` an answer, `predict` what will happen, and `compare` the guess with what did. Nothing leaves the kernel.

The answer is passed in, never fetched from the learner's names. Each call returns a record with two faces, text
and HTML, of the same words.
"""

from __future__ import annotations

import dis
import math
import reprlib
import traceback
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from html import escape
from typing import Any

from mfa_lab.lab import exercises
from mfa_lab.lab.exercises import Case, Exercise
from mfa_lab.lab.exercises.records import call, letter
from mfa_lab.look import HERE, QUIET, REFUSED, SERVER


class Outcome(StrEnum):
    """What a check can say, in words."""

    NOT_ATTEMPTED = "Not attempted"
    NOT_YET = "Not yet"
    RAISED = "Raised"
    DONE = "Done"
    NOTED = "Noted"
    COMPARED = "Compared"


_LOOK = {
    Outcome.NOT_ATTEMPTED: ("○", QUIET),
    Outcome.NOT_YET: ("◐", HERE),
    Outcome.RAISED: ("!", REFUSED),
    Outcome.DONE: ("✓", SERVER),
    Outcome.NOTED: ("✓", SERVER),
    Outcome.COMPARED: ("≟", HERE),
}
"""Sign and tone of each outcome. The word always stands beside the sign: colour is never alone."""


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """What a check answers. `title` is the exercise's, `lines` are sentences."""

    outcome: Outcome
    title: str
    lines: tuple[str, ...]

    @property
    def sign(self) -> str:
        """A sign that goes with the word."""
        return _LOOK[self.outcome][0]

    def __repr__(self) -> str:
        return "\n".join([f"{self.sign} {self.outcome} · {self.title}", *(f"  {line}" for line in self.lines)])

    def _repr_html_(self) -> str:
        tone = _LOOK[self.outcome][1]
        kind = f"mfa-{self.outcome.name.lower().replace('_', '-')}"
        style = (
            f".{kind} {{ border-left: 5px solid {tone.fill}; padding-left: 1.2rem }} "
            f".{kind} p {{ margin: 0.2rem 0 }} .{kind} b {{ color: {tone.text} }} "
            f'[data-jp-theme-light="false"] .{kind} b {{ color: {tone.dark} }}'
        )
        word = f'<b><span aria-hidden="true">{self.sign}</span> {self.outcome}</b>'
        lines = "".join(f"<p>{escape(line)}</p>" for line in self.lines)
        said = f"<p>{word} · {escape(self.title)}</p>{lines}"
        return f'<style>{style}</style><div class="{kind}" role="status">{said}</div>'


def check(exercise_id: str, answer: object) -> Result:
    """Ask every case of the exercise of `answer`, up to the first that fails.

    Raises `InvalidInput` for an exercise that does not exist. What the learner's code raises is an outcome.
    """
    exercise = exercises.exercise(exercise_id)
    if _is_blank(answer):
        todo = "Write your answer in place of the three dots, and run the cell again."
        return Result(Outcome.NOT_ATTEMPTED, exercise.title, (todo,))
    if exercise.ask is call and not callable(answer):
        needed = f"Pass the function itself, by its name alone: what came is {_shown(answer)}."
        return Result(Outcome.NOT_YET, exercise.title, (needed,))
    for case in exercise.cases:
        try:
            came = exercise.ask(answer, *deepcopy(case.arguments))
            right = _same(came, case.expected)
        except Exception as error:  # noqa: BLE001 (whatever the learner's code raises is an answer)
            return Result(Outcome.RAISED, exercise.title, (_raised(error, answer, case),))
        if not right:
            return Result(Outcome.NOT_YET, exercise.title, _not_yet(exercise, case, came))
    count = len(exercise.cases)
    passed = f"All {count} cases came out right." if count > 1 else "That is right."
    return Result(Outcome.DONE, exercise.title, (passed,))


def _is_blank(answer: object) -> bool:
    """Nothing was written: None, three dots, or a function that holds no more than that."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return answer is None or answer is ...
    steps = [step for step in dis.get_instructions(code) if step.opname not in {"RESUME", "NOP"}]
    return all(step.opname.startswith(("LOAD_CONST", "RETURN_")) and step.argval in (None, ...) for step in steps)


def _same(came: object, expected: object) -> bool:
    if isinstance(expected, float) and isinstance(came, int | float):
        return math.isclose(came, expected, rel_tol=1e-6)
    return isinstance(came, bool) == isinstance(expected, bool) and bool(came == expected)


def _not_yet(exercise: Exercise, case: Case, came: object) -> tuple[str, ...]:
    """Which case, what came, what was expected; and what helps: a known mistake's own words, else the case's."""
    expected = case.wanted or _shown(case.expected)
    known = (words for at, result, words in _mistakes(exercise.id) if at == case.name and _same(came, result))
    told = next(known, case.feedback)
    return f"{case.name}: what came is {_shown(came)}; what was expected is {expected}.", told


@cache
def _mistakes(exercise_id: str) -> tuple[tuple[str, object, str], ...]:
    """Of each known wrong answer the first case that it fails, what it gives there, and its feedback."""
    exercise = exercises.exercise(exercise_id)
    found = []
    for wrong in exercise.wrong:
        answer = exercises.made_by(wrong.source, exercise.given)
        for case in exercise.cases:
            result = exercise.ask(answer, *deepcopy(case.arguments))
            if not _same(result, case.expected):
                found.append((case.name, result, wrong.feedback))
                break
    return tuple(found)


def _raised(error: Exception, answer: Any, case: Case) -> str:
    """One line with the learner's own line number: the last one that ran in the cell of the answer."""
    code = getattr(answer, "__code__", None)
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if code and frame.filename == code.co_filename
    ]
    line = frames[-1].lineno if frames else getattr(code, "co_firstlineno", None)
    where = f"line {line} of your cell" if line else "your answer"
    words = next(iter(str(error).splitlines()), "without a word").rstrip(".")
    return f"{case.name}: {where} raised {type(error).__name__}: {words}."


def _shown(value: object) -> str:
    """A value as it is best read in a sentence: bytes as hexadecimal pairs, everything else short."""
    if isinstance(value, bytes):
        return f"the bytes {value[:32].hex(' ')}" if value else "no bytes"
    try:
        return reprlib.repr(value)
    except Exception:  # noqa: BLE001 (a repr of the learner's own class)
        return f"a {type(value).__name__}"


_predicted: dict[str, str] = {}
"""The guesses of this kernel."""


def predict(prediction_id: str, guess: object) -> Result:
    """Remember a guess, one letter, until the kernel stops. Three dots are no guess, and cost nothing."""
    prediction = exercises.prediction(prediction_id)
    words = {option.letter: option.words for option in prediction.options}
    if _is_blank(guess):
        _predicted.pop(prediction_id, None)
        todo = f"Put a letter in place of the three dots: {', '.join(words)}."
        return Result(Outcome.NOT_ATTEMPTED, prediction.question, (todo,))
    chosen = letter(guess)
    if chosen not in words:
        letters = f"A prediction is one of these letters: {', '.join(words)}."
        return Result(Outcome.NOT_YET, prediction.question, (letters,))
    _predicted[prediction_id] = str(chosen)
    return Result(Outcome.NOTED, prediction.question, (f"You say {chosen}: {words[chosen]}. Now let us see.",))


def compare(prediction_id: str, happened: object) -> Result:
    """Set the guess beside what happened: the one option that holds for the value `happened`."""
    prediction = exercises.prediction(prediction_id)
    (true,) = [option for option in prediction.options if option.holds(happened)]
    came = f"What happened is {true.letter}: {true.words}."
    guess = _predicted.get(prediction_id)
    words = {option.letter: option.words for option in prediction.options}
    if guess is None:
        said = "You made no prediction."
    elif guess == true.letter:
        said = f"You said {guess}, and so it is."
    else:
        said = f"You said {guess}: {words[guess]}. It came out otherwise: why?"
    return Result(Outcome.COMPARED, prediction.question, (said, came))
