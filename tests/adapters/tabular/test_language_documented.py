"""The guide to mapping files names every key and every type of the language, and no other."""

import re
from pathlib import Path

import pytest

from adapters.tabular import check_examples, load_mapping
from adapters.tabular.columns import COLUMN_TYPES
from adapters.tabular.groups import GROUP_KEYS
from adapters.tabular.layouts import DELIMITERS, KIND_KEYS
from adapters.tabular.loader import OPTIONAL_KEYS, RECORD_PARSERS, REQUIRED_KEYS
from adapters.tabular.parse_columns import COLUMN_KEYS, JOIN_KEYS, SPLIT_KEYS
from adapters.tabular.parse_examples import EXAMPLE_KEYS, FACT_PARTS
from adapters.tabular.parse_records import (
    COMMON_KEYS,
    MEMBERSHIP_KEYS,
    NAME_KEYS,
    PERSON_KEYS,
    RELATIONSHIP_KEYS,
    RESIDENCE_KEYS,
)
from adapters.tabular.parse_statement import ENTRY_KEYS, STATEMENT_KEYS
from adapters.tabular.scope import CONDITION_KEYS, SOURCE_KEYS

GUIDE = (Path(__file__).parents[3] / "docs" / "feed-mappings.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL))
ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


@pytest.mark.parametrize(
    ("section", "keys"),
    [
        ("Keys of the file", REQUIRED_KEYS | OPTIONAL_KEYS),
        ("Keys of a format", {"kind", *(key for keys in KIND_KEYS.values() for key in keys)}),
        ("Keys of a group", GROUP_KEYS),
        ("Keys of a column", COLUMN_KEYS),
        ("Types of a column", COLUMN_TYPES),
        ("Keys of every record", COMMON_KEYS | {"each"} | SOURCE_KEYS | CONDITION_KEYS),
        ("Keys of a person", PERSON_KEYS),
        ("Keys of a residence", RESIDENCE_KEYS),
        ("Keys of a membership", MEMBERSHIP_KEYS),
        ("Keys of a relationship", RELATIONSHIP_KEYS),
        ("Keys of a statement", STATEMENT_KEYS),
        ("Keys of an entry", ENTRY_KEYS),
        ("Keys of an example", EXAMPLE_KEYS),
    ],
)
def test_the_guide_names_every_key_of_the_language_and_no_other(section, keys):
    assert set(ROW.findall(SECTIONS[section])) == set(keys)


def test_the_guide_speaks_of_every_record_and_of_every_word_inside_a_key():
    for kind in RECORD_PARSERS:
        assert f" {kind}\n" in GUIDE
    words = {*SPLIT_KEYS, *JOIN_KEYS, *NAME_KEYS, *FACT_PARTS, *DELIMITERS, *KIND_KEYS}
    assert {word for word in words if f"`{word}`" not in GUIDE} == set()


def test_the_file_that_the_guide_shows_is_a_mapping_that_holds():
    (shown,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    feed = load_mapping(shown)
    assert check_examples(feed) == ()
    assert feed.match_only
