"""One family, told by four services: each person is one, and each household holds who lives in it and nobody else.

The twins share everything but a forename and a number. Father and son have one name and one home. One twin lives with
her mother and with her father. The mother is known by the name she was born with and by her married one.
"""

import csv
import io

import pytest

from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new

MOTHERS = {"line1": "71 Larkspur Way", "line2": "", "line3": "Northvale", "postcode": "NV8 1QA", "uprn": "980000097001"}
FATHERS = {"line1": "4 Tanyard Yard", "line2": "", "line3": "Northvale", "postcode": "NV8 2QB", "uprn": "980000097002"}
PERSON = {"household_ref": "", "household_role": "", "address_from": "2021-03-01", "address_to": "", "email": ""}
TENANCY = {"start_date": "01/03/2021", "end_date": ""}


def nhs(stem):
    """A number of the test range with its check digit (NHS Data Dictionary, modulus 11)."""
    return f"{stem}{(11 - sum(int(digit) * (10 - place) for place, digit in enumerate(str(stem))) % 11) % 11}"


MUM, DAD, SON, CLARA, THEA = (nhs(stem) for stem in (999970011, 999970022, 999970034, 999970046, 999970058))
ROWS = {
    "case-people": [
        PERSON | home | {"person_ref": ref, "nhs_number": number, "surname": surname, "forename": forename,
                         "dob": dob, "sex": sex, "phone": phone}
        for ref, number, surname, forename, dob, sex, phone, home in (
            ("CP97001", MUM, "Harrowgate", "Zofia", "1984-02-11", "F", "07700 900871", MOTHERS),
            ("CP97002", DAD, "Wiltonby", "Barnaby", "1979-05-06", "M", "07700 900872", FATHERS),
            ("CP97003", SON, "Wiltonby", "Barnaby", "2004-09-10", "M", "07700 900872", FATHERS),
            ("CP97004", CLARA, "Wiltonby", "Clara", "2015-06-01", "F", "07700 900871", MOTHERS),
            ("CP97005", THEA, "Wiltonby", "Thea", "2015-06-01", "F", "07700 900871", MOTHERS),
        )
    ],
    "housing-tenancies": [
        TENANCY | home | {"tenancy_ref": tenancy, "person_ref": ref, "relationship": relation, "surname": "Wiltonby",
                          "forename": forename, "dob": dob, "sex": sex, "phone": phone}
        for tenancy, ref, relation, forename, dob, sex, phone, home in (
            ("BW397001", "T297001", "tenant", "Zofia", "11/02/1984", "F", "07700 900871", MOTHERS),
            ("BW397002", "T297002", "tenant", "Barnaby", "06/05/1979", "M", "07700 900872", FATHERS),
            ("BW397002", "T297004", "child", "Clara", "01/06/2015", "F", "", FATHERS),
        )
    ],
    "police-nominals": [
        {**FATHERS, "line4": "", "nominal_ref": "N4997003", "pnc_id": "", "cro": "", "surname": "WILTONBY",
         "forename1": "Barnaby", "forename2": "", "forename3": "", "alias": "", "dob": "10/09/2004", "sex": "M",
         "address_type": "HOME", "from": "11/05/2022", "to": ""},
    ],
    "health-emergency": [
        {**{name: MOTHERS[name] for name in ("line1", "line2", "postcode")}, "local_patient_id": patient,
         "nhs_number": number, "nhs_number_status": "01", "surname": "Wiltonby", "forename": forename,
         "dob": "2015-06-01", "sex": "F", "attendance_id": attendance}
        for patient, number, forename, attendance in (
            ("NV970004", CLARA, "Clara", "UTC0970004"), ("NV970005", THEA, "Thea", "UTC0970005"),
        )
    ],
}  # fmt: skip
EXPECTED = {
    "mother": {("case_system", "CP97001"), ("housing", "T297001")},
    "father": {("case_system", "CP97002"), ("housing", "T297002")},
    "son": {("case_system", "CP97003"), ("police", "N4997003")},
    "Clara": {("case_system", "CP97004"), ("housing", "T297004"), ("health", CLARA)},
    "Thea": {("case_system", "CP97005"), ("health", THEA)},
}
HOMES = [{"mother", "Clara", "Thea"}, {"father", "son", "Clara"}]


def push(northvale, feed):
    (entry,) = [one for one in northvale.built.book("manifest")["files"] if one["feed"] == feed]
    first = next(csv.DictReader(io.StringIO((northvale.built.folder / entry["file"]).read_text("utf-8-sig"))))
    text = io.StringIO()
    writer = csv.DictWriter(text, first, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(first | row for row in ROWS[feed])
    batch = northvale.push(feed, text.getvalue().encode(), f"family-{feed}")
    assert batch.rows_accepted == len(ROWS[feed]), batch


def persons_of(northvale):
    found = {}
    for who, records in EXPECTED.items():
        for source, key in records:
            person = northvale.sql(
                "SELECT person_id FROM hearth.link WHERE record_id = :record AND superseded_at IS NULL",
                record=northvale.record_id(source, key),
            )
            found.setdefault(person[0].person_id, set()).add((who, source, key))
    return found


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_each_person_is_one_and_each_home_holds_its_own(northvale, link):
    for feed in ROWS:
        push(northvale, feed)
    link(northvale.wiring)

    persons = persons_of(northvale)
    assert sorted(sorted(one) for one in persons.values()) == sorted(
        sorted((who, *record) for record in records) for who, records in EXPECTED.items()
    )
    name = {person: next(iter(records))[0] for person, records in persons.items()}
    homes = {}
    for row in northvale.sql("SELECT household_id, person_id FROM hearth.household_member"):
        homes.setdefault(row.household_id, set()).add(name.get(row.person_id, "somebody else"))
    theirs = [home for home in homes.values() if home & EXPECTED.keys()]
    assert sorted(theirs, key=sorted) == sorted(HOMES, key=sorted)
