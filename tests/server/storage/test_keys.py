"""The server's key: where it comes from, that others cannot read it, that a wrong one is refused."""

import copy
import dataclasses
import json
import os
import pickle
import stat
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_lab import MfaServer, Policy
from mfa_lab.errors import MfaError, WrongKey
from mfa_lab.redaction import RedactedBytes
from mfa_lab.server.storage import keys as keys_module
from mfa_lab.server.storage.keys import ENVIRONMENT, Keys, root_key
from tests.server.kit import KEY


@pytest.fixture(autouse=True)
def _no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)


def opened(folder: Path, key: bytes | None = None) -> MfaServer:
    return MfaServer(f"sqlite:///{folder / 'lab.db'}", policy=Policy.CHEAPEST, key=key)


def test_three_keys_and_an_id_from_one() -> None:
    """The derived keys differ from each other and from the root; the id and `repr` tell nothing of them."""
    keys = Keys.derive(KEY)
    derived = {key.reveal() for key in (keys.encryption, keys.names, keys.check)}
    assert len(derived | {KEY}) == 4
    assert all(len(key) == 32 for key in derived)
    assert all(key.hex() not in repr(keys) and repr(key) not in repr(keys) for key in derived | {KEY})
    assert not any(key.hex().startswith(keys.key_id) for key in derived | {KEY})
    assert Keys.derive(KEY).check.reveal() == keys.check.reveal()


@pytest.mark.parametrize(
    "copied", [pickle.dumps, copy.deepcopy, dataclasses.asdict, dataclasses.astuple, vars, json.dumps]
)
def test_keys_are_neither_pickled_nor_turned_into_a_dict(copied: Callable[[object], object]) -> None:
    """A copy in clear would reach a cache, a log or a message between processes."""
    with pytest.raises(TypeError):
        copied(Keys.derive(KEY))


@pytest.mark.parametrize("root", [b"", b"x" * 31, b"x" * 33, "x" * 32, None, 32])
def test_a_root_key_is_32_bytes(root: object) -> None:
    """Anything else is `WrongKey`, and the sentence says how to make one."""
    with pytest.raises(WrongKey, match=r"secrets\.token_bytes"):
        Keys.derive(root)  # type: ignore[arg-type]


def test_hashed_names_need_the_key() -> None:
    """The same name blinds to the same text under one key, to another under another; surrogates blind too."""
    keys, others = Keys.derive(KEY), Keys.derive(KEY[::-1])
    assert keys.keyed_hash("alice") == keys.keyed_hash("alice")
    assert (
        len({keys.keyed_hash("alice"), keys.keyed_hash("bob"), others.keyed_hash("alice"), keys.keyed_hash("\ud800")})
        == 4
    )
    assert "alice" not in keys.keyed_hash("alice")


def test_a_new_file_gets_a_key_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    """The key lies beside the database with mode 0600, never in it, and opens it again."""
    opened(tmp_path).close()
    path = tmp_path / "lab.db.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = bytes.fromhex(path.read_text())
    database = b"".join(file.read_bytes() for file in tmp_path.glob("lab.db*") if file != path)
    assert key not in database
    assert key.hex().encode() not in database
    opened(tmp_path).close()
    opened(tmp_path, key=key).close()
    assert sorted(file.name for file in tmp_path.iterdir() if not file.name.endswith(("-wal", "-shm"))) == [
        "lab.db",
        "lab.db.key",
    ]


def test_the_environment_comes_before_the_file_and_the_argument_before_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`key=`, else MFA_LAB_KEY, else the file: and no file is made where another source was used."""
    monkeypatch.setenv(ENVIRONMENT, KEY.hex())
    assert root_key(RedactedBytes(KEY[::-1]), tmp_path / "lab.db", new_database=True).reveal() == KEY[::-1]
    assert root_key(None, tmp_path / "lab.db", new_database=True).reveal() == KEY
    assert list(tmp_path.iterdir()) == []


def test_the_environment_variable_has_the_name_that_the_manual_gives() -> None:
    """Another would leave every deployment without its key."""
    assert ENVIRONMENT == "MFA_LAB_KEY"


def test_a_new_key_is_on_the_disk_before_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole key is written when the file is flushed to the disk: after a power cut, no database lacks its key."""
    flushed, fsync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: flushed.append(os.fstat(file).st_size) or fsync(file))
    root_key(None, tmp_path / "lab.db", new_database=True)
    assert flushed == [len(KEY.hex() + "\n")]


def test_in_memory_the_key_is_random() -> None:
    """Two servers in memory never share a key."""
    first, second = root_key(None, None, new_database=True), root_key(None, None, new_database=True)
    assert first.reveal() != second.reveal()


