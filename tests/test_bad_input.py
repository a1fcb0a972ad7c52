"""Wrong, empty, huge or foreign input, and a database in trouble: each a named error that says what to do.

Nothing is half written, and a fault of the server's own is the same for known and unknown names.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from mfa_lab import AccessDenied, MfaError, MfaServer
from mfa_lab.errors import PUBLIC_MESSAGE, InvalidInput, ServerFault, WrongKey
from mfa_lab.redaction import Hidden
from mfa_lab.server.records import PendingLogin, Permit
from tests.server.kit import CLASS, KEY, NAME, PASSWORD, WRONG, House

TYPED = [
    "wrong",
    "",
    " ",
    "x" * 1_000_000,
    None,
    b"bytes",
    123456,
    1.5,
    True,
    ["list"],
    "\ud800",
    "nul\0",
    "0" * 5000,
    "\u0661" * 6,
]
NAMES = ["wrong", "\u0661" * 6]
"""Those that are fit to be registered as names."""
UNKNOWN = "nobody@example.org"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.enrol()
    return house


def granted(house: House) -> list[list[tuple[object, ...]]]:
    """All rows that grant something; the counts of failures and the log are not among them."""
    columns = {
        "accounts": "id, name, normal_name, password_hash",
        "factors": "*",
        "sessions": "*",
        "recovery_codes": "*",
    }
    return [house.rows(f"SELECT {names} FROM {table}") for table, names in columns.items()]  # noqa: S608


@pytest.mark.parametrize("typed", TYPED, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("field", ["name", "password", "both", "code", "recovery code", "enrolment code"])
def test_whatever_is_typed_gets_the_same_words(field: str, typed: object, house: House) -> None:
    """Passwords, names, codes, recovery codes of any kind: `AccessDenied` in the public words; nothing is granted."""
    server = house.server
    enrolment = server.start_enrolment(house.log_in())
    calls: dict[str, Callable[[], object]] = {
        "name": lambda: server.begin_login(typed, PASSWORD),  # type: ignore[arg-type]
        "password": lambda: server.begin_login(NAME, typed),  # type: ignore[arg-type]
        "both": lambda: server.begin_login(typed, typed),  # type: ignore[arg-type]
        "code": lambda: server.finish_login(house.begin(), typed),  # type: ignore[arg-type]
        "recovery code": lambda: server.recover(house.begin(), typed),  # type: ignore[arg-type]
        "enrolment code": lambda: server.confirm_enrolment(enrolment, typed),  # type: ignore[arg-type]
    }
    before = granted(house)
    with pytest.raises(AccessDenied) as caught:
        calls[field]()
    assert (str(caught.value), caught.value.__context__) == (PUBLIC_MESSAGE, None)
    assert granted(house) == before


@pytest.mark.parametrize(
    "typed", [typed for typed in TYPED if typed not in NAMES], ids=lambda value: repr(value)[:12]
)
@pytest.mark.parametrize("field", ["name", "password"])
def test_registration_tells_the_operator(field: str, typed: object, house: House) -> None:
    """An operator hears what is wrong, as `InvalidInput` whose sentence is short and never quotes a password."""
    before = house.dump()
    arguments = (typed, PASSWORD) if field == "name" else ("bob@example.org", typed)
    with pytest.raises(InvalidInput) as caught:
        house.server.register(*arguments)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 200
    assert not (isinstance(typed, str) and typed.strip() and typed in str(caught.value))
    assert house.dump() == before


@contextmanager
def locked(house: House) -> Iterator[str]:
    with closing(sqlite3.connect(house.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield f"{house.url}?timeout=0"


@contextmanager
def held_alone(house: House) -> Iterator[str]:
    with closing(sqlite3.connect(house.path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield f"{house.url}?timeout=0"


@contextmanager
def no_database(house: House) -> Iterator[str]:
    path = house.path.with_name("notes.txt")
    path.write_text("These are notes, and no database. " * 100)
    yield f"sqlite:///{path}"
    assert path.read_text() == "These are notes, and no database. " * 100


@contextmanager
def no_folder(house: House) -> Iterator[str]:
    yield f"sqlite:///{house.path.parent}/missing/lab.db"
    assert not (house.path.parent / "missing").exists()


@contextmanager
def a_folder(house: House) -> Iterator[str]:
    yield f"sqlite:///{house.path.parent}"


@contextmanager
def damaged(house: House) -> Iterator[str]:
    house.server.close()
    path = house.path.with_name("damaged.db")
    content = house.path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * 8000 + content[8100:])
    yield f"sqlite:///{path}"


TROUBLES = [
    (locked, "try again"),
    (held_alone, "try again"),
    (no_database, "name another file"),
    (no_folder, "check that its folder exists"),
    (a_folder, "check that its folder exists"),
    (damaged, "restore a backup"),
]


@pytest.mark.parametrize(("trouble", "remedy"), TROUBLES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_server_that_cannot_open_says_why(trouble: Callable[..., Iterator[str]], remedy: str, house: House) -> None:
    """Each trouble at opening is a `ServerFault` with its own remedy, and nothing is changed."""
    house.server.close()
    before = house.dump()
    with trouble(house) as url, pytest.raises(ServerFault, match=remedy) as caught:  # type: ignore[attr-defined]
        MfaServer(url, policy=CLASS, key=KEY)
    assert str(house.path) not in str(caught.value)
    assert house.dump() == before


def test_a_wrong_key_says_so(house: House) -> None:
    """`WrongKey` at opening, never a wrong answer later."""
    with pytest.raises(WrongKey, match="start the server with that key"):
        MfaServer(house.url, key=KEY[::-1])


@contextmanager
def locked_now(house: House) -> Iterator[None]:
    house.open(query="?timeout=0")
    with locked(house):
        yield


@contextmanager
def read_only_now(house: House) -> Iterator[None]:
    """SQLite opens such a file without complaint; the first write tells."""
    house.server = MfaServer(
        f"sqlite:///file:{house.path}?mode=ro&uri=true", clock=house.clock, policy=CLASS, key=KEY
    )
    yield


@contextmanager
def replaced_now(house: House) -> Iterator[None]:
    """Somebody dropped a table while the server runs."""
    house.tamper("DROP TABLE throttles", "DROP TABLE pendings")
    yield


@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [(read_only_now, "write permission"), (locked_now, "try again"), (replaced_now, "restore a backup")],
    ids=["read-only", "locked", "emptied"],
)
def test_trouble_while_it_runs_is_alike_for_all(
    trouble: Callable[..., Iterator[None]], remedy: str, house: House
) -> None:
    """Known and unknown names, right and wrong passwords, real and forged tokens: one sentence, no grant."""
    pendings = [house.begin(), PendingLogin(Hidden("forged"), Permit.CODE, 2**40)]
    if trouble is read_only_now:
        pendings.pop()  # a forged token writes nothing, not even a line of the log: it is refused as ever
    with trouble(house):  # type: ignore[attr-defined]
        sentences = set()
        before = house.rows("SELECT count(*) FROM audit")
        for call, arguments in [
            *[
                (house.server.begin_login, (name, password))
                for name in (NAME, UNKNOWN)
                for password in (PASSWORD, WRONG)
            ],
            *[(house.server.finish_login, (pending, house.phone.code())) for pending in pendings],
            *[(house.server.recover, (pending, house.codes[0])) for pending in pendings],
        ]:
            with pytest.raises(ServerFault, match=remedy) as caught:
                call(*arguments)
            sentences.add(str(caught.value))
        assert len(sentences) == 1
        assert house.rows("SELECT count(*) FROM audit") == before


FILL = """
import resource, sys
from mfa_lab import MfaServer, MfaError, AccessDenied, ManualClock
from tests.server.kit import CLASS, KEY
server = MfaServer(sys.argv[1], clock=ManualClock(1_800_000_040), policy=CLASS, key=KEY)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
said = set()
for name in ("alice@example.org", "nobody@example.org") * 100:
    try:
        server.begin_login(name, "demo: a guess")
    except AccessDenied:
        pass
    except MfaError as error:
        said.add(f"{type(error).__name__}: {error}")
