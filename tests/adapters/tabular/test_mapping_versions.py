"""A mapping file says which version it is of, what its columns were called before, and until when that is taken."""

import io
from datetime import date

import pytest

from adapters.port import EarlierVersion
from adapters.tabular.errors import MappingError
from adapters.tabular.loader import load_mapping
from concept_model.records import facts_of
from gateway.usecases.intake.batch_checks import followed_version
from gateway.usecases.intake.batch_modes import EarlierFeed, TombstoneFeed, row_key

MAPPING = """\
name: leisure-members
source: leisure
title: Members of the leisure centre
key: member_no
row_key: [member_no]
version: "2"
earlier:
  - {version: "1", deprecated_on: 2026-04-01, ends_on: 2027-04-01, renamed: {card: member_no, family_name: surname}}
  - {version: "0", deprecated_on: 2024-02-29, ends_on: 2025-03-01}
format: {kind: csv, delimiter: semicolon}
columns:
  member_no: {type: key, required: true, also: Membership Number, description: Number of the member}
  surname: {required: true, description: Surname}
records:
  - person: {names: [{family: surname}]}
examples:
  - name: a member
    row: {member_no: "7", surname: Example}
    facts:
      - {item: identity.name, subject: "7"}
  - name: nobody
    row: {member_no: "7", surname: ""}
    error: {code: required-missing, column: surname}
"""


def names(feed, text):
    made = [feed.translate(row) for row in feed.rows(io.BytesIO(text.encode()))]
    assert all(not one.errors for one in made)
    return [(fact.subject_key, fact.value["family"]) for one in made for record in one.records
            for fact in facts_of(record) if fact.item == "identity.name"]  # fmt: skip


def test_a_file_of_before_is_read_by_the_names_of_before_and_of_now():
    feed = load_mapping(MAPPING)
    assert (feed.profile.version, [one.version for one in feed.profile.earlier]) == ("2", ["1", "0"])
    earlier = followed_version(feed.profile, "1", date(2026, 11, 16))
    assert isinstance(earlier, EarlierVersion)
    before = EarlierFeed(feed, earlier)
    assert names(before, "Card;Family_Name\r\n7;Marsh\r\n") == [("7", "Marsh")]
    assert names(before, "Membership Number;surname\r\n7;Marsh\r\n") == [("7", "Marsh")]
    assert names(feed, "member_no;surname\r\n7;Marsh\r\n") == [("7", "Marsh")]


def test_a_mapping_without_a_version_is_the_first():
    text = MAPPING.replace('version: "2"\n', "", 1)
    start, end = text.index("earlier:"), text.index("format:")
    assert load_mapping(text[:start] + text[end:]).profile.version == "1"


def test_its_row_key_names_what_is_withdrawn():
    feed = load_mapping(MAPPING)
    assert row_key(feed.profile) == ("member_no",)
    (row,) = TombstoneFeed(feed).rows(io.BytesIO(b"member_no\r\n9\r\n"))
    made = TombstoneFeed(feed).translate(row)
    assert {fact.subject_key for record in made.records for fact in facts_of(record)} == {"9"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('version: "2"\n', "", "has no name"),
        ('version: "0"', 'version: "2"', "there twice"),
        ('version: "0"', 'version: "1"', "there twice"),
        ("ends_on: 2027-04-01", "ends_on: 2027-03-31", "less than twelve months"),
        ("ends_on: 2025-03-01", "ends_on: 2025-02-28", "less than twelve months"),
        ("deprecated_on: 2026-04-01", "deprecated_on: soon", "is no day"),
        ("card: member_no", "card: number", "is no column"),
        ("card: member_no", "surname: member_no", "is a column of today"),
        ("card: member_no", "membership number: member_no", "is a column of today"),
        ("{kind: csv, delimiter: semicolon}", "{kind: json}", "CSV format"),
        ("deprecated_on: 2026-04-01, ", "", "lacks deprecated_on"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(old, new, says):
    assert old in MAPPING
    with pytest.raises(MappingError, match=says):
        load_mapping(MAPPING.replace(old, new, 1))
