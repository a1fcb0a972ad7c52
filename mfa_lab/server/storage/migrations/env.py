"""Run the migrations for Alembic on the given connection, in the transaction that is already open on it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
