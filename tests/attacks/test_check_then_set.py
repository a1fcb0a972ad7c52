"""The race between verification and marking as used, by threads and by processes."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from threading import Lock

import pytest

from mfa_lab.attacks.check_then_set import ATTACK, MORE, CheckThenSet, Fixed, race
from mfa_lab.attacks.helpers.concurrency import AT_ONCE, processes, threads
from mfa_lab.attacks.helpers.slow_reads import on_file, slow_reads
from mfa_lab.attacks.helpers.world import World, our_server_on_file

by_both = pytest.mark.parametrize("racers", [threads, processes])


@by_both
@pytest.mark.full
def test_a_double_grant_in_95_of_100_runs(racers):
    """On the weak server; nothing stands between its read and its write but what it does itself."""
    assert sum(got_in > 1 for got_in in race(CheckThenSet, racers, 100)) >= 95


@by_both
@pytest.mark.parametrize(
    "runs", [pytest.param(300, marks=pytest.mark.full), pytest.param(3000, marks=pytest.mark.long)]
)
def test_exactly_one_each_time_here(runs, racers):
    """ASVS-6.5.1: `MfaServer` on a file lets in exactly one, each time."""
    assert race(our_server_on_file, racers, runs) == [1] * runs


@by_both
def test_with_the_fix_one_gets_in_each_time(racers):
    """One statement that compares and sets is enough."""
    assert race(Fixed, racers, 20) == [1] * 20


lock = Lock()


class Locked(CheckThenSet):
    """What many would write."""

    def consume(self, account, step):
        with lock:
            return super().consume(account, step)


def test_a_lock_holds_threads_and_not_processes():
    """Processes share the file and no memory."""
    assert race(Locked, threads, 5) == [1] * 5
    assert max(race(Locked, processes, 5)) > 1


class Failing(CheckThenSet):
    """A server with a mistake of another kind."""

    def consume(self, *_):
        raise ZeroDivisionError("one and only")


@by_both
def test_an_error_in_the_crowd_comes_out(racers):
    """Nobody waits forever for a request that failed."""
    with pytest.raises(ZeroDivisionError, match="one and only"):
        race(Failing, racers, 2)


class Mistyped(CheckThenSet):
    """A server whose SQL names a table that there is none of."""

    def consume(self, account, step):
        with self.database() as database:
            update = "UPDATE step SET last_step = ? WHERE name = ?"
            return database.execute(update, [step, account.name]).rowcount == 1


@by_both
def test_a_mistake_in_the_sql_comes_out(racers):
    """It is told as what it is, and not as a race that nobody won."""
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        race(Mistyped, racers, 2)


class Busy(CheckThenSet):
    """A server whose database is locked by somebody else, for those who come second."""

    def consume(self, account, step):
        with self.database() as database:
            database.execute("PRAGMA busy_timeout = 0")
            database.execute("BEGIN IMMEDIATE")
            (last_step,) = database.execute("SELECT last_step FROM steps WHERE name = ?", [account.name]).fetchone()
            database.execute("UPDATE steps SET last_step = ? WHERE name = ?", [step, account.name])
            database.execute("COMMIT")
        return step > last_step


@by_both
def test_whoever_hears_that_the_database_is_busy_is_not_in(racers):
    """One transaction around both holds as well; that it makes others fail is no way in."""
    assert race(Busy, racers, 5) == [1] * 5


class TwoTransactions(CheckThenSet):
    """A server that reads in one transaction and writes in another."""

    def consume(self, account, step):
        with self.database() as database:
            database.execute("BEGIN IMMEDIATE")
            (last_step,) = database.execute("SELECT last_step FROM steps WHERE name = ?", [account.name]).fetchone()
            database.execute("COMMIT")
            if step <= last_step:
                return False
            database.execute("BEGIN IMMEDIATE")
            database.execute("UPDATE steps SET last_step = ? WHERE name = ?", [step, account.name])
            database.execute("COMMIT")
            return True


class Impatient(CheckThenSet):
    """A server that waits five milliseconds for a lock file, and goes on without it."""

    def consume(self, account, step):
        file = self.path.with_suffix(".lock")
        for _ in range(5):
            try:
                file.touch(exist_ok=False)
                break
            except FileExistsError:
                time.sleep(0.001)
        try:
            return super().consume(account, step)
        finally:
            file.unlink(missing_ok=True)


class LooksForTheFile(CheckThenSet):
    """A server whose lock is itself checked and then set."""

    def consume(self, account, step):
        file = self.path.with_suffix(".lock")
        while file.exists():
            time.sleep(0.001)
        file.touch()
        try:
            return super().consume(account, step)
        finally:
            file.unlink(missing_ok=True)


@pytest.mark.parametrize("server", [TwoTransactions, Impatient, LooksForTheFile])
def test_a_gap_is_found_however_short_it_is(server):
    """Both trials of the race make time pass between a read and the next statement, so luck decides nothing."""
    by_threads, by_processes, *_ = ATTACK.trials
    assert (by_threads.answer(server), by_processes.answer(server)) == (MORE, MORE)


def test_slow_reads_end_with_the_trial(tmp_path):
    """Other code in the process gets SQLite and the file system as they were, even if the trial fails."""
    connect, stat = sqlite3.connect, os.stat
    with pytest.raises(ZeroDivisionError):
        ATTACK.trials[0].answer(Failing)
    assert (sqlite3.connect, os.stat) == (connect, stat)
    with slow_reads(tmp_path), closing(sqlite3.connect(tmp_path / "x.db")) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
        assert list(database.cursor().execute("SELECT 2")) == [(2,)]
        assert not (tmp_path / "none").exists()


def test_the_file_is_gone_afterwards():
    """A trial leaves nothing behind."""
    with on_file(CheckThenSet) as make:
        path = World(make).server.path
        assert path.exists()
    assert not path.parent.exists()
    assert AT_ONCE == 8
