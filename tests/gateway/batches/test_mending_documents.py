"""Bad records of JSON and XML are named as their sender wrote them, mended in that form, and replace exactly those."""

import json
from datetime import timedelta

import pytest

from adapters.errors import FeedUnreadableError
from adapters.registry import FEEDS
from gateway.api.views import batch_view
from gateway.demo.northvale.identifiers import nhs_number
from gateway.demo.switching_on import switch_everything_on
from gateway.errors import NotFoundError
from gateway.identity.caller import PartnerCaller
from gateway.usecases.intake.batch_contract import BatchContract
from gateway.usecases.intake.batches import errors_csv, errors_document, read_own_batch
from gateway.usecases.intake.intake import Push, receive_batch
from tests.gateway.batches.school import CONTEXT, LATER, MILL_LANE, count, pupils, push

WHOLE = BatchContract()
NUMBERS = [number for serial in range(700_000, 700_020) if (number := nhs_number(serial))]


def caller(agency):
    return PartnerCaller(f"client-{agency}", agency, frozenset({"feeds:push"}), LATER)


def patient(number, born="1980-02-03"):
    return {
        "resourceType": "Patient", "id": NUMBERS[number], "birthDate": born, "photo": [{"title": "never kept"}],
        "name": [{"use": "usual", "family": f"Family{'abcdef'[number]}", "given": ["Pat"]}],
    }  # fmt: skip


def bundle(*resources):
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]})


def bundle_in_xml(*births):
    """A bundle of patients in FHIR XML, under a prefix as some systems write it."""
    entries = "".join(
        f'<f:entry><f:resource><f:Patient><f:id value="{NUMBERS[n]}"/><f:name><f:use value="usual"/>'
        f'<f:family value="Family{letter}"/><f:given value="Pat"/></f:name><f:birthDate value="{born}"/>'
        '<f:photo><f:title value="never kept"/></f:photo></f:Patient></f:resource></f:entry>'
        for n, (letter, born) in enumerate(zip("abcdef", births, strict=False))
    )
    return f'<f:Bundle xmlns:f="http://hl7.org/fhir"><f:type value="collection"/>{entries}</f:Bundle>'


def records(*births):
    rows = [
        {"UPN": f"{letter}99010200000{n}", "Surname": "Example", "Forename": "Robin", "DOB": born, "Religion": "none"}
        for n, (letter, born) in enumerate(zip("ABCDE", births, strict=False))
    ]
    return json.dumps({"value": rows})


def transfers(*births):
    pupil = FEEDS["schools-ctf"].profile.example_file
    first, end = pupil.index("<Pupil>"), pupil.index("</Pupil>") + len("</Pupil>")
    one = pupil[first:end]
    day = one[one.index("<DOB>") : one.index("</DOB>")]
    number = one[one.index("<UPN>") + 5 : one.index("</UPN>")]
    made = [
        one.replace(day, f"<DOB>{born}").replace(number, f"{'ABCDE'[n]}{number[1:-1]}{n}", 1)
        for n, born in enumerate(births)
    ]
    return pupil[:first] + "".join(made) + pupil[pupil.rindex("</Pupil>") + len("</Pupil>") :]


def children(*births):
    census = FEEDS["social-care-cin"].profile.example_file
    first, end = census.index("<Child>"), census.index("</Child>") + len("</Child>")
    one = census[first:end]
    day = one[one.index("<PersonBirthDate>") : one.index("</PersonBirthDate>")]
    number = one[one.index("<LAchildID>") : one.index("</LAchildID>")]
    made = [
        one.replace(day, f"<PersonBirthDate>{born}").replace(number, f"<LAchildID>LA{n}")
        for n, born in enumerate(births)
    ]
    return census[:first] + "".join(made) + census[census.rindex("</Child>") + len("</Child>") :]


def incidents(*births):
    data = [
        {
            "type": "incident", "id": f"I{n}", "meta": {"handling": "open"},
            "attributes": {"incidentStartDateTime": {"dateFrom": "2026-10-01T10:00:00Z"}, "hadWeapon": "false",
                           "incidentDescription": "never kept"},
            "relationships": {"victim": {"data": {"type": "person", "id": f"P{n}"}}},
        }
        for n, _ in enumerate(births)
    ]  # fmt: skip
    people = [
        {"type": "person", "id": f"P{n}", "attributes": {"givenName": "Robin", "surname": "E", "dateOfBirth": born}}
        for n, born in enumerate(births)
    ]
    return json.dumps({"data": data, "included": people})


GOOD, BAD = "2012-03-04", "no day"
FEEDS_OF_DOCUMENTS = [
    ("schools-pupils", "northvale_schools", "json", records, "value[{}].DOB", -1),
    ("schools-ctf", "northvale_schools", "xml", transfers, "/CTfile/CTFpupilData/Pupil[{}]/DOB", 0),
    (
        "social-care-cin", "northvale_council", "xml", children,
        "/Message/Children/Child[{}]/ChildIdentifiers/PersonBirthDate", 0,
    ),
    (
        "health-pds", "northvale_nhs", "json", lambda *births: bundle(*map(patient, range(5), births)),
        "Bundle.entry[{}].resource.birthDate", -1,
    ),
    (
        "health-ukcore", "northvale_nhs", "json", lambda *births: bundle(*map(patient, range(5), births)),
        "Bundle.entry[{}].resource.birthDate", -1,
    ),
    (
        "health-ukcore", "northvale_nhs", "xml", bundle_in_xml, "Bundle.entry[{}].resource.birthDate", -1,
    ),
    ("police-incidents-psdm", "northvale_police", "json", incidents, "included[{}].attributes.dateOfBirth", -1),
]  # fmt: skip


