"""Run the migrations for Alembic on the given connection, inside the transaction that is already open."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
