"""Functions that grade an answer: they run each case, and choose the most helpful feedback."""

from __future__ import annotations

import dis
import inspect
import math
import reprlib
import sys
from abc import ABC
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from traceback import walk_tb
from types import CodeType
from typing import Any

from mfa_lab.attacks.player.narrator import Difference
from mfa_lab.lab import exercises
from mfa_lab.lab.busy import Busy
from mfa_lab.lab.exercises import Case, Exercise
from mfa_lab.lab.grading import time_limit
from mfa_lab.lab.grading.time_limit import TimeUp

IS_KIND: dict[str, Callable[[object], bool]] = {
    "class": lambda answer: isinstance(answer, type),
    "function": callable,
    "value": lambda _answer: True,
}
"""A function for each kind of exercise. It returns whether an answer has this kind."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold the result of one case: whether it is `right`, and the returned value (`came`) or the raised exception."""

    right: bool
    came: object = None
    error: Exception | SystemExit | TimeUp | None = None


def replies(exercise: Exercise, answer: object) -> list[Reply]:
    """Run each case with `answer`, in order, and return the results.

    If a case does not end, no further case runs.
    """
    given: list[Reply] = []
    with Busy("Checking your answer, case", len(exercise.cases)) as busy:
        for number, case in enumerate(exercise.cases, 1):
            busy.at(number)
            if case.if_all_others_hold and not all(reply.right for reply in given):
                continue
            try:
                with time_limit.time_limit():
                    given.append(_reply(exercise, answer, case))
            except TimeUp as up:
                return [*given, Reply(False, error=up)]
    return given


