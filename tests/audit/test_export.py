import json
import secrets
import shutil
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from audit.canonical import canonical_json
from audit.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from audit.entry import Entry, EventClass
from audit.errors import AuditError, ExportError, NoteError
from audit.export import ExportRow, write_export
from audit.keys import SignerKey
from audit.leaf import commit_entry
from audit.merkle import leaf_hash, root_of
from audit.tiles import decode_bundle, encode_bundle
from audit.verify_export import Trust, verify_export

LOG = SignerKey("northvale.example/audit", bytes(range(32)))
SIZE = 600
AT = datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC)


def an_entry(number):
    return Entry(
        entry_id=f"entry-{number}",
        event=EventClass.CONSULTATION if number % 3 else EventClass.SIGN_IN,
        at=AT + timedelta(milliseconds=700 * number),
        log_id=LOG.name,
        who=f"staff-{number % 7}",
        agency="police",
        purpose="front-door",
        subjects=(str(UUID(int=number % 50)),),
    )


def committed(numbers):
    return [commit_entry(an_entry(number), lambda _: secrets.token_bytes(32)) for number in numbers]


def rows_of(leaves):
    entries = [an_entry(number) for number in range(len(leaves))]
    return [
        ExportRow(number, entry.entry_id, entry.event, entry.at, leaf)
        for number, (entry, leaf) in enumerate(zip(entries, leaves, strict=True))
    ]


def head_of(leaves, signer=LOG):
    return sign_checkpoint(Checkpoint(LOG.name, len(leaves), root_of([leaf_hash(one) for one in leaves])), [signer])


@pytest.fixture(scope="module")
def history():
    made = committed(range(SIZE))
    return [leaf for leaf, _ in made], [opened for _, opened in made]


@pytest.fixture(scope="module")
def honest(history, tmp_path_factory):
    leaves, opened = history
    folder = tmp_path_factory.mktemp("export") / "log"
    some = [(number, one) for number, one in enumerate(opened) if number % 5 == 0]
    assert write_export(folder, LOG.verifier(), head_of(leaves), rows_of(leaves), some) == SIZE
    return folder


@pytest.fixture
def export(honest, tmp_path):
    return shutil.copytree(honest, tmp_path / "log")


def refused(export, **trust):
    with pytest.raises(AuditError) as caught:
        verify_export(export, Trust(LOG.verifier(), **trust))
    return caught.value


def test_an_honest_export_verifies_and_grows_from_every_older_checkpoint(export, history):
    older = tuple(head_of(history[0][:size]) for size in (0, 1, 255, 256, 257, 512, 599, 600))

    verdict = verify_export(export, Trust(LOG.verifier().encode(), older=older))

    assert (verdict.rows, verdict.openings, verdict.older, verdict.own_key) == (SIZE, 120, 8, None)
    assert verify_export(export, Trust()).own_key == LOG.verifier()


@pytest.mark.parametrize("size", [0, 1, 256])
def test_small_and_whole_exports_verify_without_openings(tmp_path, history, size):
    leaves = history[0][:size]

    write_export(tmp_path / "log", LOG.verifier(), head_of(leaves), rows_of(leaves))

    assert verify_export(tmp_path / "log", Trust(LOG.verifier())).rows == size


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("entry_id", "entry-x"),
        ("event_class", "print"),
        ("recorded_at", "2026-11-21T09:30:14Z"),
        ("leaf_index", 7),
        ("colour", "blue"),
    ],
)
@pytest.mark.parametrize("index", [0, 255, 256, 599])
def test_a_changed_column_is_named_with_its_leaf(export, index, column, value):
    table = export / "entries.ndjson"
    lines = table.read_text().splitlines(keepends=True)
    row = json.loads(lines[index]) | {column: value}
    lines[index] = json.dumps(row, sort_keys=True, separators=(",", ":")) + "\n"
    table.write_text("".join(lines))

    found = refused(export)
    assert (found.file, found.index) == ("entries.ndjson", index)
    assert found.field == (column if column != "colour" else None)


@pytest.mark.parametrize("cheat", ["drop", "insert", "swap", "cut", "append", "respell", "garble"])
def test_rows_that_are_not_one_for_each_leaf_are_refused_at_the_first(export, cheat):
    table = export / "entries.ndjson"
    lines = table.read_text().splitlines(keepends=True)
    changed = {
        "drop": [*lines[:300], *lines[301:]],
        "insert": [*lines[:300], lines[10], *lines[300:]],
        "swap": [*lines[:300], lines[301], lines[300], *lines[302:]],
        "cut": lines[:300],
        "append": [*lines, lines[0]],
        "respell": [*lines[:300], lines[300].replace(":", ": "), *lines[301:]],
        "garble": [*lines[:300], "{\n", *lines[301:]],
    }[cheat]
    table.write_text("".join(changed))

    found = refused(export)
    assert (found.file, found.index) == ("entries.ndjson", 300 if cheat != "append" else SIZE)


