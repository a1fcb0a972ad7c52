"""Alembic runs this: on the connection it is handed, in the transaction that is already open there."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
