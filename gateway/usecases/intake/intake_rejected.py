"""Rows that are handed back: why, in words, and what they held, sealed for their sender."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import Connection

from adapters.errors import FeedUnreadableError
from adapters.port import DocumentFeed, Feed, Translation
from gateway.custody import KeyRing
from gateway.store.batches import save_rejected_rows, save_row_errors
from gateway.usecases.intake.intake_parts import BatchRefusedError, Taking
from gateway.usecases.intake.intake_reading import ChunkReader, Tally
from gateway.usecases.intake.intake_retention import retention_of

_as_json = json.JSONEncoder(ensure_ascii=False).encode
KEPT_FOR = timedelta(days=30)


def save_rejected(
    taking: Taking, connection: Connection, rejected: Sequence[Translation], *, kept: bool = True
) -> None:
    """Store the errors of rows; where they are `kept`, what they held as well, but of rows refused at the door."""
    batch_id = taking.batch.batch_id
    save_row_errors(connection, batch_id, [error for bad in rejected for error in bad.errors])
    if kept:
        columns = taking.kept_columns(), taking.emptied_columns()
        document = taking.feed if isinstance(taking.feed, DocumentFeed) else None
        sealed = [(bad.row.number, _seal(taking, document, *columns, bad)) for bad in rejected if not bad.refused]
        save_rejected_rows(connection, batch_id, sealed, taking.now + KEPT_FOR)


def check_rows(taking: Taking, connection: Connection, feed: Feed, file: BinaryIO, *, kept: bool) -> Tally:
    """Read a file of which nothing is to be taken: its bad rows are stored, its good ones counted.

    Raises `BatchRefusedError` where it is no file of the feed.
    """
    reader = ChunkReader(feed, taking.supply.items, taking.wiring.custody.digest, retention_of(taking))
    try:
        for chunk in reader.chunks(file):
            save_rejected(taking, connection, chunk.rejected, kept=kept)
    except FeedUnreadableError as error:
        raise BatchRefusedError(error.code, error.message, error.how_to_fix) from None
    return reader.tally


def row_counts(tally: Tally) -> Mapping[str, object]:
    """What a batch says of its rows."""
    return {
        "rows_read": tally.rows, "rows_accepted": tally.accepted, "rows_rejected": tally.rejected,
        "rows_refused": tally.refused, "rows_flagged": tally.flagged,
    }  # fmt: skip


def rejected_row_binding(batch_id: UUID, row_number: int) -> bytes:
    """What a sealed row is bound to, so that it opens nowhere else."""
    return f"rejected-row/{batch_id}/{row_number}".encode()


def opened_row(ring: KeyRing, batch_id: UUID, row_number: int, sealed: bytes) -> tuple[dict[str, str], str]:
    """The cells of a sealed row and, of a record of a document, the file that holds it. Raises `KeyCustodyError`."""
    found: dict[str, Any] = json.loads(ring.unseal(sealed, rejected_row_binding(batch_id, row_number)))
    return (found["cells"], found["file"]) if isinstance(found.get("cells"), dict) else (found, "")


def _seal(
    taking: Taking, document: DocumentFeed | None, kept: frozenset[str], emptied: frozenset[str], bad: Translation
) -> bytes:
    # What may not be taken is not kept in a row handed back either.
    sent = bad.row.cells.items()
    cells = {name: text if name in kept else "" for name, text in sent if name in kept or name in emptied}
    file = document.alone(bad.row, kept.__contains__) if document is not None else ""
    plain = _as_json({"cells": cells, "file": file} if file else cells).encode()
    return taking.wiring.custody.field.seal(plain, rejected_row_binding(taking.batch.batch_id, bad.row.number))
