"""Web servers that notebooks start: over real HTTP, for this machine alone, and gone when they are meant to be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jupyter_client.manager import start_new_kernel

from mfa_lab.errors import MfaError
from mfa_lab.lab.demos.running_server import RunningServer, local_shop
from mfa_lab.lab.demos.workers import FileClock, Workers
from mfa_lab.lab.exercises import exercise, made_by
from mfa_lab.lab.exercises.into_your_application import _story
from mfa_lab.lab.room import live_room
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.randomness import SeededRandomness
from mfa_lab.web import create_app

ALICE = {"name": "alice@example.org", "password": "demo only: alice keeps bees"}


def small() -> FastAPI:
    app = FastAPI()
    app.add_api_route("/", lambda: {"here": True})
    return app


def test_it_answers_until_it_is_stopped():
    """A request is answered; after the end nobody listens there; its repr holds no port."""
    with RunningServer(small()) as running:
        assert httpx.get(running.url).json() == {"here": True}
        assert repr(running) == "<a web server on this machine, running>"
        assert running.url.startswith("http://127.0.0.1:")
    assert repr(running) == "<a web server on this machine, stopped>"
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url)


def test_two_of_them_get_ports_of_their_own():
    """Whatever else runs on the machine, each finds a port."""
    with RunningServer(small()) as one, RunningServer(small()) as other:
        assert one.url != other.url
        assert httpx.get(one.url).status_code == httpx.get(other.url).status_code == 200


def test_a_local_shop_has_passkeys():
    """The pages at the shop's address are those to which its passkeys are bound; a passkey logs in there."""
    shop = local_shop()
    origin = shop.url
    room = live_room(shop.relying_party)
    room.welcome()
    with RunningServer(create_app(room.server, **shop.settings), at=origin) as running:
        assert running.url == origin
        at_it = {"base_url": origin.replace("shop.localhost", "127.0.0.1"), "headers": {"Host": origin[7:]}}
        with httpx.Client(**at_it) as client:

            def post(path: str, token: str = "", **body: Any) -> Any:
                header = {"Authorization": f"Bearer {token}"} if token else {}
                return client.post(f"/api/{path}", json=body, headers=header).raise_for_status().json()

            page, key = Browser(origin), PasskeyHolder(SeededRandomness(50))
            offer = post("passkeys", post("login", **room.demo_account)["token"])
            post("passkeys/confirm", offer["token"], response=page.create(offer["options"], key))
            pending = post("login", **room.demo_account)["token"]
            options = post("login/passkey/options", pending)["options"]
            assert post("login/passkey", pending, response=page.get(options, key))["phishing_resistant"]


