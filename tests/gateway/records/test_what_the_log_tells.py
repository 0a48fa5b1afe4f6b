"""Of whatever leaves the gateway the log tells every item, and how many facts of it: route by route, over the wire.

What left is counted out of the answer's own bytes. A heading merges facts that agree, so there an item is told with at
least as many facts as values stand in it; every other entry of an answer is one fact.
"""

import json
from collections import Counter
from uuid import UUID

import pytest

from gateway.usecases.families.answering import answer_request
from gateway.usecases.families.printing import print_profile
from gateway.usecases.register.named_law import StoredAnswer
from gateway.usecases.telling.notifying import raise_notices
from insight.measures import MEASURES
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.served import served
from tests.structure.application import bare_application

HEADS = {"names": "identity.name", "birth_dates": "identity.birth_date", "sexes": "identity.sex",
         "phones": "contact.phone", "emails": "contact.email"}  # fmt: skip
NUMBERS = {"NHS number": "identity.nhs_number", "Unique pupil number": "identity.upn",
           "National Insurance number": "identity.nino", "Police National Computer id": "identity.pnc_id"}  # fmt: skip
SECTIONS = ("circumstances", "events", "interventions", "goals", "professionals")
TIES = {"family.relationship", "household.membership"}
LOOKS = [("W101", "front_door"), ("W201", "early_help"), ("B101", "tenancy_management")]
PEOPLE = [("S1", "Aisha Cole"), ("S2", "Kelly Marsh"), ("S4", "Tyler Boateng"), ("S5", "Mohammed Iqbal")]
CHECKED = {
    "POST /v1/people/search", "GET /v1/families/{family_id}", "POST /v1/families/{family_id}/disputes",
    "POST /v1/notices/{notice_id}/read", "POST /v1/access-requests/{access_request_id}/read", "POST /v1/figures",
    "POST /v1/decisions/explain", "GET /v1/partners/me/tasks/{task_id}", "GET /v1/matches/reviews/{review_id}",
    "POST /v1/families/{family_id}/as-known",
}  # fmt: skip
"""What shows facts of people, or says that they are there; a pair of records is checked with scene S5."""
ABOUT_THE_LOG = ("/v1/log/", "/v1/receipts/", "/v1/reviews", "/v1/me/review-questions", "/v1/subject-reports")
"""What shows entries of the log, whose number the entry of having looked tells as `row_count`."""
NO_FACTS = (
    "/.well-known/", "/health/", "/oauth/", "/v1/access-requests", "/v1/batches", "/v1/corrections", "/v1/disputes",
    "/v1/emergencies", "/v1/erasures", "/v1/feed", "/v1/households/", "/v1/legal-holds", "/v1/matches/", "/v1/me/p",
    "/v1/notices", "/v1/partners/me/", "/v1/pulls", "/v1/purpose-declarations", "/v1/services", "/v1/webhooks",
)  # fmt: skip
"""What shows the state of acts, files, feeds and rules, by opaque ids: no fact of the concept model about a person."""


@pytest.fixture
def gateway(northvale):
    with served(northvale) as one:
        yield one


def told(northvale, entry_id, phase="outcome"):
    """Items with their counts, and sources, as the entry of a release holds them."""
    (row,) = northvale.sql("SELECT fields FROM audit.opening WHERE entry_id = CAST(:entry AS uuid)", entry=entry_id)
    values = {
        name: northvale.sql("SELECT audit.opened(CAST(:fields AS jsonb), :name) AS value",
                            fields=json.dumps(row.fields), name=name)[0].value
        for name in ("items_shown", "shown_counts", "sources", "phase")
    }  # fmt: skip
    assert values["phase"] == phase
    assert sorted(values["shown_counts"]) == values["items_shown"]
    assert all(values["shown_counts"].values())
    return values["shown_counts"], set(values["sources"])


def of_headings(identities):
    left = Counter()
    for identity in identities:
        left.update({item: len(identity[part]) for part, item in HEADS.items() if identity[part]})
        left.update(NUMBERS[label] for label, _ in identity["identifiers"])
    return left


