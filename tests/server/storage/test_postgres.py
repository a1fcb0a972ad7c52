"""The same server on PostgreSQL: everything that SQLite's one writer gives, several workers have here as well."""

from __future__ import annotations

import multiprocessing
import random
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from mfa_lab import AccessDenied, ManualClock, MfaServer, Phone, Policy, SeededRandomness
from mfa_lab.errors import InvalidInput, MfaError, NameTaken, Reason, ServerFault, StepDone, WrongKey
from mfa_lab.otp import code_at
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.redaction import Redacted
from mfa_lab.server.audit import Event
from mfa_lab.server.records import Kind, Session, token_hash
from mfa_lab.server.storage import locks, schema
from tests.postgres import Cluster, running_cluster
from tests.server.account.test_session_list import end_each_other, end_while_in_use
from tests.server.kit import (
    EXPLAINING,
    KEY,
    NAME,
    NEVER_WAITS,
    ORIGIN,
    PARTY,
    PASSWORD,
    START,
    WRONG,
    reason,
    together,
)
from tests.server.login.test_race import ALL, callers
from tests.server.storage.test_store import SCHEMAS, go_on
from tests.server.test_kill import confirm_under_kills, killed_at

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


class Deployment:
    """A server on a new database, a user with a phone, and a look behind the server's back."""

    def __init__(self, cluster: Cluster, policy: Policy = EXPLAINING) -> None:
        self.url = cluster.new_database()
        self.clock = ManualClock(START)
        self.phone = Phone(self.clock)
        self.server = self.open(policy)
        self.enrol(NAME)

    def open(self, policy: Policy = EXPLAINING) -> MfaServer:
        """One more worker on the same database."""
        return MfaServer(self.url, clock=self.clock, policy=policy, key=KEY, relying_party=PARTY)

    def enrol(self, name: str) -> None:
        self.server.register(name, PASSWORD)
        enrolment = self.server.start_enrolment(self.server.begin_login(name, PASSWORD))
        self.phone.add(enrolment.uri)
        self.secret = enrolment.account.secret.reveal()
        self.codes = self.server.confirm_enrolment(enrolment, self.phone.code())
        self.clock.advance(30)

    def log_in(self, server: MfaServer | None = None) -> Session:
        self.clock.advance(30)
        server = server or self.server
        return server.finish_login(server.begin_login(NAME, PASSWORD), self.phone.code())

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        with closing(psycopg.connect(self.url)) as connection:
            return connection.execute(question).fetchall()  # type: ignore[arg-type]


@pytest.fixture
def deployment(cluster: Cluster) -> Deployment:
    return Deployment(cluster)


def test_one_login_from_end_to_end(deployment: Deployment) -> None:
    """Register, enrol, log in, a recovery, a new phone, notices, log: PostgreSQL takes every statement."""
    session = deployment.log_in()
    assert deployment.server.check_session(session).name == NAME
    assert deployment.server.issue_recovery_codes(session)
    code = deployment.server.issue_recovery_codes(session)[0]
    recovered = deployment.server.recover(deployment.server.begin_login(NAME, PASSWORD), code)
    enrolment = deployment.server.start_enrolment(recovered.pending)
    deployment.phone.add(enrolment.uri)
    deployment.clock.advance(30)
    deployment.server.confirm_enrolment(enrolment, deployment.phone.code())
    session = deployment.log_in()
    assert [notification.event for notification in deployment.server.notifications(session)] != []
    deployment.server.log_out(session)
    assert reason(deployment.server.check_session, session) is Reason.UNKNOWN_SESSION
    assert [line.event for line in deployment.server.audit_log()][:3] == [
        "registered",
        "password accepted",
        "enrolment started",
    ]
    deployment.server.reset_factors(NAME)
    with pytest.raises(NameTaken):
        deployment.server.register(NAME.upper(), PASSWORD)
    assert "PostgreSQL" in repr(deployment.server)


