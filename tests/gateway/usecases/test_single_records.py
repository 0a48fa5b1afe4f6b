"""One record that cannot wait: answered field by field, the same record as by a file, once, and linked first."""

import json
import threading

import pytest
from sqlalchemy import text

from gateway.jobs.worker import run_linkage_worker
from tests.gateway.served import served

OCCURRENCES = "police-occurrences"
MISSING = {
    "occurrence_no": "OC-URGENT-1", "role": "missing person", "handling": "open", "title": "Missing, high risk",
    "committed_from": "2026-11-16T07:30", "reported_at": "2026-11-16T08:00",
}  # fmt: skip
EVENTS = (
    "SELECT count(*) FROM hearth.fact f JOIN hearth.item i USING (item_no) JOIN desk.batch b USING (batch_id)"
    " WHERE i.name = :item AND b.feed = 'police-occurrences' AND b.rows_read = 1"
)


@pytest.fixture
def gateway(northvale):
    with served(northvale) as found:
        yield found


@pytest.fixture
def aisha(northvale):
    return northvale.person("S1", "Aisha Cole")["keys"]["police"]


def push(gateway, record, key="one", feed=OCCURRENCES, caller=None, **headers):
    content = record if isinstance(record, bytes) else json.dumps(record).encode()
    sent = {"Test-Caller": caller or feed, "Idempotency-Key": key, "Content-Type": "application/json", **headers}
    return gateway.client.post(f"/v1/feeds/{feed}/records", content=content, headers=sent)


def test_a_missing_child_is_taken_within_the_request_and_linked_before_everything_else(northvale, gateway, aisha):
    answer = push(gateway, MISSING | {"nominal_ref": aisha})

    body = answer.json()
    assert (answer.status_code, body["state"], body["rows"], body["accepted"]) == (201, "accepted", 1, 1)
    assert answer.headers["location"] == f"/v1/batches/{body['batch_id']}"
    assert northvale.count(EVENTS, item="child.missing") == 1
    waiting = northvale.sql("SELECT task_name, priority FROM jobs.procrastinate_jobs WHERE status = 'todo'")
    assert [(one.task_name, one.priority) for one in waiting] == [("link_new", 100)]
    entry = northvale.sql("SELECT event_class FROM audit.entry WHERE entry_id = :id", id=body["receipt"])
    assert entry[0].event_class == "collection"


def test_names_are_read_as_those_of_a_file_and_an_error_points_at_what_was_sent(northvale, gateway, aisha):
    """The same headings were taken of a file, and of a record every column was there twice."""
    written = {name.upper(): value for name, value in MISSING.items()} | {" Nominal_Ref ": aisha}

    taken, wrong = push(gateway, written), push(gateway, written | {"ROLE": "Zebedee"}, "two")
    twice = push(gateway, written | {"role": "suspect"}, "three")

    assert (taken.status_code, taken.json()["accepted"]) == (201, 1)
    assert northvale.count(EVENTS, item="child.missing") == 1
    assert [(one["pointer"], one["kind"]) for one in wrong.json()["fields"]] == [("/ROLE", "code-unknown")]
    assert (twice.status_code, "role is there twice" in twice.text) == (422, True)


def test_the_same_record_again_is_the_same_batch_and_another_under_its_key_is_refused(northvale, gateway, aisha):
    first = push(gateway, MISSING | {"nominal_ref": aisha})
    again = push(gateway, {"nominal_ref": aisha} | dict(reversed(MISSING.items())))
    other = push(gateway, MISSING | {"nominal_ref": aisha, "title": "Found"})

    assert again.json() == first.json()
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (409, "idempotency-conflict")
    assert northvale.count(EVENTS, item="child.missing") == 1


