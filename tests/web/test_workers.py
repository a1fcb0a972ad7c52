"""Several workers behind one address: what one of them has counted or granted, all of them know."""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import psutil
import pytest

from tests.postgres import Cluster, running_cluster
from tests.web.kit import NAME, PASSWORD, WRONG, Served, serving, started_workers

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


def test_the_throttle_is_shared(workers: Served) -> None:
    """Wrong passwords are counted over all workers: of thirty at once only three are looked at, and the right one
    waits like the others, whichever worker is asked.
    """
    name = "throttled@example.org"
    workers.enrol(name)
    at_once([("/login", {"name": name, "password": WRONG}, "")] * 30, workers.url)
    lines = [line.reason for line in workers.server.audit_log() if line.event == "password refused"]
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


def test_a_worker_that_is_killed(workers: Served) -> None:
    """kill -9 in mid-request: nothing is granted twice, and after a moment all is well again by itself."""
    name = "survivor@example.org"
    workers.enrol(name)
    api = workers.api()
    token = api.call("POST", "/login", name=name, password=PASSWORD).json()["token"]
    code = workers.code(name)
    pids = [int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", workers.log.read_text())]
    victim = next(pid for pid in reversed(pids) if psutil.pid_exists(pid))
    os.kill(victim, signal.SIGKILL)
    granted, end = 0, time.monotonic() + 30
    while not granted and time.monotonic() < end:
        try:
            granted += api.call("POST", "/code", token, code=code).status_code == 200
        except httpx.TransportError:
            time.sleep(0.1)
    assert granted == 1
    assert api.call("POST", "/code", token, code=code).status_code == 403
    while started_workers(workers.log) < WORKERS + 1 and time.monotonic() < end:
        time.sleep(0.1)
    assert started_workers(workers.log) == WORKERS + 1
    assert workers.browser().get("/login").status_code == 200


@pytest.mark.parametrize("cluster", ["PostgreSQL"], indirect=True)
def test_the_database_is_restarted(cluster: Cluster, workers: Served) -> None:
    """Under load: 503 in plain words meanwhile, then all is well by itself, and one code has granted one session."""
    name = "patient@example.org"
    workers.enrol(name)
    api = workers.api()
    token = api.call("POST", "/login", name=name, password=PASSWORD).json()["token"]
    code, over, seen = workers.code(name), Event(), Counter[tuple[int, str]]()

    def keep_trying() -> None:
        while not over.is_set():
            headers = {"Authorization": f"Bearer {token}"}
            answer = httpx.post(f"{workers.url}/api/code", json={"code": code}, headers=headers, timeout=60)
            seen[answer.status_code, answer.json().get("reason", "")] += 1

    with ThreadPoolExecutor(4) as pool:
        cluster.stop()
        tries = [pool.submit(keep_trying) for _ in range(4)]
        while not seen[503, "fault"]:
            time.sleep(0.05)
        cluster.start()
        end = time.monotonic() + 30
        while not seen[403, "refused"] and time.monotonic() < end:
            time.sleep(0.05)
        over.set()
        for one in tries:
            one.result()
    assert set(seen) == {(503, "fault"), (200, ""), (403, "refused")}
    assert seen[200, ""] == 1


def test_notices_go_out_once(tmp_path: Path) -> None:
    """Both workers send notices to one file: the owner gets each once, within seconds."""
    notices = tmp_path / "notices"
    with serving(tmp_path, workers=WORKERS, notices=str(notices)) as served:
        for number in range(3):
            served.enrol(f"user{number}@example.org")
        end = time.monotonic() + 20
        while time.monotonic() < end and (not notices.exists() or notices.read_text().count("\n") < 3):
            time.sleep(0.1)
        time.sleep(4)  # the other worker's turn as well
    lines = notices.read_text().splitlines()
    assert sorted(line.split("\t")[0] for line in lines) == [f"user{number}@example.org" for number in range(3)]
