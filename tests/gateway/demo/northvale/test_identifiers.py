"""Identifiers by formulas written here a second time, and the known examples of the domain reference."""

import csv
import json
import re
from io import StringIO

from gateway.demo.northvale import identifiers

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
PNC_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
NINO = re.compile(r"^(?!BG|GB|KN|NK|NT|TN|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]\d{6}[A-D]$")


def _nhs_holds(number):
    # With the check digit counted once, the weighted sum of all ten digits is a multiple of eleven.
    return sum(int(digit) * (10 - place) for place, digit in enumerate(number)) % 11 == 0


def _upn_holds(upn):
    total = sum((place + 1) * int(upn[place]) for place in range(1, 13))
    return upn[0] == UPN_LETTERS[total % 23]


def _pnc_holds(pnc):
    year, rest = pnc.split("/")
    return rest[-1] == PNC_LETTERS[(int(year[-2:]) * 10_000_000 + int(rest[:-1])) % 23]


def _column(northvale, file, name):
    rows = csv.DictReader(StringIO(northvale.text(file), newline=""))
    return [row[name] for row in rows if None not in row and row[name]]


def test_published_examples_hold_under_both_formulas():
    assert _nhs_holds("9434765919")
    assert _upn_holds("B801200005001")
    assert _pnc_holds("2001/0012345H")
    assert identifiers.pnc_id(2001, 12345) == "2001/0012345H"


def test_every_nhs_number_of_pds_begins_999_and_holds_and_no_two_are_alike(northvale):
    bodies = map(json.loads, northvale.text("health-pds.ndjson").splitlines())
    numbers = [body["id"] for body in bodies if body["resourceType"] == "Patient" and "id" in body]
    assert len(set(numbers)) == len(numbers) > 40
    assert all(number.startswith("999") and len(number) == 10 and _nhs_holds(number) for number in numbers)


def test_exactly_the_flagged_rows_bear_a_upn_that_fails(northvale):
    for entry in northvale.manifest.files:
        if entry.feed in ("schools-attendance", "schools-roll"):  # a suspension may be flagged for a local code, too
            _, *rows = list(csv.reader(StringIO(northvale.text(entry.file), newline="")))
            fails = [row[0] for row in rows if row[0] and not _upn_holds(row[0])]
            assert all(re.fullmatch(r"[A-Z]\d{12}", row[0]) for row in rows if row[0])
            # A bad row may bear one too, so the file has at least the flagged ones and at most the bad ones more.
            assert entry.flagged_rows <= len(fails) <= entry.flagged_rows + entry.bad_rows


def test_the_demo_has_failing_identifiers_of_each_kind(demo):
    flagged = {entry.feed for entry in demo.manifest.files if entry.flagged_rows}
    assert {"police-nominals", "schools-attendance", "case-people", "dwp-benefits"} <= flagged


def test_pnc_ids_hold_but_for_the_flagged_rows(demo):
    entry = next(entry for entry in demo.manifest.files if entry.feed == "police-nominals")
    ids = _column(demo, entry.file, "pnc_id")
    fails = sum(not _pnc_holds(pnc) for pnc in ids)
    assert len(ids) > 50
    assert entry.flagged_rows <= fails <= entry.flagged_rows + entry.bad_rows


def test_ninos_have_a_valid_shape_but_for_the_flagged_rows(demo):
    entry = next(entry for entry in demo.manifest.files if entry.feed == "dwp-benefits")
    numbers = _column(demo, entry.file, "NINO")
    fails = sum(not NINO.match(number) for number in numbers)
    assert len(numbers) > 100
    assert entry.flagged_rows <= fails <= entry.flagged_rows + entry.bad_rows


def test_phones_are_in_the_ranges_kept_for_drama(demo):
    phones = _column(demo, "housing-tenancies.csv", "phone") + _column(demo, "case-people.csv", "phone")
    assert len(phones) > 50
    assert all(re.fullmatch(r"07700 900\d{3}|01632 960\d{3}", phone) for phone in phones)


def test_postcodes_are_of_the_area_nv(demo):
    postcodes = _column(demo, "council-tax.csv", "POSTCODE") + _column(demo, "schools-roll.csv", "postcode")
    assert len(set(postcodes)) > 50
    assert all(re.fullmatch(r"NV\d ?\d[A-Z]{2}", postcode) for postcode in postcodes)
