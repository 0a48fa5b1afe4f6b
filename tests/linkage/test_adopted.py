"""Which records may be one person where one of them is an adopted child's: none that only the birth name ties."""

import pytest

from linkage.adopted import without_adoptions
from linkage.record import LinkRecord
from linkage.standardise import standardise

_SURE = {(0, 1): 9.0}


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

    assert without_adoptions(known, _SURE, {marked}) == (_SURE if joined else {})