print("\\n".join(sorted(said)))
"""


def test_a_disk_that_takes_no_more_is_a_fault_of_the_server(house: House) -> None:
    """A file that may not grow (RLIMIT_FSIZE, in a process of its own): `ServerFault`, and the file stays whole."""
    house.server.close()
    limit = house.path.stat().st_size + 20_000
    done = subprocess.run(
        [sys.executable, "-c", FILL, house.url, str(limit)], capture_output=True, text=True, timeout=60,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (sentence,) = done.stdout.splitlines()
    assert sentence.startswith("ServerFault: the database cannot be written or read: check the disk for room")
    assert house.rows("PRAGMA integrity_check") == [("ok",)]
    house.open()
    house.log_in()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB. Needs the right to mount; skipped without it."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode
    ):
        pytest.skip("no right to mount a small disk here; the limit on a file's size is tested in any case")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    """ENOSPC: one sentence for known and unknown names; when there is room again, everything goes on."""
    house = House(small_disk)
    house.enrol()
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    said = set()
    before = house.rows("SELECT count(*) FROM accounts, factors")
    for name in (NAME, UNKNOWN) * 50:
        try:
            house.begin(name, WRONG)
        except AccessDenied:
            continue
        except MfaError as error:
            said.add(f"{type(error).__name__}: {error}")
    assert said == {"ServerFault: the database has no room: free some space on the disk; nothing was changed"}
    ballast.unlink()
    assert house.rows("SELECT count(*) FROM accounts, factors") == before
    assert house.rows("PRAGMA integrity_check") == [("ok",)]
    house.clock.advance(3600)
    house.log_in()
