"""Which records are compared at all: two records that share a key. Bounded, however common a key is."""

from collections import defaultdict
from collections.abc import Sequence

from linkage.sound import sound_key
from linkage.standardise import StandardRecord

LARGEST_BLOCK = 60
_FULL_DATE = 10


def block_keys(record: StandardRecord) -> frozenset[str]:
    """The keys of one record; first and last names share one kind of key, because forms swap them."""
    keys = {f"id:{each.scheme}:{each.value}" for each in record.identifiers}
    keys.update(f"email:{each}" for each in record.emails)
    keys.update(f"phone:{each}" for each in record.phones)
    places = [*(f"u{each}" for each in record.uprns), *(f"a{each}" for each in record.address_keys)]
    full_date = record.birth_date if record.birth_date and len(record.birth_date) == _FULL_DATE else None
    names = {*record.givens, *record.families}
    keys.update(f"home:{place}/{given}" for place in places for given in record.givens)
    if full_date:
        keys.update(f"born:{full_date}/{each}" for each in (*names, *places, *record.postcodes))
    for code in record.postcodes:
        keys.update(f"area:{code}/{given}" for given in record.givens)
        if record.given and record.family:
            keys.add(f"area:{code}/{record.given[0]}{sound_key(record.family)}")
    keys.update(_name_pair_keys(record, full_date))
    return frozenset(keys)


def _name_pair_keys(record: StandardRecord, full_date: str | None) -> set[str]:
    near = [*record.postcodes]
    if record.birth_date:
        near.append(record.birth_date[:4])
    if full_date:
        near.append(full_date[5:])
    pairs = {"+".join(sorted((given, family))) for given in record.givens for family in record.families}
    keys = {f"name:{pair}/{each}" for pair in pairs for each in near}
    if record.given and record.family and record.birth_date:
        sounds = "+".join(sorted((sound_key(record.given), sound_key(record.family))))
        keys.add(f"sound:{sounds}/{record.birth_date[:4]}")
    return keys


def bounded_keys(records: Sequence[StandardRecord], largest: int = LARGEST_BLOCK) -> list[list[str]]:
    """Per record its keys, where no key is shared by more than `largest` records.

    A commoner key is cut into overlapping windows over its records sorted by name and birth date: near neighbours
    still meet, and a million like rows cost a million comparisons times a constant.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        for key in block_keys(record):
            holders[key].append(number)
    kept: list[list[str]] = [[] for _ in records]
    for key in sorted(holders):
        block = holders[key]
        if len(block) == 1:
            continue
        if len(block) <= largest:
            for number in block:
                kept[number].append(key)
            continue
        half = largest // 2
        block.sort(key=lambda number: _neighbourhood(records[number]))
        for position, number in enumerate(block):
            kept[number].append(f"{key}#{position // half}")
            kept[number].append(f"{key}#{position // half + 1}")
    return kept


def _neighbourhood(record: StandardRecord) -> tuple[str, str, str, str]:
    return (record.family, record.given, record.birth_date or "", record.record_id)
