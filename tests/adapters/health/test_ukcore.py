import io

import pytest

from adapters.errors import FeedUnreadableError
from adapters.health import UKCORE
from adapters.port import items_of
from concept_model.base import Nature
from concept_model.identifiers import Verification

NHS = "https://fhir.nhs.uk/Id/nhs-number"
KEPT = ("Patient", "RelatedPerson", "Encounter", "Condition", "Appointment")
SUBJECT = {"identifier": {"system": NHS, "value": "9434765919"}}


def encounter(**changes):
    return {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"code": "EMER"},
        "subject": SUBJECT,
        "period": {"start": "2024-03-01T22:10:00+00:00", "end": "2024-03-02T01:00:00+00:00"},
        "reasonCode": [{"coding": [{"code": "1", "display": "Fracture of ulna"}]}],
    } | changes


def condition(**changes):
    return {
        "resourceType": "Condition",
        "id": "c1",
        "subject": SUBJECT,
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "195967001", "display": "Asthma"}]},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "onsetDateTime": "2019",
    } | changes


def appointment(**changes):
    return {
        "resourceType": "Appointment",
        "id": "a1",
        "status": "noshow",
        "start": "2024-03-01T09:00:00Z",
        "serviceType": [{"coding": [{"display": "Orthoptics"}]}],
        "description": "Follow-up of an injury",
        "participant": [{"actor": SUBJECT}, {"actor": {"reference": "Practitioner/p1"}}],
    } | changes


def born(birth_date):
    return {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": birth_date,
        "identifier": [{"system": NHS, "value": "943 476 5919"}],
    }


def test_every_uk_core_example_is_read_and_only_those_without_subject_are_rejected(samples, ukcore, facts):
    files = sorted((samples / "nhs-ukcore-fhir-r4").glob("*.xml"))
    translations = {file.name: ukcore(file.read_bytes()) for file in files if "OperationOutcome" not in file.name}
    assert len(translations) == 56
    rejected = {name: [one.errors for one in found if one.errors] for name, found in translations.items()}
    assert {name: [error.column for error in errors[0]] for name, errors in rejected.items() if errors} == {
        "Extension-UKCore-EmergencyCareDischargeStatus-Example.xml": ["Encounter.subject"],
        "Extension-UKCore-OutcomeOfAttendance-Example.xml": ["Encounter.subject"],
    }
    everything = [one for found in translations.values() for one in found]
    for one in everything:
        not_kept = "resource-not-kept" in {flag.code for flag in one.flags}
        assert not_kept == (one.row.payload.kind not in KEPT)
        assert bool(one.records) == (not not_kept and not one.errors)
    assert set(facts(everything)) <= items_of(UKCORE.profile)


def test_the_example_patient_in_xml_has_name_number_address_and_contact(samples, ukcore, facts):
    found = facts(ukcore((samples / "nhs-ukcore-fhir-r4" / "UKCore-Patient-RichardSmith-Example.xml").read_bytes()))
    person = found["identity.name"][0]
    assert (person.subject_key, person.value["family"], person.value["given"]) == ("9912003888", "SMITH", "Richard")
    assert found["identity.nhs_number"][0].value["verification"] == Verification.VERIFIED.value
    assert found["address.residence"][0].value["lines"] == "4 Sandmoor Drive\nLEEDS"
    assert found["identity.ethnicity"][0].value == {"code": "G", "scheme": "nhs-ethnic-category"}
    assert found["identity.name"][1].subject_key == "9912003888/contact/1"
    assert found["contact.phone"][1].value == {"value": "07777123123"}


