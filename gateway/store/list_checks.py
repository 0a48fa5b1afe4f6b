"""Rows for verifying lists and maps: what openings say beside what is stored, with plain SQL alone, as hg_desk.

None of the database's own functions of ours is asked: whoever changed the rows may have changed those too.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from gateway.store.log import stream


def list_rows(connection: Connection) -> Iterator[Row[Any]]:
    """Every line that a list has or should have, person by person, list by list, in the order of the leaves.

    Columns: person_id, list, leaf_index, leaf_hash, `said` (the entry's opening names the person and the list), and
    position, head of the stored row (NULL where there is none); count, list_head, erased of the list (NULL where
    there is none); `shut`, where the entry's subjects are erased and say nothing.
    """
    return stream(
        connection,
        "WITH opened AS (SELECT l.leaf_index, e.event_class, (o.fields #>> '{subjects,1}')::jsonb AS subjects,"
        " coalesce(o.fields #>> '{sealed,1}', 'true') = 'true' AS sealed FROM audit.leaf l"
        " JOIN audit.entry e USING (entry_id) JOIN audit.opening o USING (entry_id)),"
        " said AS (SELECT DISTINCT p.id::uuid AS person_id, k.list, d.leaf_index FROM opened d"
        " CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(d.subjects, '[]')) AS p (id)"
        " JOIN (VALUES ('disclosable'), ('sealed')) AS k (list)"
        " ON d.event_class = 'combination' OR (k.list = 'sealed') = d.sealed"
        " WHERE p.id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')"
        " SELECT coalesce(s.person_id, x.person_id) AS person_id, coalesce(s.list, x.list) AS list,"
        " coalesce(s.leaf_index, x.leaf_index) AS leaf_index, l.leaf_hash, x.leaf_index IS NOT NULL AS said,"
        " s.position, s.head, t.count AS total, t.head AS list_head, t.erased,"
        " (SELECT o.fields -> 'subjects' IS NULL FROM audit.opening o WHERE o.entry_id = l.entry_id) AS shut"
        " FROM audit.subject_list s FULL JOIN said x USING (person_id, list, leaf_index)"
        " LEFT JOIN audit.leaf l ON l.leaf_index = coalesce(s.leaf_index, x.leaf_index)"
        " LEFT JOIN audit.subject t ON (t.person_id, t.list) ="
        " (coalesce(s.person_id, x.person_id), coalesce(s.list, x.list))"
        " ORDER BY 1, 2, 3, s.position",
    )


def every_subject(connection: Connection) -> Iterator[Row[Any]]:
    """Where every list stands: person_id, list, key, enrolled, erased, total, head, and `lines` in its list or not."""
    return stream(
        connection,
        "SELECT t.person_id, t.list, t.key, t.enrolled, t.erased, t.count AS total, t.head, EXISTS (SELECT FROM"
        " audit.subject_list s WHERE s.person_id = t.person_id AND s.list = t.list) AS lines FROM audit.subject t",
    )


def every_map(connection: Connection) -> Sequence[Row[Any]]:
    """Every map in the order of number and list, with its entry's opening and time (`recorded_at`).

    `joined_at` is the time of the combination that the map was taken after, where the leaf before its size is one;
    `next_at` that of the first leaf which the map does not know.
    """
    return connection.execute(
        text(
            "SELECT m.map_no, m.list, m.occasion, m.at, m.tree_size, m.key_id, m.note, m.entry_id, o.fields,"
            " (SELECT e.recorded_at FROM audit.entry e WHERE e.entry_id = m.entry_id) AS recorded_at,"
            " (SELECT n.recorded_at FROM audit.leaf l JOIN audit.entry n USING (entry_id)"
            " WHERE l.leaf_index = m.tree_size) AS next_at,"
            " (SELECT c.recorded_at FROM audit.leaf l JOIN audit.entry c USING (entry_id)"
            " WHERE l.leaf_index = m.tree_size - 1 AND c.event_class = 'combination') AS joined_at"
            " FROM audit.coverage_map m LEFT JOIN audit.opening o USING (entry_id) ORDER BY m.map_no, m.list"
        )
    ).all()


def first_leaf_from(connection: Connection, at: datetime) -> int | None:
    """The first leaf of an instant or of the day after it, or `None` where there is none.

    A leaf of a later day is of a clock that was wrong, and tells nothing of when this instant came.
    """
    found: int | None = connection.execute(
        text(
            "SELECT min(l.leaf_index) FROM audit.leaf l JOIN audit.entry e USING (entry_id)"
            " WHERE e.recorded_at >= :at AND e.recorded_at < :at + interval '1 day'"
        ),
        {"at": at},
    ).scalar_one()
    return found


def lines_between(connection: Connection, kind: str, first: int, last: int | None) -> int:
    """How many lines lists of a kind have from leaf `first` to before leaf `last` (`None`: to the end)."""
    return int(
        connection.execute(
            text(
                "SELECT count(*) FROM audit.subject_list WHERE list = :kind AND leaf_index >= :first"
                " AND (CAST(:last AS bigint) IS NULL OR leaf_index < :last)"
            ),
            {"kind": kind, "first": first, "last": last},
        ).scalar_one()
    )


def recorded_maps(connection: Connection) -> Sequence[str]:
    """Ids of entries that record a map."""
    rows = connection.execute(
        text(
            "SELECT e.entry_id FROM audit.entry e JOIN audit.opening o USING (entry_id)"
            " WHERE e.event_class = 'verification' AND (o.fields #>> '{detail,1}') LIKE '%\"coverage\\_map\\_root\"%'"
        )
    )
    return [str(row.entry_id) for row in rows]


def stray_stones(connection: Connection) -> int:
    """How many hashes are kept in maps for lists that stand, or that were erased before the map."""
    return int(
        connection.execute(
            text(
                "SELECT count(*) FROM audit.coverage_map_stone s WHERE NOT EXISTS (SELECT FROM audit.subject t"
                " WHERE t.list = s.list AND t.key = s.key AND t.erased > s.map_no)"
            )
        ).scalar_one()
    )


def missing_stones(connection: Connection) -> int:
    """How many hashes are not kept in maps that serve proofs, for lists that stood in them and were erased since."""
    return int(
        connection.execute(
            text(
                "SELECT count(*) FROM audit.subject t JOIN audit.coverage_map_nodes n USING (list)"
                " WHERE t.erased > n.map_no AND t.enrolled <= n.map_no AND NOT EXISTS (SELECT FROM"
                " audit.coverage_map_stone s WHERE (s.map_no, s.list, s.key) = (n.map_no, n.list, t.key))"
            )
        ).scalar_one()
    )


def newest_erasure(connection: Connection, kind: str) -> int:
    """The number of the first map that says that the list erased last is gone; 0 where none was."""
    return int(
        connection.execute(
            text("SELECT coalesce(max(erased), 0) FROM audit.subject WHERE list = :kind"), {"kind": kind}
        ).scalar_one()
    )


def stray_nodes(connection: Connection) -> int:
    """How many rows of nodes belong to no map."""
    return int(
        connection.execute(
            text(
                "SELECT count(*) FROM audit.coverage_map_nodes n WHERE NOT EXISTS"
                " (SELECT FROM audit.coverage_map m WHERE (m.map_no, m.list) = (n.map_no, n.list))"
            )
        ).scalar_one()
    )


def erasure_details(connection: Connection) -> Sequence[str]:
    """The detail of every erasure entry that is still open, as JSON text."""
    rows = connection.execute(
        text(
            "SELECT o.fields #>> '{detail,1}' AS detail FROM audit.entry e JOIN audit.opening o USING (entry_id)"
            " WHERE e.event_class = 'erasure' AND o.fields ? 'detail'"
        )
    )
    return [row.detail for row in rows]
