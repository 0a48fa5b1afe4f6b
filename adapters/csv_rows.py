"""Rows of a CSV file as partners really save them (RFC 4180 and its common departures). Pure and streaming.

Read: UTF-8 with or without a byte order mark, UTF-16 with one; LF, CRLF or CR; quoted cells over several
lines; columns in any order and letter case. Never guessed: an encoding, a delimiter, a missing column.
One bad row never loses a good one: a byte that is not UTF-8, a row of the wrong width, a quote that is never
closed make that row a `RawRow` with a `problem`, and reading goes on at the next line.
A cell that begins with = + - or @ stays plain text: nothing here or later evaluates it.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import BinaryIO, TextIO

from adapters.csv_records import RecordReader
from adapters.csv_shape import PLAIN, CsvShape
from adapters.errors import FeedUnreadableError
from adapters.port import RawRow, RowError
from adapters.sources import reader, size_of, start_of

_NOT_CSV = (
    (b"PK\x03\x04", "The file is a spreadsheet workbook or a zip archive, not CSV."),
    (b"\xd0\xcf\x11\xe0", "The file is an old Excel workbook, not CSV."),
    (b"\x1f\x8b", "The file is still compressed with gzip."),
    (b"%PDF", "The file is a PDF, not CSV."),
    (b"<", "The file is HTML or XML, not CSV."),
    (b"{", "The file is JSON, not CSV."),
    (b"[", "The file is JSON, not CSV."),
)
_AS_CSV = "Export it again as comma-separated values, UTF-8, with the column names in the first row."
_REMEDIES = {
    "row-shape": "Put quotation marks round a cell that holds a comma, a quotation mark or a line break.",
    "encoding-invalid": "Save the file as UTF-8 and send the row again.",
}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UNDECODABLE = re.compile("[\x00\ud800-\udfff]")


def csv_rows(
    source: BinaryIO, *, required: frozenset[str], known: frozenset[str], shape: CsvShape = PLAIN
) -> Iterator[RawRow]:
    """Split a CSV file into rows, in the order of the file.

    `known` are the column names of the feed; a column of the file that matches one, ignoring case and spaces
    around it, gets that name in `cells`. Other columns keep the name they came with. `required` must all be there.
    `RawRow.number` + 1 is the row a spreadsheet program shows: blank rows are skipped but counted.
    A row with a `problem` has its cells, as far as they could be split, in `payload`. A file of another `shape` may
    as well come plain, with its names in the first row: so are rows handed back to be mended.

    Raise `FeedUnreadableError` at once, before any row, if the file has no such header.
    """
    records = RecordReader(_text_of(source), shape.delimiter)
    sent = _first_row(records)
    canonical = {**shape.also, **{name.casefold(): name for name in known}}
    names = _named(sent, canonical)
    if shape.is_plain or (required <= frozenset(names) and known.intersection(names)):
        _check_names(names, required, known)
        return _rows(records, names, known)
    return _shaped(_text_of(source), shape, canonical, (required, known))


def _named(sent: Sequence[str], canonical: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(canonical.get(cell.strip().casefold(), cell.strip()) for cell in sent)


def _shaped(
    text: TextIO, shape: CsvShape, canonical: Mapping[str, str], expected: tuple[frozenset[str], frozenset[str]]
) -> Iterator[RawRow]:
    required, known = expected
    records = RecordReader(text, shape.delimiter)
    names = shape.names
    for number in range(1, shape.rows_begin):
        try:
            sent = records.next_record()
        except csv.Error:
            raise FeedUnreadableError("The rows above the data cannot be read.", _AS_CSV) from None
        if sent is None:
            raise FeedUnreadableError("The file ends before its rows begin.", _AS_CSV)
        if number == shape.names_in_row:
            names = _named(shape.cut(sent), canonical)
    _check_names(names, required, known)
    return _rows(records, names, known, shape)


def _text_of(source: BinaryIO) -> TextIO:
    start = start_of(source)
    if start.startswith(_UTF16_MARKS):
        if size_of(source) % 2:
            raise FeedUnreadableError("The file begins as UTF-16 but breaks off.", _AS_CSV)
        return io.TextIOWrapper(reader(source), encoding="utf-16", errors="surrogatepass", newline="")
    for mark, message in _NOT_CSV:
        if start.lstrip().startswith(mark):
            raise FeedUnreadableError(message, _AS_CSV)
    # Bytes that are no UTF-8 become lone surrogates, which nothing else decodes to: so they are found cell by cell.
    return io.TextIOWrapper(reader(source), encoding="utf-8-sig", errors="surrogateescape", newline="")


def _first_row(records: RecordReader) -> list[str]:
    try:
        sent = records.next_record()
        while sent is not None and not any(cell.strip() for cell in sent):
            sent = records.next_record()
    except csv.Error:
        raise FeedUnreadableError("The first row cannot be read as column names.", _AS_CSV) from None
    if sent is None:
        raise FeedUnreadableError("The file is empty.", _AS_CSV)
    if any(_UNDECODABLE.search(cell) for cell in sent):
        raise FeedUnreadableError("The column names are not in UTF-8.", _AS_CSV)
    return sent


def _check_names(names: tuple[str, ...], required: frozenset[str], known: frozenset[str]) -> None:
    missing = ", ".join(sorted(required.difference(names)))
    if missing:
        message = f"The file has no column {missing}."
        raise FeedUnreadableError(message, f"Add the column {missing}. Columns are separated by commas.")
    for name in sorted(known):
        if names.count(name) > 1:
            message = f"The column {name} is there twice."
            raise FeedUnreadableError(message, f"Keep one column named {name}.")


def _rows(
    records: RecordReader, names: tuple[str, ...], known: frozenset[str], shape: CsvShape = PLAIN
) -> Iterator[RawRow]:
    for number in count(1):
        try:
            cells = records.next_record()
        except csv.Error:
            message = "A quotation mark is not closed, or the row is too long."
            yield _problem(number, records.give_up(), "row-shape", message)
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _row(number, names, shape.cut(cells) if shape.label_columns else cells, known)


def _row(number: int, names: tuple[str, ...], cells: list[str], known: frozenset[str]) -> RawRow:
    if len(cells) != len(names):
        message = f"The row has {len(cells)} cells; the first row names {len(names)} columns."
        return _problem(number, cells, "row-shape", message)
    for name, cell in zip(names, cells, strict=True):
        if _UNDECODABLE.search(cell):
            # The name of a column that the feed does not know could itself be somebody's data.
            column = name if name in known else ""
            message = "A cell holds bytes that are not UTF-8 text."
            return _problem(number, cells, "encoding-invalid", message, column)
    return RawRow(number, dict(zip(names, cells, strict=True)))


def _problem(number: int, sent: Sequence[str], code: str, message: str, column: str = "") -> RawRow:
    readable = tuple(_UNDECODABLE.sub("\N{REPLACEMENT CHARACTER}", text) for text in sent)
    return RawRow(number, {}, payload=readable, problem=RowError(number, column, code, message, _REMEDIES[code]))
