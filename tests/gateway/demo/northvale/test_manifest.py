"""The manifest against the files, recounted here by rules written a second time from the agreed formats."""

import csv
import json
import re
from collections import Counter
from datetime import datetime
from io import StringIO
from xml.etree import ElementTree as ET

import pytest

from tests.gateway.demo.northvale.test_further_files import FURTHER

FEEDS = [
    "police-nominals",
    "police-occurrences",
    "police-street",
    "police-stop-search",
    "police-asb",
    "police-missing",
    "police-domestic-abuse",
    "police-custody",
    "dwp-benefits",
    "health-pds",
    "health-ukcore",
    "health-emergency",
    "health-visiting",
    "health-opt-out",
    "schools-attendance",
    "schools-suspensions",
    "schools-roll",
    "schools-pupils",
    "schools-ctf",
    "schools-census",
    "send-plans",
    "participation-nccis",
    "social-care-cin",
    "social-care-903",
    "social-care-involvement",
    "social-care-persons",
    "social-care-contacts",
    "social-care-referrals",
    "social-care-assessments",
    "social-care-early-help",
    "case-people",
    "case-allocations",
    "case-professionals",
    "case-plans",
    "case-agreed-to-help",
    "case-told",
    "housing-tenancies",
    "housing-arrears",
    "housing-actions",
    "housing-repairs",
    "housing-safety",
    "council-tax",
    "refuge-placements",
    "mash-referrals",
]
KEYS = {
    "police-nominals": ("nominal_ref",),
    "police-occurrences": ("occurrence_no", "nominal_ref"),
    "police-asb": ("incident_no", "nominal_ref"),
    "police-missing": ("episode_ref", "nominal_ref"),
    "police-domestic-abuse": ("incident_no", "nominal_ref"),
    "police-custody": ("custody_ref", "nominal_ref", "offence"),
    "health-emergency": ("local_patient_id", "attendance_id"),
    "health-visiting": ("local_patient_id", "contact_id"),
    "health-opt-out": ("nhs_number",),
    "send-plans": ("person_id",),
    "participation-nccis": ("youngpersonsid",),
    "dwp-benefits": ("la_reference",),
    "schools": ("upn",),
    "social-care-903": ("child",),
    "social-care-involvement": ("cms id",),
    "social-care-persons": ("pers_person_id",),
    "social-care-contacts": ("cont_contact_id", "cont_person_id"),
    "social-care-referrals": ("cine_referral_id", "cine_person_id"),
    "social-care-assessments": ("cina_assessment_id", "cina_person_id"),
    "social-care-early-help": ("earl_episode_id", "earl_person_id"),
    "refuge-placements": ("client_ref",),
    "mash-referrals": ("person_ref",),
    "case": ("person_ref",),
    "housing": ("person_ref",),
    "council-tax": ("person_ref",),
}
DATES = re.compile(
    r"^(dob|from|to|.*_date|.*_on|.*_from|.*_to|claim_.*|.*_at|snapshot_date|week_commencing|discount_(start|review)|"
    r"as_at|date|month|date of birth|decom|dec|review|mis_start|mis_end|date_int|duc|last_contact|sw_decom|sw_dec|"
    r"date_placed|pers_dob|entrydate|leavingdate|fsmstartdate|termfrom|termto|startdate|dateverified|neetstartdate)$"
)
PERIODS = (
    ("start_date", "end_date"), ("from_date", "to_date"), ("from", "to"), ("committed_from", "committed_to"),
    ("claim_start", "claim_end"), ("liable_from", "liable_to"), ("entry_date", "leaving_date"), ("decom", "dec"),
    ("missing_from", "missing_to"), ("arrested_at", "released_at"), ("arrival_at", "departure_at"),
    ("entrydate", "leavingdate"), ("request_date", "plan_date"), ("startdate", "dateverified"), ("sw_decom", "sw_dec"),
    ("cine_referral_date", "cine_close_date"), ("cina_assessment_start_date", "cina_assessment_auth_date"),
    ("earl_episode_start_date", "earl_episode_end_date"),
)  # fmt: skip
CODES = {
    "role": "suspect offender victim witness person|reporting child|present missing|person allocated_worker manager "
    "duty school|nurse Social|Worker perpetrator detained",
    "fact_or_opinion": "fact opinion allegation",
    "match_status": "matched not|matched multiple",
    "category": "SUSP PERM LNCH",
    "leaving_destination": "EHE OTHER CME AP",
    "answer": "yes no withdrawn",
    "told_state": "told not|yet unsafe",
    "concern": "yes no unknown",
    "relationship": "tenant joint|tenant child partner other|occupant",
}
OWN_CODES = {
    "police-asb": {"qualifier": "personal nuisance environmental p n e", "category": ""},
    "police-missing": {"category": "missing absent", "risk": "low medium high"},
    "police-domestic-abuse": {"dash_risk": "standard medium high"},
    "police-custody": {
        "disposal": "charged bailed released|under|investigation no|further|action cautioned community|resolution",
    },
    "health-emergency": {"reason_group": "injury illness mental|health other"},
    "health-visiting": {
        "attendance": "5 6 7 2 3 4 0", "contact_type": "new|birth 6-8|weeks 9-12|months 2-2.5|years other",
    },
    "health-opt-out": {"opted_out": "y n"},
    "schools-census": {"enrolstatus": "c"},
    "send-plans": {"need1": "asd slcn semh mld pd spld hi"},
    "participation-nccis": {"activitycode": "210 220 230 310 320 410 610 619 620 630 640 810 820 830"},
    "social-care-referrals": {"cine_referral_nfa": "y n"},
}  # fmt: skip
"""Columns whose name means something else, or nothing, in other feeds; blank where any words may stand."""
MARKS = frozenset(["/", "\\", "L", "I", "M", "U", "O", "G", "N", "R"])
NUMBERS = ("balance", "weeks", "weekly_rent", "discount_percent", "sessions")
FORMS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m",
    "%Y-%m-%dT%H:%M:%S%z",
)