def _reply(exercise: Exercise, answer: object, case: Case) -> Reply:
    try:
        came = _plain(exercise.ask(answer, *deepcopy(case.arguments)))
        return Reply(_same(came, case.expected), came)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (any exception of the learner's code is an answer)
        if exercise.kind == "value" and isinstance(error, TypeError | AttributeError):
            return Reply(False, answer)  # a value of another type: none of the learner's code has run
        return Reply(False, error=error)


def _plain(value: Any) -> object:
    """Convert a NumPy number, string or truth value to Python's type, because both types are equally good answers."""
    return value.item() if hasattr(value, "dtype") and getattr(value, "shape", None) == () else value


def _same(came: object, expected: object) -> bool:
    if isinstance(expected, float) and isinstance(came, int | float):
        return math.isclose(came, expected, rel_tol=1e-6)
    return isinstance(came, bool) == isinstance(expected, bool) and bool(came == expected)


def is_blank(answer: object) -> bool:
    """Return whether the answer is blank: None, three dots, or a function or class that contains only blank code.

    A function that contains only `pass` or `return` is not blank: it is an answer that does nothing.
    """
    if isinstance(answer, type):
        return all(is_blank(value) for part in (answer, *_own_bases(answer)) for value in _written_in(part))
    code = getattr(answer, "__code__", None)
    if code is None:
        return answer is None or answer is ...
    steps = [step for step in dis.get_instructions(code) if step.opname not in {"RESUME", "NOP"}]
    does_nothing = all(
        step.opname.startswith(("LOAD_CONST", "RETURN_")) and step.argval in (None, ...) for step in steps
    )
    return does_nothing and _last_width(code) <= len("...")


def _last_width(code: CodeType) -> int:
    """Return the width of the last statement in the source, in bytes.

    In compiled code, three dots and `pass` look alike, so only this width distinguishes them.
    """
    *_, (_line, _end_line, column, end_column) = code.co_positions()
    return (end_column or 0) - (column or 0)


class _Empty(ABC):
    """Contain only the names that Python puts into every class automatically."""

    nothing: None


def _own_bases(answer: type) -> list[type]:
    """Return the base classes that the learner wrote. They are defined in the notebook and not in a module."""
    return [
        base
        for base in answer.__mro__[1:]
        if base.__module__ == "__main__" or getattr(sys.modules.get(base.__module__), base.__name__, None) is not base
    ]


def _written_in(answer: type) -> list[Any]:
    """Return what a class body defines: its values, and the functions behind its methods and properties."""
    values = [value for name, value in vars(answer).items() if name not in vars(_Empty)]
    return [getattr(value, "fget", None) or getattr(value, "__func__", value) for value in values]


def not_yet(exercise: Exercise, given: list[Reply], failed: int) -> tuple[str, ...]:
    """Return a line that says which case failed and with which result, and the most helpful feedback."""
    case, came = exercise.cases[failed], given[failed].came
    if isinstance(came, Difference):
        return (
            "In a game drawn at random, your server does not do what a correct one does:",
            *came.told,
            case.feedback,
        )
    expected = case.wanted or shown(case.expected)
    told = known_mistake(exercise, given, failed) or slip(came, case.expected) or case.feedback
    return f"{case.name}: your answer gave {shown(came)}; the expected result is {expected}.", told


def slip(came: object, wanted: object) -> str:
    """Return the feedback if the answer contains a very common mistake, and "" otherwise."""
    if came is None and wanted is not None:
        return "Your code returned nothing in this case: does it end with `return`, or does it only print the result?"
    if isinstance(wanted, dict) and isinstance(came, list | tuple | set):
        return f"Your answer gave a {type(came).__name__}. The case expects a dictionary, with a value for each name."
    if _is_number(came) and isinstance(wanted, str):
        return "Your answer gave a number. The case expects text, and text needs quotes."
    if isinstance(came, str) and _is_number(wanted):
        return "Your answer gave text. The case expects a number, and a number has no quotes."
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def known_mistake(exercise: Exercise, given: list[Reply], failed: int) -> str:
    """Return the feedback on the known wrong answer that explains the most failures, or "" if no answer fits.

    To compare a known wrong answer, the kit must run the cases with it. This takes time, so the kit runs only those
    answers and cases that can still change the feedback. A known answer explains nothing if it fails a case that the
    learner passed, because its feedback is about another mistake.
    """
    wrong = [index for index, reply in enumerate(given) if not reply.right]
    right = [index for index, reply in enumerate(given) if reply.right]
    most, told = 0, ""
    with Busy("Looking for the mistake, known mistake", len(exercise.wrong)) as busy:
        for number, known in enumerate(exercise.wrong):
            busy.at(number + 1)
            count = _explained(exercise, number, given, wrong, failed)
            if count > most and all(_wrong_reply(exercise.id, number, index).right for index in right):
                most, told = count, known.feedback
            if most == len(wrong):
                break
    return told


def _explained(exercise: Exercise, number: int, given: list[Reply], wrong: list[int], failed: int) -> int:
    """Return how many of the learner's failures the known wrong answer explains.

    The result is 0 if the known answer passes the reported case. It is also 0 if the known answer fails one of the
    learner's failed cases in another way.
    """
    if _wrong_reply(exercise.id, number, failed).right:
        return 0
    count = 0
    for index in wrong:
        ours = _wrong_reply(exercise.id, number, index)
        if not ours.right and not _alike(ours, given[index]):
            return 0
        count += not ours.right
    return count


def _alike(ours: Reply, theirs: Reply) -> bool:
    if ours.error or theirs.error:
        return type(ours.error) is type(theirs.error)
    return _same(theirs.came, ours.came)


@cache
def _wrong_reply(exercise_id: str, number: int, index: int) -> Reply:
    """Return the result of one case for a known wrong answer."""
    exercise = exercises.exercise(exercise_id)
    return _reply(exercise, _wrong_answer(exercise_id, number), exercise.cases[index])


@cache
def _wrong_answer(exercise_id: str, number: int) -> object:
    exercise = exercises.exercise(exercise_id)
    return exercises.made_by(exercise.wrong[number].source, exercise.given)


_OF_ANOTHER_TYPE = (
    (
        "'float' object",
        "This number is a float, even if it ends in .0: // gives an integer, but / does not.",
    ),
    ("'bytes' and 'int'", "Bytes are not a number yet: use `int.from_bytes` first."),
    (
        "bytes-like object is required, not 'int'",
        "Your code has a number where bytes are needed: `to_bytes` converts it.",
    ),
    (
        "'member_descriptor'",
        (
            "You store the class itself, so all users share what you write there. How do you make an object of this "
            "class?"
        ),
    ),
)
"""Feedback on values of the wrong type. The first text of each pair is a part of Python's message."""


def raised(error: Exception | SystemExit, answer: Any, case: Case) -> tuple[str, ...]:
    """Return a line with the exception and the learner's line number, and then the feedback on the exception.

    The line number belongs to the last line that ran in the learner's cell.
    """
    lines, where = _where(error, answer)
    words = next(iter(str(error).splitlines()), "without a message").rstrip(".")
    told = f"{case.name}: {where} raised {type(error).__name__}: {words}."
    if "NoneType" in words and not lines:  # the caller of the answer could not use the result
        kind = "method" if isinstance(answer, type) else "function"
        return told, f"Your {kind} returned None: is a `return` missing in this case?"
    if isinstance(error, SystemExit):
        return (
            told,
            "This exception ends the whole program. To end only the function and return its result, use `return`.",
        )
    if isinstance(error, AttributeError | TypeError):
        return told, *(helping for sign, helping in _OF_ANOTHER_TYPE if sign in words)
    if not isinstance(error, NameError):
        return (told,)
    if error.name and len(error.name) == 1:
        return told, f'If you mean the letter {error.name}, put it in quotes: "{error.name}".'
    return told, "Is the name spelled correctly, and has the cell that defines it been run?"


def stopped(error: TimeUp, answer: Any, case: Case) -> tuple[str, ...]:
    """Return a line that says where the kit stopped the running answer, and a question about the cause."""
    _, where = _where(error, answer)
    seconds = f"{time_limit.limit_seconds:g}"
    told = f"{case.name}: {where} was still running after more than {seconds} seconds, so it was stopped."
    return told, "Which loop does not end, or what does your code wait for?"


def _where(error: BaseException, answer: Any) -> tuple[list[int], str]:
    """Return the lines of the learner's cell that the traceback contains, outermost first.

    Also describe the last line.
    """
    codes = _codes(answer)
    cells = {code.co_filename for code in codes}
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename in cells]
    line = lines[-1] if lines else min((code.co_firstlineno for code in codes), default=None)
    return lines, f"line {line} of your cell" if line else "your answer"


