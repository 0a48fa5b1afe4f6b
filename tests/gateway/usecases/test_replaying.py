"""What readers saw, judged again by a draft from the log alone; what their decisions rested on stays out of sight."""

import json
from dataclasses import replace
from uuid import UUID

import pytest

from agreements.document import Agreement
from agreements.drafts import as_if_in_force
from agreements.periods import EVER
from agreements.register import compile_register
from audit.entry import Decision, EventClass, Outcome
from gateway.errors import NotFoundError
from gateway.usecases.log.entries import system_entry
from gateway.usecases.log.reading_log import read_entry
from gateway.usecases.register.exporting_register import documents_to_export
from gateway.usecases.register.replaying import EARLIER, replay_log
from tests.gateway.audit.log_book import an_entry, write, write_authorisation
from tests.gateway.cluster import REGISTER
from tests.gateway.northvale_world import CONTEXT

VIEW = ("northvale_council", "early_help_worker", "early_help", "view")


@pytest.fixture
def judged(northvale):
    """Replays the log against the register, in which early help was changed; each access at its own instant."""

    def replay(change=dict.copy, at=None):
        documents = documents_to_export(REGISTER, None, northvale.clock.now)
        drafts = tuple(changed(one, change) for one in documents.agreements)
        draft = compile_register(as_if_in_force(replace(documents, agreements=drafts), EVER[0], None))
        read = system_entry(
            northvale.wiring, EventClass.VERIFICATION, northvale.clock.now, purpose="log_oversight",
            detail={"draft": draft.version},
        )  # fmt: skip
        return replay_log(northvale.wiring, read, draft, at)

    return replay


def changed(admitted, change):
    if admitted.document.id != "ISA-NV-2026-014":
        return admitted
    content = admitted.document.model_dump(by_alias=True, mode="json")
    change(content)
    return replace(admitted, document=Agreement.model_validate(content))


def reader(found):
    return next(one for one in found.report.readers if (one.agency, one.role, one.purpose, one.direction) == VIEW)


def opened_entry(northvale, event):
    """Id of the newest authorisation or refusal of a class."""
    rows = northvale.sql(
        "SELECT e.entry_id FROM audit.entry e JOIN audit.opening o USING (entry_id) WHERE e.event_class = :event"
        " AND (o.fields #>> '{detail,1}') LIKE '%decided_on%' ORDER BY e.recorded_at DESC, e.entry_id DESC",
        event=event,
    )
    return UUID(str(rows[0][0]))


def read_vikram(northvale, worker="W203"):
    return northvale.open(worker, northvale.declare(worker, "early_help"), northvale.family_id("S3", "Vikram Nair"))


def test_the_register_that_decided_changes_nothing_of_what_it_decided(northvale, judged):
    read_vikram(northvale)
    northvale.search("W203", northvale.declare("W203", "early_help"), northvale.person("S3", "Vikram Nair"))

    found = judged()
    assert found.report.accesses == 2
    assert found.report.items == ()
    assert found.left_out == {}


def test_an_item_that_a_draft_no_longer_gives_counts_as_less_with_the_entry_as_its_example(northvale, judged):
    read_vikram(northvale)

    def without_attendance(content):
        for rule in content["rules"]:
            if rule["effect"] == "permit":
                rule["exclude"] = [*rule["exclude"], "education.attendance"]

    found = judged(without_attendance)
    assert (reader(found).accesses, reader(found).more, reader(found).less) == (1, 0, 1)
    example = reader(found).less_examples[0]
    held = northvale.sql("SELECT event_class FROM audit.entry WHERE entry_id = :entry", entry=example)
    assert held[0][0] in {"consultation", "disclosure"}
    assert {(one.item, one.less) for one in found.report.items} == {("education.attendance", 1)}


def test_a_family_that_was_refused_and_that_a_draft_would_show_counts_as_more(northvale, judged):
    with pytest.raises(NotFoundError):
        read_vikram(northvale, worker="W201")

    def to_everyone(content):
        for rule in content["rules"]:
            if rule["effect"] == "permit" and rule["relationships"]:
                rule["relationships"] = "*"

    assert reader(judged()).more == 0
    assert reader(judged(to_everyone)).more == 1


def test_all_accesses_can_be_judged_at_one_instant_at_which_nothing_is_agreed_any_more(northvale, judged):
    read_vikram(northvale)

    found = judged(at=northvale.clock.now.replace(year=2040))
    assert reader(found).less == 1
    assert found.report.judged_at.year == 2040


def test_accesses_recorded_without_what_they_rested_on_are_counted_apart(northvale, judged):
    write_authorisation(northvale.wiring.database)

    found = judged()
    assert found.report.accesses == 0
    assert found.left_out == {EARLIER: 1}


def test_a_refusal_for_a_purpose_of_the_register_counts_and_one_of_the_gateways_own_acts_does_not(northvale, judged):
    refused = {
        "event": EventClass.DENIED, "decision": Decision.REFUSE, "outcome": Outcome.DENIED, "household": None,
        "subjects": (), "items_shown": (),
    }  # fmt: skip
    write(northvale.wiring.database, *(an_entry(purpose=one, **refused) for one in ("early_help", "feeds")))

    assert judged().left_out == {EARLIER: 1}


def test_replaying_is_an_entry_that_names_the_draft_and_is_written_first(northvale, judged):
    before = northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'verification'")
    found = judged()

    entries = northvale.sql(
        "SELECT o.fields #>> '{detail,1}' FROM audit.entry e JOIN audit.opening o USING (entry_id)"
        " WHERE e.event_class = 'verification'"
    )
    assert len(entries) == before + 1
    assert found.report.register_version in {json.loads(row[0]).get("draft") for row in entries}


@pytest.mark.parametrize("refused", [False, True])
def test_an_officer_who_reads_an_entry_is_not_shown_anybodys_states(northvale, refused):
    if refused:
        with pytest.raises(NotFoundError):
            read_vikram(northvale, worker="W201")
    else:
        read_vikram(northvale)
    entry_id = opened_entry(northvale, "denied" if refused else "disclosure")

    shown = read_entry(northvale.wiring, CONTEXT, northvale.reader("W601"), entry_id)
    held = northvale.sql(
        "SELECT o.fields #>> '{detail,1}' FROM audit.opening o WHERE o.entry_id = :entry", entry=str(entry_id)
    )
    assert "decided_on" in json.loads(held[0][0])
    assert "decided_on" not in shown.values["detail"]
    assert set(json.loads(held[0][0])) - set(shown.values["detail"]) == {"decided_on"}
