"""SQL of persons' lists and of the coverage maps: what maps are made of, and what subject reports read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, text

from audit.subject_list import ListKind
from gateway.store.log import stream

_ENROLLED_AT_ONCE = 20_000
_NIL = UUID(int=0)
_MAP_COLUMNS = "SELECT map_no, list, occasion, at, tree_size, key_id, note, entry_id FROM audit.coverage_map"
_IN_MAP = "(t.leaf IS NOT NULL OR s.erased <= :map_no OR s.enrolled <= :map_no OR {count} > 0)"
_STONE = "LEFT JOIN audit.coverage_map_stone t ON (t.map_no, t.list, t.key) = (:map_no, s.list, s.key)"
_ELEMENTS = """
SELECT s.person_id, s.position, s.leaf_index, s.head, e.entry_id, e.event_class, e.leaf, o.fields
  FROM audit.subject_list s JOIN audit.leaf l USING (leaf_index) JOIN audit.entry e USING (entry_id)
  JOIN audit.opening o USING (entry_id)
 WHERE s.person_id = :person AND s.list = :list
"""


@dataclass(frozen=True, slots=True)
class StoredMap:
    """A coverage map as stored. `at` is the instant up to which it is whole, `tree_size` the leaves that it knows.

    `occasion` is `hour` or `lineage`: taken for the hour, or right after persons were joined or parted.
    `entry_id` is the log's entry that holds its root; `key_id` names the key version behind its salts.
    """

    map_no: int
    kind: ListKind
    occasion: str
    at: datetime
    tree_size: int
    key_id: str
    note: str
    entry_id: UUID


class MapRow(NamedTuple):
    """What stands in a map for one person's list. `stone` is the leaf's hash kept of somebody who was erased later."""

    key: bytes
    entries: int
    head: bytes
    erased: bool
    stone: bytes | None


# Taking maps, as hg_desk.


def enrol_subjects(connection: Connection, map_no: int, after: UUID = _NIL) -> UUID | None:
    """Give both lists to persons without, some thousands after `after`; gives after whom to go on, `None` at the end.

    `map_no` is the number of the map that is taken next. Commit after each call: the sequencer waits for these rows.
    """
    last: UUID | None = connection.execute(
        text("SELECT audit.enrol_subjects(:map_no, :after, :limit)"),
        {"map_no": map_no, "after": after, "limit": _ENROLLED_AT_ONCE},
    ).scalar_one()
    return last


def next_map_number(connection: Connection) -> int:
    """The number that the next map has."""
    return int(connection.execute(text("SELECT coalesce(max(map_no), 0) + 1 FROM audit.coverage_map")).scalar_one())


def rows_of_map(connection: Connection, kind: ListKind, map_no: int, size: int) -> Iterator[MapRow]:
    """Everything that stands in a map of `size` leaves, in the order of the keys, streamed."""
    rows = stream(
        connection,
        "WITH later AS (SELECT person_id, min(position) AS first FROM audit.subject_list"  # noqa: S608 - fixed texts
        " WHERE list = :list AND leaf_index >= :size GROUP BY person_id)"
        " SELECT s.key, coalesce(f.first - 1, s.count),"
        " CASE WHEN f.first IS NULL THEN s.head WHEN f.first = 1 THEN audit.list_start(s.person_id, s.list)"
        " ELSE b.head END, coalesce(s.erased <= :map_no, false), t.leaf"
        " FROM audit.subject s LEFT JOIN later f USING (person_id) LEFT JOIN audit.subject_list b"
        " ON (b.person_id, b.list, b.position) = (s.person_id, s.list, f.first - 1)"
        f" {_STONE} WHERE s.list = :list AND {_IN_MAP.format(count='coalesce(f.first - 1, s.count)')} ORDER BY s.key",
        list=kind.value, map_no=map_no, size=size,
    )  # fmt: skip
    return (MapRow._make(row) for row in rows)


def rows_between(connection: Connection, stored: StoredMap, first: bytes, last: bytes) -> list[MapRow]:
    """What stands in a map under the keys from `first` to `last`, both included, in their order."""
    rows = connection.execute(
        text(
            "SELECT s.key, coalesce(l.position, 0), coalesce(l.head, audit.list_start(s.person_id, s.list)),"  # noqa: S608 - fixed texts
            " coalesce(s.erased <= :map_no, false), t.leaf FROM audit.subject s"
            " LEFT JOIN LATERAL (SELECT e.position, e.head FROM audit.subject_list e WHERE e.person_id = s.person_id"
            " AND e.list = s.list AND e.leaf_index < :size ORDER BY e.position DESC LIMIT 1) l ON true"
            f" {_STONE} WHERE s.list = :list AND s.key BETWEEN :first AND :last"
            f" AND {_IN_MAP.format(count='coalesce(l.position, 0)')} ORDER BY s.key"
        ),
        {"map_no": stored.map_no, "size": stored.tree_size, "list": stored.kind.value, "first": first, "last": last},
    )
    return [MapRow._make(row) for row in rows]


def add_map(connection: Connection, stored: StoredMap, nodes: bytes) -> None:
    """Store a map with its nodes at depth 12; those of the hour's map before it are no longer needed."""
    connection.execute(
        text(
            "INSERT INTO audit.coverage_map (map_no, list, occasion, at, tree_size, key_id, note, entry_id)"
            " VALUES (:map_no, :list, :occasion, :at, :tree_size, :key_id, :note, :entry_id)"
        ),
        {
            "map_no": stored.map_no, "list": stored.kind.value, "occasion": stored.occasion, "at": stored.at,
            "tree_size": stored.tree_size, "key_id": stored.key_id, "note": stored.note, "entry_id": stored.entry_id,
        },
    )  # fmt: skip
    connection.execute(
        text("INSERT INTO audit.coverage_map_nodes (map_no, list, nodes) VALUES (:map_no, :list, :nodes)"),
        {"map_no": stored.map_no, "list": stored.kind.value, "nodes": nodes},
    )
    if stored.occasion == "hour":
        connection.execute(
            text(
                "DELETE FROM audit.coverage_map_nodes n USING audit.coverage_map m WHERE (m.map_no, m.list) ="
                " (n.map_no, n.list) AND n.list = :list AND n.map_no < :map_no AND m.occasion = 'hour'"
            ),
            {"list": stored.kind.value, "map_no": stored.map_no},
        )


