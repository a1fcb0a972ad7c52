"""The operator's commands and log: a schema is migrated on demand, and each line says when and how grave it is."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from mfa_lab import AccessDenied, ManualClock, MfaServer, Policy
from mfa_lab.cli import main
from mfa_lab.errors import PasswordRefused
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
    """`mfa-lab accounts sessions` lists them, and `end-sessions` ends one, all, or everybody's."""
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
    granted.append(life.log_in())
    monkeypatch.setattr("mfa_lab.server.flow.SystemClock", lambda: life.clock)
    command = ["accounts", "end-sessions", f"--database={life.url}"]
    for wrong in ([], [NAME, "--everybody"], ["--everybody", "--session=x"]):
        assert "name one account" in CliRunner().invoke(main, [*command, *wrong]).output
    assert CliRunner().invoke(main, [*command, "--everybody"]).output == "Ended 1 session.\n"
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


@pytest.mark.parametrize("command", [["register", "bob@example.org"], ["accounts", "set-password", NAME]])
def test_the_operator_refuses_words(command: list[str], tmp_path: Path) -> None:
    """ASVS-6.2.11: by an option that can be repeated, or by a list in the environment."""
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    with closing(MfaServer(url)) as server:
        server.register(NAME, PASSWORD)
    run = [*command, f"--database={url}", "--password=demo: Widgets of Acme"]
    by_option = CliRunner().invoke(main, [*run, "--refuse-word=bank", "--refuse-word=acme"])
    by_environment = CliRunner().invoke(main, run, env={"MFA_LAB_REFUSED_WORDS": "bank, widget"})
    for ran in (by_option, by_environment):
        assert ran.exit_code == 1
        assert "contains a word" in ran.output
    assert CliRunner().invoke(main, run).exit_code == 0


def test_serve_refuses_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker gets the words, from the option or from the environment."""
    given: list[str] = []
    monkeypatch.setattr(serve, "run", lambda settings, **_: given.append(settings.refused_words))
    CliRunner().invoke(main, ["serve", "--refuse-word=bank", "--refuse-word=acme"])
    CliRunner().invoke(main, ["serve"], env={"MFA_LAB_REFUSED_WORDS": "bank,widget"})
    assert given == ["bank,acme", "bank,widget"]
    server = serve.Settings(database="sqlite://", policy="business", refused_words="bank, acme").application()
    with closing(server.state.mfa.server) as opened, pytest.raises(PasswordRefused, match="contains a word"):
        opened.register(NAME, "demo: welcome to ACME")


def test_the_policy_says_how_long_a_link_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mfa-lab reset-password --policy` takes the names that `mfa-lab serve` takes."""
    monkeypatch.setattr("mfa_lab.server.flow.SystemClock", lambda: ManualClock(START))
    monkeypatch.setenv("MFA_LAB_KEY", KEY.hex())
    life = Deployment(tmp_path, Policy.STANDARD)
    life.server.register(NAME, PASSWORD)
    short = replace(Policy.STANDARD, password_reset_seconds=60)
    monkeypatch.setattr("mfa_lab.policy.named.named_policy", {"standard": Policy.STANDARD, "short": short}.get)
    command = ["reset-password", NAME, f"--database={life.url}"]
    for options, seconds in (([], 600), (["--policy=short"], 60)):
        assert CliRunner().invoke(main, [*command, *options]).exit_code == 0
        assert life.rows("SELECT expires_at FROM password_resets WHERE ended IS NULL") == [(START + seconds,)]
    monkeypatch.undo()
    unknown = CliRunner().invoke(main, [*command, "--policy=nobodys"])
    assert unknown.exit_code == 1
    assert "choose one of standard, " in unknown.output


@pytest.mark.parametrize(
    "command",
    [["audit"], ["trust-clock"], ["accounts", "list"], ["accounts", "end-sessions", "-"], ["reset-password", NAME]],
    ids=" ".join,
)
def test_a_wrong_path_makes_no_database(command: list[str], tmp_path: Path) -> None:
    """The operator gets a sentence with the path, and no file appears."""
    for name in ("none.db", "no folder/none.db", "n" * 300):
        ran = CliRunner().invoke(main, [*command, f"--database=sqlite:///{tmp_path / name}"])
        assert (ran.exit_code, type(ran.exception)) == (1, SystemExit)
        assert f"there is no database '{tmp_path / name}'" in ran.output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [["accounts", "list"], ["audit"], ["reset-password", NAME]])
def test_a_name_in_postgresql_is_no_file(command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command tries to reach the server of the database, which does not run here."""
    monkeypatch.setenv("MFA_LAB_KEY", KEY.hex())
    ran = CliRunner().invoke(main, [*command, f"--database=postgresql://mfa@/lab?host={tmp_path}"])
    assert ran.exit_code == 1
    assert "there is no database" not in ran.output
