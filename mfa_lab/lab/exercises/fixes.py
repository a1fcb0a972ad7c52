"""The exercise that a rung of the ladder is: its trials are the cases, its reference fix is the solution."""

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
    """Grade what the learner writes, a class or a function, by the rung's trials.

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
    """The source without annotations: a notebook has imported no names for them, and its reader needs none."""
    tree = ast.parse(dedent(inspect.getsource(fixed)).strip())
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.unparse(tree)


def _put_to(answer: object, trial: Trial) -> str:
    return trial.answer(answer)
