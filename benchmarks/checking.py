"""What `check` costs beyond the learner's own code and the cases that are put to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.harness import Row, timed
from mfa_lab import workspace
from mfa_lab.lab import checks
from mfa_lab.lab.exercises import Exercise, exercises, made_by
from mfa_lab.resources import notebooks_dir

REACH_MS = 50


def check(times: int = 5) -> Row:
    """The last of the known wrong answers of each exercise, checked in a working copy; the costliest exercise counts.

    What its cases take is taken off, check by check: they are the learner's code and the attacks on it. Each check
    counts an attempt, so each writes the progress file. The first refusal in a kernel makes the known wrong answers,
    and puts cases to one after the other until one explains what went wrong; by the last, all others were tried.
    `first_ms` is the most that it takes without those cases, which are no work of the check's own, and
    `first_refusal_ms` the most that it takes with them: what a learner waits for beyond the own cases.
    """
    with _working_copy():
        checked = {each.id: _beyond_the_cases(each, times + 1) for each in exercises()}
    first = max(each[0].own for each in checked.values())
    waited = {name: each[0].own + each[0].known for name, each in checked.items()}
    longest = max(waited, key=waited.__getitem__)
    later = {name: median(one.own for one in each[1:]) for name, each in checked.items()}
    slowest = max(later, key=later.__getitem__)
    return Row(
        name="check",
        what="check of a wrong answer, progress written",
        against="its cases, taken off",
        value=later[slowest],
        unit="ms",
        reach=REACH_MS,
        pairs=times,
        also=first <= REACH_MS,
        figures={
            "slowest": slowest,
            "median_ms": median(later.values()),
            "first_ms": first,
            "first_refusal_ms": waited[longest],
            "first_refusal_slowest": longest,
            "first_refusal_median_ms": median(waited.values()),
        },
    )


@dataclass(frozen=True, slots=True)
class _Beyond:
    """Milliseconds of a check beyond the learner's cases: its `own`, and those of cases put to `known` mistakes."""

    own: float
    known: float


def _beyond_the_cases(exercise: Exercise, times: int) -> list[_Beyond]:
    answer = made_by(exercise.wrong[-1].source, exercise.given)
    ask, asked = exercise.ask, {True: 0.0, False: 0.0}  # seconds, by whether it was the learner's answer

    def timed_ask(asked_answer: object, *arguments: object) -> object:
        start = perf_counter()
        try:
            return ask(asked_answer, *arguments)
        finally:
            asked[asked_answer is answer] += perf_counter() - start

    object.__setattr__(exercise, "ask", timed_ask)  # the record is frozen, and the only one that check knows
    beyond = []
    for _ in range(times):
        asked.update({True: 0.0, False: 0.0})
        took = timed(lambda: checks.check(exercise.id, answer))
        beyond.append(_Beyond((took - asked[True] - asked[False]) * 1e3, asked[False] * 1e3))
    object.__setattr__(exercise, "ask", ask)
    return beyond


@contextmanager
def _working_copy() -> Iterator[None]:
    before = Path.cwd()
    with TemporaryDirectory(prefix="mfa-lab-bench-") as place:
        workspace.deliver(notebooks_dir(), Path(place))
        os.chdir(place)
        try:
            yield
        finally:
            os.chdir(before)