def test_passkeys_from_end_to_end(deployment: Deployment) -> None:
    """Added, used by another worker, replaced, revoked; a response opens one session, and the key is erased."""
    server, other, browser = deployment.server, deployment.open(), Browser(ORIGIN)
    session = deployment.log_in()

    def add(holder: PasskeyHolder, **how: Any) -> None:
        creation = server.start_passkey(session, **how)
        server.confirm_passkey(creation, browser.create(creation.options, holder))

    holders = [PasskeyHolder(SeededRandomness(seed), synced=False) for seed in range(3)]
    for number, holder in enumerate(holders):
        add(holder, replace=number == 1)
        pending = server.begin_login(NAME, PASSWORD)
        response = browser.get(server.start_passkey_login(pending), holder)
        heard = together(
            *[lambda w=w, p=pending, r=response: w.finish_passkey_login(p, r) for w in (server, other) * 4]
        )
        (session,) = [one for one in heard if isinstance(one, Session)]
        assert session.phishing_resistant
        assert {type(one) for one in heard} == {Session, StepDone}
    assert deployment.rows("SELECT count(*), min(sign_count) FROM passkeys") == [(2, 1)]
    passkeys = [one for one in server.authenticators(session) if one.kind is Kind.PASSKEY]
    server.revoke(session, passkeys[0].id)
    assert deployment.rows("SELECT count(*) FROM passkeys") == [(1,)]
    assert reason(server.issue_recovery_codes, deployment.log_in()) is Reason.NOT_PHISHING_RESISTANT


def test_workers_share_everything(deployment: Deployment) -> None:
    """Counts, waits, used codes and sessions are the same for every worker."""
    other = deployment.open()
    session = deployment.log_in(other)
    assert deployment.server.check_session(session).name == NAME
    assert (
        reason(deployment.server.finish_login, deployment.server.begin_login(NAME, PASSWORD), deployment.phone.code())
        is Reason.REUSED
    )
    for server in (deployment.server, other, deployment.server):
        assert reason(server.begin_login, NAME, WRONG) is Reason.WRONG_PASSWORD
    assert reason(other.begin_login, NAME, PASSWORD) is Reason.THROTTLED


def test_no_count_is_lost_among_workers(cluster: Cluster) -> None:
    """Sixteen wrong codes at the same moment by four workers count as sixteen (NIST-3.2.2)."""
    deployment = Deployment(cluster, replace(NEVER_WAITS, pending_wrong_codes=100))
    workers = [deployment.open(replace(NEVER_WAITS, pending_wrong_codes=100)) for _ in range(4)]
    pendings = [worker.begin_login(NAME, PASSWORD) for worker in workers * 4]
    wrong = "000000" if code_at(deployment.secret, deployment.clock.now()) != "000000" else "000001"
    together(*[lambda w=w, p=p: w.finish_login(p, wrong) for w, p in zip(workers * 4, pendings, strict=True)])
    assert deployment.rows("SELECT otp_failures FROM accounts") == [(16,)]


def test_one_code_grants_one_session(cluster: Cluster) -> None:
    """Sixty-four at once, in eight processes: exactly one gets in (ASVS-6.5.1)."""
    deployment = Deployment(cluster, NEVER_WAITS)
    with callers(deployment.url) as all_at_once:
        for number in range(1, 26):
            tokens = [deployment.server.begin_login(NAME, PASSWORD).token.reveal() for _ in range(ALL)]
            assert all_at_once(deployment.clock.now(), tokens, deployment.phone.code()) == {
                "session": 1,
                "reused": ALL - 1,
            }
            assert deployment.rows("SELECT count(*) FROM sessions") == [(number,)]
            deployment.clock.advance(30)


def test_the_audit_log_is_append_only(deployment: Deployment) -> None:
    """A trigger refuses to change, delete or empty it, from any program."""
    for change in ("UPDATE audit SET event = 'forged'", "DELETE FROM audit", "TRUNCATE audit"):
        with (
            closing(psycopg.connect(deployment.url)) as connection,
            pytest.raises(psycopg.IntegrityError, match="append-only"),
        ):
            connection.execute(change)  # type: ignore[arg-type]