def require_told(counts, exact, merged):
    """Every entry is one fact; of a heading at least one fact a value; and nothing is told that did not leave."""
    assert {item: counts.get(item) for item in exact} == dict(exact)
    assert all(counts.get(item, 0) >= values for item, values in merged.items())
    assert set(counts) == set(exact) | set(merged)


def of_page(page):
    exact = Counter(fact["item"] for section in SECTIONS for fact in page[section])
    exact.update({"address.residence": len(page["addresses"])} if page["addresses"] else {})
    merged = of_headings(member["identity"] for member in page["members"])
    merged.update({"family.relationship": len(page["relationships"])} if page["relationships"] else {})
    return exact, merged


@pytest.mark.parametrize(("worker", "purpose"), LOOKS)
def test_a_page_a_search_and_an_answer_why(northvale, gateway, worker, purpose):
    shown = 0
    for scene, name in PEOPLE:
        declared = gateway.declare(worker, purpose)
        page = gateway.family(worker, declared, northvale.family_id(scene, name))
        if page.status_code == 200:
            body = page.json()
            counts, sources = told(northvale, body["receipt"]["entry"])
            exact, merged = of_page(body)
            # Which households of a service two members share is told by their standing on one page.
            together = {item: counts[item] for item in counts if item == "household.membership"}
            assert len(body["members"]) > 1 or not together
            require_told(counts, exact, merged + Counter(together))
            assert body["items_shown"] == sum(counts.values())
            assert {fact["provenance"]["source"] for part in (*SECTIONS, "addresses") for fact in body[part]} <= sources
            shown += len(counts)
            why = gateway.explain(worker, declared, northvale.family_id(scene, name)).json()
            named = {(part["source"], item) for one in why["permitted"] for part in one["data"]
                     for item in part["items"]}  # fmt: skip
            counts, sources = told(northvale, why["receipt"]["entry"])
            assert counts == Counter(item for _, item in named)
            assert sources == {source for source, _ in named}
        found = gateway.search(worker, declared, northvale.person(scene, name))
        if found.status_code == 200:
            hits = found.json()["hits"]
            merged = of_headings(hit["identity"] for hit in hits)
            postcodes = sum(len(hit["postcodes"]) for hit in hits)
            merged.update({"address.residence": postcodes} if postcodes else {})
            require_told(told(northvale, found.json()["receipt"]["entry"])[0], {}, merged)
            shown += len(hits)
    assert shown


def test_what_stood_on_a_page_on_an_earlier_day(northvale, gateway):
    # Of whom a former name is held, which nobody is told: not in a number beside what was told, either.
    (held,) = northvale.sql(
        "SELECT p.family_id FROM hearth.fact f JOIN hearth.item i USING (item_no) JOIN hearth.link l USING (record_id)"
        " JOIN hearth.person p USING (person_id) WHERE i.name = 'identity.former_name' AND NOT f.tombstone"
        " AND l.superseded_at IS NULL ORDER BY f.recorded_at, f.fact_id LIMIT 1"
    )
    body = gateway.client.post(
        f"/v1/families/{held.family_id}/as-known", json={"on": "2099-12-31"}, headers={"Test-Caller": "W602"}
    ).json()

    counts, sources = told(northvale, body["receipt"]["entry"], phase="single")
    left = Counter()
    for one in body["items"]:
        left[one["item"]] += one["facts"]
    assert len(left) > 1
    assert (counts, sources) == (left, {one["source"] for one in body["items"]})
    (row,) = northvale.sql("SELECT audit.opened(fields, 'detail')->>'row_count' AS told FROM audit.opening"
                           " WHERE entry_id = CAST(:entry AS uuid)", entry=body["receipt"]["entry"])  # fmt: skip
    assert row.told == str(left.total())


def test_a_print_tells_what_its_page_tells(northvale):
    declared, family = northvale.declare("W201", "early_help"), northvale.family_id("S2", "Kelly Marsh")
    page = northvale.open("W201", declared, family)
    paper = print_profile(northvale.wiring, CONTEXT, northvale.reader("W201"), family, declared)

    assert told(northvale, paper.receipt.entry_id) == told(northvale, page.receipt.entry_id)
    assert "identity.name" in told(northvale, paper.receipt.entry_id)[0]


