"""Files of housing, benefits, adult care, early years, justice and desks, recounted by rules of their own."""

import csv
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from xml.etree import ElementTree as ET

import pytest

ISO, UK, DASHED, NAMED, PROSE, STAMP = "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d-%b-%Y", "%d %b %Y", "%Y-%m-%d %H:%M:%S"
BOTH = (ISO, UK)


@dataclass(frozen=True)
class Rules:
    """What makes a row of a feed bad, in the order in which it is asked."""

    needs: tuple[str, ...]
    dates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    period: tuple[str, str] | None = None
    delimiter: str = ","
    names_in: int = 0
    labels: int = 0

    def table(self, text: str) -> tuple[list[str], list[list[str]]]:
        """Names and rows of a file."""
        rows = [row[self.labels :] for row in csv.reader(StringIO(text, newline=""), delimiter=self.delimiter)]
        return [name.strip().lower() for name in rows[self.names_in]], rows[self.names_in + 1 :]

    def judge(self, names: list[str], cells: list[str]) -> str:
        """The code of what is wrong with a row, or an empty text."""
        if len(cells) != len(names):
            return "row-shape"
        row = dict(zip(names, cells, strict=True))
        if any(not row[name].strip() for name in self.needs):
            return "required-missing"
        if any(row[name] and not _read(row[name], forms) for name, forms in self.dates.items()):
            return "date-invalid"
        if any(row[name] and row[name].lower() not in known.split("|") for name, known in self.codes.items()):
            return "code-unknown"
        if any(not row[name].replace(".", "", 1).isdigit() for name in self.numbers if row[name]):
            return "number-invalid"
        if self.period:
            start, end = (_read(row[name], self.dates[name]) for name in self.period)
            if start and end and end < start:
                return "period-invalid"
        return ""


