"""The operator's commands and log: a schema is migrated on demand, and each line says when and how grave it is."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from mfa_lab import AccessDenied, ManualClock, MfaServer, Policy
from mfa_lab.cli import main
from mfa_lab.server.storage import schema
from mfa_lab.web import serve
from tests.server.kit import EXPLAINING, KEY, NAME, PASSWORD, START, WRONG, Deployment, refused
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


@pytest.fixture
def log_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database in whose log an administrator, the owner and nobody known have acted."""
    monkeypatch.setenv("MFA_LAB_KEY", KEY.hex())
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    with closing(MfaServer(url, clock=ManualClock(START), policy=EXPLAINING, key=KEY)) as server:
        server.register(NAME, PASSWORD, by="0123456789abcdef" * 2)
        server.begin_login(NAME, PASSWORD)
        refused(server.begin_login, NAME, WRONG)
    return url


def printed(url: str, *options: str) -> list[str]:
    ran = CliRunner().invoke(main, ["audit", f"--database={url}", *options])
    assert ran.exit_code == 0, ran.output
    return ran.output.splitlines()


def test_the_operator_reads_the_log(log_url: str) -> None:
    """`mfa-lab audit`: a line for each event, in words, and in JSON with what the API says too."""
    (subject,) = {json.loads(line)["account_id"] for line in printed(log_url, "--json")}
    assert [line.split() for line in printed(log_url)] == [
        [
            *["1", "2027-01-15", "08:00:10", "UTC", "registered", "-"],
            subject,
            "administrator",
            "0123456789abcdef" * 2,
        ],
        [*["2", "2027-01-15", "08:00:10", "UTC", "password", "accepted", "-"], subject, "owner"],
        [*["3", "2027-01-15", "08:00:10", "UTC", "password", "refused", "wrong", "password"], subject, "-"],
    ]
    assert json.loads(printed(log_url, "--json", "--after=2")[0]) == {
        "id": 3,
        "at": START,
        "event": "password refused",
        "account_id": subject,
        "reason": "wrong password",
        "actor": "",
        "actor_id": None,
    }


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], [1, 2, 3]),
        (["--limit=2"], [1, 2]),
        (["--after=1", "--limit=1"], [2]),
        (["--after=3"], []),
        (["--follow", "--limit=3"], [1, 2, 3]),
    ],
)
def test_a_part_of_the_log(options: list[str], ids: list[int], log_url: str) -> None:
    """After a line, at most so many; with all that it was asked for, `--follow` ends too."""
    assert [json.loads(line)["id"] for line in printed(log_url, "--json", *options)] == ids


def test_the_log_is_followed(log_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is written while the command waits is printed; Ctrl+C ends the command in peace."""
    waits = []

    def wait(_seconds: float) -> None:
        waits.append(1)
        if len(waits) > 1:
            raise KeyboardInterrupt
        with closing(MfaServer(log_url, clock=ManualClock(START), policy=EXPLAINING, key=KEY)) as server:
            server.begin_login(NAME, PASSWORD)

    monkeypatch.setattr("mfa_lab.cli.audit.time.sleep", wait)
    assert [json.loads(line)["id"] for line in printed(log_url, "--json", "--follow", "--after=2")] == [3, 4]


@pytest.mark.parametrize("option", ["--after=-1", "--after=x", "--limit=0", f"--after={2**63}"])
def test_a_part_of_the_log_that_is_none(option: str, log_url: str) -> None:
    """Told as such, with the option's name."""
    ran = CliRunner().invoke(main, ["audit", f"--database={log_url}", option])
    assert ran.exit_code == 2
    assert option.partition("=")[0] in ran.output


def test_the_operator_ends_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mfa-lab accounts sessions` lists them, and `end-sessions` ends one or all."""
    monkeypatch.setattr("mfa_lab.server.flow.SystemClock", lambda: ManualClock(START))
    monkeypatch.setenv("MFA_LAB_KEY", KEY.hex())
    life = Deployment(tmp_path, Policy.STANDARD, ManualClock(START - 300))
    life.enrol()
    granted = [life.log_in() for _ in range(3)]

    def run(*words: str) -> str:
        return CliRunner().invoke(main, ["accounts", *words, NAME, f"--database={life.url}"]).output

    first, *_ = listed = [json.loads(line) for line in run("sessions", "--json").splitlines()]
    assert [(each["created_at"], each["methods"]) for each in listed] == [
        (each.created_at, ["pwd", "otp", "mfa"]) for each in granted
    ]
    assert run("sessions").splitlines()[0] == (
        f"{first['id']}  began 2027-01-15 07:56:10 UTC  last used 2027-01-15 07:56:10 UTC  pwd otp mfa"
    )
    assert run("end-sessions", f"--session={first['id']}") == "Ended 1 session.\n"
    assert "no such session" in run("end-sessions", f"--session={first['id']}")
    assert run("end-sessions") == "Ended 2 sessions.\n"
    assert run("sessions") == ""
    for session in granted:
        with pytest.raises(AccessDenied):
            life.server.check_session(session)


def test_the_operator_changes_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name or by id, with JSON for programs; a mistake ends with a sentence, and changes nothing."""
    database = f"--database=sqlite:///{tmp_path / 'lab.db'}"
    monkeypatch.setenv("MFA_LAB_KEY", KEY.hex())
    name, password = "https://idp.example/users/42", "demo: a mule in the meadow"

    def run(*words: str, given: str = "", fails: bool = False) -> str:
        result = CliRunner().invoke(main, [words[0], *words[1:], database], input=given)
        assert (result.exit_code != 0) is fails, result.output
        assert "Traceback" not in result.output
        return result.output

    run("register", name, f"--password={password}")
    (shown,) = map(json.loads, run("accounts", "list", "--json").splitlines())
    assert (shown["name"], shown["state"], shown["kinds"], shown["used_at"]) == (name, "active", [], None)
    subject = shown["subject"]
    assert run("accounts", "list") == f"{subject}  active    {name}\n"
    assert json.loads(run("accounts", "disable", name, "--json"))["state"] == "disabled"
    assert "state       active" in run("accounts", "enable", subject)
    assert json.loads(run("accounts", "rename", subject, "Ann", "--json"))["name"] == "Ann"
    assert "no account has this name" in run("accounts", "show", name, fails=True)
    assert "use 8 or more" in run("accounts", "set-password", "ann", "--password=short", fails=True)
    assert run("accounts", "set-password", "ann", given=f"{password}!\n{password}!\n")
    run("accounts", "delete", "ann", given="n\n", fails=True)
    assert json.loads(run("accounts", "show", "ann", "--json"))["subject"] == subject
    run("accounts", "delete", "ann", given="y\n")
    assert run("accounts", "list") == ""
    assert "was deleted" in run("accounts", "enable", subject, fails=True)
    log = [json.loads(line) for line in run("audit", "--json").splitlines()]
    assert {line["account_id"] for line in log} == {subject}
    assert [line["event"] for line in log[1:]] == [
        "account disabled",
        "account enabled",
        "account renamed",
        "password set by an administrator",
        "account deleted",
    ]
    assert {line["actor"] for line in log} == {"program"}