def test_the_key_comes_from_outside(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file lies beside this database: without a key the server says how to give one, and makes no table."""
    url = cluster.new_database()
    monkeypatch.delenv("MFA_LAB_KEY", raising=False)
    with pytest.raises(WrongKey, match="MFA_LAB_KEY"):
        MfaServer(url)
    with closing(psycopg.connect(url)) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    MfaServer(url, key=KEY)
    with pytest.raises(WrongKey, match="another key"):
        MfaServer(url, key=bytes(32))


@pytest.mark.parametrize(
    ("change", "sentence", "said"),
    [
        ("host=/nowhere", "cannot be reached", "OperationalError (no state)"),
        (
            "options=-cdefault_transaction_read_only=on",
            "read-only",
            "cannot execute INSERT in a read-only transaction (25006)",
        ),
    ],
)
def test_trouble_is_a_sentence(change: str, sentence: str, said: str, deployment: Deployment) -> None:
    """With its remedy, and without the words of the driver, which may quote a value or the URL."""
    url = deployment.url.split("?")[0] + "?" + change if "host=" in change else f"{deployment.url}&{change}"
    with pytest.raises(ServerFault, match=sentence) as caught:
        MfaServer(url, key=KEY).begin_login(NAME, PASSWORD)
    assert caught.value.__context__ is None
    assert caught.value.__notes__ == [f"PostgreSQL says: {said}"]


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_the_databases_own_isolation_changes_nothing(level: str, cluster: Cluster) -> None:
    """A snapshot from before the lock would be old: of two workers that revoke the two authenticators, one may."""
    deployment = Deployment(cluster)
    with closing(psycopg.connect(deployment.url, autocommit=True)) as connection:
        name = deployment.url.split("/")[3].split("?")[0]
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = '{level}'")  # type: ignore[arg-type]
    workers = [deployment.open() for _ in range(2)]
    phone = Phone(deployment.clock)
    enrolment = workers[0].start_enrolment(deployment.log_in(workers[0]), further=True)
    phone.add(enrolment.uri)
    deployment.clock.advance(30)
    workers[0].confirm_enrolment(enrolment, phone.code())
    session = deployment.log_in(workers[1])
    ids = [each.id for each in workers[0].authenticators(session)]
    revocations = [lambda w=w, i=i: w.revoke(session, i) for w, i in zip(workers, ids, strict=True)]
    with closing(psycopg.connect(deployment.url, autocommit=True)) as holder:
        holder.execute(f"SELECT pg_advisory_lock({locks.DATABASE})")  # type: ignore[arg-type]
        with ThreadPoolExecutor(2) as threads:
            answers = [threads.submit(revocation) for revocation in revocations]
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while holder.execute(waiting).fetchone() != (2,):
                time.sleep(0.01)
            holder.execute("SELECT pg_advisory_unlock_all()")
        assert sorted(type(answer.exception()).__name__ for answer in answers) == ["AccessDenied", "NoneType"]
    assert len(workers[0].authenticators(session)) == 1


def test_every_event_fits_its_column(deployment: Deployment) -> None:
    """PostgreSQL refuses what SQLite takes: a longer word than the table has room for."""
    events = [*Event, *Reason]
    assert [event for event in events if len(event) > 32] == []
    deployment.server.trust_clock()
    assert deployment.server.audit_log()[-1].event == Event.CLOCK_TRUSTED


def test_a_log_of_all_statements_holds_no_values(deployment: Deployment, caplog: pytest.LogCaptureFixture) -> None:
    """As with SQLite: neither account nor token."""
    caplog.set_level("INFO", "sqlalchemy.engine")
    deployment.log_in(deployment.open())
    values = deployment.rows("SELECT id FROM accounts UNION SELECT token_hash FROM sessions")
    assert "UPDATE factors SET last_step" in caplog.text
    assert not [value for (value,) in values if value in caplog.text]


def test_odd_names_are_no_trouble(deployment: Deployment) -> None:
    """What PostgreSQL could not store is told apart before it is asked: a zero, a name that spells out too long."""
    for name in ("a\0b", "\ufdfa" * 300, "\ud800", "x" * 5000):
        assert reason(deployment.server.begin_login, name, PASSWORD) is Reason.UNKNOWN_NAME
    with pytest.raises(InvalidInput, match="too long"):
        deployment.server.register("\ufdfa" * 200, PASSWORD)


def test_servers_that_start_at_once_make_one_database(cluster: Cluster) -> None:
    """One makes the tables, all open them."""
    url = cluster.new_database()
    servers = together(*[lambda: MfaServer(url, policy=Policy.CHEAPEST, key=KEY)] * 8)
    assert {type(server) for server in servers} == {MfaServer}


def as_postgres_would_hold(dump: str) -> str:
    """A dump of SQLite in PostgreSQL's words, without the triggers: they are no business of a migration."""
    for sqlites, ours in (
        (r"CREATE TRIGGER.*?END;|BEGIN TRANSACTION;|COMMIT;| WITHOUT ROWID", ""),
        (r"\bid INTEGER NOT NULL", "id SERIAL"),
        (r"\bBLOB\b", "BYTEA"),
        (r"\bX'([0-9A-F]*)'", r"'\\x\1'"),
    ):
        dump = re.sub(sqlites, ours, dump, flags=re.DOTALL)
    sequences = [f"SELECT setval('{name}_id_seq', 1000);" for name in ("audit", "notices", "recovery_codes")]
    return "\n".join([dump, *sequences])


@pytest.mark.parametrize("old", SCHEMAS, ids=lambda path: f"schema {path.stem}")
def test_each_schema_comes_to_todays_with_its_data(old: Path, cluster: Cluster) -> None:
    """As on SQLite: tables, columns and indexes are today's, and people go on with what they had."""
    url = cluster.new_database()
    with closing(psycopg.connect(url)) as connection, connection:
        connection.execute("SET session_replication_role = replica")  # the dump is not in the order of foreign keys
        connection.execute(as_postgres_would_hold(old.read_text(encoding="utf-8")))
    go_on(url)
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with closing(engine.connect()) as connection:
        differences = compare_metadata(MigrationContext.configure(connection), schema.metadata)
    engine.dispose()
    assert differences == []


@pytest.mark.parametrize(("query", "seconds"), [("", "5"), ("&connect_timeout=1", "1")])
def test_how_long_it_is_waited_for_is_the_urls_to_say(
    query: str, seconds: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five seconds, or what the operator wrote."""
    told: list[Any] = []
    url, connect = cluster.new_database() + query, psycopg.connect

    def asked(*arguments: Any, **options: Any) -> Any:
        told.append(options["connect_timeout"])
        return connect(*arguments, **options)

    monkeypatch.setattr(psycopg, "connect", asked)
    MfaServer(url, policy=EXPLAINING, key=KEY).close()
    assert set(told) == {seconds}


def test_a_broken_connection_is_replaced(deployment: Deployment) -> None:
    """A worker that lay idle while the database was restarted answers its next request as if nothing had been."""
    ours = "FROM pg_stat_activity WHERE application_name = 'mfa-lab' AND datname = current_database()"
    deployment.log_in()
    with closing(psycopg.connect(deployment.url, autocommit=True)) as connection:
        assert connection.execute(f"SELECT pg_terminate_backend(pid, 10000) {ours}").fetchall()  # type: ignore[arg-type]
    assert deployment.server.check_session(deployment.log_in()).name == NAME


def log_in_for_a_while(url: str, until: Any, now: int, secret: str, said: Any) -> None:
    """A worker under load: whatever happens, it says what it was told and goes on. Its clock is its own, and may be
    far behind that of a worker who started sooner.
    """
    clock = ManualClock(now)
    server = MfaServer(url, clock=clock, policy=replace(NEVER_WAITS, clock_back_seconds=10**6), key=KEY)
    said.put(("ready", 0, ""))
    while not until.is_set():
        clock.advance(30)
        try:
            session = server.finish_login(server.begin_login(NAME, PASSWORD), code_at(secret, clock.now()))
            said.put(("session", clock.now(), session.token.reveal()))
        except AccessDenied as denied:
            said.put((str(denied.trace and denied.trace.reason), clock.now(), ""))
        except MfaError as error:
            said.put((type(error).__name__, clock.now(), str(error)))
            time.sleep(0.05)
    said.put(("end", 0, ""))


def test_the_database_is_restarted_under_load() -> None:
    """Two workers log in without a pause while PostgreSQL stops and starts: clear errors meanwhile, recovery by
    itself, no step is granted twice, and every session that was told is there.
    """
    spawn = multiprocessing.get_context("spawn")
    with running_cluster() as cluster:
        deployment = Deployment(cluster, NEVER_WAITS)
        until, said = spawn.Event(), spawn.Queue()
        order = (deployment.url, until, deployment.clock.now(), deployment.secret, said)
        workers = [spawn.Process(target=log_in_for_a_while, args=order, daemon=True) for _ in range(2)]
        for worker in workers:
            worker.start()
        heard = [said.get(timeout=60) for _ in workers]
        for mode in ("fast", "immediate"):
            time.sleep(1)
            cluster.stop(mode)
            time.sleep(0.5)
            cluster.start()
        time.sleep(1)
        after = sum(1 for _ in range(said.qsize()))
        until.set()
        while [what for what, *_ in heard].count("end") < len(workers):
            heard.append(said.get(timeout=60))
        for worker in workers:
            worker.join(timeout=30)
        assert after
        kinds = {what for what, *_ in heard}
        assert kinds <= {"ready", "end", "session", "reused", "ServerFault"}
        assert "ServerFault" in kinds
        assert {
            words for what, _, words in heard if what == "ServerFault" and "nothing was changed" not in words
        } == set()
        last_trouble = max(index for index, (what, *_) in enumerate(heard) if what == "ServerFault")
        assert "session" in [what for what, *_ in heard[last_trouble:]]
        granted = [now // 30 for what, now, _ in heard if what == "session"]
        assert len(set(granted)) == len(granted)
        kept = {token for (token,) in deployment.rows("SELECT token_hash FROM sessions")}
        assert len(kept) >= len(granted)
        assert deployment.rows("SELECT count(*) FROM audit WHERE event = 'logged in'") == [(len(kept),)]
        assert {token_hash(Redacted(token)) for what, _, token in heard if what == "session"} <= kept


def test_nothing_comes_back_after_a_kill(cluster: Cluster) -> None:
    """Workers are killed -9 at seeded moments: what was granted stands, what was consumed stays consumed, and the
    lock of the dead does not keep the living waiting.
    """
    deployment = Deployment(cluster, NEVER_WAITS)
    moments = random.Random(2)
    wrong = "000000"
    for _ in range(15):
        told = killed_at(moments.uniform(0.02, 0.2), deployment.url, deployment.secret, deployment.clock.now(), wrong)
        ((last_step,),) = deployment.rows("SELECT last_step FROM factors")
        deployment.clock.set(last_step * 30 + 40)
        steps = [now // 30 for what, now, _ in told if what == "granted"]
        assert all(step <= last_step for step in steps)
        assert deployment.rows("SELECT count(*) FROM sessions") == deployment.rows(
            "SELECT count(*) FROM audit WHERE event = 'logged in'"
        )
        before = time.monotonic()
        used = code_at(deployment.secret, last_step * 30)
        assert (
            reason(deployment.server.finish_login, deployment.server.begin_login(NAME, PASSWORD), used)
            is Reason.REUSED
        )
        assert time.monotonic() - before < 5
        deployment.log_in()


def test_no_enrolment_is_lost_by_a_kill(cluster: Cluster) -> None:
    """Killed at any of its statements, an enrolment is wholly there or can be confirmed again, never half."""
    confirm_under_kills(Deployment(cluster, NEVER_WAITS))


def test_sessions_that_end_each_other(deployment: Deployment) -> None:
    """Each over its own connection; one of them always stays."""
    for _ in range(10):
        end_each_other(deployment.server, deployment.log_in(), deployment.log_in())


def test_a_session_that_is_ended_while_it_is_used(deployment: Deployment) -> None:
    """Whatever it was doing at that moment: afterwards it does nothing."""
    used, owner = deployment.log_in(), deployment.log_in()
    end_while_in_use(deployment.server, used, owner)


def test_no_line_of_the_log_is_passed_over(deployment: Deployment) -> None:
    """A line has an id before it is committed. Whoever reads on from a later line must not miss it: the part of the
    log waits until it is there.
    """
    last = deployment.server.audit_log()[-1].id
    with psycopg.connect(deployment.url) as slow, ThreadPoolExecutor(1) as pool:
        slow.execute(f"SELECT pg_advisory_xact_lock_shared({locks.DATABASE})")
        slow.execute("INSERT INTO audit (at, event) VALUES (1, 'slow')")
        deployment.server.begin_login(NAME, PASSWORD)
        part = pool.submit(deployment.server.audit_lines, after=last)
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not part.done() and deployment.rows(waiting) != [(1,)]:
            time.sleep(0.01)
        slow.commit()
        assert [line.event for line in part.result(timeout=30)] == ["slow", "password accepted"]
    assert deployment.server.audit_log()[-2].event == "slow"


def test_an_id_that_was_given_up_stops_nobody(deployment: Deployment) -> None:
    """A transaction was rolled back: its id is missing for ever, and the log goes on."""
    last = deployment.server.audit_log()[-1].id
    with psycopg.connect(deployment.url) as failing:
        failing.execute("INSERT INTO audit (at, event) VALUES (1, 'never')")
        failing.rollback()
    deployment.server.begin_login(NAME, PASSWORD)
    assert [line.id - last for line in deployment.server.audit_lines(after=last)] == [2]


def test_a_deletion_and_a_new_notification_do_not_wait_for_each_other(deployment: Deployment) -> None:
    """The outbox adds a notification about a forgotten password while an administrator deletes the account."""
    subject = deployment.server.accounts.find(NAME).subject
    with psycopg.connect(deployment.url) as outbox, ThreadPoolExecutor(1) as pool:
        outbox.execute(f"SELECT pg_advisory_xact_lock(hashtextextended('{locks.OUTBOX.value}', 0))")
        deletion = pool.submit(deployment.server.accounts.delete, NAME)
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not deletion.done() and deployment.rows(waiting) != [(1,)]:
            time.sleep(0.01)
        outbox.execute(
            "INSERT INTO notices (account_id, at, event) VALUES (%s, 1, 'password reset requested')", [subject]
        )
        outbox.commit()
        deletion.result(timeout=30)
    assert deployment.rows("SELECT count(*) FROM notices") == [(0,)]
