"""Many at once, from a process of their own: how many a second, how long each waits, and nothing granted twice.

Every login and every code comes on a connection of its own, as from a browser of its own: so all workers get some.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Generic, TypeVar

from psutil import Process
from sqlalchemy import make_url

from benchmarks.accounts import PASSWORD, Site, site
from benchmarks.harness import Row, interleaved, ratio_row, timed
from benchmarks.served import OURS, Client, Served, cpu_seconds, serving
from mfa_lab import Policy
from mfa_lab.server.audit import Event
from mfa_lab.web import tokens

if TYPE_CHECKING:
    from tests.postgres import Cluster

AT_ONCE = 8
CODES, LOGINS = 400, 200
CHUNK = 40

T = TypeVar("T")
Attempt = tuple[str, str]
"""A name, and the token of a pending login."""


@dataclass(frozen=True, slots=True)
class Heard(Generic[T]):
    """The attempts that got in; how long each of all took, and all together. Seconds."""

    granted: list[T]
    times: list[float]
    took: float


def load() -> Iterator[Row]:
    """Codes alone and whole logins, by 1, 2 and 4 workers on both databases."""
    with _postgres() as cluster:
        for database in (None, cluster) if cluster else (None,):
            for measure in (_codes, _logins):
                rows = [measure(database, workers) for workers in (1, 2, 4)]
                for row in rows:
                    yield replace(row, figures={"times_one_worker": row.value / rows[0].value, **row.figures})


def _codes(cluster: Cluster | None, workers: int) -> Row:
    """Every code is presented twice at the same moment, through two pending logins: one of them gets in."""
    with site(CODES, real_time=True, cluster=cluster) as here:
        attempts = _waiting(here, each=2)
        what = f"code checks, {_counted(cluster, workers)}"
        return _row(what, here, workers, lambda port: _present_codes(port, here, attempts))


def _logins(cluster: Cluster | None, workers: int) -> Row:
    """Password, Argon2id by OWASP, and code."""
    with site(LOGINS, policy=Policy.STANDARD, real_time=True, cluster=cluster) as here:
        what = f"whole logins, {_counted(cluster, workers)}"
        return _row(what, here, workers, lambda port: _log_in(port, here))


def _counted(cluster: Cluster | None, workers: int) -> str:
    return f"{'PostgreSQL' if cluster else 'SQLite'}, {workers} worker{'s' if workers > 1 else ''}"


def _row(what: str, here: Site, workers: int, measure: Callable[[int], Heard[Attempt]]) -> Row:
    with serving(OURS, here.folder, here.environment(), workers) as served:
        before = cpu_seconds(served.workers)
        heard = measure(served.port)
        cpu_s = cpu_seconds(served.workers) - before
    assert Counter(name for name, _ in heard.granted) == Counter(here.names), (
        "somebody was granted two sessions, or none"
    )
    sessions = sum(line.event == Event.LOGGED_IN for line in here.server.audit_log())
    assert sessions == len(here.names), "the audit log tells of other sessions"
    percentiles = quantiles(heard.times, n=100)
    return Row(
        name="load",
        what=what,
        against="reported",
        value=len(heard.times) / heard.took,
        unit="/s",
        pairs=1,
        figures={
            "p50_ms": percentiles[49] * 1e3,
            "p99_ms": percentiles[98] * 1e3,
            "workers_cpu_ms": cpu_s / len(heard.times) * 1e3,
            "asked": len(heard.times),
            "granted": len(heard.granted),
        },
    )


def http_workers(pairs: int = 15) -> Iterator[Row]:
    """Codes in chunks, eight at once, by turns to two workers and to one, each with a database of its own."""
    with _postgres() as cluster, ExitStack() as stack:
        if cluster is None:
            return

        def started(workers: int) -> tuple[Served, Site, Iterator[Attempt]]:
            here = stack.enter_context(site(CHUNK * (1 + pairs), real_time=True, cluster=cluster))
            served = stack.enter_context(serving(OURS, here.folder, here.environment(), workers))
            return served, here, iter(_waiting(here))

        def chunk(served: Served, here: Site, attempts: Iterator[Attempt]) -> float:
            heard = _present_codes(served.port, here, list(islice(attempts, CHUNK)))
            assert len(heard.granted) == CHUNK
            return heard.took / CHUNK

        two, one = started(2), started(1)
        measured = partial(chunk, *two), partial(chunk, *one)
        interleaved(*measured, 1)
        before = [_cpu_of_each(cluster, *side[:2]) for side in (two, one)]
        client = process_time()
        times = interleaved(*measured, pairs)
        client = process_time() - client
        after = [_cpu_of_each(cluster, *side[:2]) for side in (two, one)]
    figures: dict[str, float | int | str] = {}
    for name, start, end, each in zip(("", "baseline_"), before, after, times, strict=True):
        spent = [(late - early) / (CHUNK * pairs) * 1e3 for early, late in zip(start, end, strict=True)]
        *workers_ms, postgres_ms = spent
        client_ms = client / (2 * CHUNK * pairs) * 1e3
        figures |= {
            f"{name}codes_per_s": 1 / median(each),
            f"{name}worker_cpu_ms": " + ".join(f"{ms:.2f}" for ms in workers_ms),
            f"{name}postgres_cpu_ms": postgres_ms,
            f"{name}cores_busy": (sum(spent) + client_ms) / (median(each) * 1e3),
        }
    yield ratio_row(
        "http_workers",
        what="a code's share, 2 workers, PostgreSQL",
        against="1 worker",
        reach=None,
        times=times,
        figures={**figures, "client_cpu_ms": client_ms},
    )


def _cpu_of_each(cluster: Cluster, served: Served, here: Site) -> list[float]:
    """Of each worker, and of PostgreSQL's processes for this database, which carry its name."""
    main = Process(int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0]))
    database = make_url(here.url).database
    backends = [child for child in main.children() if f" {database} " in " ".join(child.cmdline())]
    return [*(cpu_seconds([worker]) for worker in served.workers), cpu_seconds(backends)]


