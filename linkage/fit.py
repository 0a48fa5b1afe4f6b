"""Fit a model to records without labels, each class of pairs from pairs that show it unselected.

Strangers are pairs drawn at random. People of one home, how many of them there are, and how often one person's own
names, dates and contacts disagree, come from pairs that share an address and were not chosen for anything else. What
is left, how common pairs of one person are and how often one person's addresses disagree, comes from the pairs that
are compared anyway. The shipped model stands at the start and counts as so many pairs of each, so a class keeps its
meaning and a small file moves it little.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from linkage.candidates import candidates, pairs_sharing
from linkage.columns import RARITIES, connect, records_table
from linkage.compare import ComparedPairs, compare
from linkage.levels import BY_FREQUENCY, COMPARISONS, ONE_HOME
from linkage.model import LevelProbability, LinkModel, default_model
from linkage.record import LinkRecord
from linkage.record_columns import Columns, Numbers
from linkage.score import Floats, Levels, class_scores, nearly
from linkage.standardise import standardise
from linkage.told import beside_told

LEAST_RECORDS = 500
"""Fewer are too few to learn from: the model that it starts from says more."""
_ROUNDS = 12
_LEAST = 1e-7
_RANDOM_PAIRS, _PER_RECORD = 50_000, 20
# Pairs that share a value of one of these columns are taken evenly, so many.
SHARED = ("address_keys", "uprns")
SHARING_PAIRS = 50_000
_SAME, _HOUSEHOLD, _CHANCE = range(3)
# How many pairs the starting model counts for, by class.
_WEIGHT = (200.0, 200.0, 20_000.0)
# A father and a son of one name agree on everything but the birth date. Were all of that learnt freely, they would
# become one person whose date is often wrong: in these two housemates stay what they were at the start, and one
# person's records within a factor of it.
_WHAT_TELLS_CLASSES = ("given", "birth")
_HELD_WITHIN = 8.0
# Of pairs that share an address, about so many are of each class.
_AT_HOME = LevelProbability(0.4, 0.5, 0.1)
_FEWEST_HOUSEMATES = 0.01
# Where no address tells of housemates, so many pairs of them are taken for granted beside each of one person: among the
# pairs that were compared they come to fewer in each round, and in the end there were no families and twins were one.
_LEAST_BESIDE_ONE_PERSON = 0.1
_OF_ONE_PERSON = tuple(each.name for each in COMPARISONS if each.name not in {"place", "local_id"})
# So many pairs with nearly equal names weigh as much as that their frequencies may be the same in each class.
_SLIP_WEIGHT = 50.0
_OF_HOUSEMATES = tuple(name for name in _OF_ONE_PERSON if name not in _WHAT_TELLS_CLASSES)


def fit_model(records: Sequence[LinkRecord], start: LinkModel | None = None) -> LinkModel:
    """Fit to records from `start` (None: the model shipped).

    Deterministic. Fewer than two records, or none that could be compared, give `start` back.
    """
    first = start or default_model()
    known = [standardise(each) for each in sorted(records, key=lambda record: record.record_id)]
    if len(known) < 2:  # noqa: PLR2004 - a pair
        return first
    with connect() as connection:
        records_table(connection, known)
        columns = Columns(connection)
        found = candidates(columns)
        return fit_table(columns, compare(columns, found.left, found.right), len(known), first)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many pairs are of each pattern; `patterns` and `rarity` as in `linkage.compare.ComparedPairs`.

    Of a sample `in_all` is the number of pairs that it was taken from; None where these are all.
    """

    patterns: Levels
    rarity: Levels
    count: Floats
    in_all: int | None = None

    @property
    def stands_for(self) -> float:
        """How many pairs one of these stands for."""
        return 1.0 if self.in_all is None else self.in_all / max(float(self.count.sum()), 1.0)


def counted(pairs: ComparedPairs) -> Counted:
    """The patterns of these pairs."""
    count = np.bincount(pairs.pattern, minlength=len(pairs.patterns)).astype(np.float64)
    return Counted(pairs.patterns, pairs.rarity, count)


