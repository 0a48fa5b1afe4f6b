"""What is compared of each record and the keys under which it is met: kept by linkage, for linkage alone.

Nothing here is in clear: what is compared is sealed, keys and names are keyed hashes.
"""

import struct
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy import BigInteger, Connection, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from gateway.store.fact_copy import copy_rows
from gateway.store.plain_errors import plain_errors
from gateway.store.scripts import driver_connection
from gateway.store.tables import instant
from gateway.store.wire import binary_array

LARGEST_BLOCK = 60
"""A key that more records share is too common to say anything: it is not looked through."""
_BIGINT, _BIGINTS = 20, 1016
_packed = struct.Struct("!q").pack


class LinkRecordRow(SQLModel, table=True):
    """What linkage may compare of a record, sealed, with the keyed hashes of its usual names."""

    __tablename__ = "link_record"
    __table_args__ = {"schema": "hearth"}
    record_id: UUID = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)
    given_hash: int | None = Field(sa_type=BigInteger)
    family_hash: int | None = Field(sa_type=BigInteger)


class LinkKeyRow(SQLModel, table=True):
    """A keyed hash of something that records may share."""

    __tablename__ = "link_key"
    __table_args__ = {"schema": "hearth"}
    key_hash: int = Field(sa_type=BigInteger, primary_key=True)
    record_id: UUID = Field(primary_key=True)


class LinkNameRow(SQLModel, table=True):
    """How many records bear a name."""

    __tablename__ = "link_name"
    __table_args__ = {"schema": "hearth"}
    name_hash: int = Field(sa_type=BigInteger, primary_key=True)
    held: int


class LinkBaseRow(SQLModel, table=True):
    """What all of this was made with by the last run over everything."""

    __tablename__ = "link_base"
    __table_args__ = {"schema": "hearth"}
    only_one: bool = Field(default=True, primary_key=True)
    run_id: UUID
    made_at: datetime = Field(sa_column=instant())
    made_with: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    records: int


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """What is kept of one record: sealed form, its digest, hashes of its usual names, and of all its keys."""

    record_id: UUID
    sealed: bytes
    digest: bytes
    given_hash: int | None
    family_hash: int | None
    keys: frozenset[int]


@dataclass(frozen=True, slots=True)
class NearRow:
    """A record that shares keys with others: its sealed form, how common its names are, and the keys it was met by."""

    record_id: UUID
    sealed: bytes
    given_held: int
    family_held: int
    met_by: tuple[int, ...]


class _Keys(tuple[int, ...]):
    """Keys that are asked for: of a list psycopg finds out number by number how large they are, each time anew."""

    __slots__ = ()


class _KeysDumper(Dumper):
    """Sends them as an array of bigint."""

    format = Format.BINARY
    oid = _BIGINTS

    def dump(self, obj: _Keys) -> bytes:
        """The array as PostgreSQL takes it."""
        return binary_array(_BIGINT, [_packed(key) for key in obj])


_KEPT = text(
    """
    SELECT r.record_id, r.sealed, r.digest, coalesce(g.held, 0), coalesce(f.held, 0)
      FROM hearth.link_record r
      LEFT JOIN hearth.link_name g ON g.name_hash = r.given_hash
      LEFT JOIN hearth.link_name f ON f.name_hash = r.family_hash
     WHERE r.record_id = ANY (CAST(:records AS uuid[]))
    """
)
_NEAR = """
    SELECT r.record_id, r.sealed, coalesce(g.held, 0), coalesce(f.held, 0), m.met_by
      FROM (SELECT k.record_id, array_agg(w.key) AS met_by
              FROM unnest(%(keys)s::bigint[]) AS w (key)
             CROSS JOIN LATERAL (
               SELECT x.record_id, count(*) OVER () AS size
                 FROM (SELECT l.record_id FROM hearth.link_key l WHERE l.key_hash = w.key
                        LIMIT %(largest)s::integer + 1) x) k
             WHERE k.size <= %(largest)s::integer
             GROUP BY k.record_id) m
      JOIN hearth.link_record r USING (record_id)
      LEFT JOIN hearth.link_name g ON g.name_hash = r.given_hash
      LEFT JOIN hearth.link_name f ON f.name_hash = r.family_hash
    """


def near_records(connection: Connection, keys: Iterable[int]) -> list[NearRow]:
    """Every record under any of some keys, but for keys that more than `LARGEST_BLOCK` records share."""
    # Asked for every record that comes: through SQLAlchemy it takes half as long again.
    driver = driver_connection(connection)
    # At each call, for a connection knows no more than was registered before it was opened.
    driver.adapters.register_dumper(_Keys, _KeysDumper)
    with plain_errors(), driver.cursor(binary=True) as cursor:
        rows = cursor.execute(_NEAR, {"keys": _Keys(sorted(set(keys))), "largest": LARGEST_BLOCK}).fetchall()
    return [NearRow(row[0], row[1], row[2], row[3], tuple(row[4])) for row in rows]


