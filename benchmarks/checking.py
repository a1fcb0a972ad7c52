"""What `check` costs beyond the learner's own code and the cases that are put to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
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
    """A known wrong answer of each exercise, checked in a working copy; the costliest exercise counts.

    What its cases take is taken off, check by check: they are the learner's code and the attacks on it. Each check
    counts an attempt, so each writes the progress file. `first_ms` is the most that the first refusal in a kernel
    takes, when the known wrong answers are made.
    """
    with _working_copy():
        checked = {each.id: _beyond_the_cases(each, times + 1) for each in exercises()}
    first = max(each[0] for each in checked.values())
    later = {name: median(each[1:]) for name, each in checked.items()}
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
        figures={"slowest": slowest, "median_ms": median(later.values()), "first_ms": first},
    )


def _beyond_the_cases(exercise: Exercise, times: int) -> list[float]:
    """Milliseconds of each check, without those in which a case was asked."""
    answer = made_by(exercise.wrong[0].source, exercise.given)
    ask, asked = exercise.ask, []

    def timed_ask(*arguments: object) -> object:
        start = perf_counter()
        try:
            return ask(*arguments)
        finally:
            asked.append(perf_counter() - start)

    object.__setattr__(exercise, "ask", timed_ask)  # the record is frozen, and the only one that check knows
    beyond = []
    for _ in range(times):
        asked.clear()
        beyond.append((timed(lambda: checks.check(exercise.id, answer)) - sum(asked)) * 1e3)
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
