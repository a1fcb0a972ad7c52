"""Whether the owner of an account said to have kept the newest recovery codes.

Nobody was asked before, and codes were lost unseen: who has unused ones is asked at the next login. The account's id
serves as the id of that issue.
"""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("codes_issue", sa.String(32), nullable=False, server_default=""))
    op.add_column("accounts", sa.Column("codes_kept_at", sa.BigInteger()))
    op.create_index("ix_accounts_codes_issue", "accounts", ["codes_issue"])
    holders = "SELECT account_id FROM recovery_codes WHERE used_at IS NULL"
    op.execute(f"UPDATE accounts SET codes_issue = id WHERE id IN ({holders})")  # noqa: S608
