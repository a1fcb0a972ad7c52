"""Answers written without sight of the graders and of the reference solutions: correct ones pass, shams do not."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mfa_lab.lab import exercises
from mfa_lab.lab.exercises import made_by
from mfa_lab.lab.grading.checks import check
from mfa_lab.lab.grading.result import Outcome

FOLDER = Path(__file__).parent / "outside"
MOST_SHAMS_ACCEPTED = 0.05
ACCEPTED = {
    ("client-names-account", "a checksum beside the name"): "an attacker has to know the checksum's form",
    ("endless-throttle", "exactly a hundred"): "the count passes a hundred only in a race of two requests",
    ("every-clause", "waits within the same minute of the clock"): "the table asks for a wait, and not how long",
    ("every-clause", "keeps the last fifty lines"): "the table asks for a line, and not for how long",
    ("protected-route", "the name comes from the request, if it has one"): "no request of the check has a name",
    ("protected-route", "guards the post, and leaves a copy with a slash behind it for old clients"): (
        "the check asks for the two addresses of the question only"
    ),
    ("skipped-step", "the session has another key"): "an attacker has to know the prefix",
    ("stolen-database", "AES-CTR with a hash as the check"): "an attacker has to know the row's form",
}
"""Shams that the graders do not tell from a fix, each with the reason."""

EVERY_OTHER = 4
"""So many parts the answers have: one is graded in the full tier, and the others in the long tier."""


@dataclass(frozen=True)
class Entry:
    """An answer as text, and for a sham the flaw that it keeps."""

    exercise: str
    name: str
    source: str
    flaw: str = ""

    def __str__(self) -> str:
        return f"{self.exercise}: {self.name}"


def entries(kind: str) -> list[Entry]:
    return [
        Entry(each.get("exercise", path.stem), each["name"], each["source"], each.get("flaw", ""))
        for path in sorted(FOLDER.glob("*.toml"))
        for each in tomllib.loads(path.read_text("utf-8")).get(kind, [])
    ]


def tiered(kind: str) -> list[Any]:
    """Mark every fourth answer as full and the others as long; a sham that is accepted is graded in the full tier."""
    return [
        pytest.param(
            each,
            id=str(each),
            marks=pytest.mark.full
            if number % EVERY_OTHER == 0 or (each.exercise, each.name) in ACCEPTED
            else pytest.mark.long,
        )
        for number, each in enumerate(entries(kind))
    ]


def outcome(entry: Entry) -> tuple[Outcome, tuple[str, ...]]:
    answer = made_by(entry.source, exercises.exercise(entry.exercise).given)
    result = check(entry.exercise, answer)
    return result.outcome, result.lines


@pytest.mark.parametrize("entry", tiered("correct"))
def test_a_correct_answer_passes(entry: Entry) -> None:
    assert outcome(entry)[0] is Outcome.DONE, outcome(entry)[1]


@pytest.mark.parametrize("entry", tiered("sham"))
def test_a_sham_does_not_pass(entry: Entry) -> None:
    passed = outcome(entry)[0] is Outcome.DONE
    assert passed == ((entry.exercise, entry.name) in ACCEPTED), entry.flaw


def test_few_shams_are_accepted_and_each_is_named() -> None:
    shams = entries("sham")
    assert len(ACCEPTED) <= MOST_SHAMS_ACCEPTED * len(shams)
    assert ACCEPTED.keys() <= {(each.exercise, each.name) for each in shams}


@pytest.mark.parametrize("exercise_id", sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != "others"))
def test_there_are_enough(exercise_id: str) -> None:
    mine = [[each for each in entries(kind) if each.exercise == exercise_id] for kind in ("correct", "sham")]
    least = (3, 4) if exercise_id == "protected-route" else (6, 8)
    assert (len(mine[0]) >= least[0], len(mine[1]) >= least[1]) == (True, True)
