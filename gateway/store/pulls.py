"""Pulls: the state of each, and which versions of records a partner last gave us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Text, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Field, SQLModel

from gateway.store.tables import instant

_KNOWN_NUMBERS = text(
    """
    WITH latest AS (
      SELECT DISTINCT ON (f.fact_key) f.record_id, f.source_no, f.value, f.tombstone
        FROM hearth.fact f JOIN hearth.item i USING (item_no)
       WHERE i.name = :item
       ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
    )
    SELECT v.value ->> 'value' AS number, s.name AS source, l.person_id
      FROM latest v
      JOIN hearth.source s USING (source_no)
      JOIN hearth.link l ON l.record_id = v.record_id AND l.superseded_at IS NULL
     WHERE NOT v.tombstone AND v.value ->> 'verification' <> 'unverified'
    """
)

_FORGET = text(
    """
    DELETE FROM desk.pull_tag t
     WHERE t.name = :name AND NOT EXISTS (SELECT FROM unnest(CAST(:kept AS bytea[])) k WHERE k = t.key_digest)
    """
)


class PullRow(SQLModel, table=True):
    """One pull: how its last run ended, when the next is due; where it goes on is sealed."""

    __tablename__ = "pull"
    __table_args__ = {"schema": "desk"}
    name: str = Field(primary_key=True, sa_type=Text)
    feed: str = Field(sa_type=Text)
    sealed_cursor: bytes | None
    started_at: datetime | None = Field(sa_column=instant(nullable=True))
    finished_at: datetime | None = Field(sa_column=instant(nullable=True))
    outcome: str | None = Field(sa_type=Text)
    failures: int = 0
    next_at: datetime = Field(sa_column=instant())
    batch_id: UUID | None = Field(foreign_key="desk.batch.batch_id")
    batches: int = 0
    records: int = 0
    requests: int = 0


class PullTagRow(SQLModel, table=True):
    """The version of one record that a partner last gave us."""

    __tablename__ = "pull_tag"
    __table_args__ = {"schema": "desk"}
    name: str = Field(primary_key=True, sa_type=Text)
    key_digest: bytes = Field(primary_key=True)
    tag: str = Field(sa_type=Text)
    seen_at: datetime = Field(sa_column=instant())


_PULL = PullRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_TAG = PullTagRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """A number under which a source knows a person."""

    number: str
    source: str
    person_id: UUID


def read_pull(connection: Connection, name: str) -> PullRow | None:
    """The state of one pull; None where it never ran."""
    row = connection.execute(select(_PULL).where(_PULL.c.name == name)).one_or_none()
    return None if row is None else PullRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def list_pulls(connection: Connection) -> list[PullRow]:
    """Every pull that ever ran, by name."""
    rows = connection.execute(select(_PULL).order_by(_PULL.c.name))
    return [PullRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def save_pull(connection: Connection, values: Mapping[str, Any]) -> None:
    """Write columns of a pull, which is made where it is new; others stay as they are."""
    changed = {name: value for name, value in values.items() if name != "name"}
    connection.execute(upsert(PullRow).values(**values).on_conflict_do_update(index_elements=["name"], set_=changed))


def pull_tags(connection: Connection, name: str) -> dict[bytes, PullTagRow]:
    """Versions known to a pull, by keyed digest."""
    rows = connection.execute(select(_TAG).where(_TAG.c.name == name))
    return {bytes(row.key_digest): PullTagRow(**row._mapping) for row in rows}  # noqa: SLF001 - public accessor


def save_pull_tags(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note versions: which tag, seen when."""
    if rows:
        found = upsert(PullTagRow)
        changed = {"tag": found.excluded.tag, "seen_at": found.excluded.seen_at}
        statement = found.on_conflict_do_update(index_elements=["name", "key_digest"], set_=changed)
        connection.execute(statement, [dict(row) for row in rows])


def forget_pull_tags(connection: Connection, name: str, kept: Sequence[bytes] = ()) -> None:
    """Forget the versions of a pull, but of the digests that are kept."""
    connection.execute(_FORGET, {"name": name, "kept": list(kept)})


def known_numbers(connection: Connection, item: str) -> list[KnownNumber]:
    """Numbers of one scheme that are not known to be wrong, of persons as linked now; for the linkage role."""
    return [KnownNumber(*row) for row in connection.execute(_KNOWN_NUMBERS, {"item": item})]
