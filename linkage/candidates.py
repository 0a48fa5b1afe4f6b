"""Which pairs are compared: two records that share a key of `linkage.blocking`, found for a million records at once.

Keys are hashed to 64 bits. A key that many records share is cut into windows over its records sorted by name and
birth date, so that near neighbours still meet and a million like rows cost a million comparisons times a constant.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from linkage.record_columns import Columns, Hashes, Held, Numbers

LARGEST_BLOCK = 60
# How far a record looks ahead in a block of more than that: of up to so many records, so far.
_REACHES = ((1_000, LARGEST_BLOCK // 2), (10_000, 10), (1 << 62, 4))
# Of many values those that stand alone are left out by so many buckets; of fewer, by sixteen for each.
_BUCKET_BITS, _SPARE_BITS = 22, 4
_MERGE_AT = 8_000_000
LOOSE_PAIRS, SMALL_FILE = 2, 50_000
# Multipliers that spread the bits of a hash (splitmix64, Steele and others 2014).
_ODD_NUMBERS = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Block:
    """What one kind of key did: keys that two or more records share, the largest, and pairs before repeats go."""

    kind: str
    shared_keys: int
    largest: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Distinct pairs in order, `left` < `right`, and what each kind of key gave."""

    left: Numbers
    right: Numbers
    blocks: tuple[Block, ...]


def used_loosely(pairs: int, records: int, *, wide: bool) -> bool:
    """Whether a loose kind of key that gives so many pairs is used: where it is cheap, and always if `wide`.

    In a file of up to `SMALL_FILE` records it is cheap where it gives at most `LOOSE_PAIRS` pairs a record.
    """
    return wide or (records <= SMALL_FILE and pairs <= LOOSE_PAIRS * records)


def candidates(columns: Columns, *, loose: bool = False, wide: bool = False) -> Candidates:
    """All pairs of rows of the table `records` that share a key.

    With `loose` also those that share only a name, a birth date or an address, each where `used_loosely`.
    """
    order = columns.place()
    found: list[Hashes] = []
    blocks: list[Block] = []
    waiting = 0
    for kind, held in strict_keys(columns):
        pairs, block = pairs_of(kind, held, order)
        blocks.append(block)
        found.append(pairs)
        waiting += len(pairs)
        if waiting > _MERGE_AT:
            found = [_distinct(found)]
            waiting = 0
    # Of a file that is too large for any of them, none is so much as read.
    for kind, held in loose_keys(columns) if loose and used_loosely(0, len(order), wide=wide) else ():
        if not used_loosely(pairs_at_most(held), len(order), wide=wide):
            continue
        pairs, block = pairs_of(kind, held, order)
        blocks.append(block)
        found.append(pairs)
        waiting += len(pairs)
        if waiting > _MERGE_AT:
            found = [_distinct(found)]
            waiting = 0
    packed = _distinct(found)
    return Candidates(
        (packed >> np.uint64(32)).astype(np.int64), (packed & np.uint64(0xFFFFFFFF)).astype(np.int64), tuple(blocks)
    )


