"""Nominals: the person and their dated addresses."""

import pytest

from adapters.police import FEEDS
from adapters.port import RawRow, Translation, items_of, translate_rows, uncovered_columns
from concept_model.identifiers import Verification
from concept_model.person import Person
from concept_model.place import Residence

NOMINALS = next(feed for feed in FEEDS if feed.profile.name == "police-nominals")
PLAIN = {
    "nominal_ref": "N1", "pnc_id": "01/12345H", "cro": "12345/01A", "surname": "Example", "forename1": "Jo",
    "forename2": "Sam", "alias": "Sample, Joey; Jo Bloggs; Spider", "dob": "29/02/1980", "sex": "F",
    "ethnic_self": "w1", "address_type": "TEMP", "line1": "1 High Street", "postcode": "ab10 1ab", "uprn": "0100",
    "from": "2019-04-01", "to": "01/05/2020",
}  # fmt: skip


def translate(**changes: str) -> Translation:
    return NOMINALS.translate(RawRow(1, PLAIN | changes))


def person(found: Translation) -> Person:
    return next(record for record in found.records if isinstance(record, Person))


def residences(found: Translation) -> list[Residence]:
    return [record for record in found.records if isinstance(record, Residence)]


def test_a_nominal_becomes_a_person_and_a_dated_residence() -> None:
    found = translate()
    who = person(found)
    assert (who.person, who.birth_date, who.sex, who.ethnicity) == ("N1", "1980-02-29", "female", "W1")
    assert [(name.use, name.given, name.family) for name in who.names] == [
        ("usual", "Jo Sam", "Example"), ("alias", "Joey", "Sample"), ("alias", "Jo", "Bloggs"), ("alias", "Spider", ""),
    ]  # fmt: skip
    (home,) = residences(found)
    assert (home.kind, home.address.postcode, home.address.uprn) == ("temporary", "AB10 1AB", "100")
    assert (str(home.valid_from), str(home.valid_to)) == ("2019-04-01", "2020-05-01")
    assert found.flags == ()


@pytest.mark.parametrize("text", ["01/12345H", "2001/0012345H", "01/0012345h", " 2001 / 12345H"])
def test_every_spelling_of_a_pnc_id_becomes_one(text: str) -> None:
    pnc = person(translate(pnc_id=text)).identifiers[0]
    assert (pnc.scheme, pnc.value, pnc.verification) == ("pnc_id", "2001/0012345H", Verification.PLAUSIBLE)


def test_a_wrong_check_letter_is_flagged_and_the_row_taken() -> None:
    found = translate(pnc_id="01/12345J")
    assert found.errors == ()
    assert person(found).identifiers[0].verification is Verification.UNVERIFIED
    assert [(flag.column, flag.code) for flag in found.flags] == [("pnc_id", "check-digit-failed")]


def test_the_criminal_records_number_is_a_local_identifier() -> None:
    assert person(translate()).identifiers[1].scheme == "cro"


def test_a_birth_date_that_stands_for_not_known_is_missing() -> None:
    found = translate(dob="01/01/1900")
    assert person(found).birth_date is None
    assert [flag.code for flag in found.flags] == ["date-sentinel"]


def test_an_address_of_unknown_type_is_flagged_and_is_not_a_home() -> None:
    found = translate(address_type="WORK")
    assert residences(found)[0].kind == "correspondence"
    assert [flag.code for flag in found.flags] == ["code-unlisted"]


def test_a_refuge_protects_the_person() -> None:
    found = translate(address_type="refuge")
    assert (residences(found)[0].kind, person(found).protected) == ("refuge", "refuge")


def test_a_nominal_without_address_has_no_residence() -> None:
    assert residences(translate(line1="", postcode="", uprn="")) == []


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"nominal_ref": ""}, "nominal_ref", "required-missing"),
        ({"dob": "1980-13-01"}, "dob", "date-invalid"),
        ({"sex": "Q"}, "sex", "code-unknown"),
        ({"to": "2019-03-31"}, "to", "period-invalid"),
        ({"uprn": "abc"}, "uprn", "number-invalid"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(changes: dict[str, str], column: str, code: str) -> None:
    found = translate(**changes)
    assert [(error.column, error.code) for error in found.errors] == [(column, code)]
    assert found.records == ()


def test_warning_markers_and_officer_defined_ethnicity_are_never_kept() -> None:
    body = b"nominal_ref,surname,warning_markers,ethnic_officer\nN1,Example,VIOLENT,IC1\n"
    (found,) = translate_rows(NOMINALS, body)
    assert "VIOLENT" not in repr([record.model_dump() for record in found.records])
    dropped = uncovered_columns(NOMINALS.profile, tuple(found.row.cells), items_of(NOMINALS.profile))
    assert dropped == ("warning_markers", "ethnic_officer")
