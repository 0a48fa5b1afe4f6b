"""At the door: of a feed that is off nothing is taken, a match-only feed keeps what it needs, senders are told."""

import json

import pytest
from sqlalchemy import text

from gateway.errors import FeedOffError
from gateway.identity.caller import PartnerCaller
from gateway.usecases.feeds.feed_switch import switch_off
from gateway.usecases.intake.intake import TAKEN_AT_ONCE, Push, receive_batch
from gateway.usecases.intake.intake_taking import take_batch
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.telling.webhooks import add_webhook
from gateway.usecases.telling.webhooks_sending import deliver_due
from gateway.usecases.telling.webhooks_telling import tell_of_linked
from tests.gateway.batches.school import push, sheet
from tests.gateway.feeds.officers import CONTEXT, FIRST, POLICE, switched_on
from tests.gateway.feeds.receiver import receiving

TAX = "council-tax"
NOMINALS = "police-nominals"
COUNCIL = PartnerCaller("council-tax-export", "northvale_council", POLICE.scopes, POLICE.expires_at)
LINES = b"account_ref,person_ref,surname,forename,band,postcode\n"


def tax(*numbers):
    return LINES + b"".join(b"A%d,P%d,Marsh,Kelly%d,C,NV1 1AA\n" % (n, n, n) for n in numbers)


def pushed(wiring, body, feed=TAX, caller=COUNCIL, key="a key"):
    return receive_batch(wiring, CONTEXT, caller, Push(feed, body, "csv", key))


def counted(admin, statement):
    with admin.connect() as connection:
        return connection.execute(text(statement)).scalar_one()


def test_a_file_of_a_feed_that_is_off_leaves_nothing_behind(wiring, admin):
    with pytest.raises(FeedOffError):
        pushed(wiring, tax(1, 2))
    assert counted(admin, "SELECT count(*) FROM desk.batch") == 0
    assert list(wiring.settings.spool_folder.glob("*")) == []


def test_once_it_is_on_the_same_file_is_taken_and_once_off_again_no_other(wiring):
    switched_on(wiring, TAX)
    assert pushed(wiring, tax(1, 2)).rows_accepted == 2
    switch_off(wiring, CONTEXT, FIRST, TAX, "We look at it again")
    with pytest.raises(FeedOffError):
        pushed(wiring, tax(3), key="another")


def test_a_file_that_waited_while_its_feed_was_turned_off_is_refused_whole(wiring, admin):
    switched_on(wiring, TAX)
    body = tax(*range(1, 40000))
    assert len(body) > TAKEN_AT_ONCE
    waiting = pushed(wiring, body)
    assert waiting.state == "received"
    switch_off(wiring, CONTEXT, FIRST, TAX, "We look at it again")

    take_batch(wiring, waiting.batch_id)

    with admin.connect() as connection:
        batch = connection.execute(text("SELECT state, refusal_code FROM desk.batch")).one()
    assert tuple(batch) == ("refused", "feed-off")
    assert counted(admin, "SELECT count(*) FROM hearth.fact") == 0


@pytest.mark.parametrize(("use", "kept"), [("match-only", False), ("full", True)])
def test_a_match_only_feed_s_other_items_are_dropped_at_the_door_and_named(wiring, admin, use, kept):
    switched_on(wiring, TAX, use=use)
    batch = pushed(wiring, tax(1, 2))
    stored = counted(
        admin,
        "SELECT count(*) FROM hearth.fact JOIN hearth.item USING (item_no) WHERE name LIKE 'ctax.%'",
    )
    names = counted(
        admin, "SELECT count(*) FROM hearth.fact JOIN hearth.item USING (item_no) WHERE name = 'identity.name'"
    )
    assert names == 2
    assert bool(stored) is kept
    assert bool([item for item in batch.items_not_covered if item.startswith("ctax.")]) is not kept
    assert ("band" in batch.columns_not_kept) is not kept


def test_what_no_agreement_covers_says_so_whether_it_is_on_or_not(wiring):
    dwp = PartnerCaller("dwp-export", "dwp", POLICE.scopes, POLICE.expires_at)
    batch = pushed(wiring, b"x\n", "dwp-benefits", dwp)
    assert (batch.state, batch.refusal_code) == ("refused", "supply-not-agreed")


def test_a_batch_leaves_figures_of_its_columns(wiring, admin):
    switched_on(wiring, TAX)
    pushed(wiring, tax(1, 2, 3))
    with admin.connect() as connection:
        rows = {row.column_name: row for row in connection.execute(text("SELECT * FROM desk.batch_column"))}
    assert (rows["surname"].looked_at, rows["surname"].empty) == (3, 0)
    assert set(rows) <= {column.name for column in wiring.feeds[TAX].profile.columns}


def test_the_sender_is_told_when_its_file_is_finished_and_when_it_is_linked(wiring):
    settings = wiring.settings.model_copy(update={"webhook_networks": "127.0.0.0/8"})
    object.__setattr__(wiring, "settings", settings)
    switched_on(wiring, TAX)
    with receiving() as receiver:
        add_webhook(wiring, CONTEXT, COUNCIL, receiver.address, ["batch.finished", "batch.linked"])
        taken = pushed(wiring, tax(1, 2))
        unreadable = pushed(wiring, b"not the columns\n1\n", key="another")
        link_everything(wiring)
        assert (tell_of_linked(wiring), tell_of_linked(wiring)) == (1, 0)
        assert deliver_due(wiring) == 3
    told = [json.loads(body) for _, body in receiver.got]
    found = {(one["type"], one["data"]["batch_id"], one["data"]["state"]) for one in told}
    assert found == {
        ("batch.finished", str(taken.batch_id), "accepted"),
        ("batch.finished", str(unreadable.batch_id), "refused"),
        ("batch.linked", str(taken.batch_id), "linked"),
    }
    assert all(set(one["data"]) == {"batch_id", "feed", "state"} for one in told)


def test_a_column_that_is_never_kept_is_named_back_however_it_is_written(wiring):
    feed = wiring.feeds["schools-attendance"].profile
    assert "religion" in feed.never_kept
    row = {**feed.example_rows[0], "RELIGION": "none", "Mum's number": "07700 900123"}
    batch = push(wiring, sheet([row], list(row)), feed=feed.name)
    assert batch.rows_accepted == 1
    assert "religion" in batch.columns_not_kept
    # A name of the sender's own may hold a person, so it is its place that is told.
    assert f"column {len(row)}, unknown to this feed" in batch.columns_not_kept
    assert not [name for name in batch.columns_not_kept if "Mum" in name or name.isupper()]
