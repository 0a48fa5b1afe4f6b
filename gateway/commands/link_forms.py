"""Forms of CSV that `hearthgate link` reads besides its own: other encodings, and cells parted by other than commas.

Of such a file a copy is made, in UTF-8 and with commas, in a folder that only its owner may read.
"""

import codecs
import csv
from functools import partial
from pathlib import Path
from typing import NamedTuple

from gateway.commands.files import CommandError
from gateway.commands.link_csv import OTHER_FORMS
from gateway.commands.link_tables import File

_MARKS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PIECE = 1 << 20


class Form(NamedTuple):
    """How a file is written: its encoding by Python's name, and what parts its cells."""

    encoding: str = "utf-8-sig"
    mark: str = ","

    @property
    def words(self) -> str:
        """The form in words."""
        parted = f", its cells parted by {_MARKS[self.mark]}" if self.mark in _MARKS else ""
        return f"{'UTF-8' if self.encoding == PLAIN.encoding else self.encoding.upper()}{parted}"


PLAIN = Form()


def encoding_of(declared: str | None) -> str | None:
    """An encoding by Python's name for it; raise `CommandError` where it is none of texts."""
    if declared is None:
        return None
    try:
        name = codecs.lookup(declared).name
        "".encode(name)
    except (LookupError, ValueError):
        raise CommandError("--encoding names none that is known; windows-1252 is what Windows writes here") from None
    return name


def form_of(file: File, encoding: str | None) -> Form:
    """The form of a file; `encoding` is that of files that are not UTF-8."""
    if file.parquet or not file.path.is_file():
        return PLAIN
    used = PLAIN.encoding
    try:
        with file.path.open("rb") as stream:
            begins = stream.read(max(map(len, OTHER_FORMS)))
        if begins.startswith(tuple(OTHER_FORMS)):
            return PLAIN
        used = "utf-16" if begins.startswith(_UTF_16) else used
        if used == PLAIN.encoding and encoding is not None and not _is_utf_8(file.path):
            used = encoding
        with file.path.open(encoding=used, newline="") as stream:
            first = next(csv.reader(stream, strict=True), [])
    except (OSError, UnicodeError, csv.Error):
        # Told by whoever reads it.
        return Form(used)
    marks = (mark for mark in _MARKS if len(first) == 1 and mark in first[0])
    named = first and not first[0].casefold().startswith("sep=")
    return Form(used, next(marks, ",") if named else ",")


def plain_copy(file: File, form: Form, to: Path) -> File:
    """The file in UTF-8 and with commas, called as before. Raise `CommandError` where it is not in its form."""
    if form.encoding not in {PLAIN.encoding, "utf-16"}:
        _refuse_mixed(file, form)
    row = 0
    try:
        with (
            file.path.open(encoding=form.encoding, newline="") as read,
            to.open("w", encoding="utf-8", newline="") as out,
        ):
            if form.mark == ",":
                for piece in iter(partial(read.read, _PIECE), ""):
                    out.write(piece)
            else:
                writer = csv.writer(out, lineterminator="\n")
                for row, cells in enumerate(csv.reader(read, delimiter=form.mark, strict=True), 1):  # noqa: B007 - told
                    writer.writerow(cells)
    except UnicodeError:
        message = f"{file.name} is not {form.encoding.upper()} throughout; save it as UTF-8 CSV or as Parquet"
        raise CommandError(message) from None
    except csv.Error:
        # The first row is the headings, so that as many were read as the number of the next one says.
        message = f"{file.name} cannot be read from row {row} on; check its quotation marks"
        raise CommandError(message) from None
    except OSError:
        message = f"{file.name} cannot be read, or not copied; check your rights to it and the room for temporary files"
        raise CommandError(message) from None
    return File(to, file.name)


def _refuse_mixed(file: File, form: Form) -> None:
    """Refuse a file of which a line is UTF-8 nevertheless: in the other encoding its letters would be two each."""
    with file.path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            message = (
                f"{file.name} is UTF-8 in line {number} and {form.encoding.upper()} elsewhere, as files that were put "
                "together are; save each part from its own encoding"
            )
            raise CommandError(message)


def _is_utf_8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            for piece in iter(partial(stream.read, _PIECE), b""):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