def test_a_shop_on_a_class_server_listens_on_a_private_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Only its user may open the socket; pages and cookies are below the seat's path, and for the class's host."""
    monkeypatch.setenv("MFA_LAB_SHOP_URL", "https://class.example.org/user/seat-01/shop")
    monkeypatch.setenv("MFA_LAB_SHOP_SOCKET", str(tmp_path / "own" / "shop.sock"))
    shop = local_shop()
    room = live_room(shop.relying_party)
    at_it: Any = {
        "base_url": shop.url.replace("https", "http"),
        "headers": {"X-Forwarded-Proto": "https"},
        "transport": httpx.HTTPTransport(uds=str(tmp_path / "own" / "shop.sock")),
    }
    RunningServer(small(), at=shop.url).stop()  # the cell may run again
    with (
        RunningServer(create_app(room.server, **shop.settings), at=shop.url) as running,
        httpx.Client(**at_it) as client,
    ):
        assert running.url == shop.url
        assert [(tmp_path / "own" / name).stat().st_mode & 0o777 for name in ("", "shop.sock")] == [0o700, 0o600]
        page = client.get("/login")
        assert page.headers["set-cookie"].startswith("__Secure-mfa-lab=")
        assert "Path=/user/seat-01/shop;" in page.headers["set-cookie"]
        assert 'action="/user/seat-01/shop/login"' in page.text
        assert (
            client.get("/account", headers={"Accept": "text/html"})
            .headers["location"]
            .startswith("/user/seat-01/shop/login")
        )
        assert client.get("/login", headers={"Host": "other.example.org"}).status_code == 400
    with RunningServer(small()) as another:
        assert another.url.startswith("http://127.0.0.1:")


def test_an_application_that_cannot_start():
    """A sentence, and neither a thread nor a socket is left."""

    @asynccontextmanager
    async def broken(_app: FastAPI):
        raise RuntimeError("no database")
        yield

    with pytest.raises(MfaError, match="did not start"):
        RunningServer(FastAPI(lifespan=broken))


# Workers


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2) as started:
        started.server.register(**ALICE)
        enrolment = started.server.start_enrolment(started.server.begin_login(**ALICE))
        started.phone.add(enrolment.uri)
        started.server.confirm_enrolment(enrolment, started.phone.code())
        started.clock.advance(30)
        yield started


def pending_at(url: str) -> dict[str, str]:
    """The header of a login that has got as far as the code."""
    token = httpx.post(f"{url}/api/login", json=ALICE, timeout=60).json()["token"]
    return {"Authorization": f"Bearer {token}"}


def test_one_code_opens_one_session_at_either(workers):
    """ASVS-6.5.1: a code that was taken at one worker is refused at the other; the session is known to both."""
    one, other = workers.urls
    headers, code = [pending_at(one), pending_at(other)], {"code": workers.phone.code()}
    first = httpx.post(f"{one}/api/code", json=code, headers=headers[0], timeout=60)
    second = httpx.post(f"{other}/api/code", json=code, headers=headers[1], timeout=60)
    assert (first.status_code, second.status_code) == (200, 403)
    session = {"Authorization": f"Bearer {first.json()['token']}"}
    assert [httpx.get(f"{url}/api/session", headers=session).status_code for url in workers.urls] == [200, 200]


def test_the_clock_moves_for_all(workers):
    """An hour without use ends the session at each worker, as soon as the one clock has moved."""
    one, other = workers.urls
    workers.clock.advance(30)
    answer = httpx.post(f"{one}/api/code", json={"code": workers.phone.code()}, headers=pending_at(one), timeout=60)
    session = {"Authorization": f"Bearer {answer.json()['token']}"}
    workers.clock.advance(3600)
    assert httpx.get(f"{other}/api/session", headers=session).status_code == 401


def test_one_that_is_killed_leaves_the_other():
    """After kill -9 the other goes on, and what the first had granted holds."""
    with Workers(2) as workers:
        workers.server.register(**ALICE)
        assert repr(workers) == "<2 workers on one database>"
        workers.kill(0)
        assert repr(workers) == "<1 worker on one database>"
        assert pending_at(workers.urls[1])
        with pytest.raises(httpx.TransportError):
            httpx.get(workers.urls[0])
        folder = workers.clock.path.parent
        workers.stop()
    assert not folder.exists()
    assert repr(workers) == "<0 workers on one database>"


@pytest.mark.full
def test_no_worker_outlasts_its_kernel(tmp_path: Path):
    """Their standard input ends with the process that started them, even by kill -9: then they end as well."""
    program = (
        "import sys\nfrom mfa_lab.lab.demos.workers import Workers\nworkers = Workers(2)\n"
        "print(*workers.urls, workers.clock.path, flush=True)\nsys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as kernel:
        *urls, _ = kernel.stdout.readline().split()
        assert [httpx.get(f"{url}/login", timeout=60).status_code for url in urls] == [200, 200]
        kernel.send_signal(signal.SIGKILL)
    end = time.monotonic() + 20
    while any(map(listens, urls)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(listens, urls))


@pytest.mark.full
def test_a_kernel_that_is_shut_down_leaves_no_database(tmp_path: Path):
    """JupyterLab ends a kernel, or itself, in this way: the workers' folder is gone with it."""
    manager, client = start_new_kernel(env={**os.environ, "TMPDIR": str(tmp_path)})
    try:
        program = "from mfa_lab.lab.demos.workers import Workers\nworkers = Workers(2)"
        assert client.execute(program, reply=True, timeout=60)["content"]["status"] == "ok"
        assert [*tmp_path.glob("mfa-lab-*/accounts.db")]
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    assert [*tmp_path.glob("mfa-lab-*")] == []


