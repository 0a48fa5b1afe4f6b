import io
import json

import pytest

from adapters.errors import FeedUnreadableError
from adapters.health import PDS
from adapters.port import items_of
from concept_model.household import Relationship
from concept_model.identifiers import Verification
from concept_model.person import Person

NHS = "https://fhir.nhs.uk/Id/nhs-number"
WHERE = {"address.residence", "contact.phone", "contact.email", "health.registration"}


def patient(**changes):
    return {
        "resourceType": "Patient",
        "id": "9000000009",
        "identifier": [{"system": NHS, "value": "9000000009"}],
        "meta": {"security": [{"code": "U"}]},
        "name": [{"use": "usual", "family": "Smith", "given": ["Jane", "Ann"], "prefix": ["Mrs"]}],
        "gender": "female",
        "birthDate": "2010-10-22",
        "telecom": [{"system": "phone", "value": "01632960587"}, {"system": "email", "value": "j@example.com"}],
        "address": [{"use": "home", "line": ["1 Trevelyan Square"], "postalCode": "ls16ae"}],
        "generalPractitioner": [
            {"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Y12345"}}
        ],
    } | changes


def test_every_patient_and_relative_of_the_sandbox_is_accepted(samples, pds, facts):
    files = sorted((samples / "nhs-pds-sandbox").glob("*.json"))
    translations = {file.name: pds(file.read_bytes()) for file in files if file.name != "TOO_MANY_MATCHES.json"}
    everything = [one for found in translations.values() for one in found]
    assert len(translations) == 34
    assert all(found for found in translations.values())
    assert [one.errors for one in everything if one.errors] == []
    assert all(one.records for one in everything)
    assert len(everything) == sum(_resources(json.loads(file.read_bytes())) for file in files)
    assert set(facts(everything)) <= items_of(PDS.profile)


def _resources(document):
    if document["resourceType"] == "OperationOutcome":
        return 0
    return len(document["entry"]) if document["resourceType"] == "Bundle" else 1


@pytest.mark.parametrize(
    "name", ["patient_9000000025.json", "Sensitive_PatientSearch.json", "rodney_godsoe_searchset.json"]
)
def test_a_restricted_patient_of_the_sandbox_says_nothing_of_where(samples, pds, facts, name):
    found = facts(pds((samples / "nhs-pds-sandbox" / name).read_bytes()))
    assert found["identity.protected"][0].value == {"kind": "restricted"}
    assert not WHERE & set(found)


@pytest.mark.parametrize("code", ["R", "V", "REDACTED", "X-UNHEARD-OF", ""])
def test_a_restricted_patient_says_nothing_of_where_even_when_it_was_sent(pds, facts, code):
    hidden = facts(pds(patient(meta={"security": [{"code": "U"}, {"code": code}]})))
    assert not WHERE & set(hidden)
    assert {"identity.protected", "identity.name", "identity.nhs_number"} <= set(hidden)
    shown = facts(pds(patient()))
    assert set(shown) >= WHERE
    assert "identity.protected" not in shown


@pytest.mark.parametrize(
    "meta",
    [
        {"security": {"code": "r"}},
        {"security": ["R"]},
        "R",
        [{"versionId": "1"}, {"security": [{"code": "R"}]}],
        {"security": [{"system": "http://hl7.org/fhir/v3/Confidentiality", "code": "V"}]},
        {"security": [{"system": "https://example.org/any", "code": "R"}]},
    ],
)
def test_a_restriction_in_any_shape_restricts(pds, facts, meta):
    assert not WHERE & set(facts(pds(patient(meta=meta))))


def test_labels_of_other_systems_do_not_restrict(pds, facts):
    other = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]}
    assert set(facts(pds(patient(meta=other)))) >= WHERE


def test_a_second_meta_cannot_lift_a_restriction(pds):
    restricted = json.dumps(patient(meta={"security": [{"code": "R"}]}))
    doubled = restricted[:-1] + ', "meta": {"security": [{"code": "U"}]}}'
    with pytest.raises(FeedUnreadableError):
        PDS.rows(io.BytesIO(doubled.encode()))
    found = pds(f"{json.dumps(patient())}\n{doubled}\n".encode())
    assert [[error.code for error in one.errors] for one in found] == [[], ["row-shape"]]


