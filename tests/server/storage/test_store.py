"""One file: opened by the right program, with the right key and schema; changed whole or not at all."""

import os
import shutil
import sqlite3
import stat
import traceback
from contextlib import closing, suppress
from pathlib import Path

import pytest

from mfa_lab import AccessDenied, MfaServer, Policy
from mfa_lab.errors import InvalidInput, Reason, ServerFault
from mfa_lab.phone.browser import Browser
from mfa_lab.server.storage import migrations, schema, store
from mfa_lab.server.storage.sqlite import Sqlite
from tests.server.kit import EXPLAINING, KEY, NAME, PASSWORD, WRONG, Deployment, reason, together
from tests.server.storage import old_schemas


def pragma(server: MfaServer, name: str) -> object:
    """What SQLite answers on the connection that the server itself uses."""
    with server._services.store.transaction() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_a_commit_is_on_the_disk_when_it_is_answered(deployment: Deployment) -> None:
    """WAL with synchronous FULL (2): what was answered survives a power cut. Foreign keys are enforced."""
    assert (pragma(deployment.server, "journal_mode"), pragma(deployment.server, "synchronous")) == ("wal", 2)
    assert pragma(deployment.server, "foreign_keys") == 1


@pytest.mark.parametrize("password", [PASSWORD, WRONG])
def test_nothing_is_answered_before_a_flushed_commit(enrolled: Deployment, password: str) -> None:
    """The reserved attempt may wait for the disk; the commit before the answer, granted or refused, may not."""
    said: list[str] = []
    with enrolled.server._services.store.transaction() as connection:
        connection.connection.driver_connection.set_trace_callback(said.append)  # type: ignore[union-attr]
    said.clear()
    with suppress(AccessDenied):
        enrolled.begin(password=password)
    steps = [line.split("=")[-1].strip() for line in said if line == "COMMIT" or "synchronous" in line]
    assert steps == ["NORMAL", "COMMIT", "FULL", "COMMIT"]
    assert pragma(enrolled.server, "synchronous") == 2


def test_a_transaction_takes_the_write_lock_at_its_start(deployment: Deployment) -> None:
    """IMMEDIATE: what a request has read cannot change before it writes."""
    with (
        deployment.server._services.store.transaction(),
        closing(sqlite3.connect(deployment.path, timeout=0)) as other,
    ):
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM accounts").fetchone() == (1,)


