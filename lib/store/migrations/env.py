"""Runs the migrations in the transaction that `lib/store/database.py` opened for them."""

from alembic import context

from lib.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
