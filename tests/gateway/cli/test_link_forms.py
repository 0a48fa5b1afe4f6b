"""`hearthgate link` on CSV in other encodings and with other marks between cells: as its plain twin, and told."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from gateway.commands.files import CommandError
from gateway.commands.link import app
from gateway.commands.link_files import Order, link_files
from gateway.commands.link_inputs import names_of

HEAD = ("source", "source_key", "given_name", "family_name", "birth_date", "address")
ROWS = [
    ("police", "1", "José", "Müller", "1990-02-03", '1 "Old" Street, Northvale'),
    ("health", "2", "José", "Müller", "1990-02-03", "1 Old Street;\nNorthvale"),
    (),
    ("health", "3", "Zoë", "Otherly", "2999-05-06", "2\tOld Street | Northvale"),
]
WARNED = "warning: a date of birth lies in the future: rows 4"


def written(path, mark=",", encoding="utf-8", rows=ROWS):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows([HEAD, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def linked(tmp_path, path, **names):
    report = tmp_path / "report.json"
    outcome = link_files(Order((path,), tmp_path / "out.csv", report=report, names=names_of([], None, **names)))
    return outcome.lines, (tmp_path / "out.csv").read_text(), json.loads(report.read_text())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("mark", "words"), [(",", ""), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_a_file_in_another_form_is_linked_as_its_plain_twin_is(tmp_path, encoding, mark, words):
    _, twin, _ = linked(tmp_path, written(tmp_path / "in.csv"))
    lines, found, report = linked(tmp_path, written(tmp_path / "in.csv", mark, encoding))

    assert found == twin
    assert lines[-1] == WARNED
    told = "UTF-16" if encoding == "utf-16" else "UTF-8"
    told += f", its cells parted by {words}" if words else ""
    assert lines[:-1] == (() if told == "UTF-8" else (f"files: in.csv is read as {told}",))
    assert report["forms"] == list(lines[:-1])


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_rows_that_a_quotation_mark_takes_into_one_cell_are_refused_whatever_parts_their_cells(tmp_path, mark):
    rows = [("police", str(n), "Jo", "Example", "1990-02-03", "1 Old Street") for n in range(9)]
    path = written(tmp_path / "in.csv", mark, rows=rows)
    lines = path.read_text().split("\n")
    lines[2], lines[7] = lines[2].replace("Jo", '"Jo'), lines[7].replace("Jo", 'Jo"')
    path.write_text("\n".join(lines), newline="")
    with pytest.raises(CommandError, match=r"in\.csv: a cell of row 2 goes on over further rows"):
        linked(tmp_path, path)


def test_an_encoding_that_is_named_is_that_of_files_that_are_not_utf_8(tmp_path):
    _, twin, _ = linked(tmp_path, written(tmp_path / "in.csv"))
    lines, found, _ = linked(tmp_path, written(tmp_path / "in.csv", encoding="cp1252"), encoding="windows-1252")
    assert found == twin
    assert lines == ("files: in.csv is read as CP1252", WARNED)

    assert linked(tmp_path, written(tmp_path / "in.csv"), encoding="windows-1252")[:2] == ((WARNED,), twin)


def test_a_file_of_two_encodings_is_refused_by_line(tmp_path):
    one, other = (written(tmp_path / name, rows=ROWS[:1]).read_bytes() for name in ("a.csv", "b.csv"))
    path = tmp_path / "in.csv"
    path.write_bytes(one + other.replace(b"police,1", b"police,2").decode().encode("cp1252"))
    with pytest.raises(CommandError, match=r"in\.csv is UTF-8 in line 2 and CP1252 elsewhere"):
        linked(tmp_path, path, encoding="cp1252")
    with pytest.raises(CommandError, match=r"in\.csv is not UTF-8 from line 4 on; say --encoding windows-1252"):
        linked(tmp_path, path)

    path.write_bytes(written(path, encoding="cp1252").read_bytes().replace(b"Northvale", b"North\x81vale"))
    with pytest.raises(CommandError, match=r"in\.csv is not CP1252 throughout"):
        linked(tmp_path, path, encoding="cp1252")


@pytest.mark.parametrize("encoding", ["latin-17", "hex", "rot13", ""])
def test_an_encoding_that_is_none_is_refused(encoding):
    with pytest.raises(CommandError, match="--encoding names none that is known"):
        names_of([], None, encoding)


def test_what_is_no_csv_is_told_as_that_whatever_encoding_is_named(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"\x1f\x8b\x08\x00")
    with pytest.raises(CommandError, match="packed with gzip"):
        linked(tmp_path, tmp_path / "in.csv", encoding="windows-1252")


def test_no_copy_stays_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    linked(tmp_path, written(tmp_path / "in.csv", ";"))
    result = CliRunner().invoke(app, [str(written(tmp_path / "odd.csv", ";", rows=[("a", '"')])), "--out", "x.txt"])

    assert isinstance(result.exception, CommandError)
    assert list((tmp_path / "temporary").iterdir()) == []
