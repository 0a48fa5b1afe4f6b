from datetime import date

import pytest

from adapters.port import RawRow, Translation
from adapters.schools import FEEDS
from adapters.schools.codes import SUSPENSION_REASONS
from concept_model.household import Relationship
from concept_model.person import Person
from concept_model.place import Residence

BY_NAME = {feed.profile.name: feed for feed in FEEDS}
PUPIL = {"upn": "B801200005001", "surname": "Example", "forename": "Robin", "dob": "2013-02-11", "school_urn": "1"}


def roll(**cells: str) -> Translation:
    return BY_NAME["schools-roll"].translate(RawRow(1, {**PUPIL, "entry_date": "2024-09-02", **cells}))


def suspension(**cells: str) -> Translation:
    row = {**PUPIL, "category": "SUSP", "start_date": "09/06/2026", **cells}
    return BY_NAME["schools-suspensions"].translate(RawRow(1, row))


def of_item(translation: Translation, name: str) -> list:
    return [record for record in translation.records if getattr(record, "item", "") == name]


def codes(translation: Translation) -> list[tuple[str, str]]:
    return [(error.column, error.code) for error in translation.errors]


def test_a_pupil_on_the_roll_is_a_person_at_an_address_in_a_school():
    translation = roll(school="Hill School", year_group="9", line1="1 Example Street", postcode="zz11zz")
    (residence,) = [record for record in translation.records if isinstance(record, Residence)]
    assert (residence.address.lines, residence.address.postcode) == (("1 Example Street",), "ZZ1 1ZZ")
    (enrolment,) = of_item(translation, "education.enrolment")
    assert enrolment.value == {"school": "Hill School", "urn": "1", "year_group": "9", "status": "current"}
    assert (enrolment.valid_from, enrolment.valid_to) == (date(2024, 9, 2), None)


@pytest.mark.parametrize("destination", ["EHE", "cme", "AP"])
def test_leaving_for_home_education_or_none_is_a_provision_from_the_leaving_date(destination):
    translation = roll(leaving_date="2026-11-02", leaving_destination=destination)
    (provision,) = of_item(translation, "education.provision")
    assert (provision.value, provision.valid_from) == ({"status": destination.upper()}, date(2026, 11, 2))
    assert of_item(translation, "education.enrolment")[0].value["status"] == "left"


def test_leaving_for_another_school_is_ordinary_provision():
    assert not of_item(roll(leaving_date="2026-11-02", leaving_destination="OTHER"), "education.provision")


def test_a_destination_needs_a_leaving_date():
    assert codes(roll(leaving_destination="EHE")) == [("leaving_date", "required-missing")]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("PAM", "parent"), ("PAF", "parent"), ("STP", "carer"), ("CAR", "carer"), ("GRP", "grandparent"),
     ("FOS", "carer"), ("OTH", "other"), ("", "other")],
)  # fmt: skip
def test_a_contact_is_a_person_related_to_the_pupil(code, kind):
    translation = roll(contact2_surname="Example", contact2_relationship=code, contact2_phone="01632 960000")
    contact = [record for record in translation.records if isinstance(record, Person)][1]
    assert (contact.person, contact.telecoms[0].value) == ("B801200005001/contact/2", "01632 960000")
    (relation,) = [record for record in translation.records if isinstance(record, Relationship)]
    assert (relation.person, relation.other, relation.kind) == (contact.person, "B801200005001", kind)


def test_a_social_worker_among_the_contacts_is_a_professional_and_no_relative():
    translation = roll(contact1_surname="Example", contact1_forename="Sam", contact1_relationship="SWR")
    (professional,) = of_item(translation, "care.professional")
    assert professional.value == {"name": "Sam Example", "role": "Social worker", "phone": None}
    assert not [record for record in translation.records if isinstance(record, Relationship)]


def test_a_contact_with_a_phone_and_no_name_is_handed_back():
    assert codes(roll(contact1_phone="01632 960000")) == [("contact1_surname", "required-missing")]


def test_a_phone_that_is_no_phone_is_left_out_and_flagged():
    translation = roll(contact1_surname="Example", contact1_phone="-")
    assert [flag.code for flag in translation.flags] == ["contact-invalid"]
    assert not translation.errors


@pytest.mark.parametrize("code", sorted(SUSPENSION_REASONS))
def test_every_national_reason_is_taken_with_its_meaning(code):
    translation = suspension(reason1=code.lower())
    assert of_item(translation, "education.exclusion")[0].value["reasons"] == f"{code} {SUSPENSION_REASONS[code]}"
    assert not translation.flags


def test_a_local_reason_becomes_other_with_the_schools_own_code_kept_and_flagged():
    translation = suspension(reason1="DA", reason2="BW", sessions="4", end_date="2026-06-10")
    (event,) = of_item(translation, "education.exclusion")
    assert event.value == {"category": "SUSP", "reasons": "DA drugs or alcohol; OT other (BW)", "sessions": 4}
    assert (event.valid_from, event.valid_to) == (date(2026, 6, 9), date(2026, 6, 10))
    assert [(flag.column, flag.code) for flag in translation.flags] == [("reason2", "code-unlisted")]


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ({"category": "FIXED"}, ("category", "code-unknown")),
        ({"start_date": ""}, ("start_date", "required-missing")),
        ({"end_date": "2026-06-08"}, ("end_date", "period-invalid")),
        ({"sessions": "-1"}, ("sessions", "number-invalid")),
        ({"sessions": "two"}, ("sessions", "number-invalid")),
    ],
)
def test_a_bad_suspension_is_handed_back_with_its_column(cells, error):
    assert codes(suspension(**cells)) == [error]
