import io
import json
from pathlib import Path

import pytest

from adapters.errors import FeedUnreadableError
from adapters.port import translate_rows
from adapters.schools import FEEDS

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "dfe-giap-pupil-records"
PUPILS = {feed.profile.name: feed for feed in FEEDS}["schools-pupils"]


def translate(*records: object) -> list:
    return list(translate_rows(PUPILS, json.dumps({"value": records}).encode()))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of samples is not beside the repository")
@pytest.mark.parametrize("name", ["npd", "pupilpremium"])
def test_every_record_of_the_departments_examples_is_taken(name):
    body = (SAMPLES / f"{name}_searchindex_returns_many_pupils.json").read_bytes()
    translations = list(translate_rows(PUPILS, body))
    sent = json.loads(body)["value"]
    assert [translation.errors for translation in translations] == [()] * len(sent)
    persons = [translation.records[0] for translation in translations]
    assert [person.person for person in persons] == [record["UPN"] for record in sent]
    # Of these invented numbers most fail the check letter: flagged, not refused.
    failing = [person for person in persons if person.identifiers[0].verification.value == "unverified"]
    assert len(failing) == sum(bool(translation.flags) for translation in translations) > 0
    assert [person.sex for person in persons] == [{"M": "male", "F": "female"}[record["Sex"]] for record in sent]


def test_a_learner_without_a_upn_is_known_by_the_learner_number():
    (translation,) = translate({"ULN": 1000000001, "Surname": "Example", "DOB": "2008-05-30"})
    person = translation.records[0]
    assert person.person == "uln/1000000001"
    assert person.identifiers[0].scheme == "uln"


def test_the_learner_number_is_kept_as_a_local_number_beside_the_upn():
    (translation,) = translate({"UPN": "B801200005001", "ULN": "1000000001", "Surname": "Example"})
    assert [identifier.scheme for identifier in translation.records[0].identifiers] == ["upn", "uln"]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("no object", "row-shape"),
        ({"UPN": ["B801200005001"], "Surname": "Example"}, "row-shape"),
        ({"UPN": "B801200005001", "Surname": "Ex\ud800ample"}, "encoding-invalid"),
        ({"UPN": "B801200005001", "Surname": "Ex\u0000ample"}, "encoding-invalid"),
        ({"UPN": "B801200005001", "Surname": None}, "required-missing"),
        ({"Surname": "Example"}, "required-missing"),
        ({"UPN": "B801200005001", "Surname": "Example", "DOB": "yesterday"}, "date-invalid"),
        ({"UPN": "B801200005001", "Surname": "Example", "Sex": "Z"}, "code-unknown"),
    ],
)
def test_a_bad_record_loses_no_good_one(record, code):
    bad, good = translate(record, {"UPN": "B801200005001", "Surname": "Example"})
    assert [error.code for error in bad.errors] == [code]
    assert len(good.records) == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"value": {}}', b"{", b"\xff\xfe{", b"[" * 100_000, b"upn,dob\n"]
)
def test_a_body_that_is_no_such_object_is_unreadable(body):
    with pytest.raises(FeedUnreadableError):
        PUPILS.rows(io.BytesIO(body))
