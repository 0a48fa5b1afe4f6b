"""A feed starts off; two officers switch it on for a lawful, assessed and necessary purpose; one turns it off."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.port import items_of
from agreements.loader import load_register
from agreements.register import compile_register
from gateway.demo.switching_on import switch_everything_on
from gateway.errors import AccessRefusedError, AnsweredBeforeError, FeedOffError, NotFoundError
from gateway.usecases.feeds.feed_switch import decide_switch, propose_switch, require_on, switch_off
from tests.gateway.cluster import REGISTER
from tests.gateway.conftest import NOW
from tests.gateway.feeds.officers import CONTEXT, FIRST, SECOND, WORKER, switched_on, terms

FEED = "police-occurrences"
LAW_OF_ELECTORS = "SI2001-341-reg107"


@pytest.fixture(scope="module")
def documents(signed):
    return load_register(REGISTER, signed, NOW)


def with_reserved(wiring, documents, source, law):
    """The wiring over a register that keeps a source under a law, and says that statistics are of their own nature."""
    listed = documents.sources
    sources = tuple(
        one.model_copy(update={"reserved_under": law}) if one.id == source else one for one in listed.sources
    )
    purposes = tuple(
        one.model_copy(update={"nature": "statistics"}) if one.id == "statistics" else one
        for one in documents.purposes.purposes
    )
    changed = replace(
        documents,
        sources=listed.model_copy(update={"sources": sources}),
        purposes=documents.purposes.model_copy(update={"purposes": purposes}),
    )
    return replace(wiring, register=compile_register(changed))


def configurations(admin):
    """How many entries the log holds, waiting ones included."""
    with admin.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM audit.entry")).scalar_one()


def test_a_feed_that_nobody_switched_on_is_off(wiring):
    with pytest.raises(FeedOffError, match="is off"):
        require_on(wiring, FEED, NOW)
    with pytest.raises(NotFoundError):
        require_on(wiring, "no-such-feed", NOW)


def test_two_officers_switch_a_feed_on_and_one_turns_it_off_each_act_an_entry(wiring, admin):
    before = configurations(admin)
    switched_on(wiring, FEED, error_budget=0.05, usual_rows=300)
    on = require_on(wiring, FEED, NOW)
    assert (on.use, on.error_budget, on.usual_rows, on.rhythm) == ("full", 0.05, 300, "daily")

    off = switch_off(wiring, CONTEXT, SECOND, FEED, "The agreement is looked at again")

    assert (off.state, off.off_reason) == ("off", "The agreement is looked at again")
    assert configurations(admin) == before + 3
    with pytest.raises(FeedOffError):
        require_on(wiring, FEED, NOW)
    with pytest.raises(NotFoundError):
        switch_off(wiring, CONTEXT, FIRST, FEED, "Once more")


def test_nobody_decides_on_what_they_proposed(wiring, admin):
    proposed = propose_switch(wiring, CONTEXT, FIRST, FEED, terms(wiring, FEED))
    # The same worker under another account of the provider is the same worker.
    for again in (FIRST, replace(FIRST, subject="another")):
        with pytest.raises(AccessRefusedError) as refused:
            decide_switch(wiring, CONTEXT, again, (FEED, proposed.switch_id), "Mine", approved=True)
        assert refused.value.reason == "own-switch"
    with pytest.raises(FeedOffError):
        require_on(wiring, FEED, NOW)


def written_past_the_entry(admin, statement):
    """A change as its owner could write it, were it not for the table's own rules."""
    with admin.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE desk.feed_switch DISABLE TRIGGER change_with_entry")
        connection.exec_driver_sql(statement)


def test_the_database_takes_no_decision_of_the_proposer_and_none_without_an_entry(wiring, admin):
    propose_switch(wiring, CONTEXT, FIRST, FEED, terms(wiring, FEED))
    decide = "UPDATE desk.feed_switch SET state = 'on', decided_at = now(), decided_by = {}, decided_worker = {}"

    with pytest.raises(DBAPIError, match="check"):
        written_past_the_entry(admin, decide.format("proposed_by", "'y'"))
    with pytest.raises(DBAPIError, match="check"):
        written_past_the_entry(admin, decide.format("'x'", "proposed_worker"))
    with pytest.raises(DBAPIError, match="needs an actor"), admin.begin() as connection:
        connection.exec_driver_sql(decide.format("'x'", "'y'"))
    written_past_the_entry(admin, decide.format("'x'", "'y'"))


def test_a_switch_moves_one_way_in_the_database_too(wiring, admin):
    switched_on(wiring, FEED)
    with pytest.raises(DBAPIError, match="in this order"):
        written_past_the_entry(
            admin,
            "UPDATE desk.feed_switch SET state = 'proposed', decided_by = NULL, decided_worker = NULL, "
            "decided_at = NULL",
        )


