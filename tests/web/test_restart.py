"""The database goes away under load and comes back: clear words meanwhile, and all is well again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest

from mfa_lab.errors import PUBLIC_MESSAGE
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import token_hash
from mfa_lab.web.answers import FAULT
from tests.postgres import Cluster, running_cluster
from tests.web.kit import PASSWORD, Api, serving, wait_until

pytestmark = pytest.mark.full


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own."""
    with running_cluster() as cluster:
        yield cluster


def test_the_database_is_restarted(cluster: Cluster, tmp_path: Path) -> None:
    """Under load: for each of three accounts two clients log in at once with one code, again and again, while
    PostgreSQL is stopped and started, then killed and started. Meanwhile 503 in plain words; then all is well by
    itself. One of the two gets in, or none if its answer was lost; nothing is granted twice, and nothing is lost.
    """
    said, granted = list[tuple[str, int, str]](), list[str]()

    def ask(api: Api, path: str, token: str, **body: str) -> httpx.Response:
        """As a patient client: once more for as long as the service is out of order."""
        answers = list[httpx.Response]()

        def answered() -> bool:
            answers.append(api.call("POST", path, token, **body))
            said.append((path, answers[-1].status_code, answers[-1].json().get("detail", "")))
            return answers[-1].status_code != 503

        wait_until(answered)
        return answers[-1]

    def log_in(api: Api, name: str, code: str) -> int:
        token = ask(api, "/login", "", name=name, password=PASSWORD).json()["token"]
        answer = ask(api, "/code", token, code=code)
        if answer.status_code == 200:
            granted.append(answer.json()["token"])
        return answer.status_code

    def faults(*paths: str) -> int:
        return sum(said.count((path, 503, FAULT)) for path in paths)

    def restart() -> None:
        for mode in ("fast", "immediate"):
            before = len(granted)
            wait_until(lambda before=before: len(granted) > before + 6)
            cluster.stop(mode)
            try:
                before = faults("/login", "/code")
                wait_until(lambda before=before: faults("/login", "/code") > before + 6)
            finally:
                cluster.start()

    settings = {"database": cluster.new_database(), "policy": {"free_failures": 1_000_000}}
    with serving(tmp_path, workers=2, **settings) as served, ThreadPoolExecutor(7) as pool:
        clients = [(served.api(), f"patient{number // 2}@example.org") for number in range(6)]
        for _, name in clients[::2]:
            served.enrol(name)
        restarts, calm = pool.submit(restart), 0
        while calm < 3:
            calm += restarts.done()
            served.advance()
            before = faults("/code")
            codes = [served.phone.code(f"mfa-lab: {name}") for _, name in clients]
            heard = list(pool.map(lambda client, code: log_in(*client, code), clients, codes))
            pairs = {tuple(sorted(heard[first : first + 2])) for first in range(0, len(heard), 2)}
            assert pairs <= {(200, 403)} | ({(403, 403)} if faults("/code") > before else set())
        restarts.result()
        logins = [(line.account_id, line.at) for line in served.server.audit_log() if line.event == "logged in"]
        with closing(psycopg.connect(served.database)) as connection:
            kept = {token for (token,) in connection.execute("SELECT token_hash FROM sessions")}
    assert {(status, words) for _, status, words in said} == {(200, ""), (403, PUBLIC_MESSAGE), (503, FAULT)}
    assert len(set(logins)) == len(logins) == len(kept)
    assert {token_hash(Redacted(token[2:])) for token in granted} <= kept
