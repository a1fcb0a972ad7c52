"""`mfa-lab serve` and what docs/web.md promises, run as they stand."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import psutil
import pyotp
import pytest
import trustme
from click.testing import CliRunner

from mfa_lab import AccessDenied, ManualClock, MfaServer, Policy
from mfa_lab.cli.group import main
from mfa_lab.errors import InvalidInput
from mfa_lab.policy.named import named_policy
from mfa_lab.redaction import Redacted
from mfa_lab.server.notifications.notifier import FileNotifier, SmtpNotifier
from mfa_lab.server.records import Notification, PasswordReset
from mfa_lab.web.app import sending_notifications
from mfa_lab.web.serve import Settings, run
from tests.browser.lab import free_port
from tests.cli.test_cli import COMMAND
from tests.needs import requires_program
from tests.web.kit import PASSWORD, ROOT, started_workers, stop, wait_until, wait_until_up

DOCS = (ROOT / "docs" / "web.md").read_text("utf-8")


def fence(language: str) -> str:
    """Return the first block of this language in docs/web.md."""
    block, *_ = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", DOCS)
    return str(block)


@contextmanager
def running(folder: Path, *command: str, **environment: str) -> Iterator[tuple[str, Path]]:
    """A command that serves, from when it answers; gives its address and its log."""
    port, log = free_port(), folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, f"--port={port}"],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_until_up(port, process, log)
        yield f"http://127.0.0.1:{port}", log
    finally:
        stop(process)


def test_the_script_of_the_docs_logs_in(tmp_path: Path) -> None:
    """curl with a cookie jar and oathtool, on `mfa-lab serve` with two workers, prints what the docs say."""
    requires_program("curl")
    requires_program("oathtool")
    (tmp_path / "login.sh").write_text(fence("sh"))
    with running(tmp_path, COMMAND, "serve", "--workers=2") as (url, _):
        ran = subprocess.run(["sh", "login.sh", url], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("<title>Your account</title>\n", "")
    assert "`<title>Your account</title>`" in DOCS
    assert {path.name for path in tmp_path.glob("mfa-lab.db*")} >= {"mfa-lab.db", "mfa-lab.db.key"}


def test_the_ten_lines_of_the_docs(tmp_path: Path) -> None:
    """The example as it stands, on plain http and this host: its route asks for a login, and only then answers."""
    example = fence("python")
    assert len([line for line in example.splitlines() if line.strip()]) <= 12
    changed = example.replace('hosts=["app.example.org"]', "https=False")
    assert changed != example
    (tmp_path / "shop.py").write_text(changed)
    command = [sys.executable, "-m", "uvicorn", "shop:app"]
    with running(tmp_path, *command, PYTHONPATH=str(ROOT)) as (url, _):
        for headers, told in (
            ({}, (401, "no_session")),
            ({"Authorization": "Bearer none"}, (401, "no_session")),
            ({"Cookie": f"mfa-lab=s.{'A' * 43}"}, (403, "cross_site")),
        ):
            answer = httpx.post(f"{url}/transfers", headers=headers)
            assert (answer.status_code, answer.json()["reason"]) == told
        assert httpx.get(f"{url}/mfa/login").status_code == 200
        assert "/mfa/api/login" in httpx.get(f"{url}/openapi.json").json()["paths"]


def test_users_of_before_come_with_their_authenticators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The docs' import as it stands: the code of the old authenticator opens a session.

    The table is a spreadsheet's, with a mark at its beginning, and no machine's own encoding is asked for.
    """
    secret, read = "DEMOALICEDEMOALICEDEMOALICEDEMO2", Path.read_text
    (tmp_path / "accounts.csv").write_text(f"name,secret\nalice@example.org,{secret}\n", "utf-8-sig")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "read_text", lambda path, encoding="ascii": read(path, encoding))
    clock = ManualClock(1_800_000_000)
    server = MfaServer(clock=clock, policy=Policy.CHEAPEST)
    exec(fence("py"), {"server": server, "first_password": PASSWORD})  # noqa: S102
    clock.advance(60)
    pending = server.begin_login("alice@example.org", PASSWORD)
    assert server.finish_login(pending, pyotp.TOTP(secret).at(clock.now())).name == "alice@example.org"
    server.close()


def test_settings_reach_every_worker(tmp_path: Path) -> None:
    """Policy, administrator, closed registration and notices are known to all of them, by the environment."""
    options = [
        "--workers=2",
        "--policy=admin",
        "--admin=root@example.org",
        "--no-registration",
        "--notifications=notices",
    ]
    with running(tmp_path, COMMAND, "serve", *options) as (url, log):
        answers = {httpx.get(f"{url}/register").text for _ in range(12)}
        assert len(answers) == 1
        assert "Ask the operator" in answers.pop()
        end = time.monotonic() + 30
        while started_workers(log) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        assert started_workers(log) == 2


