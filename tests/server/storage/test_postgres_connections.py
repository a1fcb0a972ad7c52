"""The way to PostgreSQL: how often a request goes there and back, PgBouncer in between, and what can be wrong."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import psycopg
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy import select, text

from mfa_lab import AccessDenied, ManualClock, MfaServer, SkewedClock, SystemClock
from mfa_lab.cli import main
from mfa_lab.errors import ServerFault
from mfa_lab.otp import code_at
from mfa_lab.server.names import spellings
from mfa_lab.server.storage import locks, migrations, schema
from tests.postgres import Cluster, running_cluster, running_pgbouncer
from tests.server.kit import EXPLAINING, KEY, NAME, PASSWORD, START, WRONG, reason, together
from tests.server.storage.test_postgres import as_postgres_would_hold
from tests.server.storage.test_races import House, codes, passwords, registrations, revocations, two_sessions
from tests.server.storage.test_store import SCHEMAS
from tests.server.test_account_machine import TwoConnectionsToPostgres
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
        "begin_login": 6,
        "no code": 2,
        "finish_login": 4,
        "check_session": 1,
        "a minute later": 2,
        "known": 5,
        "unknown": 5,
        "log_out": 3,
    }


def test_the_log_of_postgresql_contains_no_typed_name(cluster: Cluster) -> None:
    """People type passwords into the name field, and PostgreSQL logs each batch that fails: a login whose lock is not
    granted, and one on a worker of the earlier schema.
    """
    url, typed = cluster.new_database(), "a demo password in the field for the name"
    server = MfaServer(f"{url}&options=-clock_timeout%3D100", clock=ManualClock(START), policy=EXPLAINING, key=KEY)
    calls = (
        lambda: server.begin_login(typed, WRONG),
        lambda: server.register(typed, PASSWORD),
        lambda: server.reset_factors(typed),
    )
    with closing(psycopg.connect(url)) as other:
        (lock,) = server._services.name_locks(spellings(typed))
        other.execute(lock.statement, (lock.value,))  # type: ignore[call-overload]
        for call in calls[:2]:
            with pytest.raises(ServerFault, match="is locked"):
                call()
        other.execute("UPDATE mfa_lab SET schema_version = schema_version + 1")
        other.commit()
    for call in calls:
        with pytest.raises(ServerFault, match="was migrated"):
            call()
    log = (cluster.folder / "log").read_text(encoding="utf-8")
    assert log.count("STATEMENT:  BEGIN") >= 4
    assert typed not in log


def test_each_statement_is_prepared_once(cluster: Cluster) -> None:
    """The second login prepares nothing. After an error everything is prepared again, because PostgreSQL may have
    stopped before it prepared what it was sent.
    """
    house = House(cluster.new_database()).new_account()
    store = house.one._services.store
    house.log_in()
    prepared = "SELECT count(*), max(prepare_time) FROM pg_prepared_statements"
    with store.reading() as connection:
        count, last = before = connection.exec_driver_sql(prepared).one()
    assert count > 10
    house.log_in()
    with store.reading() as connection:
        assert connection.exec_driver_sql(prepared).one() == before
    question = select(schema.accounts.c.id).where(schema.accounts.c.name == house.name, text("length('%') = 1"))

    def fail() -> None:
        with store.transaction(locks.NOTHING) as connection:
            connection.exec_driver_sql("SELECT 1 / 0", execution_options={"later": True})
            connection.execute(question)

    with pytest.raises(ServerFault):
        fail()
    for _ in range(2):
        with store.reading() as connection:
            assert connection.execute(question).all()
    house.log_in()
    with store.reading() as connection:
        assert connection.exec_driver_sql(prepared).one() > (10, last)


def test_an_error_before_a_statement_is_sent(cluster: Cluster) -> None:
    """What was to be prepared together with it is not, and the next request on this connection prepares it."""
    house = House(cluster.new_database()).new_account()
    store, question = (
        house.one._services.store,
        select(schema.accounts.c.id).where(schema.accounts.c.name == house.name),
    )

    def fail() -> None:
        with store.transaction(locks.NOTHING) as connection:
            connection.execute(question.execution_options(later=True))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with store.reading() as connection:
        assert connection.execute(question).all()


@contextmanager
def without_tls() -> Iterator[int]:
    """A port where something answers as a PostgreSQL without TLS does."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    caller, _ = server.accept()
                    with caller:
                        caller.recv(8)
                        caller.sendall(b"N")

        Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def with_passwords(cluster: Cluster) -> str:
    """The URL of a database whose user `guarded` needs a password."""
    url = cluster.new_database()
    rules = cluster.folder / "data" / "pg_hba.conf"
    rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text()}")
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'demo'")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("/lab_", "/nowhere_", "the database does not exist: create it, or correct its name in the URL"),
        ("mfa@", "stranger@", "does not know the user: create the user, or correct it in the URL"),
        ("mfa@", "guarded:wrong@", "refuses the user or the password: correct them in the URL"),
        ("mfa@", "guarded@", "refuses the user or the password: correct them in the URL"),
    ],
)
def test_what_is_wrong_in_the_url(old: str, new: str, sentence: str, with_passwords: str) -> None:
    """Each with its own remedy, and without the words of the driver."""
    with pytest.raises(ServerFault, match=sentence) as caught:
        MfaServer(with_passwords.replace(old, new), key=KEY)
    assert "wrong" not in str(caught.value.__notes__)
    assert MfaServer(with_passwords.replace("mfa@", "guarded:demo@"), policy=EXPLAINING, key=KEY)