def kept_of(connection: Connection, records: Collection[UUID]) -> list[tuple[bytes, NearRow]]:
    """What is kept of some records, each behind its digest."""
    rows = connection.execute(_KEPT, {"records": list(records)})
    return [(bytes(row[2]), NearRow(row[0], bytes(row[1]), row[3], row[4], ())) for row in rows]


def records_under(connection: Connection, keys: Iterable[int], most: int) -> dict[int, set[UUID]]:
    """The records under each of some keys; a key that more than `most` share has none."""
    rows = connection.execute(
        text(
            "SELECT w.key, k.record_id FROM unnest(CAST(:keys AS bigint[])) AS w (key) CROSS JOIN LATERAL ("
            " SELECT x.record_id, count(*) OVER () AS size FROM (SELECT l.record_id FROM hearth.link_key l"
            " WHERE l.key_hash = w.key LIMIT :most + 1) x) k WHERE k.size <= :most"
        ),
        {"keys": sorted(set(keys)), "most": most},
    )
    found: dict[int, set[UUID]] = {}
    for key, record in rows:
        found.setdefault(key, set()).add(record)
    return found


def compared_digests(connection: Connection) -> dict[UUID, bytes]:
    """The digest of what is kept of each record."""
    rows = connection.execute(text("SELECT record_id, digest FROM hearth.link_record"))
    return {row[0]: bytes(row[1]) for row in rows}


def replace_compared(connection: Connection, gone: Sequence[UUID], rows: Sequence[ComparedRow]) -> None:
    """Take away what is kept of some records, then keep what these rows hold."""
    if gone:
        for table in ("link_key", "link_record"):
            connection.execute(
                text(f"DELETE FROM hearth.{table} WHERE record_id = ANY (CAST(:gone AS uuid[]))"),  # noqa: S608 - two fixed names
                {"gone": list(gone)},
            )
    if rows:
        copy_rows(
            connection, "hearth.link_record", ("record_id", "sealed", "digest", "given_hash", "family_hash"),
            [(row.record_id, row.sealed, row.digest, row.given_hash, row.family_hash) for row in rows],
        )  # fmt: skip
        copy_rows(connection, "hearth.link_key", ("key_hash", "record_id"), _key_rows(rows))


def _key_rows(rows: Iterable[ComparedRow]) -> Iterator[tuple[int, UUID]]:
    for row in rows:
        for key in row.keys:
            yield key, row.record_id


def count_names(connection: Connection, all_given: int, all_family: int) -> None:
    """Count anew how many records bear each name, and under these two hashes how many have one at all."""
    connection.execute(text("DELETE FROM hearth.link_name"))
    connection.execute(
        text(
            "INSERT INTO hearth.link_name (name_hash, held)"
            " SELECT given_hash, count(*) FROM hearth.link_record WHERE given_hash IS NOT NULL GROUP BY given_hash"
            " UNION ALL SELECT family_hash, count(*) FROM hearth.link_record WHERE family_hash IS NOT NULL"
            " GROUP BY family_hash"
            " UNION ALL SELECT CAST(:given AS bigint), count(given_hash) FROM hearth.link_record"
            " HAVING count(given_hash) > 0"
            " UNION ALL SELECT CAST(:family AS bigint), count(family_hash) FROM hearth.link_record"
            " HAVING count(family_hash) > 0"
        ),
        {"given": all_given, "family": all_family},
    )


def names_held(connection: Connection, hashes: Iterable[int]) -> dict[int, int]:
    """How many records bear each of some names."""
    rows = connection.execute(
        text("SELECT name_hash, held FROM hearth.link_name WHERE name_hash = ANY (CAST(:hashes AS bigint[]))"),
        {"hashes": sorted(set(hashes))},
    )
    return {row[0]: row[1] for row in rows}


def read_base(connection: Connection) -> LinkBaseRow | None:
    """What the last run over everything left; nothing before the first."""
    row = connection.execute(
        text("SELECT only_one, run_id, made_at, made_with, model, records FROM hearth.link_base")
    ).one_or_none()
    return None if row is None else LinkBaseRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def replace_base(connection: Connection, base: LinkBaseRow) -> None:
    """Say what everything is made with now."""
    connection.execute(text("DELETE FROM hearth.link_base"))
    connection.execute(
        text(
            "INSERT INTO hearth.link_base (run_id, made_at, made_with, model, records)"
            " VALUES (:run_id, :made_at, :made_with, :model, :records)"
        ),
        base.model_dump(exclude={"only_one"}),
    )