def _when(text):
    for form in FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=None)  # noqa: DTZ007 - both kinds are compared as local
        except ValueError:
            continue
    return None


def _backwards(start, end):
    return bool(start and end) and _when(end) < _when(start)


def _keys(feed):
    return KEYS.get(feed) or KEYS.get(feed.split("-")[0]) or ()


def _codes(feed):
    own = {name: codes.upper() for name, codes in OWN_CODES.get(feed, {}).items()}
    return [*((name, codes) for name, codes in CODES.items() if name not in own), *own.items()]


def _unlisted(cell, codes):
    return bool(cell and codes) and not {cell.replace(" ", "|"), cell.upper().replace(" ", "|")} & set(codes.split())


def _judge(feed, header, cells):
    if len(cells) != len(header):
        return "row-shape"
    row = dict(zip(header, cells, strict=True))
    tests = (
        ("encoding-invalid", lambda: any("\udc80" <= char <= "\udcff" for cell in cells for char in cell)),
        ("handling-refused", lambda: row.get("handling") in ("intelligence", "live-operation")),
        ("required-missing", lambda: any(not row[key] for key in _keys(feed))),
        ("date-invalid", lambda: any(cell and DATES.match(name) and not _when(cell) for name, cell in row.items())),
        ("row-shape", lambda: not re.fullmatch(r"\[.*\]|[\dA-Z, ]*", row.get("cinf_assessment_factors_json", ""))),
        ("code-unknown", lambda: any(_unlisted(row.get(name, ""), codes) for name, codes in _codes(feed))),
        ("code-unknown", lambda: any(mark not in MARKS for mark in row.get("marks", "").split())),
        ("number-invalid", lambda: any(not re.fullmatch(r"[\d.]*", row.get(name, "")) for name in NUMBERS)),
        (
            "period-invalid",
            lambda: any(_backwards(row.get(a), row.get(b)) for a, b in PERIODS),
        ),
    )
    return next((code for code, wrong in tests if wrong()), "")


def _table(northvale, entry):
    header, *rows = list(csv.reader(StringIO(northvale.text(entry.file), newline="")))
    return [name.strip().lower() for name in header], rows


def _csv_entries(northvale):
    return [entry for entry in northvale.manifest.files if entry.format == "csv" and entry.feed in FEEDS]


def test_every_agreed_feed_has_a_file_with_rows(northvale):
    rows = Counter()
    for entry in northvale.manifest.files:
        rows[entry.feed] += entry.expected_accepted
    assert set(rows) == {*FEEDS, *FURTHER}
    assert all(rows[feed] > 0 for feed in FEEDS)


def test_the_manifest_on_disk_is_the_one_returned(northvale):
    assert json.loads(northvale.text("manifest.json")) == json.loads(json.dumps(northvale.manifest.as_json()))


def test_each_csv_has_the_rows_and_the_bad_rows_that_the_manifest_says(northvale):
    for entry in _csv_entries(northvale):
        header, rows = _table(northvale, entry)
        found = Counter(filter(None, (_judge(entry.feed, header, cells) for cells in rows)))
        assert len(rows) == entry.rows, entry.file
        assert dict(found) == entry.bad_by_code, entry.file
        assert entry.bad_rows == sum(found.values())
        assert entry.expected_accepted == entry.rows - entry.bad_rows


