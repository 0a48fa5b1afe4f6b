"""Which records may be one person where one of them is an adopted child's: none that only the birth name ties."""

import pytest

from linkage.adopted import without_adoptions
from linkage.persons import fit_and_link
from linkage.record import Decision, LinkRecord
from linkage.standardise import standardise

_SURE = {(0, 1): 9.0}


def test_what_was_said_to_be_one_before_the_mark_is_parted_by_it():
    """It stayed one person for good: a decision was gone by whatever the mark said (practice P12)."""
    records = [
        LinkRecord(one, "s", given_names=("Isabella",), family_names=(family,), birth_date="2016-05-01")
        for one, family in (("before", "Hargreaves"), ("after", "Okonjo"))
    ]
    said = [Decision("after", "before", "same")]

    assert fit_and_link(records, decisions=said)[1].clusters == (("after", "before"),)
    assert fit_and_link(records, decisions=said, adopted={"after"})[1].clusters == (("after",), ("before",))


def named(record, *families):
    return standardise(LinkRecord(record, "s", given_names=("Isabella",) * len(families), family_names=families))


@pytest.mark.parametrize(
    ("of_after", "joined"),
    [
        pytest.param(["Okonjo"], False, id="another name"),
        pytest.param(["Okonjo", "Hargreaves"], False, id="which tells the birth name as a former one"),
        pytest.param(["Okonjo (formerly Hargreaves)"], False, id="which tells it in brackets"),
        pytest.param(["Hargreaves"], True, id="the same"),
        pytest.param(["Hargreaves", "Okonjo"], True, id="the same beside another"),
        pytest.param(["Hargreaves-Lee"], True, id="the same and more"),
        pytest.param([], True, id="none"),
    ],
)
@pytest.mark.parametrize("marked", ["before", "after"])
def test_a_birth_name_alone_does_not_tie_the_two_identities(of_after, joined, marked):
    known = [named("before", "Hargreaves"), named("after", *of_after)]

    kept, decided = without_adoptions(known, _SURE, dict.fromkeys(_SURE, "same"), {marked})

    assert kept == (_SURE if joined else {})
    # A steward's word of before the mark joins them no more than a score does; that they differ holds.
    assert set(decided) == set(kept)
    apart = dict.fromkeys(_SURE, "different")
    assert without_adoptions(known, _SURE, apart, {marked})[1] == apart
