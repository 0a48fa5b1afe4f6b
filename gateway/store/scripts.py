"""Run whole SQL scripts, and reach the driver underneath a connection."""

from typing import Any, cast

import psycopg
from sqlalchemy import Connection


def driver_connection(connection: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection underneath."""
    return cast("psycopg.Connection[Any]", connection.connection.dbapi_connection)


def run_script(connection: Connection, script: str) -> None:
    """Run several statements as they stand: no parameter is read out of them."""
    driver_connection(connection).execute(script.encode())
