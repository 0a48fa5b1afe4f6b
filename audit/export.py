"""An export of the log: a folder that anybody can check with `python -m audit.verify`.

    export.json                 {"format": "hearthgate/audit-export/v1", "log_key": verifier key}
    checkpoint                  signed note, cosignatures and all
    tile/<L>/<N>[.p/<W>]        hash tiles (C2SP tlog-tiles)
    tile/entries/<N>[.p/<W>]    entry bundles: the `leaf` column of the audit table, byte for byte
    entries.ndjson              one row a leaf: entry_id, event_class, leaf_index, recorded_at (to the second)
    openings.ndjson             optional; {"leaf_index": n, "openings": {field: [salt base64, canonical value text]}}

Rows and openings are canonical JSON, one a line, in the order of their leaf index. Openings hold personal data: an
export for a partner has only those that the partner may see, a public one has none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from audit.canonical import Json, canonical_json, parse_canonical
from audit.checkpoint import open_checkpoint
from audit.encoding import from_base64, to_base64
from audit.entry import format_second
from audit.errors import ExportError
from audit.keys import VerifierKey
from audit.leaf import LEAF_FORM, Opening
from audit.merkle import leaf_hash
from audit.tiles import TILE_WIDTH, TileBuilder, bundle_path, encode_bundle, tile_path

FORMAT = "hearthgate/audit-export/v1"
MANIFEST = "export.json"
CHECKPOINT = "checkpoint"
ENTRIES = "entries.ndjson"
OPENINGS = "openings.ndjson"


@dataclass(frozen=True, slots=True)
class ExportRow:
    """The audit table's columns of one entry. `recorded_at` is aware; the export has it to the second."""

    leaf_index: int
    entry_id: str
    event_class: str
    recorded_at: datetime
    leaf: bytes


def write_export(
    folder: Path,
    log_key: VerifierKey,
    checkpoint_note: str,
    rows: Iterable[ExportRow],
    openings: Iterable[tuple[int, Mapping[str, Opening]]] | None = None,
) -> int:
    """Write an export into `folder` (new or empty) and give its number of entries.

    `rows` come in the order of their index, from 0 to the checkpoint's size; `openings` in the order of theirs.
    Memory is bounded by one bundle. Raises `ExportError` when the rows are not those of the checkpoint, so that
    nobody hands out an export that does not verify; `NoteError` when the checkpoint is not of `log_key`.
    """
    head = open_checkpoint(checkpoint_note, log_key).checkpoint
    # What is opened beside the leaves is about people, and queries hold what somebody looked for.
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise ExportError(str(folder), "the folder is not empty; name a new one")
    builder = TileBuilder(lambda level, number, hashes: _write_tile(folder, level, number, hashes))
    with (folder / ENTRIES).open("wb") as table:
        _write_rows(folder, builder, rows, table)
    builder.finish()
    if openings is not None:
        _write_openings(folder, openings)
    if (builder.size, builder.root()) != (head.size, head.root):
        raise ExportError(CHECKPOINT, "the rows do not make the tree of the checkpoint")
    (folder / CHECKPOINT).write_text(checkpoint_note, encoding="utf-8", newline="")
    (folder / MANIFEST).write_bytes(canonical_json({"format": FORMAT, "log_key": log_key.encode()}) + b"\n")
    return builder.size


