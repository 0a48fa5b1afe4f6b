"""What a subject's pack is made of: their whole list, the lists of earlier ids, and where each stands in a map.

Not a use case of its own and no entry: whoever makes a report asks here, in the transaction that records the report,
chooses what the reader may see of each element, and encodes the pack.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from audit.canonical import Json, parse_canonical
from audit.coverage_map import SaltSource, map_key, open_map
from audit.encoding import from_base64
from audit.entry import EventClass
from audit.keys import SignerKey
from audit.leaf import Opening
from audit.notes import NoteSignature, add_signatures
from audit.sparse_map import Subtree, climb, join, rise
from audit.subject_list import ListKind
from gateway.custody import KeyRing
from gateway.errors import NotFoundError, ProofNotReadyError
from gateway.store.subject_lists import (
    StoredMap,
    lineage_map,
    list_elements,
    map_nodes,
    newest_map,
    rows_between,
)
from gateway.usecases.log.coverage_maps import NODE_DEPTH, decode_nodes, map_secret, node_number, row_leaf
from gateway.usecases.log.log_parts import LogParts, log_keys

_NOT_READY = "the map that the proof needs is being taken; ask again in a minute"


@dataclass(frozen=True, slots=True)
class Element:
    """One leaf of a list with everything that is still open of it; the reader of a pack is shown a part.

    `openings` is keyed by field; `combination` is whose records became whose, where it is one.
    """

    leaf_index: int
    entry_id: UUID
    leaf: bytes
    openings: Mapping[str, Opening]
    combination: "Combination | None"


@dataclass(frozen=True, slots=True)
class Combination:
    """Person ids before and after a combination, and those of them that ended with it."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    ended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One person's list up to a map, with its place there: what `audit.subject_pack.PackSection` needs."""

    person: UUID
    map: StoredMap
    salt: bytes
    path: tuple[bytes, ...]
    elements: tuple[Element, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class Sections:
    """All that a pack about one person holds: `sections`, their own first, and `since`, not in a map yet.

    `since` goes on with their own list, and with those of ids that ended in it.
    """

    sections: tuple[Section, ...]
    since: tuple[Element, ...]

    @property
    def maps(self) -> tuple[StoredMap, ...]:
        """The maps of the sections, each once, in the order in which they are first needed."""
        return tuple(dict.fromkeys(section.map for section in self.sections))


def subject_sections(
    connection: Connection, ring: KeyRing, person: UUID, kind: ListKind = ListKind.DISCLOSABLE
) -> Sections:
    """Everything for the pack about a person, as hg_desk. `ring` is the custody's `digest` ring.

    Raises `NotFoundError` for a person who stands in no map yet and `ProofNotReadyError` while a map is being taken.
    """
    newest = newest_map(connection, kind)
    if newest is None:
        raise ProofNotReadyError(_NOT_READY)
    done: dict[UUID, Section] = {}
    wanted: dict[UUID, StoredMap] = {person: newest}
    theirs = {person}
    while wanted:
        who, coverage = wanted.popitem()
        section = _section(connection, ring, who, coverage, newest)
        done[who] = section
        for element in section.elements:
            for earlier, until, ended in _obliged(connection, who, element, newest):
                if ended:
                    theirs.add(earlier)
                if _knows_less(done.get(earlier), until) and _knows_less(wanted.get(earlier), until):
                    wanted[earlier] = until
    others = sorted((one for who, one in done.items() if who != person), key=lambda one: str(one.person))
    since = _since(connection, theirs, newest)
    # A map that is taken meanwhile can prove in an earlier id's list what the subject's own does not show yet.
    listed = {element.leaf_index for section in done.values() for element in section.elements}
    return Sections((done[person], *others), tuple(one for one in since if one.leaf_index not in listed))


def _since(connection: Connection, persons: set[UUID], newest: StoredMap) -> tuple[Element, ...]:
    """What stands on these persons' lists after the newest map, each leaf once, in the order of the tree."""
    rows = [row for one in persons for row in list_elements(connection, one, newest.kind, start=newest.tree_size)]
    later = {row.leaf_index: _element(row) for row in rows}
    if any(_takers(element) & {str(one) for one in persons} for element in later.values()):
        raise ProofNotReadyError(_NOT_READY)
    return tuple(later[index] for index in sorted(later))


def current_notes(parts: LogParts, signer: SignerKey, maps: tuple[StoredMap, ...]) -> tuple[str, ...]:
    """The maps' notes, each signed by the log's current key also where an earlier one signed it first."""
    keys, notes = log_keys(parts), []
    for one in maps:
        text = open_map(one.note, keys, parts.settings.log_origin).encode()
        signed = signer.sign(text)
        notes.append(add_signatures(one.note, [NoteSignature(signer.name, signed[:4], signed[4:])]))
    return tuple(notes)


def _section(connection: Connection, ring: KeyRing, person: UUID, coverage: StoredMap, newest: StoredMap) -> Section:
    """A person's list as of a map; as of the newest, where it was erased since."""
    key = map_key(str(person), coverage.kind)
    stored = map_nodes(connection, coverage)
    if stored is None:
        raise ProofNotReadyError(_NOT_READY)
    salts = SaltSource(map_secret(ring, coverage.key_id)[1], coverage.map_no)
    number = node_number(key)
    rows = rows_between(connection, coverage, *_keys_of_node(number))
    mine = next((row for row in rows if row.key == key), None)
    if mine is None:
        raise NotFoundError("there is no list of that person in the map yet")
    if mine.stone is not None:
        if coverage == newest:
            raise ProofNotReadyError("these lists were erased; the next hour's map says so")
        return _section(connection, ring, person, newest, newest)
    way = climb([row_leaf(row, salts) for row in rows], key, NODE_DEPTH)
    for depth, row in zip(reversed(range(NODE_DEPTH)), _rows_above(decode_nodes(stored)), strict=True):
        place = number >> (NODE_DEPTH - 1 - depth)
        way = rise(way, row[place ^ 1], right=bool(place & 1))
    elements = tuple(_element(row) for row in list_elements(connection, person, coverage.kind, size=coverage.tree_size))
    return Section(person, coverage, salts(key), tuple(way[1]), elements, mine.erased)


def _rows_above(nodes: list[Subtree]) -> list[list[Subtree]]:
    """The rows of a map's top, from depth 12 up to the root's two halves."""
    rows = [nodes]
    while len(rows[-1]) > 2:  # noqa: PLR2004 - the two halves of the root
        row = rows[-1]
        rows.append([join(left, right) for left, right in zip(row[::2], row[1::2], strict=True)])
    return rows


def _keys_of_node(number: int) -> tuple[bytes, bytes]:
    """The first and the last key under a subtree at depth 12."""
    shift = 256 - NODE_DEPTH
    first = number << shift
    return first.to_bytes(32, "big"), (first | ((1 << shift) - 1)).to_bytes(32, "big")


def _obliged(
    connection: Connection, person: UUID, element: Element, newest: StoredMap
) -> list[tuple[UUID, StoredMap, bool]]:
    """Whose lists an element demands, as of which map, and whether that id ended with it: then as of the newest.

    A look that had begun before is still recorded under such an id, and nothing about anybody else is.
    """
    if str(person) not in _takers(element) or element.combination is None:
        return []
    until = lineage_map(connection, newest.kind, element.leaf_index)
    if until is None:
        raise ProofNotReadyError(_NOT_READY)
    ended = element.combination.ended
    givers = (one for one in element.combination.before if one != str(person))
    return [(UUID(one), newest if one in ended else until, one in ended) for one in givers]


def _takers(element: Element) -> frozenset[str]:
    """Who holds records after a combination that others, or they among others, had before."""
    return frozenset() if element.combination is None else frozenset(element.combination.after)


def _knows_less(known: Section | StoredMap | None, until: StoredMap) -> bool:
    if known is None:
        return True
    return (known.map if isinstance(known, Section) else known).tree_size < until.tree_size


def _element(row: Row[Any]) -> Element:
    opened = {name: Opening(from_base64(salt), value.encode()) for name, (salt, value) in row.fields.items()}
    combination = None
    if row.event_class == EventClass.COMBINATION.value and "detail" in opened:
        detail = parse_canonical(opened["detail"].value)
        combination = Combination(*(_ids(detail, f"persons_{when}") for when in ("before", "after", "ended")))
    return Element(row.leaf_index, row.entry_id, row.leaf, opened, combination)


def _ids(detail: Json, name: str) -> tuple[str, ...]:
    ids = detail.get(name) if isinstance(detail, Mapping) else None
    return tuple(str(one) for one in ids) if isinstance(ids, list | tuple) else ()
