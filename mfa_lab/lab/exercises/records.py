"""What an exercise and a prediction are made of. Plain data: `checks` does the asking."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """One question put to the answer: for `name`, with these arguments, `expected` must come.

    `feedback` is a sentence that helps and does not give the answer away. `wanted` says in words what was
    expected, where showing `expected` would be the answer itself: for every value and every choice.
    """

    name: str
    arguments: tuple[Any, ...]
    expected: object
    feedback: str
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A plausible wrong answer as source text, and the sentence that whoever gives it must hear."""

    source: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Option:
    """One letter of a choice, with its words. In a prediction `holds` says whether this is what happened."""

    letter: str
    words: str
    holds: Callable[[Any], bool] = lambda _happened: False


def call(answer: Any, *arguments: Any) -> object:
    """How most exercises are asked: the learner's function is called."""
    return answer(*arguments)


def look(answer: Any) -> object:
    """How a value is asked: it is looked at."""
    return answer


def letter(answer: Any) -> object:
    """How a choice is asked: capital letters and spaces are forgiven."""
    return answer.strip().lower() if isinstance(answer, str) else answer


@dataclass(frozen=True, slots=True)
class Exercise:
    """What the learner is asked, how the answer is asked, and every answer that is known beforehand.

    `question` stands word for word in the notebook. `solution` is source text whose last statement defines what
    is passed to `check`. `given` is what the notebook's setup cell has imported, for solutions that use it.
    `ask` is `call` for a function, `look` for a value, `letter` for a choice, or one of your own.
    """

    id: str
    title: str
    question: str
    solution: str
    cases: tuple[Case, ...]
    wrong: tuple[Wrong, ...]
    ask: Callable[..., object] = call
    given: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question to guess at before a demo. Of what happens, exactly one option `holds`."""

    id: str
    question: str
    options: tuple[Option, ...]


def made_by(source: str, given: str = "") -> Any:
    """What the last statement of `source` defines: a function, or a name's value. For the kit's own sources."""
    last = ast.parse(source).body[-1]
    name = last.name if isinstance(last, ast.FunctionDef) else ast.unparse(last).split("=")[0].strip()
    names: dict[str, Any] = {}
    exec(f"{given}\n{source}", names)  # noqa: S102
    return names[name]
