"""No secret in any file, log, repr, traceback or dump, but those marked as demo; and the scan sees planted ones."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_lab import AccessDenied, MfaError, Policy, SystemRandomness
from mfa_lab.provisioning import build_uri, new_secret, qr_png, qr_svg
from mfa_lab.redaction import Redacted
from mfa_lab.server import decision
from mfa_lab.server.factors.recovery_codes import new_codes
from mfa_lab.server.login import pending_logins
from tests.needs import missing
from tests.secret_scan import findings, leaks
from tests.server.kit import EXPLAINING, NAME, Deployment

ROOT = Path(__file__).parent.parent


def files() -> list[Path]:
    """What git keeps, and what it would take at the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        missing("this is no git checkout: the files that a release holds were scanned where it was made")
    return [path for name in sorted(set(listed.stdout.split("\0"))) if (path := ROOT / name).is_file()]


def test_no_file_holds_a_secret() -> None:
    """Every tracked or new file: text, notebooks with their outputs, pictures. Demo values are marked as such."""
    found = {str(path.relative_to(ROOT)): leaks(path) for path in files()}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


# Planted secrets: each made anew, each of the kind that must never be committed.


def notebook(**output: object) -> str:
    cells = [{"cell_type": "code", "source": ["1"], "outputs": [{"output_type": "display_data", "data": output}]}]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def uri(secret: str) -> str:
    return build_uri(secret, account=NAME, issuer="mfa-lab")


def png(secret: str) -> str:
    return base64.b64encode(qr_png(uri(secret))).decode()


def svg(secret: str) -> str:
    return qr_svg(uri(secret), label="a QR code")


def spaced(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, 32, 4))


FILES: dict[str, Callable[[str], str]] = {
    "a.py": lambda secret: f'SECRET = "{secret}"\n',
    "a.md": lambda secret: f"Scan {uri(secret)} or type it.\n",
    "key.txt": lambda secret: f"The setup key is {spaced(secret)}.\n",
    "lower.md": lambda secret: uri(secret).replace(secret, secret.lower()),
    "codes.txt": lambda _: "\n".join(new_codes(10, SystemRandomness())),
    "picture.html": lambda secret: f'<img src="data:image/png;base64,{png(secret)}">',
    "picture.svg": svg,
    "text.ipynb": lambda secret: notebook(**{"text/plain": ["'" + secret + "'"]}),
    "codes.ipynb": lambda _: notebook(**{"text/plain": list(new_codes(2, SystemRandomness()))}),
    "html.ipynb": lambda secret: notebook(**{"text/html": f"<p>{uri(secret)}</p>"}),
    "png.ipynb": lambda secret: notebook(**{"image/png": png(secret)}),
    "svg.ipynb": lambda secret: notebook(**{"image/svg+xml": svg(secret).splitlines(keepends=True)}),
    "svg-in-html.ipynb": lambda secret: notebook(**{"text/html": f"<div>{svg(secret)}</div>"}),
    "source.ipynb": lambda secret: notebook().replace('"1"', json.dumps(f"secret = '{secret}'")),
    "widget.ipynb": lambda secret: notebook(**{"application/vnd.mine+json": {"state": {"value": secret}}}),
}


@pytest.mark.parametrize("name", FILES)
def test_a_secret_planted_in_a_file_is_found(name: str, tmp_path: Path) -> None:
    """Red when one is planted, in each kind of place; green when the same place holds a demo value."""
    (tmp_path / name).write_text(FILES[name](new_secret()))
    assert leaks(tmp_path / name)
    if "codes" not in name:
        (tmp_path / name).write_text(FILES[name]("DEMOALICEDEMOALICEDEMOALICEDEMO2"))
        assert leaks(tmp_path / name) == []


def test_a_secret_planted_in_a_picture_file_is_found(tmp_path: Path) -> None:
    """A screenshot of a live QR code is a secret too."""
    (tmp_path / "a.png").write_bytes(qr_png(uri(new_secret())))
    assert leaks(tmp_path / "a.png")


def test_what_is_marked_as_a_demo_is_allowed() -> None:
    """A demo secret, a placeholder, an RFC's vector, and a line that says so; a line beside it does not count."""
    secret, (code,) = new_secret(), new_codes(1, SystemRandomness())
    rfc = base64.b32encode(b"12345678901234567890").decode()
    assert (
        findings(f"DEMOALICEDEMOALICEDEMOALICEDEMO2 AAAA-BBBB-CCCC-DDDD {rfc}\n{secret}  # demo\n{code}  # a demo")
        == []
    )
    assert findings(f"# demo\n{secret}\ndemo\n{code}\n") == [secret, code]
    assert findings(f"democratic {secret}") == [secret]


# A whole run of the server, looked at from every side.


Plant = Callable[[Deployment], None]
Seen = dict[str, str]


def run(deployment: Deployment, caplog: pytest.LogCaptureFixture, plant: Plant) -> tuple[Seen, set[str]]:
    """Everything that a run lets be seen, by place; and everything that must not be seen there.

    `plant` is called once in the middle and may leak the house's secret. Everything is logged, SQLAlchemy's rows too.
    """
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "sqlalchemy")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        seen, secrets = journey(deployment, plant)
    assert "BEGIN" in caplog.text
    return {"log": caplog.text, "warnings": "\n".join(str(one.message) for one in warned), **seen}, secrets


