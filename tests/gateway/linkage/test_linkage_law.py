"""The log says on which agreement and law linkage rests, as it does of every disclosure."""

import json

import pytest

from audit.entry import Decision
from tests.gateway.served import served

STEWARD = {"Test-Caller": "W603"}


def opened(northvale, condition="true"):
    rows = northvale.sql(
        "SELECT o.fields FROM audit.entry e JOIN audit.opening o USING (entry_id)"  # noqa: S608 - fixed conditions
        f" WHERE o.fields #>> '{{purpose,1}}' = '\"linkage\"' AND {condition}"
    )
    return [{name: json.loads(value) for name, (_, value) in row.fields.items()} for row in rows]


def rests_on_linkage(northvale, entry):
    """Whether an entry names clauses of one agreement of the register, and articles."""
    documents = {clause.partition("@")[0] for clause in entry["agreements"]}
    known = {one.id: one for one in northvale.wiring.register.agreements}
    return len(documents) == 1 and documents <= known.keys() and "6(1)" in (entry["legal_basis"] or "")


def test_what_joins_services_says_which_agreement_lets_it(northvale):
    joined = [one for one in opened(northvale, "e.event_class = 'combination'") if one["detail"].get("sources")]

    assert joined
    assert all(rests_on_linkage(northvale, one) for one in joined)


@pytest.mark.parametrize("path", ["/v1/matches/reviews", "/v1/households/of/{family}"])
def test_what_a_steward_is_shown_rests_on_the_same_agreement(northvale, path):
    family = northvale.family_id("S2", "Kelly Marsh")
    with served(northvale) as gateway:
        answer = gateway.client.get(path.format(family=family), headers=STEWARD)
    looked = opened(northvale, f"o.fields #>> '{{request_id,1}}' = '\"{answer.headers['x-request-id']}\"'")

    assert answer.status_code == 200
    assert looked
    assert all(rests_on_linkage(northvale, one) for one in looked)


def test_nobody_who_is_refused_is_said_to_rest_on_an_agreement(northvale):
    with served(northvale) as gateway:
        gateway.client.get("/v1/matches/reviews", headers={"Test-Caller": "W101"})

    (refused,) = opened(northvale, "e.event_class = 'denied'")
    assert (refused["decision"], refused["agreements"]) == (Decision.REFUSE, [])
