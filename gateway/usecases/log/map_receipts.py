"""Receipts of coverage maps, to lie beside subject reports: that the log's tree holds the maps' roots.

They are the same for everybody who needs the map, say nothing about a person, and are no entry of their own, like
every receipt (`gateway.usecases.log.receipts`).
"""

from audit.coverage_map import parse_map
from audit.encoding import from_base64
from audit.leaf import Opening
from audit.map_receipt import make_map_receipt
from audit.notes import parse_note
from gateway.errors import ProofNotReadyError
from gateway.store.log import one_entry
from gateway.store.subject_lists import StoredMap
from gateway.usecases.log.log_parts import LogParts
from gateway.usecases.log.receipts import operator_receipt


def map_receipts(parts: LogParts, maps: tuple[StoredMap, ...], notes: tuple[str, ...]) -> dict[str, bytes]:
    """The receipts of maps by file name, `notes` being their notes as `subject_sections.current_notes` gives them.

    Raises `ProofNotReadyError` for a map whose entry is not a leaf yet.
    """
    return {_file_name(note): _receipt(parts, stored, note) for stored, note in zip(maps, notes, strict=True)}


def _receipt(parts: LogParts, stored: StoredMap, note: str) -> bytes:
    proof = operator_receipt(parts, stored.entry_id).proof
    with parts.database.transaction("hg_desk") as connection:
        row = one_entry(connection, stored.entry_id)
    if row is None or "detail" not in row.fields:
        raise ProofNotReadyError("the entry of a coverage map cannot be opened")
    salt, value = row.fields["detail"]
    return make_map_receipt(note, proof, Opening(from_base64(salt), value.encode()))


def _file_name(note: str) -> str:
    coverage = parse_map(parse_note(note).text)
    return f"{coverage.kind}-{coverage.number}.json"
