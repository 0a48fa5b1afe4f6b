"""The sparse map against a slow reference of its definition, and the proofs that must not be believed."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import ProofError
from audit.merkle import node_hash
from audit.sparse_map import (
    EMPTY,
    bit,
    climb,
    join,
    map_leaf,
    map_node,
    map_root,
    rise,
    subtree,
    verify_absent,
    verify_present,
)

_HASH = st.binary(min_size=32, max_size=32)
# Keys that share long beginnings, or a map of random keys would never be deep.
_KEYS = st.one_of(_HASH, st.integers(0, 15).map(lambda n: bytes(31) + bytes([n])), st.integers(0, 3).map(
    lambda n: bytes([n << 6]) + bytes(31)))  # fmt: skip
_MAPS = st.dictionaries(_KEYS, _HASH, max_size=12)


def reference(items, depth=0):
    """The definition, read aloud: empty, a single leaf, or a node of the halves by the next bit."""
    if not items:
        return bytes(32)
    if len(items) == 1:
        ((key, value),) = items.items()
        return sha256(b"\x03" + key + value).digest()
    bits = {key: f"{int.from_bytes(key, 'big'):0256b}"[depth] for key in items}
    halves = [{key: items[key] for key in items if bits[key] == side} for side in "01"]
    return sha256(b"\x04" + reference(halves[0], depth + 1) + reference(halves[1], depth + 1)).digest()


def leaves(items):
    return sorted((key, map_leaf(key, value)) for key, value in items.items())


def path(items, key):
    return climb(leaves(items), key, 0)[1]


def end_of_way(items, key):
    """The only (key, value) under the longest prefix at which the way of an absent key stops, or None."""
    depth = len(path(items, key))
    under = [(k, v) for k, v in items.items() if all(bit(k, d) == bit(key, d) for d in range(depth))]
    return under[0] if under else None


@settings(max_examples=150)
@given(_MAPS)
def test_the_root_is_that_of_the_definition(items):
    assert map_root(leaves(items)) == reference(items)


@settings(max_examples=150)
@given(_MAPS, _KEYS, _HASH)
def test_a_key_is_proved_with_its_value_and_with_no_other(items, key, value):
    items = items | {key: value}
    root = map_root(leaves(items))
    for one, held in items.items():
        verify_present(one, held, path(items, one), root)
        with pytest.raises(ProofError):
            verify_present(one, sha256(held).digest(), path(items, one), root)
        with pytest.raises(ProofError):
            verify_absent(one, None, path(items, one), root)


@settings(max_examples=150)
@given(_MAPS, _KEYS)
def test_an_absent_key_is_proved_absent_and_a_present_one_never(items, key):
    items.pop(key, None)
    root = map_root(leaves(items))
    verify_absent(key, end_of_way(items, key), path(items, key), root)
    with pytest.raises(ProofError):
        verify_present(key, bytes(32), path(items, key), root)


@settings(max_examples=100)
@given(_MAPS, _KEYS, _HASH, st.integers(1, 8))
def test_a_map_cut_at_any_depth_joins_to_the_same_root_and_paths(items, key, value, cut):
    """The keeper stores the subtrees of one depth: joining them gives what the whole map gives."""
    items = items | {key: value}
    parts = [[] for _ in range(1 << cut)]
    for one in leaves(items):
        parts[int.from_bytes(one[0], "big") >> (256 - cut)].append(one)
    row = [subtree(part, cut) for part in parts]
    number = int.from_bytes(key, "big") >> (256 - cut)
    way = climb(parts[number], key, cut)
    while len(row) > 1:
        way = rise(way, row[number ^ 1], right=bool(number & 1))
        row = [join(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
        number >>= 1
    assert row[0].hash == way[0].hash == map_root(leaves(items))
    assert way[1] == path(items, key)


def test_two_keys_with_one_value_each_have_one_place():
    one, other = bytes(32), b"\x80" + bytes(31)
    items = {one: b"a" * 32, other: b"b" * 32}
    root = map_root(leaves(items))
    assert root == map_node(map_leaf(one, b"a" * 32), map_leaf(other, b"b" * 32))
    with pytest.raises(ProofError, match="does not lead"):
        verify_present(one, b"b" * 32, path(items, other), root)


def test_an_inner_node_is_not_taken_for_a_leaf_nor_a_leaf_of_the_log_for_one_of_the_map():
    left, right = bytes(32), b"\x80" + bytes(31)
    items = {left: b"a" * 32, right: b"b" * 32}
    root = map_root(leaves(items))
    # Under one tag for both, the halves would read as key and value of a leaf that is the whole map.
    halves = [map_leaf(key, value) for key, value in sorted(items.items())]
    with pytest.raises(ProofError):
        verify_present(halves[0], halves[1], [], root)
    assert root != node_hash(*halves)
    assert EMPTY not in {root, *halves}


@pytest.mark.parametrize(
    ("key", "siblings"),
    [(bytes(31), []), (bytes(32), [b"short"]), (bytes(32), [bytes(32)] * 257)],
    ids=["short key", "short sibling", "path longer than a key"],
)
def test_malformed_proofs_are_refused(key, siblings):
    with pytest.raises(ProofError):
        verify_present(key, bytes(32), siblings, EMPTY)
    with pytest.raises(ProofError):
        verify_absent(key, None, siblings, EMPTY) if len(siblings) or len(key) != 32 else None


def test_the_empty_map_holds_nothing():
    assert map_root([]) == EMPTY
    verify_absent(bytes(32), None, [], EMPTY)


def test_absence_cannot_be_shown_by_a_leaf_from_elsewhere():
    items = {bytes([n << 4]) + bytes(31): bytes([n]) * 32 for n in range(8)}
    root = map_root(leaves(items))
    absent = b"\x01" + bytes(31)
    here = end_of_way(items, absent)
    verify_absent(absent, here, path(items, absent), root)
    elsewhere = (b"\x70" + bytes(31), b"\x07" * 32)
    with pytest.raises(ProofError, match="does not end the way"):
        verify_absent(absent, elsewhere, path(items, elsewhere[0]), root)


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(ProofError, match="twice"):
        map_root([(bytes(32), b"a" * 32), (bytes(32), b"b" * 32)])
