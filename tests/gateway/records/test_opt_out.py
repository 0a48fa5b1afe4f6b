"""The National Data Opt-out in figures: who opted out, or was not checked, is in no count; all is kept for care."""

import csv
import io
import json
from datetime import timedelta

import pytest

from gateway.demo.northvale.identifiers import nhs_number
from gateway.demo.switching_on import switch_everything_on
from gateway.errors import AccessRefusedError
from gateway.identity.caller import PartnerCaller
from gateway.usecases.families.figures import OPT_OUT_NOTE, FigureRequest, make_figure
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from gateway.usecases.people.request_context import RequestContext
from tests.gateway.conftest import NOW
from tests.gateway.feeds.officers import staff

CONTEXT = RequestContext("00000000-0000-4000-8000-0000000000f6")
EVALUATOR = staff("W605", "northvale_council", "evaluation_analyst")
NHS = PartnerCaller("client-nhs", "northvale_nhs", frozenset({"feeds:push"}), NOW + timedelta(hours=1))
TODAY = NOW.date()
MONTH = f"{TODAY:%Y-%m}"
PATIENTS = range(14)
NUMBERS = [number for serial in range(700_000, 700_040) if (number := nhs_number(serial))]


def push(wiring, agency, feed, rows):
    switch_everything_on(wiring, CONTEXT, [feed])
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    caller = PartnerCaller(f"client-{agency}", agency, frozenset({"feeds:push"}), NOW + timedelta(hours=1))
    body = text.getvalue().encode()
    batch = receive_batch(wiring, CONTEXT, caller, Push(feed, body, "csv", f"{feed}-{hash(body)}"))
    assert (batch.state, batch.rows_accepted) == ("accepted", len(rows)), batch.refusal_message
    return batch


def known(number):
    """Letters alone tell the names apart, as names do."""
    name = "".join(chr(ord("a") + int(digit)) for digit in f"{number:02d}")
    return {
        "nhs_number": NUMBERS[number], "surname": f"Evalu{name}", "forename": f"Pat{name}",
        "dob": f"19{50 + number}-0{1 + number % 9}-1{number % 10}",
    }  # fmt: skip


def spine(number):
    """The patient as the Personal Demographics Service gives them."""
    one = known(number)
    status = {"system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus", "code": "01"}
    return {
        "resourceType": "Patient", "id": one["nhs_number"], "birthDate": one["dob"],
        "identifier": [{
            "system": "https://fhir.nhs.uk/Id/nhs-number", "value": one["nhs_number"],
            "extension": [{
                "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
                "valueCodeableConcept": {"coding": [status]},
            }],
        }],
        "name": [{"use": "usual", "family": one["surname"], "given": [one["forename"]]}],
    }  # fmt: skip


def checks(wiring, answers, on=TODAY):
    rows = [
        {"nhs_number": known(number)["nhs_number"], "opted_out": answer, "checked_on": on.isoformat()}
        for number, answer in answers.items()
    ]
    push(wiring, "northvale_nhs", "health-opt-out", rows)


@pytest.fixture
def helped(wiring):
    """Fourteen patients who attended this month; all but the last agreed to help."""
    attended = [
        {
            "local_patient_id": f"RX{number:07d}", **known(number), "nhs_number_status": "01",
            "attendance_id": f"ED{number:07d}", "arrival_at": f"{TODAY.isoformat()}T00:10",
        }
        for number in PATIENTS
    ]  # fmt: skip
    push(wiring, "northvale_nhs", "health-emergency", attended)
    switch_everything_on(wiring, CONTEXT, ["health-pds"])
    lines = "\n".join(json.dumps(spine(number)) for number in PATIENTS).encode()
    told = receive_batch(wiring, CONTEXT, NHS, Push("health-pds", lines, "ndjson", "pds"))
    assert told.rows_accepted == len(PATIENTS)
    push(wiring, "northvale_council", "case-people", [{"person_ref": f"P{n}", **known(n)} for n in PATIENTS])
    agreed = [
        {"person_ref": f"P{n}", "answer": "yes", "recorded_on": "2026-01-05", "recorded_by": "W1"}
        for n in PATIENTS[:-1]
    ]
    push(wiring, "northvale_council", "case-agreed-to-help", agreed)
    return wiring


def counted(wiring):
    link_everything(wiring)
    answer = make_figure(
        wiring, CONTEXT, EVALUATOR, FigureRequest("evaluation", "emergency_attendances", "month")
    )  # fmt: skip
    return answer, {one.group: one.count for one in answer.table.figures}


def test_who_opted_out_or_was_not_checked_is_not_counted(helped, admin):
    checks(helped, dict.fromkeys(PATIENTS[:10], "N") | dict.fromkeys(PATIENTS[10:12], "Y"))
    answer, figures = counted(helped)
    assert figures == {MONTH: 10}
    assert OPT_OUT_NOTE in answer.note
    assert answer.agreements == ("ISA-NV-2026-034@1/EV2",)
    with admin.begin() as connection:
        held = "SELECT count(*) FROM hearth.fact JOIN hearth.item USING (item_no) WHERE name = 'health.attendance'"
        assert connection.exec_driver_sql(held).scalar_one() == len(PATIENTS)


def test_the_newest_check_counts_and_an_old_one_does_not(helped):
    checks(helped, dict.fromkeys(PATIENTS, "N"), TODAY - timedelta(days=3))
    checks(helped, dict.fromkeys(PATIENTS[:6], "Y"))
    assert counted(helped)[1] == {MONTH: len(PATIENTS) - 1 - 6}


def test_after_four_weeks_without_a_check_nobody_is_counted(helped):
    checks(helped, dict.fromkeys(PATIENTS, "N"), TODAY - timedelta(days=28))
    assert counted(helped)[1] == {}


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_a_number_that_was_only_checked_is_nobody_until_somebody_bears_it(wiring, admin, link):
    linked = "SELECT count(*) FROM hearth.link WHERE superseded_at IS NULL"

    def links():
        link(wiring)
        with admin.begin() as connection:
            return connection.exec_driver_sql(linked).scalar_one()

    link_everything(wiring)
    checks(wiring, {0: "Y", 1: "N"})
    assert links() == 0
    switch_everything_on(wiring, CONTEXT, ["health-pds"])
    receive_batch(wiring, CONTEXT, NHS, Push("health-pds", json.dumps(spine(0)).encode(), "ndjson", "pds"))
    assert links() == 1
    # What was checked before is theirs now.
    with admin.begin() as connection:
        items = connection.exec_driver_sql(
            "SELECT DISTINCT i.name FROM hearth.link l JOIN hearth.fact f USING (record_id) JOIN hearth.item i"
            " USING (item_no)"
        ).scalars()
        assert {"health.opt_out", "identity.name"} <= set(items)
    checks(wiring, {0: "N"}, TODAY - timedelta(days=1))
    assert links() == 1


def test_no_other_purpose_or_role_makes_the_figure(wiring):
    for caller, purpose in (
        (EVALUATOR, "statistics"), (staff("W604", "northvale_council", "analyst"), "evaluation"),
        (staff("W604", "northvale_council", "analyst"), "statistics"),
    ):  # fmt: skip
        with pytest.raises(AccessRefusedError):
            make_figure(wiring, CONTEXT, caller, FigureRequest(purpose, "emergency_attendances", "month"))