def test_a_contact_of_a_restricted_patient_has_no_phone(pds, facts):
    contact = [{"name": {"family": "Jackson"}, "telecom": [{"system": "phone", "value": "07777123123"}]}]
    restricted = pds(patient(contact=contact, meta={"security": [{"code": "R"}]}))
    assert "contact.phone" not in facts(restricted)
    assert "family.relationship" in facts(restricted)
    assert len(facts(pds(patient(contact=contact)))["contact.phone"]) == 2


def test_a_relative_of_a_patient_restricted_in_the_same_file_says_nothing_of_where(pds, facts):
    relative = {
        "resourceType": "RelatedPerson",
        "id": "A1",
        "patient": {"identifier": {"system": NHS, "value": "9000000009"}},
        "name": [{"family": "Smith"}],
        "telecom": [{"system": "phone", "value": "01632960587"}],
        "address": [{"line": ["1 Trevelyan Square"]}],
    }
    assert not WHERE & set(facts(pds(relative, patient(meta={"security": [{"code": "R"}]}))))
    assert set(facts(pds(relative))) >= {"contact.phone", "address.residence"}


def test_the_number_that_the_spine_answers_with_is_verified(pds):
    record = pds(patient())[0].records[0]
    assert record.person == "9000000009"
    assert [(one.scheme, one.verification) for one in record.identifiers] == [("nhs_number", Verification.VERIFIED)]


def test_another_status_than_01_is_not_verified(pds):
    status = {
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
        "valueCodeableConcept": {"coding": [{"code": "04"}]},
    }
    numbers = [{"system": NHS, "value": "9000000009", "extension": [status]}]
    assert pds(patient(identifier=numbers))[0].records[0].identifiers[0].verification is Verification.PLAUSIBLE


def test_a_failing_check_digit_is_flagged_and_the_patient_kept(samples, pds):
    found = pds((samples / "nhs-pds-sandbox" / "john_paul_smith_searchset.json").read_bytes())
    assert [flag.code for flag in found[0].flags] == ["check-digit-failed"]
    assert found[0].records[0].identifiers[0].verification is Verification.UNVERIFIED


def test_a_superseded_number_stays_as_an_alias_under_the_current_one(pds):
    old = {"system": NHS, "value": "9000000017", "use": "old"}
    for body in (
        patient(identifier=[old, {"system": NHS, "value": "9000000009"}]),
        patient(identifier=[{"system": NHS, "value": "9000000017"}]),
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"fullUrl": "https://pds.example/FHIR/R4/Patient/9000000017", "resource": patient()}],
        },
    ):
        record = pds(body)[0].records[0]
        assert record.person == "9000000009"
        assert {(one.scheme, one.value, one.verification) for one in record.identifiers} == {
            ("nhs_number", "9000000009", Verification.VERIFIED),
            ("nhs_number_superseded", "9000000017", Verification.PLAUSIBLE),
        }


def test_names_keep_their_use_and_an_ended_name_is_former_where_another_is_current(pds):
    names = [
        {"use": "usual", "family": "New", "given": ["Jo"]},
        {"use": "usual", "family": "Before", "period": {"end": "2020-01-01"}},
        {"use": "maiden", "family": "Born"},
        {"use": "nickname", "given": ["Jojo"]},
        {"use": "usual"},
    ]
    record = pds(patient(name=names))[0].records[0]
    assert [(one.family, one.given, one.use) for one in record.names] == [
        ("New", "Jo", "usual"), ("Before", "", "old"), ("Born", "", "maiden"), ("", "Jojo", "nickname"),
    ]  # fmt: skip
    alone = pds(patient(name=[names[1]]))[0].records[0]
    assert alone.names[0].use == "usual"


@pytest.mark.parametrize("use", [{}, {"use": "nickname"}, {"use": "temp"}])
def test_a_name_that_ended_is_former_whatever_it_is_called(pds, use):
    before = use | {"family": "Before", "period": {"end": "2020-01-01"}}
    record = pds(patient(name=[before, {"family": "New", "given": ["Jo"]}]))[0].records[0]
    assert [(one.family, one.use) for one in record.names] == [("Before", "old"), ("New", "usual")]


