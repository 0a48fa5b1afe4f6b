"""Open data becomes area context without persons."""

import pytest

from adapters.errors import SuspiciousContentError
from adapters.police import FEEDS
from adapters.port import RawRow, Translation, translate_rows
from concept_model.statement import ListEntry

STREET = next(feed for feed in FEEDS if feed.profile.name == "police-street")
STOP_SEARCH = next(feed for feed in FEEDS if feed.profile.name == "police-stop-search")
COLUMNS = "Crime ID,Month,Falls within,Longitude,Latitude,Location,LSOA code,Crime type,Last outcome category,Context\n"
ASB = ",2024-02,Force,-0.1,51.5,On or near A Street,E01000001,Anti-social behaviour,,\n"
BURGLARY = "abc,2024-02,Force,-0.2,51.6,On or near B Street,E01000002,Burglary,Under investigation,\n"


def entries(found: list[Translation]) -> list[ListEntry]:
    return [record for one in found for record in one.records if isinstance(record, ListEntry)]


def street(*rows: str) -> list[ListEntry]:
    found = list(translate_rows(STREET, (COLUMNS + "".join(rows)).encode()))
    assert all(not one.errors for one in found)
    return entries(found)


def test_a_crime_becomes_an_entry_about_a_place() -> None:
    (entry,) = street(BURGLARY)
    assert (entry.item, entry.subject_kind, entry.subject) == ("place.crime", "place", "lsoa/E01000002")
    assert (str(entry.valid_from), str(entry.valid_to)) == ("2024-02-01", "2024-02-29")
    assert (entry.value["longitude"], entry.value["crime_type"]) == (-0.2, "Burglary")


def test_incidents_that_are_alike_stay_apart_and_a_resend_in_another_order_has_the_same_keys() -> None:
    first, again = street(ASB, ASB, BURGLARY, ASB), street(BURGLARY, ASB, ASB, ASB)
    assert len({entry.occurrence for entry in first}) == 4
    assert {entry.occurrence for entry in first} == {entry.occurrence for entry in again}


def test_an_incident_without_a_place_is_taken() -> None:
    (entry,) = street(",2024-02,Force,,,No Location,,Anti-social behaviour,,\n")
    assert (entry.subject, entry.value["longitude"]) == ("unlocated", None)


def test_types_and_outcomes_nobody_listed_are_kept_and_flagged() -> None:
    cells = {"Month": "2024-02", "Crime type": "Piracy", "Last outcome category": "Keelhauled"}
    found = STREET.translate(RawRow(1, cells))
    assert [flag.code for flag in found.flags] == ["code-unlisted", "code-unlisted"]
    assert entries([found])[0].value["crime_type"] == "Piracy"


def test_a_month_or_coordinate_that_cannot_be_is_an_error() -> None:
    found = STREET.translate(RawRow(1, {"Month": "2024-13", "Crime type": "Drugs", "Longitude": "181"}))
    assert [(error.column, error.code) for error in found.errors] == [
        ("Month", "date-invalid"), ("Longitude", "number-invalid"),
    ]  # fmt: skip


def test_a_stop_and_search_keeps_nothing_of_who_was_searched_but_the_range_of_age() -> None:
    body = (
        b"Type,Date,Latitude,Longitude,Gender,Age range,Self-defined ethnicity,Officer-defined ethnicity,"
        b"Legislation,Object of search,Outcome\n"
        b"Person search,2019-06-01T05:25:52+00:00,51.5,-0.09,Male,over 34,White,White,PACE,Stolen goods,Arrest\n"
    )
    (entry,) = entries(list(translate_rows(STOP_SEARCH, body)))
    assert entry.value == {
        "object": "Stolen goods", "outcome": "Arrest", "legislation": "PACE", "longitude": -0.09, "latitude": 51.5,
        "age_range": "over 34",
    }  # fmt: skip
    assert entry.at is not None
    assert entry.at.isoformat() == "2019-06-01T06:25:52+01:00"


def test_a_file_of_more_events_than_memory_should_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.police.places.MOST_PLACES", 2)
    apart = [BURGLARY.replace("abc", f"id-{number}") for number in range(3)]
    street(*apart[:2], *apart[:2])
    with pytest.raises(SuspiciousContentError, match="more than 2 events"):
        street(*apart)
