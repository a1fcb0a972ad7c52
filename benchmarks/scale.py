"""Two workers with sixteen threads each on PostgreSQL, which is as far away as a proxy makes it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter, sleep

from benchmarks.accounts import PASSWORD, Site, site
from benchmarks.harness import HERE, Row, timed
from benchmarks.load import _postgres
from benchmarks.served import OURS, Client, serving
from mfa_lab import MfaServer, Policy
from mfa_lab.server.records import PendingLogin, Session
from mfa_lab.web import tokens

WORKERS, THREADS = 2, 16
ONE_WAY_SECONDS = 0.001
ROUNDS = 3
CODES, LOGINS, CHECKS = 960, 480, 9600
LOADING, SAMPLES = 64, 100
KINDS = {"codes": 1.25, "logins": 1.25, "checks": 1.25}
"""The work, and its reach: with 1 ms each way, the rate is at least 0.8 of the rate without the delay."""


def scale() -> Iterator[Row]:
    """The rates with a delay of 1 ms each way and without one, by turns, through the same proxy."""
    with _postgres() as cluster:
        if cluster is None:
            return
        rates: dict[tuple[str, float], list[float]] = {}
        for _ in range(ROUNDS):
            for delay in (0.0, ONE_WAY_SECONDS):
                with site(CODES + LOGINS, cluster=cluster, real_time=True) as here, _proxy(cluster, delay) as folder:
                    url = here.url.replace(str(cluster.folder), str(folder))
                    for kind, took in _measured(here, url).items():
                        rates.setdefault((kind, delay), []).append(took)
        for kind, reach in KINDS.items():
            near, far = rates[kind, 0.0], rates[kind, ONE_WAY_SECONDS]
            yield Row(
                name="scale",
                what=f"{kind}, PostgreSQL 1 ms away each way",
                against="0 ms away, the same proxy",
                value=median(near) / median(far),
                reach=reach,
                pairs=ROUNDS,
                figures={"far_per_s": median(far), "near_per_s": median(near)},
            )


def unrelated() -> Iterator[Row]:
    """The time of a page that needs no database, while 64 clients load a page that needs a session."""
    with _postgres() as cluster:
        if cluster is None:
            return
        with (
            site(1, cluster=cluster, real_time=True) as here,
            serving(OURS, here.folder, here.environment(), WORKERS) as served,
        ):
            pending = here.server.begin_login(here.names[0], PASSWORD)
            token = tokens.written(here.server.finish_login(pending, here.code()))
            idle, stop = _style(served.port), Event()
            with ThreadPoolExecutor(LOADING) as pool:
                asked = [pool.submit(_load, served.port, token, stop) for _ in range(LOADING)]
                sleep(1)
                busy = _style(served.port)
                stop.set()
                total = sum(one.result() for one in asked)
        yield Row(
            name="unrelated",
            what="an unrelated route, 64 clients on a protected one",
            against="reported: the same route, idle",
            value=median(busy) * 1e3,
            unit="ms",
            reach=25,
            pairs=SAMPLES,
            figures={"idle_ms": median(idle) * 1e3, "protected": total},
        )


def _style(port: int) -> list[float]:
    with Client(port) as client:
        return [timed(lambda: client.ask("GET", "/mfa/style.css")) for _ in range(SAMPLES)]


def _load(port: int, token: str, stop: Event) -> int:
    with Client(port) as client:
        asked = 0
        while not stop.is_set():
            status, said = client.ask("GET", "/api/session", token)
            assert status == 200, said
            asked += 1
        return asked


@contextmanager
def _proxy(cluster: object, delay: float) -> Iterator[Path]:
    with TemporaryDirectory(prefix="mfa-slow-", dir="/tmp") as folder:
        place = Path(folder)
        command = [sys.executable, "-m", "tests.slow_proxy", folder, str(cluster.folder), str(delay)]  # type: ignore[attr-defined]
        process = subprocess.Popen(command, cwd=HERE)
        try:
            while not list(place.iterdir()):
                sleep(0.02)
            yield place
        finally:
            process.terminate()
            process.wait()


def _measured(here: Site, url: str) -> dict[str, float]:
    """How much two workers do in a second. They prepare the work first, and then start at the same moment."""
    names = [here.names[number::WORKERS] for number in range(WORKERS)]
    orders = [{"url": url, "key": here.key.hex(), "secret": here.secret, "names": each} for each in names]
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.scale"], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in orders
    ]
    done: dict[str, float] = {}
    try:
        for worker, order in zip(workers, orders, strict=True):
            _say(worker, order)
        for kind, count in (("codes", CODES), ("logins", LOGINS), ("checks", CHECKS)):
            for worker in workers:
                assert worker.stdout
                assert json.loads(worker.stdout.readline()) == kind
            start = perf_counter()
            for worker in workers:
                _say(worker, "go")
            for worker in workers:
                assert worker.stdout
                assert json.loads(worker.stdout.readline()) == count // WORKERS
            done[kind] = count / (perf_counter() - start)
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    return done


def _say(worker: subprocess.Popen[bytes], what: object) -> None:
    assert worker.stdin
    worker.stdin.write(json.dumps(what).encode() + b"\n")
    worker.stdin.flush()


def worker() -> None:
    """One worker: it reads its order, and does each kind of work when it is told to go."""
    from mfa_lab.otp import code_at

    order = json.loads(sys.stdin.readline())
    server = MfaServer(order["url"], policy=Policy.CHEAPEST, key=bytes.fromhex(order["key"]))
    codes, logins = order["names"][: CODES // WORKERS], order["names"][CODES // WORKERS :]
    sessions: list[Session] = []

    def code() -> str:
        return code_at(order["secret"], server.clock.now())

    def finish(pending: PendingLogin) -> None:
        sessions.append(server.finish_login(pending, code()))

    with ThreadPoolExecutor(THREADS) as pool:

        def when_told(kind: str, call: Callable[..., object], items: list[object]) -> None:
            print(json.dumps(kind), flush=True)
            sys.stdin.readline()
            print(len(list(pool.map(call, items))), flush=True)

        pendings: list[object] = list(pool.map(lambda name: server.begin_login(name, PASSWORD), codes))
        when_told("codes", finish, pendings)
        when_told("logins", lambda name: finish(server.begin_login(name, PASSWORD)), logins)
        checked = (sessions * (CHECKS // len(sessions) + 1))[: CHECKS // WORKERS]
        when_told("checks", server.check_session, [*checked])


if __name__ == "__main__":
    worker()
