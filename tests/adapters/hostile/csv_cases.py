"""Hostile and broken CSV: encodings, shapes, other kinds of file, formulas, values."""

import gzip
import io
import tarfile
import zipfile

from tests.adapters.hostile.cases import Case, Refused, Rows

FEED = "case-people"
HEAD = "person_ref,surname,forename,dob,phone"
GOOD = "P1,Example,Jo,1985-04-03,01632 960000"
ALSO = "P2,Example,Robin,2013-02-11,"
BAD_CELL = {"encoding-invalid": 1}
SHAPE = {"row-shape": 1}


def lines(*between: str | bytes) -> bytes:
    """A good row, what is between, and another good row."""
    parts = [one.encode() if isinstance(one, str) else one for one in (HEAD, GOOD, *between, ALSO)]
    return b"\n".join(parts) + b"\n"


def zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


def tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("people.csv"), io.BytesIO())
    return stream.getvalue()


PLAIN = lines()
ENCODINGS = [
    ("UTF-8 with a mark", b"\xef\xbb\xbf" + PLAIN, Rows(2)),
    ("UTF-16", PLAIN.decode().encode("utf-16"), Rows(2)),
    ("UTF-16, big end first", b"\xfe\xff" + PLAIN.decode().encode("utf-16-be"), Rows(2)),
    ("UTF-16 without a mark", PLAIN.decode().encode("utf-16-le"), Refused("UTF-8")),
    ("UTF-16 cut in a character", PLAIN.decode().encode("utf-16")[:-1], Refused("breaks off")),
    ("UTF-16 under a mark of UTF-8", b"\xef\xbb\xbf" + PLAIN.decode().encode("utf-16-le"), Refused("UTF-8")),
    ("UTF-8 under a mark of UTF-16", b"\xff\xfe" + PLAIN + b"\n" * (len(PLAIN) % 2), Refused("no column")),
    ("UTF-32", PLAIN.decode().encode("utf-32"), Refused("UTF-8")),
    ("EBCDIC", PLAIN.decode().encode("cp037"), Refused("")),
    ("the mark twice", b"\xef\xbb\xbf\xef\xbb\xbf" + PLAIN, Refused("no column")),
    ("Windows-1252 in one row", lines("P3,M\xfcller,Jo,1985-04-03,".encode("cp1252")), Rows(2, BAD_CELL)),
    ("Windows-1252 quotes in one row", lines(b"P3,O\x92Neill,Jo,1985-04-03,"), Rows(2, BAD_CELL)),
    (
        "UTF-16 from the second row on",
        lines("P3,Müller,Jo,1985-04-03,\n".encode("utf-16-le")),
        Rows(2, {"encoding-invalid": 1, "row-shape": 1}),
    ),
    ("an overlong form", lines(b"P3,Ex\xc0\xafample,Jo,1985-04-03,"), Rows(2, BAD_CELL)),
    ("half a surrogate pair", lines(b"P3,\xed\xa0\x80,Jo,1985-04-03,"), Rows(2, BAD_CELL)),
    ("a byte that only continues", lines(b"P3,\x80,Jo,1985-04-03,"), Rows(2, BAD_CELL)),
    ("a character cut by the end of the row", lines(b"P3,Ex,Jo,1985-04-03,\xe2\x82"), Rows(2, BAD_CELL)),
    ("a NUL in a cell", lines(b"P3,Ex\x00ample,Jo,1985-04-03,"), Rows(2, BAD_CELL)),
    ("a NUL in the names", PLAIN.replace(b"surname", b"sur\x00name"), Refused("UTF-8")),
    ("nothing but NUL", b"\x00" * 4096, Refused("UTF-8")),
    (
        "Windows-1252 in the names",
        HEAD.replace("surname", "surn\xe4me").encode("cp1252") + b"\n1,2\n",
        Refused("UTF-8"),
    ),
    ("a name written right to left", lines("P3,\u202eelpmaxE,Jo,1985-04-03,"), Rows(3)),
    ("control characters", lines("P3,Ex\x07am\x1bple,Jo,1985-04-03,"), Rows(3)),
]
SHAPES = [
    ("nothing", b"", Refused("empty")),
    ("a mark and nothing", b"\xef\xbb\xbf", Refused("empty")),
    ("blanks", b" \r\n \t \r\n", Refused("empty")),
    ("names alone", HEAD.encode(), Rows(0)),
    ("no line end at the end", PLAIN.rstrip(), Rows(2)),
    ("old Mac line ends", PLAIN.replace(b"\n", b"\r"), Rows(2)),
    ("line ends of three kinds", lines().replace(b"\n", b"\r\n", 1), Rows(2)),
    ("blank rows", lines("", ",,,,", "   "), Rows(2)),
    ("semicolons", PLAIN.replace(b",", b";"), Refused("no column")),
    ("tabs", PLAIN.replace(b",", b"\t"), Refused("no column")),
    ("bars", PLAIN.replace(b",", b"|"), Refused("no column")),
    ("a line for a spreadsheet program", b"sep=,\n" + PLAIN, Refused("no column")),
    ("a title above the names", b"People of the service\n" + PLAIN, Refused("no column")),
    ("a column is missing", PLAIN.replace(b"surname", b"family"), Refused("surname")),
    ("a column is there twice", PLAIN.replace(b"forename", b"SURNAME"), Refused("twice")),
    ("the names again as a row", lines(HEAD), Rows(2, {"date-invalid": 1})),
    ("a cell too many", lines("P3,Example,Jo,1985-04-03,,x"), Rows(2, SHAPE)),
    ("a cell too few", lines("P3,Example"), Rows(2, SHAPE)),
    ("a quotation mark never closed, in the middle", lines('P3,"Example,Jo,1985-04-03,'), Rows(2, SHAPE)),
    ("a quotation mark never closed, at the end", PLAIN + b'P3,"Example', Rows(2, SHAPE)),
    ("a quotation mark inside a cell", lines('P3,"Ex"ample,Jo,1985-04-03,'), Rows(2, SHAPE)),
    ("names in an open quotation mark", b'"person_ref,surname', Refused("column names")),
    ("only quotation marks", b'"' * 5001, Refused("")),
    ("a cell of 200,000 characters", lines("P3," + "x" * 200_000 + ",Jo,1985-04-03,"), Rows(2, SHAPE)),
    ("a line of 3 MB", lines("x" * 3_000_000), Rows(2, SHAPE)),
    ("a first line of 3 MB", b"x" * 3_000_000, Refused("column names")),
    ("100,000 columns", b",".join(b"c%d" % n for n in range(100_000)) + b"\n", Refused("columns", suspicious=True)),
    ("a row of 100,000 cells", lines("," * 100_000), Rows(2)),
    ("a row of 100,000 full cells", lines("x," * 100_000), Rows(2, SHAPE)),
    (
        "quotation marks made to be read again and again",
        HEAD.encode() + b"\n" + b'x","\n' * 200_000,
        Rows(0, {"row-shape": 17}),
    ),
]
OTHERS = [
    ("gzip inside", gzip.compress(PLAIN, mtime=0), Refused("gzip")),
    ("a zip archive", zipped(**{"people.csv": PLAIN}), Refused("zip archive")),
    ("a tar archive", tar(), Refused("UTF-8")),
    ("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", Refused("PDF")),
    ("an image", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Refused("")),
    ("a program", b"\x7fELF\x02\x01\x01" + bytes(64), Refused("UTF-8")),
    ("a page", b"<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>", Refused("HTML")),
    ("XML", b'<?xml version="1.0"?><people/>', Refused("XML")),
    ("JSON", b'[{"person_ref": "P1"}]', Refused("JSON")),
    ("rich text", b"{\\rtf1\\ansi Example}", Refused("JSON")),
    (
        "a text document",
        zipped(
            **{"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<Relationships/>", "word/document.xml": b"<d/>"}
        ),
        Refused("no Excel workbook"),
    ),
    (
        "an OpenDocument sheet",
        zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
        Refused("no Excel workbook"),
    ),
    ("a database", b"SQLite format 3\x00" + bytes(100), Refused("UTF-8")),
    ("bytes without sense", bytes(range(256)) * 16, Refused("")),
    ("an e-mail", b"From: a@example.org\nSubject: the file\n\nSee attachment.\n", Refused("no column")),
]
FORMULAS = [
    *(
        (f"runs: {cell}", lines(f'P3,"{cell}",Jo,1985-04-03,'), Rows(2, {"formula-cell": 1}))
        for cell in (
            "=1+1",
            "=cmd|' /C calc'!A0",
            "=HYPERLINK(A1)",
            "=IMPORTXML(B2)",
            "@SUM(1+1)*cmd|' /C calc'!A0",
            "+SUM(A1:A9)",
            "-2+3+cmd|' /C calc'!D2",
            "=2+5+cmd|' /C calc'!A0",
            "\t=1+1",
            "\r=1+1",
            "\uff1d1\uff0b1",
            "=DDE(A;B;C)",
        )
    ),
    *(
        (f"kept as text: {cell}", lines(f'P3,"{cell}",Jo,1985-04-03,'), Rows(3))
        for cell in (
            "- no fixed abode",
            "+ unborn",
            "@example",
            "-",
            "=",
            "'=1+1 as a quotation"[:1] + "tis",
        )
    ),
    ("a telephone number with a plus", lines("P3,Example,Jo,1985-04-03,+44 1632 960000"), Rows(3)),
    ("a formula for a date", lines("P3,Example,Jo,=TODAY(),"), Rows(2, {"formula-cell": 1})),
    (
        "a formula in a column that nobody knows",
        PLAIN.replace(b"forename", b"total").replace(b"Jo", b"=SUM(1)"),
        Rows(2),
    ),
]
VALUES = [
    ("the 31st of February", lines("P3,Example,Jo,31/02/2013,"), Rows(2, {"date-invalid": 1})),
    ("a day of nothing", lines("P3,Example,Jo,00/00/0000,"), Rows(2, {"date-invalid": 1})),
    ("the year 1066", lines("P3,Example,Jo,1066-10-14,"), Rows(2, {"date-invalid": 1})),
    ("the end of time", lines("P3,Example,Jo,9999-12-31,"), Rows(3)),
    ("words for a date", lines("P3,Example,Jo,tomorrow,"), Rows(2, {"date-invalid": 1})),
    (
        "Arabic digits",
        lines("P3,Example,Jo,\u0662\u0660\u0661\u0663-\u0660\u0662-\u0661\u0661,"),
        Rows(2, {"date-invalid": 1}),
    ),
    ("a key of 5,000 characters", lines("P" * 5000 + ",Example,Jo,1985-04-03,"), Rows(2, {"text-too-long": 1})),
    ("a key of blanks", lines("   ,Example,Jo,1985-04-03,"), Rows(2, {"required-missing": 1})),
    ("a name of 50,000 characters", lines("P3," + "x" * 50_000 + ",Jo,1985-04-03,"), Rows(3)),
    ("a script for a name", lines("P3,<script>alert(1)</script>,Jo,1985-04-03,"), Rows(3)),
    ("a statement for a name", lines("P3,Robert'); DROP TABLE fact;--,Jo,1985-04-03,"), Rows(3)),
    ("a template for a name", lines("P3,{{7*7}}${7*7},Jo,1985-04-03,"), Rows(3)),
    ("a format for a name", lines("P3,%s%n{0.__class__},Jo,1985-04-03,"), Rows(3)),
    ("a path for a key", lines("../../etc/passwd,Example,Jo,1985-04-03,"), Rows(3)),
    ("a line break in a name", lines('P3,"Exam\r\nple",Jo,1985-04-03,'), Rows(3)),
    ("the same row twice", lines(GOOD), Rows(3)),
]

CASES = [
    Case(f"{kind}: {name}", FEED, body, outcome)
    for kind, group in (
        ("encoding", ENCODINGS),
        ("shape", SHAPES),
        ("another kind", OTHERS),
        ("formula", FORMULAS),
        ("value", VALUES),
    )
    for name, body, outcome in group
]
