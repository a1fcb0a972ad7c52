"""Every exercise and every prediction of the kit, by id. One module for each notebook; each is found by itself.

A module names its `NOTEBOOK` and holds `EXERCISES` and `PREDICTIONS`, two tuples, either of which may be missing.
Ids begin with the notebook's number: `02-truncate`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, made_by

__all__ = [
    "Case",
    "Exercise",
    "Option",
    "Prediction",
    "Wrong",
    "exercise",
    "exercises",
    "made_by",
    "prediction",
    "predictions",
]


def exercises() -> tuple[Exercise, ...]:
    """All of them, in the order of the notebooks."""
    return tuple(found for module in _modules() for found in getattr(module, "EXERCISES", ()))


def predictions() -> tuple[Prediction, ...]:
    """All of them, in the order of the notebooks."""
    return tuple(found for module in _modules() for found in getattr(module, "PREDICTIONS", ()))


def exercise(exercise_id: str) -> Exercise:
    """The one with this id. Raises `InvalidInput`, which names those there are."""
    known = {found.id: found for found in exercises()}
    if exercise_id not in known:
        raise InvalidInput(f"there is no exercise {exercise_id!r}; there are: {', '.join(known)}")
    return known[exercise_id]


def prediction(prediction_id: str) -> Prediction:
    """The one with this id. Raises `InvalidInput`, which names those there are."""
    known = {found.id: found for found in predictions()}
    if prediction_id not in known:
        raise InvalidInput(f"there is no prediction {prediction_id!r}; there are: {', '.join(known)}")
    return known[prediction_id]


def _modules() -> list[ModuleType]:
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    return sorted((module for module in modules if hasattr(module, "NOTEBOOK")), key=lambda module: module.NOTEBOOK)
