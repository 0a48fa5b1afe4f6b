"""A fault in a file of XML or JSON is named by its path as the format writes it; a record alone says what it said."""

import io
import json
from itertools import islice
from pathlib import Path

import pytest

from adapters.errors import FeedUnreadableError
from adapters.port import DocumentFeed, translate_row, translate_rows
from adapters.registry import FEEDS
from adapters.row_path import RowPath, json_path
from adapters.tabular.loader import load_mapping
from concept_model.records import facts_of
from tests.adapters.police.test_standard_data_model import document
from tests.adapters.tabular.test_language import NESTED, person
from tests.simulators.policing import incident

DOCUMENTS = {name: feed for name, feed in FEEDS.items() if "csv" not in feed.profile.formats}
SAMPLES = Path(__file__).resolve().parents[3] / "shared/samples"
OF_SAMPLES = {
    "schools-pupils": ("dfe-giap-pupil-records", "*.json"),
    "social-care-cin": ("cin-census-fake", "*.xml"),
    "health-pds": ("nhs-pds-sandbox", "*.json"),
    "health-ukcore": ("nhs-ukcore-fhir-r4", "*.xml"),
}
MOST = 60


def test_a_path_is_that_of_the_row_and_what_stands_for_the_column():
    path = RowPath("value[2]", {"Name": ".names[0]"}, (("a.", ".b."), ("", ".")))
    found = [path.of(one) for one in ("", "Name", "a.x", "DOB")]
    assert found == ["value[2]", "value[2].names[0]", "value[2].b.x", "value[2].DOB"]
    assert RowPath("", begins=(("", "."),)).of("DOB") == "DOB"
    assert RowPath("/A/B[1]", {"x": "/x"}).of("unknown") == "unknown"
    assert RowPath("value[0]", begins=(("", "."),), within="rows[1].file.").of("DOB") == "rows[1].file.value[0].DOB"
    within = {"within": "/rows/row[1]/file/"}
    assert RowPath("/A/B[1]", {"x": "/x"}, **within).of("x") == "/rows/row[1]/file/A/B[1]/x"
    assert RowPath("Bundle.entry[0]", begins=(("", "."),), **within).of("x") == "/rows/row[1]/file/Bundle.entry[0].x"
    assert RowPath("", **within).of("") == "/rows/row[1]/file"
    assert json_path(["a", "b", 3, "c"]) == "a.b[3].c"


def wrong(**stay):
    made = person("7", "1 A", "2 B")
    made["stays"]["stay"][1] |= stay
    return made


def columns(feed, body):
    return [[error.column for error in found.errors] for found in translate_rows(feed, body)]


def test_a_mapping_names_elements_and_members_by_its_paths():
    feed = load_mapping(NESTED)
    day = {"@from": "no day"}
    as_json = json.dumps({"data": {"people": [person("6"), wrong(**day)]}}).encode()
    assert columns(feed, as_json) == [[], ["data.people[1].stays.stay[1].@from"]]
    listed = json.dumps([{"ref": "7"}]).encode()
    assert columns(feed, listed) == [["[0].name.last"]]
    lines = load_mapping(NESTED.replace("{kind: json, rows: data/people}, ", ""))
    assert columns(lines, b'{"ref": "7"}\nno object\n') == [["name.last"], [""]]
    stays = '<stays><stay/><stay from="no day"><at><line>1 A</line></at></stay></stays>'
    one = f"<Person><ref>7</ref><name><last>Example</last></name>{stays}</Person>"
    as_xml = f"<People><Person><ref>6</ref></Person>{one}</People>".encode()
    assert columns(feed, as_xml) == [["/People//Person[1]/name/last"], ["/People//Person[2]/stays/stay[2]/@from"]]
    # A table has columns, and no paths.
    assert columns(feed, b"ref,surname,line1,from1\n7,Example,1 A,no day\n") == [["from1"]]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_record_of_a_mapping_alone_holds_what_is_kept_of_it(form):
    feed = load_mapping(NESTED)
    people = [
        person("6", "0 X"),
        {**person("7", "1 A", "2 B"), "religion": "none", "name": {"last": "Lastname", "first": "R"}},
    ]
    as_xml = (
        "<People><Person><ref>6</ref></Person><Person><religion>none</religion><ref>7</ref><name><last>Lastname</last>"
        "<first>R</first></name><stays><stay><at><line>1 A</line></at></stay><stay><at><line>2 B</line></at></stay>"
        "</stays></Person></People>"
    )
    body = json.dumps({"data": {"people": people}}) if form == "json" else as_xml
    *_, last = feed.rows(io.BytesIO(body.encode()))
    alone = feed.alone(last, lambda _: True)
    assert "none" not in alone
    assert "first" not in alone
    (found,) = translate_rows(feed, alone.encode())
    assert found.records == feed.translate(last).records
    assert "Lastname" in alone
    assert "Lastname" not in feed.alone(last, lambda name: name != "surname")


