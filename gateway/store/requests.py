"""Requests that a named person decides: kept with the reason sealed, listed while they are open."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from gateway.store.desk_tables import AccessRequestRow

_TABLE = AccessRequestRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_LISTED = 200


def save_request(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a request."""
    connection.execute(insert(AccessRequestRow), [dict(values)])


def open_requests(connection: Connection) -> list[AccessRequestRow]:
    """Requests that nobody has decided, the most urgent first."""
    rows = connection.execute(
        select(_TABLE).where(_TABLE.c.state == "open").order_by(_TABLE.c.answer_by, _TABLE.c.request_id).limit(_LISTED)
    )
    return [AccessRequestRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor
