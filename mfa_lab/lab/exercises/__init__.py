"""Find every exercise and every prediction of the kit, by id. The kit imports all modules of this package.

A module sets its `NOTEBOOK`, and defines the tuples `EXERCISES` and `PREDICTIONS`; one of the two may be missing. An
id consists of words, such as `dynamic-truncation`, and is unique in the kit. Other packages add exercises and
predictions through `mfa_lab.lab.plugins`.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.exercises.old_ids import new_id
from mfa_lab.lab.exercises.records import ID, Case, Exercise, Option, Prediction, Wrong, made_by
from mfa_lab.lab.plugins import leave_out, loaded

__all__ = [
    "Case",
    "Exercise",
    "Option",
    "Prediction",
    "Wrong",
    "by_notebook",
    "exercise",
    "exercises",
    "made_by",
    "notebook_of",
    "prediction",
    "predictions",
]


def exercises() -> tuple[Exercise, ...]:
    """Return all exercises, in the order of the notebooks."""
    return tuple(found for exercises in by_notebook().values() for found in exercises)


def by_notebook() -> dict[str, tuple[Exercise, ...]]:
    """Return the exercises by their notebook's name, without `.ipynb`: first the kit's, and then the plugins'."""
    found: dict[str, tuple[Exercise, ...]] = {}
    for module in _modules():
        exercises = getattr(module, "EXERCISES", ())
        if exercises:
            found[module.NOTEBOOK] = (*found.get(module.NOTEBOOK, ()), *exercises)
    return found


def predictions() -> tuple[Prediction, ...]:
    """Return all predictions, in the order of the notebooks."""
    return tuple(found for module in _modules() for found in getattr(module, "PREDICTIONS", ()))


def exercise(exercise_id: str) -> Exercise:
    """Return the exercise with this id. Raises `UnknownId`, which names a similar id, or all ids."""
    return _found("exercise", exercise_id, exercises())


def prediction(prediction_id: str) -> Prediction:
    """Return the prediction with this id. Raises `UnknownId`, which names a similar id, or all ids."""
    return _found("prediction", prediction_id, predictions())


def notebook_of(exercise_id: str) -> str:
    """Return the name, without `.ipynb`, of the notebook that contains this exercise."""
    known = {each.id: notebook for notebook, exercises in by_notebook().items() for each in exercises}
    return known[exercise(exercise_id).id]


_Item = TypeVar("_Item", Exercise, Prediction)


class UnknownId(InvalidInput):
    """Report an id that no exercise, or no prediction, has. The message names the id that is probably meant."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows. For a mistyped id, nobody needs a traceback through the kit's code."""
        return [str(self)]


def _found(kind: str, item_id: object, items: tuple[_Item, ...]) -> _Item:
    known: dict[str, _Item] = {item.id: item for item in items}
    if not isinstance(item_id, str):
        raise UnknownId(f"the first argument must be the id of the {kind}, in quotes")
    if item_id not in known:
        raise UnknownId(_which_id(kind, item_id, [*known]))
    return known[item_id]


def _which_id(kind: str, item_id: str, known: list[str]) -> str:
    """Return the message for an id that is not `known`, with the id that is probably meant."""
    if new_id(item_id) in known:
        return f"the {kind} {item_id!r} is now called {new_id(item_id)!r}: use that id"
    if item_id in {item.id for item in exercises()}:
        return f"{item_id!r} is an exercise and not a prediction: use check, hint, solution or reset"
    if item_id in {item.id for item in predictions()}:
        return f"{item_id!r} is a prediction and not an exercise: use predict or compare"
    near = get_close_matches(item_id, known, n=1)
    meant = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
    return f"there is no {kind} {item_id!r}; {meant}"


def _modules() -> list[Any]:
    ours = _in_folders(*__path__)
    return [*ours, *_plugins(frozenset(item.id for module in ours for item in _items(module)))]


@cache
def _in_folders(*folders: str) -> tuple[Any, ...]:
    """Return the kit's own modules. To find them takes some milliseconds, and each check asks for them."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(folders)]
    return tuple(sorted((one for one in modules if hasattr(one, "NOTEBOOK")), key=lambda one: one.NOTEBOOK))


@cache
def _plugins(taken: frozenset[str]) -> tuple[Any, ...]:
    """Return the plugins' modules of the group `mfa_lab.exercises`, if they are valid and no id is in `taken`."""
    found = []
    for entry, module in loaded("mfa_lab.exercises"):
        problem = _problem(module, taken)
        if problem:
            leave_out(entry, problem)
        else:
            found.append(module)
            taken |= {item.id for item in _items(module)}
    return tuple(found)


def _problem(module: Any, taken: frozenset[str]) -> str:
    """Return the reason why the module cannot be used as a module of exercises, or ""."""
    if not isinstance(getattr(module, "NOTEBOOK", None), str):
        return "it does not set NOTEBOOK"
    items = _items(module)
    if not items or not all(isinstance(item, Exercise | Prediction) for item in items):
        return "EXERCISES and PREDICTIONS are empty, or contain something other than exercises and predictions"
    ids = [item.id for item in items]
    wrong = [each for each in ids if each in taken or ids.count(each) > 1 or not ID.fullmatch(each)]
    wrong += [
        option.letter for item in items for option in getattr(item, "options", ()) if not ID.fullmatch(option.letter)
    ]
    return f"these ids or letters are already in use or not valid: {', '.join(sorted(set(wrong)))}" if wrong else ""


def _items(module: Any) -> tuple[Any, ...]:
    return (*getattr(module, "EXERCISES", ()), *getattr(module, "PREDICTIONS", ()))
