"""A file read the quick way comes to the very chunks of the same file read by `translate`: facts, errors, roots."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.port import items_of
from benchmarks.ingest_files import OCCURRENCES as NAME
from benchmarks.ingest_files import write_file
from gateway.custody import KeyRing, KeyVersion
from gateway.usecases.intake.intake_reading import ChunkReader
from gateway.usecases.intake.retention_at_door import NO_LIMITS, RetentionAtDoor
from gateway.usecases.intake.row_digests import RowDigests
from tests.adapters.test_quick import COLUMNS, OCCURRENCES, rows, sheet

DIGEST = KeyRing("digest", (KeyVersion("00000002", b"d" * 32),))
LIMITS = RetentionAtDoor({"crime.victim": "2026-01-01", "da.incident": "2030-01-01"})


def read(feed, body, limits):
    reader = ChunkReader(feed, items_of(feed.profile) - {"crime.asb"}, DIGEST, limits)
    chunks = [
        (chunk.number, chunk.rows, RowDigests(DIGEST).root(chunk), chunk.facts, chunk.rejected)
        for chunk in reader.chunks(io.BytesIO(body))
    ]
    return chunks, reader.tally, reader.sample.figures(), reader.sample.codes()


def both(body, limits):
    """What either of the two ways reads."""
    quick, slow = read(OCCURRENCES, body, limits), read(replace(OCCURRENCES, quick=None), body, limits)
    assert quick == slow
    return quick


@given(st.lists(rows, min_size=1, max_size=6), st.permutations(COLUMNS), st.sampled_from([NO_LIMITS, LIMITS]))
def test_hostile_rows_come_to_the_same_chunks_on_both_ways(many, columns, limits):
    both(sheet([*columns, "beat"], many), limits)


@given(st.binary(max_size=120), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_so_do_bytes_of_any_kind_among_good_rows(garbage, line_end):
    good = sheet(COLUMNS, [OCCURRENCES.profile.example_rows[0]]).splitlines()[1]
    both(line_end.join([",".join(COLUMNS).encode(), good, garbage, good, b""]), NO_LIMITS)


@pytest.mark.parametrize("limits", [NO_LIMITS, LIMITS])
def test_so_does_a_long_file_with_the_faults_of_one(tmp_path, limits):
    write_file(NAME, tmp_path / "file.csv", 3000)
    chunks, tally, *_ = both((tmp_path / "file.csv").read_bytes(), limits)
    assert tally.rows == 3000
    assert min(tally.accepted, tally.rejected, tally.refused, tally.flagged) > 0
    _, _, _, facts, rejected = chunks[0]
    assert facts
    assert rejected
    assert tally.uncovered == {"crime.asb"}
