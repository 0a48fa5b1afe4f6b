"""Queue jobs on the connection that made them necessary, so that neither exists without the other."""

from sqlalchemy import Connection, text


def defer_linkage(connection: Connection) -> None:
    """Queue a linkage run with this transaction; one that already waits is enough."""
    connection.execute(text("SELECT jobs.defer_linkage()"))
