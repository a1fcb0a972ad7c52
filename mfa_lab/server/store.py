"""The one seam for storage: SQLAlchemy Core, SQLite in memory or in a file. Every change is one transaction."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import finalize

from sqlalchemy import Connection, create_engine, event, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from mfa_lab.errors import ServerFault, WrongKey
from mfa_lab.hidden import HiddenBytes
from mfa_lab.server import address, schema
from mfa_lab.server.keys import Keys, root_key

_LOCK_TIMEOUT_SECONDS = 10
_CREATING = Lock()

Migration = Callable[[Connection], None]


def _know_the_phones_clock(connection: Connection) -> None:
    for column in ("resync_steps INTEGER", "drift_steps INTEGER", "drift_at BIGINT"):
        connection.exec_driver_sql(f"ALTER TABLE factors ADD COLUMN {column} DEFAULT '0' NOT NULL")


MIGRATIONS: dict[int, Migration] = {1: _know_the_phones_clock}
"""From each older schema version to the next. All that are needed run in one transaction, or none does."""

_REMEDIES = (
    ("readonly", "is read-only: give this user write permission to the file and its folder"),
    ("locked", "is locked by another program: close it, or try again in a moment"),
    ("full", "has no room: free some space on the disk"),
    ("not a database", "is no SQLite database: name another file, or restore a backup"),
    ("malformed", "is damaged: restore a backup"),
    ("disk i/o error", "cannot be written or read: check the disk for room and for faults"),
    ("unable to open", "cannot be opened: check that its folder exists and may be written"),
    ("no such table", "was emptied while the server ran: restore a backup"),
)


class Store:
    """One database, opened and checked: right schema, right key. `keys` are derived from its root key."""

    def __init__(self, url: str, key: HiddenBytes | None = None) -> None:
        self.url = address.parsed(url)
        self._path = address.path_of(self.url)
        self.in_memory = self._path is None
        # Threads take turns here, which is twice as fast as all of them polling the file's lock; in memory they
        # share one connection.
        self._turn = Lock()
        options: dict[str, Any] = {"poolclass": StaticPool} if self.in_memory else {"pool_size": 0}
        arguments: dict[str, Any] = {"check_same_thread": False}
        if "timeout" not in self.url.query:
            arguments["timeout"] = _LOCK_TIMEOUT_SECONDS
        self._engine = create_engine(self.url, hide_parameters=True, connect_args=arguments, **options)
        event.listen(self._engine, "connect", _prepare)
        finalize(self, self._engine.dispose)  # from 3.13 on, Python warns of a connection that nobody closed
        self._kept: Connection | None = None
        opened = False
        if self._path is not None and self.url.query.get("mode", "rwc") == "rwc":
            _create(self._path)
        try:
            with self.transaction() as connection:
                self.keys = self._opened(connection, key)
            opened = True
        finally:
            if not opened:
                self.close()

    @contextmanager
    def transaction(self, *, flush: bool = True) -> Iterator[Connection]:
        """An IMMEDIATE transaction: committed at the end, rolled back whole on any error.

        With `flush=False` it is seen by everybody at once and outlives this process, but reaches the disk only with
        the next transaction: for what another one follows before anything is answered. Trouble with the database
        itself comes out as `ServerFault`, a sentence with its remedy.
        """
        try:
            with (
                self._own_turn(),
                self._connected() as connection,
                _synchronous(connection, full=flush),
                connection.begin(),
            ):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
        except (DBAPIError, sqlite3.Error) as error:  # the bare one comes from a connection being prepared
            fault = _fault(error)
            try:
                raise fault
            finally:
                fault.__context__ = None  # the frames of SQLAlchemy hold what was typed

    @contextmanager
    def _own_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=_LOCK_TIMEOUT_SECONDS):
            raise _fault(sqlite3.OperationalError("database is locked"))
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """The last turn's connection, or a new one after an error: asking the pool each time costs two statements."""
        connection, self._kept = self._kept or self._engine.connect(), None
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._kept = connection

    def close(self) -> None:
        """Let go of the file, once the transaction at hand is over."""
        with self._own_turn():
            if self._kept:
                self._kept.close()
                self._kept = None
            self._engine.dispose()

    def _opened(self, connection: Connection, key: HiddenBytes | None) -> Keys:
        tables = set(inspect(connection).get_table_names())
        new = not tables
        if not new and schema.about.name not in tables:
            raise ServerFault("this database belongs to another program: name a file of its own for mfa-lab")
        keys = Keys.derive(root_key(key, self._path, new_database=new).reveal())
        check = keys.check.hex()
        if new:
            schema.metadata.create_all(connection)
            connection.execute(
                insert(schema.about), {"schema_version": schema.VERSION, "key_id": keys.key_id, "key_check": check}
            )
            return keys
        row = connection.execute(select(schema.about)).first()
        if row is None:
            raise ServerFault("this database is damaged, its first table is empty: restore a backup")
        if not hmac.compare_digest(row.key_check, check):
            raise WrongKey("this database was made with another key: start the server with that key")
        _migrate(connection, row.schema_version)
        return keys


def _create(path: Path) -> None:
    """A new file that its owner alone reads; SQLite gives its mode to the -wal and the -shm file too.

    One thread at a time: closing a file ends the locks that this process has on it.
    """
    with _CREATING, suppress(OSError):  # FileExistsError is the usual case; of the others SQLite will tell
        path.touch(0o600, exist_ok=False)


def _migrate(connection: Connection, version: int) -> None:
    if version > schema.VERSION:
        raise ServerFault(f"this database has schema {version}, this mfa-lab knows {schema.VERSION}: update mfa-lab")
    for older in range(version, schema.VERSION):
        if older not in MIGRATIONS:
            raise ServerFault(f"this mfa-lab cannot read schema {older}: open the database with an older one first")
        MIGRATIONS[older](connection)
    if version < schema.VERSION:
        connection.execute(update(schema.about), {"schema_version": schema.VERSION})


@contextmanager
def _synchronous(connection: Connection, *, full: bool) -> Iterator[None]:
    """FULL is how each connection is opened, and how it is left. SQLite forbids the change within a transaction."""
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
    connection.isolation_level = None  # sqlite3 then begins nothing by itself; transaction() does
    connection.execute("PRAGMA synchronous = FULL").close()
    connection.execute("PRAGMA foreign_keys = ON").close()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables or schema.about.name in tables:  # WAL is written into the file: never into another program's
        connection.execute("PRAGMA journal_mode = WAL").close()


def _fault(error: DBAPIError | sqlite3.Error) -> ServerFault:
    said = str(error.orig if isinstance(error, DBAPIError) else error)
    remedy = next((remedy for sign, remedy in _REMEDIES if sign in said.lower()), None)
    if remedy is None:
        kind = (
            "cannot be used now"
            if isinstance(error, (OperationalError, sqlite3.OperationalError))
            else "refused a change"
        )
        remedy = f"{kind}: see SQLite's own words below the traceback, and restore a backup if it lasts"
    fault = ServerFault(f"the database {remedy}; nothing was changed")
    fault.add_note(f"SQLite says: {said}")  # it names tables and columns, and never a value
    return fault
