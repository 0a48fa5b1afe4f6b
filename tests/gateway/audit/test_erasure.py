"""A person is erased by two officers: nothing of them is left, and everything that was proved stays proved."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from audit.entry import EventClass, Outcome, Phase
from audit.verify import verify_path
from audit.verify_export import Trust
from gateway.errors import AccessRefusedError, AnsweredBeforeError, ErasureHeldError, NotFoundError
from gateway.operator_parts import OperatorParts, operator_entry
from gateway.store.erasure import erase_as_said, identifying_values, records_of_family
from gateway.store.errors import TicketRefusedError
from gateway.store.ledger import append, open_ticket
from gateway.usecases.log.exporting_log import export_log
from gateway.usecases.log.receipts import operator_receipt
from gateway.usecases.log.verifying_log import verify_database
from gateway.usecases.subjects.erasing import decide_erasure, erasures_open
from gateway.usecases.subjects.erasure_carried_out import admit, forget_openings
from gateway.usecases.subjects.legal_holds import holds_standing, lift_hold, place_hold
from tests.gateway.audit.erased_world import ASKS, DECIDES, ask, decide, erase, everything_stored, finish
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import CONTEXT


@pytest.fixture
def kelly(northvale):
    """Kelly Marsh: searched, opened, asked about, broken glass for."""
    person, family = northvale.person_id("S2", "Kelly Marsh"), northvale.family_id("S2", "Kelly Marsh")
    declared = northvale.declare("W201", "early_help")
    northvale.search("W201", declared, northvale.person("S2", "Kelly Marsh"))
    northvale.open("W201", northvale.declare("W201", "early_help", family_id=family), family)
    northvale.declare("W210", "early_help", family_id=family, break_glass=True, at_risk="Kelly Marsh and her son")
    return person, family


def needles(northvale, scene, name):
    """What tells of one person of the scenes and of nobody else there."""
    book = northvale.person(scene, name)
    numbers = [one["value"] for one in identifying(northvale, scene, name) if "value" in one]
    return [f"{book['forename']} {book['surname']}", *numbers]


def identifying(northvale, scene, name):
    found = northvale.sql(
        "SELECT DISTINCT f.value FROM hearth.fact f JOIN hearth.item i USING (item_no) JOIN hearth.link l USING"
        " (record_id) WHERE l.person_id = :p AND (i.name LIKE 'identity.%' OR i.name LIKE 'contact.%')",
        p=northvale.person_id(scene, name),
    )
    return [row.value for row in found]


def test_nothing_of_an_erased_person_is_left_in_any_table(northvale, kelly):
    person, family = kelly
    told = [*needles(northvale, "S2", "Kelly Marsh"), str(person), str(family)]
    records = northvale.count("SELECT count(*) FROM hearth.link WHERE person_id = :p", p=person)
    before = everything_stored(northvale.admin)
    assert all(any(needle in rows for rows in before.values()) for needle in told)

    done = erase(northvale, family)
    assert finish(northvale) == 1

    assert (done.state, done.records) == ("erased", records)
    assert done.entries >= 6
    left = {
        (table, needle) for table, rows in everything_stored(northvale.admin).items() for needle in told
        if needle in rows
    }  # fmt: skip
    # An erased list keeps the id that it was under: a key of the maps that were signed, and of nothing else.
    assert left == {("audit.subject", str(person))}


def test_the_log_receipts_and_exports_stay_right(northvale, kelly, tmp_path):
    _, family = kelly
    wiring = northvale.wiring
    drain(wiring.database, wiring.log_signer)
    parts = OperatorParts(wiring.settings, wiring.database, wiring.custody)
    exported = operator_entry(parts, EventClass.EXPORT, purpose="log_oversight")
    before = export_log(parts, exported, tmp_path / "before", openings=True)
    entries = [row.entry_id for row in northvale.sql("SELECT entry_id FROM audit.card WHERE household = :f", f=family)]
    receipts = {one: operator_receipt(parts, one).proof for one in entries}

    erase(northvale, family)

    assert entries
    for number, (entry_id, proof) in enumerate(receipts.items()):
        kept = tmp_path / f"{number}.tlog-proof"
        kept.write_text(proof)
        assert verify_path(kept, Trust(before.key)).startswith(f"entry {entry_id}, ")
    assert verify_path(tmp_path / "before", Trust(before.key))
    checkpoint = (tmp_path / "before" / "checkpoint").read_text()
    again = operator_entry(parts, EventClass.EXPORT, purpose="log_oversight")
    export_log(parts, again, tmp_path / "after", openings=True)
    assert "grown from 1 older" in verify_path(tmp_path / "after", Trust(before.key, older=(checkpoint,)))
    verdict = verify_database(wiring)
    assert verdict.finding is None
    assert verdict.erased >= len(entries)


def test_who_acted_when_and_for_which_purpose_stays(northvale, kelly):
    person, family = kelly
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    asked = "SELECT entry_id, who, role, team, purpose, agreements, outcome, decision FROM audit.card WHERE {}"
    about = northvale.sql(asked.format("household = :f"), f=family)

    erase(northvale, family)

    kept = northvale.sql(asked.format("entry_id = ANY (:ids)"), ids=[row.entry_id for row in about])
    assert about
    assert sorted(map(tuple, kept)) == sorted(map(tuple, about))
    assert northvale.count("SELECT count(*) FROM audit.card WHERE :p = ANY (subjects)", p=person) == 0


def test_the_erasure_entry_names_both_officers_and_nothing_of_anybody(northvale, kelly):
    person, family = kelly
    done = erase(northvale, family)
    found = northvale.sql(
        "SELECT audit.opened(o.fields, 'who') #>> '{}' AS who, audit.opened(o.fields, 'on_behalf_of') #>> '{}' AS other"
        ", audit.opened(o.fields, 'detail') AS detail, o.fields::text AS everything FROM audit.opening o"
        " WHERE o.entry_id = ANY (:ids)", ids=list(done.erasure_entries),
    )  # fmt: skip
    assert {(row.who, row.other) for row in found} == {(DECIDES, ASKS)}
    assert {row.detail["case_reference"] for row in found} == {"IG/2026/113"}
    assert sum(row.detail["erased_entries"] for row in found) == done.entries
    assert not any(str(one) in row.everything for row in found for one in (person, family, "Kelly"))


def test_one_officer_alone_erases_nobody(northvale, kelly):
    _, family = kelly
    asked = ask(northvale, family)
    assert [one.erasure_id for one in erasures_open(northvale.wiring, CONTEXT, northvale.reader(DECIDES))] == [
        asked.erasure_id
    ]
    with pytest.raises(AccessRefusedError) as own:
        decide_erasure(northvale.wiring, CONTEXT, northvale.reader(ASKS), asked.erasure_id, "mine", confirmed=True)
    assert own.value.reason == "own-erasure"
    with pytest.raises(AccessRefusedError):
        decide_erasure(northvale.wiring, CONTEXT, northvale.reader("W101"), asked.erasure_id, "no", confirmed=True)
    assert northvale.family_id("S2", "Kelly Marsh") == family

    assert decide(northvale, asked.erasure_id, confirmed=False).state == "refused"
    assert northvale.family_id("S2", "Kelly Marsh") == family
    with pytest.raises(AnsweredBeforeError):
        decide(northvale, asked.erasure_id)


def test_nobody_is_asked_for_in_vain(northvale, kelly):
    with pytest.raises(NotFoundError):
        ask(northvale, northvale.wiring.mint_opaque())


def test_a_legal_hold_keeps_a_person_until_it_is_lifted(northvale, kelly):
    _, family = kelly
    officer = northvale.reader(ASKS)
    held = place_hold(northvale.wiring, CONTEXT, officer, family, "CLAIM/7", "a claim against the council")
    asked = ask(northvale, family)
    with pytest.raises(ErasureHeldError):
        decide(northvale, asked.erasure_id)
    assert northvale.family_id("S2", "Kelly Marsh") == family
    assert [one.hold_id for one in holds_standing(northvale.wiring, CONTEXT, officer)] == [held.hold_id]

    lift_hold(northvale.wiring, CONTEXT, officer, held.hold_id, "the claim is settled")

    assert decide(northvale, asked.erasure_id).state == "erased"
    with pytest.raises(AccessRefusedError):
        place_hold(northvale.wiring, CONTEXT, northvale.reader("W101"), family, "X", "not mine to place")


def test_the_database_itself_lets_nothing_held_go(northvale, kelly):
    person, family = kelly
    place_hold(northvale.wiring, CONTEXT, northvale.reader(ASKS), family, "CLAIM/7", "a claim against the council")
    parts = OperatorParts(northvale.wiring.settings, northvale.wiring.database, northvale.wiring.custody)
    straight = text("SELECT hearth.erase_records('{}', ARRAY[CAST(:p AS uuid)], '{}')")
    with northvale.wiring.database.engine("hg_erase").begin() as connection:
        append(connection, an_erasure(parts, {}))
        with pytest.raises(DBAPIError, match="a legal hold stands"):
            connection.execute(straight, {"p": person})


def an_erasure(parts, detail):
    """An erasure entry as an operator's."""
    return operator_entry(parts, EventClass.ERASURE, purpose="erasure", detail=dict(detail))