def test_references_to_a_patient_of_the_same_file_give_the_nhs_number(samples, ukcore, facts):
    folder = samples / "nhs-ukcore-fhir-r4"
    names = ("Encounter-InpatientEncounter", "Condition-BleedingFromEar", "Appointment-OrthopaedicSurgery",
             "RelatedPerson-JoySmith", "Patient-RichardSmith")  # fmt: skip
    texts = [(folder / f"UKCore-{name}-Example.xml").read_text() for name in names]
    entries = "".join(f"<entry><resource>{text}</resource></entry>" for text in texts)
    body = f'<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>{entries}</Bundle>'.encode()
    found = facts(ukcore(body))
    for item in ("health.attendance", "health.flag", "health.appointment"):
        assert found[item][0].subject_key == "9912003888"
    assert {fact.value["other"] for fact in found["family.relationship"]} == {"9912003888"}
    alone = facts(ukcore(texts[0].encode()))
    assert alone["health.attendance"][0].subject_key == "Patient/UKCore-Patient-RichardSmith-Example"


def test_a_failing_check_digit_is_flagged_unverified_and_kept(ukcore):
    found = ukcore(born("2012-01-01") | {"identifier": [{"system": NHS, "value": "9434765918"}]})[0]
    assert [flag.code for flag in found.flags] == ["check-digit-failed"]
    assert found.records[0].identifiers[0].verification is Verification.UNVERIFIED


def test_a_number_nobody_confirmed_is_plausible_only(ukcore):
    assert ukcore(born("2012"))[0].records[0].identifiers[0].verification is Verification.PLAUSIBLE


def test_an_attendance_gives_class_reason_group_and_time_but_no_diagnosis(ukcore, facts):
    found = ukcore(encounter())
    fact = facts(found)["health.attendance"][0]
    assert fact.value == {"kind": "EMER", "reason_group": "emergency", "status": "finished"}
    assert fact.at.isoformat() == "2024-03-01T22:10:00+00:00"
    assert (str(fact.valid_from), str(fact.valid_to)) == ("2024-03-01", "2024-03-02")
    assert "Fracture" not in str(found[0].records)


@pytest.mark.parametrize(("code", "group"), [("13", "planned"), ("2A", "emergency"), ("31", "maternity"), ("99", None)])
def test_the_method_of_admission_gives_the_reason_group(ukcore, facts, code, group):
    method = {
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AdmissionMethod",
        "valueCodeableConcept": {"coding": [{"code": code}]},
    }
    sent = encounter(**{"class": {"code": "IMP"}, "hospitalization": {"extension": [method]}})
    assert facts(ukcore(sent))["health.attendance"][0].value["reason_group"] == group


def test_an_unknown_class_is_flagged_and_kept_as_sent(ukcore, facts):
    found = ukcore(encounter(**{"class": {"code": "SPACE"}}))
    assert [flag.code for flag in found[0].flags] == ["code-unlisted"]
    assert facts(found)["health.attendance"][0].value["kind"] == "SPACE"


def test_a_record_entered_in_error_replaces_what_was_said_before(ukcore, facts):
    (said,) = facts(ukcore(encounter()))["health.attendance"]
    (withdrawn,) = facts(ukcore(encounter(status="entered-in-error")))["health.attendance"]
    assert (withdrawn.subject_key, withdrawn.occurrence) == (said.subject_key, said.occurrence)
    assert withdrawn.value == {"status": "entered-in-error"}
    assert withdrawn.disputed
    refuted = condition(verificationStatus={"coding": [{"code": "refuted"}]})
    assert "Asthma" not in str(ukcore(refuted)[0].records)


def test_a_condition_gives_code_words_status_and_a_year_as_a_year(ukcore, facts):
    (fact,) = facts(ukcore(condition()))["health.flag"]
    assert fact.value == {"code": "195967001", "display": "Asthma", "status": "active"}
    assert (str(fact.valid_from), fact.nature) == ("2019-01-01", Nature.FACT)
    unsure = condition(verificationStatus={"coding": [{"code": "provisional"}]})
    assert facts(ukcore(unsure))["health.flag"][0].nature is Nature.OPINION


