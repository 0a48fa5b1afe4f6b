"""What it says of a pair that a source holds nobody twice: a record has one match there, or none.

A pair alone is weighed as if each record of the other source were as likely a match as any. Where a source holds
nobody twice, two things more are known of a record: how many like it have a match there at all, and that every other
candidate there speaks against this one. Of two registers of the same people, each of whom but one has found the other,
the two records left over belong together on weaker evidence than two drawn at random; and of two candidates that fit
alike neither is taken. (The same prior as in Bayesian bipartite matching: M. Sadinle, JASA 112, 2017.)
"""

from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from linkage.score import Floats

Numbers = NDArray[np.int64]
Places = NDArray[np.int32]

MOST = 30.0
"""Log odds beyond which a candidate speaks no louder against another."""
MAY_REPEAT = -1
"""In place of a source's number where it may hold somebody twice."""


def among_pairs_between(odds: Floats, left: Places, right: Places, source: Numbers) -> Floats:
    """Log odds of pairs between two sources, one of which holds nobody twice, as common as they are among such pairs.

    `source` as for `with_one_match`; other pairs stay as they are.
    """
    one, other = source[left], source[right]
    between = (one != other) & ((one != MAY_REPEAT) | (other != MAY_REPEAT))
    held = np.unique(source[source != MAY_REPEAT], return_counts=True)[1]
    return np.asarray(np.where(between, odds + commoner_between(held.tolist(), len(source)), odds))


def commoner_between(held: Sequence[int], records: int) -> float:
    """What to add to the odds of such a pair where so many `records` stand in each source that holds nobody twice.

    A model says how common pairs of one person are among all pairs. Within such a source there are none, so that they
    are the commoner among the others: twenty times where a list of few is linked with a register of many. People of one
    home are as common within a source as between two.
    """
    within = sum(each * each for each in held) / records**2
    return -log(1.0 - within) if within < 1.0 else 0.0


def with_one_match(odds: Floats, left: Places, right: Places, source: Numbers) -> Floats:
    """Log odds (natural) of pairs of records, each weighed as the one match of a record in the other's source.

    `source` gives each record the number of its source, where that holds nobody twice, and -1 elsewhere. Pairs within
    one source, and pairs of which neither source is such a one, stay as they are. Of a pair between two such sources
    the side that says less for it counts.
    """
    names, place = np.unique(source, return_inverse=True)
    record, other = np.r_[left, right].astype(np.int64), np.r_[right, left].astype(np.int64)
    asked = np.flatnonzero((source[other] != MAY_REPEAT) & (source[other] != source[record]))
    pair = asked % max(len(odds), 1)
    changes = np.full(len(odds), np.inf)
    held = np.bincount(place, minlength=len(names))
    np.minimum.at(changes, pair, _changes(odds[pair], record[asked], place, place[other[asked]], held))
    return np.where(np.isfinite(changes), odds + changes, odds)


def _changes(odds: Floats, record: Numbers, place: Numbers, to: Numbers, held: Numbers) -> Floats:
    """What to add to the odds of pairs of a record and one of a source `to`, for all of that source's candidates.

    Each candidate weighs its odds; having no match weighs the share of the record's own source that has none there.
    """
    weight = np.exp(np.minimum(odds, MOST))
    sources = len(held)
    _, first, which = np.unique(record * sources + to, return_index=True, return_inverse=True)
    total = np.bincount(which, weight, minlength=len(first))
    direction = place[record[first]] * sources + to[first]
    matched = np.bincount(direction, total / (1.0 + total), minlength=sources * sources)
    # One more record than there are is taken to have no match, so that this is never out of the question.
    unmatched = 1.0 - matched / (np.repeat(held, sources) + 1)
    others = np.maximum(total[which] - weight, 0.0)
    return np.asarray(-np.log(unmatched[direction][which] + others), dtype=np.float64)
