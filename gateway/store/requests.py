"""Requests that a named person decides: kept with reason and law sealed, listed while they are open, answered once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from gateway.store.desk_tables import AccessAnswerRow, AccessRequestRow

_TABLE = AccessRequestRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_ANSWERS = AccessAnswerRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_LISTED = 200


def save_request(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a request."""
    connection.execute(insert(AccessRequestRow), [dict(values)])


def open_requests(connection: Connection, decider: str | None = None) -> list[AccessRequestRow]:
    """Requests that nobody has decided, the most urgent first; with `decider` (`agency/role`), those for it alone."""
    asked = select(_TABLE).where(_TABLE.c.state == "open")
    if decider is not None:
        asked = asked.where(_TABLE.c.decider_role == decider)
    rows = connection.execute(asked.order_by(_TABLE.c.answer_by, _TABLE.c.request_id).limit(_LISTED))
    return [AccessRequestRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def lock_request(connection: Connection, request_id: UUID) -> AccessRequestRow | None:
    """One request under a law, its row locked until the transaction ends."""
    row = connection.execute(
        select(_TABLE).where(_TABLE.c.request_id == request_id, _TABLE.c.sealed_law.is_not(None)).with_for_update()
    ).one_or_none()
    return None if row is None else AccessRequestRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def save_answer(connection: Connection, values: Mapping[str, Any], state: str) -> None:
    """Insert the one answer of a request, and close the request as granted or refused."""
    connection.execute(insert(AccessAnswerRow), [dict(values)])
    connection.execute(update(_TABLE).where(_TABLE.c.request_id == values["request_id"]).values(state=state))


def own_request(connection: Connection, request_id: UUID, subject: str) -> AccessRequestRow | None:
    """A request under a law that this person made."""
    row = connection.execute(
        select(_TABLE).where(
            _TABLE.c.request_id == request_id, _TABLE.c.subject == subject, _TABLE.c.sealed_law.is_not(None)
        )
    ).one_or_none()
    return None if row is None else AccessRequestRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def answer_of(connection: Connection, request_id: UUID) -> AccessAnswerRow | None:
    """The answer of a request, if there is one."""
    row = connection.execute(select(_ANSWERS).where(_ANSWERS.c.request_id == request_id)).one_or_none()
    return None if row is None else AccessAnswerRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def note_overdue(connection: Connection, now: datetime) -> list[AccessRequestRow]:
    """Note each request under a law whose clock has run out without an answer, once, and return them."""
    overdue = (
        _TABLE.c.state == "open", _TABLE.c.sealed_law.is_not(None), _TABLE.c.overdue_at.is_(None),
        _TABLE.c.answer_by <= now,
    )  # fmt: skip
    rows = connection.execute(update(_TABLE).where(*overdue).values(overdue_at=now).returning(_TABLE))
    return [AccessRequestRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor
