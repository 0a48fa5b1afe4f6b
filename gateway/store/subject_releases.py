"""Subject reports at the desk: whom a handle is of, and releases of what reports leave out."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text, update

from gateway.store.desk_tables import SubjectReleaseRow

_LISTED = 200


_TABLE = SubjectReleaseRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


def subject_of(connection: Connection, handle: UUID) -> UUID | None:
    """The person that a person's or a family's handle is of, by redirects; `None` for an id of nobody."""
    found: UUID | None = connection.execute(text("SELECT hearth.subject_of(:handle)"), {"handle": handle}).scalar()
    return found


def answered_for_others(connection: Connection, entries: Sequence[UUID], persons: Sequence[UUID]) -> set[UUID]:
    """Those of some authorisations to which outcomes that are leaves refer, none of them about any of `persons`."""
    rows = connection.execute(
        text(
            "SELECT refers_to FROM audit.card WHERE refers_to = ANY (:entries) AND phase = 'outcome'"
            " GROUP BY refers_to HAVING NOT bool_or(subjects && CAST(:persons AS uuid[]))"
        ),
        {"entries": list(entries), "persons": list(persons)},
    )
    return set(rows.scalars())


def save_release(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a release that an officer asks for."""
    connection.execute(insert(SubjectReleaseRow), [dict(values)])


def lock_release(connection: Connection, release_id: UUID) -> SubjectReleaseRow | None:
    """One release, its row locked until the transaction ends."""
    row = connection.execute(select(_TABLE).where(_TABLE.c.release_id == release_id).with_for_update()).one_or_none()
    return None if row is None else SubjectReleaseRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def decide_on_release(connection: Connection, release_id: UUID, values: Mapping[str, Any]) -> None:
    """Write what the second officer decided."""
    connection.execute(update(_TABLE).where(_TABLE.c.release_id == release_id).values(**values))


def open_releases(connection: Connection) -> list[SubjectReleaseRow]:
    """Releases that wait for a second officer, oldest first."""
    rows = connection.execute(
        select(_TABLE)
        .where(_TABLE.c.approved.is_(None))
        .order_by(_TABLE.c.asked_at, _TABLE.c.release_id)
        .limit(_LISTED)
    )
    return [SubjectReleaseRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor
