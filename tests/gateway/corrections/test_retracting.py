"""What a partner takes back is gone from every view at once, does not come back, and is told to whoever saw it."""

from datetime import timedelta
from uuid import UUID

import pytest

from gateway.errors import ForbiddenError, NotFoundError
from gateway.usecases.subjects.correction_notices import my_correction_notices
from gateway.usecases.subjects.retracting import FactsMeant, NewRetraction, reinstate_facts, retract_facts
from gateway.usecases.subjects.telling_viewers import in_words, tell_of_retractions
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import CONTEXT

ARREARS = "housing-arrears"
TENANCIES = "housing-tenancies"
_SECTIONS = ("circumstances", "events", "interventions", "goals", "professionals")


def key_of(northvale, scene="S2", name="Kelly Marsh", source="housing"):
    return northvale.person(scene, name)["keys"][source]


def retract(northvale, feed, *meant, reason="sent-in-error"):
    new = NewRetraction(feed, reason, tuple(meant))
    return retract_facts(northvale.wiring, CONTEXT, northvale.partner(feed), new)


def kellys_page(northvale):
    declaration = northvale.declare("B101", "tenancy_management")
    return northvale.open("B101", declaration, northvale.family_id("S2", "Kelly Marsh")).profile


def shown(profile, item):
    return [fact for section in _SECTIONS for fact in getattr(profile, section) if fact.item == item]


def notices(northvale, worker):
    return my_correction_notices(northvale.wiring, CONTEXT, northvale.reader(worker))


def body_of(northvale, feed):
    (entry,) = [one for one in northvale.built.book("manifest")["files"] if one["feed"] == feed]
    return (northvale.built.folder / entry["file"]).read_bytes(), entry["format"]


def test_taken_back_it_is_gone_at_once_and_whoever_saw_it_is_told(northvale):
    assert shown(kellys_page(northvale), "housing.arrears")

    done = retract(northvale, ARREARS, FactsMeant(key_of(northvale), item="housing.arrears"))

    assert shown(kellys_page(northvale), "housing.arrears") == []
    assert (done.rows, done.viewers_told) == (1, "fewer than 5 readers")
    (told,) = notices(northvale, "B101")
    assert told.kind == "withdrawn"
    assert "arrears" not in told.sentence + told.what_to_do
    # Who only looked after it was gone is not told.
    other = northvale.declare("B102", "marac", case_reference="MARAC-2026-11")
    northvale.open("B102", other, northvale.family_id("S2", "Kelly Marsh"))
    assert tell_of_retractions(northvale.wiring) == {}
    assert notices(northvale, "B102") == []


def test_every_version_but_the_tombstone_stays_as_it_was_known(northvale):
    facts = "SELECT fact_id, tombstone, value::text AS value, md5(f::text) AS whole FROM hearth.fact f"
    before = set(northvale.sql(facts))

    retract(northvale, ARREARS, FactsMeant(key_of(northvale), item="housing.arrears"))

    after = set(northvale.sql(facts))
    assert after > before
    assert all(row.tombstone and row.value == "{}" for row in after - before)


def test_sent_again_it_does_not_come_back_until_its_owner_reinstates_it(northvale):
    body, form = body_of(northvale, ARREARS)
    meant = FactsMeant(key_of(northvale), item="housing.arrears")
    retract(northvale, ARREARS, meant)

    again = northvale.push(ARREARS, body, "again", form)

    assert again.facts_new == 0
    assert shown(kellys_page(northvale), "housing.arrears") == []
    reinstate_facts(northvale.wiring, CONTEXT, northvale.partner(ARREARS), ARREARS, (meant,))
    assert shown(kellys_page(northvale), "housing.arrears") == []
    northvale.clock.now += timedelta(seconds=1)
    assert northvale.push(ARREARS, body, "reinstated", form).facts_new > 0
    assert shown(kellys_page(northvale), "housing.arrears")


def test_a_new_value_of_what_was_taken_back_is_left_out_too(northvale):
    body, form = body_of(northvale, ARREARS)
    key = key_of(northvale)
    lines = body.decode().splitlines(keepends=True)
    cells = next(line for line in lines[1:] if key in line).split(",")
    retract(northvale, ARREARS, FactsMeant(key, item="housing.arrears"))

    changed = ",".join([*cells[:3], "999.99", *cells[4:]])
    again = northvale.push(ARREARS, (lines[0] + changed).encode(), "changed", form)

    assert again.facts_new == 0
    assert shown(kellys_page(northvale), "housing.arrears") == []


def test_search_finds_nobody_by_what_was_taken_back(northvale):
    key, record = key_of(northvale), northvale.record_id("housing", key_of(northvale))
    tokens = "SELECT count(*) FROM hearth.search_token WHERE record_id = :record"
    assert northvale.count(tokens, record=record) > 0
    declaration = northvale.declare("B101", "tenancy_management")
    person = northvale.person("S2", "Kelly Marsh")
    assert northvale.search("B101", declaration, person).hits

    retract(northvale, TENANCIES, FactsMeant(key))

    assert northvale.count(tokens, record=record) == 0
    assert not northvale.search("B101", declaration, person).hits


