"""Add labels for authenticators, and columns that say whether a notification was sent or claimed."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    for table in ("factors", "enrolments"):
        op.add_column(table, sa.Column("label", sa.String(64), nullable=False, server_default=""))
    op.add_column("notices", sa.Column("sent_at", sa.BigInteger()))
    op.add_column("notices", sa.Column("claimed_until", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_notices_sent_at", "notices", ["sent_at"])
    op.execute("UPDATE notices SET sent_at = at")  # they are too old to be sent
