"""Whoever comes to a house of many, or is known to be in a refuge, parts at once those who were held to be a home.

And those who are left there are one at once where the house is a crowd or a refuge no more.
"""

import pytest

from gateway.usecases.intake.batch_contract import BatchContract, Mode
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from tests.gateway.northvale_world import CONTEXT

HOUSE = {"line1": "30 Quarry Terrace", "line2": "Northvale", "postcode": "NV8 6AA"}
NAMES = ("Ashby", "Burrell", "Colclough", "Dearing", "Eastlake")


def lodger(number):
    who = {"surname": NAMES[number], "forename": "Robin", "dob": f"19{60 + 7 * number}-03-0{number + 1}", "sex": "F"}
    return who | HOUSE | {"person_ref": f"CP9830{number}", "address_from": "2022-06-01"}


def largest_home(northvale):
    """How many people the largest household holds that the first lodger belongs to."""
    return northvale.count(
        "SELECT coalesce(max(c.people), 0) FROM hearth.link l JOIN hearth.household_member m USING (person_id),"
        " LATERAL (SELECT count(*) AS people FROM hearth.household_member o WHERE o.household_id = m.household_id) c"
        " WHERE l.record_id = :record AND l.superseded_at IS NULL",
        record=northvale.record_id("case_system", "CP98300"),
    )


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_a_fifth_surname_parts_the_four_who_were_there(northvale, link):
    northvale.push_rows("case-people", *map(lodger, range(4)))
    link(northvale.wiring)
    assert largest_home(northvale) == 4

    northvale.push_rows("case-people", lodger(4))
    link(northvale.wiring)

    assert largest_home(northvale) == 1


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_an_address_that_turns_out_to_be_a_refuge_parts_whom_a_case_file_put_there(northvale, link):
    northvale.push_rows("case-people", *map(lodger, range(2)))
    link(northvale.wiring)
    assert largest_home(northvale) == 2

    known = {"nominal_ref": "N4998300", "surname": "FAIRCLOUGH", "forename1": "Una", "dob": "02/01/1991", "sex": "F"}
    northvale.push_rows("police-nominals", known | HOUSE | {"address_type": "REFUGE", "from": "05/09/2026"})
    link(northvale.wiring)

    assert largest_home(northvale) == 0


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_where_one_of_too_many_is_said_to_live_elsewhere_the_others_are_a_home_at_once(northvale, link):
    northvale.push_rows("case-people", *map(lodger, range(5)))
    link(northvale.wiring)
    assert largest_home(northvale) == 1

    northvale.push_rows("case-people", lodger(4) | {"line1": "4 Tanner's Yard", "postcode": "NV8 6AB"})
    link(northvale.wiring)

    assert largest_home(northvale) == 4


@pytest.mark.parametrize("link", [link_everything, link_new])
def test_where_an_address_turns_out_to_be_no_refuge_who_lives_there_is_a_home_at_once(northvale, link):
    known = {"nominal_ref": "N4998301", "surname": "FAIRCLOUGH", "forename1": "Una", "dob": "02/01/1991", "sex": "F"}
    northvale.push_rows("case-people", *map(lodger, range(2)))
    northvale.push_rows("police-nominals", known | HOUSE | {"address_type": "REFUGE", "from": "05/09/2026"})
    link(northvale.wiring)
    assert largest_home(northvale) == 0

    push = Push("police-nominals", b"nominal_ref\r\nN4998301\r\n", "csv", "back", BatchContract(mode=Mode.TOMBSTONE))
    receive_batch(northvale.wiring, CONTEXT, northvale.partner("police-nominals"), push)
    link(northvale.wiring)

    assert largest_home(northvale) == 2


def classified(northvale, code):
    """The house in the gazetteer, as its owner sends it, under a class."""
    lines = (
        "15,I,1,99009998,QUARRY TERRACE,,NORTHVALE,NORTHVALE,ENG,2001-03-19,\r\n"
        "21,I,2,990000999998,1,2,2001-03-19,,1,1,53.6,-1.2,1,9900,E,2001-03-19,,2016-02-10,2001-03-19,D,NV8 6AA,0\r\n"
        "24,I,3,990000999998,9900L999998,ENG,1,2001-03-19,,2016-02-10,2001-03-19,,,,,,30,,,,,99009998,1\r\n"
        f"32,I,4,990000999998,9900C000009998,{code},AddressBase Premium Classification Scheme,1.0,2001-03-19,\r\n"
    )
    assert northvale.push("gazetteer", lines.encode(), f"gazetteer-{code}").rows_accepted
    link_everything(northvale.wiring)


@pytest.mark.parametrize("link", [link_everything, link_new])
@pytest.mark.parametrize(("code", "together"), [("RI01", 0), ("RH01", 3), ("RD04", 3)])
def test_a_care_home_makes_no_household_of_however_few_live_there(northvale, link, code, together):
    classified(northvale, code)
    northvale.push_rows("case-people", *map(lodger, range(3)))
    link(northvale.wiring)

    assert largest_home(northvale) == together