@pytest.mark.parametrize(("sent", "kept"), [("2010", "2010"), ("2010-10", "2010-10"), ("2010-10-22", "2010-10-22")])
def test_a_partial_birth_date_stays_partial(pds, sent, kept):
    assert pds(patient(birthDate=sent))[0].records[0].birth_date == kept


@pytest.mark.parametrize(
    "sent", ["22/10/2010", "2010-13", "2010-02-30", "0000-01-01", "yesterday", "\uff12\uff10\uff11\uff10"]
)
def test_a_birth_date_that_is_none_is_an_error_of_its_row(pds, sent):
    found = pds(patient(birthDate=sent), patient())
    assert [one.code for one in found[0].errors] == ["date-invalid"]
    assert found[0].records == ()
    assert found[1].records


@pytest.mark.parametrize("sent", ["1900-01-01", "1901-01-01", "1811-11-11"])
def test_a_birth_date_that_stands_for_unknown_is_missing_and_flagged(pds, sent):
    found = pds(patient(birthDate=sent))[0]
    assert found.records[0].birth_date is None
    assert [flag.code for flag in found.flags] == ["date-sentinel"]


def test_death_is_dated_unless_its_notification_was_removed(pds):
    died = {"deceasedDateTime": "2019-08-01T00:00:00+00:00"}
    removed = {
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeathNotificationStatus",
        "extension": [{"url": "deathNotificationStatus", "valueCodeableConcept": {"coding": [{"code": "U"}]}}],
    }
    assert pds(patient(**died))[0].records[0].death_date == "2019-08-01"
    assert pds(patient(**died, extension=[removed]))[0].records[0].death_date is None


def test_addresses_have_their_kind_period_and_uprn(samples, pds, facts):
    found = facts(pds((samples / "nhs-pds-sandbox" / "Patient.json").read_bytes()))["address.residence"]
    assert [fact.value["kind"] for fact in found] == ["home", "temporary"]
    assert {fact.value["uprn"] for fact in found} == {"123456789012"}
    assert {fact.value["postcode"] for fact in found} == {"LS1 6AE"}
    assert {(str(fact.valid_from), str(fact.valid_to)) for fact in found} == {("2020-01-01", "2021-12-31")}


def test_work_addresses_and_old_ones_without_end_are_left_out(pds, facts):
    places = [{"use": "work", "line": ["Mill"]}, {"use": "old", "line": ["Past"]}, {"type": "postal", "text": "PO 1"}]
    found = pds(patient(address=places))
    assert [fact.value["kind"] for fact in facts(found)["address.residence"]] == ["correspondence"]
    assert [flag.code for flag in found[0].flags] == ["address-undated"]


def test_a_period_that_ends_before_it_starts_is_an_error(pds):
    places = [{"line": ["Mill"], "period": {"start": "2021-01-01", "end": "2020-01-01"}}]
    assert [one.code for one in pds(patient(address=places))[0].errors] == ["period-invalid"]


def test_a_relative_with_details_becomes_a_person_related_to_the_patient(samples, pds):
    found = pds((samples / "nhs-pds-sandbox" / "related_person_9000000009.json").read_bytes())
    person = next(one for one in found[0].records if isinstance(one, Person))
    ties = [one for translation in found for one in translation.records if isinstance(one, Relationship)]
    assert person.person == "9000000009/related/507B7621"
    assert [(one.other, one.kind) for one in ties] == [("9000000009", "guardian")] * 2


def test_a_relative_given_by_reference_is_related_by_her_own_record(pds):
    resource = {
        "resourceType": "RelatedPerson",
        "id": "B3380E98",
        "patient": {"identifier": {"system": NHS, "value": "9000000025"}},
        "relationship": [{"coding": [{"code": "MTH"}]}],
        "period": {"start": "2020-01-01"},
    }
    address = "https://pds.example/Patient/9000000009/RelatedPerson/B3380E98"
    found = pds({"resourceType": "Bundle", "entry": [{"fullUrl": address, "resource": resource}]})
    (tie,) = found[0].records
    assert (tie.person, tie.other, tie.kind) == ("9000000025", "9000000009", "parent")


