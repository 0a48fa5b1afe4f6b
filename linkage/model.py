"""The parameters of linkage: how probable each level of agreement is in each of three classes of pairs.

The classes are one person, two persons of one household or family, and strangers. The middle one is there because
almost nine in ten false matches of a two-class model are two people of one household (measured).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf
from typing import Any, NamedTuple

from linkage.columns import RARITIES
from linkage.errors import LinkageError
from linkage.levels import BY_FREQUENCY, COMPARISONS


class LevelProbability(NamedTuple):
    """P(level | class) for a pair of one person, of one household, of strangers. Each within (0, 1]."""

    same: float
    household: float
    chance: float


@dataclass(frozen=True, slots=True)
class LinkModel:
    """A trained model.

    `shares` are the shares of the three classes among the pairs that are compared, where the model was fitted to
    such pairs; None where it was trained on pairs at large. Then `same_per_record` and `household_per_record`, pairs
    of that class per record, say it for any number of records. `rarities` holds per name the factors by which each
    class of frequency changes the probability that names agree; without them strangers agree as often as a name is
    borne. `slips` holds per name how probable each class of frequency is of the rarer of two names that nearly agree,
    in each class of pairs; without them it says nothing.

    `population` is the least number of records that a prior assumes, so that two records sent alone are scored as
    two of a borough. `merge_at` and `review_at` are probabilities: at or above the first records are joined, between
    the two a person decides. `strong_at` divides strong from probable.
    """

    levels: Mapping[str, Mapping[str, LevelProbability]]
    same_per_record: float
    household_per_record: float
    population: int
    merge_at: float
    review_at: float
    strong_at: float
    trained_on: str
    shares: LevelProbability | None = None
    rarities: Mapping[str, tuple[LevelProbability, ...]] | None = None
    slips: Mapping[str, tuple[LevelProbability, ...]] | None = None
    of_families: bool = False

    @property
    def expects_relatives(self) -> bool:
        """Pairs of one household are common beside pairs of one person, as in records that hold homes whole.

        Also where it is told (`of_families`) that the records are of families, however few of them came together yet.

        Then a father and a son of one name are to be expected; in a file of one person a home a birth date that is
        far off is rather a wrong date.
        """
        return self.of_families or self.household_per_record >= self.same_per_record / 2

    def class_shares(self, records: int) -> LevelProbability:
        """How pairs divide into the three classes before anything is compared, strangers first reckoned as 1."""
        if self.shares is not None:
            return self.shares
        population = max(records, self.population)
        return LevelProbability(self.same_per_record / population, self.household_per_record / population, 1.0)

    def rarity_factors(self, name: str) -> tuple[LevelProbability, ...]:
        """Per class of frequency of `name` (`linkage.columns.RARITIES`), commonest first, a factor for each class."""
        if self.rarities is not None:
            return self.rarities[name]
        expected = self.levels[name]["exact"].chance
        return tuple(LevelProbability(1.0, 1.0, 2.0 ** -(number + 0.5) / expected) for number in range(RARITIES))

    def slips_of(self, name: str) -> tuple[LevelProbability, ...]:
        """Per class of frequency of the rarer of two nearly equal names, commonest first, how probable it is."""
        return (LevelProbability(1.0, 1.0, 1.0),) * RARITIES if self.slips is None else self.slips[name]

    def to_json(self) -> str:
        """The model file's text; `from_json` reads it back unchanged."""
        body = {
            "trained_on": self.trained_on,
            "same_per_record": self.same_per_record,
            "household_per_record": self.household_per_record,
            "population": self.population,
            "merge_at": self.merge_at,
            "review_at": self.review_at,
            "strong_at": self.strong_at,
            "shares": None if self.shares is None else self.shares._asdict(),
            "rarities": _factors_body(self.rarities),
            "slips": _factors_body(self.slips),
            "of_families": self.of_families,
            "levels": {
                name: {level: each._asdict() for level, each in levels.items()} for name, levels in self.levels.items()
            },
        }
        return json.dumps(body, indent=1) + "\n"


def model_from_json(text: str) -> LinkModel:
    """Read a model file. Raise `LinkageError` where it lacks a part or holds what no model can."""
    try:
        body = json.loads(text)
        _refuse_older(body)
        model = _model(body)
    # A number may be too large for a float, and lists may be nested a million deep.
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        msg = "this is not a model file of linkage"
        raise LinkageError(msg) from None
    if not (0 < model.review_at <= model.merge_at < 1 and 0 < model.strong_at < 1):
        msg = "review_at, merge_at and strong_at lie between 0 and 1, and review_at is not above merge_at"
        raise LinkageError(msg)
    return model


def _refuse_older(body: Any) -> None:
    """Raise `LinkageError` for a model that was fitted before all of today's levels were told apart."""
    for each in COMPARISONS:
        if set(body["levels"][each.name]) < set(each.level_names):
            msg = f"this model was fitted by an earlier version, which knew fewer levels of {each.name}"
            raise LinkageError(msg)


def _model(body: Any) -> LinkModel:
    levels = {
        each.name: {level: _level(body["levels"][each.name][level]) for level in each.level_names}
        for each in COMPARISONS
    }
    return LinkModel(
        levels=levels,
        same_per_record=_positive(body["same_per_record"]),
        household_per_record=_positive(body["household_per_record"]),
        population=int(_positive(int(body["population"]))),
        merge_at=float(body["merge_at"]),
        review_at=float(body["review_at"]),
        strong_at=float(body["strong_at"]),
        trained_on=str(body["trained_on"]),
        shares=_level(body["shares"]) if body.get("shares") else None,
        rarities=_factors(body["rarities"]) if body.get("rarities") else None,
        slips=_factors(body["slips"]) if body.get("slips") else None,
        of_families=bool(body.get("of_families")),
    )


def _positive(value: Any) -> float:
    number = float(value)
    if not 0 < number < inf:
        msg = "a rate is above 0 and finite"
        raise ValueError(msg)
    return number


def _level(body: Mapping[str, float]) -> LevelProbability:
    level = LevelProbability(float(body["same"]), float(body["household"]), float(body["chance"]))
    if not all(0 < each <= 1 for each in level):
        msg = "a probability lies in (0, 1]"
        raise ValueError(msg)
    return level


def _factors_body(
    factors: Mapping[str, tuple[LevelProbability, ...]] | None,
) -> dict[str, list[dict[str, float]]] | None:
    return None if factors is None else {name: [each._asdict() for each in found] for name, found in factors.items()}


def _factors(body: Mapping[str, Sequence[Mapping[str, float]]]) -> dict[str, tuple[LevelProbability, ...]]:
    found = {
        name: tuple(LevelProbability(**{k: _positive(v) for k, v in each.items()}) for each in body[name])
        for name in BY_FREQUENCY
    }
    if any(len(each) != RARITIES for each in found.values()):
        msg = "there is a factor for each class of frequency"
        raise ValueError(msg)
    return found


@cache
def default_model() -> LinkModel:
    """The model shipped, trained by `python -m linkage.train` on generated people."""
    return model_from_json(files("linkage").joinpath("default_model.json").read_text("utf-8"))