def _read(text: str, forms: tuple[str, ...]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - dates have no zone
        except ValueError:
            continue
    return None


TABLES = {
    "housing-notices": Rules(
        ("notice_ref", "person_ref", "served_on"), {"served_on": BOTH, "expires_on": BOTH},
        {"notice": "s8|s21|ntq|nsp|nosp"}, period=("served_on", "expires_on"),
    ),
    "core-lettings": Rules(("tenancycode",), codes={"needstype": "1|2"}, numbers=("hhmemb", "wrent"), names_in=1),
    "core-lettings-bulk": Rules(("13",), codes={"4": "1|2"}, numbers=("128",), names_in=7, labels=1),
    "homelessness": Rules(
        ("case_ref", "person1_name", "duty_start"),
        {"duty_start": BOTH, "duty_end": BOTH, "person2_dob": BOTH, "person1_dob": BOTH},
        {"duty": "prev|rel|main|int|intent|none"}, period=("duty_start", "duty_end"),
    ),
    "housing-benefit": Rules(
        ("claim_id", "surname"), {"birth_date": (ISO, STAMP), "from_date": (STAMP,)}, {"type": "1|2|3|4|5"}
    ),
    "adult-social-care": Rules(
        ("client_id", "event_ref"), {"event_start": (*BOTH, NAMED), "event_end": (*BOTH, NAMED)},
        {"event_type": "request|assessment|service|review"}, period=("event_start", "event_end"),
    ),
    "early-years": Rules(
        ("child_id", "surname", "dob"), {"dob": BOTH, "start": BOTH}, {"place": "15|30|2yo|hub"}
    ),
    "probation": Rules(
        ("crn", "surname"), {"start": BOTH, "end": BOTH, "dob": (*BOTH, PROSE)},
        {"sentence": "co|sso|lic|pss|cus"}, period=("start", "end"),
    ),
    "library-members": Rules(("borrower_no", "surname"), {"dob": BOTH}),
    "parking-permits": Rules(
        ("permit_no", "holder"), {"valid_from": (DASHED,), "valid_to": (DASHED,)}, numbers=("uprn",), delimiter=";"
    ),
    "accessible-transport": Rules(
        ("badge_no", "surname"), {"dob": BOTH, "issued": BOTH}, {"gender": "m|f|u|x"}
    ),
    "electoral-register": Rules(("elector_number",)),
}  # fmt: skip
FURTHER = {*TABLES, "customer-service", "citizen-portal", "youth-justice", "gazetteer", "service-directory"}


def _entry(northvale, feed, form):
    return next(one for one in northvale.manifest.files if one.feed == feed and one.format == form)


@pytest.mark.parametrize("feed", TABLES)
def test_a_table_has_the_rows_and_the_faults_that_the_manifest_says(northvale, feed):
    entry, rules = _entry(northvale, feed, "csv"), TABLES[feed]
    names, rows = rules.table(northvale.text(entry.file))
    found = Counter(filter(None, (rules.judge(names, cells) for cells in rows)))
    assert len(rows) == entry.rows
    assert dict(found) == {code: count for code, count in entry.bad_by_code.items() if count}
    good = [tuple(cells) for cells in rows if not rules.judge(names, cells)]
    assert len(good) - len(set(good)) == entry.duplicate_rows
    assert set(entry.uncovered_columns) <= set(names)


def test_lines_of_json_hold_what_the_manifest_says(northvale):
    entry = _entry(northvale, "customer-service", "ndjson")
    contacts = [json.loads(line) for line in northvale.text(entry.file).splitlines()]
    bad = sum(
        not (one["id"] and one["name"]["family"] and one["address"]["uprn"].isdigit())
        or bool(one["birthDate"] and not _read(one["birthDate"], (ISO,)))
        for one in contacts
    )
    assert (len(contacts), bad) == (entry.rows, entry.bad_rows)


def test_a_document_of_accounts_holds_what_the_manifest_says(northvale):
    entry = _entry(northvale, "citizen-portal", "json")
    accounts = [one["profile"] for one in json.loads(northvale.text(entry.file))["accounts"]]
    bad = sum(
        not one["familyName"]
        or not isinstance(one["verified"], bool)
        or bool(one["dateOfBirth"] and not _read(one["dateOfBirth"], (ISO,)))
        for one in accounts
    )
    assert (len(accounts), bad) == (entry.rows, entry.bad_rows)


def test_xml_of_lettings_and_of_youth_justice_holds_what_the_manifest_says(northvale):
    lettings = _entry(northvale, "core-lettings", "xml")
    forms = ET.fromstring(northvale.text(lettings.file).encode()).findall("form")  # noqa: S314 - our own file
    bad = sum(not form.findtext("tenancycode") or form.findtext("needstype") not in {"1", "2"} for form in forms)
    assert (len(forms), bad) == (lettings.rows, lettings.bad_rows)
    youth = _entry(northvale, "youth-justice", "xml")
    young = ET.fromstring(northvale.text(youth.file).encode()).findall("YoungPerson")  # noqa: S314 - our own file
    bad = sum(
        one.find("Name/Surname") is None
        or any(not _read(date.text or "", (ISO,)) for tag in ("DateOfBirth", "Date") for date in one.iter(tag))
        or one.findtext("AssetPlus/LikelihoodOfReoffending", "low") not in {"low", "medium", "high", "very high"}
        for one in young
    )
    assert (len(young), bad) == (youth.rows, youth.bad_rows)


def test_the_gazetteer_has_every_home_that_somebody_lives_in(northvale):
    entry = _entry(northvale, "gazetteer", "csv")
    records = list(csv.reader(StringIO(northvale.text(entry.file), newline="")))
    assert len(records) == entry.rows
    bad = sum(not record[3].isdigit() for record in records if record[0] in {"21", "24", "28", "32"})
    assert bad == entry.bad_rows
    known = {record[3] for record in records if record[0] == "24"}
    names, rows = TABLES["parking-permits"].table(northvale.text("parking-permits.csv"))
    homes = {row[names.index("uprn")] for row in rows if len(row) == len(names)}
    assert {uprn for uprn in homes if uprn.isdigit()} <= known


def test_an_anonymous_elector_is_a_number_and_a_letter(demo):
    names, rows = TABLES["electoral-register"].table(demo.text("electoral-register.csv"))
    anonymous = [row for row in rows if row[names.index("marker")] == "N"]
    assert anonymous
    assert all(sum(map(bool, row)) == 2 for row in anonymous)


def test_no_desk_knows_anybody_of_a_scene(demo):
    scenes = json.loads(demo.text("scenes.json"))
    people = {
        person["person"]
        for scene in scenes.values()
        if isinstance(scene, dict)
        for person in scene.get("people", {}).values()
    }
    sources = {"libraries", "parking", "accessible_transport", "customer_service", "citizen_portal", "probation"}
    desks = {row["person"] for row in csv.DictReader(StringIO(demo.text("truth.csv"))) if row["source"] in sources}
    assert people
    assert not people & desks
