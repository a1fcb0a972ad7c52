"""Keep the data in PostgreSQL, so that several workers, even on several machines, can share one database.

Every transaction first takes one lock for the whole database. Transactions therefore run one after the other, as in
SQLite: the data that a request has read cannot change before the request writes. Passwords are verified outside
transactions, so the slow part of a login still runs in parallel.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from mfa_lab.errors import InvalidInput, ServerFault

_OPTIONS = {
    "lock_timeout": "10s",
    # A worker that hangs between two SQL statements must not hold the lock, because all other workers need it.
    "idle_in_transaction_session_timeout": "30s",
    "statement_timeout": "30s",
    "timezone": "UTC",
}
_BEGIN = "SELECT pg_advisory_xact_lock(7236522), set_config('synchronous_commit', %s, true)"
"""The lock's number is arbitrary. If a worker is killed, its connection ends, and PostgreSQL releases the lock."""
_REMEDIES = (
    ("55P03", "is locked by another program: try again in a moment"),
    ("25006", "is read-only: connect to the primary server"),
    ("42501", "refuses this user: grant it all rights on the kit's tables"),
    ("42P01", "was emptied while the server ran: restore a backup"),
    ("53", "has no space or no free connection left: free a connection or some space"),
)
_AWAY = "cannot be reached: check that PostgreSQL runs, and the host, name, user and password in the URL"


class Postgres:
    """The database of a `postgresql://` URL.

    The database has no place for a key file, so the caller or the environment must provide the key.
    """

    path = None
    key_comes_from_outside = True
    where = "in PostgreSQL"

    def __init__(self, url: URL) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items())
        given = url.query.get("options")
        arguments = {"options": f"{options} {given}" if given else options, "application_name": "mfa-lab"}
        if "connect_timeout" not in url.query:  # SQLAlchemy prefers these arguments to the URL's
            arguments["connect_timeout"] = "5"
        try:
            self.engine: Engine = create_engine(
                url.set(drivername="postgresql+psycopg"),
                hide_parameters=True,
                connect_args=arguments,
                pool_size=1,
                # Each SQL statement sees all earlier commits: a snapshot from before the lock would be old.
                isolation_level="READ COMMITTED",
            )
        except ModuleNotFoundError:
            missing = True
        else:
            missing = False
        if missing:
            raise InvalidInput("PostgreSQL needs the psycopg package: pip install 'mfa-lab[postgres]'")

    @contextmanager
    def begun(self, connection: Connection, *, flush: bool) -> Iterator[None]:
        """Run a transaction that holds the lock.

        If the idle connection has broken, open a new connection and try once more.
        """
        wait_for_disk = ("on" if flush else "off",)
        transaction = connection.begin()
        try:
            connection.exec_driver_sql(_BEGIN, wait_for_disk)
        except DBAPIError as error:
            transaction.rollback()
            if not error.connection_invalidated:
                raise
            transaction = connection.begin()
            connection.exec_driver_sql(_BEGIN, wait_for_disk)
        with transaction:
            yield

    @staticmethod
    def fault(error: Any) -> ServerFault:
        """Return the error as a sentence with a remedy.

        Only the first line of PostgreSQL's message is kept, because details and hints quote values.
        """
        cause = error.orig
        state = getattr(cause, "sqlstate", None) or ""
        remedy = next((remedy for sign, remedy in _REMEDIES if state.startswith(sign)), None)
        if remedy is None and (error.connection_invalidated or not state or state.startswith(("08", "57", "28"))):
            remedy = _AWAY
        fault = ServerFault(
            f"the database {remedy or 'refused a change: see its message below the traceback'}; "
            "nothing was changed, unless the connection broke during the change"
        )
        said = getattr(getattr(cause, "diag", None), "message_primary", None) or type(cause).__name__
        fault.add_note(f"PostgreSQL says: {said} ({state or 'no state'})")
        return fault
