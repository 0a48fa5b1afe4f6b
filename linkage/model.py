"""The parameters of linkage: how probable each level of agreement is in each of three classes of pairs.

The classes are one person, two persons of one household or family, and strangers. The middle one is there because
almost nine in ten false matches of a two-class model are two people of one household (measured).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from linkage.errors import LinkageError
from linkage.levels import COMPARISONS


class LevelProbability(NamedTuple):
    """P(level | class) for a pair of one person, of one household, of strangers. Each within (0, 1]."""

    same: float
    household: float
    chance: float


@dataclass(frozen=True, slots=True)
class LinkModel:
    """A trained model. `same_per_record` and `household_per_record` are pairs of that class per record.

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
            "levels": {
                name: {level: each._asdict() for level, each in levels.items()} for name, levels in self.levels.items()
            },
        }
        return json.dumps(body, indent=1) + "\n"


def model_from_json(text: str) -> LinkModel:
    """Read a model file. Raise `LinkageError` where it lacks a level or holds what is no probability."""
    try:
        body = json.loads(text)
        levels = {
            each.name: {level: _level(body["levels"][each.name][level]) for level in each.level_names}
            for each in COMPARISONS
        }
        return LinkModel(
            levels=levels,
            same_per_record=float(body["same_per_record"]),
            household_per_record=float(body["household_per_record"]),
            population=int(body["population"]),
            merge_at=float(body["merge_at"]),
            review_at=float(body["review_at"]),
            strong_at=float(body["strong_at"]),
            trained_on=str(body["trained_on"]),
        )
    except (KeyError, TypeError, ValueError):
        msg = "this is not a model file of linkage"
        raise LinkageError(msg) from None


def _level(body: Mapping[str, float]) -> LevelProbability:
    level = LevelProbability(float(body["same"]), float(body["household"]), float(body["chance"]))
    if not all(0 < each <= 1 for each in level):
        msg = "a probability lies in (0, 1]"
        raise ValueError(msg)
    return level


@cache
def default_model() -> LinkModel:
    """The model shipped, trained by `python -m linkage.train` on generated people."""
    return model_from_json(files("linkage").joinpath("default_model.json").read_text("utf-8"))
