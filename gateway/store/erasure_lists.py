"""SQL of erasing a person's lists: hashes kept for the maps that still serve proofs, then the lists go. As hg_erase."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from audit.subject_list import ListKind
from gateway.store.subject_lists import StoredMap, stored_map


def maps_with_proofs(connection: Connection) -> list[StoredMap]:
    """The maps from which proofs are still made."""
    rows = connection.execute(
        text("SELECT m.* FROM audit.coverage_map m JOIN audit.coverage_map_nodes USING (map_no, list) ORDER BY map_no")
    )
    return [stored_map(row) for row in rows]


def list_keys(connection: Connection, persons: Sequence[UUID]) -> list[tuple[ListKind, bytes]]:
    """Kind and key of every list of these persons that stands."""
    rows = connection.execute(
        text("SELECT list, key FROM audit.subject WHERE person_id = ANY (:persons) AND erased IS NULL ORDER BY key"),
        {"persons": list(persons)},
    )
    return [(ListKind(row.list), bytes(row.key)) for row in rows]


def keep_hash(connection: Connection, stored: StoredMap, key: bytes, leaf: bytes) -> None:
    """Keep what stands in a map under a key, as the hash that neighbours' proofs need."""
    connection.execute(
        text(
            "INSERT INTO audit.coverage_map_stone (map_no, list, key, leaf) VALUES (:map_no, :list, :key, :leaf)"
            " ON CONFLICT DO NOTHING"
        ),
        {"map_no": stored.map_no, "list": stored.kind.value, "key": key, "leaf": leaf},
    )


def erase_lists(connection: Connection, person: UUID) -> None:
    """Erase both lists of a person."""
    connection.execute(text("SELECT audit.erase_subject_lists(:person)"), {"person": person})
