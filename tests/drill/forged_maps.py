"""Coverage maps made anew with the log's own keys, for a log whose entries were changed: no list contradicts them."""

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from audit.coverage_map import CoverageMap, SaltSource, map_key, sign_map
from audit.encoding import to_base64
from audit.entry import Entry, EventClass, format_second
from audit.leaf import SALT_SIZE, commit_entry
from audit.merkle import leaf_hash
from audit.subject_list import ListKind, extend_list, list_start
from gateway.store.subject_lists import MapRow, StoredMap, add_map
from gateway.usecases.log.coverage_maps import encode_nodes, map_secret, nodes_of, root_over
from gateway.usecases.log.entries import system_entry
from tests.drill.ledger_book import LOG, Book, drill_wiring

Row = dict[str, Any]
_PAIR = len(ListKind)


@dataclass(frozen=True)
class ForgedMap:
    """A map as it is to be stored, with its nodes."""

    stored: StoredMap
    nodes: bytes


def row_of(entry: Entry, random: Random) -> Row:
    """An entry as the rows of its leaf and its opening hold it."""
    leaf, openings = commit_entry(entry, lambda _field: random.randbytes(SALT_SIZE))
    told = {name: [to_base64(one.salt), one.value.decode()] for name, one in openings.items()}
    return {"entry_id": entry.entry_id, "event_class": entry.event.value,
            "recorded_at": entry.at.replace(microsecond=0), "leaf": leaf, "fields": told}  # fmt: skip


def forge_maps(book: Book, rows: list[Row]) -> tuple[list[Row], list[ForgedMap]]:
    """Give the entries of maps the roots over the lists as these rows tell them; gives the rows and the maps.

    A pair of maps of which an entry is gone was never taken; those left are numbered in the order of their entries.
    An entry that was right already stays as it is, so that a log that was only cut is still the beginning of the old.
    All maps are taken for those of an hour, as a log without combinations has no others.
    """
    said = {id(row): detail for row in rows if (detail := _map_said(row)) is not None}
    pairs: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if id(row) in said:
            pairs[said[id(row)]["coverage_map_number"]].append(row)
    whole = [pair for pair in pairs.values() if len(pair) == _PAIR]
    taken = {id(row) for pair in whole for row in pair}
    kept = [row for row in rows if id(row) not in said or id(row) in taken]
    instants = sorted(datetime.fromisoformat(said[id(pair[0])]["coverage_map_at"]) for pair in whole)
    maps: list[ForgedMap] = []
    for number, (pair, at) in enumerate(zip(whole, instants, strict=True), 1):
        size = next(place for place, row in enumerate(kept) if row is pair[0])
        for row in pair:
            kind = ListKind(said[id(row)]["coverage_map_list"])
            maps.append(_forge(book, row, CoverageMap(LOG, kind, number, at, b""), kept[:size]))
    return kept, maps


def store_maps(connection: Connection, maps: list[ForgedMap]) -> None:
    """Put these in the place of all maps there were."""
    for table in ("coverage_map_stone", "coverage_map_nodes", "coverage_map"):
        connection.exec_driver_sql(f"DELETE FROM audit.{table}")  # noqa: S608 - tables named here
    for one in maps:
        add_map(connection, one.stored, one.nodes)


def _map_said(row: Row) -> dict[str, Any] | None:
    """The detail of an entry that records a map."""
    detail = json.loads(row["fields"].get("detail", ["", "{}"])[1]) or {}
    return detail if "coverage_map_root" in detail else None


def _forge(book: Book, row: Row, unsigned: CoverageMap, before: list[Row]) -> ForgedMap:
    """The map over the leaves before it, its root written into `row`, its entry."""
    key_id, secret = map_secret(book.parts.custody.digest)
    nodes = nodes_of(iter(_lists(before, unsigned.kind)), SaltSource(secret, unsigned.number))
    coverage, size = replace(unsigned, root=root_over(nodes)), len(before)
    detail = {
        "coverage_map_root": to_base64(coverage.root), "coverage_map_list": coverage.kind.value,
        "coverage_map_number": coverage.number, "coverage_map_at": format_second(coverage.at), "checkpoint_size": size,
    }  # fmt: skip
    said = _map_said(row) or {}
    if any(said[name] != value for name, value in detail.items()):
        with drill_wiring(book) as wiring:
            entry = system_entry(wiring, EventClass.VERIFICATION, row["recorded_at"], detail=detail)
        row |= row_of(replace(entry, entry_id=str(row["entry_id"])), book.random) | {"entry_id": row["entry_id"]}
    note, entry_id = sign_map(coverage, book.signer), UUID(str(row["entry_id"]))
    stored = StoredMap(coverage.number, coverage.kind, "hour", coverage.at, size, key_id, note, entry_id)
    return ForgedMap(stored, encode_nodes(nodes))


def _lists(rows: list[Row], kind: ListKind) -> list[MapRow]:
    """What a map of these leaves holds for everybody, in the order of the keys."""
    lists: dict[str, tuple[int, bytes]] = {}
    for row in rows:
        sealed = json.loads(row["fields"]["sealed"][1])
        if sealed is (kind is ListKind.SEALED):
            for person in json.loads(row["fields"]["subjects"][1]):
                count, head = lists.get(person, (0, list_start(person, kind)))
                lists[person] = count + 1, extend_list(head, leaf_hash(row["leaf"]))
    told = (MapRow(map_key(person, kind), count, head, False, None) for person, (count, head) in lists.items())
    return sorted(told, key=lambda one: one.key)