def test_it_speaks_https_itself(tmp_path: Path) -> None:
    """With a certificate: `__Host-` cookies and HSTS; plain http gets nothing."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    options = ["--certificate=server.pem", "--certificate-key=server.pem"]
    with running(tmp_path, COMMAND, "serve", *options) as (url, _):
        port = url.rpartition(":")[2]
        ssl = __import__("ssl").create_default_context(cafile=str(tmp_path / "ca.pem"))
        answer = httpx.get(f"https://127.0.0.1:{port}/login", verify=ssl)
        assert answer.headers["set-cookie"].startswith("__Host-mfa-lab=")
        assert "strict-transport-security" in answer.headers
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/login")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--policy=none-such"], "choose one of standard"),
        (["--host=0.0.0.0"], "plain http works only on this machine"),
        (["--allow-host=app.example.org"], "plain http works only on this machine"),
        (["--database=sqlite://", "--workers=2"], "workers must share a database"),
        (["--database=mysql://x"], "database"),
        (["--certificate-key=pyproject.toml"], "go together"),
    ],
)
def test_what_cannot_be_served(arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence with its remedy before anything listens, and no traceback."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: pytest.fail("it was served"))
    ran = CliRunner().invoke(main, ["serve", "--database=sqlite://", *arguments])
    assert ran.exit_code != 0
    assert said in ran.output
    assert "Traceback" not in ran.output


def test_every_policy_serves() -> None:
    """Those of data/policies.toml and the standard one."""
    names = re.findall(r"`(\w+)`", next(line for line in DOCS.splitlines() if line.startswith("| `--policy")))
    assert [named_policy(name).digits for name in [*names, "standard"] if name != "NAME"]
    assert len(names) >= 7


def test_the_operator_registers(tmp_path: Path) -> None:
    """`mfa-lab register` makes the account that a stranger cannot; a second time it says that the name is taken."""
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    arguments = ["register", "root@example.org", f"--database={url}", f"--password={PASSWORD}"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    again = CliRunner().invoke(main, arguments)
    assert again.exit_code == 1
    assert "taken" in again.output
    server = MfaServer(url)
    server.begin_login("root@example.org", PASSWORD)
    server.close()


def test_the_operator_resets_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mfa-lab reset-password` prints a link to the first origin, or the token alone; each sets a password once."""
    url, name = f"sqlite:///{tmp_path / 'lab.db'}", "alice@example.org"
    server = MfaServer(url)
    server.register(name, PASSWORD)
    arguments = ["reset-password", name, f"--database={url}"]
    alone = CliRunner().invoke(main, arguments).stdout.strip()
    monkeypatch.setenv("MFA_LAB_ORIGINS", "https://app.example.org, https://www.example.org")
    link = CliRunner().invoke(main, [*arguments, "--prefix=/mfa"]).stdout.strip()
    page, _, token = link.partition("#")
    assert page == "https://app.example.org/mfa/password-reset/new"
    with pytest.raises(AccessDenied):  # the second one has ended it
        server.finish_password_reset(PasswordReset(Redacted(alone)), PASSWORD)
    server.finish_password_reset(PasswordReset(Redacted(token)), "demo: a mule in the meadow")
    server.begin_login(name, "demo: a mule in the meadow")
    server.close()
    nobody = CliRunner().invoke(main, ["reset-password", "nobody@example.org", f"--database={url}"])
    assert (nobody.exit_code, nobody.stdout) == (1, "")
    assert "check the spelling" in nobody.output


@pytest.mark.parametrize(
    ("origins", "notifications", "page"),
    [
        (
            "https://app.example.org:8443,https://app.example.org",
            "yes",
            "https://app.example.org:8443/mfa/password-reset/new",
        ),
        ("https://app.example.org", "", ""),
        ("", "yes", ""),
    ],
)
def test_where_a_link_leads(origins: str, notifications: str, page: str, tmp_path: Path) -> None:
    """To the page at the first origin. Without one, or without a way to send it, the site mails no links."""
    settings = Settings(
        database=f"sqlite:///{tmp_path / 'lab.db'}",
        origins=origins,
        prefix="/mfa",
        notifications=str(tmp_path / "mail") if notifications else "",
        rp_id="app.example.org" if origins else "",
    )
    server = settings.application().state.mfa.server
    assert server.reset_page == page
    server.close()


def test_the_operator_trusts_the_clock(tmp_path: Path) -> None:
    """`mfa-lab trust-clock` leaves its line in the log."""
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    assert "there is no database" in CliRunner().invoke(main, ["trust-clock", f"--database={url}"]).output
    MfaServer(url).register("alice@example.org", PASSWORD)
    assert CliRunner().invoke(main, ["trust-clock", f"--database={url}"]).exit_code == 0
    server = MfaServer(url)
    assert [line.event for line in server.audit_log()] == ["registered", "clock trusted by operator"]
    server.close()