def said(found):
    return [fact for record in found.records for fact in facts_of(record)], [
        (error.code, error.message) for error in found.errors
    ]


def same_alone(feed, body):
    known = {column.name for column in feed.profile.columns}
    rows = 0
    for row in islice(feed.rows(io.BytesIO(body)), MOST):
        alone = feed.alone(row, known.__contains__)
        if not alone:
            continue
        read = next(iter(feed.rows(io.BytesIO(alone.encode()))))
        assert said(translate_row(feed, read)) == said(translate_row(feed, row))
        rows += 1
    return rows


def example_of(feed):
    """A file of the feed."""
    if feed.profile.example_file:
        return feed.profile.example_file.encode()
    found = [document(incident(n, part)) for n, part in enumerate(("victim", "known", "missingPerson"))]
    return "\n".join(map(json.dumps, found)).encode()


@pytest.mark.parametrize("feed", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_record_of_an_example_says_alone_what_it_said_in_its_file(feed):
    assert isinstance(feed, DocumentFeed)
    assert same_alone(feed, example_of(feed)) > 1


@pytest.mark.parametrize("name", OF_SAMPLES)
def test_every_record_of_a_sample_says_alone_what_it_said_in_its_file(name):
    folder, pattern = OF_SAMPLES[name]
    files = sorted((SAMPLES / folder).rglob(pattern))
    if not files:
        pytest.skip("the samples of this format are not here")
    rows = 0
    for file in files:
        try:
            rows += same_alone(FEEDS[name], file.read_bytes())
        except FeedUnreadableError:
            continue
    assert rows > 0


@pytest.mark.parametrize("reference", ["Patient/p1", "urn:uuid:0f"])
def test_a_resource_alone_brings_the_patient_whom_it_names_and_no_more(reference):
    feed = FEEDS["health-ukcore"]
    patient = {"resourceType": "Patient", "id": "p1", "birthDate": "2001-02-03", "name": [{"family": "Secret"}]}
    whom = {"fullUrl": reference} if reference.startswith("urn:") else {}
    visit = {
        "resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "EMER"},
        "subject": {"reference": reference}, "period": {"start": "2026-01-01T10:00:00+00:00"},
    }  # fmt: skip
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [whom | {"resource": patient}, {"resource": visit}],
    }
    body = json.dumps(bundle).encode()
    assert same_alone(feed, body) == 2
    *_, last = feed.rows(io.BytesIO(body))
    alone = feed.alone(last, lambda _: True)
    assert "2001-02-03" in alone
    assert "Secret" not in alone


def test_a_resource_that_came_as_xml_goes_alone_as_xml_with_the_patient_whom_it_names():
    feed = FEEDS["health-ukcore"]
    body = (
        b'<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/><entry><fullUrl value="urn:uuid:1"/><resource>'
        b'<Patient><id value="p1"/><meta><security><code value="R"/></security></meta><name><family value="Secret"/>'
        b'</name><birthDate value="2001-02-03"/></Patient></resource></entry><entry><resource><Encounter>'
        b'<id value="e1"/>'
        b'<text><div xmlns="http://www.w3.org/1999/xhtml">A story</div></text><status value="finished"/><class><code '
        b'value="EMER"/></class><subject><reference value="urn:uuid:1"/></subject><period><start '
        b'value="2026-01-01T10:00:00+00:00"/></period></Encounter></resource></entry></Bundle>'
    )
    assert same_alone(feed, body) == 2
    *_, last = feed.rows(io.BytesIO(body))
    alone = feed.alone(last, lambda column: column != "Encounter.text")
    assert alone.startswith(
        '<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/><entry><resource><Encounter>'
    )
    assert alone.index("urn:uuid:1") < alone.index("2001-02-03")
    assert "Secret" not in alone
    assert "story" not in alone
    # It is FHIR in the order of its schema.
    assert alone.index("<meta>") < alone.index("<birthDate")
