"""The Common Transfer File: the pupil, the people around the pupil, and what a faulty part costs."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import FeedUnreadableError
from adapters.port import RawRow, Translation
from adapters.schools import FEEDS
from concept_model.records import Fact, facts_of

FEED = next(feed for feed in FEEDS if feed.profile.name == "schools-ctf")
ROLL = next(feed for feed in FEEDS if feed.profile.name == "schools-roll")
UPN = "B801200005001"
IDENTITY = f"<UPN>{UPN}</UPN><Surname>Example</Surname><Forename>Robin</Forename><DOB>2013-02-11</DOB><Sex>F</Sex>"
MOTHER = (
    "<Contact><Order>1</Order><Surname>Example</Surname><Forename>Jo</Forename><Relationship>PAM</Relationship>"
    "<Responsibility>true</Responsibility><Phones><Phone><PhoneNo>01632 960000</PhoneNo></Phone></Phones></Contact>"
)


def file(*pupils: str, header: str = "<URN>990101</URN><SchoolName>Millbrook</SchoolName>") -> bytes:
    inside = "".join(f"<Pupil>{pupil}</Pupil>" for pupil in pupils)
    return (
        f"<CTfile><Header><SourceSchool>{header}</SourceSchool></Header><CTFpupilData>{inside}</CTFpupilData></CTfile>"
    ).encode()


def translate(*pupils: str, header: str = "<URN>990101</URN>") -> list[Translation]:
    return [FEED.translate(row) for row in FEED.rows(BytesIO(file(*pupils, header=header)))]


def facts(parts: str, identity: str = IDENTITY) -> list[Fact]:
    (found,) = translate(identity + parts)
    assert found.errors == ()
    return [fact for record in found.records for fact in facts_of(record)]


def of(item: str, parts: str) -> list[Fact]:
    return [fact for fact in facts(parts) if fact.item == item]


def test_each_pupil_is_a_row_and_keyed_as_on_the_roll() -> None:
    rows = list(FEED.rows(BytesIO(file(IDENTITY, IDENTITY))))
    assert [row.number for row in rows] == [1, 2]
    assert rows[0].cells["Surname"] == "Example"
    roll = ROLL.translate(
        RawRow(1, {"upn": UPN.lower(), "surname": "Example", "dob": "2013-02-11", "school_urn": "990101"})
    )
    assert next(facts_of(roll.records[0])).subject_key == facts("")[0].subject_key


def test_a_contact_is_the_person_whom_the_roll_names_in_the_same_place() -> None:
    cells = {
        "upn": UPN, "surname": "Example", "dob": "2013-02-11", "school_urn": "990101", "contact1_surname": "Example",
        "contact1_relationship": "PAM",
    }  # fmt: skip
    roll = [fact for record in ROLL.translate(RawRow(1, cells)).records for fact in facts_of(record)]
    (theirs,) = [fact for fact in roll if fact.item == "family.relationship"]
    (ours,) = of("family.relationship", f"<Contacts>{MOTHER}</Contacts>")
    assert (ours.subject_key, ours.occurrence) == (theirs.subject_key, theirs.occurrence)
    assert ours.value["parental_responsibility"] is True


def test_a_social_worker_is_a_professional_and_no_relative() -> None:
    contact = MOTHER.replace("PAM", "SWR")
    items = {fact.item for fact in facts(f"<Contacts>{contact}</Contacts>")}
    assert "care.professional" in items
    assert "family.relationship" not in items


def test_an_address_in_parts_reads_as_its_lines() -> None:
    parts = "<SAON>Flat 2</SAON><PAON>12</PAON><Street>High Street</Street><Town>Sampleton</Town>"
    (fact,) = of("address.residence", f"<Address>{parts}<PostCode>ZZ1 1ZZ</PostCode></Address>")
    assert fact.value["lines"] == "Flat 2\n12 High Street\nSampleton"
    assert fact.value["postcode"] == "ZZ1 1ZZ"


def test_the_newest_provision_counts_and_needs_come_by_rank() -> None:
    history = (
        "<SENhistory><SEN><StartDate>2024-09-01</StartDate><SENprovision>E</SENprovision></SEN>"
        "<SEN><StartDate>2022-09-01</StartDate><SENprovision>K</SENprovision></SEN></SENhistory>"
        "<SENneeds><SENneed><SENtypeRank>2</SENtypeRank><SENtype>SLCN</SENtype></SENneed>"
        "<SENneed><SENtypeRank>1</SENtypeRank><SENtype>ASD</SENtype></SENneed></SENneeds>"
    )
    found = of("education.sen", history)
    assert [(fact.value["provision"], fact.value["type"]) for fact in found] == [("E", "ASD"), ("E", "SLCN")]
    assert {str(fact.valid_from) for fact in found} == {"2024-09-01"}


def test_sessions_are_counts_of_a_year_at_the_school_that_sends() -> None:
    details = "<SessionsPossible>380</SessionsPossible><SessionsAttended>351</SessionsAttended>"
    year = f"<Attendance><YearData><Year>2025</Year><SessionDetails>{details}</SessionDetails></YearData></Attendance>"
    (fact,) = of("education.attendance", year)
    assert (fact.value["possible"], fact.value["present"], fact.occurrence) == (380, 351, "year/990101/2025")


def test_a_former_number_is_never_kept() -> None:
    found = facts("<BasicDetails><FormerUPN>A801200005001</FormerUPN></BasicDetails>")
    assert not any("A801200005001" in str(fact.value.values()) for fact in found)


@pytest.mark.parametrize("element", ["Gender", "Sex"])
def test_sex_is_read_under_its_older_name_too(element: str) -> None:
    identity = IDENTITY.replace("<Sex>F</Sex>", f"<{element}>F</{element}>")
    assert [fact.value["code"] for fact in facts("", identity) if fact.item == "identity.sex"] == ["female"]


@pytest.mark.parametrize(
    ("without", "column", "code"),
    [
        (f"<UPN>{UPN}</UPN>", "UPN", "required-missing"),
        ("<Surname>Example</Surname>", "Surname", "required-missing"),
        ("<DOB>2013-02-11</DOB>", "DOB", "required-missing"),
    ],
)
def test_a_pupil_who_cannot_be_told_loses_that_row_alone(without: str, column: str, code: str) -> None:
    bad, good = translate(IDENTITY.replace(without, ""), IDENTITY)
    assert [(error.column, error.code) for error in bad.errors] == [(column, code)]
    assert (good.errors, bool(good.records)) == ((), True)


@pytest.mark.parametrize(
    ("part", "column"),
    [
        ("<Contacts><Contact><Relationship>PAM</Relationship></Contact></Contacts>", "Surname"),
        (f"<Contacts>{MOTHER.replace('PAM', 'DOG')}</Contacts>", "Relationship"),
        ("<SENhistory><SEN><StartDate>2022-02-30</StartDate></SEN></SENhistory>", "StartDate"),
        ("<SchoolHistory><School><EntryDate>2020-09-01</EntryDate></School></SchoolHistory>", "URN"),
        ("<Attendance><YearData><Year>2025</Year></YearData></Attendance>", "SessionsPossible"),
        ("<Address><UniquePropertyReferenceNumber>x</UniquePropertyReferenceNumber></Address>",
         "UniquePropertyReferenceNumber"),
    ],
)  # fmt: skip
def test_a_faulty_part_is_left_out_with_a_flag_and_costs_nothing_else(part: str, column: str) -> None:
    (found,) = translate(IDENTITY + part)
    assert found.errors == ()
    assert [flag.column for flag in found.flags] == [column]
    assert [list(facts_of(record)) for record in found.records] == [
        list(facts_of(record)) for record in translate(IDENTITY)[0].records
    ]


@pytest.mark.parametrize("body", [b"<CTfile>", b"<Message/>", b"", b"UPN,Surname\n", b"<!DOCTYPE CTfile><CTfile/>"])
def test_a_file_of_another_kind_is_refused_before_any_row(body: bytes) -> None:
    with pytest.raises(FeedUnreadableError) as caught:
        list(FEED.rows(BytesIO(body)))
    assert caught.value.how_to_fix


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="<>&\x00", exclude_categories=["Cc", "Cs"]), max_size=30)


@given(texts=st.lists(TEXT, min_size=6, max_size=6))
def test_no_text_in_any_part_makes_the_feed_raise_or_repeat_it(texts: list[str]) -> None:
    parts = (
        f"<Contacts><Contact><Order>{texts[0]}</Order><Surname>{texts[1]}</Surname>"
        f"<Relationship>{texts[2]}</Relationship></Contact></Contacts>"
        f"<SENhistory><SEN><SENprovision>{texts[3]}</SENprovision></SEN></SENhistory>"
        f"<SchoolHistory><School><URN>{texts[4]}</URN><EntryDate>{texts[5]}</EntryDate></School></SchoolHistory>"
    )
    (found,) = translate(IDENTITY + parts)
    assert found.records
    assert not found.errors
