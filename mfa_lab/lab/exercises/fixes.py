"""Turn an attack into an exercise: its trials become the cases, and its reference fix becomes the solution."""

from __future__ import annotations

import ast
import inspect
from textwrap import dedent
from typing import Any

from mfa_lab.attacks import Attack, Trial
from mfa_lab.attacks.law import Law, PasskeyLaw
from mfa_lab.attacks.player.narrator import Difference
from mfa_lab.attacks.player.player import lost_game
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
    law: Law | PasskeyLaw | None = None,
) -> Exercise:
    """Return the exercise that grades the learner's class or function by the trials of an attack.

    Random games follow under `law`, or else under the law of the attack, if it has one.
    `given` imports the names that the fix needs. The solution is the source of `attack.fixed`.
    """
    cases = [Case(trial.name, (trial,), trial.wanted, trial.feedback) for trial in attack.trials]
    law = law or attack.law
    if law:
        cases.append(games(law))
    return Exercise(
        id=exercise_id,
        title=title,
        question=question,
        solution=_as_taught(attack.fixed),
        cases=tuple(cases),
        wrong=wrong,
        ask=put_to,
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


def games(law: Law | PasskeyLaw, about: str = "") -> Case:
    """Return the case that plays random games on a learner's server.

    This case runs after all other cases.
    """
    name = f"{law.games} random games{about}"
    return Case(name, (law,), _AS_THE_MODEL, _PLAY_IT, if_all_others_hold=True)


_AS_THE_MODEL = "the same answers as the model"
_PLAY_IT = "Play this story on your server, line by line. After which line does it know too little, or too much?"


def put_to(answer: Any, question: Trial | Law | PasskeyLaw) -> str | Difference:
    """Run a trial, or random games, on a server. Return the trial's result, or the game that the server lost."""
    return question.answer(answer) if isinstance(question, Trial) else lost_game(answer, question) or _AS_THE_MODEL
