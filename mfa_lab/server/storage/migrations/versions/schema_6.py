"""Add the states and external subjects of accounts, password resets, and the actor of each audit line.

In earlier versions, the server itself checked every first factor, so "pwd" is the database's default value.
"""

import sqlalchemy as sa
from alembic import op

revision = "6"
down_revision = "5"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("state", sa.String(8), nullable=False, server_default="active"))
    op.add_column("accounts", sa.Column("issuer", sa.String(255)))
    op.add_column("accounts", sa.Column("external_id", sa.String(255)))
    op.create_index("ix_accounts_external", "accounts", ["issuer", "external_id"], unique=True)
    op.add_column("pendings", sa.Column("methods", sa.String(16), nullable=False, server_default="pwd"))
    op.create_table(
        "password_resets",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("account_id", sa.String(32), nullable=False, index=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False, index=True),
        sa.Column("ended", sa.String(16)),
    )
    op.add_column("audit", sa.Column("actor", sa.String(16), nullable=False, server_default=""))
    op.add_column("audit", sa.Column("actor_id", sa.String(32)))
