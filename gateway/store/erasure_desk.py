"""SQL of erasure at the desk: what officers decide and hold, as hg_desk; what is kept about a family, as hg_erase."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, text, update

from gateway.store.erasure_tables import ErasureRow, LegalHoldRow
from gateway.store.log import stream

_ERASURES = ErasureRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_HOLDS = LegalHoldRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_LISTED = 200


def save_erasure(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert an erasure that an officer asks for."""
    connection.execute(insert(_ERASURES), [dict(values)])


def open_erasures(connection: Connection) -> list[ErasureRow]:
    """Erasures that wait for a second officer, oldest first."""
    asked = select(_ERASURES).where(_ERASURES.c.state == "asked")
    rows = connection.execute(asked.order_by(_ERASURES.c.asked_at, _ERASURES.c.erasure_id).limit(_LISTED))
    return [ErasureRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def lock_erasure(connection: Connection, erasure_id: UUID) -> ErasureRow | None:
    """One erasure, its row locked until the transaction ends."""
    row = connection.execute(
        select(_ERASURES).where(_ERASURES.c.erasure_id == erasure_id).with_for_update()
    ).one_or_none()
    return None if row is None else ErasureRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def change_erasure(connection: Connection, erasure_id: UUID, values: Mapping[str, Any]) -> None:
    """Note what was decided of an erasure, or that its last step is done."""
    connection.execute(update(_ERASURES).where(_ERASURES.c.erasure_id == erasure_id).values(**values))


def unfinished_erasures(connection: Connection, before: datetime) -> list[ErasureRow]:
    """Erasures decided before an instant whose last step is due, locked; those that somebody works on are left out."""
    due = select(_ERASURES).where(_ERASURES.c.state == "erased", _ERASURES.c.decided_at < before)
    rows = connection.execute(due.order_by(_ERASURES.c.decided_at).with_for_update(skip_locked=True))
    return [ErasureRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def save_hold(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a hold."""
    connection.execute(insert(_HOLDS), [dict(values)])


def lock_hold(connection: Connection, hold_id: UUID) -> LegalHoldRow | None:
    """One hold that stands, its row locked until the transaction ends."""
    standing = select(_HOLDS).where(_HOLDS.c.hold_id == hold_id, _HOLDS.c.lifted_at.is_(None))
    row = connection.execute(standing.with_for_update()).one_or_none()
    return None if row is None else LegalHoldRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def lift_hold(connection: Connection, hold_id: UUID, lifted_by: str, now: datetime) -> None:
    """End a hold."""
    connection.execute(update(_HOLDS).where(_HOLDS.c.hold_id == hold_id).values(lifted_by=lifted_by, lifted_at=now))


def standing_holds(connection: Connection, handles: Sequence[UUID] | None = None) -> list[LegalHoldRow]:
    """Holds that stand, oldest first: all of them, or those on any of some handles."""
    standing = select(_HOLDS).where(_HOLDS.c.lifted_at.is_(None))
    if handles is not None:
        standing = standing.where(_HOLDS.c.family_id.in_(handles))
    rows = connection.execute(standing.order_by(_HOLDS.c.placed_at, _HOLDS.c.hold_id).limit(_LISTED))
    return [LegalHoldRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


# What the desk keeps about a family, as hg_erase.


def delete_notices(connection: Connection, handles: Sequence[UUID]) -> None:
    """Delete every notice about a family."""
    connection.execute(text("DELETE FROM desk.notice WHERE family_id = ANY (:handles)"), {"handles": list(handles)})


def forget_declarations(
    connection: Connection, handles: Sequence[UUID], declarations: Sequence[UUID], now: datetime
) -> None:
    """Delete declarations for a family or of these ids; one that an emergency names ends, without words or family."""
    about = "(family_id = ANY (:handles) OR declaration_id = ANY (:declarations))"
    named = "declaration_id IN (SELECT e.declaration_id FROM desk.emergency e)"
    values = {"handles": list(handles), "declarations": list(declarations), "now": now}
    connection.execute(text(f"DELETE FROM desk.declaration WHERE {about} AND NOT {named}"), values)  # noqa: S608 - fixed texts
    connection.execute(
        text(
            "UPDATE desk.declaration SET family_id = NULL, sealed_reason = '', sealed_case_reference = NULL,"  # noqa: S608 - fixed texts
            f" expires_at = least(expires_at, :now) WHERE {about}"
        ),
        values,
    )


def delete_requests(connection: Connection, handles: Sequence[UUID], requests: Sequence[UUID]) -> list[UUID]:
    """Delete requests about a family, and answered ones of these ids; gives those of the ids that are still open."""
    values = {"handles": list(handles), "requests": list(requests)}
    about = "r.family_id = ANY (:handles) OR (r.request_id = ANY (:requests) AND r.state <> 'open')"
    connection.execute(
        text(
            "DELETE FROM desk.access_answer a USING desk.access_request r"  # noqa: S608 - fixed texts
            f" WHERE r.request_id = a.request_id AND ({about})"
        ),
        values,
    )
    connection.execute(text(f"DELETE FROM desk.access_request r WHERE {about}"), values)  # noqa: S608 - fixed texts
    rows = connection.execute(
        text("SELECT request_id FROM desk.access_request WHERE request_id = ANY (:requests)"), values
    )
    return list(rows.scalars())


def replace_reason(connection: Connection, request_id: UUID, sealed_reason: bytes) -> None:
    """Put other words in the place of a request's reason."""
    connection.execute(
        text("UPDATE desk.access_request SET sealed_reason = :words WHERE request_id = :request"),
        {"words": sealed_reason, "request": request_id},
    )


def delete_decided(connection: Connection, handles: Sequence[UUID]) -> None:
    """Delete what officers once refused or lifted about a person: an erasure, a hold."""
    values = {"handles": list(handles)}
    refused = "DELETE FROM desk.erasure WHERE family_id = ANY (:handles) AND state = 'refused'"
    connection.execute(text(refused), values)
    lifted = "DELETE FROM desk.legal_hold WHERE family_id = ANY (:handles) AND lifted_at IS NOT NULL"
    connection.execute(text(lifted), values)


def delete_beside(connection: Connection, entries: Sequence[UUID], handles: Sequence[UUID]) -> None:
    """Delete marks of watched families, releases asked for in entries, and what review found of those.

    Review items that nobody has closed stay.
    """
    connection.execute(
        text("SELECT desk.erase_beside(CAST(:entries AS uuid[]), CAST(:handles AS uuid[]))"),
        {"entries": list(entries), "handles": list(handles)},
    )


def rejected_rows(connection: Connection) -> Iterator[Row[Any]]:
    """Rows handed back that are still kept: batch_id, row_number, sealed, and the name of the source."""
    return stream(
        connection,
        "SELECT r.batch_id, r.row_number, r.sealed, s.name AS source FROM desk.rejected_row r"
        " JOIN desk.batch b USING (batch_id) JOIN hearth.source s USING (source_no) ORDER BY r.batch_id, r.row_number",
    )


def delete_rejected_row(connection: Connection, batch_id: UUID, row_number: int) -> None:
    """Delete one row handed back."""
    connection.execute(
        text("DELETE FROM desk.rejected_row WHERE (batch_id, row_number) = (:batch, :row)"),
        {"batch": batch_id, "row": row_number},
    )
