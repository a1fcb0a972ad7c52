"""The first schema, whose tables `schema.metadata` creates."""

revision = "1"
down_revision = None