@pytest.fixture(params=FEEDS_OF_DOCUMENTS, ids=lambda one: f"{one[0]}-{one[2]}")
def sent(request, wiring):
    feed, agency, form, made, path, first = request.param
    switch_everything_on(wiring, CONTEXT, [feed])

    def send(body, key, contract=WHOLE):
        return receive_batch(wiring, CONTEXT, caller(agency), Push(feed, body.encode(), form, key, contract))

    def fetch(batch):
        return errors_document(wiring, CONTEXT, caller(agency), batch.batch_id)

    return send, fetch, made, path, first, caller(agency)


def content_of(admin):
    with admin.begin() as connection:
        return connection.exec_driver_sql(
            "SELECT i.name, f.value::text, f.valid_from, f.happened_at FROM hearth.fact f JOIN hearth.item i"
            " USING (item_no) ORDER BY 1, 2, 3, 4"
        ).all()


def test_bad_records_are_named_as_written_mended_in_their_form_and_replace_exactly_those(wiring, admin, sent):
    send, fetch, made, path, first, who = sent
    births = (GOOD, BAD, GOOD, BAD)
    batch = send(made(*births), "first")
    assert (batch.rows_accepted, batch.rows_rejected) == (2, 2), batch.refusal_message
    with admin.begin() as connection:
        told = connection.exec_driver_sql("SELECT row_number, error_column FROM desk.row_error ORDER BY 1").all()
    assert [tuple(row) for row in told] == [(n, path.format(n + first)) for n in (2, 4)]
    assert batch_view(wiring, batch).errors == f"/v1/batches/{batch.batch_id}/errors"
    _, _, document = fetch(batch)
    assert path.format(2 + first) in document
    assert "never kept" not in document
    assert "Religion" not in document
    # One of the two is mended; the other comes as it was.
    place = document.index(BAD)
    half = document[:place] + GOOD + document[place + len(BAD) :]
    again = send(half, "second", BatchContract(mends=batch.batch_id))
    assert (again.rows_accepted, again.rows_rejected) == (1, 1), again.refusal_message
    assert read_own_batch(wiring, who, batch.batch_id).rows_mended == 1
    # What is handed back now is the last one, of whichever of the two files it is asked.
    _, _, left = fetch(again)
    assert left.count(BAD) == fetch(batch)[2].count(BAD) == 1
    last = send(left.replace(BAD, GOOD), "third", BatchContract(mends=again.batch_id))
    assert (last.state, last.rows_accepted) == ("accepted", 1)
    assert read_own_batch(wiring, who, batch.batch_id).rows_mended == 2
    mended = content_of(admin)
    # The whole file, right from the start, says nothing more.
    assert send(made(GOOD, GOOD, GOOD, GOOD), "whole").facts_new == 0
    assert content_of(admin) == mended


def test_records_that_were_mended_before_are_passed_over(admin, sent):
    send, fetch, made, *_ = sent
    batch = send(made(GOOD, BAD), "first")
    document = fetch(batch)[2]
    send(document.replace(BAD, GOOD), "second", BatchContract(mends=batch.batch_id))
    facts = count(admin, "SELECT count(*) FROM hearth.fact")
    again = send(document.replace(BAD, "2011-01-01"), "third", BatchContract(mends=batch.batch_id))
    assert (again.rows_left, again.rows_accepted) == (1, 0)
    assert count(admin, "SELECT count(*) FROM hearth.fact") == facts


@pytest.mark.parametrize("wrong", ["other number", "number twice", "no number", "no document", "no record"])
def test_a_document_that_cannot_be_matched_is_refused_whole(admin, sent, wrong):
    send, fetch, made, *_ = sent
    batch = send(made(GOOD, BAD), "first")
    document = fetch(batch)[2].replace(BAD, GOOD)
    if document.startswith("<?xml"):
        begin, end = document.index("<row "), document.index("</row>") + len("</row>")
        row = document[begin:end]
        changed = {
            "other number": row.replace('number="2"', 'number="1"'), "number twice": row + row,
            "no number": row.replace('number="2"', ""), "no document": None,
            "no record": row[: row.index("<file>")] + "<file><CTfile/><Message/></file></row>",
        }[wrong]  # fmt: skip
        body = "<other/>" if changed is None else document[:begin] + changed + document[end:]
    else:
        told = json.loads(document)
        (row,) = told["rows"]
        rows = {
            "other number": [{**row, "row": 1}], "number twice": [row, row], "no number": [{**row, "row": "2"}],
            "no document": None, "no record": [{**row, "file": {"some": "thing"}}],
        }[wrong]  # fmt: skip
        body = json.dumps({"rows": rows})
    facts = count(admin, "SELECT count(*) FROM hearth.fact")
    refused = send(body, "wrong", BatchContract(mends=batch.batch_id))
    assert (refused.state, refused.refusal_code) == ("refused", FeedUnreadableError.code)
    assert count(admin, "SELECT count(*) FROM hearth.fact") == facts


def test_rows_of_a_table_are_no_document(wiring):
    batch = push(wiring, [*pupils(1), {**pupils(2)[0], "dob": BAD}])
    with pytest.raises(NotFoundError):
        errors_document(wiring, CONTEXT, MILL_LANE, batch.batch_id)


def test_after_thirty_days_no_record_is_handed_out(wiring_clock, sent):
    send, fetch, made, *_ = sent
    batch = send(made(GOOD, BAD), "first")
    wiring_clock.now += timedelta(days=31)
    assert BAD not in fetch(batch)[2]


def test_the_sheet_tells_the_same_paths(wiring, sent):
    send, _, made, path, first, who = sent
    batch = send(made(GOOD, BAD), "first")
    assert path.format(2 + first) in errors_csv(wiring, CONTEXT, who, batch.batch_id)[1]
