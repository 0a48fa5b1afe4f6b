"""S10: the fraud officer's search and page are the same bytes with every welfare feed removed."""

from dataclasses import asdict

import pytest

from gateway.errors import AccessRefusedError
from gateway.store.scripts import run_script

FRAUD = "W502"
SUBJECT = "Joanne Pickering"


WELFARE = """
    SET LOCAL session_replication_role = replica;
    CREATE TEMPORARY TABLE welfare AS SELECT source_no FROM hearth.source WHERE name NOT IN ('council_tax', 'area');
    DELETE FROM hearth.search_token WHERE source_no IN (SELECT source_no FROM welfare);
    DELETE FROM hearth.fact WHERE source_no IN (SELECT source_no FROM welfare);
"""


def seen(northvale):
    """Hit list, order and reasons included, and the page of every hit; without their receipts."""
    declaration = northvale.declare(FRAUD, "council_tax_fraud")
    found = northvale.search(FRAUD, declaration, northvale.person("S10", SUBJECT))
    pages = [asdict(northvale.open(FRAUD, declaration, hit.family_id).profile) for hit in found.hits]
    return {"hits": [asdict(hit) for hit in found.hits], "more": found.more, "pages": pages}


def test_the_hit_list_and_the_page_are_the_same_bytes_without_any_welfare_feed(northvale):
    before = repr(seen(northvale))
    with northvale.admin.begin() as connection:
        # What was said goes; which records are one person stays, as the named exception.
        run_script(connection, WELFARE)

    assert "PICKERING" in before.upper()
    assert repr(seen(northvale)) == before


def test_the_page_holds_council_tax_alone(northvale):
    page = seen(northvale)["pages"][0]

    shown = [*page["circumstances"], *page["addresses"], *page["events"], *page["interventions"]]
    assert {one["provenance"]["source"] for one in shown} == {"council_tax"}
    assert "Stroud" not in repr(page)


@pytest.mark.parametrize("purpose", ["early_help", "front_door", "statistics", "tenancy_management"])
def test_no_other_purpose_is_open_to_the_fraud_officer(northvale, purpose):
    with pytest.raises(AccessRefusedError):
        northvale.declare(FRAUD, purpose)


def test_a_worker_who_may_see_welfare_does_see_the_difference(northvale):
    """The positive control: what the fraud officer is not shown is there."""
    assert northvale.count(
        "SELECT count(*) FROM hearth.fact f JOIN hearth.link l ON l.record_id = f.record_id"
        " WHERE l.person_id = :person AND f.source_no <> (SELECT source_no FROM hearth.source"
        " WHERE name = 'council_tax')",
        person=northvale.person_id("S10", SUBJECT),
    )
