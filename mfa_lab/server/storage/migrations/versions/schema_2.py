"""Add three columns to `factors` for the known drift of a phone's clock."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    for name, kind in (("resync_steps", sa.Integer()), ("drift_steps", sa.Integer()), ("drift_at", sa.BigInteger())):
        op.add_column("factors", sa.Column(name, kind, nullable=False, server_default="0"))