def files_of(size: int) -> Iterator[str]:
    """The names of all files that an export of so many entries may have."""
    yield from (MANIFEST, CHECKPOINT, ENTRIES, OPENINGS)
    level, width = 0, size
    while width:
        for number in range(-(-width // TILE_WIDTH)):
            within = min(TILE_WIDTH, width - number * TILE_WIDTH)
            yield tile_path(level, number, within)
            if level == 0:
                yield bundle_path(number, within)
        level, width = level + 1, width // TILE_WIDTH


def read_openings(lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Opening]]]:
    """The openings of an export with their leaf indices, as the writer writes them and in no other form.

    Raises `ExportError` that names the first line which is malformed, repeats a leaf or stands out of order. Whether
    they fit the leaves is not checked.
    """
    last = -1
    for number, line in enumerate(lines, 1):
        try:
            index, opened = _parse_openings(line)
        except ValueError as error:
            problem = f"line {number}: {error}"
            raise ExportError(OPENINGS, problem) from None
        if index <= last:
            problem = f"line {number}: " + ("opens a leaf again" if index == last else "is out of order")
            raise ExportError(OPENINGS, problem, index)
        last = index
        yield index, opened


def _parse_openings(line: bytes) -> tuple[int, dict[str, Opening]]:
    if not line.endswith(b"\n"):
        raise ValueError("does not end in a newline")
    row = parse_canonical(line[:-1])
    if not isinstance(row, Mapping) or row.keys() != {"leaf_index", "openings"}:
        raise ValueError("does not have the members leaf_index and openings, and no others")
    index, fields = row["leaf_index"], row["openings"]
    if type(index) is not int or index < 0 or not isinstance(fields, Mapping) or not fields:
        raise ValueError("names no leaf, or opens no field")
    opened = {}
    for name, pair in fields.items():
        if not isinstance(pair, list) or [type(one) for one in pair] != [str, str]:
            raise ValueError("has an opening that is not salt and value")
        opened[name] = Opening(from_base64(str(pair[0])), str(pair[1]).encode())
    return index, opened


def row_line(leaf_index: int, found: "re.Match[bytes]") -> bytes:
    """The row that a leaf demands, as a line; `found` is the match of `LEAF_FORM` on the leaf."""
    entry, event, at = found.group("entry", "event", "at")
    return b'{"entry_id":"%b","event_class":"%b","leaf_index":%d,"recorded_at":"%b"}\n' % (entry, event, leaf_index, at)


def _write_rows(folder: Path, builder: TileBuilder, rows: Iterable[ExportRow], table: IO[bytes]) -> None:
    bundle: list[bytes] = []
    number = 0
    for row in rows:
        expected = number * TILE_WIDTH + len(bundle)
        if row.leaf_index != expected:
            raise ExportError(ENTRIES, "leaf indices have a gap or a repetition", expected, "leaf_index")
        line = canonical_json(
            {
                "entry_id": row.entry_id,
                "event_class": row.event_class,
                "leaf_index": row.leaf_index,
                "recorded_at": format_second(row.recorded_at),
            }
        )
        found = LEAF_FORM.fullmatch(row.leaf)
        if found is None or row_line(row.leaf_index, found) != line + b"\n":
            raise ExportError(ENTRIES, "the row's columns are not those inside its leaf", row.leaf_index)
        table.write(line + b"\n")
        bundle.append(row.leaf)
        if len(bundle) == TILE_WIDTH:
            _write_bundle(folder, builder, number, bundle)
            bundle, number = [], number + 1
    if bundle:
        _write_bundle(folder, builder, number, bundle)


def _write_bundle(folder: Path, builder: TileBuilder, number: int, bundle: list[bytes]) -> None:
    _write(folder / bundle_path(number, len(bundle)), encode_bundle(bundle))
    builder.add([leaf_hash(leaf) for leaf in bundle])


def _write_tile(folder: Path, level: int, number: int, hashes: list[bytes]) -> None:
    _write(folder / tile_path(level, number, len(hashes)), b"".join(hashes))


def _write_openings(folder: Path, openings: Iterable[tuple[int, Mapping[str, Opening]]]) -> None:
    with (folder / OPENINGS).open("wb") as lines:
        for leaf_index, opened in openings:
            fields: dict[str, Json] = {name: [to_base64(one.salt), one.value.decode()] for name, one in opened.items()}
            lines.write(canonical_json({"leaf_index": leaf_index, "openings": fields}) + b"\n")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
