"""Take coverage maps: every hour, and right after persons were joined or parted. Each map's root is an entry.

(0) one taker at a time; find what is due: first combinations that no map follows yet, then the hour
(1) give both lists to persons who have none, some thousands a transaction
(2) in one picture of the database: every list as it stood at that size of the tree, folded into a root for each kind
(3) sign both roots; store maps and entries in one transaction, unless an entry of before the hour came meanwhile: then
    the next asking takes the map anew

A map after a combination is taken at the size of the tree that ends with it, however late: an earlier id's list then
ends there in a subject's pack, and what is recorded under that id afterwards, about somebody else, is not shown. Its
instant lies half a minute before the combination: what had begun by then is among those leaves.
Neither the moment of a map nor its note depends on what is sealed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection, text

from audit.coverage_map import CoverageMap, SaltSource, erased_value, map_value, sign_map
from audit.encoding import to_base64
from audit.entry import EventClass, format_second
from audit.sparse_map import NO_KEYS, Item, Subtree, join, map_leaf, subtree
from audit.subject_list import ListKind
from gateway.custody import KeyRing
from gateway.errors import KeyCustodyError
from gateway.store.ledger import append
from gateway.store.log import head_size, one_picture, waiting_since
from gateway.store.subject_lists import (
    MapRow,
    StoredMap,
    add_map,
    came_late,
    due_lineages,
    enrol_subjects,
    newest_map,
    next_map_number,
    rows_of_map,
)
from gateway.usecases.log.entries import system_entry
from gateway.wiring import Wiring

NODE_DEPTH = 12
_LOCK = 4713
_NODE_BYTES = 33
_SETTLED = timedelta(seconds=30)
"""How long after an instant whatever was begun before it is committed: an hour's map is taken that much later, and a
map after a combination is whole up to that much earlier."""


def lineage_instant(combined_at: datetime) -> datetime:
    """Up to when the map is whole that ends with a combination of this instant."""
    return (combined_at - _SETTLED).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class _Due:
    """A map to take: `size` is `None` for all leaves there are."""

    occasion: str
    at: datetime
    size: int | None


def take_due_maps(wiring: Wiring) -> int:
    """Take every map that is due now, both kinds each; gives how many were due. Another taker at work: none.

    The hour's map waits while an entry of before the hour is not a leaf yet, so that its instant is true.
    """
    with _only_taker(wiring) as alone:
        due = _due(wiring) if alone else []
        for one in due:
            _take(wiring, one)
    return len(due)


def map_secret(ring: KeyRing, key_id: str | None = None) -> tuple[str, bytes]:
    """The secret behind a map's salts and the id of its key version: the current one unless named.

    Raises `KeyCustodyError` where that version is gone.
    """
    for version in reversed(ring.versions):
        if key_id in {None, version.key_id}:
            return version.key_id, KeyRing(ring.purpose, (version,)).digest("coverage-map")
    raise KeyCustodyError("the key version behind a coverage map is gone")


def row_leaf(row: MapRow, salts: SaltSource) -> Item:
    """A person's list as it stands in a map: key and hash of the leaf."""
    if row.stone is not None:
        return row.key, row.stone
    salt = salts(row.key)
    return row.key, map_leaf(row.key, erased_value(salt) if row.erased else map_value(salt, row.entries, row.head))


def nodes_of(rows: Iterator[MapRow], salts: SaltSource) -> list[Subtree]:
    """The subtrees at depth 12 of a map, all 4,096 of them, from its rows in the order of the keys."""
    nodes = [NO_KEYS] * (1 << NODE_DEPTH)
    for number, bucket in groupby(rows, key=lambda row: node_number(row.key)):
        nodes[number] = subtree([row_leaf(row, salts) for row in bucket], NODE_DEPTH)
    return nodes


def root_over(nodes: list[Subtree]) -> bytes:
    """The root over the subtrees of one depth."""
    row = nodes
    while len(row) > 1:
        row = [join(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0].hash


def node_number(key: bytes) -> int:
    """Which subtree at depth 12 a key belongs to."""
    return int.from_bytes(key[:2], "big") >> (16 - NODE_DEPTH)


def encode_nodes(nodes: list[Subtree]) -> bytes:
    """Subtrees as stored: 33 bytes each, the number of keys (0, 1, or 2 for more) and the hash."""
    return b"".join(bytes([node.keys]) + node.hash for node in nodes)


def decode_nodes(data: bytes) -> list[Subtree]:
    """Subtrees from their stored form."""
    cuts = range(0, len(data), _NODE_BYTES)
    return [Subtree(data[cut], data[cut + 1 : cut + _NODE_BYTES]) for cut in cuts]


@contextmanager
def _only_taker(wiring: Wiring) -> Iterator[bool]:
    with wiring.database.transaction("hg_desk") as connection:
        yield bool(connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}).scalar_one())


def _due(wiring: Wiring) -> list[_Due]:
    now = wiring.clock()
    hour = (now - _SETTLED).replace(minute=0, second=0, microsecond=0)
    with wiring.database.transaction("hg_desk") as connection:
        runs = groupby(due_lineages(connection), key=lambda row: row.run)
        last = [list(rows)[-1] for _, rows in runs]
        due = [_Due("lineage", lineage_instant(row.recorded_at), row.leaf_index + 1) for row in last]
        before = newest_map(connection, occasion="hour")
        oldest = waiting_since(connection)
        if (before is None or before.at < hour) and (oldest is None or oldest >= hour):
            due.append(_Due("hour", hour, None))
    return due


def _take(wiring: Wiring, due: _Due) -> None:
    with wiring.database.transaction("hg_desk") as connection:
        number = next_map_number(connection)
    after: UUID | None = UUID(int=0)
    while after is not None:
        with wiring.database.transaction("hg_desk") as connection:
            after = enrol_subjects(connection, number, after)
    key_id, secret = map_secret(wiring.custody.digest)
    salts = SaltSource(secret, number)
    with wiring.database.transaction("hg_desk") as connection:
        one_picture(connection)
        size = head_size(connection) if due.size is None else due.size
        folded = {kind: nodes_of(rows_of_map(connection, kind, number, size), salts) for kind in ListKind}
    with wiring.database.transaction("hg_desk") as connection:
        if due.size is None and came_late(connection, size, due.at):
            return
        for kind, nodes in folded.items():
            coverage = CoverageMap(wiring.settings.log_origin, kind, number, due.at, root_over(nodes))
            entry_id = _record(wiring, connection, coverage, size)
            note = sign_map(coverage, wiring.log_signer)
            stored = StoredMap(number, kind, due.occasion, due.at, size, key_id, note, entry_id)
            add_map(connection, stored, encode_nodes(nodes))


def _record(wiring: Wiring, connection: Connection, coverage: CoverageMap, size: int) -> UUID:
    detail = {
        "coverage_map_root": to_base64(coverage.root), "coverage_map_list": coverage.kind.value,
        "coverage_map_number": coverage.number, "coverage_map_at": format_second(coverage.at), "checkpoint_size": size,
    }  # fmt: skip
    entry = system_entry(wiring, EventClass.VERIFICATION, wiring.clock(), detail=detail)
    append(connection, entry)
    return UUID(entry.entry_id)
