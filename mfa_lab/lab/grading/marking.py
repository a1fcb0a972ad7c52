"""How an answer is judged: what each case makes of it, and what is best said about it."""

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
"""Whether an answer is of the kind that an exercise asks for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one case makes of an answer: whether it is `right`, what `came`, or what was raised."""

    right: bool
    came: object = None
    error: Exception | SystemExit | TimeUp | None = None


def replies(exercise: Exercise, answer: object) -> list[Reply]:
    """Ask each case of `answer`, in their order. After one that does not end, no further one is asked."""
    given: list[Reply] = []
    with Busy("Checking your answer, case", len(exercise.cases)) as busy:
        for number, case in enumerate(exercise.cases, 1):
            busy.at(number)
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
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever the learner's code raises is an answer)
        if exercise.kind == "value" and isinstance(error, TypeError | AttributeError):
            return Reply(False, answer)  # a value of another type: no code of the learner's has run
        return Reply(False, error=error)


def _plain(value: Any) -> object:
    """Return Python's own number, text or truth value for NumPy's, which is as good an answer."""
    return value.item() if hasattr(value, "dtype") and getattr(value, "shape", None) == () else value


def _same(came: object, expected: object) -> bool:
    if isinstance(expected, float) and isinstance(came, int | float):
        return math.isclose(came, expected, rel_tol=1e-6)
    return isinstance(came, bool) == isinstance(expected, bool) and bool(came == expected)


def is_blank(answer: object) -> bool:
    """Nothing was written: None, three dots, or a function or class that holds no more than that. `pass` and `return`
    are answers: to do nothing.
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
    """How many columns the last statement takes: all by which compiled code tells three dots from `pass`."""
    *_, (_line, _end_line, column, end_column) = code.co_positions()
    return (end_column or 0) - (column or 0)


class _Empty(ABC):
    """What Python puts into a class by itself."""

    nothing: None


def _own_bases(answer: type) -> list[type]:
    """Return the classes below an answer that the learner wrote: those of a notebook, which no module has."""
    return [
        base
        for base in answer.__mro__[1:]
        if base.__module__ == "__main__" or getattr(sys.modules.get(base.__module__), base.__name__, None) is not base
    ]


def _written_in(answer: type) -> list[Any]:
    """What the body of a class defines: values, and the functions themselves of methods and properties."""
    values = [value for name, value in vars(answer).items() if name not in vars(_Empty)]
    return [getattr(value, "fget", None) or getattr(value, "__func__", value) for value in values]


def not_yet(exercise: Exercise, given: list[Reply], failed: int) -> tuple[str, ...]:
    """Which case failed, what came, what was expected; and what helps best."""
    case, came = exercise.cases[failed], given[failed].came
    expected = case.wanted or shown(case.expected)
    told = _known_mistake(exercise, given, failed) or slip(came, case.expected) or case.feedback
    return f"{case.name}: what came is {shown(came)}; what was expected is {expected}.", told


def slip(came: object, wanted: object) -> str:
    """What is to be said of one of the commonest slips, or nothing."""
    if came is None and wanted is not None:
        return "Nothing was returned on this way through: does it end in `return`, or does it only print?"
    if isinstance(wanted, dict) and isinstance(came, list | tuple | set):
        return f"That is a {type(came).__name__}. What is wanted is a dictionary: it gives under each name a value."
    if _is_number(came) and isinstance(wanted, str):
        return "That is a number. What is wanted is text, and text stands in quotes."
    if isinstance(came, str) and _is_number(wanted):
        return "That is text. What is wanted is a number, and a number stands without quotes."
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _known_mistake(exercise: Exercise, given: list[Reply], failed: int) -> str:
    """The feedback of the known wrong answer that explains most of what failed, or nothing.

    The cases are put to known wrong answers too, which takes its time: so to no more of them than can change the
    feedback. One that fails what came out right explains nothing: its feedback would speak of something else.
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
    """How many of the failures are those of this wrong answer. None, unless it fails the case that is told, and fails
    like the learner's answer wherever it fails.
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
    """What one case makes of a known wrong answer."""
    exercise = exercises.exercise(exercise_id)
    return _reply(exercise, _wrong_answer(exercise_id, number), exercise.cases[index])


@cache
def _wrong_answer(exercise_id: str, number: int) -> object:
    exercise = exercises.exercise(exercise_id)
    return exercises.made_by(exercise.wrong[number].source, exercise.given)


_OF_ANOTHER_TYPE = (
    ("'float' object", "That number has a fraction, even if it is .0: // divides to a whole number, / does not."),
    ("'bytes' and 'int'", "Bytes are no number yet: `int.from_bytes` first."),
    (
        "bytes-like object is required, not 'int'",
        "A number stands where bytes are needed: `to_bytes` makes them of it.",
    ),
    (
        "'member_descriptor'",
        "You keep a class itself, so whatever is written there would be everybody's. How is one object of it made?",
    ),
)
"""What helps, by what Python says of a value of another type."""


def raised(error: Exception | SystemExit, answer: Any, case: Case) -> tuple[str, ...]:
    """A line with the learner's own line number, the last one that ran in the cell of the answer; and what helps."""
    lines, where = _where(error, answer)
    words = next(iter(str(error).splitlines()), "without a word").rstrip(".")
    told = f"{case.name}: {where} raised {type(error).__name__}: {words}."
    if "NoneType" in words and not lines:  # whoever called the answer could do nothing with what came
        kind = "method" if isinstance(answer, type) else "function"
        return told, f"Your {kind} answered None: is a `return` missing on this way through?"
    if isinstance(error, SystemExit):
        return told, "That ends the whole program. What ends a function, and gives its answer, is `return`."
    if isinstance(error, AttributeError | TypeError):
        return told, *(helping for sign, helping in _OF_ANOTHER_TYPE if sign in words)
    if not isinstance(error, NameError):
        return (told,)
    if error.name and len(error.name) == 1:
        return told, f'If the letter {error.name} is meant, it goes in quotes: "{error.name}".'
    return told, "Is the name spelled right, and has the cell that makes it been run?"


