"""What a learner waits for in a notebook: the answer of `check`, and the audit log of a week."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.harness import Row, seconds_row, timed
from mfa_lab import ManualClock, MfaServer
from mfa_lab.lab import working_copy
from mfa_lab.lab.demos.audit_week import MONDAY, audit_week
from mfa_lab.lab.exercises import Exercise, exercises, made_by
from mfa_lab.lab.figures.attacks.audit_week import log_of
from mfa_lab.lab.grading import checks
from mfa_lab.resources import notebooks_dir

REACH_MS = 50
LINES = 100_000


def check(times: int = 3) -> Row:
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
        working_copy.deliver(notebooks_dir(), Path(place))
        os.chdir(place)
        try:
            yield
        finally:
            os.chdir(before)


def audit(times: int = 7) -> Row:
    """`MfaServer.audit_log` on a file with 100,000 lines. `generate_s` is the time that such a week takes to make,
    `analyse_ms` that of what the figure draws, made of the records.
    """
    weeks = []
    generate = timed(lambda: weeks.append(audit_week(lines=LINES)))
    with TemporaryDirectory(prefix="mfa-lab-bench-") as place:
        path = Path(place) / "lab.db"
        with closing(MfaServer(f"sqlite:///{path}", clock=ManualClock(MONDAY))):
            pass
        with closing(sqlite3.connect(path)) as connection, connection:
            rows = ((line.at, line.event, line.account_id, line.reason) for line in weeks[0].lines)
            connection.executemany("INSERT INTO audit (at, event, account_id, reason) VALUES (?, ?, ?, ?)", rows)
        with closing(MfaServer(f"sqlite:///{path}", clock=ManualClock(MONDAY + 10**6))) as server:
            read = [timed(server.audit_log) for _ in range(times)]
            same = tuple(replace(line, id=0) for line in server.audit_log()) == weeks[0].lines
            analyse = median(timed(lambda: log_of(weeks[0].lines)) for _ in range(times))
    return seconds_row(
        "audit",
        what=f"reading {LINES:,} audit events",
        reach=1,
        times=read,
        also=same,
        figures={"generate_s": generate, "analyse_ms": analyse * 1e3},
    )