def test_exact_repeats_are_counted(demo):
    for entry in _csv_entries(demo):
        header, rows = _table(demo, entry)
        good = [tuple(cells) for cells in rows if not _judge(entry.feed, header, cells)]
        assert len(good) - len(set(good)) == entry.duplicate_rows, entry.file


def test_faults_come_at_about_the_known_rate(demo):
    # Occurrences have rows that are refused; in the gazetteer a bad record is rarer than anywhere else.
    others = {"police-occurrences", "gazetteer", "electoral-register"}
    large = [entry for entry in demo.manifest.files if entry.rows > 400 and entry.feed not in others]
    assert len(large) > 5
    assert all(0.009 < entry.bad_rows / entry.rows < 0.016 for entry in large)


def test_pds_has_one_resource_a_line(northvale):
    entry = next(entry for entry in northvale.manifest.files if entry.feed == "health-pds")
    bodies = [json.loads(line) for line in northvale.text(entry.file).splitlines()]
    assert len(bodies) == entry.rows
    patients = [body for body in bodies if body["resourceType"] == "Patient"]
    keyless = sum("id" not in body for body in patients)
    dateless = sum(not _when(body["birthDate"]) for body in patients)
    assert (keyless, dateless) == tuple(entry.bad_by_code.get(c, 0) for c in ("required-missing", "date-invalid"))


@pytest.mark.parametrize("form", ["json", "xml"])
def test_ukcore_comes_in_both_forms_and_its_faults_are_counted(northvale, form):
    entry = next(e for e in northvale.manifest.files if e.feed == "health-ukcore" and e.format == form)
    text = northvale.text(entry.file)
    if form == "json":
        bodies = [item["resource"] for item in json.loads(text)["entry"]]
        nobody = sum(not ({"subject", "participant", "birthDate"} & body.keys()) for body in bodies)
    else:
        space = "{http://hl7.org/fhir}"
        bodies = [item[0] for item in ET.fromstring(text).iter(f"{space}resource")]  # noqa: S314 - our own file
        names = [f"{space}{name}" for name in ("subject", "participant", "birthDate")]
        nobody = sum(all(body.find(name) is None for name in names) for body in bodies)
    assert len(bodies) == entry.rows
    assert nobody == entry.bad_by_code.get("required-missing", 0)
    assert text.count("2026-02-31") == entry.bad_by_code.get("date-invalid", 0)


def test_the_census_and_the_pupil_records_hold_what_the_manifest_says(northvale):
    census = next(e for e in northvale.manifest.files if e.feed == "social-care-cin")
    root = ET.fromstring(northvale.text(census.file).encode())  # noqa: S314 - our own file
    children = root.findall("Children/Child")
    bad = sum(
        child.find("ChildIdentifiers/LAchildID") is None
        or not _when(child.findtext("ChildIdentifiers/PersonBirthDate"))
        for child in children
    )
    assert (len(children), bad) == (census.rows, census.bad_rows)
    pupils = next(e for e in northvale.manifest.files if e.feed == "schools-pupils")
    records = json.loads(northvale.text(pupils.file))["value"]
    bad = sum("UPN" not in record or not _when(record["DOB"]) for record in records)
    assert (len(records), bad) == (pupils.rows, pupils.bad_rows)


def test_the_columns_that_are_not_kept_are_named(demo):
    uncovered = {entry.file: entry.uncovered_columns for entry in demo.manifest.files if entry.uncovered_columns}
    five = ("fsm", "sen", "ethnicity", "first_language", "religion")
    assert uncovered["schools-attendance.csv"] == uncovered["s9-schools-attendance.csv"] == five
    assert uncovered["police-nominals.csv"] == ("ethnic_officer", "warning_markers")


def test_a_transfer_file_holds_what_the_manifest_says(northvale):
    entry = next(e for e in northvale.manifest.files if e.feed == "schools-ctf")
    assert re.fullmatch(r"\d{7}_CTF_\d{7}_\d{3}\.xml", entry.file)
    root = ET.fromstring(northvale.text(entry.file).encode())  # noqa: S314 - our own file
    pupils = root.findall("CTFpupilData/Pupil")
    bad = sum(pupil.find("UPN") is None or not _when(pupil.findtext("DOB")) for pupil in pupils)
    assert (root.tag, len(pupils), bad) == ("CTfile", entry.rows, entry.bad_rows)


def test_addresses_of_the_involvement_extract_stand_on_several_lines(demo):
    entry = next(entry for entry in demo.manifest.files if entry.feed == "social-care-involvement")
    header, rows = _table(demo, entry)
    assert sum("\n" in row[header.index("address")] for row in rows if len(row) == len(header)) > 10
