"""The scenes' families as their partners' files show them."""

import csv
import json
from collections import Counter
from io import StringIO

import pytest

# A small Northvale spoils copies of the scenes' own rows, so a scene is looked for among the rows, not counted.


def _rows(northvale, file, **wanted):
    rows = csv.DictReader(StringIO(northvale.text(file), newline=""))
    rows = [{name.strip().lower(): cell for name, cell in row.items() if name} for row in rows]
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


@pytest.fixture
def book(northvale):
    return json.loads(northvale.text("scenes.json"))


def _key(scene, name, source):
    return scene["people"][name]["keys"][source]


def _patients(northvale):
    bodies = map(json.loads, northvale.text("health-pds.ndjson").splitlines())
    return {body.get("id"): body for body in bodies if body["resourceType"] == "Patient"}


def test_s1_police_hold_the_incident_of_october_and_the_charge_of_2019(northvale, book):
    scene = book["S1"]
    new = _rows(northvale, "police-occurrences.csv", occurrence_no=scene["incident"]["occurrence_no"])
    assert {(row["nominal_ref"], row["role"]) for row in new} == {
        (_key(scene, "Darren Cole", "police"), "suspect"),
        (_key(scene, "Leanne Cole", "police"), "victim"),
        (_key(scene, "Aisha Cole", "police"), "child present"),
    }
    assert {row["committed_from"] for row in new} == {"14/10/2026 22:40"}
    assert all(row["dv_flag"] == "Y" and row["location"].startswith("3 Mill Lane") for row in new)
    old = _rows(northvale, "police-occurrences.csv", occurrence_no=scene["earlier_charge"]["occurrence_no"])
    assert {row["role"]: row["nominal_ref"] for row in old} == {
        "suspect": _key(scene, "Darren Cole", "police"),
        "victim": _key(scene, "Michelle Rudd", "police"),
    }
    assert all("/2019 " in row["committed_from"] and row["status"] == "charged" for row in old)


def test_s1_two_appointments_went_by_and_the_school_took_her_off_its_roll(northvale, book):
    scene = book["S1"]
    bundle = json.loads(northvale.text("health-ukcore.json"))
    number = _key(scene, "Aisha Cole", "health")
    missed = [
        body["start"][:10]
        for body in (item["resource"] for item in bundle["entry"])
        if body["resourceType"] == "Appointment"
        and body["status"] == "noshow"
        and body.get("participant", [{}])[0].get("actor", {}).get("identifier", {}).get("value") == number
    ]
    assert missed == ["2026-09-12", "2026-11-03"] == scene["not_brought"]
    roll = _rows(northvale, "schools-roll.csv", upn=_key(scene, "Aisha Cole", "schools"))
    left = {row["school_urn"]: (row["leaving_date"], row["leaving_destination"]) for row in roll}
    assert left == {"990106": ("2023-07-21", "OTHER"), scene["school"]["urn"]: ("2026-11-02", "EHE")}


def test_s1_only_the_landlord_knows_the_new_address(northvale, book):
    tenancy = _rows(northvale, "housing-tenancies.csv", surname="Cole", line1="17 Alder Court")
    assert {(row["forename"], row["start_date"]) for row in tenancy} == {
        ("Leanne", "26/10/2026"),
        ("Darren", "26/10/2026"),
        ("Aisha", "26/10/2026"),
    }
    holders = [entry.file for entry in northvale.manifest.files if "17 Alder Court" in northvale.text(entry.file)]
    assert holders == ["housing-tenancies.csv"]
    assert "3 Mill Lane" in northvale.text("health-pds.ndjson")
    referral = _rows(northvale, "mash-referrals.csv", referral_ref=book["S1"]["referral_ref"])
    assert [(row["referred_at"], row["concern"]) for row in referral] == [("16/11/2026 08:10", "unknown")]


def test_s2_kelly_owes_1210_and_has_twenty_housing_facts_as_has_the_tenant_without_health(northvale, book):
    scene = book["S2"]
    graham = scene["tenant_without_health_record"]["Graham Tully"]
    for ref in (_key(scene, "Kelly Marsh", "housing"), graham["keys"]["housing"]):
        assert _housing_facts(northvale, ref) >= 20
        assert _rows(northvale, "housing-arrears.csv", person_ref=ref)[-1]["balance"] == scene["arrears"] == "1210.00"
    assert not {"pds", "health"} & graham["keys"].keys()
    assert "Tully" not in northvale.text("health-pds.ndjson") + northvale.text("health-ukcore.json")


def _housing_facts(northvale, ref):
    files = ("tenancies", "arrears", "actions", "repairs", "safety")
    return sum(len(_rows(northvale, f"housing-{name}.csv", person_ref=ref)) for name in files)


def test_s2_each_agency_holds_its_part_of_kelly(northvale, book):
    scene = book["S2"]
    incident = _rows(northvale, "police-occurrences.csv", occurrence_no=scene["occurrence_no"])
    assert {(row["dash_risk"], row["marac_flag"]) for row in incident} == {("high", "Y")}
    assert "35489007" in northvale.text("health-ukcore.json")
    ref = _key(scene, "Kelly Marsh", "case_system")
    assert [row["answer"] for row in _rows(northvale, "case-agreed-to-help.csv", person_ref=ref)] == ["yes"]
    allocated = _rows(northvale, "case-allocations.csv", person_ref=ref, role="allocated_worker")
    assert [row["worker_ref"] for row in allocated] == [scene["staff"]["early_help_worker"]]
    upn = _key(scene, "Jayden Marsh", "schools")
    assert len(_rows(northvale, "schools-attendance.csv", upn=upn)) == 10
    locks = _rows(northvale, "housing-safety.csv", person_ref=_key(scene, "Kelly Marsh", "housing"))
    assert {row["kind"] for row in locks} == {"lock change"}
    safe = _rows(northvale, "refuge-placements.csv", client_ref=_key(scene, "Kelly Marsh", "refuge"))
    assert [(row["status"], row["line1"], row["postcode"], row["safe_how"]) for row in safe] == [
        ("outreach", "", "", "text")
    ]


