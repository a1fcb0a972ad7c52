"""The operator's commands and log: a schema is migrated on demand, and each line says when and how grave it is."""

from __future__ import annotations

import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from mfa_lab.cli import main
from mfa_lab.server.storage import schema
from mfa_lab.web import serve
from tests.server.kit import KEY
from tests.server.storage.test_store import SCHEMAS


def test_the_operator_migrates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mfa-lab migrate` says from which schema it came, and does nothing the second time."""
    path = tmp_path / "lab.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SCHEMAS[1].read_text(encoding="utf-8"))
    monkeypatch.setenv("MFA_LAB_KEY", KEY.hex())
    said = [CliRunner().invoke(main, ["migrate", f"--database=sqlite:///{path}"]).output for _ in range(2)]
    assert said == [
        f"{done}: the database has schema {schema.VERSION}.\n"
        for done in ("Migrated from schema 2", "Nothing to migrate")
    ]


def test_a_fault_has_a_time_and_a_level(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As an operator needs it to look at what else happened then; once, even if a worker is made twice."""
    log = logging.getLogger("mfa_lab")
    monkeypatch.setattr(log, "propagate", False)  # as in a worker, where no program has set up the log; here and not
    monkeypatch.setattr(log, "handlers", [])  # in a fixture, because pytest would add handlers again
    for _ in range(2):
        serve.log_with_times()
    logging.getLogger("mfa_lab.web").error("ServerFault: the database has no space")
    line = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC ERROR mfa_lab\.web: ServerFault: the database has no space\n"
    assert re.fullmatch(line, capsys.readouterr().err)
    assert len(log.handlers) == 1
