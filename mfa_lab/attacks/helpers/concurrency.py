"""Make many logins at once with the same code, by threads in one server or by processes with a copy of the server."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from mfa_lab.attacks.helpers.slow_reads import begin_request
from mfa_lab.attacks.helpers.world import World
from mfa_lab.errors import MfaError

AT_ONCE = 8
ROUNDS = 3
_ROUND_SECONDS = 3600
"""The time between two rounds. It is long enough for every wait of a rate limit to end."""
_PATIENCE_SECONDS = 60
_BEGIN_SECONDS = 5

Racers = Callable[[World, int], list[int]]


def threads(world: World, rounds: int) -> list[int]:
    """Return for each round how many of eight threads get in.

    The threads have separate pending logins but the same code.
    """
    start, door = threading.Barrier(AT_ONCE), threading.Lock()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        racers = [pool.submit(_racer, world, start, door, rounds) for _ in range(AT_ONCE)]
        return _sums([racer.result() for racer in racers])


def processes(world: World, rounds: int) -> list[int]:
    """Return for each round how many of eight processes get in. Each process has a copy of the server's memory.

    The processes share only the database file.

    Without `fork` (on Windows), threads replace the processes.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        return threads(world, rounds)
    fork = multiprocessing.get_context("fork")  # the only way to bring along a class from a notebook's cell
    if hasattr(world.server, "close"):
        world.server.close()  # an open SQLite connection must not be carried across a fork
    barrier, door = _PipeBarrier(AT_ONCE), _PipeLock()
    racers, ends = zip(
        *(_begun(fork, partial(_racer, world, start, door, rounds)) for start in barrier.places), strict=True
    )
    barrier.begin()
    try:
        return _sums([end.recv() for end in ends])
    except BaseException:  # a user stops a race that does not end, so nothing may wait for its end
        for racer in racers:
            racer.kill()
        raise
    finally:
        for racer in racers:
            racer.join()
        barrier.close()
        door.close()


def in_copies(run: Callable[[], str], count: int) -> list[str]:
    """Return what `run` returns in each of `count` forked copies of this process. Without `fork`, return nothing.

    If `run` fails or does not end in a copy, the result of this copy is an empty string.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        return []
    copies = [_begun(multiprocessing.get_context("fork"), partial(_or_nothing, run)) for _ in range(count)]
    try:
        return [end.recv() if end.poll(_BEGIN_SECONDS) else "" for _, end in copies]
    finally:
        for copy, _ in copies:
            copy.kill()
            copy.join()


def _or_nothing(run: Callable[[], str]) -> str:
    try:
        return run()
    except Exception:  # noqa: BLE001 (any error of a learner's function)
        return ""


# multiprocessing's own lock and barrier need /dev/shm, where a bare container lets an ordinary user write nothing.


class _PipeLock:
    """Provide a lock for forked processes: the process that has read the byte holds the lock."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.write(self._write, b".")

    def __enter__(self) -> None:
        os.read(self._read, 1)

    def __exit__(self, *_error: object) -> None:
        os.write(self._write, b".")

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


_BROKEN, _END = b"x", b"q"


@dataclass(frozen=True, slots=True)
class _Place:
    """Hold one process's place at a barrier, with two of the methods of threading.Barrier."""

    arrive: int
    released: int

    def wait(self, _seconds: float) -> None:
        """Wait for all other processes. The barrier itself has a time limit, so this method needs none."""
        os.write(self.arrive, b".")
        if os.read(self.released, 1) == _BROKEN:
            raise threading.BrokenBarrierError

    def abort(self) -> None:
        os.write(self.arrive, _BROKEN)


class _PipeBarrier:
    """Provide a barrier for forked processes: a thread counts the arrivals and releases all processes at once."""

    def __init__(self, count: int) -> None:
        self._arrivals, self._arrive = os.pipe()
        pipes = [os.pipe() for _ in range(count)]
        self._releases = [write for _, write in pipes]
        self.places = [_Place(self._arrive, read) for read, _ in pipes]
        self._counting = threading.Thread(target=self._count, daemon=True)

    def begin(self) -> None:
        """Start to count. Call this after all processes have been forked."""
        self._counting.start()

    def _count(self) -> None:
        waiting, patience = 0, threading.Timer(0, self.places[0].abort)
        while (arrival := os.read(self._arrivals, 1)) != _END:
            waiting += 1
            if waiting == 1:
                patience = threading.Timer(_PATIENCE_SECONDS, self.places[0].abort)
                patience.start()
            if arrival == _BROKEN or waiting == len(self._releases):
                patience.cancel()
                waiting = 0
                for release in self._releases:
                    os.write(release, arrival)
        patience.cancel()

    def close(self) -> None:
        os.write(self._arrive, _END)
        self._counting.join()
        for end in (self._arrivals, self._arrive, *self._releases, *(place.released for place in self.places)):
            os.close(end)


def _begun(fork: Any, run: Callable[[], object]) -> tuple[Any, Any]:
    """Return a process that has really begun to `run`, and the end of the pipe from which its result can be read.

    If another thread holds a lock at the moment of the fork, the child may stop before its first line. Such a child
    never reports, so another child replaces it. Each child waits for permission to continue, so a child that reports
    too late has not touched the barrier or the lock.
    """
    while True:
        here, there = fork.Pipe()
        racer = fork.Process(target=_after_a_word, args=(there, run), daemon=True)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*multi-threaded", category=DeprecationWarning)
            racer.start()
        there.close()
        if here.poll(_BEGIN_SECONDS):
            here.recv()
            here.send("go on")
            return racer, here
        racer.kill()


def _after_a_word(end: Any, run: Callable[[], object]) -> None:
    end.send("here")
    end.recv()
    end.send(run())


def _racer(world: World, start: Any, door: Any, rounds: int) -> list[bool] | Exception:
    """Act as one browser: take step 1 in turn, then send the code at the same moment as all other browsers.

    An exception is returned, because it must not be raised in this thread or process.
    """
    began, got_in = world.clock.now(), []
    try:
        for number in range(rounds):
            world.clock.set(began + number * _ROUND_SECONDS)  # the same for all threads
            with door:
                pending = world.begin(world.alice)
            code = world.alice.phone.code()
            start.wait(_PATIENCE_SECONDS)
            got_in.append(_gets_in(partial(world.server.finish_login, pending, code)))
            start.wait(_PATIENCE_SECONDS)
    except Exception as error:  # noqa: BLE001 (any error of a learner's server is reported)
        start.abort()
        return error
    return got_in


def _gets_in(attempt: Callable[[], object]) -> bool:
    """Return whether the attempt gets in. A request whose answer is only "the database is busy" does not get in."""
    begin_request()
    try:
        attempt()
    except MfaError:
        return False
    except sqlite3.OperationalError as error:
        if not any(word in str(error) for word in ("locked", "busy")):
            raise  # for example, a mistake in the learner's SQL
        return False
    return True


def _sums(racers: list[list[bool] | Exception]) -> list[int]:
    errors = [one for one in racers if isinstance(one, Exception)]
    for error in sorted(errors, key=lambda error: isinstance(error, threading.BrokenBarrierError)):
        raise error  # the cause comes first: it also broke the barrier for the others
    return [sum(column) for column in zip(*racers, strict=True)]
