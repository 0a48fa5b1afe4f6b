"""The keys of one record: two records that share one are compared. `linkage.candidates` finds them for many at once."""

from linkage.sound import sound_key
from linkage.standardise import StandardRecord

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


def yearless_keys(record: StandardRecord) -> frozenset[str]:
    """The names of somebody of whom no year of birth is known, by which such people meet in a run over everything.

    Too many share them for a look-up; who is near each other already meets by them there as well.
    """
    if record.birth_date:
        return frozenset()
    keys = {f"name:{pair}/" for pair in _name_pairs(record)}
    if record.given and record.family:
        keys.add(f"sound:{_sounds(record)}/")
    return frozenset(keys)


def _name_pairs(record: StandardRecord) -> set[str]:
    return {"+".join(sorted((given, family))) for given in record.givens for family in record.families}


def _sounds(record: StandardRecord) -> str:
    return "+".join(sorted((sound_key(record.given), sound_key(record.family))))


def _name_pair_keys(record: StandardRecord, full_date: str | None) -> set[str]:
    near = [*record.postcodes]
    if record.birth_date:
        near.append(record.birth_date[:4])
    if full_date:
        near.append(full_date[5:])
    keys = {f"name:{pair}/{each}" for pair in _name_pairs(record) for each in near}
    if record.given and record.family and record.birth_date:
        keys.add(f"sound:{_sounds(record)}/{record.birth_date[:4]}")
    return keys
