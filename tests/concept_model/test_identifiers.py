import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from concept_model.identifiers import (
    Identifier,
    Verification,
    identifier,
    is_nhs_number,
    is_nino,
    is_pnc_id,
    is_upn,
    normal_postcode,
    normalise,
)

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
PNC_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"


def nhs_by_hand(nine: str) -> str | None:
    check = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return None if check == 10 else nine + str(check % 11)


@given(st.text("0123456789", min_size=9, max_size=9))
def test_an_nhs_number_holds_with_its_own_check_digit_and_with_no_other(nine):
    right = nhs_by_hand(nine)
    holding = [digit for digit in "0123456789" if is_nhs_number(nine + digit)]
    blocked = right is not None and len(set(right)) == 1
    assert holding == ([right[-1]] if right and not blocked else [])


@pytest.mark.parametrize("number", ["9434765919", "9000000009"])
def test_published_nhs_numbers_hold(number):
    assert is_nhs_number(number)


@pytest.mark.parametrize(
    "number", ["9434765918", "9999999999", "0000000000", "943476591", "94347659190", "943476591X", ""]
)
def test_others_do_not(number):
    assert not is_nhs_number(number)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_a_upn_holds_with_one_letter_alone(digits):
    letter = UPN_LETTERS[sum(int(digit) * weight for weight, digit in enumerate(digits, 2)) % 23]
    assert [one for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if is_upn(one + digits)] == [letter]


def test_the_published_upn_holds_and_a_vendor_s_slip_does_not():
    assert is_upn("B801200005001")
    assert is_upn("P207000016049")
    assert not is_upn("Q207000016049")


@given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from(UPN_LETTERS))
def test_a_temporary_upn_counts_its_last_letter(digits, last):
    values = [*map(int, digits), UPN_LETTERS.index(last)]
    letter = UPN_LETTERS[sum(value * weight for weight, value in enumerate(values, 2)) % 23]
    assert is_upn(letter + digits + last)
    assert not is_upn(UPN_LETTERS[UPN_LETTERS.index(letter) - 1] + digits + last)


@pytest.mark.parametrize("pnc", ["2001/0012345H", "2003/0062845E", "1981/0154257C", "2012/0052494Q", "1979/0163001B"])
def test_published_pnc_ids_hold_in_any_spelling(pnc):
    year, rest = pnc.split("/")
    short = f"{year[2:]}/{int(rest[:-1])}{rest[-1].lower()}"
    assert is_pnc_id(normalise("pnc_id", pnc))
    assert normalise("pnc_id", short) == pnc


@given(st.integers(1950, 2049), st.integers(0, 9_999_999))
def test_a_pnc_id_holds_with_one_letter_alone(year, serial):
    letter = PNC_LETTERS[int(f"{year % 100:02d}{serial:07d}") % 23]
    holding = [one for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if is_pnc_id(f"{year}/{serial:07d}{one}")]
    assert holding == [letter]


@pytest.mark.parametrize("nino", ["AB123456C", "AB123456"])
def test_a_nino_has_its_shape(nino):
    assert is_nino(nino)


@pytest.mark.parametrize(
    "nino", ["DB123456C", "AO123456C", "BG123456A", "GB123456A", "ZZ123456A", "AB123456E", "AB12345C"]
)
def test_prefixes_that_are_never_issued_are_no_nino(nino):
    assert not is_nino(nino)


@pytest.mark.parametrize(
    ("text", "normal"), [("nv11ab", "NV1 1AB"), (" sw1a  2aa ", "SW1A 2AA"), ("ZZ99 3VZ", "ZZ99 3VZ")]
)
def test_a_postcode_has_one_form(text, normal):
    assert normal_postcode(text) == normal
    assert normal_postcode(normal) == normal


@given(st.text(max_size=12))
def test_whatever_is_no_postcode_is_none_and_never_an_error(text):
    found = normal_postcode(text)
    assert found is None or normal_postcode(found) == found


def test_a_failing_check_digit_flags_and_never_loses():
    kept = identifier("nhs_number", "943 476 5918", confirmed=True)
    assert (kept.value, kept.verification) == ("9434765918", Verification.UNVERIFIED)


def test_only_the_issuing_register_makes_a_number_verified():
    assert identifier("nhs_number", "943 476 5919").verification is Verification.PLAUSIBLE
    assert identifier("nhs_number", "943-476-5919", confirmed=True).verification is Verification.VERIFIED


def test_nobody_can_call_a_failing_number_verified():
    with pytest.raises(ValidationError):
        Identifier(scheme="nhs_number", value="9434765918", verification=Verification.VERIFIED)


@given(st.text("0123456789", min_size=10, max_size=10))
def test_repr_and_str_show_three_characters_at_most(number):
    one = identifier("nhs_number", number)
    assert number not in repr(one) + str(one) + repr([one])
    assert number[-3:] in repr(one)
