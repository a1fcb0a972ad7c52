"""Database URLs, before anything is opened. tests/server/test_store.py opens them."""

from __future__ import annotations

import pytest

from mfa_lab.errors import InvalidInput
from mfa_lab.server.storage import address

POSTGRESQL = {
    "connect_timeout": "1", "host": "/run/postgresql", "options": "-csearch_path%3Dlab", "port": "5433",
    "sslcert": "cert.pem", "sslkey": "key.pem", "sslmode": "verify-full", "sslrootcert": "root.pem",
}  # fmt: skip


@pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg"])
def test_postgresql_takes_what_connects_and_encrypts(driver: str) -> None:
    """All at once, and no other: a password in a query would stand in logs."""
    query = "&".join(f"{name}={value}" for name, value in POSTGRESQL.items())
    assert set(address.parsed(f"{driver}:///lab?{query}").query) == set(POSTGRESQL)
    with pytest.raises(InvalidInput, match=f"may have only {', '.join(POSTGRESQL)}: use"):
        address.parsed(f"{driver}:///lab?password=demo")


@pytest.mark.parametrize("query", ["timeout=0", "timeout=999999.999999", "uri=true&mode=ro", "uri=true&mode=rw"])
def test_sqlite_takes_a_wait_and_a_mode(query: str) -> None:
    """Also together with file: and no host, or this one."""
    name = "file:" if "uri" in query else ""
    assert str(address.path_of(address.parsed(f"sqlite:///{name}lab.db?{query}"))) == "lab.db"


def test_localhost_is_this_machine() -> None:
    """As RFC 8089 has it."""
    url = address.parsed("sqlite:///file://localhost/srv/lab.db?uri=true")
    assert str(address.path_of(url)) == "/srv/lab.db"
