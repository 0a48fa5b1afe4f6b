"""Whatever a resource holds, translating it never raises, and no error or flag repeats what it holds."""

import io
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import FeedUnreadableError
from adapters.health import FEEDS
from adapters.port import RawRow, translate_rows

CANARY = "Zzyxcanary"
NHS = "https://fhir.nhs.uk/Id/nhs-number"
NAMES = [
    "id", "identifier", "meta", "security", "name", "use", "family", "given", "prefix", "text", "period", "start",
    "end", "gender", "birthDate", "deceasedDateTime", "telecom", "system", "value", "address", "line", "city",
    "postalCode", "type", "extension", "url", "valueCodeableConcept", "valueCoding", "coding", "code", "display",
    "valueString", "generalPractitioner", "contact", "relationship", "patient", "subject", "reference",
    "participant", "actor", "status", "class", "serviceType", "specialty", "hospitalization", "clinicalStatus",
    "verificationStatus", "onsetDateTime", "recordedDate", "contained", "entry", "resource", "fullUrl",
]  # fmt: skip
FHIR = [feed for feed in FEEDS if "json" in feed.profile.formats]
KINDS = ["Patient", "RelatedPerson", "Encounter", "Condition", "Appointment", "Bundle", "OperationOutcome", "List"]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12),
    st.sampled_from([NHS, "9000000009", "2010-10-22", "2024-03-01T09:00:00Z", "9999-12", "R", "01", "noshow", "usual",
                     "phone", "x" * 300, "Patient/1", "#1", "entered-in-error", "EMER"]),
)  # fmt: skip
ELEMENTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)),
    max_leaves=20,
)
RESOURCES = st.builds(
    lambda kind, body: {"resourceType": kind} | body,
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(NAMES), ELEMENTS, max_size=8),
)


@pytest.mark.parametrize("feed", FHIR, ids=lambda feed: feed.profile.name)
@settings(max_examples=150, deadline=None)
@given(resources=st.lists(RESOURCES, min_size=1, max_size=3))
def test_any_resource_is_translated_or_refused_without_raising(feed, resources):
    bundle = {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}
    for translation in translate_rows(feed, json.dumps(bundle).encode()):
        assert not (translation.errors and translation.records)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.profile.name)
@settings(max_examples=150, deadline=None)
@given(body=st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda end: b'{"resourceType":"Pat' + end)))
def test_any_bytes_are_rows_or_an_unreadable_feed(feed, body):
    with suppress(FeedUnreadableError):
        assert all(one.errors or one.records or one.flags for one in translate_rows(feed, body))


@pytest.mark.parametrize("feed", FHIR, ids=lambda feed: feed.profile.name)
@pytest.mark.parametrize("payload", [None, "text", 7, {"resourceType": "Patient"}])
def test_a_row_of_another_feed_is_an_error_and_no_exception(feed, payload):
    assert feed.translate(RawRow(1, {}, payload)).errors


def planted(value):
    """A bundle in which every leaf is the planted value, in places that make errors and flags."""
    coded = {"coding": [{"system": value, "code": value, "display": value}], "text": value}
    period = {"start": value, "end": value}
    identifier = {"system": NHS, "value": value, "use": value}
    subject = {"reference": f"Patient/{value}", "identifier": identifier}
    person = {
        "id": value, "identifier": [identifier], "name": [{"family": value, "period": period}], "gender": value,
        "birthDate": value, "deceasedDateTime": value, "telecom": [{"system": "phone", "value": value * 40}],
        "address": [{"use": value, "line": [value], "postalCode": value, "period": period}],
        "generalPractitioner": [{"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code",
                                                "value": value, "period": period}}],
        "contact": [{"name": {"family": value}, "relationship": [coded], "period": period}],
        "patient": subject, "relationship": [coded], "period": period, "meta": {"security": [{"code": "U"}]},
    }  # fmt: skip
    care = {
        "id": value, "subject": subject, "status": value, "class": {"code": value}, "period": period, "code": coded,
        "clinicalStatus": coded, "onsetDateTime": value, "start": value, "end": value,
        "participant": [{"actor": subject}],
    }  # fmt: skip
    kinds = [(kind, person) for kind in KINDS[:2]] + [(kind, care) for kind in (*KINDS[2:5], value)]
    return {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": value, "resource": {"resourceType": kind} | body} for kind, body in kinds],
    }


@pytest.mark.parametrize("feed", FHIR, ids=lambda feed: feed.profile.name)
def test_no_error_and_no_flag_repeats_a_value_of_the_row(feed):
    found = list(translate_rows(feed, json.dumps(planted(CANARY)).encode()))
    said = [*(error for one in found for error in one.errors), *(flag for one in found for flag in one.flags)]
    assert len(said) > 5
    assert CANARY not in str(said)


@pytest.mark.parametrize("feed", FHIR, ids=lambda feed: feed.profile.name)
def test_a_refused_file_does_not_repeat_its_content(feed):
    for body in (f'{{"{CANARY}": 1}}', f"<{CANARY}/>", f"<{CANARY}", json.dumps({"resourceType": CANARY.lower()})):
        with pytest.raises(FeedUnreadableError) as caught:
            feed.rows(io.BytesIO(body.encode()))
        assert CANARY not in f"{caught.value}{caught.value.how_to_fix}{caught.value.__cause__}"
        assert CANARY.lower() not in f"{caught.value}{caught.value.how_to_fix}"
