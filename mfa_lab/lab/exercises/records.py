"""What an exercise and a prediction are made of. Plain data: `checks` does the asking."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

ID = re.compile(r"[\w.-]{1,80}", re.ASCII)
"""What ids, letters of choices and pseudonyms are made of."""


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


def as_given(answer: Any) -> object:
    """How a value is asked: it is looked at."""
    return answer


def letter(answer: Any) -> object:
    """How a choice is asked: capital letters, spaces and signs around it are forgiven, as in `"C)"`."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", answer).lower() if isinstance(answer, str) else answer


def letters(answer: Iterable[str]) -> object:
    """How a choice of several is asked: in any order; capitals, spaces, signs and the word `and` are forgiven."""
    text = answer if isinstance(answer, str) else " ".join(answer)
    words = [word for word in re.findall(r"[^\W\d_]+", text.lower()) if word != "and"]
    return "".join(sorted(set("".join(words))))


@dataclass(frozen=True, slots=True)
class Exercise:
    """What the learner is asked, how the answer is asked, and every answer that is known beforehand.

    `question` stands word for word in the notebook. `solution` is source text whose last statement defines what
    is passed to `check`: a function, a class or a value. `given` is what the notebook's setup cell has imported,
    for solutions that use it. `hints`, two or more, go from vague to near; none holds a line of the solution.
    `ask` is `call` for a function, `as_given` for a value, `letter` for a choice, or one of your own, such as
    `lambda fix, scenario: scenario(fix)` for a class that scenarios are played with.
    """

    id: str
    title: str
    question: str
    solution: str
    cases: tuple[Case, ...]
    wrong: tuple[Wrong, ...]
    ask: Callable[..., object] = call
    given: str = ""
    hints: tuple[str, ...] = ()

    @property
    def answer_name(self) -> str:
        """What the answer is called in the notebook."""
        return _defined_last(self.solution)[0]

    @property
    def kind(self) -> str:
        """What the answer has to be: `function`, `class` or `value`."""
        return _defined_last(self.solution)[1]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question to guess at before a demo. Of what happens, exactly one option `holds`.

    `saw` explains the outcome, in paragraphs of light Markdown (bold, italics, code, links). Only `compare` shows it,
    so a learner cannot read it before the guess. `secrets` are regular expressions for the words and numbers that
    would give the outcome away: each is found in `saw` or in the committed outputs after the guess, and none in
    what a learner's copy shows (`tests/notebooks/test_predictions.py`).
    """

    id: str
    question: str
    options: tuple[Option, ...]
    saw: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


def made_by(source: str, given: str = "") -> Any:
    """What the last statement of `source` defines: function, class, or a name's value. For the kit's own sources."""
    names: dict[str, Any] = {}
    exec(compile(f"{given}\n{source}", "answer", "exec", dont_inherit=True), names)  # noqa: S102
    return names[_defined_last(source)[0]]


def _defined_last(source: str) -> tuple[str, str]:
    """Name and kind of what the last statement defines."""
    last = ast.parse(source).body[-1]
    if isinstance(last, ast.FunctionDef | ast.ClassDef):
        return last.name, "class" if isinstance(last, ast.ClassDef) else "function"
    return ast.unparse(last).split("=")[0].strip(), "value"