def test_an_error_inside_rolls_everything_back(deployment: Deployment) -> None:
    """A transaction is one change: an exception leaves no row of it."""

    def half() -> None:
        with deployment.server._services.store.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO audit (at, event) VALUES (0, 'half')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert deployment.rows("SELECT count(*) FROM audit WHERE event = 'half'") == [(0,)]


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "sqlite+pysqlite://", "sqlite:///file::memory:?uri=true",
     "sqlite:///file:lab.db?mode=memory&uri=true"],
)  # fmt: skip
def test_in_memory_nothing_is_written(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server in memory leaves no file behind, no key either."""
    monkeypatch.chdir(tmp_path)
    server = MfaServer(url, policy=Policy.CHEAPEST)
    server.register(NAME, PASSWORD)
    server.begin_login(NAME, PASSWORD)
    assert "in memory" in repr(server)
    server.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "name"),
    [("sqlite:///lab.db?timeout=1.5", "lab.db"), ("sqlite:///file:la%20b.db?uri=true", "la b.db"),
     ("sqlite:///file:lab.db?mode=rwc&uri=true", "lab.db"), ("sqlite:///la%20b#1.db", "la b#1.db")],
)  # fmt: skip
def test_the_key_lies_beside_the_file_that_sqlite_opens(
    url: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way the URL names it: nothing else is made, and the file opens again."""
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        MfaServer(url, policy=Policy.CHEAPEST).close()
        assert {file.name.removesuffix("-wal").removesuffix("-shm") for file in tmp_path.iterdir()} == {
            name,
            f"{name}.key",
        }


@pytest.mark.parametrize(
    "url",
    ["", "lab.db", "postgresql://localhost", "postgresql+asyncpg://localhost/lab",
     "postgresql://localhost/lab?colour=blue", "mysql://localhost/lab", "sqlite:/lab.db", None, b"sqlite://",
     "sqlite+aiosqlite:///lab.db", "sqlite+nothing:///lab.db", "sqlite://user:demo@host/lab.db", "sqlite://host/lab.db",
     "sqlite://host:port/lab.db", "sqlite:///a\0b.db", "sqlite:///a\nb.db", "sqlite:///a\ud800b.db",
     "sqlite:///file:a%00b.db?uri=true", "sqlite:///file:lab.db", "sqlite:///lab.db?uri=true", "sqlite:///file:?uri=true",
     "sqlite:///file://host/lab.db?uri=true", "sqlite:///file://[/lab.db?uri=true", "sqlite:///file:lab.db#x?uri=true",
     "sqlite:///file:lab.db%3Fmode=ro?uri=true", "sqlite:///file:a%25ff.db?uri=true",
     "sqlite:///file:lab.db?mode=memory&cache=shared&uri=true", "sqlite:///lab.db?mode=ro", "sqlite:///lab.db?uri=false",
     "sqlite:///lab.db?timeout=abc", "sqlite:///lab.db?timeout=nan", "sqlite:///lab.db?timeout=-1",
     "sqlite:///lab.db?timeout=1&timeout=2", "sqlite:///lab.db?nolock=1", "sqlite:///lab.db?check_same_thread=true",
     "sqlite:///lab.db?isolation_level=DEFERRED", "sqlite:///lab.db?colour=blue"],
)  # fmt: skip
def test_a_url_that_cannot_be_is_refused(url: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence shows what a URL looks like; nothing is made."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match=r"sqlite:///lab\.db"):
        MfaServer(url)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


posix = pytest.mark.skipif(os.name != "posix", reason="modes are a POSIX notion")


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


@posix
def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    """It holds names and hashes: 0600 from the first moment, with -wal and -shm, whatever the umask is."""
    before = os.umask(0)
    try:
        server = MfaServer(f"sqlite:///{tmp_path / 'lab.db'}", policy=Policy.CHEAPEST, key=KEY)
    finally:
        os.umask(before)
    assert modes(tmp_path) == dict.fromkeys(["lab.db", "lab.db-wal", "lab.db-shm"], 0o600)
    server.close()


@posix
def test_an_existing_database_keeps_its_mode(tmp_path: Path) -> None:
    """An operator who lets a group read it has reasons."""
    (tmp_path / "lab.db").touch()
    (tmp_path / "lab.db").chmod(0o640)
    server = MfaServer(f"sqlite:///{tmp_path / 'lab.db'}", policy=Policy.CHEAPEST, key=KEY)
    assert set(modes(tmp_path).values()) == {0o640}
    server.close()


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o660, 0o666])
def test_a_database_that_others_can_write_is_refused(mode: int, tmp_path: Path) -> None:
    """They could give any account a password of their own. The sentence says which command puts it right."""
    path = tmp_path / "lab.db"
    MfaServer(f"sqlite:///{path}", policy=Policy.CHEAPEST, key=KEY).close()
    path.chmod(mode)
    for url in (f"sqlite:///{path}", f"sqlite:///file:{path}?mode=rw&uri=true"):
        with pytest.raises(ServerFault, match=r"chmod go-w lab\.db"):
            MfaServer(url, policy=Policy.CHEAPEST, key=KEY)
    path.chmod(0o600)
    MfaServer(f"sqlite:///{path}", policy=Policy.CHEAPEST, key=KEY).close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_database_of_another_user_is_refused(tmp_path: Path) -> None:
    """Its owner may change it, whatever its mode says."""
    (tmp_path / "lab.db").touch(0o600)
    os.chown(tmp_path / "lab.db", 65534, -1)
    with pytest.raises(ServerFault, match="chown"):
        MfaServer(f"sqlite:///{tmp_path / 'lab.db'}", key=KEY)


