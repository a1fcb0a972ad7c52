"""What the kit records about a learner: what was tried, done and guessed.

This module has plain records and the functions that change them. `mfa_lab.lab.grading.progress_file` stores the
records.
"""

from __future__ import annotations

import json
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from mfa_lab.clock import SystemClock
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.exercises.records import ID
from mfa_lab.randomness import SYSTEM

VERSION = 2
"""In version 1, ids contained a notebook's number; `old_ids` has their new names."""
FORMAT = "mfa_lab_progress"
"""The first key of an export; its value is the version."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one exercise: how often it was checked until it was done, and when (Unix seconds; 0 means never).

    `hints` is the highest hint that was shown. `shown` says whether the solution was viewed before the exercise was
    done.
    """

    attempts: int = 0
    first: int = 0
    last: int = 0
    done: int = 0
    hints: int = 0
    shown: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """Hold everything that is recorded about one learner, by the ids of exercises and predictions.

    `predictions` holds each first guess. A later guess is stored separately, because the learner may have seen the
    result.
    """

    pseudonym: str = ""
    exercises: dict[str, Entry] = field(default_factory=dict)
    predictions: dict[str, str] = field(default_factory=dict)
    later_guesses: dict[str, str] = field(default_factory=dict)

    def of(self, exercise_id: str) -> Entry:
        """Return what is recorded about one exercise."""
        return self.exercises.get(exercise_id, Entry())

    def noting(self, exercise_id: str, **numbers: int) -> Progress:
        """Return the same progress with changed values for one exercise."""
        return replace(self, exercises={**self.exercises, exercise_id: replace(self.of(exercise_id), **numbers)})


_Value = TypeVar("_Value")
Change = Callable[[Progress], Progress]


def attempted(exercise_id: str, *, done: bool) -> Change:
    """Record a checked answer. An exercise that is done stays done, and further checks are not counted."""
    now = SystemClock().now()

    def change(progress: Progress) -> Progress:
        entry = progress.of(exercise_id)
        if entry.done:
            return progress
        return progress.noting(
            exercise_id, attempts=entry.attempts + 1, first=entry.first or now, last=now, done=now if done else 0
        )

    return change


def hinted(exercise_id: str, number: int) -> Change:
    """Record that hint `number` was shown."""
    return lambda progress: progress.noting(exercise_id, hints=max(number, progress.of(exercise_id).hints))


def solution_shown(exercise_id: str) -> Change:
    """Record that the solution was shown, unless the exercise is already done."""
    now = SystemClock().now()

    def change(progress: Progress) -> Progress:
        entry = progress.of(exercise_id)
        return progress if entry.done or entry.shown else progress.noting(exercise_id, shown=now)

    return change


def forgotten(exercise_id: str) -> Change:
    """Delete everything that is recorded about this exercise or prediction."""

    def without(known: dict[str, _Value]) -> dict[str, _Value]:
        return {name: value for name, value in known.items() if name != exercise_id}

    return lambda progress: replace(
        progress,
        exercises=without(progress.exercises),
        predictions=without(progress.predictions),
        later_guesses=without(progress.later_guesses),
    )


def guessed(prediction_id: str, letter: str) -> Change:
    """Record a guess. The first guess stays."""

    def change(progress: Progress) -> Progress:
        first = progress.predictions.get(prediction_id, letter)
        later = {name: guess for name, guess in progress.later_guesses.items() if name != prediction_id}
        return replace(
            progress,
            predictions={**progress.predictions, prediction_id: first},
            later_guesses=later if letter == first else {**later, prediction_id: letter},
        )

    return change


def named(pseudonym: str = "") -> Change:
    """Set this pseudonym, or keep the existing one, or make a random one.

    Raises `InvalidInput` if it contains other characters than letters, digits, `.`, `_` and `-`, or is longer than 80
    characters.
    """
    if pseudonym and not ID.fullmatch(pseudonym):
        raise InvalidInput("a pseudonym consists of letters, digits, points, hyphens and underscores, 80 at most")
    drawn = f"learner-{b32encode(SYSTEM.token_bytes(5)).decode().lower()}"
    return lambda progress: replace(progress, pseudonym=pseudonym or progress.pseudonym or drawn)


def exported(progress: Progress, known: set[str]) -> str:
    """Return what a trainer gets: the pseudonym, and attempts and times (Unix seconds) per exercise in `known`.

    It contains no answers, guesses, names or paths. `done` is null until the exercise is done.
    """
    exercises = {
        name: {"attempts": entry.attempts, "first": entry.first, "last": entry.last, "done": entry.done or None}
        for name, entry in sorted(progress.exercises.items())
        if name in known and entry.attempts
    }
    content = {FORMAT: VERSION, "pseudonym": progress.pseudonym, "exercises": exercises}
    return json.dumps(content, indent=1) + "\n"
