"""The zip package of a workbook (ISO/IEC 29500-2): what is in it, and its XML parts as streams.

The directory of a zip is checked before it is read, and no part is read further than the directory says, so neither
a bomb nor a lie about sizes costs memory. A workbook that carries more than tables is refused: macros (VBA, Excel 4),
links to other files and to running programs (DDE), embedded objects (OLE, ActiveX), data connections.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO
from urllib.parse import unquote

from adapters.errors import FeedUnreadableError, SuspiciousContentError
from adapters.sources import size_of, start_of
from adapters.xml_rows import local_name, xml_elements

MAX_PART_BYTES = 512 * 1024 * 1024
"""One part, unpacked. A sheet of 1,000,000 rows of 14 short columns is about 400 MB of XML."""
MAX_PARTS = 2000
MAX_RATIO = 200
"""Unpacked to packed bytes. Tables that people send unpack to 5 to 60 times their size; deflate can do 1,032."""
_RATIO_COUNTS_FROM = 16 * 1024 * 1024
_MAX_DIRECTORY_BYTES = 1024 * 1024
_MAX_REFERENCES = 5000
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_END, _END_64_PLACE, _END_64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
_END_BYTES, _END_64_PLACE_BYTES, _END_64_BYTES = 22, 20, 56
_LONGEST_COMMENT = 0xFFFF
_ENCRYPTED_FLAG = 0x1
_RELATIONSHIPS = "_rels/.rels"

DAMAGED = "The workbook is damaged."
_EXPORT_AGAIN = "Open it, save it as an Excel workbook (.xlsx) under another name, and send that."
_AS_XLSX = "Save it as an Excel workbook (.xlsx) or as CSV UTF-8, and send that."
_PLAIN = "Copy the table's values into a new workbook, and send that."
_ACTIVE = (
    (re.compile(r"vbaproject|/macrosheets/|/dialogsheets/|customui/"), "The workbook holds macros."),
    (re.compile(r"/externallinks/"), "The workbook is linked to other files or programs."),
    (re.compile(r"/embeddings/|/activex/|/ctrlprops/"), "The workbook holds embedded objects or controls."),
    (re.compile(r"/connections\.xml$|/querytables/|/webextensions/"), "The workbook is connected to other data."),
)
_MACRO_TYPE = re.compile(r"macroenabled|vbaproject|intlmacrosheet", re.IGNORECASE)


def looks_like_workbook(source: BinaryIO) -> bool:
    """True for a zip package and for the older OLE file that holds .xls and encrypted workbooks."""
    return start_of(source).startswith((_ZIP, _OLE))


class Package:
    """An opened workbook."""

    def __init__(self, source: BinaryIO) -> None:
        """Raise `FeedUnreadableError` where it is no workbook, `SuspiciousContentError` where it is more than one."""
        _refuse_ole(source)
        _check_directory(source)
        with _damage_told():
            self._zip = zipfile.ZipFile(source)
        self._parts = {info.filename.casefold(): info for info in self._zip.infolist()}
        if len(self._parts) != len(self._zip.infolist()):
            raise FeedUnreadableError(DAMAGED, _EXPORT_AGAIN)
        if "[content_types].xml" not in self._parts or _RELATIONSHIPS not in self._parts:
            raise FeedUnreadableError("The file is a zip archive and no Excel workbook.", _AS_XLSX)
        for info in self._parts.values():
            _check_part(info)
        self._refuse_more_than_tables()

    def has(self, part: str) -> bool:
        """Whether the package has that part."""
        return part.casefold() in self._parts

    def elements(self, part: str, *names: str) -> Iterator[Any]:
        """The part's elements of those local names, one by one, each freed when the next is asked for."""
        info = self._parts.get(part.casefold())
        if info is None:
            raise FeedUnreadableError(DAMAGED, _EXPORT_AGAIN)
        with _damage_told(), self._zip.open(info) as stream:
            yield from xml_elements(stream, *names)

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """By id, the last word of the type and the target part of what a part refers to; "" stands for the package."""
        folder, file = posixpath.split(part)
        relationships = posixpath.join(folder, "_rels", f"{file}.rels")
        found: dict[str, tuple[str, str]] = {}
        if not self.has(relationships):
            return found
        for element in self.elements(relationships, "Relationship"):
            if len(found) >= _MAX_REFERENCES:
                raise FeedUnreadableError(DAMAGED, _EXPORT_AGAIN)
            kind = element.get("Type", "").rsplit("/", 1)[-1]
            target = posixpath.join("/", folder, unquote(element.get("Target", "")))
            outside = element.get("TargetMode", "") == "External"
            found[element.get("Id", "")] = kind, "" if outside else posixpath.normpath(target).lstrip("/")
        return found

    def _refuse_more_than_tables(self) -> None:
        for name in self._parts:
            for pattern, message in _ACTIVE:
                if pattern.search(f"/{name}"):
                    raise SuspiciousContentError(message, _PLAIN)
        for kind in ("Override", "Default"):
            for element in self.elements("[Content_Types].xml", kind):
                if _MACRO_TYPE.search(element.get("ContentType", "")):
                    raise SuspiciousContentError("The workbook holds macros.", _PLAIN)