@pytest.mark.parametrize("what", ["salt", "value", "field", "leaf", "beyond", "order", "form"])
def test_an_opening_that_does_not_fit_is_named(export, what):
    file = export / "openings.ndjson"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    fields = rows[3]["openings"]
    if what == "salt":
        fields["who"][0] = fields["agency"][0]
    elif what == "value":
        fields["who"][1] = '"somebody-else"'
    elif what == "field":
        fields["purpose"], fields["agency"] = fields["agency"], fields["purpose"]
    elif what == "leaf":
        rows[3]["leaf_index"] = 16
    elif what == "beyond":
        rows[-1]["leaf_index"] = SIZE
    elif what == "order":
        rows.reverse()
    else:
        fields["who"] = "plain"
    file.write_bytes(b"".join(canonical_json(row) + b"\n" for row in rows))

    found = refused(export)
    assert found.file == "openings.ndjson"
    expected = {"salt": (15, "who"), "value": (15, "who"), "field": (15, "agency"), "beyond": (SIZE, None)}
    if what in expected:
        index, field = expected[what]
        assert found.index == index
        assert found.field in ({"agency", "purpose"} if what == "field" else {field})


NEST = b"[" * 100_000


def opening_lines():
    """Cheats at line 4 of the openings: its bytes and how they are changed, and what the verdict says."""
    return {
        "member": (lambda line: line.replace(b'"leaf_index"', b'"colour":"blue","leaf_index"'), "the members"),
        "member twice": (lambda line: line.replace(b'{"leaf_index":15', b'{"leaf_index":10,"leaf_index":15'), "form"),
        "field twice": (lambda line: line.replace(b'"who":[', b'"who":["",""],"who":['), "canonical"),
        "spelling": (lambda line: line.replace(b":15", b": 15"), "canonical"),
        "number": (lambda line: line.replace(b":15", b":true"), "names no leaf"),
        "nothing open": (lambda _: b'{"leaf_index":15,"openings":{}}\n', "opens no field"),
        "three parts": (lambda line: line.replace(b'"who":["', b'"who":["","'), "not salt and value"),
        "salt": (lambda line: line.replace(b'"who":["', b'"who":["?'), "not standard base64"),
        "again": (lambda line: line.replace(b":15", b":10"), "opens a leaf again"),
        "back": (lambda line: line.replace(b":15", b":9"), "is out of order"),
        "nest": (lambda _: NEST + b"\n", "not canonical JSON"),
        "empty": (lambda _: b"\n", "not canonical JSON"),
        "cut": (lambda line: line[:-1], "does not end in a newline"),
    }  # fmt: skip


@pytest.mark.parametrize("cheat", sorted(opening_lines()))
def test_a_line_of_openings_in_any_other_form_than_the_writers_is_named(export, cheat):
    file, (change, says) = export / "openings.ndjson", opening_lines()[cheat]
    lines = file.read_bytes().splitlines(keepends=True)[:4]
    changed = change(lines[3])
    assert changed != lines[3]
    file.write_bytes(b"".join([*lines[:3], changed]))

    found = refused(export)
    assert found.file == "openings.ndjson"
    assert found.problem.startswith("line 4: ")
    assert says in found.problem


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (b"", "not canonical"),
        (NEST, "not canonical"),
        (b"[]\n", "and nothing else"),
        (b'{"format":"hearthgate/audit-export/v1"}\n', "and nothing else"),
        (b'{"colour":"blue","format":"hearthgate/audit-export/v1","log_key":"%b"}\n', "and nothing else"),
        (b'{"format":"x","format":"hearthgate/audit-export/v1","log_key":"%b"}\n', "not in canonical form"),
        (b'{"format":"hearthgate/audit-export/v2","log_key":"%b"}\n', "another format"),
        (b'{"format":"hearthgate/audit-export/v1","log_key":"northvale"}\n', "key id is not"),
    ],
    ids=range(8),
)  # fmt: skip
def test_a_manifest_in_any_other_form_than_the_writers_is_refused(export, manifest, says):
    (export / "export.json").write_bytes(manifest.replace(b"%b", LOG.verifier().encode().encode()))

    found = refused(export)
    assert found.file == "export.json"
    assert says in found.problem


def test_a_nest_in_place_of_a_row_is_named(export):
    table = export / "entries.ndjson"
    lines = table.read_bytes().splitlines(keepends=True)
    table.write_bytes(b"".join([*lines[:7], NEST + b"\n", *lines[8:]]))

    assert str(refused(export)) == "entries.ndjson, leaf 7: row is not JSON, or nested too deeply"


