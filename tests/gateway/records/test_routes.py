"""The routes of records as they go over the wire."""

import asyncio

import httpx
import pytest

from gateway.usecases.telling.notifying import raise_notices
from tests.gateway.applications import application

RENT, FRAUD, LEAD, OFFICER, DPO, ANALYST = "B101", "W502", "S101", "W601", "W602", "W604"
MEMBERSHIP = "case_system/household.membership"
PER_REQUEST = ("instance", "receipt")


@pytest.fixture
def calling(northvale):
    """Call the application as a member of staff; who signs in is tested elsewhere."""
    app = application(northvale.wiring, caller=northvale.reader)

    async def send(worker, method, path, body):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://testserver") as client:
            return await client.request(method, f"/v1{path}", headers={"Test-Caller": worker}, **body)

    def call(worker, method, path, **body):
        return asyncio.run(send(worker, method, path, body))

    return call


def test_the_refusal_is_the_same_bytes_for_every_tenant_but_for_the_ids_of_the_request(northvale, calling):
    bodies = []
    for family in (northvale.family_id("S2", "Kelly Marsh"), northvale.wiring.mint_opaque()):
        asked = {
            "purpose": "tenancy_management", "items": ["health.*"], "reason": "arrears", "family_id": str(family),
        }  # fmt: skip
        answer = calling(RENT, "POST", "/access-requests", json=asked)
        assert answer.status_code == 403
        body = answer.json()
        bodies.append(repr({name: value for name, value in body.items() if name not in PER_REQUEST}))
        assert body["receipt"]

    assert bodies[0] == bodies[1]


def test_a_request_under_a_law_is_taken_listed_answered_once_and_read(northvale, calling):
    asked = {
        "purpose": "council_tax_fraud", "items": [MEMBERSHIP], "reason": "a review", "law": "SI2013-501",
        "family_id": str(northvale.family_id("S2", "Kelly Marsh")),
    }  # fmt: skip
    taken = calling(FRAUD, "POST", "/access-requests", json=asked)
    path = f"/access-requests/{taken.json()['access_request_id']}"
    listed = calling(OFFICER, "GET", "/access-requests").json()
    assert taken.status_code == 202
    assert taken.json()["decided_by"] == "northvale_council/dpo"
    assert [one["request_id"] for one in listed] == [taken.json()["access_request_id"]]
    assert calling(FRAUD, "GET", "/access-requests").status_code == 403

    given = {"items": [MEMBERSHIP], "bases": ["6(1)(e)"], "reason": "it is what the enquiry needs"}
    statuses = [calling(worker, "POST", f"{path}/answer", json=given).status_code for worker in (FRAUD, DPO, DPO)]
    shown = calling(FRAUD, "POST", f"{path}/read")

    assert statuses == [404, 200, 409]
    assert [fact["item"] for fact in shown.json()["facts"]] == ["household.membership"]
    assert shown.json()["receipt"]["promise"]
    assert calling(OFFICER, "POST", f"{path}/read").status_code == 404


def test_a_notice_is_listed_and_read(northvale, calling):
    raise_notices(northvale.wiring)
    family = northvale.family_id("S1", "Aisha Cole")
    notice = northvale.sql("SELECT notice_id FROM desk.notice WHERE family_id = :family", family=family)[0].notice_id
    listed = {one["notice_id"]: one["state"] for one in calling(LEAD, "GET", "/notices").json()}
    read = calling(LEAD, "POST", f"/notices/{notice}/read")

    assert listed[str(notice)] == "unread"
    assert read.status_code == 200
    assert read.json()["state"] == "read"
    assert len(read.json()["incidents"]) == 1
    assert read.json()["receipt"]["promise"]
    assert calling(RENT, "POST", f"/notices/{notice}/read").status_code == 404


def test_the_review_queue_is_for_officers(calling):
    calling(FRAUD, "POST", "/purpose-declarations", json={"purpose": "early_help", "reason": "to look"})

    assert [one["kind"] for one in calling(OFFICER, "GET", "/reviews").json()] == ["purpose-not-offered"]
    assert calling(FRAUD, "GET", "/reviews").status_code == 403


def test_a_figure_says_what_stays_back(calling):
    asked = {"purpose": "statistics", "measure": "single_person_discounts", "group_by": "postcode_district"}
    answer = calling(FRAUD, "POST", "/figures", json=asked)

    assert answer.status_code == 200
    assert any(one["suppressed"] and one["count"] is None for one in answer.json()["figures"])
    assert calling(ANALYST, "POST", "/figures", json=asked).status_code == 403
    assert calling(ANALYST, "POST", "/figures", json=asked | {"measure": "names"}).status_code == 422
