"""One pair without a database agrees with a million in it: level by level, and in the score."""

import dataclasses
from collections import Counter
from random import Random

import numpy as np
import pytest

from linkage.candidates import candidates
from linkage.columns import RARITIES, connect, records_table
from linkage.compare import compare
from linkage.levels import COMPARISONS, NEARLY
from linkage.model import LevelProbability, LinkModel
from linkage.pairwise import Comparable, PairScorer, level_of, rarity_of
from linkage.record_columns import Columns
from linkage.score import NEAR_CONCLUSIVE, score_pairs
from linkage.sealed_form import from_bytes, to_bytes
from linkage.standardise import StandardRecord, standardise
from linkage.training_people import generate
from linkage.weights import weights_between

RECORDS = 900
ADDRESSES = (
    "", "12|highstreetashby", "12|hihgstreetashby", "|ashbyhighstreet", "13|highstreetashby",
    "12|rosehousehighstreetashby",
    "4 12|highstreetashbynorthvale", "12|李李李李李李李李李李", "|aaaaaaaaaaaa",
)  # fmt: skip
HOSTILE = ("", "o", "ōe", "李", "o'neill", "smith jones", "x" * 40, "12")


@pytest.fixture(scope="module")
def known():
    return [*(standardise(each.record) for each in generate(260, 11))][:RECORDS] + hostile()


def hostile():
    """Records of odd names, half dates and nothing at all, such as no generator makes."""
    random = Random(5)  # noqa: S311 - invented records, no cryptography
    made = []
    for number in range(120):
        given, family = random.choice(HOSTILE), random.choice(HOSTILE)
        blank = StandardRecord(
            record_id=f"odd{number}", source="odd", duplicate_free=None, given=given,
            givens=tuple(dict.fromkeys(each for each in (given, random.choice(HOSTILE)) if each)),
            middles=tuple(each for each in (random.choice(HOSTILE),) if each), family=family,
            families=tuple(dict.fromkeys(each for each in (family, random.choice(HOSTILE)) if each)),
            birth_date=random.choice((None, "1990", "1990-01", "1990-01-01", "1990-02-01", "1991-12-31", "2001-10-12")),
            sex=random.choice((None, "female", "male")), identifiers=(),
            postcodes=random.choice(((), ("NV1 1AA",), ("NV1 1AB",))), uprns=(), address_keys=(), phones=(), emails=(),
            street=random.choice(("", "high street", "rose house")), address=random.choice(ADDRESSES),
        )  # fmt: skip
        made.append(dataclasses.replace(blank, emails=random.choice(((), ("a@b.uk",), ("a@b.uk", "é@b.uk")))))
    return made


@pytest.fixture(scope="module")
def compared(known):
    """Pairs that share a key, and as many that share nothing, compared in the database."""
    random = Random(3)  # noqa: S311 - a sample
    strangers = [sorted(random.sample(range(len(known)), 2)) for _ in range(6000)]
    with connect() as connection:
        records_table(connection, known)
        found = candidates(Columns(connection))
        pairs = sorted({*zip(found.left.tolist(), found.right.tolist(), strict=True), *map(tuple, strangers)})
        left, right = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
        return compare(Columns(connection), left, right)


def comparables(known):
    held = {name: Counter(getattr(each, name) for each in known if getattr(each, name)) for name in ("given", "family")}
    return [
        Comparable(
            each,
            rarity_of(held["given"][each.given], held["given"].total()),
            rarity_of(held["family"][each.family], held["family"].total()),
        )
        for each in known
    ]


def test_every_level_of_every_pair_is_the_same(known, compared):
    assert len(compared) > 6000
    apart = Counter()
    for left, right, pattern in zip(compared.left, compared.right, compared.pattern, strict=True):
        for place, comparison in enumerate(COMPARISONS):
            if level_of(comparison, known[left], known[right]) != compared.patterns[pattern][place]:
                apart[comparison.name] += 1

    assert apart == {}
    # Each level is met, or its agreement would be none.
    met = {
        (each.name, level) for place, each in enumerate(COMPARISONS) for level in compared.patterns[:, place].tolist()
    }
    assert len(met) > 0.8 * sum(len(each.levels) + 1 for each in COMPARISONS)


@pytest.fixture(scope="module")
def model():
    """Probabilities at random: what the shipped model happens to hold must not matter."""
    random = Random(17)  # noqa: S311 - a model of chance

    def probability():
        return LevelProbability(*(random.uniform(1e-6, 1.0) for _ in range(3)))

    return LinkModel(
        levels={each.name: {level: probability() for level in each.level_names} for each in COMPARISONS},
        same_per_record=2.0, household_per_record=5.0, population=20_000, merge_at=0.9, review_at=0.3, strong_at=0.99,
        trained_on="chance", slips={name: tuple(probability() for _ in range(RARITIES)) for name in NEARLY},
    )  # fmt: skip


def test_every_pair_scores_the_same(known, compared, model):
    expected = score_pairs(compared, model, len(known))
    score, each = PairScorer(model, len(known)), comparables(known)

    for left, right, odds in zip(compared.left, compared.right, expected, strict=True):
        found = score(each[left], each[right])
        # Near-conclusive pairs are raised by both, here at once and for everybody after scoring.
        assert found == pytest.approx(odds, abs=1e-9) or found == NEAR_CONCLUSIVE > odds


def test_a_record_comes_back_from_its_bytes_as_it_was(known):
    assert [from_bytes(to_bytes(each)) for each in known] == known
    assert to_bytes(known[0]) != to_bytes(known[1])


def test_a_weight_that_says_next_to_nothing_is_told_without_a_sign(known, model):
    nearly = LevelProbability(0.999, 1.0, 1.0)
    levels = {name: dict.fromkeys(each, nearly) for name, each in model.levels.items()}
    weights = weights_between(known[0], known[0], dataclasses.replace(model, levels=levels))

    assert weights
    assert {str(one.bits) for one in weights} == {"0.0"}