def test_a_byte_changed_anywhere_in_any_file_is_found(export):
    files = sorted(file for file in export.rglob("*") if file.is_file())
    assert len(files) >= 10
    for file in files:
        honest = file.read_bytes()
        for place in {0, len(honest) // 2, len(honest) - 1}:
            changed = bytearray(honest)
            changed[place] ^= 1
            file.write_bytes(changed)
            assert refused(export), (file, place)
        file.write_bytes(honest)
    assert verify_export(export, Trust(LOG.verifier())).rows == SIZE


@pytest.mark.parametrize("name", ["entries.ndjson", "export.json", "checkpoint"])
def test_a_missing_file_is_named(export, name):
    (export / name).unlink()

    assert refused(export).file == name


def test_a_missing_tile_and_a_missing_bundle_are_named(export):
    (export / "tile/1/000.p/2").unlink()
    assert refused(export).file == "tile/1/000.p/2"
    (export / "tile/entries/001").unlink()
    assert refused(export).file == "tile/entries/001"


def rewritten(tmp_path, leaves, rows):
    """An operator who holds the log's key makes a whole new history look right."""
    write_export(tmp_path / "rewritten", LOG.verifier(), head_of(leaves), rows)
    return tmp_path / "rewritten"


@pytest.mark.parametrize("cheat", ["edit", "drop", "reorder", "truncate", "back-date"])
def test_a_history_rewritten_with_the_logs_own_key_is_found_from_an_older_checkpoint(tmp_path, history, cheat):
    leaves = list(history[0])
    kept = head_of(leaves[:500])
    rows = rows_of(leaves)
    if cheat == "edit":
        rows[77] = ExportRow(77, *one_row(77))
    elif cheat == "drop":
        rows = [
            ExportRow(n, r.entry_id, r.event_class, r.recorded_at, r.leaf) for n, r in enumerate(rows[:77] + rows[78:])
        ]
    elif cheat == "reorder":
        a, b = rows[77], rows[78]
        rows[77] = ExportRow(77, b.entry_id, b.event_class, b.recorded_at, b.leaf)
        rows[78] = ExportRow(78, a.entry_id, a.event_class, a.recorded_at, a.leaf)
    elif cheat == "truncate":
        rows = rows[:499]
    else:
        early = rows[77].recorded_at - timedelta(days=1)
        leaf = rows[77].leaf.replace(b"2026-11-21", b"2026-11-20")
        rows[77] = ExportRow(77, rows[77].entry_id, rows[77].event_class, early, leaf)
    folder = rewritten(tmp_path, [row.leaf for row in rows], rows)

    assert verify_export(folder, Trust(LOG.verifier())).rows == len(rows)
    assert refused(folder, older=(kept,)).file == "checkpoint"


def one_row(number):
    entry = an_entry(number)
    return entry.entry_id, entry.event, entry.at, committed([number])[0][0]


def test_a_leaf_of_another_log_or_of_no_known_class_is_refused(export):
    bundle = export / "tile/entries/001"
    honest = decode_bundle(bundle.read_bytes())
    for old, new, field in ((b"northvale", b"southvale", "log"), (b'"consultation"', b'"conversation"', None)):
        bundle.write_bytes(encode_bundle([honest[0].replace(old, new), *honest[1:]]))
        found = refused(export)
        assert (found.file, found.index, found.field) == ("tile/entries/001", 256, field)


def test_an_export_under_another_key_is_refused(export):
    other = SignerKey(LOG.name, bytes(range(1, 33)))

    with pytest.raises(ExportError, match="no known key"):
        verify_export(export, Trust(other.verifier()))


def test_the_writer_refuses_to_write_what_would_not_verify(tmp_path, history):
    leaves = history[0][:10]
    rows = rows_of(leaves)
    wrong = [
        (head_of(leaves[:9]), rows, ExportError),
        (head_of(leaves), rows[1:], ExportError),
        (
            head_of(leaves),
            [*rows[:9], ExportRow(9, "entry-x", rows[9].event_class, rows[9].recorded_at, leaves[9])],
            ExportError,
        ),
        (
            head_of(leaves),
            [*rows[:9], ExportRow(9, "entry-9", rows[9].event_class, rows[9].recorded_at, b"leaf")],
            ExportError,
        ),
        (head_of(leaves, SignerKey(LOG.name, bytes(32))), rows, NoteError),
    ]
    for number, (note, given, error) in enumerate(wrong):
        with pytest.raises(error):
            write_export(tmp_path / str(number), LOG.verifier(), note, given)
        assert not (tmp_path / str(number) / "checkpoint").exists()
    with pytest.raises(ExportError, match="not empty"):
        write_export(tmp_path, LOG.verifier(), head_of(leaves), rows)


def test_the_checkpoint_of_an_export_is_the_one_given(export):
    assert parse_checkpoint((export / "checkpoint").read_text()).size == SIZE
