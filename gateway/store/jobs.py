"""Queue jobs on the connection that made them necessary, so that neither exists without the other."""

from uuid import UUID

from sqlalchemy import Connection, text


def defer_linking_new(connection: Connection) -> None:
    """Queue the linking of what files brought with this transaction; a job that already waits is enough."""
    connection.execute(text("SELECT jobs.defer_linking_new()"))


def defer_linkage(connection: Connection) -> None:
    """Queue a linkage run over everything with this transaction; one that already waits is enough."""
    connection.execute(text("SELECT jobs.defer_linkage()"))


def hasten_linkage(connection: Connection) -> None:
    """Let the linking that waits, if any does, go before every other job."""
    connection.execute(text("SELECT jobs.hasten_linkage()"))


def defer_batch(connection: Connection, batch_id: UUID) -> None:
    """Queue a batch to be taken by a worker; one that is queued already stays as it is."""
    connection.execute(text("SELECT jobs.defer_batch(:batch)"), {"batch": batch_id})
