"""Rows of a CSV file as partners really save them (RFC 4180 and its common departures). Pure and streaming.

Read: UTF-8 with or without a byte order mark, UTF-16 with one; LF, CRLF or CR; quoted cells over several
lines; columns in any order and letter case. Never guessed: an encoding, a delimiter, a missing column.
One bad row never loses a good one: a byte that is not UTF-8, a row of the wrong width, a quote that is never
closed make that row a `RawRow` with a `problem`, and reading goes on at the next line.
A cell that is made to be run as a formula makes its row a problem too; any other that begins with = + - or @ stays
plain text (`adapters.formulas`).
"""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import count
from operator import methodcaller
from typing import BinaryIO, NamedTuple, TextIO

from adapters.column_names import canonical_names, check_names
from adapters.csv_line import line_of
from adapters.csv_records import RecordReader
from adapters.csv_shape import PLAIN, CsvShape
from adapters.csv_text import UNDECODABLE
from adapters.errors import FeedUnreadableError
from adapters.formulas import FORMULA, FORMULA_REMEDY, QUOTE_OR_SIGN, runs_as_formula, unquoted
from adapters.port import RawRow, RowError
from adapters.sources import reader, size_of, start_of
from adapters.workbook import looks_like_workbook, workbook_rows

_NOT_CSV = (
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
_SIGNS = frozenset(QUOTE_OR_SIGN)
_commas = methodcaller("count", ",")
_ONE_BY_ONE = 256
"""Records read one by one before another look for plain lines."""


class UnlookedBlock(NamedTuple):
    """Rows that stand together. `looked` are those of which a cell needed a look.

    Of the others, in order: number, line (see `adapters.csv_line`), and the cells of each column of the file.
    """

    numbers: list[int]
    lines: list[str]
    columns: Sequence[Sequence[str]]
    looked: list[RawRow]


def csv_rows(
    source: BinaryIO,
    *,
    required: frozenset[str],
    known: frozenset[str],
    shape: CsvShape = PLAIN,
    sheet_name: str = "",
) -> Iterator[RawRow]:
    """Split a CSV file, or the table of an XLSX workbook, into rows, in the order of the file.

    `known` are the column names of the feed; a column of the file that matches one, ignoring case and spaces
    around it, gets that name in `cells`. Other columns keep the name they came with. `required` must all be there.
    `RawRow.number` + 1 is the row a spreadsheet program shows: blank rows are skipped but counted.
    A row that could not be split has its cells, as far as it could, in `payload`. A file of another `shape` may
    as well come plain, with its names in the first row: so are rows handed back to be mended.

    Raise `FeedUnreadableError` at once, before any row, if the file has no such header.
    """
    if looks_like_workbook(source):
        return workbook_rows(source, required=required, known=known, also=shape.also, sheet_name=sheet_name)
    records, names = _begun(source, known, shape)
    if shape.is_plain or (required <= frozenset(names) and known.intersection(names)):
        check_names(names, required, known, "Columns are separated by commas.")
        return _rows(records, names, known)
    return _shaped(_text_of(source), shape, required, known)


def plain_blocks(
    source: BinaryIO, required: frozenset[str], known: frozenset[str]
) -> tuple[tuple[str, ...], Iterator[UnlookedBlock]] | None:
    """The names of a plain CSV file and its rows, many together; None for a workbook.

    Raise `FeedUnreadableError` as `csv_rows` does.
    """
    if looks_like_workbook(source):
        return None
    records, names = _begun(source, known, PLAIN)
    check_names(names, required, known, "Columns are separated by commas.")
    return names, _blocks_unlooked(records, names, known)


def _blocks_unlooked(records: RecordReader, names: tuple[str, ...], known: frozenset[str]) -> Iterator[UnlookedBlock]:
    width, number = len(names), 0
    while True:
        plain = records.plain_lines()
        if plain is None:
            block, over = _one_by_one(records, number, names, known)
            yield block
            if over:
                return
            number += _ONE_BY_ONE
            continue
        lines, signed = plain
        numbers = [*range(number + 1, number + 1 + len(lines))]
        number += len(lines)
        odd = [place for place, commas in enumerate(map(_commas, lines)) if commas != width - 1]
        if signed:
            odd = [place for place, line in enumerate(lines) if line.count(",") != width - 1 or _is_signed(line)]
        looked = [
            _row(numbers[place], names, cells, known)
            for place, cells in ((place, lines[place].split(",")) for place in odd)
            if any(map(str.strip, cells))
        ]
        for place in reversed(odd):
            del numbers[place], lines[place]
        # All cells at once and each column out of them: no list of its own for a row.
        cells = ",".join(lines).split(",") if lines else []
        yield UnlookedBlock(numbers, lines, [cells[place::width] for place in range(width)], looked)


def _is_signed(line: str) -> bool:
    return not _SIGNS.isdisjoint([cell[:1] for cell in line.split(",")])


def _one_by_one(
    records: RecordReader, before: int, names: tuple[str, ...], known: frozenset[str]
) -> tuple[UnlookedBlock, bool]:
    """Some rows, the first of them that after `before`, and whether the file ends with them."""
    numbers, lines, found, looked = list[int](), list[str](), list[list[str]](), list[RawRow]()
    over = False
    for number in range(before + 1, before + 1 + _ONE_BY_ONE):
        try:
            cells = records.next_record()
        except csv.Error:
            looked.append(_broken(number, records))
            continue
        if cells is None:
            over = True
            break
        text = "".join(cells)
        readable = "\0" not in text if text.isascii() else not UNDECODABLE.search(text)
        if len(cells) == len(names) and readable and _SIGNS.isdisjoint([cell[:1] for cell in cells]):
            numbers.append(number)
            lines.append(line_of(cells))
            found.append(cells)
        elif any(cell.strip() for cell in cells):
            looked.append(_row(number, names, cells, known))
    return UnlookedBlock(numbers, lines, [*zip(*found, strict=True)], looked), over


def _begun(source: BinaryIO, known: frozenset[str], shape: CsvShape) -> tuple[RecordReader, tuple[str, ...]]:
    records = RecordReader(_text_of(source), shape.delimiter)
    return records, canonical_names(_first_row(records), known, shape.also)


def _shaped(text: TextIO, shape: CsvShape, required: frozenset[str], known: frozenset[str]) -> Iterator[RawRow]:
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
            names = canonical_names(shape.cut(sent), known, shape.also)
    check_names(names, required, known, "Columns are separated by commas.")
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
    if any(UNDECODABLE.search(cell) for cell in sent):
        raise FeedUnreadableError("The column names are not in UTF-8.", _AS_CSV)
    return sent


def _rows(
    records: RecordReader, names: tuple[str, ...], known: frozenset[str], shape: CsvShape = PLAIN
) -> Iterator[RawRow]:
    for number in count(1):
        try:
            cells = records.next_record()
        except csv.Error:
            yield _broken(number, records)
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _row(number, names, shape.cut(cells) if shape.label_columns else cells, known)


def _row(number: int, names: tuple[str, ...], cells: list[str], known: frozenset[str]) -> RawRow:
    if len(cells) != len(names):
        message = f"The row has {len(cells)} cells; the first row names {len(names)} columns."
        return _problem(number, cells, "row-shape", message)
    problem: RowError | None = None
    for place, (name, cell) in enumerate(zip(names, cells, strict=True)):
        if cell.startswith(QUOTE_OR_SIGN):
            cells[place] = unquoted(cell)
            if name in known and runs_as_formula(cells[place]):
                problem = problem or RowError(number, name, "formula-cell", FORMULA, FORMULA_REMEDY)
        if UNDECODABLE.search(cell):
            # The name of a column that the feed does not know could itself be somebody's data.
            column = name if name in known else ""
            message = "A cell holds bytes that are not UTF-8 text."
            problem = problem or RowError(number, column, "encoding-invalid", message, _REMEDIES["encoding-invalid"])
            # Handed back empty: with a sign in place of what is lost it would be taken the next time.
            cells[place] = ""
    return RawRow(number, dict(zip(names, cells, strict=True)), problem=problem)


def _broken(number: int, records: RecordReader) -> RawRow:
    return _problem(number, records.give_up(), "row-shape", "A quotation mark is not closed, or the row is too long.")


def _problem(number: int, sent: Sequence[str], code: str, message: str) -> RawRow:
    readable = tuple(UNDECODABLE.sub("\N{REPLACEMENT CHARACTER}", text) for text in sent)
    return RawRow(number, {}, payload=readable, problem=RowError(number, "", code, message, _REMEDIES[code]))
