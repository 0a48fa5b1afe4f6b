"""Run whole SQL scripts, and reach the driver underneath a connection."""

from typing import Any

import psycopg
from sqlalchemy import Connection


def driver_connection(connection: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection underneath."""
    driver = connection.connection.dbapi_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("the store runs on psycopg 3")
    return driver


def run_script(connection: Connection, script: str) -> None:
    """Run several statements as they stand: no parameter is read out of them."""
    driver_connection(connection).execute(script.encode())
