"""Carry an erasure out, in one transaction as hg_erase: all of it is committed, or none.

(0) in a transaction before: the entry that names the records, and the ticket under which their words are read
(1) keep linkage out; whose the records are and ever were; a legal hold stops everything
(2) which entries are about them, by card, by list, in words; which fields of each go (`erasure_plan`)
(3) append the erasure entries: each names at most a thousand entries that lose the same fields, and nothing of anybody
(4) records, facts, links, households; then the openings that the entries name, and no others; then lists and the desk
(5) the list of erased keys beside the database, on the disk before the commit

A reading that had begun may still add an outcome for some seconds: `sweep` takes what came late.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from audit.canonical import Json
from audit.coverage_map import SaltSource
from audit.entry import Entry
from gateway.errors import ErasureHeldError, KeyCustodyError
from gateway.store import erasure, erasure_desk, erasure_lists
from gateway.store.erasure import LinkVersion
from gateway.store.ledger import Ticket, append, authorise, open_ticket
from gateway.store.subject_lists import rows_between
from gateway.usecases.intake.intake_rejected import opened_row
from gateway.usecases.log.coverage_maps import map_secret, row_leaf
from gateway.usecases.log.log_parts import LogParts
from gateway.usecases.subjects.erased_list import add_to_list, list_marks, list_path
from gateway.usecases.subjects.erasure_plan import ALONE, WORDS, Lineage, fields_of, in_groups, lineage_of
from gateway.usecases.subjects.erasure_words import Named, named_by

NAMED_IN_ENTRY = 1000
_TICKET_LASTS = timedelta(hours=8)
"""A working day: no declaration ends sooner. The database itself admits for thirty seconds from the issue."""

_SPOKEN = ("query", "justification", "case_reference")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORDS_GONE = b"The words of this request named somebody who has been erased."
EntryOf = Callable[[Mapping[str, Json]], Entry]
"""Makes an erasure entry of a detail: in whose name is the caller's matter."""


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What went: counts, the ids of the erasure entries, and the ids of persons who were nobody else."""

    records: int
    facts: int
    entries: int
    erasure_entries: tuple[UUID, ...]
    gone: tuple[UUID, ...]


@dataclass(slots=True)
class _Found:
    """What the log says: fields by entry, and the ids that words about somebody lead to at the desk."""

    fields: dict[UUID, tuple[str, ...]]
    declarations: set[UUID]
    records: set[UUID]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Records to be erased, and the ticket of the committed entry that names them."""

    ticket_id: UUID
    records: tuple[UUID, ...]


def admit(parts: LogParts, connection: Connection, decided: Entry) -> UUID:
    """Append the entry whose detail names the records that a definer function is to read: the id of its ticket.

    It admits once the caller has committed, for thirty seconds.
    """
    ticket = Ticket(parts.mint(), UUID(decided.entry_id), (), parts.clock() + _TICKET_LASTS, ())
    authorise(connection, decided, ticket, 0)
    return ticket.ticket_id


def refuse_held(connection: Connection, records: Sequence[UUID]) -> None:
    """Raise `ErasureHeldError` where a legal hold stands on any id that the records ever were under."""
    _lineage(connection, erasure.link_versions(connection, records))


def carry_out(parts: LogParts, connection: Connection, admitted: Admitted, entry_of: EntryOf) -> CarriedOut:
    """Erase the persons whose records were admitted. `connection` is a transaction of hg_erase; the caller commits it.

    Raises `ErasureHeldError` as `refuse_held` does and, through the transaction, `TicketRefusedError`.
    """
    records = admitted.records
    open_ticket(connection, admitted.ticket_id)
    # (1) Whose.
    erasure.keep_linkage_out(connection)
    versions = erasure.link_versions(connection, records)
    lineage = _lineage(connection, versions)
    persons = _persons(connection, records, versions)
    digests = erasure.key_digests(connection, records)
    # (2) Which entries.
    found = _entries(connection, lineage, persons)
    # (3) What is erased is on record before it goes.
    appended = _append(connection, found.fields, entry_of, _marks(parts, connection, sorted(lineage.gone)))
    # (4) It goes.
    gone, ended = sorted(lineage.gone), sorted(lineage.ended)
    facts = erasure.erase_records(connection, records, gone, ended)
    for entry_id in appended:
        erasure.erase_as_said(connection, entry_id)
    erase_lists(parts, connection, gone)
    _erase_at_desk(parts, connection, lineage, found)
    _erase_rejected_rows(parts, connection, persons, frozenset(digests))
    # (5) It stays gone.
    add_to_list(list_path(parts.settings), digests)
    return CarriedOut(len(records), facts, len(found.fields), tuple(appended), tuple(gone))


