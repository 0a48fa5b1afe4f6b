"""Incidents of the Police Standard Data Model: constrained ids, words for flags, what is included, what is refused."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import FeedUnreadableError
from adapters.police.standard_data_model import FEED
from adapters.port import Translation, translate_rows
from concept_model.person import Person
from concept_model.place import Residence
from concept_model.statement import Event
from tests.simulators.policing import incident, person

CANARY = "Zebedee-Quill"
json_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.just(CANARY),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def document(*incidents: dict[str, Any], **included: Any) -> dict[str, Any]:
    people = [person(int(one["id"][1:]), **included) for one in incidents]
    home = {
        "type": "location", "id": "L1",
        "attributes": {"streetName": "Sample Street", "postcode": "zz1 1zz", "osUprn": "0100"},
    }  # fmt: skip
    for one in people:
        one["relationships"] = {"currentAddress": {"data": {"type": "location", "id": "L1"}}}
    return {"data": list(incidents), "included": [*people, home]}


def translated(*documents: Any) -> list[Translation]:
    return list(translate_rows(FEED, b"\n".join(json.dumps(one).encode() for one in documents)))


def records(found: Translation, kind: type) -> list[Any]:
    return [one for one in found.records if isinstance(one, kind)]


def test_a_person_of_an_incident_becomes_who_they_are_where_they_live_and_their_part() -> None:
    (found,) = translated(document(incident(7, "witness")))

    (who,), (home,), (event,) = (records(found, kind) for kind in (Person, Residence, Event))
    assert (who.names[0].family, who.birth_date, who.sex, who.ethnicity) == ("Example7", "1990-02-03", "female", "W1")
    assert (home.address.postcode, home.address.uprn) == ("ZZ1 1ZZ", "100")
    assert (event.item, event.role, event.value["title"]) == ("crime.victim", "witness", "physical assault")
    assert event.at.isoformat() == "2026-10-01T21:15:00+01:00"


@pytest.mark.parametrize(
    ("relationship", "item", "nature"),
    [
        ("personReporting", "crime.victim", "fact"), ("victimDetailsReportedOnBehalfOf", "crime.victim", "fact"),
        ("known", "crime.allegation", "allegation"), ("missingPerson", "child.missing", "fact"),
    ],
)  # fmt: skip
def test_the_relationship_decides_what_the_row_becomes(relationship: str, item: str, nature: str) -> None:
    (found,) = translated(document(incident(1, relationship)))

    assert [(one.item, one.nature) for one in records(found, Event)] == [(item, nature)]


@pytest.mark.parametrize("handling", ["intelligence", "live-operation"])
def test_intelligence_and_live_operations_are_refused(handling: str) -> None:
    (found,) = translated(document(incident(1) | {"meta": {"handling": handling}}))

    assert (found.refused, found.records) == (True, ())


def test_an_incident_that_does_not_say_how_it_may_travel_is_not_taken() -> None:
    (found,) = translated(document(incident(1) | {"meta": {}}))

    assert [error.code for error in found.errors] == ["required-missing"]


def test_words_for_flags_are_read_as_flags() -> None:
    (found,) = translated(
        document(incident(1, physicallyAssaulted="false", hadWeapon="TRUE", subjectedToHateCrime=True))
    )

    assert records(found, Event)[0].value["title"] == "hate crime; weapon"


def test_an_id_of_no_known_list_is_left_out_and_said() -> None:
    (found,) = translated(document(incident(1), gender="GNDR_0999"))

    assert records(found, Person)[0].sex is None
    assert [flag.code for flag in found.flags] == ["code-unlisted"]


def test_an_estimated_date_of_birth_is_left_out_and_said() -> None:
    (found,) = translated(document(incident(1), dateofBirthKnown="false"))

    assert records(found, Person)[0].birth_date is None
    assert [flag.code for flag in found.flags] == ["date-estimated"]


def test_nobody_is_made_of_a_suspect_of_whom_nothing_is_known() -> None:
    (found,) = translated(document(incident(1, "unknown"), givenName=[], surname="", dateOfBirth=""))

    assert (found.records, found.errors) == ((), ())
    assert [flag.code for flag in found.flags] == ["nothing-kept"]


def test_the_narrative_is_no_column_of_the_feed() -> None:
    (row,) = FEED.rows(_source(document(incident(1))))

    assert "incident.incidentDescription" in row.cells
    assert "incident.incidentDescription" in FEED.profile.never_kept
    assert "narrative" not in repr(FEED.translate(row).records)


def test_pages_follow_one_another_line_by_line_and_a_broken_line_costs_nothing_else() -> None:
    good = [json.dumps(document(incident(number))).encode() for number in (1, 2)]

    found = list(translate_rows(FEED, b"\n".join([good[0], b"{broken", b'{"data": 7}', good[1]])))

    assert [(one.row.number, bool(one.errors)) for one in found] == [(1, False), (2, True), (3, True), (4, False)]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"null", b"<xml/>", b'{"data": {"type": "person"}}', b'{"data": 3}', b"\xff\xfe",
        b'{"data": [], "data": []}', b"[" * 100_000, b'{"errors": [{"status": "403"}]}',
    ],
)  # fmt: skip
def test_what_is_no_document_of_incidents_is_refused_whole(body: bytes) -> None:
    with pytest.raises(FeedUnreadableError):
        list(translate_rows(FEED, body))


def test_a_page_without_an_incident_has_no_row() -> None:
    assert translated({"data": [], "included": []}) == []


@given(attributes=json_value, related=json_value, included=json_value, meta=json_value)
def test_any_content_gives_records_or_errors_and_no_message_repeats_it(
    attributes: Any, related: Any, included: Any, meta: Any
) -> None:
    one = {
        "type": "incident", "id": "I1", "meta": {"handling": "open", "x": meta}, "attributes": attributes,
        "relationships": {"victim": {"data": [{"type": "person", "id": "P1"}, related]}},
    }  # fmt: skip
    people = [{"type": "person", "id": "P1", "attributes": included}, included]
    body = {"data": [one, one | {"attributes": {"incidentStartDateTime": attributes}}], "included": people}

    for found in translated(body):
        assert not (found.errors and found.records)
        assert CANARY not in repr((found.errors, found.flags))


def _source(one: Any) -> Any:

    return io.BytesIO(json.dumps(one).encode())
