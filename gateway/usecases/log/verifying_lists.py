"""Verify the lists of persons and the coverage maps: nothing about anybody was left out, added or told otherwise.

(1) every list, from the openings: its lines, their order, their heads, its count and its head
(2) every list without a line: its key and its start
(3) every map: signature, the entry that records its root; its instant had come, and what was a leaf before it is in
    the map; kept nodes fold to the root
(4) the maps from which proofs are made, from the lists anew, and then those of earlier hours, newest first, as many as
    the budget of leaves allows; of earlier hours none from before a list was erased, whose place in them is gone

A read that the log's keeper left out of a list is found in (1) though every map was taken over the forged list, by
anybody who has the openings. Comes after the leaves and openings are known to be right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row

from audit.canonical import parse_canonical
from audit.coverage_map import CoverageMap, SaltSource, map_key, parse_map
from audit.encoding import to_base64
from audit.entry import format_second
from audit.errors import AuditError
from audit.keys import VerifierKey
from audit.notes import open_note
from audit.sparse_map import NO_KEYS, Subtree
from audit.subject_list import ListKind, extend_list, list_start
from gateway.custody import KeyRing
from gateway.errors import KeyCustodyError
from gateway.store.list_checks import (
    erasure_details,
    every_map,
    every_subject,
    first_leaf_from,
    lines_between,
    list_rows,
    missing_stones,
    newest_erasure,
    recorded_maps,
    stray_nodes,
    stray_stones,
)
from gateway.store.subject_lists import MapRow, StoredMap, map_nodes, rows_of_map, stored_map
from gateway.usecases.log.coverage_maps import decode_nodes, lineage_instant, map_secret, nodes_of, root_over
from gateway.usecases.log.verifying_entry import FoundError
from gateway.usecases.subjects.erased_list import list_marks

BUDGET = 4_000_000
"""How many lists are hashed at most for taking maps anew."""

_NODE_BYTES = 4096 * 33
_MORE_KEYS = 2


def check_lists(
    connection: Connection, origin: str, keys: tuple[VerifierKey, ...], ring: KeyRing, budget: int | None = None
) -> int:
    """Check everything of the above in the caller's picture; gives how many maps were not taken from the lists anew.

    `ring` is the custody's `digest` ring, behind the maps' salts; `budget` how many lists are hashed for that at most.
    Raises `FoundError`.
    """
    erased = _erased_marks(connection)
    for (_, kind), rows in groupby(list_rows(connection), key=lambda row: (row.person_id, ListKind(row.list))):
        _check_lines(kind, list(rows))
    for row in every_subject(connection):
        _check_subject(row, erased, ring)
    if stray_stones(connection):
        raise FoundError("audit.coverage_map_stone", "a hash is kept for a list that was not erased", "coverage maps")
    if missing_stones(connection):
        raise FoundError("audit.coverage_map_stone", "the hash of an erased list is missing", "coverage maps")
    if stray_nodes(connection):
        raise FoundError("audit.coverage_map_nodes.map_no or list", "belong to no map", "coverage maps")
    maps = every_map(connection)
    signed = [_check_map(row, origin, keys) for row in maps]
    for row in maps:
        _check_instant(connection, row)
    _check_numbers(connection, maps)
    return _check_contents(
        connection, [stored_map(row) for row in maps], signed, _Effort(ring, BUDGET if budget is None else budget)
    )


def _check_lines(kind: ListKind, rows: Sequence[Row[Any]]) -> None:
    """One list: `rows` are its lines as stored and as entries say them, in order."""
    first = rows[0]
    if first.total is None:
        raise FoundError("audit.subject.person_id or list", "an entry's subject has no list", _where(kind, first))
    if first.erased is not None:
        kept = next((row for row in rows if row.position is not None), None)
        if kept is not None:
            raise FoundError("audit.subject_list", "a list that was erased has a line", _where(kind, kept))
        return
    head, before = list_start(str(first.person_id), kind), -1
    for number, row in enumerate(rows, 1):
        where = _where(kind, row)
        _check_line(row, where)
        if row.position != number or row.leaf_index <= before:
            raise FoundError("audit.subject_list.position", "lines do not run on", where)
        head, before = extend_list(head, row.leaf_hash), row.leaf_index
        if row.head != head:
            raise FoundError("audit.subject_list.head", "is not the head after this line", where)
    if first.total != len(rows):
        raise FoundError("audit.subject.count", "is not the number of lines", _where(kind, rows[-1]))
    if first.list_head != head:
        raise FoundError("audit.subject.head", "is not the head of the list", _where(kind, rows[-1]))


def _check_line(row: Row[Any], where: str) -> None:
    if row.position is None:
        raise FoundError("audit.subject_list", "an entry is left out of a list of its subject", where)
    if not row.said and not row.shut:
        problem = "a line stands for an entry that is not about this person, or belongs on the other list"
        raise FoundError("audit.subject_list.person_id, list or leaf_index", problem, where)


def _erased_marks(connection: Connection) -> frozenset[str]:
    """Marks (`erased_list.list_marks`) of the lists that erasure entries name."""
    named: set[str] = set()
    for text in erasure_details(connection):
        detail = parse_canonical(text.encode())
        lists = detail.get("erased_lists") if isinstance(detail, Mapping) else None
        if isinstance(lists, list):
            named.update(map(str, lists))
    return frozenset(named)


def _check_subject(row: Row[Any], erased: frozenset[str], ring: KeyRing) -> None:
    kind, person = ListKind(row.list), str(row.person_id)
    where = f"a list of {kind} entries"
    if row.key != map_key(person, kind):
        raise FoundError("audit.subject.key", "is not the key of this person's list", where)
    if row.erased is not None and erased.isdisjoint(list_marks(ring, row.key)):
        raise FoundError("audit.subject.erased", "no erasure says so", where)
    if not row.lines and (row.total != 0 or row.head != list_start(person, kind)):
        raise FoundError("audit.subject.count or head", "is not that of a list without lines", where)


def _check_map(row: Row[Any], origin: str, keys: tuple[VerifierKey, ...]) -> CoverageMap:
    where = f"coverage map {row.map_no}, {row.list}"
    try:
        opened = open_note(row.note, keys)
        signed = parse_map(opened.text)
    except AuditError as error:
        raise FoundError("audit.coverage_map.note", str(error), where) from None
    if opened.unverified or signed.log_id != origin:
        raise FoundError("audit.coverage_map.note", "is not signed by this log alone, or is of another log", where)
    if signed.kind.value != row.list:
        raise FoundError("audit.coverage_map.list", "is not the kind that the note signs", where)
    if signed.number != row.map_no:
        raise FoundError("audit.coverage_map.map_no", "is not the number that the note signs", where)
    if signed.at != row.at:
        raise FoundError("audit.coverage_map.at", "is not the instant that the note signs", where)
    if row.fields is None or "detail" not in row.fields:
        raise FoundError("audit.coverage_map.entry_id", "names no entry that records a map", where)
    said = parse_canonical(row.fields["detail"][1].encode())
    expected = {
        "coverage_map_root": to_base64(signed.root), "coverage_map_list": row.list,
        "coverage_map_at": format_second(signed.at), "coverage_map_number": signed.number,
    }  # fmt: skip
    if not isinstance(said, Mapping) or any(said.get(name) != value for name, value in expected.items()):
        raise FoundError("audit.coverage_map.entry_id or note", "the entry records another map", where)
    if said.get("checkpoint_size") != row.tree_size:
        raise FoundError("audit.coverage_map.tree_size", "is not the size that the entry says", where)
    on_the_hour = row.at.minute == row.at.second == row.at.microsecond == 0
    if not (on_the_hour if row.occasion == "hour" else row.at in _lineage_instants(row.joined_at)):
        raise FoundError("audit.coverage_map.occasion", "is not what its instant and its last leaf say", where)
    return signed


def _lineage_instants(joined_at: datetime | None) -> tuple[datetime, ...]:
    """The instants that a map after a combination may have. Maps once had the combination's own."""
    return () if joined_at is None else (lineage_instant(joined_at), joined_at)


