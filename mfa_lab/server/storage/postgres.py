"""Keep the data in PostgreSQL, so that several workers, even on several machines, can share one database.

A transaction locks only the names and accounts that it changes (`locks`), and a transaction that only reads takes no
lock. Passwords are verified outside transactions, so the slow part of a login runs in parallel. A request needs few
round trips (`batches`). No setting outlasts a transaction, so the connections may go through PgBouncer in transaction
mode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine

from mfa_lab.errors import InvalidInput, ServerFault
from mfa_lab.server.storage import batches, locks, schema

_SETTINGS = {
    "lock_timeout": "10s",
    # A worker that hangs between two SQL statements must not hold its locks, because other workers may need them.
    "idle_in_transaction_session_timeout": "30s",
    "statement_timeout": "30s",
}
# Each SQL statement sees all earlier commits: a snapshot from before the lock would be old.
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_SHARED = f"SELECT pg_advisory_xact_lock_shared({locks.DATABASE})"
_ALONE = f"SELECT pg_advisory_xact_lock({locks.DATABASE})"
_SAME_SCHEMA = f"SELECT 1 / (schema_version = {schema.VERSION})::int FROM {schema.about.name}"  # noqa: S608
"""If another worker has migrated the schema, this statement divides by zero, and the transaction fails."""
_REMEDIES = (
    ("55P03", "is locked by another program: try again in a moment"),
    ("40", "is busy with other requests: try again in a moment"),
    ("22012", "was migrated by a newer mfa-lab: update mfa-lab on this machine, and restart this worker"),
    ("25006", "is read-only: connect to the primary server"),
    ("42501", "refuses this user: grant it all rights on the kit's tables"),
    ("42P01", "was emptied while the server ran: restore a backup"),
    ("53", "has no space or no free connection left: free a connection or some space"),
)
_CONNECTING = (
    (r"database \".*\" does not exist|no such database", "does not exist: create it, or correct its name in the URL"),
    (r"role \".*\" does not exist|no such user", "does not know the user: create the user, or correct it in the URL"),
    (r"authentication failed|no password supplied", "refuses the user or the password: correct them in the URL"),
    (r"SSL was required|SSL error|certificate", "offers no TLS that fits: set it up, or change sslmode in the URL"),
    (r"pg_hba\.conf.*no encryption|SSL required", "requires TLS: add sslmode=require or verify-full to the URL"),
    (
        r"refused|No such file|resolve|translate",
        "cannot be reached: start PostgreSQL, or correct the URL's host and port",
    ),
)
"""The driver's message if it cannot connect, and the remedy. For a message that is not in English, use `_AWAY`."""
_AWAY = "cannot be reached: check that PostgreSQL runs, and the host, name, user and password in the URL"


class Postgres:
    """The database of a `postgresql://` URL.

    The database has no place for a key file, so the caller or the environment must provide the key.
    """

    path = None
    key_comes_from_outside = True
    has_clock = True
    where = "in PostgreSQL"
    connections = 16
    """The maximum number of connections of a worker. By default, PostgreSQL allows a hundred for all."""

    def __init__(self, url: URL) -> None:
        given = str(url.query.get("options", ""))
        self._settings = ";".join(
            f"SET LOCAL {name} = '{value}'" for name, value in _SETTINGS.items() if name not in given
        )
        arguments: dict[str, Any] = {"application_name": "mfa-lab", "prepare_threshold": None}
        if "connect_timeout" not in url.query:  # SQLAlchemy prefers these arguments to the URL's
            arguments["connect_timeout"] = "5"
        try:
            self.engine: Engine = create_engine(
                url.set(drivername="postgresql+psycopg"),
                hide_parameters=True,
                connect_args=arguments,
                pool_size=self.connections,
                max_overflow=0,
                isolation_level="AUTOCOMMIT",  # `begun` sends BEGIN and COMMIT together with other statements
            )
        except ModuleNotFoundError:
            missing = True
        else:
            missing = False
        if missing:
            raise InvalidInput("PostgreSQL needs the psycopg package: pip install 'mfa-lab[postgres]'")
        batches.install(self.engine)

    @contextmanager
    def begun(self, connection: Connection, wanted: tuple[locks.Lock, ...], *, flush: bool) -> Iterator[None]:
        """Run a transaction that holds the `wanted` locks, or the lock of the whole database if none is wanted."""
        _replace_if_broken(connection)
        opening = f"{_BEGIN};{self._settings};SET LOCAL synchronous_commit = {'on' if flush else 'off'}"
        opening = f"{opening};{_SHARED};{_SAME_SCHEMA}" if wanted else f"{opening};{_ALONE}"
        with connection.begin():
            named = [(lock.statement, (lock.value,)) for lock in wanted if lock.statement]
            batches.begin(connection, (opening, ()), *named)
            yield
            connection.exec_driver_sql("COMMIT")

    @contextmanager
    def reading(self, connection: Connection) -> Iterator[None]:
        """Run SQL statements that only read. Each of them sees all earlier commits."""
        _replace_if_broken(connection)
        with connection.begin():
            batches.begin(connection, (f"{self._settings};{_SAME_SCHEMA}", ()))
            yield

    @staticmethod
    def time(connection: Connection) -> int:
        """Return the time of PostgreSQL's machine, in Unix seconds."""
        return int(connection.exec_driver_sql("SELECT floor(extract(epoch FROM clock_timestamp()))").scalar_one())

    @staticmethod
    def lock_also(connection: Connection, lock: locks.Lock) -> None:
        """Take one more lock in a transaction. The next statement sees what was committed during the wait."""
        connection.exec_driver_sql(lock.statement, (lock.value,), execution_options={"later": True})

    @staticmethod
    def stop_reading(connection: Connection) -> None:
        """Wait until nobody reads, and let nobody begin. Otherwise, a reader and a migration could wait for each
        other.

        Every transaction that reads locks the first table, because of `_SAME_SCHEMA`.
        """
        connection.exec_driver_sql(f"LOCK TABLE {schema.about.name}")

    @staticmethod
    def fault(error: Any) -> ServerFault:
        """Return the error as a sentence with a remedy.

        Only the first line of PostgreSQL's message is kept, because details and hints quote values.
        """
        cause = error.orig
        state = getattr(cause, "sqlstate", None) or ""
        remedy = next((remedy for sign, remedy in _REMEDIES if state.startswith(sign)), None)
        if remedy is None and not state:
            remedy = next((remedy for sign, remedy in _CONNECTING if re.search(sign, str(cause))), None)
        if remedy is None and (error.connection_invalidated or not state or state.startswith(("08", "57", "28"))):
            remedy = _AWAY
        fault = ServerFault(
            f"the database {remedy or 'refused a change: see its message below the traceback'}; "
            "nothing was changed, unless the connection broke during the change"
        )
        said = getattr(getattr(cause, "diag", None), "message_primary", None) or type(cause).__name__
        fault.add_note(f"PostgreSQL says: {said} ({state or 'no state'})")
        return fault


def _replace_if_broken(connection: Connection) -> None:
    """Open a new connection if the database has closed the idle one. The check needs no round trip."""
    driver: Any = connection.connection.driver_connection
    try:
        for _ in range(2):  # the first call reads PostgreSQL's last words, and the second one finds the end
            driver.pgconn.consume_input()
    except connection.dialect.loaded_dbapi.Error:
        connection.invalidate()
