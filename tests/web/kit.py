"""A real uvicorn in a process of its own, and a browser without scripts: it knows cookies, links and forms."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from ssl import SSLContext
from typing import Any

import httpx
from bs4 import BeautifulSoup

from mfa_lab import ManualClock, MfaServer, Phone, Policy, RelyingParty
from mfa_lab.errors import PUBLIC_MESSAGE
from mfa_lab.phone.browser import Browser as PasskeyBrowser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.web.serve import development_origin
from mfa_lab.web.site import DEVELOPMENT_HOST
from tests.browser.lab import free_port
from tests.server.kit import NAME, PASSWORD, START, WRONG
from tests.web.application import ABSENT_ADMIN, ADMIN
from tests.web.file_clock import KEY

ROOT = Path(__file__).parents[2]
EXAMPLES = ("fastapi_own_users", "flask_app", "django_app")
PATIENCE_SECONDS = 300
"""Only a test that hangs waits so long: on a busy machine, a program or PostgreSQL may need a minute to start."""
__all__ = ["ABSENT_ADMIN", "ADMIN", "NAME", "PASSWORD", "WRONG"]


class Served:
    """A running application. `server` looks at its database as an operator would; `clock` is everybody's.

    Passkeys belong to the pages at `origin`.
    """

    def __init__(self, url: str, database: str, clock_file: Path, log: Path, origin: str) -> None:
        self.url = url
        self.origin = origin
        self.database = database
        self.log = log
        self._clock_file = clock_file
        self.clock = ManualClock(int(clock_file.read_text()))
        party = RelyingParty(DEVELOPMENT_HOST, (origin,))
        self.server = MfaServer(
            database,
            clock=self.clock,
            policy=Policy.CHEAPEST,
            key=KEY,
            relying_party=party,
            reset_page=f"{origin}/password-reset/new",
        )
        self.phone = Phone(self.clock)
        self.uris: dict[str, str] = {}
        self._clients: list[httpx.Client] = []

    def advance(self, seconds: int = 30) -> None:
        """Let time pass for everybody."""
        self.clock.advance(seconds)
        new = self._clock_file.with_suffix(".new")
        new.write_text(str(self.clock.now()))
        new.replace(self._clock_file)

    def code(self, name: str = NAME) -> str:
        """What the phone shows for an account, in a step of its own."""
        self.advance()
        return self.phone.code(f"mfa-lab: {name}")

    def browser(self, prefix: str = "") -> Browser:
        """One more, with no cookie yet."""
        browser = Browser(self.url, prefix)
        self._clients.append(browser.http)
        return browser

    def api(self, prefix: str = "") -> Api:
        """One more client of the JSON API."""
        api = Api(self.url + prefix)
        self._clients.append(api.http)
        return api

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.server.close()

    def enrol(self, name: str = NAME, *, kept: bool = True) -> list[str]:
        """An account with a phone, made behind the scenes; gives its recovery codes, which its owner has `kept`."""
        self.server.register(name, PASSWORD)
        enrolment = self.server.start_enrolment(self.server.begin_login(name, PASSWORD))
        self.uris[name] = enrolment.uri
        self.phone.add(enrolment.uri)
        codes = self.server.confirm_enrolment(enrolment, self.code(name))
        if kept:
            self.server.acknowledge_recovery_codes(codes.issue_id)
        return list(codes)


class Browser:
    """Gets pages and sends the forms that stand on them, hidden fields and all, as a browser does."""

    def __init__(self, url: str, prefix: str = "", verify: SSLContext | bool = True) -> None:
        self.http = httpx.Client(
            base_url=url, headers={"Accept": "text/html"}, timeout=PATIENCE_SECONDS, verify=verify
        )
        self.url = url
        self.prefix = prefix
        self.answer = httpx.Response(200)

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.answer.text, "html.parser")

    @property
    def title(self) -> str:
        return self.page.title.text if self.page.title else ""

    @property
    def alert(self) -> str:
        found = self.page.select_one('[role="alert"]')
        return found.text if found else ""

    @property
    def path(self) -> str:
        return self.answer.url.raw_path.decode()

    @property
    def cookie(self) -> str:
        return next(iter(self.http.cookies.values()), "")

    def get(self, path: str) -> httpx.Response:
        """A page, redirects followed."""
        return self._follow(self.http.get(path))

    def send(self, action: str, **fields: str) -> httpx.Response:
        """The form of this page that goes to `action`, with these fields filled in."""
        form = self.page.select_one(f'form[action="{self.prefix}{action}"]')
        assert form is not None, f"no form for {action} on {self.title!r}"
        hidden = {str(field["name"]): str(field.get("value", "")) for field in form.select("input")}
        assert set(fields) <= set(hidden), "a field that the form does not have"
        return self.post(f"{self.prefix}{action}", hidden | fields)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """These very fields."""
        own = {"Origin": self.url, "Sec-Fetch-Site": "same-origin", "Referer": str(self.answer.url)}
        return self._follow(self.http.post(path, data=fields, headers=own | headers))

    def _follow(self, answer: httpx.Response) -> httpx.Response:
        while answer.next_request is not None:
            answer = self.http.send(answer.next_request)
        self.answer = answer
        return answer

    def log_in(self, served: Served, name: str = NAME) -> httpx.Response:
        """Password and code, from the login page."""
        self.get(f"{self.prefix}/login")
        self.send("/login", account=name, password=PASSWORD)
        return self.send("/code", code=served.code(name))


class Api:
    """Speaks JSON, with the bearer token of the step before."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/api", timeout=PATIENCE_SECONDS)

    def call(self, method: str, path: str, token: str = "", **body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.request(method, path, headers=headers, json=body or None)

    def log_in(self, served: Served, name: str = NAME) -> str:
        """The token of a session."""
        step = self.call("POST", "/login", name=name, password=PASSWORD).json()
        answer = self.call("POST", "/code", step["token"], code=served.code(name)).json()
        token: str = answer["token"]
        return token

    def begin(self, name: str = NAME) -> str:
        """The token of a pending login."""
        token: str = self.call("POST", "/login", name=name, password=PASSWORD).json()["token"]
        return token

    def add_passkey(self, served: Served, permit: str, holder: PasskeyHolder, **body: Any) -> httpx.Response:
        """Register a passkey of `holder` in a browser on the honest page."""
        offer = self.call("POST", "/passkeys", permit, **{"label": "laptop"} | body).json()
        response = PasskeyBrowser(served.origin).create(offer["options"], holder)
        return self.call("POST", "/passkeys/confirm", offer["token"], response=response)

    def passkey_response(self, pending: str, holder: PasskeyHolder, origin: str, **options: Any) -> dict[str, Any]:
        """A browser's response to a new challenge; `options` replace those that the server sends."""
        offered = self.call("POST", "/login/passkey/options", pending).json()["options"]
        return PasskeyBrowser(origin).get(offered | options, holder)

    def log_in_by_passkey(self, served: Served, holder: PasskeyHolder, name: str = NAME) -> str:
        """The token of a session that a passkey began."""
        pending = self.begin(name)
        response = self.passkey_response(pending, holder, served.origin)
        token: str = self.call("POST", "/login/passkey", pending, response=response).json()["token"]
        return token


def refused(answer: httpx.Response) -> bool:
    """Whether this is the refusal that all others look like."""
    return answer.status_code == 403 and PUBLIC_MESSAGE in answer.text


@contextmanager
def serving(
    folder: Path, application: str = "small", *, workers: int = 1, database: str = "", **settings: Any
) -> Iterator[Served]:
    """`application` of tests/web/application.py behind a real uvicorn, or an example of docs/examples behind the
    server of tests/web/example_server.py, until the end of the block.
    """
    database = database or f"sqlite:///{folder / 'lab.db'}"
    clock_file, log, port = folder / "clock", folder / "uvicorn.log", free_port()
    clock_file.write_text(str(START))
    settings = {name: value if isinstance(value, str) else json.dumps(value) for name, value in settings.items()}
    origin = development_origin(port)
    known = {"TEST_URL": database, "TEST_CLOCK": str(clock_file), "TEST_ORIGIN": origin}
    known |= {f"TEST_{name.upper()}": value for name, value in settings.items()}
    url = f"http://127.0.0.1:{port}"
    served = Served(url, database, clock_file, log, origin)  # makes the database before the workers come
    command = [sys.executable, "-m", "uvicorn", "--factory", f"tests.web.application:{application}"]
    command += [f"--port={port}", f"--workers={workers}", "--no-server-header", "--no-proxy-headers"]
    if settings.get("https") == "yes":
        command[-1] = "--proxy-headers"
    if application in EXAMPLES:
        command = [sys.executable, "-m", "tests.web.example_server", application, str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **known}, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until_up(port, process, log)
        yield served
    finally:
        served.close()
        stop(process)


def wait_until_up(port: int, process: subprocess.Popen[Any], log: Path) -> None:
    """Until a worker says that it is ready, and somebody listens."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as caller:
            if "startup complete" in log.read_text() and caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


def stop(process: subprocess.Popen[Any]) -> None:
    """End it with its workers, and wait until it is gone."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


def started_workers(log: Path) -> int:
    return len(re.findall(r"Started server process", log.read_text()))


def wait_until(true: Callable[[], object]) -> None:
    """Until it is true, or nobody believes in it any more."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
