"""Locks by name, held in the database, so that they hold across processes and end with the connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from sqlalchemy import text

from gateway.store.engine import Database, plain_errors


@contextmanager
def one_at_a_time(database: Database, name: str) -> Iterator[None]:
    """Wait until nobody else holds the lock of that name; hold it until the block ends or this process dies."""
    number = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
    # A pool of its own: whoever holds a lock needs further connections, and a crowd of holders would leave none.
    with plain_errors(), database.engine("hg_desk", "locks").begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
        yield
