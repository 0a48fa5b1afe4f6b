"""Everything is linked with a model fitted to it, new records with the same, and a steward is told its weights."""

from uuid import UUID

import pytest

from gateway.store import identities
from gateway.store.ledger import append
from gateway.store.link_keys import read_base
from gateway.usecases.linking.linking_entries import combination_entry
from gateway.usecases.linking.match_queue import matches_waiting
from gateway.usecases.linking.match_reviews import explain_match
from linkage.model import default_model, model_from_json
from tests.gateway.northvale_world import CONTEXT

STEWARD = "W603"


def base_of(northvale):
    with northvale.wiring.database.transaction("hg_link") as connection:
        return read_base(connection)


def explained(northvale):
    steward = northvale.reader(STEWARD)
    waiting = matches_waiting(northvale.wiring, CONTEXT, steward).matches
    told = [explain_match(northvale.wiring, CONTEXT, steward, each.review_id) for each in waiting]
    return {each.match.review_id: each.weights for each in told}


def test_a_run_over_everything_fits_the_model_to_its_records(northvale):
    base = base_of(northvale)

    assert base.records >= 500
    assert model_from_json(base.model).trained_on.endswith(f"fitted to {base.records} records")


def test_a_steward_is_told_the_weights_that_the_pair_was_judged_by(northvale):
    fitted = explained(northvale)
    northvale.sql("UPDATE hearth.link_base SET model = :model", model=default_model().to_json())
    shipped = explained(northvale)

    assert fitted.keys() == shipped.keys() != set()
    assert all(fitted[review] != shipped[review] for review in fitted)


@pytest.mark.parametrize("made_with", ["", "an earlier release"])
def test_weights_of_an_earlier_release_are_not_told_as_if_they_held(northvale, made_with):
    northvale.sql(
        "UPDATE hearth.link_base SET model = '{}', made_with = coalesce(nullif(:made_with, ''), made_with)",
        made_with=made_with,
    )

    assert explained(northvale)


def test_a_model_that_moves_every_band_of_a_borough_ends_all_its_links_at_once(northvale):
    now = northvale.clock.now
    with northvale.wiring.database.transaction("hg_link") as connection:
        links = [link.link_id for link in identities.current_links(connection)]
        append(connection, combination_entry(northvale.wiring, northvale.wiring.mint(), len(links), (), now))
        # The protocol of the server takes 65,535 parameters in a statement.
        identities.replace_links(connection, [*links, *map(UUID, map("{:032x}".format, range(70_000)))], [], now)
        left = identities.current_links(connection)

    assert (len(links) > 500, left) == (True, [])
