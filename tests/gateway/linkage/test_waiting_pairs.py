"""What waits for a steward is what linkage asks about now: nobody compares two people without a reason."""

import csv
import io

import pytest

from gateway.store.match_decisions import set_aside
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new, relink
from gateway.usecases.linking.match_deciding import decide_match
from gateway.usecases.linking.match_queue import matches_waiting
from gateway.usecases.linking.standing_matches import decisions_of_person
from tests.gateway.northvale_world import CONTEXT

FEED = "library-members"
KELLY = {
    "borrower_no": "LB990001", "surname": "Quillfeather", "forename": "Kelly", "dob": "03/04/1991",
    "address": "999 Kestrel Close; Northvale", "phone": "07700 900111", "email": "",
}  # fmt: skip
MARIE = KELLY | {"borrower_no": "LB990002", "forename": "Marie"}
SOMEBODY_ELSE = MARIE | {
    "forename": "Zacharias", "surname": "Oppenheimer", "dob": "01/01/1950", "address": "1 Heron Row; Northvale",
    "phone": "",
}  # fmt: skip


@pytest.fixture
def library(northvale):
    text = (northvale.built.folder / "library-members.csv").read_text(encoding="utf-8-sig")
    first = next(csv.DictReader(io.StringIO(text)))

    def send(*rows):
        stream = io.StringIO()
        writer = csv.DictWriter(stream, first, lineterminator="\n")
        writer.writeheader()
        writer.writerows(first | row for row in rows)
        northvale.push(FEED, stream.getvalue().encode(), f"{len(stream.getvalue())}-{rows[-1]['forename']}")
        link_new(northvale.wiring)

    return send


def waiting(northvale):
    pairs = matches_waiting(northvale.wiring, CONTEXT, northvale.reader("W603")).matches
    return {pair.review_id: pair.reasons for pair in pairs}


def pairs_of(northvale, borrower):
    record = northvale.record_id("libraries", borrower)
    rows = northvale.sql(
        "SELECT review_id FROM hearth.link_review WHERE :record IN (record_id, other_record_id)", record=record
    )
    return waiting(northvale).keys() & {row.review_id for row in rows}


def test_a_pair_leaves_the_queue_with_the_record_that_turns_out_to_be_about_somebody_else(northvale, library):
    before = waiting(northvale)
    library(KELLY, MARIE)
    asked = pairs_of(northvale, "LB990002")

    library(SOMEBODY_ELSE)

    assert len(asked) == 1
    assert waiting(northvale) == before
    # Put right again, they wait again, under the id that a steward may have been unsure of.
    library(MARIE)
    assert pairs_of(northvale, "LB990002") == asked


def test_a_pair_that_no_run_asks_about_any_more_waits_no_more(northvale):
    before = waiting(northvale)
    records = northvale.sql("SELECT record_id FROM hearth.source_record WHERE subject_kind = 'person' ORDER BY 1")
    northvale.sql(
        "INSERT INTO hearth.link_review (review_id, record_id, other_record_id, reason, run_id, raised_at)"
        " VALUES (:id, :one, :other, 'unsure', :id, :now)",
        id=northvale.wiring.mint(), one=records[0].record_id, other=records[-1].record_id, now=northvale.clock.now,
    )  # fmt: skip
    with_another_models = waiting(northvale)

    link_everything(northvale.wiring)

    assert len(with_another_models) == len(before) + 1
    assert waiting(northvale) == before


def test_a_pair_that_was_doubted_while_it_was_one_person_waits_again_where_linkage_cannot_tell(northvale):
    before = waiting(northvale)
    northvale.sql("UPDATE hearth.link_review SET reason = 'doubted'")
    assert waiting(northvale) == {}

    link_everything(northvale.wiring)

    assert waiting(northvale) == before


BIRTH = KELLY | {"forename": "Isabella Rose", "surname": "Hargreaves", "dob": "04/03/2019"}
AFTER = BIRTH | {"borrower_no": "LB990002", "surname": "Okonjo", "address": "1 Heron Row; Northvale", "phone": ""}


def mark_adopted(northvale, borrower):
    """As where an episode ends in adoption (RC1, E11): what is kept of the child from then on bears another name."""
    northvale.sql(
        "INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, nature, content_digest,"
        " batch_id, agreement, recorded_at) SELECT gen_random_uuid(), 'adopted', f.record_id, f.source_no,"
        " (SELECT item_no FROM hearth.item WHERE name = 'identity.protected'), '{\"kind\": \"adoption\"}', 'fact', '',"
        " f.batch_id, f.agreement, f.recorded_at FROM hearth.fact f WHERE f.record_id = :record LIMIT 1",
        record=northvale.record_id("libraries", borrower),
    )


