"""A chunk ends where it has enough rows, facts or text, so what it takes up does not grow with the file or its rows."""

import io

import pytest

from adapters.port import items_of
from adapters.registry import FEEDS
from benchmarks.ingest_files import NOMINALS, OCCURRENCES, write_file
from gateway.custody import KeyRing, KeyVersion
from gateway.usecases.intake import intake_reading
from gateway.usecases.intake.intake_reading import ChunkReader

RING = KeyRing("digest", (KeyVersion("00000002", b"d" * 32),))
ROWS = 3_000
HELD = {
    "CHUNK_ROWS": lambda one: one.rows,
    "CHUNK_FACTS": lambda one: len(one.facts),
    "CHUNK_TEXT": lambda one: one.text,
}


def read(feed, file):
    reader = ChunkReader(FEEDS[feed], items_of(FEEDS[feed].profile), RING)
    chunks = list(reader.chunks(io.BytesIO(file)))
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    assert reader.tally.rows == sum(chunk.rows for chunk in chunks) == sum(len(chunk.lines) for chunk in chunks)
    return chunks


@pytest.mark.parametrize("feed", [OCCURRENCES, NOMINALS])
@pytest.mark.parametrize(("limit", "most"), [("CHUNK_ROWS", 700), ("CHUNK_FACTS", 500), ("CHUNK_TEXT", 90_000)])
def test_a_chunk_ends_with_the_piece_by_which_it_has_enough_of_either(tmp_path, monkeypatch, feed, limit, most):
    write_file(feed, tmp_path / "file.csv", ROWS)
    file = (tmp_path / "file.csv").read_bytes()
    whole = read(feed, file)
    of = HELD[limit]
    monkeypatch.setattr(intake_reading, limit, intake_reading._PIECE_ROWS if limit == "CHUNK_ROWS" else 1)
    piece = max(map(of, read(feed, file)))
    monkeypatch.setattr(intake_reading, limit, most)
    parts = read(feed, file)
    sizes = [of(one) for one in parts]
    assert len(parts) > len(whole)
    assert all(most <= size < most + piece for size in sizes[:-1])
    assert [fact for one in parts for fact in one.facts] == [fact for one in whole for fact in one.facts]
    assert [line for one in parts for line in one.lines] == [line for one in whole for line in one.lines]
    assert [bad.row.number for one in parts for bad in one.rejected] == [
        bad.row.number for one in whole for bad in one.rejected
    ]


def test_rows_that_are_long_and_handed_back_count_by_their_text(monkeypatch):
    names = [column.name for column in FEEDS[OCCURRENCES].profile.columns]
    row = ",".join("x" * 1_000 for _ in names)
    file = "\n".join([",".join(names), *[row] * 900]).encode()
    monkeypatch.setattr(intake_reading, "CHUNK_TEXT", 2_000_000)
    chunks = read(OCCURRENCES, file)
    assert all(len(chunk.rejected) == chunk.rows for chunk in chunks)
    assert [chunk.rows for chunk in chunks] == [200, 200, 200, 200, 100]
