"""An attack as an exercise: its trials are the cases, and its reference fix is the solution."""

from __future__ import annotations

import ast
import inspect
from textwrap import dedent
from typing import Any

from mfa_lab.attacks import Attack, Trial
from mfa_lab.lab.exercises.records import Case, Exercise, Wrong


def fix(
    attack: Attack,
    *,
    exercise_id: str,
    title: str,
    question: str,
    given: str,
    hints: tuple[str, ...],
    wrong: tuple[Wrong, ...],
) -> Exercise:
    """Return the exercise that grades a class or function of the learner by the trials of an attack.

    `given` imports what the fix builds on; the solution is the source of `attack.fixed`.
    """
    return Exercise(
        id=exercise_id,
        title=title,
        question=question,
        solution=_as_taught(attack.fixed),
        cases=tuple(Case(trial.name, (trial,), trial.wanted, trial.feedback) for trial in attack.trials),
        wrong=wrong,
        ask=_put_to,
        given=given,
        hints=hints,
    )


def _as_taught(fixed: Any) -> str:
    """Return the source without annotations, because a notebook has imported no names for them."""
    tree = ast.parse(dedent(inspect.getsource(fixed)).strip())
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.unparse(tree)


def _put_to(answer: object, trial: Trial) -> str:
    return trial.answer(answer)