@pytest.mark.parametrize("text", ["zz" * 32, "ab" * 31, "demo", "ab" * 33])
def test_a_broken_environment_variable_is_named(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of the wrong form is `WrongKey`; the sentence names the place and never quotes the key."""
    monkeypatch.setenv(ENVIRONMENT, text)
    with pytest.raises(WrongKey, match=ENVIRONMENT) as caught:
        opened(tmp_path)
    assert text not in str(caught.value)


def test_an_old_database_without_its_key_file_is_refused(tmp_path: Path) -> None:
    """A missing key file is not made again: under a new key nothing would open."""
    opened(tmp_path).close()
    (tmp_path / "lab.db.key").unlink()
    with pytest.raises(WrongKey, match="put it back"):
        opened(tmp_path)
    assert not (tmp_path / "lab.db.key").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes are a POSIX notion")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_key_file_that_others_can_read_is_refused(mode: int, tmp_path: Path) -> None:
    """The sentence says which command puts it right."""
    opened(tmp_path).close()
    (tmp_path / "lab.db.key").chmod(mode)
    with pytest.raises(WrongKey, match="chmod 600"):
        opened(tmp_path)
    (tmp_path / "lab.db.key").chmod(0o600)
    opened(tmp_path).close()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"not hexadecimal", b"ab" * 31])
def test_a_broken_key_file_is_named(content: bytes, tmp_path: Path) -> None:
    """Empty, no text, no key: `WrongKey` that names the file."""
    opened(tmp_path).close()
    (tmp_path / "lab.db.key").write_bytes(content)
    with pytest.raises(WrongKey, match=r"lab\.db\.key"):
        opened(tmp_path)


def test_another_key_is_found_at_opening(tmp_path: Path) -> None:
    """A wrong key is refused when the server starts, not at the first login, and changes nothing."""
    opened(tmp_path, key=KEY).close()
    before = (tmp_path / "lab.db").read_bytes()
    with pytest.raises(WrongKey, match="another key"):
        opened(tmp_path, key=KEY[::-1])
    assert (tmp_path / "lab.db").read_bytes() == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_key_file_of_another_user_is_refused(tmp_path: Path) -> None:
    """Who owns it may read and change it, whatever its mode says."""
    opened(tmp_path).close()
    os.chown(tmp_path / "lab.db.key", 65534, -1)
    with pytest.raises(WrongKey, match="chown"):
        opened(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="links are made freely on POSIX alone")
def test_a_key_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Somebody else may have put it there, and it leads to a file of theirs or to nowhere."""
    opened(tmp_path).close()
    (tmp_path / "lab.db.key").rename(tmp_path / "elsewhere")
    (tmp_path / "lab.db.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WrongKey, match="not a link"):
        opened(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are a POSIX notion")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_key_file_that_is_no_file_is_refused(kind: str, tmp_path: Path) -> None:
    """A pipe would keep the start waiting for ever, and a device may be read without end."""
    opened(tmp_path).close()
    path = tmp_path / "lab.db.key"
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path, 0o600)
    elif kind == "folder":
        path.mkdir()
    else:
        path = Path("/dev/zero")
    beside = path.with_name(path.name.removesuffix(".key"))
    with pytest.raises(WrongKey, match="that it is a file" if kind == "folder" else "is a pipe, a device"):
        keys_module._read(path) if kind == "device" else root_key(None, beside, new_database=False)


@pytest.mark.parametrize(
    "given",
    [{"issuer": "a:b"}, {"url": "sqlite:///missing/lab.db"}, {"key": KEY * 2}, {"key": KEY[::-1]}],
    ids=["issuer", "folder", "length of the key", "other key"],
)
def test_a_start_that_fails_shows_no_key(given: dict[str, object], tmp_path: Path) -> None:
    """A traceback that prints the variables of every frame can be printed, and holds no key."""
    opened(tmp_path, key=KEY).close()
    arguments = {"url": f"sqlite:///{tmp_path / 'lab.db'}", "key": KEY} | given
    shown = variables(arguments)
    assert repr(arguments["key"]) not in shown
    assert "<MfaServer, not started>" in shown


@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_mistyped_key_is_not_shown(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One digit too many, and the other 64 stay hidden in the same traceback."""
    opened(tmp_path).close()
    mistyped = "ab12" * 16 + "0"
    if place == "environment":
        monkeypatch.setenv(ENVIRONMENT, mistyped)
    else:
        (tmp_path / "lab.db.key").write_text(mistyped)
    assert mistyped not in variables({"url": f"sqlite:///{tmp_path / 'lab.db'}"})


def variables(arguments: dict[str, object]) -> str:
    """The traceback of a server that cannot start, with every variable from `MfaServer.__init__` on."""
    try:
        MfaServer(**arguments)  # type: ignore[arg-type]
    except MfaError as error:
        below = error.__traceback__ and error.__traceback__.tb_next
        return "".join(traceback.TracebackException(type(error), error, below, capture_locals=True).format())
    raise AssertionError("this server should not have started")