def test_an_opening_goes_only_as_an_erasure_entry_of_the_same_transaction_says(northvale, kelly):
    done = erase(northvale, kelly[1])
    with pytest.raises(TicketRefusedError), northvale.wiring.database.transaction("hg_erase") as connection:
        erase_as_said(connection, done.erasure_entries[0])
    with northvale.wiring.database.engine("hg_erase").begin() as connection, pytest.raises(DBAPIError, match="denied"):
        connection.execute(text("UPDATE audit.opening SET fields = '{}'"))


def test_what_a_person_is_found_by_is_read_only_under_a_committed_entry_that_names_their_records(northvale, kelly):
    wiring = northvale.wiring
    parts = OperatorParts(wiring.settings, wiring.database, wiring.custody)
    with wiring.database.transaction("hg_erase") as connection:
        hers = records_of_family(connection, kelly[1])
        others = records_of_family(connection, northvale.family_id("S1", "Leanne Cole"))

    def named(records):
        return operator_entry(
            parts, EventClass.CONFIGURATION, purpose="erasure", phase=Phase.AUTHORISATION, outcome=Outcome.PENDING,
            detail={"records": [str(one) for one in records]},
        )  # fmt: skip

    def read(records, *, admitted, before=True):
        with wiring.database.transaction("hg_erase") as connection:
            ticket = admit(parts, connection, named(admitted))
            if not before:
                open_ticket(connection, ticket)
        with wiring.database.transaction("hg_erase") as connection:
            open_ticket(connection, ticket)
            return identifying_values(connection, records)

    assert read(hers, admitted=hers)
    for refused in (
        lambda: read(others, admitted=hers), lambda: read([*hers, *others], admitted=hers),
        lambda: read(hers, admitted=hers, before=False),
    ):  # fmt: skip
        with pytest.raises(TicketRefusedError):
            refused()
    with pytest.raises(TicketRefusedError), wiring.database.transaction("hg_erase") as connection:
        identifying_values(connection, hers)


