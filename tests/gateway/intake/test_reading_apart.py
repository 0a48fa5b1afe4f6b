"""A file that a process of its own reads comes to the same as one read here; where that process ends, so it does."""

import csv
import io
import os
import signal
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.errors import FeedUnreadableError
from adapters.port import items_of
from adapters.registry import FEEDS, PACKAGES
from adapters.tabular import load_mappings
from adapters.tabular.feed import MappedFeed
from benchmarks.ingest_files import NOMINALS, OCCURRENCES, write_file
from concept_model.items import ITEMS
from gateway.clock import new_ids
from gateway.custody import KeyRing, KeyVersion
from gateway.store.fact_columns import sized
from gateway.store.fact_lines import BatchColumns
from gateway.store.spool import Spool
from gateway.usecases.intake import intake_reading
from gateway.usecases.intake.fact_rows import FactRows
from gateway.usecases.intake.intake_apart import ReadingOrder, ReadingStoppedError, file_apart
from gateway.usecases.intake.intake_prepared import FileHere
from gateway.usecases.intake.intake_reading import ChunkReader
from gateway.usecases.intake.prepared_facts import FactPreparer
from gateway.usecases.intake.retention_at_door import NO_LIMITS, RetentionAtDoor

FIELD = KeyRing("field", (KeyVersion("00000001", b"f" * 32),))
DIGEST = KeyRing("digest", (KeyVersion("00000002", b"d" * 32), KeyVersion("00000003", b"e" * 32)))
SOURCE_NO = 3
BATCH = BatchColumns({item.name: sized(b"under which agreement") for item in ITEMS}, b"in which batch")
MAPPINGS = Path(__file__).resolve().parents[3] / "gateway/demo/northvale/feeds"


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path / "spool", FIELD)


def order_of(tmp_path, name, feed, limits=NO_LIMITS):
    items = items_of((feed if isinstance(feed, MappedFeed) else FEEDS[feed]).profile)
    covered = items - {min(items)}
    told_feed = feed if isinstance(feed, MappedFeed) else (PACKAGES[feed], feed)
    return ReadingOrder(tmp_path / "spool", name, FIELD, told_feed, covered, SOURCE_NO, DIGEST, limits, BATCH)


def here(spool, order):
    feed = order.feed if isinstance(order.feed, MappedFeed) else FEEDS[order.feed[1]]
    reader = ChunkReader(feed, order.covered, order.digest_ring, order.retention)
    with closing(spool.open(order.name)) as file:
        preparer = FactPreparer(feed.profile.source, order.source_no, order.digest_ring, order.batch, new_ids)
        read = FileHere(reader, preparer, file)
        return told(read.chunks()), read.tally, read.sample.figures()


def told(chunks):
    """What chunks say, with the first digest of its key in place of each id that was drawn for a record."""
    found, rows, drawn = [], FactRows(SOURCE_NO, DIGEST, BATCH, new_ids), {}
    for chunk in chunks:
        drawn |= {record.proposed: record.digests[0][:16] for record in chunk.records}
        stands, facts = rows.parted(chunk.facts, chunk.referring, drawn)
        found.append(
            replace(
                chunk,
                facts=[stands, [fact._replace(fact_id=b"") for fact in facts], chunk.facts.items],
                referring=[(drawn[one], drawn[other], fact) for one, other, fact in chunk.referring],
                records=[record._replace(proposed=b"") for record in chunk.records],
            )
        )
    return found


@pytest.mark.parametrize(("feed", "rows"), [(OCCURRENCES, 11_000), (NOMINALS, 700)])
def test_a_file_read_apart_comes_to_the_same_chunks_counts_and_sample(spool, tmp_path, feed, rows):
    write_file(feed, tmp_path / "file.csv", rows)
    limits = RetentionAtDoor({"crime.victim": "2024-06-01"})
    order = order_of(tmp_path, spool.put((tmp_path / "file.csv").read_bytes()).name, feed, limits)
    with file_apart(order) as apart:
        chunks = told(apart.chunks())
        assert (chunks, apart.tally, apart.sample.figures()) == here(spool, order)
    assert sum(chunk.rows for chunk in chunks) == rows
    assert all(chunk.facts and chunk.records and chunk.rejected for chunk in chunks)


@pytest.mark.parametrize("name", ["housing-tenancies", "youth-justice"])
def test_so_does_a_file_of_a_mapping(spool, tmp_path, name):
    feed = load_mappings(MAPPINGS)[name]
    good = [*feed.profile.example_rows] * 60
    rows = [good[0] | {column.name: "no day" for column in feed.profile.columns}, *good]
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, list(rows[0]), delimiter=feed.layouts.csv.delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    order = order_of(tmp_path, spool.put(sheet.getvalue().encode()).name, feed)
    with file_apart(order) as apart:
        chunks = told(apart.chunks())
        assert (chunks, apart.tally, apart.sample.figures()) == here(spool, order)
    assert (apart.tally.rows, apart.tally.rejected) == (len(rows), 1)


def test_a_file_that_is_none_of_the_feed_is_told_apart_as_it_is_here(spool, tmp_path):
    order = order_of(tmp_path, spool.put(b"%PDF-1.7").name, OCCURRENCES)
    with pytest.raises(FeedUnreadableError) as told, file_apart(order) as apart:
        list(apart.chunks())
    with pytest.raises(FeedUnreadableError) as said:
        here(spool, order)
    assert (told.value.message, told.value.how_to_fix) == (said.value.message, said.value.how_to_fix)


def test_a_reader_that_is_killed_ends_the_file_and_none_outlives_its_block(spool, tmp_path):
    # More than a pipe holds, so the process still writes when it is killed.
    write_file(OCCURRENCES, tmp_path / "file.csv", 3 * intake_reading.CHUNK_ROWS)
    order = order_of(tmp_path, spool.put((tmp_path / "file.csv").read_bytes()).name, OCCURRENCES)
    with file_apart(order) as apart:
        chunks = apart.chunks()
        next(chunks)
        os.kill(apart.pid, signal.SIGKILL)
        with pytest.raises(ReadingStoppedError):
            list(chunks)
    with pytest.raises(ZeroDivisionError), file_apart(order) as left:
        raise ZeroDivisionError
    with pytest.raises(ProcessLookupError):
        os.kill(left.pid, 0)