def pairs_sharing(columns: Columns, names: Sequence[str], most: int) -> tuple[Numbers, Numbers, int]:
    """Pairs that share a value of a column of these names, whatever else they hold, and how many there are in all.

    Of more than `most` so many are taken, evenly.
    """
    packed = _distinct([pairs_of(each, columns.all_of(each), columns.place())[0] for each in names])
    taken = packed[:: max(1, -(-len(packed) // most))]
    return (taken >> np.uint64(32)).astype(np.int64), (taken & np.uint64(0xFFFFFFFF)).astype(np.int64), len(packed)


def _distinct(found: Sequence[Hashes]) -> Hashes:
    """What these hold between them, ascending, once each; sorting takes a fifth of what a table of hashes takes."""
    everything = np.sort(np.concatenate(found))
    first = np.ones(len(everything), dtype=np.bool_)
    np.not_equal(everything[1:], everything[:-1], out=first[1:])
    return np.asarray(everything[first], dtype=np.uint64)


def strict_keys(columns: Columns) -> Iterator[tuple[str, Held]]:
    """The kinds of keys, as in `linkage.blocking.block_keys`."""
    for scheme in ("nhs_number", "upn", "nino", "pnc_id", "national_id", "local_ids"):
        yield f"id:{scheme}", columns.all_of(scheme)
    for contact in ("emails", "phones"):
        yield contact, columns.all_of(contact)
    given, family, postcode = columns.all_of("givens"), columns.all_of("families"), columns.all_of("postcodes")
    places = {"uprn": columns.all_of("uprns"), "address": columns.all_of("address_keys")}
    day = columns.first_of("case when birth_day is not null then hash(birth_days) end")
    for kind, place in places.items():
        yield f"home:{kind}+given", paired(place, given)
    for kind, other in {"given": given, "family": family, **places, "postcode": postcode}.items():
        yield f"born:{kind}", paired(day, other)
    yield "area:given", paired(postcode, given)
    yield (
        "area:sound",
        paired(
            postcode,
            columns.first_of("case when family is not null then hash(given[1] || coalesce(family_sound, '')) end"),
        ),
    )
    names = paired(given, family, in_order=False)
    yield "name:postcode", paired(names, postcode)
    # Who has no year meets their namesakes who have none either; looked up one by one they meet those who are near
    # already (`linkage.blocking.yearless_keys`).
    year = columns.first_of("hash(coalesce(birth_year, -1))")
    yield "name:year", paired(names, year)
    yield (
        "name:day",
        paired(names, columns.first_of("case when birth_day is not null then hash(birth_month * 100 + birth_day) end")),
    )
    sounds = columns.first_of(
        "case when given is not null and family is not null then hash(least(coalesce(given_sound, ''), "
        "coalesce(family_sound, '')) || '+' || greatest(coalesce(given_sound, ''), coalesce(family_sound, ''))) end"
    )
    yield "sound:year", paired(sounds, year)


def loose_keys(columns: Columns) -> Iterator[tuple[str, Held]]:
    """The kinds of keys that are used where they are cheap (`pairs_at_most`)."""
    given, family, postcode = columns.all_of("givens"), columns.all_of("families"), columns.all_of("postcodes")
    yield "address alone", columns.all_of("address_keys")
    yield "day alone", columns.first_of("case when birth_day is not null then hash(birth_days) end")
    yield "name alone", paired(given, family, in_order=False)
    yield "family+postcode", paired(family, postcode)
    street = columns.first_of("case when street <> '' then hash(street) end")
    yield "given+street", paired(given, street)
    yield "family+street", paired(family, street)
    yield (
        "postcode+street",
        paired(postcode, columns.first_of("case when length(street) > 2 then hash(street[:3]) end")),
    )
    yield (
        "street+initial",
        columns.first_of("case when length(street) > 4 and given <> '' then hash(street[:5] || given[1]) end"),
    )
    yield (
        "sounds alone",
        columns.first_of(
            "case when given_sound is not null and family_sound is not null then "
            "hash(least(given_sound, family_sound) || '+' || greatest(given_sound, family_sound)) end"
        ),
    )
    yield (
        "beginnings",
        columns.first_of("case when length(given) > 2 and length(family) > 3 then hash(family[:4] || given[:3]) end"),
    )


def pairs_at_most(held: Held) -> int:
    """At most so many pairs share a value, each block counted as far as it is looked through."""
    count = np.unique(held.value, return_counts=True)[1].astype(np.int64)
    return int((count * np.minimum(count - 1, LARGEST_BLOCK) // 2).sum())


def paired(one: Held, other: Held, *, in_order: bool = True) -> Held:
    """Every value of `one` with every value of `other` of the same record; without order, a with b is b with a."""
    size = int(max(one.record[-1], other.record[-1])) + 1 if len(one.record) and len(other.record) else 0
    if not size:
        return Held(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint64))
    count = np.bincount(other.record, minlength=size)
    start = np.cumsum(count) - count
    of_each = count[one.record]
    mine = np.repeat(np.arange(len(one.record)), of_each)
    theirs = start[one.record][mine] + _within(of_each)
    left, right = one.value[mine], other.value[theirs]
    if not in_order:
        left, right = np.minimum(left, right), np.maximum(left, right)
    return Held(one.record[mine], _mixed(left, right))


def _within(counts: Numbers) -> Numbers:
    """0, 1, ... within each group of these sizes."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)


def _mixed(left: Hashes, right: Hashes) -> Hashes:
    first, second, third = (np.uint64(each) for each in _ODD_NUMBERS)
    mixed: Hashes = np.add(left * first, (right ^ (right >> np.uint64(29))) * second, dtype=np.uint64)
    mixed = np.multiply(mixed ^ (mixed >> np.uint64(32)), third, dtype=np.uint64)
    spread: Hashes = mixed ^ (mixed >> np.uint64(29))
    return spread


def pairs_of(kind: str, held: Held, place: Numbers) -> tuple[Hashes, Block]:
    """Pairs of records that share a value, the smaller in the upper 32 bits, repeats left in; `place` sorts a block.

    Blocks do not touch each other, so the values may be dealt out to several calls, a value whole to one.
    """
    bits = min(_BUCKET_BITS, len(held.value).bit_length() + _SPARE_BITS)
    bucket = held.value >> np.uint64(64 - bits)
    crowd = np.bincount(bucket.astype(np.int64), minlength=1)
    kept = crowd[bucket.astype(np.int64)] > 1
    key, record = held.value[kept], held.record[kept]
    order = np.argsort(key)
    key, record = key[order], record[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.empty(0, dtype=np.int64)
    sizes = np.diff(np.r_[starts, len(key)])
    crowded = np.flatnonzero(np.repeat(sizes > LARGEST_BLOCK, sizes))
    if len(crowded):
        by_place = np.lexsort((place[record[crowded]], key[crowded]))
        record[crowded] = record[crowded[by_place]]
    reach = sizes.copy()
    for largest, far in reversed(_REACHES):
        reach[(sizes > LARGEST_BLOCK) & (sizes <= largest)] = far
    left_in_block = np.repeat(sizes, sizes) - _within(sizes) - 1
    ahead = np.minimum(left_in_block, np.repeat(reach, sizes))
    left = np.repeat(np.arange(len(key)), ahead)
    first, second = record[left], record[left + 1 + _within(ahead)]
    low, high = np.minimum(first, second), np.maximum(first, second)
    packed = (low.astype(np.uint64) << np.uint64(32) | high.astype(np.uint64))[low != high]
    return packed, Block(kind, int((sizes > 1).sum()), int(sizes.max(initial=0)), len(packed))
