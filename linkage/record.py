"""What goes into linkage and what comes out: records, bands, links, pairs held back for a person to decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

Verdict = Literal["same", "different"]


class LinkIdentifier(NamedTuple):
    """One identifier: scheme as in `concept_model.identifiers`, value, and whether its register confirms it.

    `verified` is `Verification.VERIFIED` alone. A value whose check digit fails is dropped before comparison.
    """

    scheme: str
    value: str
    verified: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class LinkRecord:
    """One source record of one person, as sent; `linkage.standardise` brings it to the form that is compared.

    `duplicate_free` names a group (source and batch) in which one row stands for one person, so two of its rows
    are two persons; None where a source may repeat a person. `given_names` and `family_names` hold one entry per
    recorded name, the usual one first; former names and aliases are for matching only and are never shown from
    here (practice P12). `birth_date` is YYYY, YYYY-MM or YYYY-MM-DD. `address_keys`
    and `streets` come from `linkage.addresses.key_and_street`, `address_texts` from `address_text`. The scheme
    `national_id` is for a number that a state gives each person and whose form is not known here. `born_by` is the last
    year in which the person can be born, where the source holds nobody younger than some age; None where it may.
    """

    record_id: str
    source: str
    duplicate_free: str | None = None
    given_names: tuple[str, ...] = ()
    family_names: tuple[str, ...] = ()
    birth_date: str | None = None
    sex: str | None = None
    identifiers: tuple[LinkIdentifier, ...] = ()
    postcodes: tuple[str, ...] = ()
    uprns: tuple[str, ...] = ()
    address_keys: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    address_texts: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    born_by: int | None = None

    def __repr__(self) -> str:
        """Name the record, never the person."""
        return f"LinkRecord({self.record_id}, {self.source})"


class Band(StrEnum):
    """How sure it is that a record belongs to its person, given the rest of that person's records."""

    VERIFIED = "verified"
    STRONG = "strong"
    PROBABLE = "probable"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Decision:
    """A steward's decision about two records. `different` wins over `same`, and both win over any score.

    Where several are given, the one made first comes first.
    """

    left: str
    right: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Link:
    """Two records held to be one person. `left` < `right`; `claims` are names of `linkage.evidence` claims."""

    left: str
    right: str
    probability: float
    band: Band
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewPair:
    """Two records kept apart until a person decides; `reasons` are codes of `linkage.explain.REASON_WORDS`."""

    left: str
    right: str
    probability: float
    reasons: tuple[str, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkResult:
    """The persons found. Nothing here depends on the order in which the records were given.

    `clusters`: record ids of one person each, sorted, singletons included. `band_of` and `probability_of`: per
    record id, P(record belongs to its person given the rest of the cluster); a singleton is verified with 1.0.
    `links`: every compared pair inside a cluster that speaks for it. `reviews`: pairs kept apart, most probable first.
    """

    clusters: tuple[tuple[str, ...], ...]
    band_of: Mapping[str, Band]
    probability_of: Mapping[str, float]
    links: tuple[Link, ...]
    reviews: tuple[ReviewPair, ...]
    compared_pairs: int

    @property
    def largest_cluster(self) -> int:
        """Size of the largest cluster; 0 without records."""
        return max(map(len, self.clusters), default=0)
