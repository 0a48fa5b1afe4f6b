import csv
from datetime import date
from pathlib import Path

import pytest

from adapters.case_system import FEEDS
from adapters.port import RawRow, Translation, translate_rows
from concept_model.place import Residence

SAMPLE = Path(__file__).parents[4] / "shared" / "samples" / "family-context-dummy" / "csc.csv"
INVOLVEMENT = {feed.profile.name: feed for feed in FEEDS}["social-care-involvement"]
ROW = {
    "Cms Id": "1", "Last Name": "Example", "Service Involvement": "Historic", "Contact Name": "Jo Example",
    "Coverage End Date": "2026-10-31 00:00:00",
}  # fmt: skip


def translate(**cells: str) -> Translation:
    return INVOLVEMENT.translate(RawRow(1, {**ROW, **{name.replace("_", " "): cell for name, cell in cells.items()}}))


def spell(translation: Translation) -> tuple:
    (episode,) = [record for record in translation.records if getattr(record, "item", "") == "care.episode"]
    return episode.valid_from, episode.valid_to


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the folder of samples is not beside the repository")
def test_every_row_of_the_extract_is_read_with_its_address_and_worker():
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        sent = list(csv.DictReader(file))
    translations = list(translate_rows(INVOLVEMENT, SAMPLE.read_bytes()))
    assert len(translations) == len(sent) == 500
    for row, translation in zip(sent, translations, strict=True):
        assert not translation.errors
        (residence,) = [record for record in translation.records if isinstance(record, Residence)]
        assert [*residence.address.lines, residence.address.postcode] == row["Address"].split("\n")
        (worker,) = [record for record in translation.records if getattr(record, "item", "") == "care.professional"]
        assert (worker.value["name"], worker.value["phone"]) == (row["Contact Name"], row["Contact Phone"])
    # Half of the invented rows hold a last contact from before the involvement.
    crossed = sum(row["Date Of Most Recent Interaction"] < row["Start Date Of Last Involvement"] for row in sent)
    assert sum(bool(translation.flags) for translation in translations) == crossed


def test_an_involvement_that_is_over_ends_with_the_last_contact():
    translation = translate(
        Start_Date_Of_Last_Involvement="2025-01-20 00:00:00", Date_Of_Most_Recent_Interaction="04/08/2025"
    )
    assert spell(translation) == (date(2025, 1, 20), date(2025, 8, 4))


def test_an_involvement_that_is_over_ends_by_the_end_of_the_coverage_when_its_dates_cross():
    translation = translate(Start_Date_Of_Last_Involvement="2025-08-04", Date_Of_Most_Recent_Interaction="2025-01-20")
    assert spell(translation) == (date(2025, 8, 4), date(2026, 10, 31))
    assert [flag.code for flag in translation.flags] == ["period-invalid"]


def test_a_current_involvement_has_no_end():
    assert spell(translate(Service_Involvement="current", Date_Of_Most_Recent_Interaction="2025-01-20"))[1] is None


def test_coverage_that_ends_before_it_begins_is_handed_back():
    errors = translate(Coverage_Start_Date="2026-11-01").errors
    assert [(error.column, error.code) for error in errors] == [("Coverage End Date", "period-invalid")]


@pytest.mark.parametrize(("gender", "sex"), [("Male", "male"), ("female", "female"), ("Other", "other"), ("", None)])
def test_gender_as_the_extract_writes_it(gender, sex):
    assert translate(Gender=gender).records[0].sex == sex


@pytest.mark.parametrize("column", ["Cms Id", "Last Name", "Service Involvement"])
def test_a_required_cell_that_is_missing_is_named(column):
    translation = INVOLVEMENT.translate(RawRow(1, {**ROW, column: ""}))
    assert [(error.column, error.code) for error in translation.errors] == [(column, "required-missing")]


def test_the_source_is_childrens_social_care():
    assert INVOLVEMENT.profile.source == "social_care"
