"""Define the tables. Times are whole Unix seconds. Tokens are stored only as SHA-256 hashes.

Every login writes to some of the tables. These tables have no rowid, so that SQLite flushes one page fewer.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    event,
)

VERSION = 6
ENCRYPTION_VERSION = 1
"""The schema version in the associated data of encrypted secrets. The number changes only when the associated data
changes, so that a migration does not need to decrypt every secret."""
metadata = MetaData()


def _account() -> Column[str]:
    return Column("account_id", String(32), ForeignKey("accounts.id"), nullable=False, index=True)


def _seconds(name: str, *, index: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=False, index=index)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, default=0)


def _otp_columns() -> tuple[Column[bytes], Column[str], Column[int], Column[int], Column[str]]:
    return (
        Column("sealed_secret", LargeBinary, nullable=False),
        Column("key_id", String(16), nullable=False),
        Column("digits", Integer, nullable=False),
        Column("period_seconds", Integer, nullable=False),
        Column("algorithm", String(8), nullable=False),
    )


about = Table(
    "mfa_lab",
    metadata,
    Column("schema_version", Integer, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("key_check", String(64), nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(254), nullable=False),
    Column("normal_name", String(1024), nullable=False, unique=True),
    Column("password_hash", String(256), nullable=False),
    _count("otp_failures"),
    _seconds("otp_wait_until"),
    _count("recovery_failures"),
    _seconds("recovery_wait_until"),
    _seconds("created_at"),
    # The id of the newest recovery codes, which grants nothing, and the time at which their owner confirmed that the
    # codes are saved. Without codes, the id is ''. Since version 4.
    Column("codes_issue", String(32), nullable=False, server_default="", index=True),
    Column("codes_kept_at", BigInteger),
    # What passkeys call the account: random, '' until the first passkey. Since version 5.
    Column("user_handle", String(64), nullable=False, server_default=""),
    # "active", "disabled" or "deleted". A deleted account keeps its row, so that the audit log stays true. Its normal
    # name is then a space and its id, which no typed name equals. Since version 6.
    Column("state", String(8), nullable=False, server_default="active"),
    # Who checks this account's first factor: an identity provider, and its id of the account. NULL for accounts with
    # a password. Such an account cannot be found by its name either. Since version 6.
    Column("issuer", String(255)),
    Column("external_id", String(255)),
    Index("ix_accounts_external", "issuer", "external_id", unique=True),
)

factors = Table(
    "factors",
    metadata,
    Column("id", String(32), primary_key=True),
    _account(),
    Column("state", String(8), nullable=False),
    *_otp_columns(),
    Column("last_step", BigInteger, nullable=False),
    _seconds("created_at"),
    # The known drift of the phone's clock (`drift`), since version 2. A migration needs the server's defaults.
    Column("resync_steps", Integer, nullable=False, server_default="0"),
    Column("drift_steps", Integer, nullable=False, server_default="0"),
    Column("drift_at", BigInteger, nullable=False, server_default="0"),
    # The owner's name for this authenticator, since version 3.
    Column("label", String(64), nullable=False, server_default=""),
    # "totp" or "passkey", since version 5. A passkey has empty OTP columns, and a row in `passkeys` until it ends.
    Column("kind", String(8), nullable=False, server_default="totp"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("factor_id", String(32), ForeignKey("factors.id"), primary_key=True),
    # Unique over all accounts: a second registration could otherwise take a passkey over.
    Column("credential_id", String(1364), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("backup_eligible", Integer, nullable=False),
    Column("backed_up", Integer, nullable=False),
    Column("transports", String(160), nullable=False),
    Column("used_at", BigInteger),
)

pendings = Table(
    "pendings",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _account(),
    Column("permits", String(16), nullable=False),
    _count("wrong_codes"),
    _seconds("expires_at", index=True),
    Column("ended", String(16)),
    # SHA-256 of the newest challenge that this login gave to a passkey. Since version 5.
    Column("challenge_hash", String(64)),
    # What the first step checked, in words of RFC 8176; '' if the application checked it. Since version 6.
    Column("methods", String(16), nullable=False, server_default="pwd"),
    sqlite_with_rowid=False,
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _account(),
    Column("factor_id", String(32), nullable=False),
    Column("basis", String(16), nullable=False),
    Column("session_hash", String(64)),
    *_otp_columns(),
    _count("wrong_codes"),
    _seconds("expires_at", index=True),
    Column("ended", String(16)),
    Column("label", String(64), nullable=False, server_default=""),
    # A passkey's enrolment has a challenge, and no secret. Since version 5.
    Column("kind", String(8), nullable=False, server_default="totp"),
    Column("challenge_hash", String(64)),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _account(),
    _seconds("created_at"),
    _seconds("seen_at", index=True),
    Column("ended", String(16)),
    # How the user logged in, in words of RFC 8176. Since version 5; before, there was one way only.
    Column("methods", String(32), nullable=False, server_default="pwd otp mfa"),
    sqlite_with_rowid=False,
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    _account(),
    Column("encoded", String(256), nullable=False),
    Column("used_at", BigInteger),
)

# The account's id is no foreign key: a request for an unknown name has a random id, so that the database does the
# same work for every name (ASVS-6.3.8). Since version 6.
password_resets = Table(
    "password_resets",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", String(32), nullable=False, index=True),
    _seconds("expires_at", index=True),
    Column("ended", String(16)),
)

throttles = Table(
    "throttles",
    metadata,
    Column("key", String(64), primary_key=True),
    _count("failures"),
    _seconds("wait_until"),
    _seconds("expires_at", index=True),
    sqlite_with_rowid=False,
)

notifications = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    _account(),
    _seconds("at"),
    Column("event", String(32), nullable=False),
    # The time at which a notifier sent the notification, and the time until which a worker has claimed it. Since
    # version 3.
    Column("sent_at", BigInteger, index=True),
    Column("claimed_until", BigInteger, nullable=False, server_default="0"),
)

# There is no index by account. With such an index, the rejection of a known name would write one more page than the
# rejection of an unknown name (ASVS-6.3.8).
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, CheckConstraint("id > 0"), primary_key=True),
    _seconds("at"),
    Column("event", String(32), nullable=False),
    Column("account_id", String(32)),
    Column("reason", String(32)),
    # Who acted: "owner", "administrator" or "program", and the administrator's account. '' if it is not known, as in
    # every line before version 6.
    Column("actor", String(16), nullable=False, server_default=""),
    Column("actor_id", String(32)),
)

# INSERT OR REPLACE deletes the old line without the DELETE trigger, so a trigger also rejects an id that is in use.
for _change, _when in (
    ("UPDATE", ""),
    ("DELETE", ""),
    ("INSERT", "WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) "),
):
    event.listen(
        audit,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER audit_keeps_{_change.lower()} BEFORE {_change} ON audit {_when}"
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        ).execute_if(dialect="sqlite"),
    )

_REFUSE = """
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_TRIGGER = """
CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
"""
for _statement in (_REFUSE, _TRIGGER):
    event.listen(
        audit,
        "after_create",
        DDL(_statement).execute_if(dialect="postgresql"),  # type: ignore[no-untyped-call]
    )