def stopped(error: TimeUp, answer: Any, case: Case) -> tuple[str, ...]:
    """Say where an answer was that did not end."""
    _, where = _where(error, answer)
    seconds = f"{time_limit.limit_seconds:g}"
    told = f"{case.name}: after more than {seconds} seconds {where} was still running. So it was stopped."
    return told, "Which loop does not come to its end, or what does it wait for?"


def _where(error: BaseException, answer: Any) -> tuple[list[int], str]:
    """Return the lines of the learner's cell that were running, outermost first, and words for the last of them."""
    codes = _codes(answer)
    cells = {code.co_filename for code in codes}
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename in cells]
    line = lines[-1] if lines else min((code.co_firstlineno for code in codes), default=None)
    return lines, f"line {line} of your cell" if line else "your answer"


def _codes(answer: Any) -> list[CodeType]:
    """The learner's own code: a function's, behind its decorators too, or that of a class's methods."""
    parts = _written_in(answer) if isinstance(answer, type) else [answer, inspect.unwrap(answer)]
    return [part.__code__ for part in parts if isinstance(getattr(part, "__code__", None), CodeType)]


_AT_MOST = 300
"""Characters of a value that are told: an enrolment URI has about 120."""
_whole = reprlib.Repr()  # knows when to stop: lists that hold themselves, or a million of anything
_whole.maxstring = _whole.maxother = _whole.maxlong = 10 * _AT_MOST  # it would cut these in their middle
_whole.maxlist = _whole.maxtuple = _whole.maxset = _whole.maxfrozenset = _whole.maxdict = 50


def shown(value: object) -> str:
    """A value as it is best read in a sentence: bytes as hexadecimal pairs; what is very long, without its end."""
    try:
        if isinstance(value, bytes):
            told = f"the bytes {value.hex(' ')}" if value else "no bytes"
        else:
            told = _whole.repr(value)
    except Exception:  # noqa: BLE001 (a repr of the learner's own class)
        return f"a {type(value).__name__}"
    return told if len(told) <= _AT_MOST else f"{told[:_AT_MOST]}..."