def test_nobody_listens_or_without_tls() -> None:
    """A closed port, a host that has no name, and a server that offers no TLS."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        closed = taken.getsockname()[1]
    for host in (f"127.0.0.1:{closed}", "no-such-host.invalid"):
        with pytest.raises(
            ServerFault, match="cannot be reached: start PostgreSQL, or correct the URL's host and port"
        ):
            MfaServer(f"postgresql://mfa@{host}/lab", key=KEY)
    with without_tls() as port, pytest.raises(ServerFault, match="offers no TLS that fits: set it up, or change ssl"):
        MfaServer(f"postgresql://mfa@127.0.0.1:{port}/lab?sslmode=require", key=KEY)


@pytest.mark.parametrize("seconds", [600, -600])
def test_a_node_whose_clock_differs_refuses(seconds: int, cluster: Cluster) -> None:
    """At the start and later, before it writes; the correct node goes on, also after a restart."""
    url, policy = cluster.new_database(), replace(EXPLAINING, clock_back_seconds=120)
    clock = SkewedClock(SystemClock(), 0)
    server = MfaServer(url, clock=clock, policy=policy, key=KEY)
    server.register(NAME, PASSWORD)
    lines = server.audit_log()
    clock.drift_seconds = seconds
    direction = "ahead of" if seconds > 0 else "behind"
    for call in (lambda: server.begin_login(NAME, PASSWORD), lambda: MfaServer(url, clock=clock, key=KEY)):
        with pytest.raises(ServerFault, match=rf"(59\d|60\d) s {direction} the clock of the database's machine"):
            call()
    assert server.audit_log() == lines
    assert MfaServer(url, policy=policy, key=KEY).begin_login(NAME, PASSWORD)
    assert MfaServer(url, clock=ManualClock(START), policy=policy, key=KEY)


def test_a_worker_of_the_earlier_schema_stops(cluster: Cluster) -> None:
    """Another worker has migrated the database: whatever is asked, reading or writing, the sentence says so."""
    url = cluster.new_database()
    server = MfaServer(url, policy=EXPLAINING, key=KEY)
    server.register(NAME, PASSWORD)
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("UPDATE mfa_lab SET schema_version = schema_version + 1")
    for call in (lambda: server.begin_login(NAME, PASSWORD), server.audit_log):
        with pytest.raises(
            ServerFault, match="was migrated by a newer mfa-lab: update mfa-lab on this machine, and restart"
        ):
            call()


def test_a_migration_waits_for_those_who_read(cluster: Cluster) -> None:
    """A worker of the earlier version has begun to read, as `reading` does. If a migration now changed one table
    after another, it would wait for this worker, and this worker for the migration (deadlock).
    """
    url = cluster.new_database()
    with closing(psycopg.connect(url)) as connection, connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(as_postgres_would_hold(SCHEMAS[-2].read_text(encoding="utf-8")))
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
    with (
        closing(psycopg.connect(url)) as reader,
        closing(psycopg.connect(url, autocommit=True)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        reader.execute("SELECT schema_version FROM mfa_lab")
        reader.execute("SELECT count(*) FROM sessions")
        opening = pool.submit(MfaServer, url, clock=ManualClock(2_000_000_000), policy=EXPLAINING, key=KEY)
        while other.execute(waiting).fetchone() == (0,):
            assert not opening.done()
        reader.execute("SELECT count(*) FROM sessions JOIN accounts ON account_id = accounts.id")
        reader.commit()
        assert isinstance(opening.result(10), MfaServer)


def test_a_slow_notifier_and_a_new_claim(cluster: Cluster) -> None:
    """A worker marks what it has sent after its claim has expired. Another worker claims the same rows meanwhile, in
    another order. The two must not wait for each other's rows (deadlock).
    """
    url = cluster.new_database()
    server = MfaServer(url, clock=ManualClock(START), policy=EXPLAINING, key=KEY)
    House(url).new_account()  # with a notification of its first factor
    claim = "UPDATE notices SET claimed_until = 1 WHERE id = %s"
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with (
        closing(psycopg.connect(url)) as other,
        closing(psycopg.connect(url, autocommit=True)) as observer,
        ThreadPoolExecutor(1) as pool,
    ):
        observer.execute("INSERT INTO notices (account_id, at, event) SELECT account_id, at, event FROM notices")
        first, last = (row[0] for row in observer.execute("SELECT id FROM notices ORDER BY id").fetchall())

        class Slow:
            def send(self, *_: object) -> bool:
                other.execute(locks.OUTBOX.statement, (locks.OUTBOX.value,))  # type: ignore[call-overload]
                other.execute(claim, (last,))
                return True

        sending = pool.submit(server.send_notifications, Slow())
        while observer.execute(waiting).fetchone() == (0,):
            assert not sending.done()
        other.execute(claim, (first,))
        other.commit()
        assert sending.result(10) == 2


def test_workers_that_start_at_once_migrate_once(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """One migrates, the others wait and find the new schema. The command then has nothing to do."""
    url, upgrades, upgrade = cluster.new_database(), [], migrations.upgrade
    with closing(psycopg.connect(url)) as connection, connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(as_postgres_would_hold(SCHEMAS[0].read_text(encoding="utf-8")))
    monkeypatch.setattr(migrations, "upgrade", lambda *what: upgrades.append(what[1]) or upgrade(*what))
    clock = ManualClock(2_000_000_000)
    servers = together(*[lambda: MfaServer(url, clock=clock, policy=EXPLAINING, key=KEY)] * 4)
    assert [type(server) for server in servers] == [MfaServer] * 4
    assert len(upgrades) == 1
    monkeypatch.setenv("MFA_LAB_KEY", KEY.hex())
    said = CliRunner().invoke(main, ["migrate", "--database", url]).output
    assert said == f"Nothing to migrate: the database has schema {schema.VERSION}.\n"


def test_pgbouncer_in_transaction_mode(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """More connections than PgBouncer has: whole lives go through, and the races stay closed, as without it. Nothing
    of a transaction is left for the next client of its connection.
    """
    plain = cluster.new_database()
    with running_pgbouncer(cluster) as folder:
        url = plain.replace(str(cluster.folder), str(folder))
        monkeypatch.setattr(TwoConnectionsToPostgres, "url", url)
        how = settings(max_examples=1, stateful_step_count=30, deadline=None, suppress_health_check=[*HealthCheck])
        run(TwoConnectionsToPostgres, settings=how)
        house = House(cluster.new_database().replace(str(cluster.folder), str(folder)))
        for race in (passwords, codes, two_sessions, revocations, registrations):
            assert not race(house)
        house.new_account()
        begun = [house.begin() for _ in range(12)]
        wrong = [lambda w=w, p=p: w.finish_login(p, "000000") for w, p in zip(house.pair * 6, begun, strict=True)]
        assert {type(answer) for answer in together(*wrong)} == {AccessDenied}
        assert house.value("SELECT otp_failures FROM accounts WHERE id = :me") == 12
        assert house.value("SELECT count(*) FROM pg_prepared_statements") == 0
        with closing(psycopg.connect(url, prepare_threshold=None)) as connection:
            (left,) = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() or ()
            assert left == 0
            for name in ("lock_timeout", "statement_timeout"):
                assert connection.execute(f"SHOW {name}").fetchone() == ("0",)  # type: ignore[arg-type]
