"""What the row classes describe is what the migrations made."""

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import inspect, text
from sqlmodel import SQLModel

import gateway.store

for _module in iter_modules(gateway.store.__path__, "gateway.store."):
    import_module(_module.name)  # tables register themselves

# What the database fills in by itself, and the gateway neither sets nor reads.
_THE_DATABASES_OWN = {("audit.pending", "xact"), ("audit.ticket", "issued_at"), ("audit.ticket", "xact")}
_SCHEMAS = ("audit", "desk", "hearth")
_FULL_NAMES = {
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "BIT VARYING(1)": "bit varying",
    "BIT VARYING": "bit varying",
}
_COLUMNS = text(
    """
    SELECT n.nspname || '.' || c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
           NOT a.attnotnull AS nullable
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind = 'r' AND n.nspname = ANY (:schemas)
    """
)


def test_the_migrated_schema_is_the_one_that_the_rows_describe(admin):
    migrated: dict[str, dict[str, tuple[str, bool]]] = {}
    with admin.begin() as connection:
        for row in connection.execute(_COLUMNS, {"schemas": list(_SCHEMAS)}):
            if (row.table, row.name) not in _THE_DATABASES_OWN:
                migrated.setdefault(row.table, {})[row.name] = (row.type, row.nullable)

    declared = {
        table.fullname: {
            column.name: (
                _FULL_NAMES.get(str(kind := column.type.compile(admin.dialect)), kind.lower()),
                bool(column.nullable),
            )
            for column in table.columns
        }
        for table in SQLModel.metadata.tables.values()
        if table.schema in _SCHEMAS
    }

    # A table without a class is named by statements alone, which its own tests run.
    assert declared == {table: columns for table, columns in migrated.items() if table in declared}


def test_primary_keys_and_references_are_the_same_on_both_sides(admin):
    looked = inspect(admin)
    for table in SQLModel.metadata.tables.values():
        if table.schema not in _SCHEMAS:
            continue
        key = looked.get_pk_constraint(table.name, schema=table.schema)["constrained_columns"]
        assert set(key) == {column.name for column in table.primary_key}, table.fullname
        references = {
            (key["constrained_columns"][0], f"{key['referred_schema']}.{key['referred_table']}")
            for key in looked.get_foreign_keys(table.name, schema=table.schema)
            if f"{key['referred_schema']}.{key['referred_table']}" in SQLModel.metadata.tables
        }
        declared = {(key.parent.name, key.target_fullname.rpartition(".")[0]) for key in table.foreign_keys}
        assert declared == references, table.fullname
