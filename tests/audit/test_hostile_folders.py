"""Folders and names as somebody makes them who wants the verifier to wait, to stumble, or to say what is not so."""

import os
import re
import secrets
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper

import pytest

from audit.canonical import canonical_json
from audit.encoding import to_base64
from audit.entry import Entry, EventClass
from audit.export import OPENINGS, files_of
from audit.leaf import commit_entry
from audit.notes import parse_note, sign_note
from audit.partner_pack import NOTE, USES, seal_pack
from audit.receipt import Promise, sign_promise
from audit.reconcile import main as reconcile
from audit.verify import main, verify_path
from audit.verify_export import Trust
from tests.audit.grown_log import LOG
from tests.audit.test_held import AT, KEY, LEAVES, leaf_of, problem, written

LAST_SECOND = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
FORGED = "one\nOK report: nothing is left out.json"


@pytest.fixture
def export(tmp_path):
    return written(tmp_path / "export", LEAVES)


def test_a_pipe_in_a_folder_is_named_and_nobody_waits_at_it(export):
    os.mkfifo(export / "tile" / "0" / "extra")
    (export / "checkpoint").unlink()
    os.mkfifo(export / "checkpoint")

    told = problem(export, Trust(KEY))
    assert told == "checkpoint: is a link or a device; such a folder holds plain files alone"
    assert problem(export / "checkpoint", Trust(KEY)) == "is neither a file nor a folder"


@pytest.mark.parametrize("target", ["/dev/zero", "nowhere", "openings.ndjson", "/etc/hostname", "."])
def test_a_link_in_a_folder_is_named_and_not_followed(export, target):
    (export / OPENINGS).symlink_to(target)

    assert problem(export, Trust(KEY)).startswith("openings.ndjson: is a link or a device")


def test_a_link_to_a_whole_folder_is_the_readers_own(export, tmp_path):
    (tmp_path / "newest").symlink_to(export)

    assert "3 rows" in verify_path(tmp_path / "newest", Trust(KEY))


def test_a_file_that_a_folder_has_no_place_for_is_said_not_to_be_checked(export):
    assert "NOT checked" not in verify_path(export, Trust(KEY))
    (export / "read me first.html").write_text("Nobody but your doctor looked.")
    (export / "tile" / "0" / "001.p").mkdir()
    (export / "tile" / "0" / "001.p" / "1").write_bytes(bytes(32))
    said = 'NOT checked: 2 file(s) that have no place in it, such as "read me first.html"'

    assert verify_path(export, Trust(KEY)).endswith(said)
    (export / OPENINGS).write_bytes(b"")
    (export / USES).write_bytes(canonical_json({}) + b"\n")
    seal_pack(export, "police", len(LEAVES), AT, LOG)
    assert verify_path(export, Trust(KEY)).endswith(said)
    for name in ("export.json", "entries.ndjson", OPENINGS, USES, NOTE):
        (export / name).unlink()
    assert "NOT checked" not in verify_path(export, Trust(KEY))


def test_the_files_of_an_export_are_those_that_are_written(tmp_path):
    for size in (0, 1, 256, 257, 600):
        leaves = [leaf_of(number, AT) for number in range(size)]
        folder = written(tmp_path / str(size), leaves)
        found = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
        assert found | {OPENINGS} == set(files_of(size))
    assert "tile/2/000.p/1" in set(files_of(256**2))


def test_nobody_waits_at_a_pipe_or_follows_a_link_to_reconcile_either(export, tmp_path, capsys):
    (tmp_path / "ledger").write_text("")
    os.mkfifo(export / OPENINGS)

    assert reconcile([str(export), str(tmp_path / "ledger")]) == 2
    assert capsys.readouterr().out.startswith("FAIL openings.ndjson: is a link or a device")


def test_no_name_of_a_file_writes_a_line_of_its_own(tmp_path, capsys):
    folder = tmp_path / "report"
    (folder / "map-receipts").mkdir(parents=True)
    (folder / "report.json").write_bytes(b"{}\n")
    (folder / "map-receipts" / FORGED).write_bytes(b"{}\n")

    assert main(["--key", KEY.encode(), str(folder), str(tmp_path / "\u202eeno")]) == 1
    said = capsys.readouterr().out
    assert re.findall("^[A-Z]+", said, re.MULTILINE) == ["FAIL", "FAIL"]
    assert "\\u202e" in said


