"""Records of JSON and XML handed back: a document of bad records, each a file by itself, that is mended and sent again.

Records come back in the format in which they were sent. JSON: `{"feed": …, "rows": [{"row": 3, "errors": […],
"file": {…}}]}`. XML: `<rows feed="…"><row number="3">`, in which an `error` stands for each fault and a `file` holds
the record. `row` is the number that it had in the first file, by which it is matched; what the errors say is not read
again.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO

from adapters.errors import FeedUnreadableError
from adapters.json_text import parse_json
from adapters.port import Feed, FeedProfile, RawRow, RowError
from adapters.row_path import RowPath
from adapters.sources import whole
from adapters.xml_rows import XmlNode, looks_like_xml, xml_document, xml_rows
from adapters.xml_text import text_of

MEND_THERE = "Fetch the rows to mend again, mend them there, and leave the row numbers as they are."
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record handed back: its number, what is wrong, and the file that holds it; empty where it is not kept."""

    number: int
    errors: tuple[RowError, ...]
    file: str = field(repr=False)


def is_document(profile: FeedProfile) -> bool:
    """Whether the feed's rows are records of documents alone, and no table."""
    return "csv" not in profile.formats


def document_formats(profile: FeedProfile) -> tuple[str, ...]:
    """In which formats its bad records may go back and come again: json, xml or both."""
    taken = [("json", {"json", "ndjson"}), ("xml", {"xml"})]
    return tuple(name for name, formats in taken if formats.intersection(profile.formats))


def document_of(profile: FeedProfile, bad: Sequence[BadRecord]) -> tuple[str, str]:
    """Format and text of the document of bad records of one file, in the format in which they came. Pure."""
    held = next((one.file for one in bad if one.file), "")
    if held.startswith("<") or "json" not in document_formats(profile):
        rows = tuple(_xml_row(one) for one in bad)
        document = text_of(XmlNode("rows", "", {"feed": profile.name}, rows))
        return "xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'
    told = [
        {
            "row": one.number,
            "errors": [
                {"path": error.column, "code": error.code, "message": error.message, "how_to_fix": error.how_to_fix}
                for error in one.errors
            ],
            "file": json.loads(one.file) if one.file else None,
        }
        for one in bad
    ]
    return "json", json.dumps({"feed": profile.name, "rows": told}, ensure_ascii=False, indent=1)


def _xml_row(bad: BadRecord) -> XmlNode:
    errors = tuple(
        XmlNode("error", f"{error.message} {error.how_to_fix}", {"path": error.column, "code": error.code})
        for error in bad.errors
    )
    held = (XmlNode("file", children=(xml_document(BytesIO(bad.file.encode())),)),) if bad.file else ()
    return XmlNode("row", "", {"number": str(bad.number)}, (*errors, *held))


def records_of(feed: Feed, source: BinaryIO) -> Iterator[RawRow]:
    """The records of a document that was mended, under the numbers of the first file; those without content left out.

    Raises `FeedUnreadableError`, at any record, where it is no document of bad records, or a file in it holds none.
    """
    made = _of_xml if "xml" in feed.profile.formats and looks_like_xml(source) else _of_json
    for place, number, content in made(source):
        if content:
            yield _record(feed, place, number, content)


def _record(feed: Feed, place: str, number: int, content: bytes) -> RawRow:
    # Further records are there for what the first one needs of them.
    row = next(islice(feed.rows(BytesIO(content)), 1), None)
    if row is None:
        message = f"The file of row {number} holds no record."
        raise FeedUnreadableError(message, MEND_THERE)
    inner = row.path or RowPath("")
    problem = None if row.problem is None else replace(row.problem, row=number)
    return replace(row, number=number, problem=problem, path=replace(inner, within=place))


def _of_json(source: BinaryIO) -> Iterator[tuple[str, int, bytes]]:
    try:
        document = parse_json(whole(source))
    except ValueError:
        document = None
    rows = document.get("rows") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise FeedUnreadableError("The file is no document of rows to mend.", MEND_THERE)
    for place, row in enumerate(rows):
        number = row.get("row") if isinstance(row, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            message = f"Row {place + 1} of this file has no row number that can be read."
            raise FeedUnreadableError(message, MEND_THERE)
        held: Any = row.get("file")
        yield f"rows[{place}].file.", number, json.dumps(held).encode() if held else b""


def _of_xml(source: BinaryIO) -> Iterator[tuple[str, int, bytes]]:
    for place, row in enumerate(xml_rows(source, "rows", "row"), 1):
        number = row.attributes.get("number", "").strip()
        if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
            message = f"Row {place} of this file has no row number that can be read."
            raise FeedUnreadableError(message, MEND_THERE)
        held = next((child for one in row.all("file") for child in one.children), None)
        yield f"/rows/row[{place}]/file/", int(number), text_of(held).encode() if held else b""
