"""Attack 10: a server checks whether a code was used, and marks the code only later.

Another request can come in between.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from mfa_lab.attacks.helpers.concurrency import AT_ONCE, ROUNDS, Racers, processes, threads
from mfa_lab.attacks.helpers.minimal_server import Account, MinimalServer
from mfa_lab.attacks.helpers.slow_reads import MakeOnFile, on_file, slow_reads
from mfa_lab.attacks.helpers.used_code import LAST_AFTER_IT, LAST_BUT_ONE, TWO_PEOPLE, used_again
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server_on_file, refuses_everybody
from mfa_lab.attacks.record import OUT, Attack, Measure, Trial
from mfa_lab.clock import Clock
from mfa_lab.randomness import Randomness
from mfa_lab.server.records import Enrolment, RecoveryCodes

ONE, MORE, NOBODY = "one request gets in", "several requests get in", "sometimes no request gets in"


class CheckThenSet(MinimalServer):
    """Store the last accepted step of each account in SQLite, as many applications do.

    First the server queries the step, then it compares, and then it updates the row.
    """

    def __init__(self, clock: Clock, randomness: Randomness, path: Path) -> None:
        super().__init__(clock, randomness)
        self.path = path
        with self.database() as database:
            database.execute("PRAGMA journal_mode = WAL")  # as in most databases, no reader waits for a writer
            database.execute("CREATE TABLE IF NOT EXISTS steps (name TEXT PRIMARY KEY, last_step INTEGER)")

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """Yield a database connection on which each SQL statement is a separate transaction."""
        with closing(sqlite3.connect(self.path, timeout=10, isolation_level=None)) as database:
            yield database

    def consume(self, account: Account, step: int) -> bool:
        with self.database() as database:
            query = "SELECT last_step FROM steps WHERE name = ?"
            (last_step,) = database.execute(query, [account.name]).fetchone()
        if step <= last_step:
            return False
        with self.database() as database:
            update = "UPDATE steps SET last_step = ? WHERE name = ?"
            database.execute(update, [step, account.name])
        return True

    def confirm_enrolment(self, enrolment: Enrolment, code: str) -> RecoveryCodes:
        codes = super().confirm_enrolment(enrolment, code)
        account = self.accounts[enrolment.account.account]
        with self.database() as database:
            database.execute("INSERT OR REPLACE INTO steps VALUES (?, ?)", [account.name, account.last_step])
        return codes


class Fixed(CheckThenSet):
    """Compare and set in one SQL statement.

    The database runs one writer after the other, and reports how many rows each writer changed.
    """

    def consume(self, account: Account, step: int) -> bool:
        with self.database() as database:
            update = "UPDATE steps SET last_step = ? WHERE name = ? AND last_step < ?"
            return database.execute(update, [step, account.name, step]).rowcount == 1


def race(make: MakeOnFile, racers: Racers, rounds: int) -> list[int]:
    """Return how many attempts succeed with the same code in each round."""
    with on_file(make) as make_here:
        return racers(World(make_here), rounds)


def attack(make: MakeOnFile) -> Measure:
    """Send a known password and one code many times at the same moment, to threads and to processes.

    The number of attempts that get in differs from run to run, but always more than one attempt gets in.
    """
    doubled = [racers.__name__ for racers in (threads, processes) if max(race(make, racers, ROUNDS)) > 1]
    told = f"several requests got in, among {' and among '.join(doubled)}" if doubled else "only one got in"
    return Measure(len(doubled), 2, f"one code, sent {AT_ONCE} times at once: {told}")


def _races(make: MakeOnFile, racers: Racers) -> str:
    """Return how many requests get in if time passes between a read and a write.

    Without this time, a race depends on luck.
    """

    def in_its_folder(clock: Clock, randomness: Randomness, path: Path) -> Any:
        slow.enter_context(slow_reads(path.parent))
        return make(clock, randomness, path)

    with ExitStack() as slow:
        got_in = race(in_its_folder, racers, ROUNDS)
    if max(got_in) > 1:
        return MORE
    return ONE if min(got_in) == 1 else NOBODY


def _with_file(run: Callable[[Make], str], make: MakeOnFile) -> str:
    with on_file(make) as make_here:
        return run(make_here)


_ONE_AFTER_THE_OTHER = (
    Trial(
        "The same code, a second later",
        partial(used_again, delay_seconds=1),
        OUT,
        "The second request comes after the first request has marked the code as used, but it still gets in. So a "
        "used code works again. How can you tell the first request from the second?",
    ),
    LAST_BUT_ONE,
    LAST_AFTER_IT,
    *HONEST,
    TWO_PEOPLE,
)

ATTACK = Attack(
    number=10,
    id="check-then-set",
    title="Check, then set",
    flaw="Checks whether a code was used, and marks it only afterwards, so other requests pass in between.",
    story="In 2026, the replay protection of a file-sharing server asked its cache whether a code had been used. "
    "The server then verified the code, and only after that recorded the code in the cache. Two requests with the "
    "same code could both be accepted. In the fixed version, one operation checks and writes.",
    source="https://github.com/projectsend/projectsend/pull/1738",
    clauses=("RFC6238-5.2", "NIST-3.1.4.2", "ASVS-6.5.1"),
    standard_name="Race condition (time of check to time of use)",
    defence="Checks and consumes the step in one compare-and-set statement.",
    weak=CheckThenSet,
    fixed=Fixed,
    ours=our_server_on_file,
    refuser=refuses_everybody(CheckThenSet),
    run=attack,
    trials=(
        Trial(
            "The attack, by threads",
            partial(_races, racers=threads),
            ONE,
            "All eight requests read the step before any request has written it, so several requests read the same "
            "step. Then several requests get in, or none of them. What decides which request came first?",
        ),
        Trial(
            "The attack, by processes",
            partial(_races, racers=processes),
            ONE,
            "Eight processes share only the database. So no process can see what another process remembers. What "
            "decides which process came first?",
        ),
        *(replace(trial, run=partial(_with_file, trial.run)) for trial in _ONE_AFTER_THE_OTHER),
    ),
)
