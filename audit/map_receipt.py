"""The receipt of a coverage map: that its root stands in the log's tree. The same file for everybody, beside a pack.

Canonical JSON and a newline, of four members:

    {"detail": [salt, value], "format": "hearthgate/map-receipt/v1", "map": note of the map, "proof": tlog-proof}

`proof` is the c2sp.org/tlog-proof@v1 file of the entry that recorded the map, its leaf included; `detail` opens that
entry's detail, which repeats root, list, number and instant. A keeper of the log who shows two people two maps of one
hour has to have both in one tree that witnesses have cosigned, where any auditor meets them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.canonical import Json, canonical_json, parse_canonical
from audit.checkpoint import OpenedCheckpoint
from audit.coverage_map import CoverageMap, open_map
from audit.encoding import from_base64, to_base64
from audit.entry import EventClass, format_second
from audit.errors import ReceiptError
from audit.keys import VerifierKey
from audit.leaf import Opening, opened_values, parse_leaf
from audit.notes import signer_of
from audit.tlog_proof import parse_proof, verify_proof

RECEIPT_FORMAT = "hearthgate/map-receipt/v1"
RECEIPTS_FOLDER = "map-receipts"
"""The folder inside that of a pack that holds the receipts of the pack's maps, one file for each."""


@dataclass(frozen=True, slots=True)
class VerifiedMap:
    """A map whose root stands in the log of which `head` is the signed head."""

    coverage: CoverageMap
    head: OpenedCheckpoint


def make_map_receipt(note: str, proof: str, detail: Opening) -> bytes:
    """The bytes of a map's receipt."""
    opened: list[Json] = [to_base64(detail.salt), detail.value.decode()]
    document: dict[str, Json] = {"detail": opened, "format": RECEIPT_FORMAT, "map": note, "proof": proof}
    return canonical_json(document) + b"\n"


def is_map_receipt(data: str) -> bool:
    """Whether a text claims to be the receipt of a map."""
    return data.startswith("{") and f'"format":"{RECEIPT_FORMAT}"' in data


def verify_map_receipt(
    data: bytes,
    log_key: VerifierKey,
    witnesses: tuple[VerifierKey | str, ...] = (),
    origin: str | None = None,
    earlier_keys: Sequence[VerifierKey] = (),
) -> VerifiedMap:
    """Check that a map's signed root is the one that the log's tree holds. Raises `AuditError`."""
    note, proof, detail = _parse(data)
    keys = (log_key, *earlier_keys)
    coverage = open_map(note, keys, origin)
    # The log may have rotated its key between the map and the head that the proof leads to.
    proved = verify_proof(proof, receipt_signer(data, keys), None, witnesses, origin)
    parsed = parse_leaf(proved.leaf)
    if parsed.event is not EventClass.VERIFICATION or parsed.log_id != coverage.log_id:
        raise ReceiptError("the entry that is proved records no map of this log")
    said = opened_values(proved.leaf, {"detail": detail})["detail"]
    expected: dict[str, Json] = {
        "coverage_map_root": to_base64(coverage.root), "coverage_map_list": coverage.kind.value,
        "coverage_map_at": format_second(coverage.at), "coverage_map_number": coverage.number,
    }  # fmt: skip
    if not isinstance(said, Mapping) or any(said.get(name) != value for name, value in expected.items()):
        raise ReceiptError("the map is not the one that the log recorded")
    if format_second(coverage.at) > parsed.at:
        raise ReceiptError("the map says that it is whole up to an instant after the one at which the log recorded it")
    return VerifiedMap(coverage, OpenedCheckpoint(proved.checkpoint, proved.witnesses))


def receipt_signer(data: bytes, log_keys: Sequence[VerifierKey]) -> VerifierKey:
    """Which of a log's keys has signed the head that a map's receipt leads to; the first where none has.

    Raises `ReceiptError` for what is no such receipt.
    """
    return signer_of(parse_proof(_parse(data)[1]).checkpoint, log_keys)


def _parse(data: bytes) -> tuple[str, str, Opening]:
    try:
        document = parse_canonical(data.removesuffix(b"\n"))
    except ValueError:
        raise ReceiptError("the receipt of a map is not canonical JSON") from None
    if not isinstance(document, Mapping) or document.keys() != {"detail", "format", "map", "proof"}:
        raise ReceiptError("not the receipt of a map")
    detail = document["detail"]
    texts = [document["format"], document["map"], document["proof"], *(detail if isinstance(detail, list) else ())]
    if len(texts) != 5 or not all(isinstance(one, str) for one in texts) or texts[0] != RECEIPT_FORMAT:  # noqa: PLR2004 - members and the two parts of an opening
        raise ReceiptError("not the receipt of a map")
    _, note, proof, salt, value = map(str, texts)
    try:
        return note, proof, Opening(from_base64(salt), value.encode())
    except ValueError:
        raise ReceiptError("the salt in the receipt of a map is not base64") from None
