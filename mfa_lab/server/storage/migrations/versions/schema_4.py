"""Record whether an account's owner has confirmed that the newest recovery codes are saved.

Earlier versions did not ask for this confirmation, so codes could be lost and nobody noticed. At the next login, the
server now asks owners with unused codes. The account's id serves as the id of the owner's set of codes.
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
