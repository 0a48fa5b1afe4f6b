"""Who is told that something was taken back could see it: a notice about what was hidden would tell of it."""

from datetime import timedelta

import pytest

from gateway.usecases.linking.linking_new import link_new
from gateway.usecases.subjects.correction_notices import my_correction_notices
from gateway.usecases.subjects.retracting import FactsMeant, NewRetraction, retract_facts
from gateway.usecases.subjects.telling_viewers import tell_of_retractions
from tests.gateway.northvale_world import CONTEXT

VIKRAM, ROHAN = ("S3", "Vikram Nair"), ("S3", "Rohan Nair")
FLED_TO = {"line1": "2 Sorrel Row", "postcode": "NV9 9ZZ", "uprn": "980000097099", "address_from": "2026-10-12"}


def unmark(northvale, *, dated=True):
    """Take every mark away; or those alone that have no day."""
    northvale.sql(
        "DELETE FROM hearth.fact f USING hearth.item i WHERE f.item_no = i.item_no AND i.name = 'identity.protected'"
        " AND (:dated OR f.valid_from IS NULL)",
        dated=dated,
    )


def test_who_is_not_shown_a_worker_of_since_hears_of_none_that_was_taken_back(northvale):
    unmark(northvale, dated=False)
    northvale.sql(
        "UPDATE hearth.fact SET valid_from = '2026-09-20' WHERE record_id = :record AND item_no ="
        " (SELECT i.item_no FROM hearth.item i WHERE i.name = 'care.professional')",
        record=northvale.record_id("case_system", northvale.person(*ROHAN)["keys"]["case_system"]),
    )

    assert len(notices_after(northvale, feed_of_workers(northvale), "care.professional")) == 0


def feed_of_workers(northvale):
    (feed,) = {
        row.feed
        for row in northvale.sql(
            "SELECT DISTINCT b.feed FROM hearth.fact f JOIN desk.batch b USING (batch_id)"
            " JOIN hearth.item i USING (item_no) WHERE i.name = 'care.professional' AND f.record_id = :record",
            record=northvale.record_id("case_system", northvale.person(*ROHAN)["keys"]["case_system"]),
        )
    }
    return feed


def notices_after(northvale, *meant):
    """What Vikram's worker is told once the council's case system takes back something of Rohan."""
    opened = northvale.open("W203", northvale.declare("W203", "early_help"), northvale.family_id(*VIKRAM))
    assert len({one.person for one in opened.profile.addresses}) == 2
    northvale.clock.now += timedelta(minutes=1)
    sender = northvale.partner(meant[0])
    facts = FactsMeant(northvale.person(*ROHAN)["keys"]["case_system"], item=meant[1])
    done = retract_facts(northvale.wiring, CONTEXT, sender, NewRetraction(meant[0], "sent-in-error", (facts,)))
    tell_of_retractions(northvale.wiring)
    assert done.rows == 1
    return my_correction_notices(northvale.wiring, CONTEXT, northvale.reader("W203"))


@pytest.mark.parametrize("protected", [True, False])
def test_who_could_not_see_where_a_child_is_hears_of_no_address_that_was_taken_back(northvale, protected):
    rohan = northvale.person(*ROHAN)
    known = {name: rohan[name] for name in ("surname", "forename", "dob")}
    northvale.push_rows("case-people", {"person_ref": rohan["keys"]["case_system"], "sex": "M"} | known | FLED_TO)
    link_new(northvale.wiring)
    if not protected:
        unmark(northvale)

    assert len(notices_after(northvale, "case-people", "address.residence")) == (0 if protected else 1)


@pytest.mark.parametrize(("protected", "heard"), [("from ever", 0), ("since they fled", 1), ("never", 1)])
def test_who_was_not_shown_a_child_s_workers_hears_of_none_that_was_taken_back(northvale, protected, heard):
    """The charter withholds of the protected those of since, which are all where a mark has no day."""
    if protected != "from ever":
        unmark(northvale, dated=protected == "never")
    assert len(notices_after(northvale, feed_of_workers(northvale), "care.professional")) == heard