@posix
@pytest.mark.parametrize("kind", ["link to nowhere", "pipe", "folder"])
def test_a_database_that_is_no_file_is_refused(kind: str, tmp_path: Path) -> None:
    """SQLite made the file at the end of the link, readable by all; a pipe was waited for. Nothing is made now."""
    path = tmp_path / "lab.db"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(ServerFault, match=r"is a link to a missing file|cannot be opened"):
        MfaServer(f"sqlite:///{path}", key=KEY)
    assert [each.name for each in tmp_path.iterdir()] == ["lab.db"]


@posix
def test_a_link_to_a_database_is_followed(tmp_path: Path) -> None:
    """The file at its end is checked, and used if it is there and its owner's."""
    path, link = tmp_path / "real.db", tmp_path / "lab.db"
    MfaServer(f"sqlite:///{path}", policy=Policy.CHEAPEST, key=KEY).close()
    link.symlink_to(path)
    MfaServer(f"sqlite:///{link}", policy=Policy.CHEAPEST, key=KEY).close()
    path.chmod(0o666)
    with pytest.raises(ServerFault, match="can be changed by others"):
        MfaServer(f"sqlite:///{link}", policy=Policy.CHEAPEST, key=KEY)


def test_a_file_that_is_only_to_be_read_is_not_made(tmp_path: Path) -> None:
    """mode=ro and rw open what is there, and nothing else."""
    for mode in ("ro", "rw"):
        with pytest.raises(ServerFault, match="cannot be opened"):
            MfaServer(f"sqlite:///file:{tmp_path / 'lab.db'}?mode={mode}&uri=true", key=KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_shows_sqlites_words_and_nothing_that_was_typed(deployment: Deployment) -> None:
    """A password typed into the name's field: no frame that goes with the error holds it, not even SQLAlchemy's."""
    deployment.tamper("ALTER TABLE accounts RENAME TO gone")
    typed = "demo: typed as a name"
    with pytest.raises(ServerFault) as caught:
        deployment.begin(typed, WRONG)
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert caught.value.__notes__ == ["SQLite says: no such table: accounts"]
    below = caught.value.__traceback__.tb_next.tb_next  # type: ignore[union-attr]
    shown = traceback.TracebackException(ServerFault, caught.value, below, capture_locals=True)
    assert typed not in "".join(shown.format())


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("attempt to write a readonly database", "is read-only: give this user write permission"),
        ("database is locked", "is locked by another program: close it"),
        ("database or disk is full", "has no room: free some space"),
        ("file is not a database", "is not an SQLite database: choose another file"),
        ("database disk image is malformed", "is damaged: restore a backup"),
        ("disk I/O error", "cannot be written or read: check the disk"),
        ("unable to open database file", "cannot be opened: check that its folder exists"),
        ("no such table: accounts", "was emptied while the server ran: restore a backup"),
    ],
)
def test_each_fault_of_sqlite_has_its_remedy(words: str, remedy: str) -> None:
    """In SQLite's own words, which it has had for twenty years; they are kept below the traceback."""
    fault = Sqlite.fault(sqlite3.OperationalError(words))
    assert f"the database {remedy}" in str(fault)
    assert fault.__notes__ == [f"SQLite says: {words}"]


def test_a_log_of_all_statements_holds_no_values(enrolled: Deployment, caplog: pytest.LogCaptureFixture) -> None:
    """An operator who turns on SQLAlchemy's log reads every statement, but no token (ASVS-16.2.5)."""
    caplog.set_level("INFO", "sqlalchemy.engine")
    enrolled.open()
    enrolled.log_in()
    assert "UPDATE factors SET last_step" in caplog.text
    values = enrolled.rows("SELECT id FROM accounts UNION SELECT token_hash FROM sessions")
    assert len(values) == 2
    assert not [value for (value,) in values if value in caplog.text]


def test_a_refused_change_is_a_fault_of_the_server(deployment: Deployment) -> None:
    """A broken constraint is a bug or a damaged file, and comes out by name and whole: `ServerFault`, no row."""

    def half() -> None:
        with deployment.server._services.store.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO audit (at, event) VALUES (0, 'half')")
            connection.exec_driver_sql("INSERT INTO notices (account_id, at, event) VALUES ('nobody', 0, 'x')")

    with pytest.raises(ServerFault, match="refused a change") as caught:
        half()
    assert caught.value.__notes__ == ["SQLite says: FOREIGN KEY constraint failed"]
    assert deployment.rows("SELECT count(*) FROM audit WHERE event = 'half'") == [(0,)]