def listens(url: str) -> bool:
    try:
        httpx.get(url, timeout=5)
    except httpx.TransportError:
        return False
    return True


def test_a_clock_in_a_file_is_one_for_all(tmp_path: Path):
    """Anyone who has the path sees every move, and no half of one."""
    one, other = FileClock(tmp_path / "clock"), FileClock(tmp_path / "clock")
    one.set(1_800_000_010)
    other.advance(30)
    assert one.now() == other.now() == 1_800_000_040
    assert [path.name for path in tmp_path.iterdir()] == ["clock"]


# The exercise that is asked by real requests


def test_each_request_of_the_story_is_answered():
    """What the reference answers is what the cases want, from the open price list to the log-out."""
    protect = exercise("protected-route")
    said = _story(made_by(protect.solution, protect.given))
    assert said == {case.arguments[0]: case.expected for case in protect.cases}


@pytest.mark.parametrize("left", ["pass", 'return {"pear": 3}', 'return "granted"'])
def test_a_price_list_that_has_changed_is_refused(left):
    """Open is not enough: it must still say what it said, and its `return` may be lost in copying."""
    from mfa_lab.lab.grading.checks import Outcome, check

    protect = exercise("protected-route")
    changed = protect.solution.replace('return {"pear": 3, "plum": 5}', left)
    result = check(protect.id, made_by(changed, protect.given))
    assert result.outcome == Outcome.NOT_YET
    assert result.lines[0].startswith("The price list, without a login: ")


GUARD = "session: Annotated[Session, Depends(require_mfa(max_age_seconds=300))]"


@pytest.mark.parametrize(
    ("argument", "sign"),
    [
        ("session = require_mfa", "nothing tells FastAPI to run it"),
        ("session = require_mfa(300)", "nothing tells FastAPI to run it"),
        ("session: Annotated[Session, Depends(require_mfa)]", "when you call it"),
        ("session: Session", "where a `Session` comes from"),
        ("session: Session = require_mfa(300)", "where a `Session` comes from"),
        ("session: Annotated[Session, require_mfa(300)]", "where a `Session` comes from"),
    ],
)
def test_a_guard_that_is_not_asked_is_told_why(argument, sign):
    """Made and not run, not made, or of no known origin: each hears its own sentence."""
    from mfa_lab.lab.grading.checks import Outcome, check

    protect = exercise("protected-route")
    result = check(protect.id, made_by(protect.solution.replace(GUARD, argument), protect.given))
    assert result.outcome == Outcome.NOT_YET
    assert sign in result.lines[-1]


@pytest.mark.parametrize(
    ("right", "slip", "told"),
    [
        (", https=False", "", "the login answers 400: "),  # add_mfa was called: not to be told that it was not
        ("add_mfa(app, server, https=False)", "pass", "no /mfa/api"),
    ],
)
def test_why_there_is_no_login_is_told(right, slip, told):
    """A login that refuses to be used so is not taken for one that is missing."""
    protect = exercise("protected-route")
    said = _story(made_by(protect.solution.replace(right, slip), protect.given))
    assert str(said["password"]).startswith(told)


def test_an_answer_that_returns_nothing_is_told():
    """Anyone who forgets `return app` hears that, and no traceback of a server."""
    from mfa_lab.lab.grading.checks import check

    def protected(server):
        FastAPI()

    assert "returned nothing" in check("protected-route", protected).lines[-1]