def came_late(connection: Connection, size: int, at: datetime) -> bool:
    """Whether an entry of before an instant is a leaf from `size` on, or waits to become one."""
    return bool(
        connection.execute(
            text(
                "SELECT EXISTS (SELECT FROM audit.entry e JOIN audit.leaf l USING (entry_id)"
                " WHERE l.leaf_index >= :size AND e.recorded_at < :at) OR EXISTS (SELECT FROM audit.entry e"
                " JOIN audit.pending p USING (entry_id) WHERE e.recorded_at < :at)"
            ),
            {"size": size, "at": at},
        ).scalar_one()
    )


def due_lineages(connection: Connection) -> Sequence[Row[Any]]:
    """Leaves that join or part persons and that no map was taken after: leaf_index, recorded_at, run; in order."""
    return connection.execute(
        text(
            "SELECT c.leaf_index, c.recorded_at, audit.opened(o.fields, 'detail') ->> 'link_decision' AS run"
            " FROM audit.card c JOIN audit.opening o USING (entry_id)"
            " WHERE c.event_class = 'combination' AND c.subjects <> '{}' AND c.leaf_index >="
            " (SELECT coalesce(max(m.tree_size), 0) FROM audit.coverage_map m WHERE m.occasion = 'lineage')"
            " ORDER BY c.leaf_index"
        )
    ).all()


# Reading for a report, as hg_desk.


def newest_map(
    connection: Connection, kind: ListKind = ListKind.DISCLOSABLE, occasion: str | None = None
) -> StoredMap | None:
    """The map that knows most leaves, of any occasion or of one; `None` where none was taken yet."""
    # Of two that know the same the hour's: it is also the one that knows more where something sealed stands between.
    ending = (
        "AND (CAST(:occasion AS text) IS NULL OR occasion = :occasion)"
        " ORDER BY tree_size DESC, occasion = 'hour' DESC, map_no DESC"
    )
    return _map(connection, ending, kind, occasion=occasion)


def lineage_map(connection: Connection, kind: ListKind, leaf_index: int) -> StoredMap | None:
    """The map taken right after the combination at this leaf, or `None` where it has not been taken yet."""
    ending = "AND occasion = 'lineage' AND tree_size > :leaf_index ORDER BY tree_size, map_no"
    return _map(connection, ending, kind, leaf_index=leaf_index)


def map_nodes(connection: Connection, stored: StoredMap) -> bytes | None:
    """A map's nodes at depth 12, or `None` where they are no longer kept."""
    nodes: bytes | None = connection.execute(
        text("SELECT nodes FROM audit.coverage_map_nodes WHERE (map_no, list) = (:map_no, :list)"),
        {"map_no": stored.map_no, "list": stored.kind.value},
    ).scalar()
    return nodes


def list_elements(
    connection: Connection, person: UUID, kind: ListKind, start: int = 0, size: int | None = None
) -> Sequence[Row[Any]]:
    """A person's list from leaf `start` to leaf `size` (not included; `None`: to the end), in its order.

    Columns: person_id, position, leaf_index, head, entry_id, event_class, leaf, fields (of the opening).
    """
    statement = (
        f"{_ELEMENTS} AND s.leaf_index >= :start AND (CAST(:size AS bigint) IS NULL OR s.leaf_index < :size)"
        " ORDER BY s.position"
    )
    return connection.execute(
        text(statement), {"person": person, "list": kind.value, "start": start, "size": size}
    ).all()


def _map(connection: Connection, ending: str, kind: ListKind, **values: Any) -> StoredMap | None:
    row = connection.execute(
        text(f"{_MAP_COLUMNS} WHERE list = :list {ending} LIMIT 1"), {"list": kind.value, **values}
    ).first()
    return None if row is None else stored_map(row)


def stored_map(row: Row[Any]) -> StoredMap:
    """A map from a row of its table."""
    return StoredMap(
        row.map_no, ListKind(row.list), row.occasion, row.at, row.tree_size, row.key_id, row.note, row.entry_id
    )
