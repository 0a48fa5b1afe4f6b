"""What is past its time by the council's schedule does not come back with a file that is sent again."""

from dataclasses import replace
from datetime import date, timedelta

from adapters.registry import FEEDS
from benchmarks.ingest_files import OCCURRENCES, write_file
from gateway.usecases.intake.batches import read_own_batch
from gateway.usecases.intake.intake_reading import ChunkReader
from gateway.usecases.intake.retention_at_door import RetentionAtDoor
from gateway.usecases.intake.row_digests import RowDigests
from gateway.usecases.subjects.retention import forget_past_retention
from tests.gateway.batches.school import MILL_LANE, TOMBSTONE, count, pupil, push, sheet, standing

FEED, ITEM = "schools-suspensions", "education.exclusion"
SCHEDULE = f"""
schedule: NV-RET-2026
rules:
  - feeds: [{FEED}]
    items: [{ITEM}]
    keep: P2Y
    counted_from: ended
    reason: Kept for two years after the day on which it ended.
"""


def suspended(number, day):
    return pupil(
        number, category="SUSP", start_date=str(day), end_date=str(day + timedelta(days=1)), sessions="2", reason1="PP"
    )


def sent(wiring, rows, key, contract=None):
    names = [column.name for column in wiring.feeds[FEED].profile.columns]
    return push(wiring, sheet(rows, names), contract, feed=FEED, key=key)


def under(wiring, tmp_path):
    path = tmp_path / "retention.yaml"
    path.write_text(SCHEDULE)
    return replace(wiring, settings=wiring.settings.model_copy(update={"retention_file": path}))


def test_a_file_sent_again_after_the_nightly_run_brings_nothing_back(wiring, admin, wiring_clock, tmp_path):
    kept = under(wiring, tmp_path)
    first, second = wiring_clock.now.date() - timedelta(days=700), wiring_clock.now.date() - timedelta(days=10)
    rows = [suspended(1, first), suspended(2, second)]
    assert sent(kept, rows, "first").rows_accepted == 2
    wiring_clock.now += timedelta(days=60)
    assert [one.facts for one in forget_past_retention(kept)] == [1]
    before = count(admin, "SELECT count(*) FROM hearth.fact")

    again = sent(kept, rows, "again")

    assert (again.state, again.rows_accepted, again.rows_refused, again.facts_new) == ("accepted in part", 1, 1, 0)
    assert count(admin, "SELECT count(*) FROM hearth.fact") == before
    assert standing(admin, ITEM) == 1
    with admin.begin() as connection:
        told = connection.exec_driver_sql("SELECT row_number, error_code FROM desk.row_error").all()
    assert [tuple(row) for row in told] == [(1, "past-retention")]
    # It is told and not handed back: nothing of the row is kept.
    assert count(admin, "SELECT count(*) FROM desk.rejected_row") == 0
    assert read_own_batch(kept, MILL_LANE, again.batch_id).rows_refused == 1


def test_on_its_last_day_a_row_is_taken_and_the_night_after_it_goes(wiring, admin, wiring_clock, tmp_path):
    kept = under(wiring, tmp_path)
    today = wiring_clock.now.date()
    ends = today.replace(year=today.year - 2)
    assert sent(kept, [suspended(1, ends - timedelta(days=1))], "last day").rows_refused == 0
    assert forget_past_retention(kept) == []
    wiring_clock.now += timedelta(days=1)
    assert sent(kept, [suspended(1, ends - timedelta(days=1))], "a day later").rows_refused == 1
    assert [one.facts for one in forget_past_retention(kept)] == [1]


def test_what_is_over_can_be_withdrawn_by_its_key(wiring, admin, wiring_clock, tmp_path):
    kept = under(wiring, tmp_path)
    row = suspended(1, wiring_clock.now.date() - timedelta(days=900))
    sent(wiring, [row], "before there was a schedule")
    gone = push(kept, sheet([row], ["upn", "school_urn", "category", "start_date"]), TOMBSTONE, feed=FEED, key="keys")
    assert gone.facts_withdrawn > 0
    assert standing(admin, ITEM) == 0


def test_the_quick_way_leaves_out_what_the_truth_leaves_out(wiring, tmp_path):
    feed = FEEDS[OCCURRENCES]
    path = tmp_path / "occurrences.csv"
    write_file(OCCURRENCES, path, 600)
    lines = path.read_bytes().splitlines(keepends=True)
    # Blank lines are no rows, and are counted all the same in the number of a row.
    path.write_bytes(b"\r\n".join([b"".join(lines[:50]), b"".join(lines[50:90]), b"".join(lines[90:])]))
    items = {item for column in feed.profile.columns for item in column.items}
    read = {}
    for day in (date(2000, 1, 1), date(2025, 7, 1), date(2100, 1, 1)):
        limits = RetentionAtDoor(dict.fromkeys(sorted(items)[::2], str(day)))
        for way in (feed, replace(feed, quick=None)):
            reader = ChunkReader(way, frozenset(items), wiring.custody.digest, limits)
            with path.open("rb") as file:
                chunks = list(reader.chunks(file))
            tally = reader.tally
            read[day, way.quick is None] = (
                [fact for chunk in chunks for fact in chunk.facts],
                [RowDigests(wiring.custody.digest).root(chunk) for chunk in chunks],
                [one.row.number for chunk in chunks for one in chunk.rejected],
                (tally.rows, tally.accepted, tally.rejected, tally.refused, tally.flagged),
            )
        assert read[day, True] == read[day, False]
    refused = [counts[3] for _, _, _, counts in (read[day, True] for day, slow in read if slow)]
    assert refused[0] < refused[-1]
