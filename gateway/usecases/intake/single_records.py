"""Path (a) for one record that cannot wait, such as a missing child: answered with what became of it, field by field.

It is a push of one row by the very intake that takes files: the same supply, the same entries, the same receipt. What
differs is that it is answered within the request, and that the linkage run that it makes necessary goes first, so that
a duty to tell that arises from it is met as soon as the run ends.
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.port import Feed
from gateway.errors import BodyUnreadableError, RecordRejectedError, UnsupportedMediaError
from gateway.identity.caller import Caller
from gateway.store.batches import read_row_errors
from gateway.store.jobs import hasten_linkage
from gateway.usecases.intake.batches import read_own_batch
from gateway.usecases.intake.intake import Batch, Push, receive_batch, require_may_push
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

MOST_MEMBERS = 200
_FORMATS = ("csv", "ndjson", "json")
"""Formats in which one record can be sent as JSON, in the order of preference."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: a JSON Pointer (RFC 6901) into the record, a code, and words; never a value."""

    pointer: str
    code: str
    message: str
    how_to_fix: str


def receive_record(
    wiring: Wiring, context: RequestContext, caller: Caller, feed_name: str, record: Mapping[str, Any], key: str
) -> Batch:  # fmt: skip
    """Take one record: an object of the feed's columns, or one resource of a feed of resources.

    The same `key` and record again are the same batch. Raises `RecordRejectedError` with the errors by field, and what
    `receive_batch` raises.
    """
    media_format = _format_of(wiring, caller, feed_name)
    body = _row(wiring.feeds[feed_name], record) if media_format == "csv" else _line(record)
    batch = receive_batch(wiring, context, caller, Push(feed_name, body, media_format, key))
    if batch.state == "refused":
        raise _rejected(wiring, caller, batch, record)
    with wiring.database.transaction("hg_intake") as connection:
        hasten_linkage(connection)
    return batch


def _format_of(wiring: Wiring, caller: Caller, feed_name: str) -> str:
    feed = wiring.feeds.get(feed_name)
    formats = feed.profile.formats if feed else ()
    media_format = next((one for one in _FORMATS if one in formats), None)
    # Who may not push it learns no more of it than by a file.
    require_may_push(wiring, caller, feed_name, media_format or (formats[0] if formats else ""))
    if media_format is None:
        raise UnsupportedMediaError("this feed comes as whole documents; send a file")
    return media_format


def _row(feed: Feed, record: Mapping[str, Any]) -> bytes:
    """One row of the feed's table: what was sent under its own names, and the columns of which nothing was sent."""
    if len(record) > MOST_MEMBERS:
        raise BodyUnreadableError("the record has more members than any feed has columns")
    known = _columns(feed)
    cells, wrong = [], []
    for name, value in record.items():
        text = _text(value)
        if text is None:
            # A name that the feed does not know could itself be about somebody.
            wrong.append(_pointer(name) if _folded(name) in known else "")
        cells.append((name, text or ""))
    cells += [(name, "") for folded, name in known.items() if folded not in map(_folded, record)]
    # An object's members have no order: sent in another one it is the same record under the same key.
    order = {folded: place for place, folded in enumerate(known)}
    cells.sort(key=lambda cell: order.get(_folded(cell[0]), len(order)))
    if wrong:
        raise RecordRejectedError(
            "row-shape",
            "The record holds a value that is no text, number, true, false or null.",
            tuple(FieldError(one, "row-shape", "The value is not plain.", "Send one text or number.") for one in wrong),
        )
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerows(zip(*cells, strict=True))
    return _encoded(sheet.getvalue())


def _line(record: Mapping[str, Any]) -> bytes:
    return _encoded(json.dumps(record, ensure_ascii=False)) + b"\n"


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise BodyUnreadableError("the record holds characters that are no text") from None


def _text(value: object) -> str | None:
    """A plain value as a cell; None for a list or an object."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _rejected(wiring: Wiring, caller: Caller, batch: Batch, record: Mapping[str, Any]) -> RecordRejectedError:
    """Why the record was not taken: as a whole, or field by field."""
    if batch.refusal_code is not None:
        words = " ".join(filter(None, (batch.refusal_message, batch.refusal_remedy)))
        return RecordRejectedError(batch.refusal_code, words, (), _receipt(batch))
    read_own_batch(wiring, caller, batch.batch_id)
    with wiring.database.transaction("hg_desk") as connection:
        rows = read_row_errors(connection, batch.batch_id, wiring.clock())
    fields = tuple(
        FieldError(_field(error.error_column, record), error.error_code, error.message, error.how_to_fix)
        for row in rows
        for error in row.errors
    )
    code = fields[0].code if fields else "row-invalid"
    words = "The record was not taken; `fields` say what to mend."
    return RecordRejectedError(code, words, fields, _receipt(batch))


def _columns(feed: Feed) -> dict[str, str]:
    """The feed's columns by their names as a file's are compared, without regard to letter case."""
    return {_folded(column.name): column.name for column in feed.profile.columns}


def _folded(name: str) -> str:
    return name.strip().casefold()


def _field(column: str, record: Mapping[str, Any]) -> str:
    """Where in the record a column of the feed is: a member, or an element below the resource; else the record."""
    if column in record or not record.get("resourceType"):
        return _pointer(next((name for name in record if _folded(name) == _folded(column)), column)) if column else ""
    kind, _, path = column.partition(".")
    return "".join(map(_pointer, path.split("."))) if kind == record["resourceType"] and path else ""


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _receipt(batch: Batch) -> str | None:
    return str(batch.receipt_entry) if batch.receipt_entry else None