def fit_table(columns: Columns, pairs: ComparedPairs, records: int, start: LinkModel) -> LinkModel:
    """Fit to the table `records` and the pairs of it that were compared; no pairs give `start` back."""
    if not len(pairs):
        return start
    at_random = compare(columns, *pairs_at_random(records))
    left, right, in_all = pairs_sharing(columns, SHARED, SHARING_PAIRS)
    at_home = replace(counted(compare(columns, left, right)), in_all=in_all)
    return fit_counted(counted(at_random), at_home, counted(pairs), records, start)


def pairs_at_random(records: int) -> tuple[Numbers, Numbers]:
    """Pairs of so many records that show what strangers agree on; for one number of records always the same."""
    rng = np.random.default_rng(records)
    drawn = np.sort(rng.integers(0, records, (2, min(_RANDOM_PAIRS, _PER_RECORD * records))), axis=0)
    drawn = np.unique(drawn[:, drawn[0] < drawn[1]], axis=1)
    return drawn[0], drawn[1]


def fit_counted(at_random: Counted, at_home: Counted, pairs: Counted, records: int, start: LinkModel) -> LinkModel:
    """Fit to the patterns of pairs drawn at random, of pairs that share an address, and of those compared."""
    everything = tuple(each.name for each in COMPARISONS if each.name != "local_id")
    model = _learn(at_random, start, start, {_CHANCE: everything}, lambda model: model.class_shares(records), rounds=1)
    housemates: float | None = None
    if len(at_home.count):
        model = _of_one_home(at_home, model, start, records)
        if not model.expects_relatives:
            # Then what was held because of fathers and sons is learnt, and who was taken for one is counted anew.
            model = _of_one_home(at_home, model, start, records)
        housemates = model.household_per_record
    learnt_last: tuple[str, ...] = ("place",)
    for _ in range(_ROUNDS):
        model = _learn(pairs, model, start, {_SAME: learnt_last}, lambda m: m.class_shares(records), rounds=1)
        model = _common(pairs, model, records, housemates)
        # Where hardly anybody lives with another, a date that is far off is a wrong date, and how often is learnt.
        learnt_last = ("place",) if model.expects_relatives else ("place", "birth")
    return replace(model, trained_on=f"{start.trained_on}; fitted to {records} records")


def _of_one_home(at_home: Counted, model: LinkModel, start: LinkModel, records: int) -> LinkModel:
    """The model with what pairs that share an address teach of one person and of housemates, and how many these are."""
    learnt = {_SAME: _OF_ONE_PERSON, _HOUSEHOLD: _OF_HOUSEMATES}
    model = _learn(at_home, model, start, learnt, None, rounds=_ROUNDS)
    likely = _expected(at_home, model, model.class_shares(records))
    found = 2 * float(likely[:, _HOUSEHOLD].sum()) * at_home.stands_for / records
    return replace(model, shares=None, household_per_record=max(found, _FEWEST_HOUSEMATES))


def _expected(pairs: Counted, model: LinkModel, shares: LevelProbability) -> Floats:
    """How many pairs of each pattern are of each class."""
    scores = class_scores(pairs.patterns, pairs.rarity, replace(model, shares=shares), 0)
    likely = np.exp(scores - np.logaddexp.reduce(scores, axis=1)[:, None])
    return np.asarray(likely * pairs.count[:, None], dtype=np.float64)


