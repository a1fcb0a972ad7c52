"""What a durable change costs by itself: one UPDATE by bare sqlite3, and a bare FastAPI route that makes it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from threading import Lock

from fastapi import FastAPI


def one_row(path: Path) -> sqlite3.Connection:
    """A file of its own with the server's pragmas. Threads may share the connection if they take turns."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE factors (id TEXT PRIMARY KEY, last_step INTEGER NOT NULL)",
        "INSERT INTO factors VALUES ('one', 0)",
    ):
        connection.execute(statement)
    return connection


def update(connection: sqlite3.Connection) -> int:
    """How many rows were changed."""
    return connection.execute("UPDATE factors SET last_step = last_step + 1 WHERE id = ?", ("one",)).rowcount


def application() -> FastAPI:
    """One route, in a new file named by BARE_DATABASE. It asks for nothing and looks at nothing that is sent."""
    app, turn = FastAPI(), Lock()
    connection = one_row(Path(os.environ["BARE_DATABASE"]))

    @app.post("/update")
    def one() -> dict[str, int]:
        with turn:
            return {"changed": update(connection)}

    return app
