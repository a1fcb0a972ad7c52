"""Send several SQL statements to PostgreSQL in one round trip.

A statement with the option `later` waits until the next statement without this option, or until the commit. Use the
option only for statements whose result nobody reads. SQLite runs every statement at once, because it has no network.

PostgreSQL writes a failed batch to its own log, with all values. A statement that contains a typed name therefore has
the option `alone`. It is sent after the locks are granted, in a round trip of its own.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event

_WAITING: WeakKeyDictionary[Any, list[str]] = WeakKeyDictionary()
"""The statements that each of psycopg's connections keeps back."""


def install(engine: Engine) -> None:
    """Make every connection of `engine` keep the statements with the option `later` back."""
    event.listen(engine, "do_connect", _use_client_cursors)
    for name in ("do_execute", "do_execute_no_params", "do_executemany"):
        event.listen(engine, name, _execute_many if name == "do_executemany" else _execute)


def begin(connection: Connection, *statements: tuple[str, tuple[str, ...]]) -> None:
    """Keep `statements` back until the connection's next statement, and forget what an error has left behind."""
    cursor: Any = connection.connection.cursor()
    _WAITING[cursor.connection] = [cursor.mogrify(*statement) for statement in statements]
    cursor.close()


def _use_client_cursors(dialect: Any, _record: object, _arguments: object, options: dict[str, Any]) -> None:
    """Let psycopg put the values into the statements: PostgreSQL takes other values for one statement only."""
    options["cursor_factory"] = dialect.dbapi.ClientCursor


def _execute(cursor: Any, statement: str, parameters: Any = None, context: Any = None) -> bool | None:
    waiting = _WAITING.get(cursor.connection)
    options = {} if context is None else context.execution_options
    later = options.get("later")
    if waiting and options.get("alone"):
        _send(cursor, waiting)
    if waiting is None or not (waiting or later):
        return None
    waiting.append(cursor.mogrify(statement, parameters))
    if not later:
        _send(cursor, waiting)
    return True


def _execute_many(cursor: Any, _statement: str, _parameters: Any, _context: Any) -> None:
    if waiting := _WAITING.get(cursor.connection):
        _send(cursor, waiting)


def _send(cursor: Any, waiting: list[str]) -> None:
    text = ";".join(waiting)
    waiting.clear()
    cursor.execute(text)
    while cursor.nextset():  # the caller reads the last statement's result
        pass
