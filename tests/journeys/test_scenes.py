"""S1, S2, S3, S9 and S10 as their readers meet them, over HTTP."""

from collections import Counter

import httpx
import pytest

from tests.gateway.served import served

_SECTIONS = ("circumstances", "events", "interventions", "goals", "professionals")


class Page:
    """A family's answer, asked about in the words of the scenes."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.status_code == httpx.codes.OK, answer.text
        self.json = answer.json()
        self.text = answer.text
        self._names = {one["id"]: one["identity"]["names"][0]["value"] for one in self.json["members"]}

    def members(self) -> set[str]:
        return {name.title() for name in self._names.values()}

    def items(self) -> Counter[tuple[str, str]]:
        facts = [fact for section in _SECTIONS for fact in self.json[section]]
        return Counter((self._names[fact["person"]].title(), fact["item"]) for fact in facts)

    def facts(self, item: str) -> list[dict]:
        return [fact for section in _SECTIONS for fact in self.json[section] if fact["item"] == item]

    def addresses(self) -> set[tuple[str, str, bool]]:
        """(person, first line, is the newest of that person)."""
        shown = self.json["addresses"]
        return {(self._names[one["person"]].title(), one["lines"][0], one["newest"]) for one in shown}

    def said(self) -> set[str]:
        return {line["sentence"] for line in self.json["withheld"]}


@pytest.fixture
def look(northvale):
    with served(northvale) as gateway:

        def open_family(worker: str, purpose: str, scene: str, name: str, **declared: str) -> Page:
            declaration = gateway.declare(worker, purpose, **declared)
            (hit,) = gateway.search(worker, declaration, northvale.person(scene, name)).json()["hits"]
            return Page(gateway.family(worker, declaration, hit["family_id"]))

        open_family.gateway = gateway
        yield open_family


def test_s1_mash_sees_everything_on_one_page(look):
    page = look("W101", "front_door", "S1", "Aisha Cole")

    assert page.members() == {"Aisha Cole", "Leanne Cole", "Darren Cole"}
    items = page.items()
    assert items["Aisha Cole", "health.appointment"] == 2
    assert items["Aisha Cole", "education.provision"] == 1
    assert items["Darren Cole", "da.incident"] == 2
    assert items["Aisha Cole", "care.contact"] == 1
    assert ("Aisha Cole", "17 Alder Court", True) in page.addresses()
    assert ("Aisha Cole", "3 Mill Lane", False) in page.addresses()
    assert {fact["values"]["answer"] for fact in page.facts("safeguarding.concern")} == {"unknown"}
    assert {fact["nature"] for fact in page.facts("crime.allegation")} == {"allegation"}
    assert all("Not proof that it happened." in fact["note"] for fact in page.facts("crime.allegation"))


def test_s1_home_education_sees_the_address_and_the_advice_and_nothing_else(look):
    page = look("W401", "home_education", "S1", "Aisha Cole")

    assert page.members() == {"Aisha Cole"}
    assert page.addresses() == {("Aisha Cole", "17 Alder Court", True)}
    assert set(page.items()) == {("Aisha Cole", "education.provision")}
    assert page.json["advice"] == ["Speak to MASH before you visit"]
    assert "Mill Lane" not in page.text
    assert "Darren" not in page.text


def test_s1_housing_sees_its_own_and_nothing_of_police_or_health(look):
    page = look("B101", "tenancy_management", "S1", "Leanne Cole")

    assert {one["provenance"]["source"] for one in page.json["addresses"]} == {"housing"}
    assert set(page.items()) == {("Leanne Cole", "housing.tenancy")}
    assert "Mill Lane" not in page.text


def test_s2_the_rent_officer_sees_arrears_alone(look):
    page = look("B101", "tenancy_management", "S2", "Kelly Marsh")

    assert {item for _, item in page.items()} == {
        "housing.arrears", "housing.action", "housing.repair", "housing.tenancy",
    }  # fmt: skip
    assert page.json["items_shown"] >= 20
    newest = max(page.facts("housing.arrears"), key=lambda fact: fact["valid_from"])
    assert float(newest["values"]["balance"]) == 1210.0
    assert "Your role does not include health information. This does not mean there is any." in page.said()
    assert "depress" not in page.text.casefold()


def test_s2_health_is_refused_in_the_same_words_for_a_tenant_without_a_health_record(northvale, look):
    graham = northvale.scenes["S2"]["tenant_without_health_record"]["Graham Tully"]
    declaration = look.gateway.declare("B101", "tenancy_management")
    with_record = look("B101", "tenancy_management", "S2", "Kelly Marsh")
    (hit,) = look.gateway.search("B101", declaration, graham).json()["hits"]
    without = Page(look.gateway.family("B101", declaration, hit["family_id"]))
    assert without.json["withheld"] == with_record.json["withheld"]

    asked = [
        look.gateway.client.post(
            "/v1/purpose-declarations",
            json={"purpose": "front_door", "reason": "to see the health record", "family_id": str(family)},
            headers={"Test-Caller": "B101"},
        )
        for family in (northvale.family_id("S2", "Kelly Marsh"), hit["family_id"])
    ]

    assert [answer.status_code for answer in asked] == [403, 403]
    ours = {"instance", "receipt"}
    one, other = ({k: v for k, v in answer.json().items() if k not in ours} for answer in asked)
    assert one == other


def test_s2_the_marac_lead_sees_risk_lock_and_safe_contact_and_no_health(look):
    page = look("B102", "marac", "S2", "Kelly Marsh", case_reference="MARAC-2026-041")

    assert {item for name, item in page.items() if name == "Kelly Marsh"} == {
        "da.incident", "housing.safety", "housing.tenancy", "contact.safe",
    }  # fmt: skip
    risks = {fact["values"].get("risk") or fact["values"].get("dash_risk") for fact in page.facts("da.incident")}
    assert "high" in risks
    assert [fact["values"]["kind"] for fact in page.facts("housing.safety")] == ["lock change"]
    assert page.json["advice"] == ["Use the safe way to make contact and no other."]


def test_s2_marac_without_a_named_case_opens_nothing(northvale, look):
    gateway = look.gateway
    declaration = gateway.declare("B102", "marac")

    found = gateway.search("B102", declaration, northvale.person("S2", "Kelly Marsh"))

    (hit,) = found.json()["hits"]
    assert gateway.family("B102", declaration, hit["family_id"]).status_code == 404


def test_s2_the_allocated_worker_sees_arrears_and_the_childs_attendance(look):
    page = look("W201", "early_help", "S2", "Kelly Marsh")

    items = page.items()
    assert items["Kelly Marsh", "housing.arrears"] == 12
    assert items["Jayden Marsh", "education.attendance"] == 10
    assert not {item for _, item in items if item.startswith(("health.", "crime.", "da."))}


def test_s2_a_worker_of_another_team_sees_nothing_of_that(northvale, look):
    declaration = look.gateway.declare("W203", "early_help")

    answer = look.gateway.family("W203", declaration, northvale.family_id("S2", "Kelly Marsh"))

    assert "arrears" not in answer.text
    assert "attendance" not in answer.text


def test_s3_nobody_but_the_refuge_reads_where_it_is(northvale, look):
    mash = look("W101", "front_door", "S3", "Priya Nair")
    worker = look("W203", "early_help", "S3", "Vikram Nair")
    housing = look("B101", "tenancy_management", "S3", "Vikram Nair")
    refuge = look("H101", "refuge_support", "S3", "Priya Nair")

    assert "Location protected: call the desk" in mash.said()
    assert {line for _, line, _ in refuge.addresses()} == {"Haven House"}
    for page in (mash, worker, housing):
        assert "Haven House" not in page.text
        assert "Orchard Rise" not in page.text
    for page in (worker, housing):
        # The coverage lines name every source to everybody.
        told = {part: said for part, said in page.json.items() if part != "coverage"}
        assert "refuge" not in str(told).casefold()


def test_s9_a_school_sends_212_rows_and_mends_seven(northvale_world):
    first = northvale_world.batches["s9-schools-attendance.csv"]
    mended = northvale_world.batches["s9-schools-attendance-mended.csv"]

    assert (first.rows_read, first.rows_accepted, first.rows_rejected) == (212, 205, 7)
    assert len(first.columns_not_kept) == 5
    assert (mended.rows_read, mended.rows_accepted, mended.rows_rejected) == (7, 7, 0)


def test_s9_the_bad_rows_come_back_in_words_to_their_sender_alone(northvale, look):
    batch = northvale.built.batches["s9-schools-attendance.csv"].batch_id
    client = look.gateway.client

    own = client.get(f"/v1/batches/{batch}", headers={"Test-Caller": "schools-attendance"})
    sheet = client.get(f"/v1/batches/{batch}/errors.csv", headers={"Test-Caller": "schools-attendance"})
    police = client.get(f"/v1/batches/{batch}", headers={"Test-Caller": "police-nominals"})
    absent = client.get(f"/v1/batches/{'0' * 8}-0000-4000-8000-{'0' * 12}", headers={"Test-Caller": "police-nominals"})

    assert "You sent 5 columns we are not allowed to take. We did not keep them." in own.json()["message"]
    assert len(sheet.text.strip().splitlines()) == 8
    assert police.status_code == absent.status_code == 404
    assert police.json()["detail"] == absent.json()["detail"]


def test_s10_early_help_is_not_offered_to_fraud_and_an_attempt_is_refused_and_queued(northvale, look):
    client = look.gateway.client
    offered = client.get("/v1/me/purposes", headers={"Test-Caller": "W502"}).json()

    refused = client.post(
        "/v1/purpose-declarations",
        json={"purpose": "early_help", "reason": "to look all the same"},
        headers={"Test-Caller": "W502"},
    )

    assert "early_help" not in {one["id"] for one in offered}
    assert refused.status_code == 403
    assert "Family support data cannot be used for fraud work." in refused.json()["detail"]
    queued = northvale.sql("SELECT kind, agency, role, state, entry_id FROM desk.review_item")
    assert [(row.kind, row.role, row.state) for row in queued] == [
        ("purpose-not-offered", "council_tax_fraud_officer", "open")
    ]
    assert str(queued[0].entry_id) == refused.json()["receipt"]


def test_s10_the_fraud_officer_sees_council_tax_alone(look):
    page = look("W502", "council_tax_fraud", "S10", "Joanne Pickering")

    sources = {fact["provenance"]["source"] for section in _SECTIONS for fact in page.json[section]}
    assert sources == {"council_tax"}
    assert page.members() == {"Joanne Pickering"}
