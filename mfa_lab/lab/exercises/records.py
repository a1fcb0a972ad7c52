"""The records of exercises and predictions. They are plain data; the module `checks` does the grading."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

ID = re.compile(r"[\w.-]{1,80}", re.ASCII)
"""The pattern for ids, for letters in choices, and for pseudonyms."""


@dataclass(frozen=True, slots=True)
class Case:
    """Hold one test of an answer: with these arguments it must return `expected`. `name` is the name of the case.

    `feedback` says what the learner's code does and what follows, and asks a question. It does not reveal the
    answer. `wanted` says in words what was expected. Values and choices need `wanted`, because their `expected`
    would reveal the answer. A case with `if_all_others_hold` is run only for an answer that passes every other
    case.
    """

    name: str
    arguments: tuple[Any, ...]
    expected: object
    feedback: str
    wanted: str = ""
    if_all_others_hold: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """Hold a plausible wrong answer as source text, and the feedback that the learner must get for it."""

    source: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Option:
    """Hold one letter of a choice, with its text. In a prediction, `holds` returns whether this is what happened."""

    letter: str
    words: str
    holds: Callable[[Any], bool] = lambda _happened: False


def call(answer: Any, *arguments: Any) -> object:
    """Call the learner's function with these arguments, and return its result. Most exercises use this."""
    return answer(*arguments)


def as_given(answer: Any) -> object:
    """Return the answer unchanged."""
    return answer


def letter(answer: Any) -> object:
    """Return the letter of a choice in lower case, without the spaces or punctuation around it, as in `"C)"`."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", answer).lower() if isinstance(answer, str) else answer


def letters(answer: Iterable[str]) -> object:
    """Return several letters as a sorted text. Ignore order, case, spaces, punctuation and the word `and`."""
    text = answer if isinstance(answer, str) else " ".join(answer)
    words = [word for word in re.findall(r"[^\W\d_]+", text.lower()) if word != "and"]
    return "".join(sorted(set("".join(words))))


@dataclass(frozen=True, slots=True)
class Exercise:
    """Hold a question to the learner, the way to grade the answer, and answers that are known in advance.

    The notebook repeats `question` word for word. `solution` is source text whose last statement defines the answer:
    a function, a class or a value. `given` holds the imports of the notebook's setup cell that the solution uses.
    `hints` are two or more, from vague to specific, and contain no line of the solution. `ask` is `call` for a
    function, `as_given` for a value and `letter` for a choice. For a class, write a function that runs scenarios.
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
        """Return the name that the answer has in the notebook."""
        return _defined_last(self.solution)[0]

    @property
    def kind(self) -> str:
        """Return which kind of answer the exercise needs: `function`, `class` or `value`."""
        return _defined_last(self.solution)[1]


@dataclass(frozen=True, slots=True)
class Prediction:
    """Hold a question that learners answer with a guess before a demo.

    For each outcome, exactly one option's `holds` returns true.

    `outcome` is the letter that holds if the notebook's cells run once each, in their order; "" if it can be any
    letter. `saw` explains the outcome in paragraphs of light Markdown (bold, italics, code, links). Only `compare`
    shows it, so learners cannot read it before the guess. `secrets` are regular expressions for the words and numbers
    that would give the outcome away. Each of them occurs in the committed outputs after the guess, and none occurs in
    a learner's copy (`tests/notebooks/test_predictions.py`).
    """

    id: str
    question: str
    options: tuple[Option, ...]
    outcome: str = ""
    saw: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


def made_by(source: str, given: str = "") -> Any:
    """Run `source`, and return what its last statement defines. Pass only source text from the kit."""
    names: dict[str, Any] = {}
    exec(compile(f"{given}\n{source}", "answer", "exec", dont_inherit=True), names)  # noqa: S102
    return names[_defined_last(source)[0]]


def _defined_last(source: str) -> tuple[str, str]:
    """Return the name and the kind of the object that the last statement of `source` defines."""
    last = ast.parse(source).body[-1]
    if isinstance(last, ast.FunctionDef | ast.ClassDef):
        return last.name, "class" if isinstance(last, ast.ClassDef) else "function"
    return ast.unparse(last).split("=")[0].strip(), "value"
