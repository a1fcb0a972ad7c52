"""Turn an attack into an exercise: its trials become the cases, and its reference fix becomes the solution."""

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
    """Return the exercise that grades the learner's class or function by the trials of an attack.

    `given` imports the names that the fix needs. The solution is the source of `attack.fixed`.
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
    """Return the source of `fixed` without annotations, because the notebook does not import their names."""
    tree = ast.parse(dedent(inspect.getsource(fixed)).strip())
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.unparse(tree)


def _put_to(answer: object, trial: Trial) -> str:
    return trial.answer(answer)