def test_another_programs_database_is_refused_and_untouched(tmp_path: Path) -> None:
    """Not one byte of it changes, not even its journal mode, and nothing is put beside it."""
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(ServerFault, match="another program"):
        MfaServer(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def at_version(deployment: Deployment, version: int) -> bytes:
    """The deployment's file as if an mfa-lab of another schema version had written it; its bytes."""
    deployment.server.close()
    deployment.tamper(f"UPDATE mfa_lab SET schema_version = {version}")  # noqa: S608
    return deployment.path.read_bytes()


def test_a_newer_schema_is_refused_and_untouched(deployment: Deployment) -> None:
    """An old program must not write where it does not know the rules; the sentence says to update."""
    before = at_version(deployment, schema.VERSION + 1)
    with pytest.raises(ServerFault, match="update mfa-lab"):
        deployment.open()
    assert deployment.path.read_bytes() == before


ADD_COLUMN = "op.execute(\"ALTER TABLE accounts ADD COLUMN colour TEXT DEFAULT 'blue'\")"
FAILS_HALF_WAY = "op.execute('CREATE TABLE half (x)'); op.execute('UPDATE no_such_table SET x = 1')"
RAISES_HALF_WAY = "op.execute('DELETE FROM recovery_codes'); raise RuntimeError('a bug in the migration')"


def later_versions(monkeypatch: pytest.MonkeyPatch, folder: Path, *upgrades: str) -> None:
    """Let this mfa-lab know some schemas more, each with a way from the one before."""
    shutil.copytree(migrations.FOLDER, folder / "migrations")
    for version, upgrade in enumerate(upgrades, schema.VERSION + 1):
        script = f'from alembic import op\nrevision = "{version}"\ndown_revision = "{version - 1}"\n'
        path = folder / "migrations" / "versions" / f"schema_{version}.py"
        path.write_text(f"{script}def upgrade():\n    {upgrade}\n", encoding="utf-8")
    monkeypatch.setattr(migrations, "FOLDER", folder / "migrations")
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + len(upgrades))


def test_an_older_schema_migrates_with_its_data(
    enrolled: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every migration that is needed runs once, in order; the data is kept and logins go on."""
    later_versions(monkeypatch, tmp_path, ADD_COLUMN, "op.execute(\"UPDATE accounts SET colour = colour || 'ish'\")")
    for _ in range(2):
        enrolled.server.close()
        enrolled.open()
        assert enrolled.rows("SELECT name, colour, schema_version FROM accounts, mfa_lab") == [
            (NAME, "blueish", schema.VERSION)
        ]
    enrolled.log_in()


@pytest.mark.parametrize("second", [FAILS_HALF_WAY, RAISES_HALF_WAY])
def test_a_migration_that_fails_leaves_the_file_untouched(
    second: str, enrolled: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that are needed run in one transaction or none does: not one byte differs after a failure."""
    enrolled.server.close()
    enrolled.tamper("PRAGMA wal_checkpoint")
    dump, before = enrolled.dump(), enrolled.path.read_bytes()
    later_versions(monkeypatch, tmp_path, ADD_COLUMN, second)
    with pytest.raises((ServerFault, RuntimeError)):
        enrolled.open()
    assert enrolled.dump() == dump
    assert enrolled.path.read_bytes() == before


SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("*.sql"))
"""What the mfa-lab of each schema wrote, with demo data in it."""