def test_where_notifications_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nowhere, to a file, or by mail if a mail server is named; a sender that is none is refused at the start."""
    assert Settings().notifier() is None
    assert isinstance(Settings(notifications=str(tmp_path / "notices")).notifier(), FileNotifier)
    monkeypatch.setenv("MFA_LAB_SMTP_HOST", "localhost")
    monkeypatch.setenv("MFA_LAB_SMTP_SENDER", "lab@example.org")
    assert isinstance(Settings().notifier(), SmtpNotifier)
    with pytest.raises(InvalidInput, match="not both"):
        Settings(notifications=str(tmp_path / "notices")).notifier()
    wrong = (
        ("SENDER", "nobody", "sender"),
        ("SENDER", "", "MFA_LAB_SMTP_SENDER"),
        ("PORT", "x", "MFA_LAB_SMTP_PORT"),
    )
    for name, value, said in wrong:
        monkeypatch.setenv(f"MFA_LAB_SMTP_{name}", value)
        with pytest.raises(InvalidInput, match=said):
            Settings().notifier()


@pytest.mark.parametrize("name", ["HTTPS", "BEHIND_PROXY", "REGISTRATION"])
def test_yes_or_no_and_nothing_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`true` is not taken for no: https would be off, or strangers let in, and nobody told."""
    monkeypatch.setenv(f"MFA_LAB_{name}", "true")
    with pytest.raises(InvalidInput, match=f"MFA_LAB_{name} must be yes or no"):
        Settings.from_environment()


def test_the_command_heeds_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A registration that the environment closes is not opened again by an option that nobody gave."""
    ran: list[Settings] = []
    monkeypatch.setattr("mfa_lab.web.serve.run", lambda settings, **_: ran.append(settings))
    notifications = str(tmp_path / "notices")
    for name, value in (("REGISTRATION", "no"), ("POLICY", "cloud"), ("NOTIFICATIONS", notifications)):
        monkeypatch.setenv(f"MFA_LAB_{name}", value)
    assert CliRunner().invoke(main, ["serve"]).exit_code == 0
    assert (ran[0].registration, ran[0].policy, ran[0].notifications) == ("no", "cloud", notifications)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"workers": 2, "database": "sqlite+pysqlite://"}, "workers must share a database"),
        ({"workers": 2, "database": "sqlite:///file:x?mode=memory&uri=true"}, "workers must share a database"),
        ({"host": "192.0.2.1"}, "plain http works only on this machine"),
        ({"host": "[::1]"}, "plain http works only on this machine"),
        ({"tls": True}, "give two PEM files that belong together"),
    ],
    ids=str,
)
def test_what_cannot_be_served_is_said_before_it_starts(how: dict[str, Any], said: str, tmp_path: Path) -> None:
    """Memory that no two workers share, plain http for others, a certificate that is none: a sentence each."""
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    tls = {"ssl_certfile": str(bad), "ssl_keyfile": str(bad)} if how.get("tls") else None
    settings = Settings(database=how.get("database", "sqlite://"), https="yes" if tls else "no")
    with pytest.raises(InvalidInput, match=said):
        run(settings, host=how.get("host", "127.0.0.1"), port=0, workers=how.get("workers", 1), tls=tls)


def test_a_broken_notifier_is_asked_again(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """One that raises, which it should not, ends nothing: the next time comes."""
    monkeypatch.setattr("mfa_lab.web.app._SECONDS_BETWEEN_NOTIFICATIONS", 0.01)
    server, asked_again = MfaServer(), Event()

    class Broken:
        calls = 0

        def send(self, _name: str, _notice: Notification) -> bool:
            self.calls += 1
            if self.calls > 1:
                asked_again.set()
            raise RuntimeError("broken on purpose")

    server.register("alice@example.org", PASSWORD)
    server.reset_factors("alice@example.org")
    server.reset_factors("alice@example.org")
    monkeypatch.setattr("mfa_lab.server.notifications.outbox._CLAIM_SECONDS", 0)
    with sending_notifications(server, Broken()):
        assert asked_again.wait(10)
    server.close()
    assert "a notification could not be sent" in caplog.text


@pytest.mark.parametrize("missing", ["fastapi", "uvicorn", "jinja2", "python_multipart"])
def test_without_the_extra(missing: str, tmp_path: Path) -> None:
    """`import mfa_lab` and the other commands go on; `mfa-lab serve` says in one sentence how to install it."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nclass Gone:\n    def find_spec(self, name, *_):\n"
        f"        if name.split('.')[0] == {missing!r}:\n            raise ModuleNotFoundError('gone', name=name)\n"
        "sys.meta_path.insert(0, Gone())\n"
    )
    cli = "from mfa_lab.cli.group import main; main()"
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    assert run("-c", "import mfa_lab; mfa_lab.MfaServer().close()").returncode == 0
    assert run("-c", cli, "--version").returncode == 0
    ran = run("-c", cli, "serve")
    assert ran.returncode == 1
    assert ran.stderr == f"Error: mfa_lab.web needs {missing}, which is not installed: pip install 'mfa-lab[web]'\n"


