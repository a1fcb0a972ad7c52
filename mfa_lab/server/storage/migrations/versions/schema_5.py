"""Add passkeys, the columns for a login with a passkey, and the authentication methods of each session.

In earlier versions, every session began with a password and a code, so this is the database's default value.
"""

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("factor_id", sa.String(32), sa.ForeignKey("factors.id"), primary_key=True),
        sa.Column("credential_id", sa.String(1364), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("backup_eligible", sa.Integer(), nullable=False),
        sa.Column("backed_up", sa.Integer(), nullable=False),
        sa.Column("transports", sa.String(160), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
    )
    op.add_column("accounts", sa.Column("user_handle", sa.String(64), nullable=False, server_default=""))
    for table in ("factors", "enrolments"):
        op.add_column(table, sa.Column("kind", sa.String(8), nullable=False, server_default="totp"))
    for table in ("pendings", "enrolments"):
        op.add_column(table, sa.Column("challenge_hash", sa.String(64)))
    op.add_column("sessions", sa.Column("methods", sa.String(32), nullable=False, server_default="pwd otp mfa"))
