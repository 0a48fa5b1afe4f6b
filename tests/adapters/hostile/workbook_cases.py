"""Hostile and broken workbooks, put together part by part as no spreadsheet program would."""

import io
import struct
import zipfile
from xml.sax.saxutils import escape

from tests.adapters.hostile.cases import Case, Refused, Rows

FEED = "case-people"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMES = ("person_ref", "surname", "forename", "dob", "phone")
GOOD = ("P1", "Example", "Jo", "1985-04-03", "01632 960000")
ALSO = ("P2", "Example", "Robin", "2013-02-11", "")
DAMAGED = Refused("damaged")


def active(word: str) -> Refused:
    return Refused(word, suspicious=True)


def cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def row(*cells: str) -> str:
    return f"<row>{''.join(cells)}</row>"


def rows(*texts: tuple[str, ...]) -> str:
    return "".join(row(*map(cell, one)) for one in texts)


def sheet(between: str = "", after: str = "", before: str = "") -> str:
    data = f"{rows(NAMES, GOOD)}{between}{rows(ALSO)}"
    return f'{before}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>{after}</worksheet>'


def with_second(cells: str) -> str:
    """A third row whose second cell is as given."""
    return sheet(row(cell("P3"), cells, cell("Jo"), cell("1985-04-03"), cell("")))


def parts(sheet_xml: str = "", **more: str) -> dict[str, str]:
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="text/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="people" sheetId="1" r:id="s1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="s1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="t1" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet_xml or sheet(),
        **{
            name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): text for name, text in more.items()
        },
    }


