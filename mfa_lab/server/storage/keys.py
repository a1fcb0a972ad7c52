"""Find the server's root key, and derive the other keys from the root key. The database never contains a key."""

from __future__ import annotations

import hmac
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mfa_lab.errors import WrongKey
from mfa_lab.randomness import SYSTEM
from mfa_lab.redaction import Redacted, RedactedBytes, clears_variables

KEY_BYTES = 32
_MOST_CHARACTERS = 1000
ENVIRONMENT = "MFA_LAB_KEY"
_MAKE_ONE = f'make one with: python -c "import secrets; print(secrets.token_hex({KEY_BYTES}))"'


@dataclass(frozen=True, slots=True)
class Keys:
    """Three keys that are derived from one root key.

    `encryption` is for OTP secrets, and `names` is for keyed hashes of names. `check` shows whether the root key
    belongs to the database. `key_id` identifies the root key, but reveals nothing about the root key.
    """

    key_id: str
    encryption: RedactedBytes
    names: RedactedBytes
    check: RedactedBytes

    @classmethod
    def derive(cls, root: bytes) -> Keys:
        """Derive the keys from `root` with HKDF-SHA256 (RFC 5869). Raises `WrongKey` unless `root` has 32 bytes."""
        hidden = RedactedBytes(root)
        del root  # tracebacks may show variables
        if not isinstance(hidden.reveal(), bytes) or len(hidden.reveal()) != KEY_BYTES:
            raise WrongKey(f"the server's key must be {KEY_BYTES} bytes: pass key=secrets.token_bytes({KEY_BYTES})")
        encryption, names, check, key_id = (
            RedactedBytes(HKDF(SHA256(), KEY_BYTES, None, b"mfa-lab 1 " + use).derive(hidden.reveal()))
            for use in (b"seal", b"names", b"check", b"key id")
        )
        return cls(key_id.reveal()[:8].hex(), encryption, names, check)

    @clears_variables
    def keyed_hash(self, text: str) -> str:
        """Return the HMAC-SHA256 of `text`. The result is always the same for a name.

        Without the key, nobody can work out the name.
        """
        return hmac.digest(self.names.reveal(), text.encode("utf-8", "surrogatepass"), "sha256").hex()


def root_key(
    explicit: RedactedBytes | None, beside: Path | None, *, new_database: bool, from_outside: bool = False
) -> RedactedBytes:
    """Return the root key from `key=`, otherwise from MFA_LAB_KEY (64 hexadecimal digits), otherwise from a file.

    The key file has mode 0600 and is next to the database's file, whose path is `beside`. A database in memory has no
    file, so its key is random. The key file is made only together with a new database. If an old database has lost
    its key file, the function raises `WrongKey` and makes no file. A database that several machines use has no place
    for a key file: with `from_outside`, the key must come from `key=` or MFA_LAB_KEY.
    """
    if explicit is not None:
        return explicit
    if os.environ.get(ENVIRONMENT):
        return _from_hex(Redacted(os.environ[ENVIRONMENT]), f"the environment variable {ENVIRONMENT}")
    if from_outside:
        raise WrongKey(f"several workers need the same key: pass key=, or set {ENVIRONMENT}; {_MAKE_ONE}")
    if beside is None:
        return RedactedBytes(SYSTEM.token_bytes(KEY_BYTES))
    path = beside.with_name(beside.name + ".key")
    if new_database and not path.exists():
        _create(path)
    return _read(path)


def _from_hex(text: Redacted, where: str) -> RedactedBytes:
    key = RedactedBytes(b"")
    with suppress(ValueError):
        key = RedactedBytes(bytes.fromhex(text.reveal().strip()))
    if len(key.reveal()) != KEY_BYTES:
        raise WrongKey(f"{where} must contain {KEY_BYTES * 2} hexadecimal digits; {_MAKE_ONE}")
    return key


def _read(path: Path) -> RedactedBytes:
    try:
        with open(path, encoding="ascii", opener=_no_link) as file:
            problem = _exposed(os.fstat(file.fileno()), path.name)
            text = Redacted("" if problem else file.read(_MOST_CHARACTERS))
    except FileNotFoundError:
        problem = f"the key file {path.name} is missing: put it back beside the database"
    except (OSError, UnicodeDecodeError):
        problem = f"the key file {path.name} cannot be read: check its permissions, and that it is a file, not a link"
    if problem:
        raise WrongKey(f"{problem}, or set {ENVIRONMENT}")
    return _from_hex(text, f"the key file {path.name}")


def _no_link(path: str, flags: int) -> int:
    """Open a file without following a link, and without waiting for the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _exposed(status: os.stat_result, name: str) -> str | None:
    """Return a warning if other users could read or change the key file, otherwise None.

    Windows has no such permissions.
    """
    if not stat.S_ISREG(status.st_mode):
        return f"the key file {name} is a pipe, a device or a folder: put the key file there"
    if os.name != "posix":
        return None
    if status.st_uid not in (0, os.geteuid()):
        return f"the key file {name} belongs to another user: make it your own with chown"
    if stat.S_IMODE(status.st_mode) & 0o077:
        return f"others on this machine can read the key file: run chmod 600 {name}"
    return None


def _create(path: Path) -> None:
    """Write a new key file that only its owner can read. If two processes do this, only one makes the file."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError:
        descriptor = None
    if descriptor is None:
        raise WrongKey(f"the key file {path.name} cannot be made: check the folder, or set {ENVIRONMENT}")
    with os.fdopen(descriptor, "w") as file:
        file.write(SYSTEM.token_bytes(KEY_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
