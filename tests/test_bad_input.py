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
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import PendingLogin, Permit
from tests.server.kit import EXPLAINING, KEY, NAME, PASSWORD, WRONG, Deployment

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
def deployment(tmp_path: Path) -> Deployment:
    deployment = Deployment(tmp_path)
    deployment.enrol()
    return deployment


def granted(deployment: Deployment) -> list[list[tuple[object, ...]]]:
    """All rows that grant something; the counts of failures and the log are not among them."""
    columns = {
        "accounts": "id, name, normal_name, password_hash",
        "factors": "*",
        "sessions": "*",
        "recovery_codes": "*",
    }
    return [deployment.rows(f"SELECT {names} FROM {table}") for table, names in columns.items()]  # noqa: S608


@pytest.mark.parametrize("typed", TYPED, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("field", ["name", "password", "both", "code", "recovery code", "enrolment code"])
def test_whatever_is_typed_gets_the_same_words(field: str, typed: object, deployment: Deployment) -> None:
    """Passwords, names, codes, recovery codes of any kind: `AccessDenied` in the public words; nothing is granted."""
    server = deployment.server
    enrolment = server.start_enrolment(deployment.log_in())
    calls: dict[str, Callable[[], object]] = {
        "name": lambda: server.begin_login(typed, PASSWORD),  # type: ignore[arg-type]
        "password": lambda: server.begin_login(NAME, typed),  # type: ignore[arg-type]
        "both": lambda: server.begin_login(typed, typed),  # type: ignore[arg-type]
        "code": lambda: server.finish_login(deployment.begin(), typed),  # type: ignore[arg-type]
        "recovery code": lambda: server.recover(deployment.begin(), typed),  # type: ignore[arg-type]
        "enrolment code": lambda: server.confirm_enrolment(enrolment, typed),  # type: ignore[arg-type]
    }
    before = granted(deployment)
    with pytest.raises(AccessDenied) as caught:
        calls[field]()
    assert (str(caught.value), caught.value.__context__) == (PUBLIC_MESSAGE, None)
    assert granted(deployment) == before


@pytest.mark.parametrize(
    "typed", [typed for typed in TYPED if typed not in NAMES], ids=lambda value: repr(value)[:12]
)
@pytest.mark.parametrize("field", ["name", "password"])
def test_registration_tells_the_operator(field: str, typed: object, deployment: Deployment) -> None:
    """An operator hears what is wrong, as `InvalidInput` whose sentence is short and never quotes a password."""
    before = deployment.dump()
    arguments = (typed, PASSWORD) if field == "name" else ("bob@example.org", typed)
    with pytest.raises(InvalidInput) as caught:
        deployment.server.register(*arguments)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 200
    assert not (isinstance(typed, str) and typed.strip() and typed in str(caught.value))
    assert deployment.dump() == before


@contextmanager
def locked(deployment: Deployment) -> Iterator[str]:
    with closing(sqlite3.connect(deployment.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield f"{deployment.url}?timeout=0"


@contextmanager
def held_alone(deployment: Deployment) -> Iterator[str]:
    with closing(sqlite3.connect(deployment.path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield f"{deployment.url}?timeout=0"


@contextmanager
def no_database(deployment: Deployment) -> Iterator[str]:
    path = deployment.path.with_name("notes.txt")
    path.write_text("These are notes, and no database. " * 100)
    path.chmod(0o600)  # on Debian, the files of an ordinary user may be changed by the user's group
    yield f"sqlite:///{path}"
    assert path.read_text() == "These are notes, and no database. " * 100


@contextmanager
def no_folder(deployment: Deployment) -> Iterator[str]:
    yield f"sqlite:///{deployment.path.parent}/missing/lab.db"
    assert not (deployment.path.parent / "missing").exists()


@contextmanager
def a_folder(deployment: Deployment) -> Iterator[str]:
    yield f"sqlite:///{deployment.path.parent}"


@contextmanager
def damaged(deployment: Deployment) -> Iterator[str]:
    deployment.server.close()
    path = deployment.path.with_name("damaged.db")
    content = deployment.path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * 8000 + content[8100:])
    path.chmod(0o600)
    yield f"sqlite:///{path}"


TROUBLES = [
    (locked, "try again"),
    (held_alone, "try again"),
    (no_database, "choose another file"),
    (no_folder, "check that its folder exists"),
    (a_folder, "check that its folder exists"),
    (damaged, "restore a backup"),
]


@pytest.mark.parametrize(("trouble", "remedy"), TROUBLES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_server_that_cannot_open_says_why(
    trouble: Callable[..., Iterator[str]], remedy: str, deployment: Deployment
) -> None:
    """Each trouble at opening is a `ServerFault` with its own remedy, and nothing is changed."""
    deployment.server.close()
    before = deployment.dump()
    with trouble(deployment) as url, pytest.raises(ServerFault, match=remedy) as caught:  # type: ignore[attr-defined]
        MfaServer(url, policy=EXPLAINING, key=KEY)
    assert str(deployment.path) not in str(caught.value)
    assert deployment.dump() == before


def test_a_wrong_key_says_so(deployment: Deployment) -> None:
    """`WrongKey` at opening, never a wrong answer later."""
    with pytest.raises(WrongKey, match="start the server with that key"):
        MfaServer(deployment.url, key=KEY[::-1])


@contextmanager
def locked_now(deployment: Deployment) -> Iterator[None]:
    deployment.open(query="?timeout=0")
    with locked(deployment):
        yield


@contextmanager
def read_only_now(deployment: Deployment) -> Iterator[None]:
    """SQLite opens such a file without complaint; the first write tells."""
    deployment.server = MfaServer(
        f"sqlite:///file:{deployment.path}?mode=ro&uri=true", clock=deployment.clock, policy=EXPLAINING, key=KEY
    )
    yield


@contextmanager
def replaced_now(deployment: Deployment) -> Iterator[None]:
    """Somebody dropped a table while the server runs."""
    deployment.tamper("DROP TABLE throttles", "DROP TABLE pendings")
    yield


@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [(read_only_now, "write permission"), (locked_now, "try again"), (replaced_now, "restore a backup")],
    ids=["read-only", "locked", "emptied"],
)
def test_trouble_while_it_runs_is_alike_for_all(
    trouble: Callable[..., Iterator[None]], remedy: str, deployment: Deployment
) -> None:
    """Known and unknown names, right and wrong passwords, real and forged tokens: one sentence, no grant."""
    pendings = [deployment.begin(), PendingLogin(Redacted("forged"), Permit.CODE, 2**40)]
    if trouble is read_only_now:
        pendings.pop()  # a forged token writes nothing, not even a line of the log: it is refused as ever
    with trouble(deployment):  # type: ignore[attr-defined]
        sentences = set()
        before = deployment.rows("SELECT count(*) FROM audit")
        for call, arguments in [
            *[
                (deployment.server.begin_login, (name, password))
                for name in (NAME, UNKNOWN)
                for password in (PASSWORD, WRONG)
            ],
            *[(deployment.server.finish_login, (pending, deployment.phone.code())) for pending in pendings],
            *[(deployment.server.recover, (pending, deployment.codes[0])) for pending in pendings],
        ]:
            with pytest.raises(ServerFault, match=remedy) as caught:
                call(*arguments)
            sentences.add(str(caught.value))
        assert len(sentences) == 1
        assert deployment.rows("SELECT count(*) FROM audit") == before


FILL = """
import resource, sys
from mfa_lab import MfaServer, MfaError, AccessDenied, ManualClock
from tests.server.kit import EXPLAINING, KEY
server = MfaServer(sys.argv[1], clock=ManualClock(1_800_000_040), policy=EXPLAINING, key=KEY)
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


def test_a_disk_that_takes_no_more_is_a_fault_of_the_server(deployment: Deployment) -> None:
    """A file that may not grow (RLIMIT_FSIZE, in a process of its own): `ServerFault`, and the file stays whole."""
    deployment.server.close()
    limit = deployment.path.stat().st_size + 20_000
    done = subprocess.run(
        [sys.executable, "-c", FILL, deployment.url, str(limit)], capture_output=True, text=True, timeout=60,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (sentence,) = done.stdout.splitlines()
    assert sentence.startswith("ServerFault: the database cannot be written or read: check the disk for room")
    assert deployment.rows("PRAGMA integrity_check") == [("ok",)]
    deployment.open()
    deployment.log_in()


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
    deployment = Deployment(small_disk)
    deployment.enrol()
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    said = set()
    before = deployment.rows("SELECT count(*) FROM accounts, factors")
    for name in (NAME, UNKNOWN) * 50:
        try:
            deployment.begin(name, WRONG)
        except AccessDenied:
            continue
        except MfaError as error:
            said.add(f"{type(error).__name__}: {error}")
    assert said == {"ServerFault: the database has no room: free some space on the disk; nothing was changed"}
    ballast.unlink()
    assert deployment.rows("SELECT count(*) FROM accounts, factors") == before
    assert deployment.rows("PRAGMA integrity_check") == [("ok",)]
    deployment.clock.advance(3600)
    deployment.log_in()
