"""Every compared pair of a run, with its odds, what they are made of, and why two records stayed apart all the same."""

from math import log

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.components import RecordsOf
from linkage.engine import Linked
from linkage.explain import REASON_WORDS
from linkage.pair_reasons import pattern_reasons
from linkage.score import score_pairs
from linkage.standing import Conflicts

TOO_UNLIKELY = "Too little speaks for one person."
BELOW_JOINING = "Perhaps one person: likelier than is left aside, and less likely than is joined. Someone has to check."
BY_THE_REST = "By itself this pair would be joined; what the other records of the two say is against it."
_LEAST_SHOWN = 0.05
_SENTENCES = ("", TOO_UNLIKELY, BELOW_JOINING, BY_THE_REST, *REASON_WORDS.values())
_CODES = {reason: number for number, reason in enumerate(REASON_WORDS, len(_SENTENCES) - len(REASON_WORDS))}


def pairs_table(connection: duckdb.DuckDBPyConnection, linked: Linked, records_of: RecordsOf) -> None:
    """Make the table `pairs`: `one` and `other` (records by number), `odds` (natural), `why`, `apart`.

    `why` says each comparison in words and bits (`linkage.pair_reasons`), `apart` in a sentence why the two are not one
    person, empty where they are. `records_of` gives standardised records by ascending number.
    """
    pairs, records = linked.pairs, len(linked.persons.person)
    more = linked.odds - score_pairs(pairs, linked.model, records)
    columns = {
        "one": pairs.left, "other": pairs.right, "odds": linked.odds, "more": more / log(2), "pattern": pairs.pattern,
        "because": _because(linked, records_of),
    }  # fmt: skip
    connection.register("sent", columns)
    for name, texts in (("told", pattern_reasons(pairs, linked.model, records)), ("apart_as", _SENTENCES)):
        frame = pd.DataFrame({"place": np.arange(len(texts)), "text": pd.array(list(texts), dtype="string")})
        connection.register(name, frame)
    connection.execute(
        "create or replace table pairs as select one, other, odds, told.text || case when abs(more) < ? then '' else "
        "'; the one match of each in a source that holds nobody twice ' || printf('%+.1f', more) end as why, "
        "apart_as.text as apart from sent join told on told.place = pattern join apart_as on apart_as.place = because",
        [_LEAST_SHOWN],
    )
    for name in ("sent", "told", "apart_as"):
        connection.unregister(name)


def _because(linked: Linked, records_of: RecordsOf) -> NDArray[np.int8]:
    """For each pair the place of its sentence in `_SENTENCES`."""
    person, pairs, odds, model = linked.persons.person, linked.pairs, linked.odds, linked.model
    ask, join = (log(point / (1 - point)) for point in (model.review_at, model.merge_at))
    apart = person[pairs.left] != person[pairs.right]
    because = np.select([~apart, odds < ask, odds < join], [0, 1, 2], 3).astype(np.int8)
    asked = np.flatnonzero(apart & (odds >= ask))
    if not len(asked):
        return because
    # What is like either of the two can tell that both names are one person's.
    touched = np.zeros(len(person), dtype=np.bool_)
    touched[pairs.left[asked]] = touched[pairs.right[asked]] = True
    near = np.flatnonzero((touched[pairs.left] | touched[pairs.right]) & (odds >= 0))
    numbers = np.unique(np.r_[pairs.left[near], pairs.right[near], pairs.left[asked], pairs.right[asked]])
    known = records_of(numbers.astype(np.int64))
    left, right = (np.searchsorted(numbers, side).tolist() for side in (pairs.left[near], pairs.right[near]))
    scored = dict(zip(zip(left, right, strict=True), odds[near].tolist(), strict=True))
    conflicts = Conflicts(known, scored, expects_relatives=model.expects_relatives)
    for place in asked.tolist():
        one, other = (int(np.searchsorted(numbers, side[place])) for side in (pairs.left, pairs.right))
        reason = conflicts.between(one, other)
        if reason is not None:
            because[place] = _CODES[reason]
    return because