def test_tokens_of_what_stands_beside_it_stay(northvale):
    record = northvale.record_id("housing", key_of(northvale))
    names = "SELECT token FROM hearth.search_token WHERE record_id = :record AND item_no = :item ORDER BY token"
    item = northvale.sql("SELECT item_no FROM hearth.item WHERE name = 'identity.name'")[0][0]
    before = northvale.sql(names, record=record, item=item)
    assert before

    retract(northvale, TENANCIES, FactsMeant(key_of(northvale), item="identity.birth_date"))

    assert northvale.sql(names, record=record, item=item) == before


def test_a_sender_takes_back_what_its_own_files_brought_and_nothing_else(northvale):
    wiring, police = northvale.wiring, northvale.partner("police-occurrences")
    meant = FactsMeant(key_of(northvale))
    with pytest.raises(ForbiddenError):
        retract_facts(wiring, CONTEXT, police, NewRetraction(ARREARS, "unlawful", (meant,)))
    with pytest.raises(NotFoundError):
        retract_facts(wiring, CONTEXT, police, NewRetraction("no-such-feed", "unlawful", (meant,)))
    with pytest.raises(ForbiddenError):
        reinstate_facts(wiring, CONTEXT, northvale.reader("B101"), ARREARS, (meant,))
    # Another machine of the same agency, as another school is: its own files brought nothing of this.
    northvale.sql("UPDATE desk.batch SET sender = 'another-machine' WHERE feed = :feed", feed=ARREARS)
    retract(northvale, ARREARS, FactsMeant(key_of(northvale), item="housing.arrears"))
    assert shown(kellys_page(northvale), "housing.arrears")


def test_a_key_that_was_never_here_is_answered_like_any_other(northvale):
    known = retract(northvale, ARREARS, FactsMeant(key_of(northvale), item="housing.arrears"))
    unknown = retract(northvale, ARREARS, FactsMeant("NOBODY-0001", item="housing.arrears"))

    assert (known.rows, known.viewers_told) == (unknown.rows, unknown.viewers_told)
    assert {type(known.retraction_id), type(unknown.entry_id)} == {UUID}


def test_who_may_have_seen_it_is_told_as_well_and_by_the_log_that_is_not_sequenced_yet(northvale):
    """An authorisation without an outcome reads "may have been disclosed"."""
    kellys_page(northvale)
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    northvale.sql(
        "DELETE FROM audit.card WHERE phase = 'outcome' AND household = :family",
        family=northvale.family_id("S2", "Kelly Marsh"),
    )

    retract(northvale, ARREARS, FactsMeant(key_of(northvale), item="housing.arrears"))

    assert len(notices(northvale, "B101")) == 1


def test_telling_that_broke_off_is_made_good_and_nobody_is_told_twice(northvale, monkeypatch):
    kellys_page(northvale)

    def broken(_):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("gateway.usecases.subjects.retracting.tell_of_retractions", broken)
        with pytest.raises(RuntimeError):
            retract(northvale, ARREARS, FactsMeant(key_of(northvale), item="housing.arrears"))
    # What was taken back is gone all the same.
    assert shown(kellys_page(northvale), "housing.arrears") == []
    assert notices(northvale, "B101") == []

    assert list(tell_of_retractions(northvale.wiring).values()) == [1]
    assert tell_of_retractions(northvale.wiring) == {}
    assert len(notices(northvale, "B101")) == 1


def test_a_notice_is_an_entry_about_the_person_and_sealed_where_the_look_was(northvale):
    kellys_page(northvale)
    other = northvale.declare("B102", "marac", case_reference="MARAC-2026-11")
    northvale.open("B102", other, northvale.family_id("S2", "Kelly Marsh"))

    retract(northvale, TENANCIES, FactsMeant(key_of(northvale)))
    drain(northvale.wiring.database, northvale.wiring.log_signer)

    told = northvale.sql("SELECT sealed, subjects FROM audit.card WHERE purpose = 'corrections' AND phase = 'single'")
    kelly = northvale.person_id("S2", "Kelly Marsh")
    sealed = {row.sealed: row.subjects for row in told}
    assert all(kelly in subjects for subjects in sealed.values())
    assert set(sealed) == {one.sealed for one in northvale.sql("SELECT DISTINCT sealed FROM desk.correction_notice")}


def test_a_notice_that_nobody_has_opened_goes_with_what_it_was_about(northvale):
    from gateway.usecases.telling.notifying import raise_notices  # noqa: PLC0415 - this test alone

    raise_notices(northvale.wiring)
    raised = northvale.count("SELECT count(*) FROM desk.notice")
    assert raised
    keys = northvale.sql(
        "SELECT DISTINCT f.record_id FROM hearth.fact f JOIN hearth.item i USING (item_no)"
        " WHERE i.name = 'da.incident' AND f.subject_role = 'child present'"
    )
    assert keys
    child = northvale.person("S1", "Aisha Cole")["keys"]["police"]

    retract(northvale, "police-occurrences", FactsMeant(child, item="da.incident"))

    assert northvale.count("SELECT count(*) FROM desk.notice") < raised
    before = northvale.count("SELECT count(*) FROM desk.notice")
    raise_notices(northvale.wiring)
    assert northvale.count("SELECT count(*) FROM desk.notice") == before


@pytest.mark.parametrize(
    ("viewers", "words"), [(0, "fewer than 5 readers"), (4, "fewer than 5 readers"), (5, "5 readers")]
)
def test_a_partner_learns_no_small_number_and_nothing_from_none(viewers, words):
    assert in_words(viewers) == words