def test_importing_the_kit_loads_no_web() -> None:
    """Who has no web application pays for none, and Flask or Django share the rules of cookies and redirects."""
    program = (
        "import sys, mfa_lab.cli; from mfa_lab.web import origin, tokens; tokens.Cookie(); origin.own_path('/')\n"
    )
    program += "print({'fastapi', 'starlette', 'pydantic', 'uvicorn', 'jinja2'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout == "set()\n"


def test_the_docs_nginx_passes_on_what_the_origin_check_compares() -> None:
    """The Host with its port, as `tests/web/test_held.py` has it, and the scheme that `--behind-https` reads."""
    passed_on = dict(re.findall(r"proxy_set_header (\S+) (\S+);", fence("nginx")))
    assert passed_on["Host"] == "$http_host"
    assert passed_on["X-Forwarded-Proto"] == "$scheme"


def test_the_options_of_the_docs_are_those_of_the_command() -> None:
    """The table names each option, and none that is not there."""
    told = set(re.findall(r"(--[a-z][a-z-]+)", DOCS.partition("| option |")[2].partition("\n\n")[0]))
    has = set(re.findall(r"(--[a-z][a-z-]+)", CliRunner().invoke(main, ["serve", "--help"]).output))
    assert told == has - {"--help", "--registration"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--trusted-proxy=192.0.2.1"], "--trusted-proxy needs --behind-https"),
        (["--behind-https", "--trusted-proxy=proxy.example"], "is not a proxy's address"),
        (["--behind-https", "--trusted-proxy=*"], "is not a proxy's address"),
        (
            ["--behind-https", "--certificate=pyproject.toml", "--certificate-key=pyproject.toml"],
            "if this server does",
        ),
        (["--prefix=mfa"], "the prefix must be a path"),
        (["--home=page"], "home must be a path"),
    ],
)
def test_what_a_proxy_cannot_be(arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence before anything listens."""
    test_what_cannot_be_served(arguments, said, monkeypatch)


def test_the_proxys_settings_reach_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only behind a proxy does the server read a proxy's headers, and only those of the proxies that are named."""
    ran: list[dict[str, Any]] = []
    for name in ("BEHIND_PROXY", "PREFIX", "HOME", "HTTPS", "HOSTS", "DATABASE"):
        monkeypatch.setenv(f"MFA_LAB_{name}", "")  # so that what `run` sets is taken back
        monkeypatch.delenv(f"MFA_LAB_{name}")
    monkeypatch.setattr("uvicorn.run", lambda *_, **options: ran.append(options))
    behind = [
        "serve",
        "--database=sqlite://",
        "--behind-https",
        "--allow-host=app.example.org",
        "--prefix=/mfa",
        "--home=/",
    ]
    for arguments, trusted in ((behind, None), ([*behind, "--trusted-proxy=192.0.2.0/24"], "192.0.2.0/24")):
        assert CliRunner().invoke(main, arguments).exit_code == 0
        assert (ran[-1]["proxy_headers"], ran[-1]["forwarded_allow_ips"]) == (True, trusted)
    settings = Settings.from_environment()
    assert (settings.behind_proxy, settings.prefix, settings.home) == ("yes", "/mfa", "/")
    assert CliRunner().invoke(main, ["serve", "--database=sqlite://"]).exit_code == 0
    assert ran[-1]["proxy_headers"] is False


@pytest.mark.full
def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """kill -9 of the main process: its workers end by themselves and leave the port."""
    port, log = free_port(), tmp_path / "log"
    command = [COMMAND, "serve", "--workers=2", f"--port={port}"]
    with log.open("w") as output, subprocess.Popen(command, cwd=tmp_path, stdout=output, stderr=output) as parent:
        try:
            wait_until_up(port, parent, log)
            wait_until(lambda: started_workers(log) == 2)
            workers = [psutil.Process(int(pid)) for pid in re.findall(r"server process \[(\d+)", log.read_text())]
        finally:
            parent.kill()
    _, alive = psutil.wait_procs(workers, timeout=20)
    for worker in alive:
        worker.kill()
    assert (len(workers), alive) == (2, [])
    socket.create_server(("127.0.0.1", port)).close()
    assert log.read_text().count("the process that started this worker has ended") == 2
