"""Check a database's URL. Accept only SQLite, in memory or in a file on this machine, and PostgreSQL."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from mfa_lab.errors import InvalidInput
from mfa_lab.redaction import clears_variables

_EXAMPLES = '"sqlite:///lab.db", "sqlite://" or "postgresql://user@host/name"'
_POSTGRES_QUERY = {"connect_timeout", "host", "options", "port", "sslcert", "sslkey", "sslmode", "sslrootcert"}
_QUERY = {"timeout": r"[0-9]{1,6}(\.[0-9]{1,6})?", "uri": "true", "mode": "ro|rw|rwc|memory"}


@clears_variables
def parsed(text: str) -> URL:
    """Return the URL if this version supports the database at this URL, otherwise raise `InvalidInput`."""
    try:
        url = make_url(text)
        problem = _problem(url)
    except (ArgumentError, ValueError):
        problem = "this is not a database URL"
    if problem:
        raise InvalidInput(f"{problem}: use a database URL such as {_EXAMPLES}")
    return url


def path_of(url: URL) -> Path | None:
    """Return the path of the database's file, or None if the database is in memory."""
    path = unquote(urlsplit(url.database).path) if "uri" in url.query else url.database
    return None if path in (None, "", ":memory:") or url.query.get("mode") == "memory" else Path(path)


def _problem(url: URL) -> str | None:
    database = url.database or ""
    os.fsencode(database)  # UnicodeEncodeError (a ValueError) if no file system can hold the name
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        return _postgres_problem(url)
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        return "this version supports only SQLite, with Python's own driver, and PostgreSQL, with psycopg"
    if url.username or url.password or url.host or url.port:
        return "an SQLite URL has no host and no user"
    if any(character < " " for character in unquote(database, errors="strict")):
        return "the database's name contains a control character"
    if not all(re.fullmatch(_QUERY.get(name, "(?!)"), str(value)) for name, value in url.query.items()):
        return "a database URL may have only timeout=SECONDS, and uri=true with mode=ro, rw, rwc or memory"
    if "uri" not in url.query:
        return "a name that starts with file: needs uri=true, and so does mode" if _needs_uri(url) else None
    parts = urlsplit(database)
    here = parts.scheme == "file" and parts.netloc in ("", "localhost")
    if not here or not parts.path or parts.query or parts.fragment:
        return "uri=true needs file: and the path of a file on this machine"
    return None


def _postgres_problem(url: URL) -> str | None:
    if not url.database:
        return "the URL names no database"
    unknown = sorted(set(url.query) - _POSTGRES_QUERY)
    return f"a PostgreSQL URL may have only {', '.join(sorted(_POSTGRES_QUERY))}" if unknown else None


def _needs_uri(url: URL) -> bool:
    return "mode" in url.query or (url.database or "").startswith("file:")
