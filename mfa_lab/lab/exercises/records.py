"""The records of exercises and predictions. They are plain data, and `checks` puts the questions."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

ID = re.compile(r"[\w.-]{1,80}", re.ASCII)
"""The form of ids, of letters in choices, and of pseudonyms."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question to an answer: with these arguments it must return `expected`. `name` names the case.

    `feedback` says what the learner's code does, what follows, and asks a question. It does not give the answer away.
    `wanted` says in words what was expected. Values and choices need it, because `expected` is their answer.
    A case with `if_all_others_hold` is only put to an answer that is correct in every other case.
    """

    name: str
    arguments: tuple[Any, ...]
    expected: object
    feedback: str
    wanted: str = ""
    if_all_others_hold: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """A plausible wrong answer as source text, and the feedback that it must get."""

    source: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Option:
    """One letter of a choice, with its words. In a prediction `holds` says whether this is what happened."""

    letter: str
    words: str
    holds: Callable[[Any], bool] = lambda _happened: False


def call(answer: Any, *arguments: Any) -> object:
    """Call the learner's function, as most exercises do."""
    return answer(*arguments)


def as_given(answer: Any) -> object:
    """Return a value as it is."""
    return answer


def letter(answer: Any) -> object:
    """Read the letter of a choice; capitals, and spaces or signs around it, are forgiven, as in `"C)"`."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", answer).lower() if isinstance(answer, str) else answer


def letters(answer: Iterable[str]) -> object:
    """Read several letters in any order; capitals, spaces, signs and the word `and` are forgiven."""
    text = answer if isinstance(answer, str) else " ".join(answer)
    words = [word for word in re.findall(r"[^\W\d_]+", text.lower()) if word != "and"]
    return "".join(sorted(set("".join(words))))


@dataclass(frozen=True, slots=True)
class Exercise:
    """A question to the learner, how its answer is graded, and the answers that are known beforehand.

    The notebook has `question` word for word. `solution` is source text whose last statement defines the answer:
    a function, a class or a value. `given` holds the imports of the notebook's setup cell that the solution uses.
    `hints`, two or more, go from vague to near; none holds a line of the solution. `ask` is `call` for a function,
    `as_given` for a value and `letter` for a choice. A function of your own may play scenarios with a class.
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
        """Return the name of the answer in the notebook."""
        return _defined_last(self.solution)[0]

    @property
    def kind(self) -> str:
        """Return what the answer has to be: `function`, `class` or `value`."""
        return _defined_last(self.solution)[1]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question to guess at before a demo. Exactly one option `holds` for what happens.

    `outcome` is the letter that holds if the notebook's cells run once each, in their order; "" if it may be any.
    `saw` explains the outcome, in paragraphs of light Markdown (bold, italics, code, links). Only `compare` shows it,
    so a learner cannot read it before the guess. `secrets` are regular expressions for the words and numbers that
    would give the outcome away. The committed outputs after the guess show each of them, and a learner's copy shows
    none (`tests/notebooks/test_predictions.py`).
    """

    id: str
    question: str
    options: tuple[Option, ...]
    outcome: str = ""
    saw: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


def made_by(source: str, given: str = "") -> Any:
    """Return what the last statement of `source` defines. `source` is always the kit's own."""
    names: dict[str, Any] = {}
    exec(compile(f"{given}\n{source}", "answer", "exec", dont_inherit=True), names)  # noqa: S102
    return names[_defined_last(source)[0]]


def _defined_last(source: str) -> tuple[str, str]:
    """Return name and kind of what the last statement defines."""
    last = ast.parse(source).body[-1]
    if isinstance(last, ast.FunctionDef | ast.ClassDef):
        return last.name, "class" if isinstance(last, ast.ClassDef) else "function"
    return ast.unparse(last).split("=")[0].strip(), "value"
