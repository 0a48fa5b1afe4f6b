"""An adopted child's two identities are never made one, and nobody is asked whether they are (practice P12).

The records of before bear the birth name; those of after bear another, with new numbers. A first name and a date of
birth that both have are what an adoption leaves, so they tell nothing here. Nor does a birth name that a record of
after still tells as a former one, or in brackets.
"""

from collections.abc import Collection, Mapping, Sequence

from linkage.standardise import StandardRecord

Pair = tuple[int, int]


def without_adoptions(
    known: Sequence[StandardRecord], log_odds: Mapping[Pair, float], adopted: Collection[str]
) -> Mapping[Pair, float]:
    """The scored pairs but for those of an adopted child's record and one under another family name.

    `adopted` are ids of records that a service marks so; who is like one of them under its name is of the same child.
    """
    marked = {number for number, record in enumerate(known) if record.record_id in adopted}
    if not marked:
        return log_odds
    own = set(marked)
    for (left, right), odds in log_odds.items():
        if odds >= 0 and not marked.isdisjoint((left, right)) and _share_a_name(known[left], known[right]):
            own.update((left, right))
    return {
        pair: odds
        for pair, odds in log_odds.items()
        if own.isdisjoint(pair) or _share_a_name(known[pair[0]], known[pair[1]])
    }


def _share_a_name(left: StandardRecord, right: StandardRecord) -> bool:
    """Of two that both have family names, whether they share one that is, or is part of, the name of each today."""
    if not (left.families and right.families):
        return True
    return any(name in left.family and name in right.family for name in set(left.families).intersection(right.families))