def sweep(
    parts: LogParts, connection: Connection, persons: Sequence[UUID], handle: UUID | None, entry_of: EntryOf
) -> bool:
    """Take what entries said of erased persons that came too late, or were no leaves yet; whether nothing is left.

    `persons` are those who were nobody else. Erasing their lists again changes nothing.
    """
    handles = {} if handle is None or not persons else {handle: persons[0]}
    lineage = Lineage(frozenset(persons), frozenset(), frozenset(), handles, {})
    found = _Found({}, set(), set())
    left = _about(connection, lineage, found)
    marks = _marks(parts, connection, persons)
    if found.fields or marks:
        for entry_id in _append(connection, found.fields, entry_of, marks):
            erasure.erase_as_said(connection, entry_id)
    erase_lists(parts, connection, persons)
    return not left


def forget_openings(connection: Connection, before: datetime, entry_of: EntryOf) -> int:
    """Erase whom every entry recorded before an instant was about, as an erasure does; gives of how many entries.

    For a retention period of the log: leaves, receipts and proofs stay as they are. Commit after each call that gives
    a thousand, and call again until it gives fewer.
    """
    entries = erasure.entries_before(connection, before, NAMED_IN_ENTRY)
    for entry_id in _append(connection, dict.fromkeys(entries, ALONE), entry_of) if entries else ():
        erasure.erase_as_said(connection, entry_id)
    return len(entries)


def erase_lists(parts: LogParts, connection: Connection, persons: Sequence[UUID]) -> None:
    """Erase the lists of persons, keeping for their neighbours' proofs the hashes that stood for them in the maps."""
    lists = erasure_lists.list_keys(connection, persons)
    for stored in erasure_lists.maps_with_proofs(connection):
        salts = SaltSource(map_secret(parts.custody.digest, stored.key_id)[1], stored.map_no)
        for key in (key for kind, key in lists if kind is stored.kind):
            for row in rows_between(connection, stored, key, key):
                erasure_lists.keep_hash(connection, stored, *row_leaf(row, salts))
    for person in persons:
        erasure_lists.erase_lists(connection, person)


def _lineage(connection: Connection, versions: Sequence[LinkVersion]) -> Lineage:
    lineage = lineage_of(versions)
    if erasure_desk.standing_holds(connection, sorted(lineage.handles)):
        raise ErasureHeldError("a legal hold stands on this person; an officer lifts it first")
    return lineage


def _marks(parts: LogParts, connection: Connection, persons: Sequence[UUID]) -> list[str]:
    keys = [key for _, key in erasure_lists.list_keys(connection, persons)]
    return sorted(list_marks(parts.custody.digest, key)[0] for key in keys)


def _persons(connection: Connection, records: Sequence[UUID], versions: Sequence[LinkVersion]) -> list[Named]:
    """Who is erased, one by one: a name of one and a birthday of another make nobody."""
    holder = {one.record_id: one.person_id for one in versions if one.erased and one.until is None}
    values: dict[UUID, list[tuple[str, Mapping[str, Any]]]] = {}
    for record, item, value in erasure.identifying_values(connection, records):
        values.setdefault(holder.get(record, record), []).append((item, value))
    ids: dict[UUID, set[UUID]] = {holder.get(record, record): {record} for record in records}
    for one in versions:
        if one.erased:
            ids.setdefault(holder.get(one.record_id, one.record_id), set()).update({one.person_id, one.family_id})
    living = {one.person_id for one in versions if not one.erased} | {
        one.family_id for one in versions if not one.erased
    }
    return [named_by(values.get(person, ()), known - living) for person, known in sorted(ids.items())]


