"""Open the database with SQLAlchemy Core, in SQLite or PostgreSQL. Every change is one transaction."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from queue import Empty, SimpleQueue
from weakref import finalize

from sqlalchemy import Connection, Engine, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError

from mfa_lab.errors import ServerFault, WrongKey
from mfa_lab.redaction import RedactedBytes, clears_variables
from mfa_lab.server.storage import address, migrations, schema
from mfa_lab.server.storage.keys import Keys, root_key
from mfa_lab.server.storage.locks import Lock
from mfa_lab.server.storage.postgres import Postgres
from mfa_lab.server.storage.sqlite import LOCK_TIMEOUT_SECONDS, Sqlite


class Store:
    """One open database. When the database is opened, its schema and key are checked.

    `keys` are derived from the root key. Raises `InvalidInput` if the URL is wrong, `WrongKey` if the key is wrong,
    or `ServerFault` if the database fails.
    """

    @clears_variables  # the URL may hold the database's password
    def __init__(self, url: str, key: RedactedBytes | None = None) -> None:
        self.url = address.parsed(url)
        self._database = Sqlite(self.url) if self.url.get_backend_name() == "sqlite" else Postgres(self.url)
        self.where = self._database.where
        self.has_clock = self._database.has_clock
        self.migrated_from: int | None = None
        self._turns = SimpleQueue[None]()  # quicker than a semaphore
        for _ in range(self._database.connections):
            self._turns.put(None)
        self._engine = self._database.engine
        self._kept: list[Connection] = []
        finalize(self, _let_go, self._kept, self._engine)  # Python warns about a connection that is never closed
        opened = False
        try:
            with self.transaction() as connection:
                self.keys = self._opened(connection, key)
            opened = True
        finally:
            if not opened:
                self.close()

    @contextmanager
    def transaction(self, *locks: Lock, flush: bool = True) -> Iterator[Connection]:
        """Run one transaction. While it runs, no other transaction changes the data that `locks` protect.

        Without `locks`, nobody else writes during the transaction. In SQLite, nobody else ever writes during a
        transaction. The transaction is committed at the end, and rolled back completely after any error.

        With `flush=False`, all connections see the change at once, and a crash of this process does not undo it. The
        change reaches the disk only with the next transaction. Use `flush=False` only if another transaction follows
        before the server answers, or if the change may get lost. Raises `ServerFault`, whose sentence contains a
        remedy, if the database itself fails.
        """
        with self._used() as connection, self._database.begun(connection, locks, flush=flush):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read without a lock. Another request may write between two statements. Raises `ServerFault`."""
        with self._used() as connection, self._database.reading(connection):
            yield connection

    def time(self) -> int:
        """Return the time of the database's machine, in Unix seconds. It must have a clock (`has_clock`)."""
        with self.reading() as connection:
            return self._database.time(connection)

    def lock_also(self, connection: Connection, lock: Lock) -> None:
        """Take one more lock in a transaction that has begun. `locks` defines the order of the locks."""
        self._database.lock_also(connection, lock)

    @contextmanager
    def _used(self) -> Iterator[Connection]:
        try:
            with self._connected() as connection:
                yield connection
        except (DBAPIError, sqlite3.Error) as error:  # sqlite3's own error comes from a new connection
            fault = self._database.fault(error)
            try:
                raise fault
            finally:
                fault.__context__ = None  # SQLAlchemy's frames hold the user's input

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Reuse the last connection, or open a new connection after an error.

        A request to the pool would cost two SQL statements.
        """
        self._wait_for_a_turn()
        try:
            connection = self._kept.pop() if self._kept else self._engine.connect()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._kept.append(connection)
        finally:
            self._turns.put(None)

    def _wait_for_a_turn(self) -> None:
        with suppress(Empty):
            return self._turns.get(timeout=LOCK_TIMEOUT_SECONDS)
        raise ServerFault("the server is busy with other requests: try again in a moment; nothing was changed")

    def close(self) -> None:
        """Close the database, after the current transactions have ended."""
        with ExitStack() as stack:
            for _ in range(self._database.connections):
                self._wait_for_a_turn()
                stack.callback(self._turns.put, None)
            _let_go(self._kept, self._engine)

    def _opened(self, connection: Connection, key: RedactedBytes | None) -> Keys:
        tables = set(inspect(connection).get_table_names())
        new = not tables
        if not new and schema.about.name not in tables:
            raise ServerFault("this database belongs to another program: choose another file for mfa-lab")
        outside = self._database.key_comes_from_outside
        root = root_key(key, self._database.path, new_database=new, from_outside=outside)
        keys = Keys.derive(root.reveal())
        check = keys.check.reveal().hex()
        if new:
            schema.metadata.create_all(connection)
            connection.execute(
                insert(schema.about), {"schema_version": schema.VERSION, "key_id": keys.key_id, "key_check": check}
            )
            return keys
        row = connection.execute(select(schema.about)).first()
        if row is None or type(row.schema_version) is not int or not isinstance(row.key_check, str):
            raise ServerFault("this database is damaged: its first table is empty or broken; restore a backup")
        if not hmac.compare_digest(row.key_check, check):
            raise WrongKey("this database was made with another key: start the server with that key")
        if row.schema_version < schema.VERSION:
            self._database.stop_reading(connection)
        if _migrate(connection, row.schema_version):
            self.migrated_from = row.schema_version
        return keys


def _let_go(kept: list[Connection], engine: Engine) -> None:
    while kept:
        kept.pop().close()
    engine.dispose()


def _migrate(connection: Connection, version: int) -> bool:
    """Migrate the database if its schema is older than this version's. Returns whether the database was migrated."""
    if version > schema.VERSION:
        raise ServerFault(
            f"this database has schema {version}, but this mfa-lab knows only {schema.VERSION}: update mfa-lab"
        )
    if version < schema.VERSION:
        migrations.upgrade(connection, version)
        connection.execute(update(schema.about), {"schema_version": schema.VERSION})
    return version < schema.VERSION