def _check_instant(connection: Connection, row: Row[Any]) -> None:
    """The instant that a map signs had come, and no line that a list had by then is missing.

    By the order of the leaves, not by their times alone: what was begun before and became a leaf long after, or was
    written while a clock was set back, accuses nobody.
    """
    if row.at <= min(row.recorded_at, row.next_at or row.recorded_at):
        return
    where, came = f"coverage map {row.map_no}, {row.list}", first_leaf_from(connection, row.at)
    if came is None:
        raise FoundError("audit.coverage_map.at", "had not come when the map was taken", where)
    if came > row.tree_size and lines_between(connection, row.list, row.tree_size, came):
        problem = "the map leaves out entries that were leaves before the instant up to which it says that it is whole"
        raise FoundError("audit.coverage_map.at or tree_size", problem, where)


def _check_numbers(connection: Connection, maps: Sequence[Row[Any]]) -> None:
    """Maps come in pairs, one of each kind, numbered from 1; every entry that records one has it."""
    for place, row in enumerate(maps):
        expected = (place // 2 + 1, ("disclosable", "sealed")[place % 2])
        if (row.map_no, row.list) != expected:
            raise FoundError("audit.coverage_map.map_no or list", "a map is missing", f"coverage map {expected[0]}")
        if place % 2 and (row.at, row.tree_size) != (maps[place - 1].at, maps[place - 1].tree_size):
            raise FoundError("audit.coverage_map.at or tree_size", "differ in a pair", f"coverage map {expected[0]}")
    if len(maps) % 2:
        raise FoundError("audit.coverage_map", "a map of sealed lists is missing", f"coverage map {maps[-1].map_no}")
    left = sorted(set(recorded_maps(connection)) - {str(row.entry_id) for row in maps})
    if left:
        raise FoundError("audit.coverage_map", "a map that an entry records is missing", f"entry {left[0]}")


@dataclass(frozen=True, slots=True)
class _Effort:
    """With what maps are taken anew, and of how many lists at most."""

    ring: KeyRing
    budget: int


def _check_contents(
    connection: Connection, maps: Sequence[StoredMap], signed: Sequence[CoverageMap], effort: _Effort
) -> int:
    """Nodes fold to the signed roots; and are those of the lists, for as many maps as the budget allows.

    Gives for how many it did not.
    """
    newest = max((one.map_no for one in maps if one.occasion == "hour"), default=None)
    serving, earlier = [], []
    for stored, coverage in sorted(zip(maps, signed, strict=True), key=lambda pair: -pair[0].map_no):
        where = f"coverage map {stored.map_no}, {stored.kind}"
        kept = map_nodes(connection, stored)
        if kept is None:
            if stored.occasion == "lineage" or stored.map_no == newest:
                raise FoundError("audit.coverage_map_nodes", "are missing for a map that serves proofs", where)
            if stored.map_no >= newest_erasure(connection, stored.kind.value):
                earlier.append((stored, coverage))
            continue
        if len(kept) != _NODE_BYTES or not _folds_to(coverage.root, decode_nodes(kept)):
            raise FoundError("audit.coverage_map_nodes.nodes", "do not fold to the signed root", where)
        serving.append((stored, coverage))
    budget, waiting = effort.budget, [*serving, *earlier]
    for number, (stored, coverage) in enumerate(waiting):
        if budget <= 0:
            return len(waiting) - number
        budget -= _check_lists_of(connection, stored, coverage, effort.ring)
    return 0


def _check_lists_of(connection: Connection, stored: StoredMap, coverage: CoverageMap, ring: KeyRing) -> int:
    """Take a map anew from the lists; gives how many lists it holds."""
    where = f"coverage map {stored.map_no}, {stored.kind}"
    try:
        salts = SaltSource(map_secret(ring, stored.key_id)[1], stored.map_no)
    except KeyCustodyError:
        raise FoundError("audit.coverage_map.key_id", "names a key version that is not kept", where) from None
    counted = _Counted(rows_of_map(connection, stored.kind, stored.map_no, stored.tree_size))
    if root_over(nodes_of(iter(counted), salts)) != coverage.root:
        problem = "the map that was signed is not that of the lists"
        raise FoundError("audit.coverage_map, audit.coverage_map_stone or audit.subject", problem, where)
    return counted.number


def _folds_to(root: bytes, nodes: list[Subtree]) -> bool:
    """Whether nodes are those of a map. What an empty subtree holds is folded into no root: it is looked at here."""
    return root_over(nodes) == root and all(
        node.keys <= _MORE_KEYS and (node.keys or node == NO_KEYS) for node in nodes
    )  # fmt: skip


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterator[MapRow]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[MapRow]:
        for row in self._rows:
            self.number += 1
            yield row


def _where(kind: ListKind, row: Row[Any]) -> str:
    return f"leaf {row.leaf_index}, a list of {kind} entries"
