"""SQL of lawful erasure, as hg_erase: whose records, which entries, and that they go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import OperationalError

from gateway.store.errors import LinkageUnderWayError
from gateway.store.log import stream

_LINKAGE_LOCK, _PATIENCE_MS = 4711, 5000
_NOT_IN_TIME = "55P03"
_SPEAKING = ("search", "denied", "override", "configuration", "verification", "consultation")
_PAST_ENTRY = """
SELECT o.entry_id, e.event_class, (audit.opened(o.fields, 'at') #>> '{}')::timestamptz AS at,
       coalesce((SELECT array_agg(DISTINCT x) FROM (
         SELECT jsonb_array_elements_text(coalesce(audit.opened(o.fields, 'subjects'), '[]'))::uuid AS x
          UNION SELECT s.person_id FROM audit.subject_list s WHERE s.leaf_index = c.leaf_index) y), '{}') AS subjects,
       (audit.opened(o.fields, 'household') #>> '{}')::uuid AS household,
       (audit.opened(o.fields, 'declaration') #>> '{}')::uuid AS declaration, c.leaf_index IS NOT NULL AS is_leaf
  FROM audit.opening o JOIN audit.entry e USING (entry_id) LEFT JOIN audit.card c USING (entry_id)
"""


_ABOUT = """
 WHERE e.event_class <> 'erasure' AND o.entry_id IN (
   SELECT k.entry_id FROM audit.card k WHERE k.subjects && :persons OR k.household = ANY (:handles)
    UNION
   SELECT k.entry_id FROM audit.subject_list s JOIN audit.card k USING (leaf_index) WHERE s.person_id = ANY (:persons)
    UNION
   SELECT w.entry_id FROM audit.pending p JOIN audit.opening w USING (entry_id)
    WHERE ARRAY(SELECT jsonb_array_elements_text(coalesce(audit.opened(w.fields, 'subjects'), '[]'))::uuid) && :persons
       OR (audit.opened(w.fields, 'household') #>> '{}')::uuid = ANY (:handles))
"""


@dataclass(frozen=True, slots=True)
class LinkVersion:
    """That a record was a person's for a time; `until` is `None` where it still is. `erased`: it is to be erased."""

    person_id: UUID
    family_id: UUID
    record_id: UUID
    erased: bool
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PastEntry:
    """An entry as far as erasure asks: subjects include those whose lists alone still say so."""

    entry_id: UUID
    event_class: str
    at: datetime
    subjects: tuple[UUID, ...]
    household: UUID | None
    declaration: UUID | None
    is_leaf: bool


@dataclass(frozen=True, slots=True)
class SpokenEntry:
    """An entry that holds people's words; `detail` is its canonical JSON."""

    entry_id: UUID
    detail: str
    declaration: UUID | None
    refers_to: UUID | None


def keep_linkage_out(connection: Connection) -> None:
    """Wait for a run of linkage, and let none begin until this transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LINKAGE_LOCK})


def keep_linkage_out_soon(connection: Connection) -> None:
    """The same for whoever waits for an answer: raise `LinkageUnderWayError` after some seconds.

    A run over everything takes minutes, and by then nobody knows whether what was asked was done.
    """
    connection.execute(text(f"SET LOCAL lock_timeout = {_PATIENCE_MS}"))
    try:
        keep_linkage_out(connection)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _NOT_IN_TIME:
            raise
        raise LinkageUnderWayError("records are being linked; nothing was stored") from None
    connection.execute(text("SET LOCAL lock_timeout = 0"))


def records_of_family(connection: Connection, family_id: UUID) -> list[UUID]:
    """Records of the person whom a handle opens now; none for a handle of nobody."""
    return list(connection.execute(text("SELECT hearth.records_to_erase(:family)"), {"family": family_id}).scalar_one())


def records_of_keys(connection: Connection, digests: Sequence[bytes]) -> list[UUID]:
    """Records that stand under digests of the list of erased keys."""
    found = connection.execute(text("SELECT hearth.records_of_keys(:digests)"), {"digests": list(digests)})
    return list(found.scalar_one())


def link_versions(connection: Connection, records: Sequence[UUID]) -> list[LinkVersion]:
    """Whose these records ever were, with every other record that those persons ever had."""
    rows = connection.execute(
        text("SELECT * FROM hearth.erasure_links(CAST(:records AS uuid[]))"), {"records": list(records)}
    )
    return [LinkVersion(*row) for row in rows]


def identifying_values(connection: Connection, records: Sequence[UUID]) -> list[tuple[UUID, str, dict[str, Any]]]:
    """What words about a person are found by: record, item and value of every version of an identity fact."""
    rows = connection.execute(
        text("SELECT * FROM hearth.erasure_words(CAST(:records AS uuid[]))"), {"records": list(records)}
    )
    return [(row.record_id, row.item, row.value) for row in rows]


def key_digests(connection: Connection, records: Sequence[UUID]) -> list[bytes]:
    """Keyed digests under which these records are found."""
    rows = connection.execute(
        text("SELECT * FROM hearth.erasure_digests(CAST(:records AS uuid[]))"), {"records": list(records)}
    )
    return [bytes(one) for one in rows.scalars()]


def erased_keys(connection: Connection) -> list[bytes]:
    """Every digest of the database's list of erased keys, in no order that tells anything."""
    rows = connection.execute(text("SELECT key_digest FROM hearth.erased_record ORDER BY key_digest"))
    return [bytes(one) for one in rows.scalars()]


def entries_about(connection: Connection, persons: Sequence[UUID], handles: Sequence[UUID]) -> list[PastEntry]:
    """Entries whose subjects include one of the persons, or that are about one of the handles, leaves or not yet."""
    found = text(f"{_PAST_ENTRY} {_ABOUT} ORDER BY o.entry_id")
    rows = connection.execute(found, {"persons": list(persons), "handles": list(handles)})
    return [_past(row) for row in rows]


def entries_before(connection: Connection, before: datetime, limit: int) -> list[UUID]:
    """Leaves recorded before an instant that still say whom they are about, oldest first."""
    rows = connection.execute(
        text(
            "SELECT c.entry_id FROM audit.card c JOIN audit.opening o USING (entry_id) WHERE c.recorded_at < :before"
            " AND c.event_class <> 'erasure' AND jsonb_exists(o.fields, 'subjects') ORDER BY c.recorded_at LIMIT :limit"
        ),
        {"before": before, "limit": limit},
    )
    return list(rows.scalars())


def spoken_entries(connection: Connection) -> Iterator[SpokenEntry]:
    """Every entry that holds a query, a reason or a reference in words, streamed."""
    rows = stream(
        connection,
        "SELECT o.entry_id, o.fields #>> '{detail,1}' AS detail,"
        " (audit.opened(o.fields, 'declaration') #>> '{}')::uuid AS declaration,"
        " (audit.opened(o.fields, 'refers_to') #>> '{}')::uuid AS refers_to"
        " FROM audit.entry e JOIN audit.opening o USING (entry_id) WHERE e.event_class = ANY (:speaking)"
        """ AND o.fields #>> '{detail,1}' ~ '"(query|justification|case_reference)":' ORDER BY o.entry_id""",
        speaking=list(_SPEAKING),
    )
    return (SpokenEntry(row.entry_id, row.detail, row.declaration, row.refers_to) for row in rows)


def erase_records(
    connection: Connection, records: Sequence[UUID], gone: Sequence[UUID], ended: Sequence[UUID]
) -> int:  # fmt: skip
    """Erase records and persons (`hearth.erase_records`); gives how many facts. Its entry is appended before."""
    done = connection.execute(
        text("SELECT hearth.erase_records(CAST(:records AS uuid[]), CAST(:gone AS uuid[]), CAST(:ended AS uuid[]))"),
        {"records": list(records), "gone": list(gone), "ended": list(ended)},
    )
    return int(done.scalar_one())


def erase_as_said(connection: Connection, erasure_entry: UUID) -> int:
    """Erase the openings that an erasure entry of this transaction names; gives of how many entries."""
    return int(connection.execute(text("SELECT audit.erase_as_said(:entry)"), {"entry": erasure_entry}).scalar_one())


def _past(row: Row[Any]) -> PastEntry:
    return PastEntry(
        row.entry_id, row.event_class, row.at, tuple(row.subjects), row.household, row.declaration, row.is_leaf
    )  # fmt: skip
