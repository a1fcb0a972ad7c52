"""Hold a server's database file, and make time pass after a read, so that a race does not depend on luck."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any
from unittest.mock import patch

from mfa_lab.attacks.helpers.world import Make
from mfa_lab.clock import Clock
from mfa_lab.randomness import Randomness

MakeOnFile = Callable[[Clock, Randomness, Path], Any]
"""A function that makes a server which stores used steps in a database file that several processes can share."""


def _writable(folder: str) -> Path:
    return Path(folder if os.access(folder, os.W_OK) else gettempdir())


DISK, MEMORY = _writable("/var/tmp"), _writable("/dev/shm")  # noqa: S108
"""Two folders for database files: `DISK`, where a write takes time, and `MEMORY`, which suits many games."""
PAUSE_SECONDS = 0.04
"""The time between a read and the next statement: longer than eight requests need to arrive."""
_LOOK_SECONDS = 0.004
_this_thread = threading.local()


def begin_request() -> None:
    """Forget what this thread has read: its next statement belongs to another request."""
    _this_thread.has_read = False


class _Cursor(sqlite3.Cursor):
    """Wait between a read and the next statement, unless a transaction is open.

    In a transaction, SQLite itself ensures that nobody writes in between.
    """

    def execute(self, *args: Any) -> Any:
        if getattr(_this_thread, "has_read", False) and not self.connection.in_transaction:
            _this_thread.has_read = False
            time.sleep(PAUSE_SECONDS)
        super().execute(*args)
        _this_thread.has_read = getattr(_this_thread, "has_read", False) or self.description is not None
        return self


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, *args: Any) -> Any:
        return self.cursor().execute(*args)


@contextmanager
def slow_reads(folder: Path) -> Iterator[None]:
    """Make time pass after each read of a database, and after each check for a file that is missing in `folder`.

    This function replaces `sqlite3.connect` and `os.stat` in all threads, and in processes that are forked in the
    `with` block.
    """
    connect, stat = sqlite3.connect, os.stat

    def slow_connect(*args: Any, **kwargs: Any) -> Any:
        return connect(*args, **{"factory": _Connection} | kwargs)

    def slow_stat(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
        try:
            return stat(path, *args, **kwargs)
        except FileNotFoundError:
            if str(path).startswith(str(folder)):
                time.sleep(_LOOK_SECONDS)
            raise

    with patch("sqlite3.connect", slow_connect), patch("os.stat", slow_stat):
        yield


@contextmanager
def on_file(make: MakeOnFile, folder: Path = DISK) -> Iterator[Make]:
    """Yield a function that calls `make` with the path of a temporary database file."""
    with TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as temporary:
        yield lambda clock, randomness: make(clock, randomness, Path(temporary) / "race.db")
