"""The first schema, whose tables `schema.metadata` makes."""

revision = "1"
down_revision = None