def _codes(answer: Any) -> list[CodeType]:
    """Return the learner's code objects: a class's methods, or a function with and without its decorators."""
    parts = _written_in(answer) if isinstance(answer, type) else [answer, inspect.unwrap(answer)]
    return [part.__code__ for part in parts if isinstance(getattr(part, "__code__", None), CodeType)]


_AT_MOST = 300
"""The greatest length of a value that is shown in full. For comparison, an enrolment URI has about 120 characters."""
_whole = reprlib.Repr()  # it stops in lists that contain themselves, and after many elements
_whole.maxstring = _whole.maxother = _whole.maxlong = 10 * _AT_MOST  # otherwise it would cut these in the middle
_whole.maxlist = _whole.maxtuple = _whole.maxset = _whole.maxfrozenset = _whole.maxdict = 50


def shown(value: object) -> str:
    """Return a value in readable form. Bytes are shown as hexadecimal pairs, and a very long value is cut off."""
    try:
        if isinstance(value, bytes):
            told = f"the bytes {value.hex(' ')}" if value else "no bytes"
        else:
            told = _whole.repr(value)
    except Exception:  # noqa: BLE001 (a repr of the learner's own class)
        return f"a {type(value).__name__}"
    return told if len(told) <= _AT_MOST else f"{told[:_AT_MOST]}..."