def mother(**changes):
    return {
        "resourceType": "RelatedPerson",
        "id": "RP1",
        "identifier": [{"system": NHS, "value": "9000000025"}],
        "patient": {"identifier": {"system": NHS, "value": "9000000009"}},
        "relationship": [{"coding": [{"code": "MTH"}]}],
        "name": [{"use": "usual", "family": "Cole", "given": ["Leanne"]}],
        "telecom": [{"system": "phone", "value": "07777123123"}],
    } | changes


def test_a_relative_with_her_own_number_is_related_by_it(pds):
    person, tie = pds(mother())[0].records
    assert (tie.person, tie.other, tie.kind) == ("9000000025", "9000000009", "parent")
    assert person.person == "9000000025"
    assert [(one.scheme, one.verification) for one in person.identifiers] == [("nhs_number", Verification.VERIFIED)]
    assert [name.use for name in person.names] == ["alias"]


def test_a_former_name_of_a_relative_with_a_number_is_no_alias_which_would_be_shown(pds):
    names = [{"use": "usual", "family": "Cole"}, {"use": "maiden", "family": "Haddad"}]
    person = pds(mother(name=names))[0].records[0]
    assert [(name.family, name.use) for name in person.names] == [("Cole", "alias"), ("Haddad", "maiden")]


def test_the_relatives_own_record_in_the_file_says_who_she_is(pds):
    hers = patient(id="9000000025", identifier=[{"system": NHS, "value": "9000000025"}])
    found = pds(mother(), hers)
    assert [type(record) for record in found[0].records] == [Relationship]


def test_a_failing_number_of_a_relative_is_flagged(pds):
    found = pds(mother(identifier=[{"system": NHS, "value": "9000000015"}]))[0]
    assert [flag.code for flag in found.flags] == ["check-digit-failed"]
    assert found.records[0].identifiers[0].verification is Verification.UNVERIFIED


def test_a_search_that_found_nobody_is_readable_and_empty(pds):
    assert pds({"resourceType": "Bundle", "type": "searchset", "total": 0}) == []


def test_a_failed_search_is_a_row_handed_back_that_says_what_to_do(samples, pds):
    (found,) = pds((samples / "nhs-pds-sandbox" / "TOO_MANY_MATCHES.json").read_bytes())
    (error,) = found.errors
    assert (error.code, found.records) == ("request-failed", ())
    assert "search" in error.how_to_fix


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b'{"a": 1}', b"CHILD,DOB\n1,2\n", b"<Patient/>", b'"Patient"', b"\xff\xfe",
        b'{"resourceType": "Encounter"}', b'{"resourceType": 7}', b"[" * 100_000, b'{"a":' * 100_000,
        b'{"resourceType":"Patient","id":' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_pds_file_is_refused_before_any_row(body):
    with pytest.raises(FeedUnreadableError):
        PDS.rows(io.BytesIO(body))


def test_ndjson_keeps_the_good_lines_of_a_file_with_bad_ones(pds):
    lines = [json.dumps(patient()), "{broken", json.dumps(patient(id="9000000017")), '{"a": "\udc80"}', "[1]"]
    found = pds("\n".join(lines).encode("utf-8", "surrogateescape") + b"\n")
    assert [one.row.number for one in found] == [1, 2, 3, 4, 5]
    assert [[error.code for error in one.errors] for one in found] == [
        [], ["row-shape"], [], ["encoding-invalid"], ["row-shape"],
    ]  # fmt: skip


def test_ndjson_is_known_by_any_of_its_lines(pds):
    found = pds(b"{broken\n" + json.dumps(patient()).encode())
    assert [bool(one.errors) for one in found] == [True, False]


def test_characters_that_no_store_takes_are_an_error_of_their_row(pds):
    found = pds(patient(name=[{"family": "A\ud800"}]), patient(name=[{"family": "A\x00"}]), patient())
    assert [[error.code for error in one.errors] for one in found] == [["encoding-invalid"], ["encoding-invalid"], []]


def test_a_byte_order_mark_does_no_harm(pds):
    assert pds(b"\xef\xbb\xbf" + json.dumps(patient()).encode())[0].records


def test_care_records_are_not_kept_from_pds(pds):
    found = pds(patient(), {"resourceType": "Encounter", "status": "finished"})
    assert [flag.code for flag in found[1].flags] == ["resource-not-kept"]
    assert found[1].records == ()
