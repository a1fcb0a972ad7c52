"""The tables: their invariants hold in the file, no matter who writes to it."""

import sqlite3

import pytest
from sqlalchemy import BigInteger, inspect

from mfa_lab.server.storage import schema
from tests.server.kit import NAME, Deployment


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET event = 'forged'",
        "UPDATE audit SET id = id + 100",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 1",
        "INSERT OR REPLACE INTO audit (id, at, event) VALUES (1, 0, 'forged')",
        "REPLACE INTO audit (id, at, event) SELECT id, 0, 'forged' FROM audit",
        "INSERT INTO audit (id, at, event) VALUES (1, 0, 'forged') ON CONFLICT DO UPDATE SET event = 'forged'",
        "UPDATE OR REPLACE audit SET id = 2 WHERE id = 1",
    ],
)
def test_the_audit_log_is_append_only(change: str, enrolled: Deployment) -> None:
    """Triggers in the file refuse to change, delete or replace a line, from any program."""
    before = enrolled.rows("SELECT * FROM audit")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        enrolled.tamper(change)
    assert enrolled.rows("SELECT * FROM audit") == before
    enrolled.tamper("INSERT INTO audit (at, event) VALUES (0, 'appended')")
    assert len(enrolled.rows("SELECT * FROM audit")) == len(before) + 1


def test_every_time_fits_beyond_2038() -> None:
    """RFC6238-4.2: columns for seconds and steps hold more than 31 bits."""
    columns = [column for table in schema.metadata.tables.values() for column in table.columns]
    times = [column for column in columns if column.name.endswith(("_at", "_until", "_step")) or column.name == "at"]
    assert len(times) >= 12
    assert all(isinstance(column.type, BigInteger) for column in times)


def test_names_are_unique_in_their_normal_form() -> None:
    """Two accounts whose names differ only in case cannot both exist, whatever the code above does."""
    assert schema.accounts.c.normal_name.unique


def test_what_is_looked_up_is_indexed(deployment: Deployment) -> None:
    """A login costs the same with a million accounts: every column that a request searches by has an index."""
    inspector = inspect(deployment.server._services.store._engine)
    by_account = ("factors", "pendings", "enrolments", "sessions", "recovery_codes", "notices", "password_resets")
    for table in by_account:
        assert ["account_id"] in [index["column_names"] for index in inspector.get_indexes(table)], table
    for table in ("pendings", "enrolments", "throttles", "password_resets"):
        assert ["expires_at"] in [index["column_names"] for index in inspector.get_indexes(table)], table


def test_tokens_are_stored_hashed(enrolled: Deployment) -> None:
    """Who reads the file finds no token that opens anything: 64 hexadecimal digits of SHA-256 alone."""
    session = enrolled.log_in()
    enrolled.server.start_enrolment(session)
    enrolled.server.issue_password_reset(NAME)
    for table in ("pendings", "enrolments", "sessions", "password_resets"):
        hashes = [str(row[0]) for row in enrolled.rows(f"SELECT token_hash FROM {table}")]  # noqa: S608
        assert hashes
        assert all(len(one) == 64 and int(one, 16) for one in hashes)
    assert session.token.reveal() not in enrolled.dump()
