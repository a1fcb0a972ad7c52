"""The way to PostgreSQL: how often a request goes there and back, PgBouncer in between, and what can be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mfa_lab import ManualClock, MfaServer
from mfa_lab.otp import code_at
from tests.postgres import Cluster, running_cluster
from tests.server.kit import EXPLAINING, KEY, NAME, PASSWORD, START, WRONG, reason
from tests.slow_proxy import Proxy, counting_proxy

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    with TemporaryDirectory(dir="/tmp") as folder, counting_proxy(Path(folder), cluster.folder) as proxy:
        yield proxy


def test_round_trips(cluster: Cluster, proxy: Proxy) -> None:
    """At most as many as the issue allows, for right and wrong answers. A minute later, a session is also written."""
    url, clock = cluster.new_database().replace(str(cluster.folder), str(proxy.folder)), ManualClock(START)
    server = MfaServer(url, clock=clock, policy=EXPLAINING, key=KEY)
    server.register(NAME, PASSWORD)
    offer = server.start_enrolment(server.begin_login(NAME, PASSWORD))
    secret = offer.account.secret.reveal()
    server.confirm_enrolment(offer, code_at(secret, clock.now()))
    clock.advance(30)
    took = {}

    def counted(what: str) -> None:
        took[what], proxy.trips = proxy.trips, 0

    counted("before")
    pending = server.begin_login(NAME, PASSWORD)
    counted("begin_login")
    reason(server.finish_login, pending, "no code")
    counted("no code")
    session = server.finish_login(pending, code_at(secret, clock.now()))
    counted("finish_login")
    server.check_session(session)
    counted("check_session")
    clock.advance(60)
    server.check_session(session)
    counted("a minute later")
    reason(server.begin_login, NAME, WRONG)
    counted("known")
    reason(server.begin_login, "nobody@example.org", WRONG)
    counted("unknown")
    server.log_out(session)
    counted("log_out")
    server.close()
    del took["before"]
    assert took == {
        "begin_login": 5,
        "no code": 2,
        "finish_login": 4,
        "check_session": 1,
        "a minute later": 2,
        "known": 4,
        "unknown": 4,
        "log_out": 3,
    }
