"""Several workers behind one address: what one of them has counted or granted, all of them know."""

from __future__ import annotations

import json
import re
import select
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from mfa_lab import Phone, SeededRandomness
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.server.storage.locks import DATABASE
from tests.postgres import Cluster, running_cluster
from tests.web.kit import ADMIN, NAME, PASSWORD, WRONG, Served, serving, started_workers, wait_until
from tests.web.test_accounts import life_of_accounts
from tests.web.test_sessions import administer_by_the_api, end_by_the_api, live

pytestmark = pytest.mark.full

WORKERS = 2
PARALLEL = 16


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster | None]:
    """A PostgreSQL of our own; None for SQLite."""
    if request.param == "SQLite":
        yield None
        return
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def workers(cluster: Cluster | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two processes on one database, with the usual throttle."""
    folder = tmp_path_factory.mktemp("workers")
    database = cluster.new_database() if cluster else ""
    with serving(folder, workers=WORKERS, database=database) as served:
        served.enrol()
        served.enrol(ADMIN)
        while started_workers(served.log) < WORKERS:
            time.sleep(0.05)
        yield served


def at_once(calls: list[tuple[str, dict[str, Any], str]], url: str) -> list[httpx.Response]:
    """Send all of them at the same time, each by a connection of its own."""

    def send(call: tuple[str, dict[str, Any], str]) -> httpx.Response:
        path, body, token = call
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.post(f"{url}/api{path}", json=body, headers=headers, timeout=60)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(send, calls))


def test_sessions_are_ended_for_all_workers(workers: Served) -> None:
    """By their owner and by an administrator, and with every abuse: what one worker ended, none of them knows."""
    for name in ("owner@example.org", "other@example.org"):
        workers.enrol(name)
    end_by_the_api(workers, "owner@example.org", "other@example.org")
    administer_by_the_api(workers, "owner@example.org", ADMIN)


def test_accounts_change_for_all_workers(workers: Served) -> None:
    """What one worker disabled, renamed or deleted is so for every other one."""
    life_of_accounts(workers, "changed@example.org", ADMIN)


def test_sessions_end_each_other_at_once(workers: Served) -> None:
    """Eight sessions of an account end all others at the same moment: one of them is left, and its answer says so."""
    workers.enrol("many@example.org")
    api = workers.api()
    tokens = [api.log_in(workers, "many@example.org") for _ in range(8)]

    def end_others(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.delete(f"{workers.url}/api/sessions", headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(len(tokens)) as pool:
        statuses = list(pool.map(end_others, tokens))
    alive = [live(api, token) for token in tokens]
    assert statuses.count(204) == alive.count(True) == 1
    assert statuses.index(204) == alive.index(True)
    assert {*statuses} <= {204, 401, 403}


@pytest.mark.parametrize("shared", [False, True], ids=["own pending logins", "one pending login"])
def test_one_code_grants_one_session(shared: bool, workers: Served) -> None:
    """ASVS-6.5.1: one code, presented sixteen times at once to all workers: exactly one session, three times over."""
    api = workers.api()
    for _ in range(3):
        code = workers.code()
        pendings = [
            api.call("POST", "/login", name=NAME, password=PASSWORD).json()["token"]
            for _ in range(1 if shared else PARALLEL)
        ]
        pendings *= PARALLEL // len(pendings)
        answers = at_once([("/code", {"code": code}, token) for token in pendings], workers.url)
        assert Counter(answer.status_code for answer in answers) == {200: 1, 403: PARALLEL - 1}
        session = next(answer.json()["token"] for answer in answers if answer.status_code == 200)
        assert api.call("GET", "/session", session).status_code == 200
        workers.advance(3600)  # whoever was counted as wrong meanwhile waits no longer


def test_one_response_of_a_passkey_grants_one_session(workers: Served) -> None:
    """One response, presented sixteen times at once to all workers: exactly one session, three times over."""
    name, api, holder = "passkey@example.org", workers.api(), PasskeyHolder(SeededRandomness(1))
    workers.server.register(name, PASSWORD)
    assert api.add_passkey(workers, api.begin(name), holder).status_code == 200
    for _ in range(3):
        pending = api.begin(name)
        body = {"response": api.passkey_response(pending, holder, workers.origin)}
        answers = at_once([("/login/passkey", body, pending)] * PARALLEL, workers.url)
        assert Counter(answer.json().get("reason", "session") for answer in answers) == {
            "session": 1,
            "already_done": PARALLEL - 1,
        }
        session = next(answer.json()["token"] for answer in answers if answer.status_code == 200)
        assert api.call("GET", "/session", session).json()["phishing_resistant"] is True


def test_the_throttle_is_shared(workers: Served) -> None:
    """Wrong passwords are counted over all workers: of thirty at once only three are looked at, and the right one
    waits like the others, whichever worker is asked.
    """
    name = "throttled@example.org"
    workers.enrol(name)
    before = len(workers.server.audit_log())
    at_once([("/login", {"name": name, "password": WRONG}, "")] * 30, workers.url)
    lines = [line.reason for line in workers.server.audit_log()[before:] if line.event == "password refused"]
    assert Counter(lines) == {"wrong password": 3, "throttled": 27}
    right = at_once([("/login", {"name": name, "password": PASSWORD}, "")] * 8, workers.url)
    assert {answer.status_code for answer in right} == {403}
    workers.advance(31)
    (answer,) = at_once([("/login", {"name": name, "password": PASSWORD}, "")], workers.url)
    assert answer.status_code == 200


def test_a_session_holds_at_every_worker(workers: Served) -> None:
    """A cookie from one worker is good at all of them, and so is the form of a page."""
    name = "everywhere@example.org"
    workers.enrol(name)
    browser = workers.browser()
    browser.log_in(workers, name)
    for _ in range(10):
        browser.http.headers["Connection"] = "close"
        assert browser.get("/account").status_code == 200
        assert browser.title == "Your account"
    browser.send("/recovery-codes")
    assert len(browser.page.select(".codes li")) == 10


@contextmanager
def locked(database: str) -> Iterator[None]:
    """Nobody else writes: every worker waits, with what it was asked for in hand."""
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield
    else:
        with closing(psycopg.connect(database, autocommit=True)) as holder:
            holder.execute("SELECT pg_advisory_lock(%s)", [DATABASE])
            yield


def worker_with(port: int, log: Path) -> psutil.Process:
    """The worker that holds the connection from this port."""
    pids = [int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", log.read_text())]
    workers = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]

    def holders() -> list[psutil.Process]:
        return [
            one for one in workers if port in [other.raddr.port for other in one.net_connections() if other.raddr]
        ]

    wait_until(holders)
    return holders()[0]


def kill_in_mid_request(workers: Served, path: str, token: str, code: str) -> None:
    """Send a code while nobody can write, and kill -9 the worker that has it in hand: no answer ever comes."""
    with locked(workers.database), closing(HTTPConnection(workers.url.removeprefix("http://"), timeout=60)) as caller:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        caller.request("POST", f"/api{path}", json.dumps({"code": code}), headers)
        worker = worker_with(caller.sock.getsockname()[1], workers.log)
        assert select.select([caller.sock], [], [], 0.5)[0] == [], "answered, although nobody could write"
        worker.kill()
        with pytest.raises(ConnectionError):
            caller.getresponse()


def test_a_worker_that_is_killed(workers: Served) -> None:
    """kill -9 in mid-request, and the code still gets in once, by the worker that is left; after a moment there are
    two again by themselves.
    """
    name = "survivor@example.org"
    workers.enrol(name)
    started = started_workers(workers.log)
    token = workers.api().call("POST", "/login", name=name, password=PASSWORD).json()["token"]
    code = workers.code(name)
    before = [line.event for line in workers.server.audit_log()].count("logged in")
    kill_in_mid_request(workers, "/code", token, code)
    answers = [at_once([("/code", {"code": code}, token)], workers.url)[0] for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 403]
    assert [line.event for line in workers.server.audit_log()].count("logged in") == before + 1
    assert workers.api().call("GET", "/session", answers[0].json()["token"]).status_code == 200
    wait_until(lambda: started_workers(workers.log) > started)
    assert workers.browser().get("/login").status_code == 200


def test_an_enrolment_whose_worker_is_killed(workers: Served) -> None:
    """kill -9 while it is confirmed: nothing of it is there, and the same code confirms it, once, with good recovery
    codes. (tests/server/test_kill.py kills at every statement.)
    """
    name, phone, api = "newcomer@example.org", Phone(workers.clock), workers.api()
    workers.server.register(name, PASSWORD)
    started = started_workers(workers.log)
    token = api.call("POST", "/login", name=name, password=PASSWORD).json()["token"]
    enrolment = api.call("POST", "/enrolments", token, label="phone").json()
    phone.add(enrolment["uri"])
    code = phone.code()
    kill_in_mid_request(workers, "/enrolments/confirm", enrolment["token"], code)
    confirm = [("/enrolments/confirm", {"code": code}, enrolment["token"])]
    first, second = (at_once(confirm, workers.url)[0] for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 403)
    workers.advance()
    api = workers.api()
    pending = api.call("POST", "/login", name=name, password=PASSWORD).json()
    assert pending["next"] == "code"
    session = api.call("POST", "/code", pending["token"], code=phone.code()).json()["token"]
    assert [each["label"] for each in api.call("GET", "/authenticators", session).json()] == ["phone"]
    pending = api.call("POST", "/login", name=name, password=PASSWORD).json()
    (spare, *_), used = first.json()["recovery_codes"], pending["token"]
    assert api.call("POST", "/recover", used, recovery_code=spare).status_code == 200
    wait_until(lambda: started_workers(workers.log) > started)
    assert workers.browser().get("/login").status_code == 200


def test_notifications_go_out_once(tmp_path: Path) -> None:
    """Both workers send notices to one file: the owner gets each once, within seconds."""
    notifications = tmp_path / "notices"
    with serving(tmp_path, workers=WORKERS, notifications=str(notifications)) as served:
        for number in range(3):
            served.enrol(f"user{number}@example.org")
        end = time.monotonic() + 20
        while time.monotonic() < end and (not notifications.exists() or notifications.read_text().count("\n") < 3):
            time.sleep(0.1)
        time.sleep(4)  # the other worker's turn as well
    lines = notifications.read_text().splitlines()
    assert sorted(line.split("\t")[0] for line in lines) == [f"user{number}@example.org" for number in range(3)]
