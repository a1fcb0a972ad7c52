"""A server on a real file, with accounts to log in to."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path

from sqlalchemy import create_engine, insert

from mfa_lab import ManualClock, MfaServer, Policy
from mfa_lab.clock import SystemClock
from mfa_lab.hidden import Hidden
from mfa_lab.otp import code_at
from mfa_lab.provisioning import new_secret
from mfa_lab.server.keys import Keys
from mfa_lab.server.passwords import PasswordHasher
from mfa_lab.server.records import PendingLogin
from mfa_lab.server.schema import SEAL_VERSION, accounts, factors
from mfa_lab.server.vault import Place, Vault

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


class Crowd:
    """A server whose database holds `count` accounts; `names` are those of them that can log in.

    Rows are written in bulk, through the server's own schema: a million accounts would take hours to register.
    """

    def __init__(
        self,
        folder: Path,
        count: int,
        *,
        able: int,
        policy: Policy = Policy.CHEAPEST,
        real_time: bool = False,
    ) -> None:
        self.url = f"sqlite:///{folder / 'lab.db'}"
        self.key = secrets.token_bytes(32)
        self.policy = policy
        self.clock = SystemClock() if real_time else ManualClock()
        self.server = self._open()
        self.secret = new_secret()
        self.names = self._fill(folder / "lab.db", Vault(Keys.derive(self.key), SEAL_VERSION), count, able)

    def _open(self) -> MfaServer:
        return MfaServer(self.url, clock=self.clock, policy=self.policy, key=self.key)

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
        return {"MFA_LAB_DATABASE": self.url, "MFA_LAB_KEY": self.key.hex()}

    def code(self) -> str:
        """What everybody's phone shows now: all have the same secret."""
        return code_at(self.secret, self.clock.now())

    def _fill(self, path: Path, vault: Vault, count: int, able: int) -> list[str]:
        hasher = PasswordHasher(self.server.policy.hash_cost, self.server.policy.password_max_length)
        connection = sqlite3.connect(path)
        try:
            with connection:
                connection.execute("PRAGMA cache_size = -400000")
                connection.execute(_ACCOUNTS, {"count": count, "hash": hasher.hash(Hidden(PASSWORD))})
                connection.execute(_FACTORS, {"key_id": vault.key_id})
                chosen = connection.execute(_SOME, {"some": able}).fetchall()
                for factor, account, _ in chosen:
                    sealed = vault.seal(Hidden(self.secret), Place(account, factor))
                    connection.execute("UPDATE factors SET sealed_secret = ? WHERE id = ?", (sealed, factor))
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        return [name for _, _, name in chosen]

    def pendings(self) -> Iterator[PendingLogin]:
        """Step 1 for one account after the other, each a time step later than the last."""
        for name in cycle(self.names):
            self.clock.advance(30)
            yield self.server.begin_login(name, PASSWORD)