def packed(content: dict[str, str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as package:
        for name, text in content.items():
            package.writestr(name, text)
    return stream.getvalue()


def book(sheet_xml: str = "", **more: str) -> bytes:
    return packed(parts(sheet_xml, **more))


def replaced(part: str, old: str, new: str) -> bytes:
    content = parts()
    assert old in content[part]
    return packed(content | {part: content[part].replace(old, new)})


def without(part: str) -> bytes:
    return packed({name: text for name, text in parts().items() if name != part})


def shared(*texts: str) -> str:
    return f'<sst xmlns="{MAIN}">{"".join(texts)}</sst>'


def twice() -> bytes:
    stream = io.BytesIO(book())
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr("XL/Workbook.xml", "<workbook/>")
    return stream.getvalue()


def flagged() -> bytes:
    """Says of each of its parts that it is encrypted."""
    body = bytearray(book())
    at = body.find(b"PK\x01\x02")
    while at >= 0:
        body[at + 8] |= 1
        at = body.find(b"PK\x01\x02", at + 4)
    return bytes(body)


def miscounted() -> bytes:
    """Says that it has 65,000 parts."""
    body = bytearray(book())
    at = body.rfind(b"PK\x05\x06")
    body[at + 8 : at + 12] = struct.pack("<HH", 65_000, 65_000)
    return bytes(body)


def changed() -> bytes:
    """One bit of the sheet is another than its checksum says."""
    body = bytearray(packed(parts(), zipfile.ZIP_STORED))
    body[body.find(b"Robin")] ^= 1
    return bytes(body)


def oversized() -> bytes:
    """Says that a small part unpacks to 600 MB."""
    body = bytearray(book())
    at = body.find(b"PK\x01\x02", body.find(b"PK\x01\x02") + 4)
    body[at + 24 : at + 28] = struct.pack("<L", 600_000_000)
    return bytes(body)


def ole(inside: str = "") -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + inside.encode("utf-16-le") + bytes(2000)


CORNER = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
BLANKS = " " * 40_000_000
ORDER = row('<c r="B4" t="inlineStr"><is><t>x</t></is></c><c r="A4"/>')
ENTITIES = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
PACKAGES = [
    ("a plain workbook", book(), Rows(2)),
    ("stored without compression", packed(parts(), zipfile.ZIP_STORED), Rows(2)),
    ("protected with a password", ole("EncryptedPackage"), Refused("password")),
    ("the old Excel format", ole("Workbook"), Refused("old Excel")),
    ("a macro project", book(xl__vbaProject_bin="x"), active("macros")),
    (
        "macros under the name of a plain workbook",
        replaced("[Content_Types].xml", SHEET_TYPE, MACRO_TYPE),
        active("macros"),
    ),
    ("Excel 4 macros", book(xl__macrosheets__sheet1_xml="<x/>"), active("macros")),
    ("a dialog sheet", book(xl__dialogsheets__sheet1_xml="<x/>"), active("macros")),
    ("a ribbon of its own", book(customUI__customUI_xml="<x/>"), active("macros")),
    ("a link to another workbook", book(xl__externalLinks__externalLink1_xml="<x/>"), active("linked")),
    (
        "a link to a program (DDE)",
        book(xl__externalLinks__externalLink1_xml="<externalLink><ddeLink ddeService='cmd'/></externalLink>"),
        active("linked"),
    ),
    ("an embedded object", book(xl__embeddings__oleObject1_bin="x"), active("embedded")),
    ("a control", book(xl__activeX__activeX1_xml="<x/>"), active("embedded")),
    ("a connection to a database", book(xl__connections_xml="<x/>"), active("connected")),
    ("a query", book(xl__queryTables__queryTable1_xml="<x/>"), active("connected")),
    ("a web extension", book(xl__webextensions__webextension1_xml="<x/>"), active("connected")),
    ("3,000 parts", book(**{f"xl__media__image{n}_bin": "" for n in range(3000)}), active("parts")),
    ("a part twice", twice(), DAMAGED),
    ("an encrypted archive", flagged(), Refused("encrypted")),
    ("65,000 parts, as it says", miscounted(), active("parts")),
    ("a part of 600 MB, as it says", oversized(), active("unpacks")),
    ("another compression", packed(parts(), zipfile.ZIP_LZMA), DAMAGED),
    ("a changed bit", changed(), DAMAGED),
    ("cut in half", book()[: len(book()) // 2], DAMAGED),
    ("without its last byte", book()[:-1], DAMAGED),
    ("without its directory", book()[:200], DAMAGED),
    ("bytes before it", b"xx" + book(), Refused("UTF-8")),
    ("a sheet that unpacks 1,000 times", book(sheet(after=f"<a>{BLANKS}</a>")), active("unpacks")),
    (
        "texts that unpack 1,000 times",
        book(xl__sharedStrings_xml=shared(f"<si><t>{BLANKS}</t></si>")),
        active("unpacks"),
    ),
    ("without types", without("[Content_Types].xml"), Refused("no Excel workbook")),
    ("without relationships", without("_rels/.rels"), Refused("no Excel workbook")),
    ("without a workbook", without("xl/workbook.xml"), DAMAGED),
    ("without its sheet", without("xl/worksheets/sheet1.xml"), DAMAGED),
    (
        "a sheet outside the package",
        replaced("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "../../../../etc/passwd"),
        DAMAGED,
    ),
    (
        "a sheet at an address",
        replaced(
            "xl/_rels/workbook.xml.rels",
            'Target="worksheets/sheet1.xml"',
            'Target="http://127.0.0.1:9/" TargetMode="External"',
        ),
        DAMAGED,
    ),
    ("a part with a path to climb", packed({**parts(), "../../evil.xml": "<x/>"}), Rows(2)),
    ("a workbook that is no XML", packed({**parts(), "xl/workbook.xml": "Example"}), DAMAGED),
    (
        "6,000 relationships",
        replaced(
            "xl/_rels/workbook.xml.rels",
            "</Relationships>",
            "".join(f'<Relationship Id="x{n}" Type="t" Target="t"/>' for n in range(6000)) + "</Relationships>",
        ),
        DAMAGED,
    ),
    (
        "250 sheets",
        replaced(
            "xl/workbook.xml", "</sheets>", "".join(f'<sheet name="s{n}" r:id="s1"/>' for n in range(250)) + "</sheets>"
        ),
        Refused("sheets"),
    ),
    (
        "only a hidden sheet",
        replaced("xl/workbook.xml", 'sheetId="1"', 'sheetId="1" state="veryHidden"'),
        Refused("visible"),
    ),
    (
        "the same sheet twice",
        replaced("xl/workbook.xml", "</sheets>", '<sheet name="again" r:id="s1"/></sheets>'),
        Refused("Several"),
    ),
    ("a document type", book(sheet(before="<!DOCTYPE worksheet>")), Refused("DOCTYPE", suspicious=True)),
    (
        "entities",
        book(sheet(row(cell("P3"), "<c t='str'><v>&b;</v></c>"), before=ENTITIES)),
        Refused("DOCTYPE", suspicious=True),
    ),
    (
        "an entity of a file among the texts",
        book(
            xl__sharedStrings_xml='<!DOCTYPE sst [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
            + shared("<si><t>&f;</t></si>")
        ),
        Refused("DOCTYPE", suspicious=True),
    ),
]
CELL = "cell-unreadable"
SHEETS = [
    ("no rows", book(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'), Refused("no column")),
    ("names alone", book(f'<worksheet xmlns="{MAIN}"><sheetData>{rows(NAMES)}</sheetData></worksheet>'), Rows(0)),
    (
        "names below the fiftieth row",
        book(f'<worksheet xmlns="{MAIN}"><sheetData>{rows(*[("x",)] * 60, NAMES, GOOD)}</sheetData></worksheet>'),
        Refused("no column"),
    ),
    (
        "a column twice",
        book(f'<worksheet xmlns="{MAIN}"><sheetData>{rows((*NAMES, "surname"), GOOD)}</sheetData></worksheet>'),
        Refused("twice"),
    ),
    ("rows that run backwards", book(sheet('<row r="90"/><row r="80"/>')), DAMAGED),
    ("a row beyond the last", book(sheet('<row r="2000000"/>')), DAMAGED),
    ("a row without end", book(sheet(f'<row r="{"9" * 5000}"/>')), DAMAGED),
    ("a row before the first", book(sheet('<row r="-1"/>')), DAMAGED),
    ("cells that run backwards", book(sheet(ORDER)), DAMAGED),
    ("a column beyond the last", book(sheet(row('<c r="ZZZ4"/>'))), DAMAGED),
    ("a place that is none", book(sheet(row('<c r="4B"/>'))), DAMAGED),
    (
        "a cell in the last corner",
        book(f'<worksheet xmlns="{MAIN}"><sheetData>{rows(NAMES, GOOD)}{CORNER}</sheetData></worksheet>'),
        Rows(1, {"row-shape": 1}),
    ),
    (
        "16,384 cells in a row",
        book(sheet(row(cell("P3"), cell("Example"), *["<c><v>1</v></c>"] * 16_382))),
        Rows(2, {"row-shape": 1}),
    ),
    ("20,000 cells in a row", book(sheet(row(*["<c/>"] * 20_000))), DAMAGED),
    ("a row of 200,000 elements", book(sheet(row("<x/>" * 200_000))), DAMAGED),
    ("elements nested 100 deep", book(sheet(row("<c>" * 100 + "</c>" * 100))), DAMAGED),
    (
        "30,000 merged cells",
        book(sheet(after="<mergeCells>" + '<mergeCell ref="A9:B9"/>' * 30_000 + "</mergeCells>")),
        Refused("merged"),
    ),
    (
        "all cells merged",
        book(sheet(after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')),
        Rows(0, {"cells-merged": 2}),
    ),
    ("a merged title above", book(sheet(after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>')), Rows(2)),
    ("a merge that is none", book(sheet(after='<mergeCells><mergeCell ref="A:B"/></mergeCells>')), Refused("merged")),
    ("cut in the sheet's XML", book(sheet()[:-30]), DAMAGED),
    ("a hidden row", book(sheet(f'<row hidden="1">{cell("P3")}{cell("Example")}</row>')), Rows(2, {"row-hidden": 1})),
    ("a text that there is not", book(with_second('<c t="s"><v>7</v></c>')), Rows(2, {CELL: 1})),
    (
        "a text before the first",
        book(with_second('<c t="s"><v>-1</v></c>'), xl__sharedStrings_xml=shared("<si><t>x</t></si>")),
        Rows(2, {CELL: 1}),
    ),
    ("a text of a number that is none", book(with_second('<c t="s"><v>0x1</v></c>')), Rows(2, {CELL: 1})),
    ("an error of the sheet", book(with_second('<c t="e"><v>#REF!</v></c>')), Rows(2, {CELL: 1})),
    ("a cell of no known kind", book(with_second('<c t="z"><v>x</v></c>')), Rows(2, {CELL: 1})),
    ("a number that is none", book(with_second("<c><v>nan</v></c>")), Rows(2, {CELL: 1})),
    ("a number without end", book(with_second("<c><v>1e999</v></c>")), Rows(2, {"number-rounded": 1})),
    ("a number of 20 digits", book(with_second("<c><v>12345678901234567890</v></c>")), Rows(2, {"number-rounded": 1})),
    ("a number of 9,000 digits", book(with_second(f"<c><v>{'9' * 9000}</v></c>")), Rows(2, {"number-rounded": 1})),
    ("a formula without its value", book(with_second("<c><f>1+1</f></c>")), Rows(2, {"formula-cell": 1})),
    ("a formula with its value", book(with_second("<c t='str'><f>A1</f><v>Example</v></c>")), Rows(3)),
    ("a text that runs as a formula", book(with_second(cell("=cmd|' /C calc'!A0"))), Rows(2, {"formula-cell": 1})),
    ("a NUL by its escape", book(with_second(cell("Ex_x0000_ample"))), Rows(2, {"encoding-invalid": 1})),
    ("half a surrogate pair by its escape", book(with_second(cell("_xD800_"))), Rows(2, {"encoding-invalid": 1})),
    ("a text of 40,000 characters", book(with_second(cell("x" * 40_000))), Rows(2, {"text-too-long": 1})),
    (
        "a shared text of 40,000 characters",
        book(with_second('<c t="s"><v>0</v></c>'), xl__sharedStrings_xml=shared(f"<si><t>{'x' * 40_000}</t></si>")),
        Rows(2, {"text-too-long": 1}),
    ),
    ("a text in 3,000 runs", book(with_second(f'<c t="inlineStr"><is>{"<r><t>x</t></r>" * 3000}</is></c>')), Rows(3)),
    ("a style that there is not", book(with_second('<c s="99999999999999999999"><v>1</v></c>')), Rows(3)),
    (
        "cells beside the table",
        book(sheet(row(*map(cell, ("P3", "Example", "Jo", "1985-04-03", "", "note"))))),
        Rows(2, {"row-shape": 1}),
    ),
    ("an unknown namespace", book(sheet().replace(MAIN, "urn:x")), Rows(2)),
]

CASES = [
    Case(f"workbook, {kind}: {name}", FEED, body, outcome, "xlsx")
    for kind, group in (("package", PACKAGES), ("sheet", SHEETS))
    for name, body, outcome in group
]
