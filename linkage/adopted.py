"""An adopted child's two identities are never made one, and nobody is asked whether they are (practice P12).

The records of before bear the birth name; those of after bear another, with new numbers. A first name and a date of
birth that both have are what an adoption leaves, so they tell nothing here. Nor does a birth name that a record of
after still tells as a former one, or in brackets.
"""

from collections.abc import Collection, Mapping, Sequence

from linkage.record import Verdict
from linkage.standardise import StandardRecord

Pair = tuple[int, int]


def without_adoptions(
    known: Sequence[StandardRecord],
    log_odds: Mapping[Pair, float],
    decided: Mapping[Pair, Verdict],
    adopted: Collection[str],
) -> tuple[Mapping[Pair, float], Mapping[Pair, Verdict]]:
    """Scored pairs and decisions but for those of an adopted child's record and one under another family name.

    `adopted` are ids of records that a service marks so; who is like one of them under its name is of the same child.
    Whoever decided that such two are one did not know; that they differ holds as ever.
    """
    marked = {number for number, record in enumerate(known) if record.record_id in adopted}
    if not marked:
        return log_odds, decided
    own = set(marked)
    for (left, right), odds in log_odds.items():
        if odds >= 0 and not marked.isdisjoint((left, right)) and _share_a_name(known[left], known[right]):
            own.update((left, right))

    def may_be_one(pair: Pair) -> bool:
        return own.isdisjoint(pair) or _share_a_name(known[pair[0]], known[pair[1]])

    return (
        {pair: odds for pair, odds in log_odds.items() if may_be_one(pair)},
        {pair: verdict for pair, verdict in decided.items() if verdict != "same" or may_be_one(pair)},
    )


def _share_a_name(left: StandardRecord, right: StandardRecord) -> bool:
    """Of two that both have family names, whether they share one that is, or is part of, the name of each today."""
    if not (left.families and right.families):
        return True
    return any(name in left.family and name in right.family for name in set(left.families).intersection(right.families))
