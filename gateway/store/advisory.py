"""Locks by name, held in the database, so that they hold across processes and end with the connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from sqlalchemy import Connection, text

from gateway.store.engine import Database, plain_errors


@contextmanager
def one_at_a_time(database: Database, name: str) -> Iterator[None]:
    """Wait until nobody else holds the lock of that name; hold it until the block ends or this process dies."""
    # A pool of its own: whoever holds a lock needs further connections, and a crowd of holders would leave none.
    with plain_errors(), database.engine("hg_desk", "locks").begin() as connection:
        lock(connection, name)
        yield


def lock(connection: Connection, name: str) -> None:
    """Wait for the lock of that name; this transaction holds it until it ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _number(name)})


def try_lock(connection: Connection, name: str, *, shared: bool = False) -> bool:
    """Take the lock of that name for this transaction if it is free now. Shared holders do not exclude each other."""
    asked = (
        "SELECT pg_try_advisory_xact_lock_shared(:number)" if shared else "SELECT pg_try_advisory_xact_lock(:number)"
    )
    return bool(connection.execute(text(asked), {"number": _number(name)}).scalar_one())


def _number(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
