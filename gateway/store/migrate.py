"""Bring a database to the present schema: roles, passwords, migrations, and the vocabulary of items and sources."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.dialects.postgresql import insert

from concept_model.items import ITEMS, LOCATION_BEARING
from concept_model.linkable import is_linkable
from gateway.store.engine import SERVING_ROLES
from gateway.store.scripts import driver_connection, run_script
from gateway.store.tables import ItemRow, SourceRow

_HERE = Path(__file__).parent
_ROLES = _HERE / "roles.sql"


def create_roles(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Create the roles on a server and set their passwords; needs an administrator's address."""
    engine = create_engine(make_url(admin_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        run_script(connection, _ROLES.read_text())
        driver = driver_connection(connection)
        for role in SERVING_ROLES:
            # The server receives a SCRAM verifier, so that no password stands in its statement log.
            verifier = driver.pgconn.encrypt_password(passwords[role].encode(), role.encode(), b"scram-sha-256")
            connection.exec_driver_sql(f"ALTER ROLE {role} PASSWORD '{verifier.decode()}'")
        connection.exec_driver_sql("GRANT hg_owner TO CURRENT_USER")
    engine.dispose()


def create_database(admin_url: str, name: str) -> None:
    """Create the database, owned by hg_owner, unless it is there."""
    engine = create_engine(make_url(admin_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        exists = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).scalar()
        if not exists:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" OWNER hg_owner')
            connection.exec_driver_sql(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
            roles = ", ".join(SERVING_ROLES)
            connection.exec_driver_sql(f'GRANT CONNECT ON DATABASE "{name}" TO {roles}')
    engine.dispose()


def migrate(admin_url: str, sources: Sequence[str]) -> None:
    """Run every migration and register items and sources; forward only, safe to repeat."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    engine = create_engine(make_url(admin_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("SET ROLE hg_owner")
        connection.exec_driver_sql("SET lock_timeout = '10s'")
        connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS desk")
        configuration = Config(attributes={"connection": connection})
        configuration.set_main_option("script_location", str(_HERE / "migrations"))
        command.upgrade(configuration, "head")
        register_vocabulary(connection, sources)
    engine.dispose()


def register_vocabulary(connection: Connection, sources: Sequence[str]) -> None:
    """Write items and sources under the numbers that masks use; numbers are only ever appended."""
    items = [
        {
            "item_no": number,
            "name": item.name,
            "linkable": is_linkable(item.name),
            "location_bearing": item.name in LOCATION_BEARING,
        }
        for number, item in enumerate(ITEMS)
    ]
    connection.execute(insert(ItemRow).on_conflict_do_nothing(), items)
    rows = [{"source_no": number, "name": name} for number, name in enumerate(sources)]
    connection.execute(insert(SourceRow).on_conflict_do_nothing(), rows)
