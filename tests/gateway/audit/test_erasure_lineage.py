"""A person is erased through every id that their records were ever under, and nobody else with them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from audit.verify import verify_path
from audit.verify_export import Trust
from gateway.usecases.log.verifying_log import verify_database
from tests.gateway.audit.erased_world import ask, decide, erase, everything_stored, finish
from tests.gateway.audit.log_book import drain
from tests.gateway.subjects.reports import pass_an_hour, report
from tests.gateway.subjects.test_lineage import combine

KELLY, MICHELLE = ("S2", "Kelly Marsh"), ("S1", "Michelle Rudd")


def read(northvale, family):
    declared = northvale.declare("W201", "early_help", family_id=family)
    northvale.open("W201", declared, family)
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    rows = "SELECT entry_id FROM audit.card WHERE household = :f AND phase = 'outcome' ORDER BY leaf_index DESC LIMIT 1"
    return northvale.sql(rows, f=family)[0].entry_id


def fields(northvale, entry):
    return set(northvale.sql("SELECT array(SELECT jsonb_object_keys(fields)) FROM audit.opening WHERE entry_id = :e",
                             e=entry)[0][0])  # fmt: skip


def by_hand(northvale, *statements, **values):
    """What runs of linkage would have written on other days."""
    with northvale.admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            connection.execute(text(statement), values)


@pytest.fixture
def mistaken(northvale):
    """Michelle's records stood under Kelly's id for a day, during which somebody looked; then they were parted."""
    kelly, michelle = northvale.person_id(*KELLY), northvale.person_id(*MICHELLE)
    began = northvale.clock.now
    during = read(northvale, northvale.family_id(*KELLY))
    northvale.clock.now += timedelta(days=1)
    by_hand(
        northvale,
        "INSERT INTO hearth.link (link_id, record_id, person_id, band, run_id, recorded_at, superseded_at)"
        " SELECT gen_random_uuid(), record_id, :kelly, band, run_id, CAST(:began AS timestamptz) - interval '1 hour',"
        " CAST(:began AS timestamptz) + interval '12 hours' FROM hearth.link"
        " WHERE person_id = :michelle AND superseded_at IS NULL",
        kelly=kelly, michelle=michelle, began=began,
    )  # fmt: skip
    after = read(northvale, northvale.family_id(*KELLY))
    return kelly, michelle, during, after


def test_what_was_read_of_two_at_once_loses_what_was_shown_and_stays_the_others(northvale, mistaken):
    kelly, michelle, during, after = mistaken
    whole = fields(northvale, after)

    erase(northvale, northvale.family_id(*MICHELLE))

    assert whole - fields(northvale, during) == {"detail", "items_shown", "shown_counts", "sources"}
    assert fields(northvale, after) == whole
    assert northvale.person_id(*KELLY) == kelly
    found = northvale.sql("SELECT :k = ANY (subjects) FROM audit.card WHERE entry_id = :e", k=kelly, e=during)
    assert found[0][0]
    assert northvale.count("SELECT count(*) FROM hearth.person WHERE person_id = :p", p=michelle) == 0
    assert northvale.count("SELECT count(*) FROM hearth.link WHERE person_id = :k AND superseded_at IS NOT NULL",
                           k=kelly) == 0  # fmt: skip
    assert verify_database(northvale.wiring).finding is None


def test_the_id_that_anothers_past_stands_under_stays_and_opens_nothing(northvale, mistaken):
    kelly, michelle, during, after = mistaken
    family = northvale.family_id(*KELLY)

    done = erase(northvale, family)
    finish(northvale)

    assert done.state == "erased"
    kept = northvale.sql("SELECT retired_at, redirect_to, family_id FROM hearth.person WHERE person_id = :k", k=kelly)
    assert kept[0].retired_at is not None
    assert kept[0].redirect_to is None
    assert kept[0].family_id != family
    assert {"subjects", "household", "detail"}.isdisjoint(fields(northvale, after))
    assert "subjects" in fields(northvale, during)
    assert "household" in fields(northvale, during)
    assert northvale.person_id(*MICHELLE) == michelle
    assert "Kelly" not in "".join(everything_stored(northvale.admin).values())
    assert verify_database(northvale.wiring).finding is None


def test_who_was_parted_from_the_erased_has_a_report_that_says_of_how_many_lines_the_reason_is_gone(
    northvale, tmp_path
):
    """What was read of the erased alone, under the id from which records were parted, stands in the other's report."""
    kelly, michelle = northvale.person_id(*KELLY), northvale.person_id(*MICHELLE)
    northvale.clock.now += timedelta(days=1)
    declared = northvale.declare("W201", "early_help")
    northvale.search("W201", declared, northvale.person(*KELLY))
    northvale.clock.now += timedelta(days=1)
    by_hand(
        northvale,
        "INSERT INTO hearth.link (link_id, record_id, person_id, band, run_id, recorded_at, superseded_at)"
        " SELECT gen_random_uuid(), record_id, :kelly, band, run_id, CAST(:at AS timestamptz) - interval '1 hour',"
        " CAST(:at AS timestamptz) FROM hearth.link WHERE person_id = :michelle AND superseded_at IS NULL",
        kelly=kelly, michelle=michelle, at=northvale.clock.now,
    )  # fmt: skip
    combine(northvale, [kelly], michelle)
    pass_an_hour(northvale)

    erase(northvale, northvale.family_id(*KELLY))
    finish(northvale)
    pass_an_hour(northvale)

    decided = {"decided_by": "Data protection officer", "decided_on": northvale.clock.now.date()}
    made = report(northvale, michelle, **decided)
    for name, content in made.files.items():
        (tmp_path / name).write_bytes(content)
    said = verify_path(tmp_path, Trust(northvale.wiring.log_signer.verifier()))
    assert "in 2 list(s), none left out or altered; of 2 line(s) the reason was erased" in said


def test_an_id_that_was_joined_to_the_person_goes_too(northvale):
    kelly, family = northvale.person_id(*KELLY), northvale.family_id(*KELLY)
    earlier, handle = northvale.wiring.mint_opaque(), northvale.wiring.mint_opaque()
    by_hand(
        northvale,
        "INSERT INTO hearth.person (person_id, family_id, created_at, redirect_to, retired_at)"
        " VALUES (:earlier, :handle, now() - interval '9 days', :kelly, now())",
        "INSERT INTO hearth.link (link_id, record_id, person_id, band, run_id, recorded_at, superseded_at)"
        " SELECT gen_random_uuid(), record_id, :earlier, band, run_id, now() - interval '9 days', now()"
        " FROM hearth.link"
        " WHERE person_id = :kelly AND superseded_at IS NULL LIMIT 1",
        "UPDATE hearth.link SET recorded_at = now() WHERE person_id = :kelly",
        kelly=kelly, earlier=earlier, handle=handle,
    )  # fmt: skip
    drain(northvale.wiring.database, northvale.wiring.log_signer)

    decide(northvale, ask(northvale, handle).erasure_id)
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    finish(northvale)

    left = everything_stored(northvale.admin)
    for one in (kelly, family, earlier, handle):
        assert {table for table, rows in left.items() if str(one) in rows} <= {"audit.subject"}
    assert verify_database(northvale.wiring).finding is None