@contextmanager
def _postgres() -> Iterator[Cluster | None]:
    """The tests' own cluster; None, and a line that says why, where PostgreSQL is not installed."""
    import pytest

    from tests.postgres import running_cluster

    with ExitStack() as stack:
        cluster = None
        try:
            cluster = stack.enter_context(running_cluster())
        except pytest.skip.Exception as missing:
            sys.stderr.write(f"{missing}\n")
        yield cluster


def _waiting(here: Site, each: int = 1) -> list[Attempt]:
    """Pending logins of everybody, those of one name side by side."""
    names = (name for name in here.names for _ in range(each))
    return [(name, tokens.written(here.server.begin_login(name, PASSWORD))) for name in names]


def _present_codes(port: int, here: Site, attempts: Sequence[Attempt]) -> Heard[Attempt]:
    """A code for each attempt; those of one name present the same."""
    codes: dict[str, str] = {}

    def granted(attempt: Attempt) -> bool:
        name, token = attempt
        code = codes.setdefault(name, here.code())
        with Client(port) as client:
            status, said = client.ask("POST", "/api/code", token, code=code)
        assert status in (200, 403), (status, said)
        return status == 200

    return at_once(granted, attempts)


def _log_in(port: int, here: Site) -> Heard[Attempt]:
    """Everybody, with password and code."""

    def granted(attempt: Attempt) -> bool:
        with Client(port) as client:
            token = client.post("/api/login", name=attempt[0], password=PASSWORD)["token"]
            client.post("/api/code", token, code=here.code())
        return True

    return at_once(granted, [(name, "") for name in here.names])


def at_once(granted: Callable[[T], bool], attempts: Sequence[T]) -> Heard[T]:
    """Eight at any time, until all have been made."""
    heard: Heard[T] = Heard([], [], 0.0)

    def one(attempt: T) -> None:
        start = perf_counter()
        if granted(attempt):
            heard.granted.append(attempt)
        heard.times.append(perf_counter() - start)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        took = timed(lambda: list(pool.map(one, attempts)))
    return replace(heard, took=took)
