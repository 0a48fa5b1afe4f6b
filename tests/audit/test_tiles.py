import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import AuditError, EntryError, ExportError
from audit.merkle import leaf_hash, root_of
from audit.tiles import TileBuilder, bundle_path, decode_bundle, encode_bundle, tile_path
from audit.verify_export import Trust, verify_export

TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


def test_paths_are_those_of_the_specification():
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(1, 0, 17) == "tile/1/000.p/17"
    assert bundle_path(1000) == "tile/entries/x001/000"
    assert bundle_path(999, 1) == "tile/entries/999.p/1"


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_read_back_and_a_cut_one_is_refused(entries):
    data = encode_bundle(entries)

    assert decode_bundle(data) == entries
    if data:
        for cut in (data[:-1], data + b"\x00"):
            with pytest.raises(ValueError, match="ends inside"):
                decode_bundle(cut)


def test_an_entry_beyond_sixteen_bits_is_refused():
    assert decode_bundle(encode_bundle([bytes(65535)])) == [bytes(65535)]
    with pytest.raises(EntryError):
        encode_bundle([bytes(65536)])


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 70_000])
def test_the_builder_makes_the_tiles_that_the_specification_counts(size):
    hashes = [leaf_hash(number.to_bytes(4)) for number in range(size)]
    tiles = {}
    builder = TileBuilder(lambda level, number, row: tiles.update({(level, number): row}))
    for begin in range(0, size, 1000):
        builder.add(hashes[begin : begin + 1000])
    builder.finish()

    expected = {}
    level, row = 0, hashes
    while row:
        expected |= {(level, place // 256): row[place : place + 256] for place in range(0, len(row), 256)}
        row = [root_of(row[place : place + 256]) for place in range(0, len(row) // 256 * 256, 256)]
        level += 1
    assert tiles == expected
    assert builder.root() == root_of(hashes)


@given(st.integers(0, 600), st.integers(0, 255))
def test_the_root_with_further_leaves_is_that_of_the_longer_tree(bundles_of_leaves, more):
    whole = bundles_of_leaves // 256 * 256
    hashes = [leaf_hash(number.to_bytes(4)) for number in range(whole + more)]
    builder = TileBuilder(lambda *_: None)
    builder.add(hashes[:whole])

    assert builder.root(hashes[whole:]) == root_of(hashes)


def test_the_tessera_log_verifies_at_every_size_and_against_every_older_checkpoint(vectors, tmp_path):
    log = tmp_path / "log"
    shutil.copytree(vectors / "tessera-testdata-log", log)
    notes = [(log / f"checkpoint.{size}").read_text() for size in range(16)]

    for size in range(16):
        (log / "checkpoint").write_text(notes[size])
        verdict = verify_export(log, Trust(TESSERA_KEY, older=tuple(notes[: size + 1])))
        assert verdict.head.checkpoint.size == size
        assert verdict.older == size + 1
    (log / "checkpoint").write_text(notes[14])
    with pytest.raises(ExportError, match="cut back"):
        verify_export(log, Trust(TESSERA_KEY, older=(notes[15],)))


@pytest.mark.parametrize(
    ("file", "says"), [("tile/0/000.p/15", "leaf 1"), ("tile/entries/000.p/15", "leaf"), ("checkpoint", "checkpoint")]
)
def test_a_changed_byte_of_the_tessera_log_is_found_where_it_is(vectors, tmp_path, file, says):
    log = tmp_path / "log"
    shutil.copytree(vectors / "tessera-testdata-log", log)
    changed = bytearray((log / file).read_bytes())
    changed[40] ^= 1
    (log / file).write_bytes(changed)

    with pytest.raises(AuditError, match=says):
        verify_export(log, Trust(TESSERA_KEY))
