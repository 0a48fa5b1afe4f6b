"""Write a partner's pack: commitments of the whole log, the partner's own entries opened, how its data was used."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from audit.canonical import Json, canonical_json, parse_canonical
from audit.encoding import from_base64
from audit.entry import Entry
from audit.errors import ExportError
from audit.export import OPENINGS, write_export
from audit.keys import SignerKey
from audit.leaf import Opening
from audit.partner_pack import USES, fields_opened, seal_pack
from gateway.errors import ProofNotReadyError
from gateway.store.log import exported_rows, one_picture
from gateway.store.partner_uses import counted_months, own_openings
from gateway.usecases.log.exporting_log import LogExport, export_row, signing_key
from gateway.usecases.log.log_parts import LogParts, log_keys, record
from gateway.usecases.log.log_status import head_to_export
from insight.merging import merge_small


def write_partner_pack(parts: LogParts, signer: SignerKey, exported: Entry, agency: str, folder: Path) -> LogExport:
    """Write the pack of an agency into `folder` (new or empty); `exported` says who hands it out, committed first.

    Its uses are the months that have been counted (`gateway.usecases.log.partner_uses`). Raises as `export_log` does.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportError(str(folder), "the folder is not empty; name a new one")
    record(parts, exported)
    with parts.database.transaction("hg_desk") as connection:
        one_picture(connection)
        head = head_to_export(parts, connection)
        if head is None:
            raise ProofNotReadyError("the log has no leaves yet; ask again in a second")
        key = signing_key(head.note, log_keys(parts))
        rows = (export_row(row) for row in exported_rows(connection, head.tree_size))
        size = write_export(folder, key, head.note, rows, _own(own_openings(connection, agency, head.tree_size)))
        (folder / USES).write_bytes(canonical_json(_uses(connection, agency)) + b"\n")
    seal_pack(folder, agency, size, exported.at, signer)
    return LogExport(folder, size, key)


def _own(rows: Iterator[Row[Any]]) -> Iterator[tuple[int, Mapping[str, Opening]]]:
    for row in rows:
        try:
            sealed = parse_canonical(row.fields["sealed"][1].encode()) is not False if "sealed" in row.fields else True
            opened = {
                name: Opening(from_base64(row.fields[name][0]), row.fields[name][1].encode())
                for name in sorted(fields_opened(row.event_class, sealed=sealed) & row.fields.keys())
            }
        except (ValueError, TypeError, KeyError):
            raise ExportError(OPENINGS, "is not of the format", row.leaf_index) from None
        if opened:
            yield row.leaf_index, opened


def _uses(connection: Connection, agency: str) -> Json:
    return {
        f"{month:%Y-%m}": [[list(cell.groups), cell.count] for cell in merge_small(counts)]
        for month, counts in counted_months(connection, agency).items()
    }
