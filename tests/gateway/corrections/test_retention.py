"""What the council's schedule says is over is in no table any more; a legal hold stops it, and the log stays whole."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import EventClass
from gateway.errors import ConfigurationError
from gateway.usecases.log.entries import system_entry
from gateway.usecases.subjects.legal_holds import lift_hold, place_hold
from gateway.usecases.subjects.retention import count_over, forget, forget_past_retention
from gateway.usecases.subjects.retention_schedule import RetentionSchedule, earlier, load_schedule
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import CONTEXT

SCHEDULE = """
schedule: NV-RET-2026
rules:
  - feeds: [schools-suspensions]
    items: [education.exclusion]
    keep: P2Y
    counted_from: ended
    reason: Kept for two years after the day on which it ended.
  - feeds: [housing-tenancies]
    items: ["identity.*"]
    keep: P6Y
    counted_from: recorded
    reason: Kept for six years after it was last heard of.
"""
FEED, ITEM = "schools-suspensions", "education.exclusion"


@pytest.fixture
def schedule(tmp_path, northvale):
    path = tmp_path / "retention.yaml"
    path.write_text(SCHEDULE)
    return load_schedule(path, northvale.wiring.feeds)


def entry_of(northvale):
    def made(detail):
        wiring = northvale.wiring
        return system_entry(wiring, EventClass.ERASURE, wiring.clock(), purpose="retention", detail=dict(detail))

    return made


def run(northvale, schedule):
    return forget(northvale.wiring, schedule, northvale.wiring.feeds, entry_of(northvale))


def suspensions(northvale):
    return northvale.sql(
        "SELECT f.* FROM hearth.fact f JOIN hearth.item i USING (item_no) WHERE i.name = :item AND f.value <> '{}'",
        item=ITEM,
    )


def everything(northvale):
    """Every row of every table as text, and every key and digest in it."""
    tables = northvale.sql(
        "SELECT schemaname || '.' || tablename AS name FROM pg_tables"
        " WHERE schemaname IN ('audit', 'desk', 'hearth', 'jobs')"
    )
    return "\n".join(
        row[0]
        for table in tables
        for row in northvale.sql(f"SELECT t::text FROM {table.name} t")  # noqa: S608 - names of tables
    )


def test_after_its_time_a_value_is_in_no_table_and_its_skeleton_stays(northvale):
    rule = {"feeds": ["police-occurrences"], "items": ["crime.*"], "keep": "P2Y", "counted_from": "ended",
            "reason": "Two years after the day on which it ended."}  # fmt: skip
    schedule = RetentionSchedule.model_validate_json(json.dumps({"schedule": "NV-RET-2026", "rules": [rule]}))
    known = (
        "SELECT f.* FROM hearth.fact f JOIN hearth.item i USING (item_no) JOIN desk.batch b USING (batch_id)"
        " WHERE i.name LIKE 'crime.%' AND b.feed = 'police-occurrences' AND f.value <> '{}'"
    )
    before = northvale.sql(known)
    ended = sorted({row.valid_to for row in before})
    middle = ended[len(ended) // 2]
    northvale.clock.now = datetime(middle.year + 2, middle.month, middle.day, 12, tzinfo=UTC)
    over = [row for row in before if row.valid_to < middle]
    assert 0 < len(over) < len(before)
    total = northvale.count("SELECT count(*) FROM hearth.fact")

    gone = run(northvale, schedule)

    assert sum(one.facts for one in gone) == len({row.fact_key for row in over})
    assert northvale.count("SELECT count(*) FROM hearth.fact") == total
    assert {row.fact_id for row in northvale.sql(known)} == {row.fact_id for row in before} - {
        row.fact_id for row in over
    }
    left = everything(northvale)
    for row in over:
        assert bytes(row.fact_key).hex() not in left
        assert bytes(row.content_digest).hex() not in left
    assert run(northvale, schedule) == []


def test_search_finds_nobody_by_what_is_over(northvale, schedule):
    person = northvale.person("S2", "Kelly Marsh")
    record = northvale.record_id("housing", person["keys"]["housing"])
    northvale.clock.now += timedelta(days=366 * 6)

    run(northvale, schedule)

    values = (
        "SELECT count(*) FROM hearth.fact f JOIN hearth.item i USING (item_no) WHERE f.record_id = :r AND i.name LIKE"
    )
    assert northvale.count(f"{values} 'identity.%' AND f.value <> '{{}}'", r=record) == 0
    tokens = "SELECT count(*) FROM hearth.search_token t JOIN hearth.item i USING (item_no) WHERE t.record_id = :r"
    assert northvale.count(f"{tokens} AND i.name LIKE 'identity.%'", r=record) == 0
    # What no rule names is kept, with its tokens.
    assert northvale.count(f"{tokens} AND i.name NOT LIKE 'identity.%'", r=record) > 0


def test_a_legal_hold_keeps_everything_of_a_person_and_once_lifted_no_longer(northvale, schedule):
    officer = northvale.reader("W601")
    family = northvale.family_id("S4", "Tyler Boateng")
    record = northvale.record_id("schools", northvale.person("S4", "Tyler Boateng")["keys"]["schools"])
    held = place_hold(northvale.wiring, CONTEXT, officer, family, "CLAIM-7", "A claim is before the court.")
    northvale.clock.now += timedelta(days=366 * 3)

    run(northvale, schedule)

    assert {row.record_id for row in suspensions(northvale)} == {record}
    lift_hold(northvale.wiring, CONTEXT, officer, held.hold_id, "The claim is settled.")
    (gone,) = run(northvale, schedule)
    assert gone.facts == 1
    assert suspensions(northvale) == []


def test_a_dry_run_counts_by_feed_and_item_and_changes_nothing(northvale, schedule):
    northvale.clock.now += timedelta(days=366 * 3)
    before = len(suspensions(northvale))
    entries = northvale.count("SELECT count(*) FROM audit.entry")

    counted = count_over(northvale.wiring, schedule, northvale.wiring.feeds)

    assert {(one.feed, one.item): one.facts for one in counted} == {(FEED, ITEM): before}
    assert len(suspensions(northvale)) == before
    assert northvale.count("SELECT count(*) FROM audit.entry") == entries


def test_it_is_an_entry_of_counts_and_earlier_entries_stay_whole(northvale, schedule):
    openings = "SELECT entry_id, fields::text AS fields FROM audit.opening ORDER BY entry_id"
    before = set(northvale.sql(openings))
    northvale.clock.now += timedelta(days=366 * 3)

    (gone,) = run(northvale, schedule)
    drain(northvale.wiring.database, northvale.wiring.log_signer)

    assert set(northvale.sql(openings)) > before
    ((detail,),) = northvale.sql(
        "SELECT audit.opened(o.fields, 'detail') FROM audit.card c JOIN audit.opening o USING (entry_id)"
        " WHERE c.purpose = 'retention'"
    )
    assert (detail["feed"], detail["row_count"]) == (FEED, gone.facts)
    assert detail["retention"] == f"NV-RET-2026: {ITEM} P2Y from ended"
    assert "records" not in detail


def test_without_a_schedule_nothing_is_forgotten(northvale):
    northvale.clock.now += timedelta(days=366 * 50)
    before = northvale.count("SELECT count(*) FROM hearth.fact WHERE value <> '{}'")

    assert forget_past_retention(northvale.wiring) == []
    assert northvale.count("SELECT count(*) FROM hearth.fact WHERE value <> '{}'") == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("schedule: A\nrules: [\n", "schedule"),
        (SCHEDULE.replace("P2Y", "two years"), "rules.0.keep"),
        (SCHEDULE.replace("P2Y", "P"), "rules.0.keep"),
        (SCHEDULE.replace("schools-suspensions", "no-such-feed"), "no-such-feed"),
        (SCHEDULE.replace("education.exclusion", "education.exclusions"), "education.exclusions"),
        (SCHEDULE.replace("identity.*", "nothing.*"), "nothing.*"),
        (SCHEDULE.replace("counted_from: ended", "counted_from: birthday"), "rules.0.counted_from"),
        (SCHEDULE + "also: this\n", "also"),
    ],
)
def test_a_schedule_with_anything_wrong_in_it_is_refused_whole(tmp_path, wrong, said):
    path = tmp_path / "retention.yaml"
    path.write_text(wrong)
    with pytest.raises(ConfigurationError, match=said.replace("*", r"\*")):
        load_schedule(path, {FEED, "housing-tenancies"})


def test_the_first_rule_that_names_a_feed_and_an_item_counts():
    rules = [
        {"feeds": ["a"], "items": ["crime.*"], "keep": "P1Y", "counted_from": "ended", "reason": "The first of them."},
        {"items": ["crime.offence"], "keep": "P9Y", "counted_from": "ended", "reason": "For every other feed."},
    ]
    schedule = RetentionSchedule.model_validate(json.loads(json.dumps({"schedule": "S1", "rules": rules})))

    assert schedule.rule_for("a", "crime.offence").keep == "P1Y"
    assert schedule.rule_for("b", "crime.offence").keep == "P9Y"
    assert schedule.rule_for("b", "crime.allegation") is None


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis asks for naive bounds
    st.integers(0, 90), st.integers(0, 40), st.integers(0, 400),
)  # fmt: skip
def test_a_period_lies_as_many_years_months_and_days_back(now, years, months, days):
    then = earlier(now, f"P{years}Y{months}M{days}D")

    at_least = timedelta(days=365 * years + 28 * months + days)
    at_most = timedelta(days=366 * years + 31 * months + days + 3)
    assert at_least <= now - then <= at_most
    assert (then.hour, then.minute) == (now.hour, now.minute)


def test_the_last_day_of_february_gives_way():
    assert earlier(datetime(2028, 2, 29, 9, tzinfo=UTC), "P1Y") == datetime(2027, 2, 28, 9, tzinfo=UTC)
    assert earlier(datetime(2027, 3, 31, 9, tzinfo=UTC), "P1M") == datetime(2027, 2, 28, 9, tzinfo=UTC)