def test_a_notice(northvale, gateway):
    raise_notices(northvale.wiring)
    notice = northvale.sql(
        "SELECT notice_id FROM desk.notice WHERE family_id = :family AND escalates_to_role IS NOT NULL",
        family=northvale.family_id("S1", "Aisha Cole"),
    )[0].notice_id  # fmt: skip
    body = gateway.client.post(f"/v1/notices/{notice}/read", headers={"Test-Caller": "S101"}).json()

    counts, _ = told(northvale, body["receipt"]["entry"])
    incidents = {item: counts[item] for item in counts if item.startswith(("crime.", "da.", "police."))}
    require_told(counts, Counter(incidents), of_headings([body["pupil"]]))
    assert sum(incidents.values()) == len(body["incidents"]) > 0


def test_what_was_granted_under_a_law(northvale, gateway):
    items = ["case_system/household.membership", "case_system/address.residence"]
    family = str(northvale.family_id("S2", "Kelly Marsh"))
    asked = {"purpose": "council_tax_fraud", "items": items, "reason": "a summons", "law": "SI2013-501",
             "family_id": family}  # fmt: skip
    caller = {"Test-Caller": "W502"}
    taken = gateway.client.post("/v1/access-requests", json=asked, headers=caller).json()["access_request_id"]
    given = StoredAnswer(tuple(items), ("6(1)(e)",), "it is what the enquiry needs", None)
    answer_request(northvale.wiring, CONTEXT, northvale.reader("W602"), UUID(taken), given)
    body = gateway.client.post(f"/v1/access-requests/{taken}/read", headers=caller).json()

    counts, sources = told(northvale, body["receipt"]["entry"])
    require_told(counts, Counter(fact["item"] for fact in body["facts"]), {})
    assert sources == {"case_system"}


def test_a_figure_tells_what_it_was_counted_from(northvale, gateway):
    for name, measure in MEASURES.items():
        asked = {"purpose": "statistics", "measure": name, "group_by": measure.group_by}
        for worker in ("W502", "W604", "B101"):
            answer = gateway.client.post("/v1/figures", json=asked, headers={"Test-Caller": worker})
            if answer.status_code == 200:
                groups = sum(one["count"] is not None for one in answer.json()["figures"])
                counts, sources = told(northvale, answer.json()["receipt"]["entry"])
                needed = measure.needs if groups else {}
                assert counts == {item: groups for _, item in needed}
                assert sources == {source for source, _ in needed}


def test_a_disputed_fact_to_who_disputes_it_and_to_its_sender(northvale, gateway):
    declared, family = gateway.declare("B101", "tenancy_management"), northvale.family_id("S2", "Kelly Marsh")
    page = gateway.family("B101", declared, family).json()
    fact = next(one for one in page["circumstances"] if one["item"] == "housing.arrears")
    raised = gateway.client.post(
        f"/v1/families/{family}/disputes", headers=gateway.headers("B101", declared),
        json={"fact": fact["ref"], "words": "We paid this in full before the summer."},
    )  # fmt: skip
    assert raised.status_code == 201, raised.text
    assert told(northvale, newest_outcome(northvale)) == ({"housing.arrears": 1}, {"housing"})

    caller = {"Test-Caller": "housing-tenancies"}
    (task,) = gateway.client.get("/v1/partners/me/tasks", headers=caller).json()
    opened = gateway.client.get(f"/v1/partners/me/tasks/{task['task_id']}", headers=caller).json()
    left = Counter(one["item"] for one in (opened["fact"], *opened["person"]))
    assert told(northvale, newest_outcome(northvale)) == (left, {"housing"})


def newest_outcome(northvale):
    return northvale.sql(
        "SELECT e.entry_id FROM audit.entry e JOIN audit.opening o USING (entry_id)"
        " WHERE audit.opened(o.fields, 'phase') #>> '{}' = 'outcome' ORDER BY e.entry_id DESC LIMIT 1"
    )[0].entry_id


def test_every_route_is_checked_or_shows_no_fact():
    paths = bare_application().openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}

    assert routes >= CHECKED
    others = {route.split()[1] for route in routes - CHECKED}
    assert {path for path in others if not path.startswith((*ABOUT_THE_LOG, *NO_FACTS))} - {
        # The answer is the declaration that was sent.
        "/v1/families/{family_id}",
    } == set()
