"""Why a pair weighs what it weighs: words for every level, and bits that add up to the odds that were used."""

import re

import numpy as np
import pytest

from linkage.columns import connect
from linkage.engine import link_table
from linkage.levels import COMPARISONS
from linkage.model import default_model
from linkage.pair_reasons import LEVEL_WORDS, pattern_reasons
from linkage.score import class_parts, class_scores, score_pairs
from linkage.sources import Sources

ROWS = [
    ("gp", "1", "Thomas", "Hill", "1980-03-04", "LS1 4AP", "12 Mill Lane"),
    ("school", "2", "Tom", "Hill", "1980-03-04", "LS1 4AP", "12 Mill Lane"),
    ("housing", "3", "T", "Hill", None, "LS1 4AP", "12 Mill Lane"),
    ("gp", "4", "Harry", "Hill", "2010-03-04", "LS1 4AP", "12 Mill Lane"),
    ("housing", "5", "Thomas", "Hill", "2010-03-04", "LS1 4AP", "12 Mill Lane"),
    ("police", "6", "Maryam", "Khann", "1991-10-12", "LS9 9AA", "3 Far Road"),
    ("gp", "7", "Marium", "Khan", "1991-12-10", "LS9 9AB", "4 Far Road"),
]
PRESENT = ("source", "source_key", "given_name", "family_name", "birth_date", "postcode", "address")


@pytest.fixture
def linked():
    with connect() as connection:
        connection.execute(
            "create table rows (number integer, row integer, " + ", ".join(f"{name} varchar" for name in PRESENT) + ")"
        )
        ordered = sorted(ROWS)
        connection.executemany(
            "insert into rows values (?, ?, ?, ?, ?, ?, ?, ?, ?)", [(n, n, *row) for n, row in enumerate(ordered)]
        )
        yield link_table(connection, PRESENT, sources=Sources(("gp",), {}))


def test_every_level_of_every_comparison_has_words():
    assert {name: set(words) for name, words in LEVEL_WORDS.items()} == {
        each.name: set(each.level_names) for each in COMPARISONS
    }


def test_what_each_comparison_adds_is_what_a_pair_is_scored_by(linked):
    pairs = linked.pairs
    parts = class_parts(pairs.patterns, pairs.rarity, linked.model)
    whole = np.log(linked.model.class_shares(len(ROWS))) + parts.sum(axis=1)
    assert np.allclose(whole, class_scores(pairs.patterns, pairs.rarity, linked.model, len(ROWS)), atol=1e-9)


def test_the_bits_of_a_sentence_add_up_to_the_odds_of_its_pair(linked):
    pairs = linked.pairs
    assert len(pairs) > 3
    told = pattern_reasons(pairs, linked.model, len(ROWS))
    odds = score_pairs(pairs, linked.model, len(ROWS)) / np.log(2)
    for pattern, weight in zip(pairs.pattern.tolist(), odds.tolist(), strict=True):
        said = [float(each) for each in re.findall(r" ([+-]\d+\.\d)(?:;|$)", told[pattern])]
        assert sum(said) == pytest.approx(weight, abs=0.05 * len(said) + 0.01)
        assert "-0.0" not in told[pattern]


def test_a_confirmed_number_is_said_to_raise_what_is_scored(linked):
    pairs = linked.pairs
    pairs.conclusive[:] = True
    model = default_model()
    told = pattern_reasons(pairs, model, len(ROWS))
    assert any("a confirmed number and the date of birth +" in each for each in told)
