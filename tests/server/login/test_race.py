"""Sixty-four at once with one code: exactly one gets in. Eight processes with eight threads each, on one file."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mfa_lab import AccessDenied, ManualClock, MfaError, MfaServer
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import PendingLogin, Permit
from tests.needs import requires_semaphores
from tests.server.kit import KEY, NEVER_WAITS, Deployment

PROCESSES = THREADS = 8
ALL = PROCESSES * THREADS
SPAWN = multiprocessing.get_context("spawn")


def attempt(server: MfaServer, start: Any, token: str, code: str) -> str:
    """One browser: waits for all others, then sends its code. Returns what it heard."""
    pending = PendingLogin(Redacted(token), Permit.CODE, 0)
    start.wait(timeout=60)
    try:
        server.finish_login(pending, code)
    except AccessDenied as denied:
        return str(denied.trace and denied.trace.reason)
    except MfaError as error:
        return f"{type(error).__name__}: {error}"
    return "session"


def process(url: str, start: Any, orders: Any, heard: Any) -> None:
    """A process with its own server on the shared file. An order is a time, eight tokens and a code."""
    clock = ManualClock()
    server = MfaServer(url, clock=clock, policy=NEVER_WAITS, key=KEY)
    with ThreadPoolExecutor(THREADS) as threads:
        while (order := orders.get()) is not None:
            now, tokens, code = order
            clock.set(now)
            heard.put(list(threads.map(lambda token, code=code: attempt(server, start, token, code), tokens)))


@contextmanager
def callers(url: str) -> Iterator[Callable[[int, list[str], str], Counter[str]]]:
    """Processes that stay for all rounds; gives a function that lets all sixty-four try at the same moment."""
    start, heard = SPAWN.Barrier(ALL), SPAWN.Queue()
    orders = [SPAWN.Queue() for _ in range(PROCESSES)]
    processes = [SPAWN.Process(target=process, args=(url, start, mine, heard), daemon=True) for mine in orders]
    for one in processes:
        one.start()

    def all_at_once(now: int, tokens: list[str], code: str) -> Counter[str]:
        for number, mine in enumerate(orders):
            mine.put((now, tokens[number * THREADS : (number + 1) * THREADS], code))
        return Counter(answer for _ in processes for answer in heard.get(timeout=60))

    try:
        yield all_at_once
        for mine in orders:
            mine.put(None)
        for one in processes:
            one.join(timeout=30)
    finally:
        for one in processes:
            one.kill()


OWN, SHARED = ("reused", ALL), ("spent pending", 1)
"""What all but one hear, and how many pending logins there are among the sixty-four."""


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=pytest.mark.full)])
def test_one_code_grants_one_session(rounds: int, tmp_path: Path) -> None:
    """ASVS-6.5.1: one session a code. Each with its own pending login: every other hears "reused". All with the same
    one: every other hears "spent pending".
    """
    requires_semaphores()
    deployment = Deployment(tmp_path, NEVER_WAITS)
    deployment.enrol()
    with callers(deployment.url) as all_at_once:
        for number, (others_hear, count) in enumerate([OWN, SHARED] * rounds, 1):
            tokens = [deployment.begin().token.reveal() for _ in range(count)] * (ALL // count)
            heard = all_at_once(deployment.clock.now(), tokens, deployment.phone.code())
            assert heard == {"session": 1, others_hear: ALL - 1}
            assert deployment.rows("SELECT count(*) FROM sessions") == [(number,)]
            deployment.clock.advance(30)