def test_a_name_that_the_console_has_no_letters_for_is_spelled_out(tmp_path, monkeypatch):
    console = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(console, encoding="ascii", write_through=True))

    assert main(["--key", KEY.encode(), str(tmp_path / "Siân"), str(tmp_path / "\udcff")]) == 1
    assert console.getvalue().count(b"\n") == 2
    assert b"Si\\xe2n" in console.getvalue()


def test_a_key_that_is_no_text_is_one_line(capsys):
    assert main(["--key", KEY.encode().replace("northvale", "\udcff"), "any"]) == 2
    assert capsys.readouterr().out.startswith("FAIL options: key name")


def test_a_promise_of_the_last_second_of_the_calendar_is_judged_like_any(export):
    late = sign_promise(Promise(LOG.name, "entry-9", bytes(32), LAST_SECOND, timedelta(days=9)), LOG)

    assert "was not due" in problem(export, Trust(KEY, promises=(late,)))


def test_a_pack_whose_note_is_signed_over_no_digest_at_all_is_one_line(export):
    (export / OPENINGS).write_bytes(b"")
    (export / USES).write_bytes(canonical_json({}) + b"\n")
    seal_pack(export, "police", len(LEAVES), AT, LOG)
    assert "pack of police" in verify_path(export, Trust(KEY))
    text = parse_note((export / NOTE).read_text()).text
    stray = re.sub(r"openings \S+", f"openings {to_base64(bytes(32))[:-2]}B=", text)
    (export / NOTE).write_text(sign_note(stray, [LOG]))

    assert problem(export, Trust(KEY)) == "openings.ndjson: is not the file that was signed"


@pytest.mark.parametrize(
    ("uses", "says"),
    [
        (b"", "not canonical JSON"),
        (b"[" * 100_000, "not canonical JSON"),
        (b'{"2026-10":[[["a"],9]],"2026-10":[[["a"],8]]}\n', "JSON is not in canonical form"),
        (b'{"2026-10": [[["a"],9]]}\n', "JSON is not in canonical form"),
        (b'{"2026-10":[[["a"],9]]}\n{}\n', "not canonical JSON"),
        (b"[]\n", "does not tell of months"),
        (b'{"2026-13":[]}\n', "month 2026-13: is not"),
        (b'{"2026-10":[[["a"],9,"Lee Harwood"]]}\n', "month 2026-10: is not"),
        (b'{"2026-10":[[["a"],true]]}\n', "month 2026-10: is not"),
        (b'{"2026-10":[[["a"],-1]]}\n', "month 2026-10: is not"),
        (b'{"2026-10":[[[],9]]}\n', "month 2026-10: is not"),
        (b'{"2026-10":[[["a","b"],9],[["b"],8]]}\n', "month 2026-10: counts a purpose twice"),
    ],
)
def test_uses_that_can_be_read_in_two_ways_or_hold_more_than_counts_are_refused_though_they_are_signed(
    export, uses, says
):
    (export / OPENINGS).write_bytes(b"")
    for told in (b'{"2026-09":[],"2026-10":[[["a","b"],12],[["c"],null]]}\n', uses):
        (export / USES).write_bytes(told)
        seal_pack(export, "police", len(LEAVES), AT, LOG)
        if told is not uses:
            assert "pack of police" in verify_path(export, Trust(KEY))

    assert problem(export, Trust(KEY)).startswith(f"uses.json: {says}")


def test_two_entries_under_one_id_are_not_one_entry_of_a_pack(tmp_path):
    made = [commit_entry(entry_of(at), lambda _: secrets.token_bytes(32)) for at in (AT, AT + timedelta(minutes=1))]
    folder = written(tmp_path / "pack", [leaf for leaf, _ in made])
    opened = [
        {"leaf_index": n, "openings": {"agency": [to_base64(one["agency"].salt), one["agency"].value.decode()]}}
        for n, (_, one) in enumerate(made)
    ]
    (folder / OPENINGS).write_bytes(b"".join(canonical_json(line) + b"\n" for line in opened))
    (folder / USES).write_bytes(canonical_json({}) + b"\n")
    seal_pack(folder, "police", 2, AT, LOG)

    told = problem(folder, Trust(KEY))
    assert told == "entries.ndjson, leaf 1, field entry_id: bears the id of an entry before it"


def entry_of(at):
    return Entry(
        entry_id="entry-1", event=EventClass.SIGN_IN, at=at, log_id=LOG.name, who="staff-1", agency="police"
    )  # fmt: skip
