"""Where it began: the tables are made by `schema.metadata`."""

revision = "1"
down_revision = None