@pytest.mark.parametrize(
    ("birth_date", "outcome"),
    [
        ("2006-03-02", "was_not_brought"),
        ("2006-03-01", "did-not-attend"),
        ("2006", "did-not-attend"),
        ("2007", "was_not_brought"),
        ("1980-05-05", "did-not-attend"),
        ("", "did-not-attend"),
    ],
)
def test_a_missed_appointment_of_a_child_is_was_not_brought(ukcore, facts, birth_date, outcome):
    (fact,) = facts(ukcore(appointment(), born(birth_date)))["health.appointment"]
    assert fact.value == {"outcome": outcome, "service": "Orthoptics"}
    assert fact.subject_key == "9434765919"


def test_without_the_patient_in_the_file_a_missed_appointment_is_did_not_attend(ukcore, facts):
    assert facts(ukcore(appointment()))["health.appointment"][0].value["outcome"] == "did-not-attend"


def test_an_appointment_says_nothing_of_its_reason(ukcore):
    assert "injury" not in str(ukcore(appointment())[0].records)


def test_a_subject_known_by_number_alone_becomes_a_person_who_can_be_linked(ukcore, facts):
    cited = facts(ukcore(encounter()))["identity.nhs_number"]
    assert [fact.value["verification"] for fact in cited] == [Verification.PLAUSIBLE.value]
    assert len(facts(ukcore(encounter(), born("2012")))["identity.nhs_number"]) == 1


@pytest.mark.parametrize("missing", ["subject", "class", "status"])
def test_a_missing_part_is_an_error_that_names_it(ukcore, missing):
    sent = {name: value for name, value in encounter().items() if name != missing}
    (error,) = ukcore(sent)[0].errors
    assert (error.code, error.column) == ("required-missing", f"Encounter.{missing}")


def test_a_contained_patient_is_resolved(ukcore, facts):
    sent = encounter(subject={"reference": "#p"}, contained=[born("2012")])
    assert facts(ukcore(sent))["health.attendance"][0].subject_key == "9434765919"


def test_a_bundle_within_a_bundle_is_opened(ukcore):
    inner = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": encounter()}]}
    found = ukcore({"resourceType": "Bundle", "type": "batch-response", "entry": [{"resource": inner}]})
    assert [one.row.payload.kind for one in found] == ["Encounter"]


def test_json_and_xml_of_one_resource_say_the_same(ukcore):
    xml = b"""<Encounter xmlns="http://hl7.org/fhir"><id value="e1"/><status value="finished"/>
      <class><code value="EMER"/></class>
      <subject><identifier><system value="https://fhir.nhs.uk/Id/nhs-number"/><value value="9434765919"/></identifier>
      </subject><period><start value="2024-03-01T22:10:00+00:00"/><end value="2024-03-02T01:00:00+00:00"/></period>
      </Encounter>"""
    assert ukcore(xml)[0].records == ukcore(encounter())[0].records


@pytest.mark.parametrize(
    "body",
    [
        b"<Patient/>",
        b'<Patient xmlns="http://example.org"/>',
        b'<!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir"/>',
        b'<Patient xmlns="http://hl7.org/fhir">',
        b'{"a": 1}',
    ],
)
def test_what_is_not_fhir_is_refused(body):
    with pytest.raises(FeedUnreadableError):
        UKCORE.rows(io.BytesIO(body))


def test_elements_of_the_standard_that_are_not_kept_are_known_by_name_and_those_of_other_resources_not_at_all(samples):
    profile = UKCORE.profile
    known = {*profile.never_kept, *(column.name for column in profile.columns)}
    assert len(known) == len(profile.never_kept) + len(profile.columns)
    rows = [
        row
        for file in sorted((samples / "nhs-ukcore-fhir-r4").glob("*.xml"))
        for row in UKCORE.rows(io.BytesIO(file.read_bytes()))
    ]
    sent = {name for row in rows for name in row.cells}
    assert {"Patient.communication", "Encounter.serviceProvider"} <= sent
    assert sent <= known
