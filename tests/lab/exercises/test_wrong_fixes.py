"""Attacks 11, 13, 14, 15 and 17 to 23: which trials each wrong fix fails, and the feedback for an unchanged class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from mfa_lab.attacks import Attack, attack
from mfa_lab.lab import exercises
from mfa_lab.lab.exercises import made_by
from mfa_lab.lab.grading.checks import check
from mfa_lab.lab.grading.marking import replies


@dataclass(frozen=True)
class Fails:
    """The trials of an attack (from 1) that each wrong fix fails, the unchanged target, and who refuses everybody."""

    attack: int
    wrong: list[list[int]]
    unchanged: list[int]
    refuser: list[int]


FAILS = {
    "user-enumeration": Fails(
        11,
        [[1, 2, 6, 14], [6], [1, 2, 14], [2, 14], [3, 4], [1, 2, 14], [2, 7], [2, 3], [1, 2, 13]],
        [1, 2, 4, 14],
        [1, 2, 4, 5, 7, 8, 9, 10, 11, 14],
    ),
    "relayed-session": Fails(
        15,
        [
            [3, 4, 5, 20],
            [5],
            [1, 10, 11],
            [1, 2, 3, 5, 20],
            [1, 3, 5, 20],
            [1, 2, 4],
            [8, 21],
            [1, 10, 11, 20],
            [1, 3, 5, 12, 20],
            [6],
            [7],
        ],
        [1, 2, 3, 4, 5, 8, 20, 21],
        [1, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 21],
    ),
    "stolen-database": Fails(
        13,
        [
            [2, 3, 7, 8, 16, 17, 18],
            [5, 6, 7, 8, 15, 16, 17, 18],
            [5, 6, 15, 18],
            [7, 17],
            [1, 9, 10, 11, 12, 13],
            [1, 9, 10, 11, 12, 13],
            [6, 15, 18],
            [3],
            [3, 4],
        ],
        [2, 3, 5, 6, 7, 8, 15, 16, 17, 18],
        [1, 8, 9, 10, 11, 12, 16, 17, 18],
    ),
    "leaking-secrets": Fails(
        14,
        [
            [1, 2, 5, 13, 14],
            [2, 3, 4, 5, 13, 14],
            [4],
            [5, 13],
            [2, 13, 14],
            [2, 13, 14],
            [2, 13, 14],
            [6, 7, 8, 9, 10, 12, 13, 14],
        ],
        [1, 2, 3, 4, 5, 13, 14],
        [6, 7, 12],
    ),
    "account-lockout": Fails(
        17,
        [[2, 3, 9], [1, 2, 4, 9], [3, 4], [4], [5, 6, 9], [6], [7], [8], [3, 4, 8], [9]],
        [1, 2, 3, 4, 9],
        [1, 2, 3, 4, 7, 8, 10, 11, 12, 13, 14],
    ),
    "challenge-reused": Fails(
        18,
        [[4, 5], [3, 15], [2, 3, 15], [5, 10], [5], [15], [2, 3, 15]],
        [1, 2, 3, 4, 5, 15],
        [6, 7, 8, 9, 10, 11, 14],
    ),
    "origin-unchecked": Fails(
        19,
        [[2, 3, 13], [2, 3, 4], [4, 6], [7], [13]],
        [1, 2, 3, 4, 5, 7],
        [8, 9, 10, 11, 12, 13],
    ),
    "signature-ignored": Fails(
        20,
        [[9, 10, 11, 12, 13, 14], [2, 3, 4, 5, 6, 7, 8], [3, 4], [4], [1, 2, 3, 4, 5, 6, 7, 8]],
        [1, 2, 3, 4, 5, 6, 7, 8],
        [9, 10, 11, 12, 13, 14],
    ),
    "credential-overwritten": Fails(
        21,
        [[3, 4], [4, 5], [5], [3], [*range(1, 15)]],
        [1, 2, 3, 4, 5],
        [3, 6, 7, 8, 9, 10, 11, 14],
    ),
    "user-not-verified": Fails(
        22,
        [
            [1, 2, 3, 4],
            [6, 7, 8, 9, 10, 11, 14, 15],
            [6, 7, 9, 10, 11, 14, 15],
            [3, 4],
            [1, 3, 4, 5],
            [8, 9, 14, 15],
            [15],
        ],
        [1, 2],
        [6, 7, 8, 9, 10, 11, 14, 15],
    ),
    "weaker-factor": Fails(
        23,
        [[6], [2, 3, 4, 5], [7, 8, 9, 10, 11, 12, 13, 15], [2, 3, 5], [*range(1, 16)]],
        [1, 2, 3, 4, 5, 6],
        [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ),
}
each_exercise = pytest.mark.parametrize("exercise_id", FAILS)


def failed(exercise_id: str, target: Any) -> list[int]:
    return [
        number for number, reply in enumerate(replies(exercises.exercise(exercise_id), target), 1) if not reply.right
    ]


def unchanged(one: Attack) -> Any:
    """What the weak target is called by a learner who wrote something that changes nothing."""
    return type("Fixed", (one.weak,), {"note": "unchanged"}) if isinstance(one.weak, type) else one.weak


@each_exercise
def test_each_wrong_fix_fails_the_trials_that_it_should(exercise_id: str) -> None:
    """Each trial is there for some mistake, and goes red on it."""
    exercise = exercises.exercise(exercise_id)
    wrong = [made_by(wrong.source, exercise.given) for wrong in exercise.wrong]
    assert [failed(exercise_id, target) for target in wrong] == FAILS[exercise_id].wrong


@each_exercise
def test_each_honest_user_is_missed(exercise_id: str) -> None:
    """Who refuses everybody fails every trial in which somebody has to get in."""
    fails = FAILS[exercise_id]
    assert failed(exercise_id, attack(fails.attack).refuser) == fails.refuser


@each_exercise
def test_who_changed_nothing_hears_of_nothing_else(exercise_id: str) -> None:
    """The unchanged server fails its own trials, and hears what the first of them says: no other mistake's words."""
    fails = FAILS[exercise_id]
    one = attack(fails.attack)
    target = unchanged(one)
    assert failed(exercise_id, target) == fails.unchanged
    assert check(exercise_id, target).lines[-1] == one.trials[fails.unchanged[0] - 1].feedback


@each_exercise
def test_what_came_can_be_read_whole(exercise_id: str) -> None:
    """No answer of a trial is so long that it is cut in the middle."""
    exercise = exercises.exercise(exercise_id)
    targets = [made_by(wrong.source, exercise.given) for wrong in exercise.wrong]
    for target in (*targets, unchanged(attack(FAILS[exercise_id].attack))):
        assert "..." not in check(exercise_id, target).lines[0]