def test_an_adopted_childs_two_identities_are_not_joined_and_nobody_is_asked(northvale, library):
    before = waiting(northvale)
    library(BIRTH)
    mark_adopted(northvale, "LB990001")
    library(AFTER)

    for again in (False, True):
        if again:
            link_everything(northvale.wiring)
        assert persons_of(northvale, "LB990001", "LB990002") == 2
        assert waiting(northvale) == before


def taken_for_one(northvale, library):
    """As a steward decided of a child's two identities, who did not know; gives the two records."""
    library(BIRTH, AFTER)
    ids = sorted(northvale.record_id("libraries", one) for one in ("LB990001", "LB990002"))
    northvale.sql(
        "INSERT INTO hearth.match_decision VALUES (:id, :id, :one, :other, 'same', '', 'sub-W603', :now)",
        id=northvale.wiring.mint(), one=ids[0], other=ids[1], now=northvale.clock.now,
    )  # fmt: skip
    relink(northvale.wiring, ids)
    assert persons_of(northvale, "LB990001", "LB990002") == 1
    return ids


def the_mark_comes(northvale):
    mark_adopted(northvale, "LB990001")
    northvale.sql(
        "UPDATE desk.batch SET linked_at = NULL WHERE batch_id IN"
        " (SELECT batch_id FROM hearth.fact WHERE fact_key = 'adopted')"
    )
    link_new(northvale.wiring)


def test_the_mark_parts_as_it_comes_whom_a_steward_had_taken_for_one(northvale, library):
    """They stayed one person by day, since nothing that is compared had changed, and by night as decided."""
    taken_for_one(northvale, library)

    the_mark_comes(northvale)

    assert persons_of(northvale, "LB990001", "LB990002") == 2
    link_everything(northvale.wiring)
    assert persons_of(northvale, "LB990001", "LB990002") == 2


def test_no_steward_reads_from_an_earlier_decision_who_the_adopted_child_was(northvale, library):
    """Beside the decision stood the handle of the other identity, and that linkage does not go by it."""
    ids = taken_for_one(northvale, library)

    def told():
        handles = northvale.sql(
            "SELECT DISTINCT p.family_id FROM hearth.link l JOIN hearth.person p USING (person_id)"
            " WHERE l.record_id = ANY (:ids) AND l.superseded_at IS NULL",
            ids=ids,
        )
        with northvale.wiring.database.transaction("hg_link") as connection:
            aside = set_aside(connection, ids)
        steward = northvale.reader("W603")
        listed = [decisions_of_person(northvale.wiring, CONTEXT, steward, one.family_id) for one in handles]
        return [len(one) for one in listed], aside

    before = told()
    the_mark_comes(northvale)
    after = told()
    northvale.sql("DELETE FROM hearth.fact WHERE fact_key = 'adopted'")
    relink(northvale.wiring, ids)

    assert before == ([1], [])
    assert after == ([0, 0], [])
    assert told() == before


def persons_of(northvale, *borrowers):
    records = [northvale.record_id("libraries", borrower) for borrower in borrowers]
    rows = northvale.sql(
        "SELECT DISTINCT person_id FROM hearth.link WHERE record_id = ANY (:records) AND superseded_at IS NULL",
        records=records,
    )
    return len(rows)


def test_who_is_known_by_two_first_names_is_one_person_once_a_steward_says_so_and_stays_it(northvale, library):
    theirs = ("LB990001", "LB990003", "LB990002", "LB990004")
    library(KELLY, KELLY | {"borrower_no": "LB990003", "email": ""}, MARIE, MARIE | {"borrower_no": "LB990004"})
    assert persons_of(northvale, *theirs) == 2
    (review,) = pairs_of(northvale, "LB990001") | pairs_of(northvale, "LB990003")

    said = decide_match(northvale.wiring, CONTEXT, northvale.reader("W603"), review, "same", "She uses both.")

    # "Perhaps twins, or one person known by both" was the question: both answers are possible.
    assert (said.state, persons_of(northvale, *theirs)) == ("applied", 1)
    library(KELLY | {"borrower_no": "LB990005"})
    link_everything(northvale.wiring)
    assert persons_of(northvale, *theirs, "LB990005") == 1
    assert not any(pairs_of(northvale, borrower) for borrower in theirs)