def text_in(element: Any) -> str:
    """The text of a string item: its own or that of its runs, without the reading aids of East Asian text."""
    parts: list[str] = []
    for child in element:
        name = local_name(child)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [grandchild.text or "" for grandchild in child if local_name(grandchild) == "t"]
    return "".join(parts)


def _refuse_ole(source: BinaryIO) -> None:
    if not start_of(source).startswith(_OLE):
        return
    source.seek(0)
    carried = b""
    # The names of the parts of an OLE file stand in its directory, which can be anywhere in it.
    while chunk := source.read(1024 * 1024):
        if _ENCRYPTED in carried + chunk:
            raise FeedUnreadableError(
                "The workbook is protected with a password.", "Take the password off, save it as .xlsx, and send that."
            )
        carried = chunk[-len(_ENCRYPTED) :]
    raise FeedUnreadableError("The file is a workbook of the old Excel format (.xls).", _AS_XLSX)


def _check_directory(source: BinaryIO) -> None:
    """Refuse a directory of more parts or bytes than a workbook has, before anything reads it."""
    size = size_of(source)
    source.seek(max(0, size - _LONGEST_COMMENT - _END_BYTES))
    tail = source.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise FeedUnreadableError(DAMAGED, _EXPORT_AGAIN)
    count, directory = struct.unpack("<HL", tail[at + 10 : at + 16])
    place = tail[max(0, at - _END_64_PLACE_BYTES) : at]
    if place.startswith(_END_64_PLACE):
        start = tail[max(0, at - _END_64_PLACE_BYTES - _END_64_BYTES) :][:_END_64_BYTES]
        if len(start) < _END_64_BYTES or not start.startswith(_END_64):
            raise FeedUnreadableError(DAMAGED, _EXPORT_AGAIN)
        count, directory = struct.unpack("<QQ", start[32:48])
    if count > MAX_PARTS or directory > _MAX_DIRECTORY_BYTES:
        raise SuspiciousContentError("The workbook has more parts than any table needs.", _PLAIN)


def _check_part(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise FeedUnreadableError("The zip archive is encrypted.", "Send the workbook without a password.")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise FeedUnreadableError(DAMAGED, _EXPORT_AGAIN)
    if info.file_size > MAX_PART_BYTES:
        raise SuspiciousContentError("The workbook unpacks to more than 512 MiB.", "Send the table as CSV.")
    if info.file_size > _RATIO_COUNTS_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise SuspiciousContentError("The workbook unpacks to far more than a table holds.", "Send the table as CSV.")


@contextmanager
def _damage_told() -> Iterator[None]:
    """What zip, deflate and XML complain of, as one error in words for whoever sent the workbook."""
    try:
        yield
    except SuspiciousContentError:
        raise
    except FeedUnreadableError:
        raise FeedUnreadableError(DAMAGED, _EXPORT_AGAIN) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error, OSError) as error:
        if isinstance(error, io.UnsupportedOperation):
            raise
        raise FeedUnreadableError(DAMAGED, _EXPORT_AGAIN) from None
