"""Alembic environment: migrations run as hg_owner, on a connection handed in by `gateway.store.migrate`."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table_schema="desk", transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
