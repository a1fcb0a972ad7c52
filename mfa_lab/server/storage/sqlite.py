"""Keep the data in SQLite, in memory or in a file on this machine.

Turn SQLite's errors into sentences with a remedy.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock as ThreadLock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from mfa_lab.errors import ServerFault
from mfa_lab.server.storage import address, schema
from mfa_lab.server.storage.locks import Lock

LOCK_TIMEOUT_SECONDS = 10
_CREATING = ThreadLock()
_REMEDIES = (
    ("readonly", "is read-only: give this user write permission to the file and its folder"),
    ("locked", "is locked by another program: close it, or try again in a moment"),
    ("full", "has no room: free some space on the disk"),
    ("not a database", "is not an SQLite database: choose another file, or restore a backup"),
    ("malformed", "is damaged: restore a backup"),
    ("disk i/o error", "cannot be written or read: check the disk for room and for faults"),
    ("unable to open", "cannot be opened: check that its folder exists and may be written"),
    ("no such table", "was emptied while the server ran: restore a backup"),
)


class Sqlite:
    """The database of a `sqlite://` URL."""

    key_comes_from_outside = False
    has_clock = False
    connections = 1
    """Threads take turns on one connection. This takes half of the time that polling threads would need."""

    def __init__(self, url: URL) -> None:
        self.path = address.path_of(url)
        self.where = "in memory" if self.path is None else "in a file"
        if self.path is not None:
            _check_file(self.path)
        in_memory = self.path is None
        options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {"pool_size": 0}
        arguments: dict[str, Any] = {"check_same_thread": False}
        if "timeout" not in url.query:
            arguments["timeout"] = LOCK_TIMEOUT_SECONDS
        self.engine: Engine = create_engine(url, hide_parameters=True, connect_args=arguments, **options)
        event.listen(self.engine, "connect", _prepare)
        if self.path is not None and url.query.get("mode", "rwc") == "rwc":
            _create(self.path)

    @contextmanager
    def begun(self, connection: Connection, _wanted: tuple[Lock, ...], *, flush: bool) -> Iterator[None]:
        """Run an IMMEDIATE transaction, during which nobody else writes. It needs no other lock."""
        with _synchronous(connection, full=flush), connection.begin():
            driver: Any = connection.connection.driver_connection
            driver.execute("BEGIN IMMEDIATE").close()  # directly, because SQLAlchemy takes some microseconds more
            yield

    @contextmanager
    def reading(self, connection: Connection) -> Iterator[None]:
        """Run SQL statements that only read. They do not wait for another program that writes."""
        with connection.begin():
            yield

    @staticmethod
    def time(_connection: Connection) -> int:
        """Raise an error, because a file has no clock of its own."""
        raise NotImplementedError

    @staticmethod
    def lock_also(connection: Connection, lock: Lock) -> None:
        """Do nothing, because nobody else writes."""

    @staticmethod
    def stop_reading(connection: Connection) -> None:
        """Do nothing, because a reader and a migration never wait for each other."""

    @staticmethod
    def fault(error: DBAPIError | sqlite3.Error) -> ServerFault:
        """Return the error as a sentence with a remedy. SQLite's message contains table names, never a value."""
        said = str(error.orig if isinstance(error, DBAPIError) else error)
        remedy = next((remedy for sign, remedy in _REMEDIES if sign in said.lower()), None)
        if remedy is None:
            kind = (
                "cannot be used now"
                if isinstance(error, (OperationalError, sqlite3.OperationalError))
                else "refused a change"
            )
            remedy = f"{kind}: see SQLite's message below the traceback, and restore a backup if it persists"
        fault = ServerFault(f"the database {remedy}; nothing was changed")
        fault.add_note(f"SQLite says: {said}")
        return fault


def _check_file(path: Path) -> None:
    """Raise `ServerFault` for a database file that others could change.

    SQLite would open such a file without a warning. Anyone who can write to the database can set a new password for
    an account. If the path is a link to a missing file, SQLite makes the file, and others can read it. Members of the
    file's group count as others, as for the key file.
    """
    problem = None
    try:
        status = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            problem = "is a link to a missing file: give the path of the file itself"
    except OSError:
        return  # SQLite will report the error
    else:
        if stat.S_ISDIR(status.st_mode):
            return  # SQLite will report the error
        if not stat.S_ISREG(status.st_mode):
            problem = "cannot be opened, because it is not a regular file: choose another file"
        elif os.name == "posix" and status.st_uid not in (0, os.geteuid()):
            problem = "belongs to another user, who can change it: make it your own with chown"
        elif os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o022:
            problem = f"can be changed by others on this machine: run chmod go-w {path.name}"
    if problem:
        raise ServerFault(f"the database {path.name} {problem}; nothing was changed")


def _create(path: Path) -> None:
    """Make a new database file that only its owner can read.

    SQLite gives the -wal and -shm files the same permissions as the database file. Only one thread may run this
    function at a time, because closing a file ends all locks of this process on the file.
    """
    with _CREATING, suppress(OSError):  # usually FileExistsError; SQLite reports any other error
        path.touch(0o600, exist_ok=False)


@contextmanager
def _synchronous(connection: Connection, *, full: bool) -> Iterator[None]:
    """Unless `full`, make SQLite flush less often, and restore FULL afterwards.

    SQLite forbids such a change inside a transaction.
    """
    if full:
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA synchronous = NORMAL").close()
    try:
        yield
    finally:
        driver.execute("PRAGMA synchronous = FULL").close()


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # sqlite3 then begins no transaction by itself; `begun` does
    connection.execute("PRAGMA synchronous = FULL").close()
    connection.execute("PRAGMA foreign_keys = ON").close()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables or schema.about.name in tables:  # WAL changes the file, so never another program's
        connection.execute("PRAGMA journal_mode = WAL").close()