def test_a_file_sent_again_brings_nobody_back(northvale, kelly):
    person, family = kelly
    erase(northvale, family)
    facts = northvale.count("SELECT count(DISTINCT fact_key) FROM hearth.fact WHERE NOT tombstone")
    records = northvale.count("SELECT count(*) FROM hearth.source_record")
    for sent in northvale.built.book("manifest")["files"]:
        body = (northvale.built.folder / sent["file"]).read_bytes()
        first = northvale.built.batches[sent["file"]]
        again = northvale.push(sent["feed"], body, f"again {sent['file']}", sent["format"])
        assert (again.state, again.rows_accepted) == (first.state, first.rows_accepted)
        assert (again.facts_new, again.facts_unchanged) == (0, first.facts_new + first.facts_unchanged), sent["feed"]
    assert northvale.count("SELECT count(DISTINCT fact_key) FROM hearth.fact WHERE NOT tombstone") == facts
    assert northvale.count("SELECT count(*) FROM hearth.source_record") == records
    assert northvale.count("SELECT count(*) FROM hearth.person WHERE person_id = :p", p=person) == 0


def test_what_a_reading_under_way_still_writes_down_goes_with_the_last_step(northvale, kelly):
    person, family = kelly
    erase(northvale, family)
    northvale.clock.now += timedelta(seconds=5)
    parts = OperatorParts(northvale.wiring.settings, northvale.wiring.database, northvale.wiring.custody)
    late = operator_entry(
        parts, EventClass.CONSULTATION, purpose="early_help", subjects=(str(person),), household=str(family)
    )
    with northvale.wiring.database.transaction("hg_desk") as connection:
        append(connection, late)
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    assert northvale.count("SELECT count(*) FROM audit.card WHERE :p = ANY (subjects)", p=person) == 1

    assert finish(northvale) == 1

    assert northvale.count("SELECT count(*) FROM audit.card WHERE :p = ANY (subjects)", p=person) == 0
    assert northvale.count("SELECT count(*) FROM audit.card WHERE household = :f", f=family) == 0
    assert verify_database(northvale.wiring).finding is None


def test_openings_can_be_forgotten_after_a_time_by_the_same_path(northvale, kelly):
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    parts = OperatorParts(northvale.wiring.settings, northvale.wiring.database, northvale.wiring.custody)
    until = northvale.clock.now + timedelta(minutes=1)
    with northvale.wiring.database.transaction("hg_erase") as connection:
        gone = forget_openings(connection, until, lambda detail: an_erasure(parts, detail))
    with northvale.wiring.database.transaction("hg_erase") as connection:
        assert forget_openings(connection, until, lambda detail: an_erasure(parts, detail)) == 0
    drain(northvale.wiring.database, northvale.wiring.log_signer)

    assert gone > 0
    assert northvale.count("SELECT count(*) FROM audit.card WHERE subjects <> '{}'") == 0
    assert verify_database(northvale.wiring).finding is None
