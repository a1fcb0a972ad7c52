"""Run the migrations for Alembic, on the given connection and in the transaction that is already open there."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