def _learn(  # noqa: PLR0913 - what is learnt, from what, and from where it started
    pairs: Counted,
    model: LinkModel,
    start: LinkModel,
    learnt: Mapping[int, Collection[str]],
    shares_of: Callable[[LinkModel], LevelProbability] | None,
    *,
    rounds: int,
    shares: LevelProbability = _AT_HOME,
) -> LinkModel:
    """Expectation-maximisation for these classes and comparisons.

    Without `shares_of` the shares of the classes among these pairs are learnt as well, and the model has them.
    """
    if not len(pairs.count):
        return model
    for _ in range(rounds):
        expected = _expected(pairs, model, shares_of(model) if shares_of else shares)
        if {_SAME, _HOUSEHOLD} <= learnt.keys():
            model = replace(model, slips=_slips(pairs, expected))
        total = expected.sum(axis=0)
        shares = LevelProbability(*((total + 1.0) / (total.sum() + 3.0)).tolist())
        levels = dict(model.levels)
        for place, comparison in enumerate(COMPARISONS):
            sums = _sums(pairs, expected, place, len(comparison.level_names))
            rows = np.array([levels[comparison.name][name] for name in comparison.level_names])
            started = np.array([start.levels[comparison.name][name] for name in comparison.level_names])
            for kind, names in learnt.items():
                if comparison.name in names:
                    weight = _WEIGHT[kind]
                    fitted = (sums[:, kind] + weight * started[:, kind]) / (sums[:, kind].sum() + weight)
                    if comparison.name in _WHAT_TELLS_CLASSES and kind == _SAME and model.expects_relatives:
                        fitted = np.clip(fitted, started[:, kind] / _HELD_WITHIN, started[:, kind] * _HELD_WITHIN)
                    rows[:, kind] = np.clip(fitted, _LEAST, 1.0)
            if comparison.name == "place" and _SAME in learnt:
                homes = [name in ONE_HOME for name in comparison.level_names]
                rows[homes, _HOUSEHOLD] = (
                    started[homes, _HOUSEHOLD].sum() * rows[homes, _SAME] / rows[homes, _SAME].sum()
                )
            fitted_rows = zip(comparison.level_names, beside_told(comparison, rows).tolist(), strict=True)
            levels[comparison.name] = {name: LevelProbability(*row) for name, row in fitted_rows}
        model = replace(model, levels=levels)
    return model if shares_of else replace(model, shares=shares)


def _slips(pairs: Counted, expected: Floats) -> dict[str, tuple[LevelProbability, ...]]:
    """How rare the rarer of two nearly equal names is, of one person and of two, who are housemates or strangers."""
    found = {}
    for place, name in enumerate(BY_FREQUENCY):
        chosen = nearly(pairs.patterns, name) & (pairs.rarity[:, place] >= 0)
        held = pairs.rarity[chosen, place].astype(np.int64)
        of_one, of_two = expected[chosen, _SAME], expected[chosen, _HOUSEHOLD] + expected[chosen, _CHANCE]
        counts = np.stack([np.bincount(held, each, minlength=RARITIES) for each in (of_one, of_two)])
        pairs_of = counts.sum(axis=1, keepdims=True)
        shares = counts / np.maximum(pairs_of, _LEAST)
        # Both lean as far towards what they have in common as there are too few of either to tell them apart.
        common = np.maximum(shares.mean(axis=0), _LEAST)
        lean = _SLIP_WEIGHT / (pairs_of.min() + _SLIP_WEIGHT)
        one, two = (1.0 - lean) * shares + lean * common
        found[name] = tuple(map(LevelProbability, one.tolist(), two.tolist(), two.tolist()))
    return found


def _sums(pairs: Counted, expected: Floats, place: int, size: int) -> Floats:
    """Expected pairs per level, best first, and class."""
    level = pairs.patterns[:, place].astype(np.int64) + 1
    counts = [np.bincount(level, weights=expected[:, kind], minlength=size + 1)[1:][::-1] for kind in range(3)]
    return np.stack(counts, axis=1)


def _common(pairs: Counted, model: LinkModel, records: int, housemates: float | None) -> LinkModel:
    """How many pairs of one person there are for each record, and of one household where no address tells that."""
    total = _expected(pairs, model, model.class_shares(records)).sum(axis=0) + 1.0
    of_one = float(2 * total[_SAME] / records)
    least = max(model.household_per_record / 10, of_one * _LEAST_BESIDE_ONE_PERSON)
    reckoned = max(2 * float(total[_HOUSEHOLD]) / records, least)
    return replace(
        model,
        same_per_record=of_one,
        household_per_record=reckoned if housemates is None else housemates,
        population=records,
    )
