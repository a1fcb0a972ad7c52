"""Send several SQL statements to PostgreSQL in one round trip, and let PostgreSQL parse each of them only once.

A statement with the option `later` waits until the next statement without this option, or until the commit. Use the
option only for statements whose result nobody reads. SQLite runs every statement at once, because it has no network.

PostgreSQL writes a failed batch to its own log, with all values. A statement that contains a typed name therefore has
the option `alone`. It is sent after the locks are granted, in a round trip of its own.

If a connection does not go through PgBouncer, it prepares each statement when it first sends the statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event

_VALUE = re.compile(r"%\([^)]+\)s|%[s%]")
_MOST_PREPARED = 200


@dataclass(slots=True)
class _State:
    """What `batches` knows about one of psycopg's connections."""

    direct: bool
    waiting: list[str] = field(default_factory=list)
    """The statements that are held back."""
    prepared: dict[str, str] = field(default_factory=dict)
    """Each prepared statement, with the EXECUTE statement that runs it."""


_STATES: WeakKeyDictionary[Any, _State] = WeakKeyDictionary()


def install(engine: Engine) -> None:
    """Make every connection of `engine` hold back the statements that have the option `later`."""
    event.listen(engine, "do_connect", _use_client_cursors)
    event.listen(engine, "connect", _connected)
    for name in ("do_execute", "do_execute_no_params", "do_executemany"):
        event.listen(engine, name, _execute_many if name == "do_executemany" else _execute)


def begin(connection: Connection, *statements: tuple[str, tuple[str, ...]]) -> None:
    """Hold back `statements` until the connection's next statement. Discard those that an error has left."""
    cursor: Any = connection.connection.cursor()
    state = _STATES[cursor.connection]
    state.waiting.clear()
    for statement in statements:
        state.waiting.append(_text(cursor, state, *statement))
    cursor.close()


def _use_client_cursors(dialect: Any, _record: object, _arguments: object, options: dict[str, Any]) -> None:
    """Let psycopg write the values into the statements: PostgreSQL accepts separate values for one statement only."""
    options["cursor_factory"] = dialect.dbapi.ClientCursor


def _connected(connection: Any, _record: object) -> None:
    """Find out whether this is a connection to PgBouncer: it tells its clients a random number as the process id.

    In PgBouncer's transaction mode, the next transaction may run in a process that has prepared nothing.
    """
    (process,) = connection.execute("SELECT pg_backend_pid()").fetchone()
    connection.rollback()
    _STATES[connection] = _State(direct=process == connection.info.backend_pid)


def _execute(cursor: Any, statement: str, parameters: Any = None, context: Any = None) -> bool | None:
    state = _STATES.get(cursor.connection)
    if state is None:  # SQLAlchemy asks a new connection for its version
        return None
    options = {} if context is None else context.execution_options
    if state.waiting and options.get("alone"):
        _send(cursor, state)
    state.waiting.append(_text(cursor, state, statement, parameters))
    if not options.get("later"):
        _send(cursor, state)
    return True


def _execute_many(cursor: Any, _statement: str, _parameters: Any, _context: Any) -> None:
    state = _STATES[cursor.connection]
    if state.waiting:
        _send(cursor, state)


def _text(cursor: Any, state: _State, statement: str, parameters: Any) -> str:
    """Return `statement` with its values. If this connection has not prepared it yet, first prepare it."""
    if not parameters or not state.direct:
        return str(cursor.mogrify(statement, parameters))
    if statement not in state.prepared and len(state.prepared) < _MOST_PREPARED:
        if not state.prepared:
            state.waiting.append("DEALLOCATE ALL")
        name = f"mfa_lab_{len(state.prepared)}"
        values = [found for found in _VALUE.findall(statement) if found != "%%"]
        numbers = (f"${number}" for number in range(1, len(values) + 1))
        numbered = _VALUE.sub(lambda found: "%" if found[0] == "%%" else next(numbers), statement)
        state.waiting.append(f"PREPARE {name} AS {numbered}")
        state.prepared[statement] = f"EXECUTE {name}({','.join(values)})"
    return str(cursor.mogrify(state.prepared.get(statement, statement), parameters))


def _send(cursor: Any, state: _State) -> None:
    text = ";".join(state.waiting)
    state.waiting.clear()
    try:
        cursor.execute(text)
    except BaseException:
        state.prepared.clear()  # perhaps PostgreSQL did not get as far as to prepare them
        raise
    while cursor.nextset():  # the caller reads the last statement's result
        pass
