"""A server on a real file with accounts to log in to, and the one bare durable UPDATE that it is compared with."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, insert

from benchmarks.harness import timed
from mfa_lab import ManualClock, MfaServer, Policy, RelyingParty, SeededRandomness
from mfa_lab.clock import SystemClock
from mfa_lab.otp import code_at
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.provisioning import new_secret
from mfa_lab.redaction import Redacted
from mfa_lab.server.passwords.hashing import PasswordHasher
from mfa_lab.server.records import PendingLogin
from mfa_lab.server.storage.encryption import RowBinding, SecretCipher
from mfa_lab.server.storage.keys import Keys
from mfa_lab.server.storage.schema import ENCRYPTION_VERSION, accounts, factors

if TYPE_CHECKING:
    from tests.postgres import Cluster

ORIGIN = "http://shop.localhost:8000"
_PARTY = RelyingParty("shop.localhost", (ORIGIN,))
PASSWORD = "demo: correct horse battery staple"

_ACCOUNTS = """
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < :count)
    INSERT INTO accounts
        (id, name, normal_name, password_hash, otp_failures, otp_wait_until, recovery_failures, recovery_wait_until,
         created_at)
    SELECT lower(hex(randomblob(16))), 'user' || n || '@example.org', 'user' || n || '@example.org', :hash,
           0, 0, 0, 0, 0 FROM number
"""
_FACTORS = """
    INSERT INTO factors
        (id, account_id, state, sealed_secret, key_id, digits, period_seconds, algorithm, last_step, created_at)
    SELECT lower(hex(randomblob(16))), id, 'active', randomblob(60), :key_id, 6, 30, 'SHA1', 0, 0 FROM accounts
"""
_SOME = """
    SELECT factors.id, account_id, name FROM factors JOIN accounts ON accounts.id = account_id
    ORDER BY random() LIMIT :some
"""


class Site:
    """A server whose database in `folder` holds `count` accounts; `names` are the `able` ones that can log in.

    Rows are written in bulk, through the server's own schema: a million accounts would take hours to register.
    """

    def __init__(self, folder: Path, count: int, *, able: int, policy: Policy, real_time: bool) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'lab.db'}"
        self.key = secrets.token_bytes(32)
        self.policy = policy
        self.clock = SystemClock() if real_time else ManualClock()
        self.server = self._open()
        self.secret = new_secret()
        self.names = self._fill(
            folder / "lab.db", SecretCipher(Keys.derive(self.key), ENCRYPTION_VERSION), count, able
        )
        self._turns = cycle(self.names)

    def _open(self) -> MfaServer:
        return MfaServer(self.url, clock=self.clock, policy=self.policy, key=self.key, relying_party=_PARTY)

    def move(self, url: str) -> None:
        """Take the accounts to another database, an empty one on PostgreSQL."""
        with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection:
            connection.row_factory = sqlite3.Row
            rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in (accounts, factors)}  # noqa: S608
        self.server.close()
        self.url = url
        self.server = self._open()
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
        with engine.begin() as connection:
            for table, found in rows.items():
                connection.execute(insert(table), [dict(row) for row in found])
        engine.dispose()

    def environment(self) -> dict[str, str]:
        """What a worker must know to serve this database."""
        return {"MFA_LAB_DATABASE": self.url, "MFA_LAB_KEY": self.key.hex(), "MFA_LAB_ORIGINS": ORIGIN}

    def passkey_of(self, name: str) -> PasskeyHolder:
        """A security key, registered for the account `name` beside its phone."""
        holder = PasskeyHolder(SeededRandomness(1), synced=False)
        creation = self.server.start_passkey(self.server.finish_login(self._begin(name), self.code()))
        self.server.confirm_passkey(creation, Browser(ORIGIN).create(creation.options, holder))
        return holder

    def asked(self, name: str, holder: PasskeyHolder) -> tuple[PendingLogin, dict[str, Any]]:
        """A pending login, and the browser's response to its challenge."""
        pending = self._begin(name)
        return pending, Browser(ORIGIN).get(self.server.start_passkey_login(pending), holder)

    def _begin(self, name: str) -> PendingLogin:
        """Step 1; on a manual clock it is a time step later than the one before."""
        if isinstance(self.clock, ManualClock):
            self.clock.advance(30)
        return self.server.begin_login(name, PASSWORD)

    def code(self) -> str:
        """The code that every account's phone shows now: all have the same secret."""
        return code_at(self.secret, self.clock.now())

    def _fill(self, path: Path, cipher: SecretCipher, count: int, able: int) -> list[str]:
        hasher = PasswordHasher(self.server.policy.hash_cost, self.server.policy.password_max_length)
        connection = sqlite3.connect(path)
        try:
            with connection:
                connection.execute("PRAGMA cache_size = -400000")
                connection.execute(_ACCOUNTS, {"count": count, "hash": hasher.hash(Redacted(PASSWORD))})
                connection.execute(_FACTORS, {"key_id": cipher.key_id})
                chosen = connection.execute(_SOME, {"some": able}).fetchall()
                for factor, account, _ in chosen:
                    encrypted = cipher.encrypt(Redacted(self.secret), RowBinding(account, factor))
                    connection.execute("UPDATE factors SET sealed_secret = ? WHERE id = ?", (encrypted, factor))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        return [name for _, _, name in chosen]

    def pendings(self) -> Iterator[PendingLogin]:
        """Step 1 for each account in turn; on a manual clock each is a time step later than the one before."""
        for name in self._turns:
            yield self._begin(name)

    def finish(self, clock: Callable[[], float] = perf_counter) -> Callable[[], float]:
        """Returns a measurement of `finish_login` with a valid code. Its pending login is made just before."""
        pendings = self.pendings()

        def measure() -> float:
            pending, code = next(pendings), self.code()
            return timed(lambda: self.server.finish_login(pending, code), clock)

        return measure


@contextmanager
def site(
    count: int,
    *,
    able: int | None = None,
    policy: Policy = Policy.CHEAPEST,
    real_time: bool = False,
    folder: Path | None = None,
    cluster: Cluster | None = None,
) -> Iterator[Site]:
    """A `Site` in a new folder inside `folder`, or in a new database of the cluster; `able` is all if not given."""
    with TemporaryDirectory(prefix="mfa-lab-bench-", dir=folder) as place:
        made = Site(Path(place), count, able=count if able is None else able, policy=policy, real_time=real_time)
        if cluster:
            made.move(cluster.new_database())
        try:
            yield made
        finally:
            made.server.close()


def one_row(path: Path) -> sqlite3.Connection:
    """A new file with the server's pragmas. Threads may share the connection if they take turns."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "CREATE TABLE factors (id TEXT PRIMARY KEY, last_step INTEGER NOT NULL)",
        "INSERT INTO factors VALUES ('one', 0)",
    ):
        connection.execute(statement)
    return connection


def update(connection: sqlite3.Connection) -> int:
    """How many rows were changed."""
    return connection.execute("UPDATE factors SET last_step = last_step + 1 WHERE id = ?", ("one",)).rowcount