def _entries(connection: Connection, lineage: Lineage, persons: Sequence[Named]) -> _Found:
    found = _Found({}, set(), set())
    _about(connection, lineage, found)
    declared, spoken_for = set(found.declarations), set()
    for spoken in erasure.spoken_entries(connection):
        said: Mapping[str, Any] = json.loads(spoken.detail)
        words = " ".join(str(said[name]) for name in _SPOKEN if said.get(name))
        known = spoken.entry_id in found.fields or spoken.refers_to in found.fields
        # A reason is given once for every reading under its declaration.
        known = known or ("justification" in said and spoken.declaration in declared)
        if known or any(person.stands_in(words) for person in persons):
            found.fields.setdefault(spoken.entry_id, WORDS)
            found.records |= {UUID(one) for one in said.get("records") or () if _UUID.fullmatch(str(one))}
            if "justification" in said and spoken.declaration is not None:
                found.declarations.add(spoken.declaration)
                spoken_for.add(spoken.declaration)
    found.declarations -= declared - spoken_for
    return found


def _about(connection: Connection, lineage: Lineage, found: _Found) -> list[UUID]:
    """Add the entries that name somebody by id; gives those that must become leaves first.

    What is not a leaf yet is not on the others' lists yet, and would never come there without its subjects.
    """
    waiting = []
    for one in erasure.entries_about(connection, lineage.everybody, sorted(lineage.handles)):
        fields = fields_of(one, lineage)
        if not one.is_leaf and "subjects" in fields and fields != ALONE:
            waiting.append(one.entry_id)
        elif fields:
            found.fields[one.entry_id] = fields
            if one.declaration is not None:
                found.declarations.add(one.declaration)
    return waiting


def _append(
    connection: Connection, plan: Mapping[UUID, tuple[str, ...]], entry_of: EntryOf, lists: Sequence[str] = ()
) -> list[UUID]:
    """One erasure entry for each thousand that lose the same; one also where no entry was ever about the person.

    `lists` are the marks of the subject lists that go; the first entry names them.
    """
    appended: list[UUID] = []
    for fields, entries in list(in_groups(plan, NAMED_IN_ENTRY)) or [(WORDS, [])]:
        detail: dict[str, Json] = {
            "records": [str(one) for one in entries], "erased_fields": list(fields), "erased_entries": len(entries),
            **({"erased_lists": list(lists)} if lists and not appended else {}),
        }  # fmt: skip
        entry = entry_of(detail)
        append(connection, entry)
        appended.append(UUID(entry.entry_id))
    return appended


def _erase_at_desk(parts: LogParts, connection: Connection, lineage: Lineage, found: _Found) -> None:
    handles = lineage.erased_handles
    erasure_desk.delete_notices(connection, handles)
    erasure_desk.forget_declarations(connection, handles, sorted(found.declarations), parts.clock())
    for request in erasure_desk.delete_requests(connection, handles, sorted(found.records)):
        sealed = parts.custody.field.seal(_WORDS_GONE, request.bytes)
        erasure_desk.replace_reason(connection, request, sealed)
    erasure_desk.delete_decided(connection, handles)
    alone = [one for one, fields in sorted(found.fields.items()) if fields == ALONE]
    erasure_desk.delete_beside(connection, alone, handles)


def _erase_rejected_rows(
    parts: LogParts, connection: Connection, persons: Sequence[Named], digests: frozenset[bytes]
) -> None:
    """Rows handed back hold what their sender wrote: one that names somebody, or bears one of their keys, goes."""
    ring, field = parts.custody.digest, parts.custody.field
    doomed = []
    for row in erasure_desk.rejected_rows(connection):
        try:
            held, file = opened_row(field, row.batch_id, row.row_number, row.sealed)
        except KeyCustodyError:
            # Nobody can read it any more, and it goes when its thirty days are over.
            continue
        cells = [*map(str, held.values()), file]
        keys = (
            d for cell in cells for d in ring.digests("source-record", row.source.encode(), b"person", cell.encode())
        )
        if any(person.stands_in(" ".join(cells)) for person in persons) or not digests.isdisjoint(keys):
            doomed.append((row.batch_id, row.row_number))
    for batch_id, row_number in doomed:
        erasure_desk.delete_rejected_row(connection, batch_id, row_number)
