"""PostgreSQL: roles, migrations, rows. Only use cases may import from here."""