def test_s3_only_the_refuge_says_where_priya_and_rohan_are(northvale, book):
    scene = book["S3"]
    needles = (scene["refuge"]["postcode"], scene["refuge"]["line2"], scene["refuge"]["uprn"])
    holders = [e.file for e in northvale.manifest.files if any(needle in northvale.text(e.file) for needle in needles)]
    assert holders == ["refuge-placements.csv"]
    patients = _patients(northvale)
    for name in ("Priya Nair", "Rohan Nair"):
        patient = patients[_key(scene, name, "pds")]
        assert patient["meta"]["security"][0]["code"] == "R"
        assert not {"address", "telecom", "generalPractitioner"} & patient.keys()
        stay = _rows(northvale, "refuge-placements.csv", client_ref=_key(scene, name, "refuge"))
        assert [(row["from_date"], row["to_date"]) for row in stay] == [("2026-09-03", "")]
    assert patients[_key(scene, "Vikram Nair", "pds")]["address"][0]["line"][0] == "14 Alder Court"


def test_s3_vikram_is_tenant_allocated_and_agreed(northvale, book):
    scene = book["S3"]
    occupants = _rows(northvale, "housing-tenancies.csv", tenancy_ref=scene["tenancy_ref"])
    assert {row["forename"]: row["relationship"] for row in occupants} == {
        "Vikram": "tenant",
        "Priya": "joint tenant",
        "Rohan": "child",
    }
    assert _housing_facts(northvale, _key(scene, "Vikram Nair", "housing")) >= 20
    ref = _key(scene, "Vikram Nair", "case_system")
    assert [row["answer"] for row in _rows(northvale, "case-agreed-to-help.csv", person_ref=ref)] == ["yes"]
    allocated = _rows(northvale, "case-allocations.csv", person_ref=ref, role="allocated_worker")
    assert [row["worker_ref"] for row in allocated] == [scene["staff"]["early_help_worker"]]


def test_s4_and_s5_have_their_people(northvale, book):
    upn = _key(book["S4"], "Tyler Boateng", "schools")
    suspended = _rows(northvale, "schools-suspensions.csv", upn=upn)
    assert ("2026-06-09", "2026-06-10", "DA") in {(r["start_date"], r["end_date"], r["reason1"]) for r in suspended}
    father, son = book["S5"]["people"].values()
    assert (father["forename"], father["surname"]) == (son["forename"], son["surname"])
    assert {father["dob"][:4], son["dob"][:4]} == {"1984", "2009"}


def test_s9_is_one_school_with_212_rows_14_columns_and_7_bad_ones(northvale, book):
    scene = book["S9"]
    header, *rows = list(csv.reader(StringIO(northvale.text(scene["file"]))))
    assert (len(rows), len(header)) == (212, 14)
    entry = next(entry for entry in northvale.manifest.files if entry.file == scene["file"])
    assert (entry.bad_rows, entry.expected_accepted, len(entry.uncovered_columns)) == (7, 205, 5)
    urns = Counter(row[6] for row in rows if len(row) == len(header))
    assert set(urns) == {scene["school"]["urn"]}


def test_s9_the_mended_file_holds_the_seven_and_nothing_else(northvale, book):
    scene = book["S9"]
    sent = {tuple(row) for row in csv.reader(StringIO(northvale.text(scene["file"])))}
    _, *mended = list(csv.reader(StringIO(northvale.text(scene["mended_file"]))))
    assert len(mended) == 7
    assert all(len(row) == 14 and tuple(row) not in sent for row in mended)
    # With the mended rows every pupil of the school has one good row.
    entry = next(entry for entry in northvale.manifest.files if entry.file == scene["mended_file"])
    assert (entry.rows, entry.bad_rows, entry.expected_accepted) == (7, 0, 7)
    assert len({row[0] for row in mended}) == 7


def test_s10_one_adult_pays_for_one_and_another_lives_there_by_other_feeds(northvale, book):
    scene = book["S10"]
    account = _rows(northvale, "council-tax.csv", account_ref=scene["account_ref"])
    assert [(row["forename"], row["discount_code"], row["discount_percent"]) for row in account] == [
        ("JOANNE", "SPD", "25")
    ]
    neil = scene["people"]["Neil Stroud"]["keys"]
    assert "council_tax" not in neil
    claim = _rows(northvale, "dwp-benefits.csv", la_reference=neil["dwp"])
    assert [row["postcode"] for row in claim] == [account[0]["postcode"]]


def test_s10_one_small_area_has_a_single_household(northvale, book):
    postcode = book["S10"]["small_area"]["postcode"]
    rows = _rows(northvale, "council-tax.csv")
    assert [row["forename"] for row in rows if (row["postcode"] or "").startswith(postcode[:5])] == ["ABEL"]