def test_only_officers_propose_and_a_proposal_is_decided_once(wiring):
    with pytest.raises(AccessRefusedError):
        propose_switch(wiring, CONTEXT, WORKER, FEED, terms(wiring, FEED))
    proposed = propose_switch(wiring, CONTEXT, FIRST, FEED, terms(wiring, FEED))
    with pytest.raises(AnsweredBeforeError):
        propose_switch(wiring, CONTEXT, SECOND, FEED, terms(wiring, FEED))
    refused = decide_switch(wiring, CONTEXT, SECOND, (FEED, proposed.switch_id), "Not needed", approved=False)
    assert refused.state == "refused"
    with pytest.raises(AnsweredBeforeError):
        decide_switch(wiring, CONTEXT, SECOND, (FEED, proposed.switch_id), "After all", approved=True)
    with pytest.raises(NotFoundError):
        decide_switch(wiring, CONTEXT, SECOND, ("police-nominals", proposed.switch_id), "Other feed", approved=True)


@pytest.mark.parametrize("purpose", ["early_help", "linkage", "council_tax"])
def test_a_source_reserved_as_the_electoral_register_is_serves_no_welfare_purpose(wiring, documents, purpose):
    electors = with_reserved(wiring, documents, "council_tax", LAW_OF_ELECTORS)
    with pytest.raises(AccessRefusedError, match=r"Regulations 2001 reg 107.*linkage included") as refused:
        propose_switch(electors, CONTEXT, FIRST, "council-tax", terms(wiring, "council-tax", purpose=purpose))
    assert refused.value.reason == "source-reserved"


def test_such_a_source_may_serve_statistics(wiring, documents):
    electors = with_reserved(wiring, documents, "council_tax", LAW_OF_ELECTORS)
    assessed = terms(wiring, "council-tax", purpose="statistics", dpia="DPIA-NV-2026-020", dpia_line="R1")
    assert propose_switch(electors, CONTEXT, FIRST, "council-tax", assessed).state == "proposed"


def test_a_feed_that_is_on_is_not_taken_once_law_reserves_its_source(wiring, documents):
    switched_on(wiring, "council-tax", purpose="council_tax", dpia="DPIA-NV-2026-020")
    electors = with_reserved(wiring, documents, "council_tax", LAW_OF_ELECTORS)
    with pytest.raises(FeedOffError, match="reg 107"):
        require_on(electors, "council-tax", NOW)


def test_benefit_records_stay_off_while_their_programme_is_not_confirmed(wiring):
    asked = terms(wiring, "dwp-benefits", purpose="early_help", dpia="DPIA-NV-2026-015", dpia_line="R1")
    with pytest.raises(AccessRefusedError, match=r"Welfare Reform Act 2012 s\.131") as refused:
        propose_switch(wiring, CONTEXT, FIRST, "dwp-benefits", asked)
    assert refused.value.reason == "purpose-not-live"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": "marketing"}, "purpose-unknown"),
        ({"dpia": "DPIA-NV-1999-001"}, "dpia-unknown"),
        ({"dpia_line": "R99"}, "dpia-line-unknown"),
        ({"purpose": "home_safety"}, "dpia-other-purpose"),
        ({"necessity": "  "}, "necessity-missing"),
        ({"rhythm": "hourly"}, "terms-unknown"),
        ({"argument": ""}, "argument-missing"),
        (
            {"dpia": "DPIA-NV-2026-022", "dpia_line": "R1", "purpose": "statistics", "use": "match-only"},
            "dpia-other-data",
        ),
    ],
)
def test_a_proposal_that_lacks_something_is_refused_with_its_code(wiring, changes, code):
    with pytest.raises(AccessRefusedError) as refused:
        propose_switch(
            wiring, CONTEXT, FIRST, "council-tax", terms(wiring, "council-tax", **{"use": "full", **changes})
        )
    assert refused.value.reason == code
    assert refused.value.receipt


def test_a_feed_goes_off_by_itself_when_its_assessment_is_overdue(wiring):
    switched_on(wiring, FEED)
    with pytest.raises(FeedOffError, match=r"overdue|No agreement"):
        require_on(wiring, FEED, datetime(2031, 1, 1, tzinfo=UTC))


def test_a_match_only_feed_keeps_what_matching_needs_and_drops_the_rest(wiring):
    switched_on(wiring, "council-tax", use="match-only")
    on = require_on(wiring, "council-tax", NOW)
    supply = wiring.register.decide_supply("northvale_council", "council_tax", NOW)
    supplied = items_of(wiring.feeds["council-tax"].profile) & supply.items

    kept = on.narrowed(supply)

    assert {"ctax.account", "ctax.discount"} & supplied
    assert kept.items & supplied == {name for name in supplied if not name.startswith("ctax.")}
    assert all(kept.refusals[item].code == "match-only" for item in supplied - kept.items)


def test_approving_anew_replaces_what_is_on(wiring):
    switched_on(wiring, FEED, error_budget=0.1)
    switched_on(wiring, FEED, error_budget=0.2)
    assert require_on(wiring, FEED, NOW).error_budget == 0.2


def test_everything_in_the_demo_that_law_allows_is_switched_on(wiring):
    said = switch_everything_on(wiring, CONTEXT)
    assert said.keys() == wiring.feeds.keys()
    refused = {name: code for name, code in said.items() if code != "on"}
    assert refused.get("dwp-benefits") == "purpose-not-live"
    assert set(refused.values()) <= {"purpose-not-live", "source-reserved", "supply-not-agreed"}
    assert require_on(wiring, FEED, NOW + timedelta(days=1)).feed == FEED
