"""Declared purposes, remembered for an hour."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from gateway.store.desk_tables import DeclarationRow

_TABLE = DeclarationRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


def save_declaration(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a declaration."""
    connection.execute(insert(DeclarationRow), [dict(values)])


def read_declaration(connection: Connection, declaration_id: UUID, subject: str) -> DeclarationRow | None:
    """A declaration, if this person made it."""
    row = connection.execute(
        select(_TABLE).where(_TABLE.c.declaration_id == declaration_id, _TABLE.c.subject == subject)
    ).one_or_none()
    return None if row is None else DeclarationRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def is_one_family(connection: Connection, one: UUID, other: UUID) -> bool:
    """Whether two handles open one page: a person joined with another, or parted again, goes by several."""
    same = connection.execute(
        text("SELECT hearth.subject_of(:one) = hearth.subject_of(:other)"), {"one": one, "other": other}
    )
    return bool(same.scalar())
