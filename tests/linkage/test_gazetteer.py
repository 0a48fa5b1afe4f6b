"""An address is matched to the property that it names, or to none: never to a neighbour."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.gazetteer import CONFIDENCE, Gazetteer, KnownAddress, Rule, agreed_uprn
from linkage.written_address import written_address

HOMES = (
    ("1", "4 HIGH STREET, ASHBY", "ZZ1 1AA"),
    ("2", "12 HIGH STREET, ASHBY", "ZZ1 1AA"),
    ("3", "12A HIGH STREET, ASHBY", "ZZ1 1AA"),
    ("10", "20 HIGH STREET, ASHBY", "ZZ1 1AB"),
    ("11", "FLAT 1, 20 HIGH STREET, ASHBY", "ZZ1 1AB"),
    ("12", "FLAT 2, 20 HIGH STREET, ASHBY", "ZZ1 1AB"),
    ("13", "FLAT 12, 20 HIGH STREET, ASHBY", "ZZ1 1AB"),
    ("20", "ROSE COTTAGE, MILL LANE, ASHBY", "ZZ1 2BB"),
    ("21", "FIR COTTAGE, MILL LANE, ASHBY", "ZZ1 2BB"),
    ("30", "FLAT 3, KESTREL COURT, MILL LANE, ASHBY", "ZZ1 2BC"),
    ("31", "FLAT 4, KESTREL COURT, MILL LANE, ASHBY", "ZZ1 2BC"),
    ("40", "GROUND FLOOR FLAT, 9 PARK ROAD, ASHBY", "ZZ1 3CC"),
    ("41", "FIRST FLOOR FLAT, 9 PARK ROAD, ASHBY", "ZZ1 3CC"),
    ("50", "7 CHURCH ROAD, ASHBY", "ZZ1 4DD"),
    ("51", "7 CHURCH ROAD, BURTON", "ZZ2 4DD"),
    ("52", "9 CHURCH ROAD, ASHBY", "ZZ1 4DE"),
)


def gazetteer(homes=HOMES):
    return Gazetteer(KnownAddress(uprn, written_address([text], code)) for uprn, text, code in homes)


@pytest.fixture(scope="module")
def ashby():
    return gazetteer()


def uprn_of(known, text, code=None, *dates):
    match = known.match(written_address(text.split("\n"), code), *dates)
    return match.uprn if match else None


@pytest.mark.parametrize(
    ("written", "code", "uprn"),
    [
        ("4 High St", "ZZ1 1AA", "1"),
        ("4, High Street\nAshby", "zz11aa", "1"),
        ("12a High Street", "ZZ1 1AA", "3"),
        ("Flat A, 12 High Street", "ZZ1 1AA", "3"),
        ("12 A High St.", "ZZ1 1AA", "3"),
        ("Flat 2, 20 High Street", "ZZ1 1AB", "12"),
        ("2/20 High Street", "ZZ1 1AB", "12"),
        ("20 High Street, Flat 2", "ZZ1 1AB", "12"),
        ("Apt. 2 20 High Street", "ZZ1 1AB", "12"),
        ("20 High Street\nAPARTMENT 02\nAshby", "ZZ1 1AB", "12"),
        ("2, 20 High Street", "ZZ1 1AB", "12"),
        ("12 Hihg Street, Ashby", "ZZ1 1AA", "2"),
        ("12 High Street, Ashby ZZ1 1AA", None, "2"),
        ("Rose Cottage, Mill Lane", "ZZ1 2BB", "20"),
        ("4 Kestrel Court", "ZZ1 2BC", "31"),
        ("Flat 4 Kestrel Court", "ZZ1 2BC", "31"),
        ("9 Park Road, first floor flat", "ZZ1 3CC", "41"),
        ("7 Church Road, Burton", None, "51"),
        ("7 Church Road", "ZZ2 4DB", "51"),
    ],
)
def test_one_property_however_it_is_written(ashby, written, code, uprn):
    assert uprn_of(ashby, written, code) == uprn


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("14 High Street, Ashby", "ZZ1 1AA"),
        ("12b High Street", "ZZ1 1AA"),
        ("20 High Street", "ZZ1 1AB"),
        ("Flat 3, 20 High Street", "ZZ1 1AB"),
        ("Flat 20, 2 High Street", "ZZ1 1AB"),
        ("12 Elm Grove, Ashby", "ZZ1 1AA"),
        ("Mill Lane, Ashby", "ZZ1 2BB"),
        ("Cottage, Mill Lane", "ZZ1 2BB"),
        ("9 Park Road", "ZZ1 3CC"),
        ("Top floor flat, 9 Park Road", "ZZ1 3CC"),
        ("7 Church Road", None),
        ("9 Church Road, Ashby", "ZZ1 4DD"),
        ("7 Church Road, Ashby", "ZZ9 9ZZ"),
        ("4 High Street, Ashby", "ZZ99 3VZ"),
        ("12 High Street, Burton", None),
        ("No fixed abode", "ZZ1 1AA"),
        ("", "ZZ1 1AA"),
    ],
)
def test_what_names_no_property_or_two_stays_without(ashby, written, code):
    assert uprn_of(ashby, written, code) is None


def test_a_match_says_by_which_rule_and_how_sure_it_is(ashby):
    near, spelt = (ashby.match(written_address([text], "ZZ1 1AA")) for text in ("4 High St", "4 Hihg Street"))

    assert (near.rule, spelt.rule) == (Rule.SAME, Rule.SPELLING)
    assert near.confidence == CONFIDENCE[Rule.SAME] > spelt.confidence >= 0.97


def test_an_address_that_had_ended_is_nobodys_who_came_later():
    old = KnownAddress("1", written_address(["5 Mill Lane"], "ZZ1 1AA"), date(1980, 1, 1), date(2005, 6, 30))
    new = KnownAddress("2", written_address(["5 Mill Lane"], "ZZ1 1AA"), date(2007, 1, 1))
    rebuilt = Gazetteer([old, new])

    assert uprn_of(rebuilt, "5 Mill Lane", "ZZ1 1AA", date(1999, 1, 1), date(2001, 1, 1)) == "1"
    assert uprn_of(rebuilt, "5 Mill Lane", "ZZ1 1AA", date(2010, 1, 1)) == "2"
    assert uprn_of(Gazetteer([old]), "5 Mill Lane", "ZZ1 1AA", date(2010, 1, 1)) is None
    assert uprn_of(Gazetteer([old]), "5 Mill Lane", "ZZ1 1AA", date(1999, 1, 1)) == "1"


def test_a_historic_way_of_writing_finds_the_property_of_today():
    known = gazetteer([("1", "5 MILL LANE", "ZZ1 1AA"), ("1", "THE FORGE, MILL LANE", "ZZ1 1AA")])

    assert uprn_of(known, "The Forge, Mill Lane", "ZZ1 1AA") == uprn_of(known, "5 Mill Lane", "ZZ1 1AA") == "1"


def test_equal_text_counts_where_all_who_say_it_agree():
    assert agreed_uprn(["7", "7"]).uprn == "7"
    assert agreed_uprn(["7", "8"]) is None
    assert agreed_uprn([]) is None


numbers = st.integers(1, 60)
streets = st.sampled_from(["High Street", "Mill Lane", "Park Road", "Church Road", "The Green"])


@given(st.sets(st.tuples(st.none() | numbers, numbers, streets), min_size=1, max_size=25), st.data())
def test_a_match_never_differs_in_flat_or_number(homes, data):
    texts = {
        str(place): (f"Flat {flat}, {number} {street}" if flat else f"{number} {street}")
        for place, (flat, number, street) in enumerate(sorted(homes, key=str))
    }
    known = gazetteer([(uprn, text.upper(), "ZZ1 1AA") for uprn, text in texts.items()])
    flat, number, street = data.draw(st.tuples(st.none() | numbers, numbers, streets))
    asked = f"{number} {street}, flat {flat}" if flat else f"{number}, {street}"

    found = uprn_of(known, asked, "ZZ1 1AA")

    said = {text: uprn for uprn, text in texts.items()}
    right = said.get(f"Flat {flat}, {number} {street}" if flat else f"{number} {street}")
    assert found in {None, right}
    if flat:
        assert found == right


@given(st.text(max_size=60), st.text(max_size=10))
def test_any_text_can_be_taken_apart_and_what_nobody_lists_is_not_found(text, code):
    written = written_address([text], code)

    assert Gazetteer([]).match(written) is None
    assert isinstance(written.text, str)


BESIDE = (
    *HOMES,
    ("60", "LAND AT CHURCH LANE, ASHBY", "ZZ1 5EE"),
    ("61", "THE OLD RECTORY, CHURCH LANE, ASHBY", "ZZ1 5EE"),
    ("62", "REAR OF 2 CHURCH LANE, ASHBY", "ZZ1 5EE"),
    ("63", "FLAT A, 3 CHURCH LANE, ASHBY", "ZZ1 5EE"),
    ("64", "FLAT B, 3 CHURCH LANE, ASHBY", "ZZ1 5EE"),
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Church Lane, Ashby", "ZZ1 5EE"),
        ("c/o Rose Cottage, Church Lane, Ashby", "ZZ1 5EE"),
        ("The Rectory, Church Lane, Ashby", "ZZ1 5EE"),
        ("2 Church Lane, Ashby", "ZZ1 5EE"),
        ("Rear of 12 High Street, Ashby", "ZZ1 1AA"),
        ("opposite 12 High Street", "ZZ1 1AA"),
        ("Van outside 12 High Street", "ZZ1 1AA"),
        ("NFA, previously 12 High Street", "ZZ1 1AA"),
        ("PO Box 12, High Street", "ZZ1 1AA"),
    ],
)
def test_a_place_beside_a_home_a_street_alone_and_a_home_of_before_are_nobodys_home(text, code):
    assert gazetteer(BESIDE).match(written_address([text], code)) is None


@pytest.mark.parametrize(
    ("text", "code", "uprn"),
    [
        ("Land at Church Lane", "ZZ1 5EE", "60"),
        ("Old Rectory, Church Lane", "ZZ1 5EE", "61"),
        ("Rear 2 Church Lane", "ZZ1 5EE", "62"),
        ("Flat A 3 Church Lane", "ZZ1 5EE", "63"),
        ("GFF, 9 Park Road", "ZZ1 3CC", "40"),
        ("1st Floor Flat 9 Park Road", "ZZ1 3CC", "41"),
    ],
)
def test_what_the_gazetteer_calls_so_itself_is_found_by_it(text, code, uprn):
    found = gazetteer(BESIDE).match(written_address([text], code))
    assert found is not None
    assert found.uprn == uprn