def test_what_is_wrong_is_said_field_by_field_and_nothing_is_repeated(northvale, gateway):
    facts = northvale.count("SELECT count(*) FROM hearth.fact")
    record = MISSING | {"nominal_ref": "", "role": "Zebedee", "reported_at": "31/02/2026", "Zebedee Quill": "x"}

    answer = push(gateway, record)
    again = push(gateway, record)

    problem = answer.json()
    assert (answer.status_code, problem["type"].rpartition("/")[2]) == (422, "record-rejected")
    assert {(one["pointer"], one["kind"]) for one in problem["fields"]} == {
        ("/nominal_ref", "required-missing"), ("/role", "code-unknown"), ("/reported_at", "date-invalid")
    }  # fmt: skip
    assert all(one["message"] and one["how_to_fix"] for one in problem["fields"])
    assert "Zebedee" not in answer.text
    assert problem["receipt"]
    assert again.json()["fields"] == problem["fields"]
    assert northvale.count("SELECT count(*) FROM hearth.fact") == facts


def test_intelligence_is_refused_by_the_same_door(northvale, gateway, aisha):
    answer = push(gateway, MISSING | {"nominal_ref": aisha, "handling": "intelligence"})

    assert [one["kind"] for one in answer.json()["fields"]] == ["handling-refused"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b'"x"', b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"\xff", b"[" * 50_000,
        b'{"a": "\\ud800"}', json.dumps({f"c{n}": "" for n in range(201)}).encode(),
    ],
)  # fmt: skip
def test_what_is_no_object_is_not_read(gateway, body):
    assert push(gateway, body).status_code == 400


def test_a_value_that_is_no_cell_is_named(gateway, aisha):
    answer = push(gateway, MISSING | {"nominal_ref": aisha, "title": ["a"], "Zebedee": {"b": 1}})

    assert [one["pointer"] for one in answer.json()["fields"]] == ["/title", ""]
    assert "Zebedee" not in answer.text


@pytest.mark.parametrize(
    ("feed", "caller", "status"),
    [("housing-arrears", OCCURRENCES, 403), ("no-such-feed", OCCURRENCES, 404), ("social-care-cin", None, 415)],
)
def test_who_may_not_push_the_feed_may_not_push_a_record_of_it(northvale, gateway, feed, caller, status):
    assert push(gateway, {}, feed=feed, caller=caller).status_code == status


def test_without_a_key_nothing_is_taken(gateway, aisha):
    assert push(gateway, MISSING | {"nominal_ref": aisha}, key="").status_code == 400


def test_a_resource_is_a_record_of_a_feed_of_resources(northvale, gateway):
    patient = {
        "resourceType": "Patient", "id": "9000000009", "birthDate": "2010-02-03",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9000000009"}],
        "name": [{"family": "Example", "given": ["Jo"]}],
    }  # fmt: skip

    good = push(gateway, patient, feed="health-pds")
    bad = push(gateway, patient | {"birthDate": "yesterday"}, feed="health-pds", key="two")

    assert (good.status_code, good.json()["accepted"]) == (201, 1)
    assert bad.status_code in {201, 422}
    if bad.status_code == 422:
        assert [one["pointer"] for one in bad.json()["fields"]] == ["/birthDate"]


def test_the_duty_to_tell_a_school_is_met_as_for_a_file(northvale, gateway, aisha):
    notices = northvale.count("SELECT count(*) FROM desk.notice")
    day = f"{northvale.built.now:%Y-%m-%d}T00:10"
    present = MISSING | {
        "nominal_ref": aisha, "role": "child present", "title": "Domestic incident", "committed_from": day,
        "reported_at": day, "dv_flag": "Y", "child_present_flag": "Y", "dash_risk": "high", "ho_class": "105A",
    }  # fmt: skip
    assert push(gateway, present).status_code == 201

    stop = threading.Event()
    working = threading.Thread(target=run_linkage_worker, args=(northvale.wiring, stop))
    working.start()
    try:
        for _ in range(600):
            if northvale.count("SELECT count(*) FROM desk.notice") > notices:
                break
            stop.wait(0.1)
    finally:
        stop.set()
        working.join(30)

    assert northvale.count("SELECT count(*) FROM desk.notice") > notices


def test_only_the_intake_may_let_linkage_go_first(northvale):
    with (
        pytest.raises(Exception, match=r"permission denied|refused"),
        northvale.wiring.database.transaction("hg_read") as connection,
    ):
        connection.execute(text("SELECT jobs.hasten_linkage()"))