def go_on(url: str) -> None:
    """Anyone who had an account before the update logs in after it; what was consumed stays consumed."""
    _, clock, phone, codes = old_schemas.populated("sqlite://")
    server = MfaServer(url, clock=clock, policy=EXPLAINING, key=KEY, relying_party=old_schemas.PARTY)
    if [line.event for line in server.audit_log()].count("registered") == 2:  # before schema 5
        old_schemas.add_passkey(server)
    pending, browser = server.begin_login(old_schemas.CAROL, PASSWORD), Browser(old_schemas.PARTY.origins[0])
    response = browser.get(server.start_passkey_login(pending), old_schemas.carols_key())
    assert server.finish_passkey_login(pending, response).phishing_resistant
    pending = server.begin_login(old_schemas.ALICE, PASSWORD)
    clock.advance(-30)
    assert reason(server.finish_login, pending, phone.code()) is Reason.REUSED
    clock.advance(90)
    server.finish_login(pending, phone.code())
    assert (
        reason(server.recover, server.begin_login(old_schemas.ALICE, PASSWORD), codes[0])
        is Reason.WRONG_RECOVERY_CODE
    )
    server.recover(server.begin_login(old_schemas.ALICE, PASSWORD), codes[1])
    assert [line.event for line in server.audit_log()].count("registered") == 3


def shape(path: Path) -> object:
    """Every table with its columns, every index and trigger, by name."""
    with closing(sqlite3.connect(path)) as connection:
        listed = connection.execute(
            "SELECT type, name FROM sqlite_master WHERE tbl_name != 'alembic_version'"
        ).fetchall()
        columns = {
            name: connection.execute("SELECT name, type, [notnull], pk FROM pragma_table_info(?)", (name,)).fetchall()
            for kind, name in listed
            if kind == "table"
        }
    return sorted(listed), columns


@pytest.mark.parametrize("old", SCHEMAS, ids=lambda path: f"schema {path.stem}")
def test_each_schema_comes_to_todays_with_its_data(old: Path, tmp_path: Path) -> None:
    """The shape is that of a new file, and people go on with what they had."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(old.read_text(encoding="utf-8"))
    go_on(f"sqlite:///{path}")
    MfaServer(f"sqlite:///{tmp_path / 'new.db'}", policy=Policy.CHEAPEST, key=KEY).close()
    assert shape(path) == shape(tmp_path / "new.db")


def test_there_is_a_dump_of_every_schema() -> None:
    """Anyone who makes a new schema keeps a dump of it here, for the next."""
    assert [path.stem for path in SCHEMAS] == [str(version) for version in range(1, schema.VERSION + 1)]


def test_a_schema_without_a_way_to_today_is_refused(deployment: Deployment) -> None:
    """No migration known: `ServerFault`, and the file stays as it is."""
    before = at_version(deployment, 0)
    with pytest.raises(ServerFault, match="schema 0"):
        deployment.open()
    assert deployment.path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM mfa_lab", "UPDATE mfa_lab SET schema_version = 'two'", "UPDATE mfa_lab SET key_check = x'00'"],
)
def test_a_spoilt_first_table_is_named(change: str, deployment: Deployment) -> None:
    """A database that no longer says what it is, is damaged."""
    deployment.tamper(change)
    with pytest.raises(ServerFault, match="damaged"):
        deployment.open()


def test_servers_that_start_at_once_make_one_database(tmp_path: Path) -> None:
    """Eight processes of a web server meet a new file: one makes tables and key, all open it, under the same key."""
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    servers = together(*[lambda: MfaServer(url, policy=Policy.CHEAPEST)] * 8)
    assert {type(server) for server in servers} == {MfaServer}
    assert (
        len({server._services.store.keys.encryption.reveal() for server in servers if isinstance(server, MfaServer)})
        == 1
    )


def test_threads_that_wait_for_their_turn_in_vain_hear_so(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that never ends holds the others up for some seconds, not for ever."""
    monkeypatch.setattr(store, "LOCK_TIMEOUT_SECONDS", 0.01)
    with (
        deployment.server._services.store.transaction(),
        pytest.raises(ServerFault, match="busy with other requests: try again") as caught,
    ):
        deployment.begin()
    assert caught.value.__context__ is None
    deployment.begin()


def test_two_servers_share_a_file(enrolled: Deployment) -> None:
    """What one process wrote the other reads at its next request."""
    other = MfaServer(enrolled.url, clock=enrolled.clock, policy=Policy.CHEAPEST, key=KEY)
    enrolled.clock.advance(30)
    session = other.finish_login(enrolled.begin(), enrolled.phone.code())
    assert enrolled.server.check_session(session).name == NAME
