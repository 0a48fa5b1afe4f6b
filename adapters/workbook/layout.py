"""What a workbook says of itself: its sheets, the epoch of its dates, the formats of its cells."""

import re
from dataclasses import dataclass

from adapters.errors import FeedUnreadableError
from adapters.workbook.formats import Format, format_of
from adapters.workbook.package import DAMAGED, Package, text_in
from adapters.workbook.shared_texts import SharedTexts, unescaped
from adapters.xml_rows import local_name

MAX_SHEETS = 200
_MAX_FORMATS = 65_536
_LONGEST_FORMAT = 255
_WORKSHEET, _TEXTS, _STYLES, _WORKBOOK = "worksheet", "sharedStrings", "styles", "officeDocument"
_REPAIR = "Open it, save it as an Excel workbook (.xlsx) under another name, and send that."
_RELATION_ID = re.compile(r"\{[^}]*relationships\}id")
_TRUE = frozenset({"1", "true"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet: its name and its part."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What is needed to read the cells of any sheet."""

    sheets: tuple[Sheet, ...]
    formats: tuple[Format, ...]
    texts: SharedTexts
    from_1904: bool

    def format(self, style: str | None) -> Format:
        """The number format of a cell's style; the general one where the style is none."""
        at = int(style) if style and style.isascii() and style.isdigit() else 0
        return self.formats[at] if at < len(self.formats) else Format()


def layout_of(package: Package) -> Layout:
    """Read what stands outside the sheets. Raise `FeedUnreadableError`; hidden sheets are not told of."""
    main = next((part for kind, part in package.related("").values() if kind == _WORKBOOK), "")
    if not main:
        raise FeedUnreadableError("The file is a zip archive and no Excel workbook.", "Send the table as .xlsx or CSV.")
    related = package.related(main)
    texts = next((part for kind, part in related.values() if kind == _TEXTS), "")
    styles = next((part for kind, part in related.values() if kind == _STYLES), "")
    settings = next(iter(package.elements(main, "workbookPr")), None)
    return Layout(
        _sheets(package, main, related),
        _formats(package, styles) if package.has(styles) else (),
        SharedTexts(unescaped(text_in(one)) for one in package.elements(texts, "si"))
        if package.has(texts)
        else SharedTexts(),
        from_1904=settings is not None and settings.get("date1904", "") in _TRUE,
    )


def _sheets(package: Package, main: str, related: dict[str, tuple[str, str]]) -> tuple[Sheet, ...]:
    found: list[Sheet] = []
    for seen, element in enumerate(package.elements(main, "sheet")):
        if seen >= MAX_SHEETS:
            raise FeedUnreadableError("The workbook has too many sheets.", "Send one sheet in a workbook of its own.")
        ids = [value for name, value in element.attrib.items() if _RELATION_ID.fullmatch(name)]
        kind, part = related.get(ids[0], ("", "")) if ids else ("", "")
        if kind == _WORKSHEET and element.get("state", "visible") == "visible":
            found.append(Sheet(element.get("name", ""), part))
    if not found:
        raise FeedUnreadableError("The workbook has no visible sheet.", "Put the table on a sheet that can be seen.")
    return tuple(found)


def _formats(package: Package, part: str) -> tuple[Format, ...]:
    written: dict[int, str] = {}
    for element in package.elements(part, "numFmt"):
        if len(written) >= _MAX_FORMATS:
            raise FeedUnreadableError(DAMAGED, _REPAIR)
        written[_number(element.get("numFmtId"))] = element.get("formatCode", "")[:_LONGEST_FORMAT]
    for all_of in package.elements(part, "cellXfs"):
        numbers = [_number(one.get("numFmtId")) for one in all_of if local_name(one) == "xf"]
        return tuple(format_of(number, written.get(number, "")) for number in numbers[:_MAX_FORMATS])
    return ()


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0  # noqa: PLR2004 - an int32