def journey(deployment: Deployment, plant: Plant) -> tuple[Seen, set[str]]:
    password = f"a real password {new_secret()}"
    server = deployment.open(Policy.CHEAPEST)  # with logging at DEBUG from the start
    server.register("bob@example.org", password)
    secrets = {password}
    records: list[object] = [server, deployment.phone, server._services, server._services.store.keys]

    def keep(*made: object) -> None:
        for record in made:
            if hasattr(record, "token"):
                secrets.add(record.token.reveal())
        records.extend(made)

    pending = server.begin_login("bob@example.org", password)
    enrolment = server.start_enrolment(pending)
    keep(pending, enrolment, enrolment.account)
    deployment.phone.scan(enrolment.qr_png())
    deployment.secret = enrolment.account.secret.reveal()
    secrets |= {deployment.secret, enrolment.setup_key, enrolment.uri}
    codes = server.confirm_enrolment(enrolment, deployment.phone.code())
    keep(codes)
    secrets |= {*codes, *(code.replace("-", "") for code in codes)}
    plant(deployment)
    typed = [deployment.phone.code()]
    deployment.clock.advance(30)
    tracebacks = [
        traced(lambda: server.begin_login("bob@example.org", f"{password}x")),
        traced(lambda: server.begin_login(password, "typed as a name")),
        traced(lambda: server.register("carol@example.org", password[:7])),
        traced(lambda: server.finish_login(server.begin_login("bob@example.org", password), deployment.wrong_code())),
        traced(lambda: server.recover(server.begin_login("bob@example.org", password), "AAAA-AAAA-AAAA-AAAA")),
    ]
    session = server.finish_login(server.begin_login("bob@example.org", password), deployment.phone.code())
    typed.append(deployment.phone.code())
    recovery = server.recover(server.begin_login("bob@example.org", password), codes[0])
    keep(session, recovery, recovery.pending, recovery.replacement, server.check_session(session))
    secrets |= {*recovery.replacement}
    pending = server.begin_login("bob@example.org", password)
    keep(pending)
    seen = {
        "repr": "\n".join(f"{record!r} {record}" for record in records),
        "audit log": "\n".join(map(repr, server.audit_log())) + "\n".join(line.event for line in server.audit_log()),
        "notices": "\n".join(map(repr, server.notifications(session))),
        "refusals": "\n".join(tracebacks),
        "database": deployment.dump() + deployment.path.read_bytes().decode("latin-1"),
    }
    deployment.tamper("DROP TABLE audit")
    faults = [traced(lambda: server.begin_login("bob@example.org", password)),
              traced(lambda: server.finish_login(pending, deployment.phone.code())),
              traced(lambda: server.recover(pending, codes[1]))]  # fmt: skip
    return {**seen, "faults": "\n".join(faults)}, secrets | {f"code {code}" for code in typed} | {
        repr(c) for c in typed
    }


def traced(call: Callable[[], object]) -> str:
    """The traceback of a call that must fail, with causes and with every variable of every frame below this test."""
    try:
        call()
    except MfaError as error:
        below = error.__traceback__ and error.__traceback__.tb_next and error.__traceback__.tb_next.tb_next
        shown = traceback.TracebackException(type(error), error, below, capture_locals=True)
        return "".join(shown.format())
    raise AssertionError("this call should have failed")


def nothing(deployment: Deployment) -> None:
    """A run in which nobody plants anything."""


def leaked(seen: dict[str, str], secrets: set[str]) -> set[str]:
    """The places in which a secret of the run, or anything that looks like one, can be seen."""
    return {place for place, text in seen.items() if findings(text) or any(secret in text for secret in secrets)}


def test_a_run_shows_no_secret_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """ASVS-16.2.5: log at DEBUG, warnings, repr and str, audit log, notices, tracebacks with variables, the file."""
    seen, secrets = run(Deployment(tmp_path, EXPLAINING), caplog, nothing)
    assert all(seen[place] for place in seen if place != "warnings")
    assert leaked(seen, secrets) == set()


def test_a_secret_planted_in_a_run_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One leak in each place turns the scan of that place red."""

    def plant(deployment: Deployment) -> None:
        secret = deployment.secret
        logging.getLogger("mfa_lab").debug("secret %s", secret)
        warnings.warn(secret, stacklevel=1)
        deployment.tamper(
            f"INSERT INTO audit (at, event) VALUES (0, '{secret}')",  # noqa: S608
            f"INSERT INTO notices (account_id, at, event) SELECT id, 0, '{secret}' FROM accounts",  # noqa: S608
        )
        monkeypatch.setattr(Redacted, "__repr__", lambda self: self.reveal())
        monkeypatch.setattr(decision.Decision, "deny", leaking_refusal)
        monkeypatch.setattr(pending_logins, "read", leaking_fault)

    read = pending_logins.read

    def leaking_refusal(self: decision.Decision, *, explain: bool) -> None:
        variable = deployment.secret  # noqa: F841  (the leak)
        raise AccessDenied

    def leaking_fault(connection: object, token: str) -> object:
        variable = deployment.secret  # noqa: F841  (the leak)
        row = read(connection, token)  # type: ignore[arg-type]
        if not connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name = 'audit'").first():  # type: ignore[attr-defined]
            connection.exec_driver_sql("SELECT * FROM audit")  # type: ignore[attr-defined]
        return row

    deployment = Deployment(tmp_path, EXPLAINING)
    seen, secrets = run(deployment, caplog, plant)
    assert leaked(seen, secrets) == {
        "log",
        "warnings",
        "repr",
        "audit log",
        "notices",
        "refusals",
        "database",
        "faults",
    }


def test_no_key_file_is_ever_tracked() -> None:
    """Databases and their keys stay out of git by its own rules, wherever a learner makes them."""
    for name in ("lab.db", "lab.db.key", "notebooks/lab.db", "mfa-lab-work/lab.db.key"):
        ignored = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", name], cwd=ROOT)
        if ignored.returncode == 128:
            missing("this is no git checkout")
        assert ignored.returncode == 0, name
