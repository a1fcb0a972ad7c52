"""What the kit records about a learner: which exercises were tried and done, and which guesses were made.

This module contains the records and the functions that change them. `mfa_lab.lab.grading.progress_file` stores the
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
"""In version 1, the ids of exercises contained a notebook's number; `old_ids` translates these ids."""
FORMAT = "mfa_lab_progress"
"""The first key of an exported file. Its value is the version of the file format."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one exercise's record: how often it was checked until it was done, and the times of the checks.

    `first` and `last` are the times of the first and the last check, and `done` is the time of the correct answer.
    `shown` is the time at which the solution was viewed before the exercise was done. All times are in Unix seconds;
    0 means never. `hints` is the highest number of a hint that was shown.
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

    `predictions` holds each first guess. `later_guesses` holds any later guess separately, because the learner may
    have seen the result before this guess.
    """

    pseudonym: str = ""
    exercises: dict[str, Entry] = field(default_factory=dict)
    predictions: dict[str, str] = field(default_factory=dict)
    later_guesses: dict[str, str] = field(default_factory=dict)

    def of(self, exercise_id: str) -> Entry:
        """Return what is recorded about one exercise."""
        return self.exercises.get(exercise_id, Entry())

    def noting(self, exercise_id: str, **numbers: int) -> Progress:
        """Return a copy of this progress with changed values for one exercise."""
        return replace(self, exercises={**self.exercises, exercise_id: replace(self.of(exercise_id), **numbers)})


_Value = TypeVar("_Value")
Change = Callable[[Progress], Progress]


def attempted(exercise_id: str, *, done: bool) -> Change:
    """Record that an answer was checked. If the exercise is already done, do not count the check."""
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
    """Record a guess. The first guess stays. A different guess after it is stored as the later guess."""

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
    """Set this pseudonym. If it is empty, keep the existing pseudonym.

    A learner who has no pseudonym yet gets a random pseudonym. Raises `InvalidInput` if the pseudonym contains a
    character other than letters, digits, `.`, `_` and `-`, or is longer than 80 characters.
    """
    if pseudonym and not ID.fullmatch(pseudonym):
        raise InvalidInput("a pseudonym consists of at most 80 letters, digits, points, hyphens and underscores")
    drawn = f"learner-{b32encode(SYSTEM.token_bytes(5)).decode().lower()}"
    return lambda progress: replace(progress, pseudonym=pseudonym or progress.pseudonym or drawn)


def exported(progress: Progress, known: set[str]) -> str:
    """Return the text of a trainer's file: the pseudonym, and attempts and times for each exercise in `known`.

    Times are in Unix seconds, and `done` is null until the exercise is done. The file contains no answers, guesses,
    names or paths.
    """
    exercises = {
        name: {"attempts": entry.attempts, "first": entry.first, "last": entry.last, "done": entry.done or None}
        for name, entry in sorted(progress.exercises.items())
        if name in known and entry.attempts
    }
    content = {FORMAT: VERSION, "pseudonym": progress.pseudonym, "exercises": exercises}
    return json.dumps(content, indent=1) + "\n"
