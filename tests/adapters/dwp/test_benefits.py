"""The benefit return."""

import pytest

from adapters.dwp import FEEDS
from adapters.dwp.codes import BENEFITS, CONDITIONALITY
from adapters.port import RawRow, Translation
from concept_model.identifiers import Verification
from concept_model.person import Person
from concept_model.place import Residence
from concept_model.statement import Circumstance

(BENEFIT_RETURN,) = FEEDS
PLAIN = {
    "la_reference": "LA1", "match_status": "matched", "surname": "Example", "forename": "Jo", "dob": "1980-02-29",
    "nino": "AB 12 34 56 C", "address": "1 High Street, Anytown", "postcode": "AB10 1AB", "out_of_work_benefit": "Y",
    "benefit_type": "UC", "claim_start": "2023-05-01", "claim_end": "", "uc_conditionality": "Searching for work",
    "snapshot_date": "2024-03-31",
}  # fmt: skip


def translate(**changes: str) -> Translation:
    return BENEFIT_RETURN.translate(RawRow(1, PLAIN | changes))


def benefit(found: Translation) -> Circumstance:
    assert found.errors == ()
    return next(record for record in found.records if isinstance(record, Circumstance))


def test_a_match_becomes_a_person_a_residence_and_a_benefit() -> None:
    found = translate()
    person, home, claim = found.records
    assert isinstance(person, Person)
    assert [(known.scheme, known.value) for known in person.identifiers] == [("nino", "AB123456C")]
    assert isinstance(home, Residence)
    assert home.address.lines == ("1 High Street", "Anytown")
    assert isinstance(claim, Circumstance)
    assert claim.value == {
        "benefit": "UC", "out_of_work": True, "conditionality": "searching for work", "matched": "matched",
    }  # fmt: skip
    assert (claim.occurrence, str(claim.valid_from), claim.valid_to) == ("UC/2023-05-01", "2023-05-01", None)


@pytest.mark.parametrize("status", ["not matched", "Multiple"])
def test_a_row_the_department_did_not_match_is_taken_and_says_nothing(status: str) -> None:
    found = translate(match_status=status)
    assert (found.errors, found.records) == ((), ())


def test_a_match_without_a_claim_is_true_on_the_day_of_the_return() -> None:
    claim = benefit(translate(benefit_type="", out_of_work_benefit="N", claim_start="", uc_conditionality=""))
    assert (claim.value["benefit"], claim.value["out_of_work"]) == (None, False)
    assert (str(claim.valid_from), str(claim.valid_to)) == ("2024-03-31", "2024-03-31")


@pytest.mark.parametrize("code", sorted(BENEFITS))
def test_every_benefit_is_read(code: str) -> None:
    assert benefit(translate(benefit_type=code)).value["benefit"] == code.upper()


@pytest.mark.parametrize("group", sorted(CONDITIONALITY))
def test_every_conditionality_group_is_read_with_either_dash(group: str) -> None:
    assert benefit(translate(uc_conditionality=group)).value["conditionality"] == CONDITIONALITY[group]


def test_a_number_of_the_wrong_shape_is_flagged_and_the_row_taken() -> None:
    found = translate(nino="QQ123456C")
    assert found.errors == ()
    assert [flag.code for flag in found.flags] == ["check-digit-failed"]
    person = found.records[0]
    assert isinstance(person, Person)
    assert person.identifiers[0].verification is Verification.UNVERIFIED


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"match_status": ""}, "match_status", "required-missing"),
        ({"match_status": "maybe"}, "match_status", "code-unknown"),
        ({"la_reference": ""}, "la_reference", "required-missing"),
        ({"benefit_type": "XX"}, "benefit_type", "code-unknown"),
        ({"claim_end": "2023-04-30"}, "claim_end", "period-invalid"),
        ({"out_of_work_benefit": "perhaps"}, "out_of_work_benefit", "code-unknown"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(changes: dict[str, str], column: str, code: str) -> None:
    assert [(error.column, error.code) for error in translate(**changes).errors] == [(column, code)]
