import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import ProofError
from audit.merkle import EMPTY_ROOT, leaf_hash, root_of, verify_consistency, verify_inclusion
from audit.subtree import verify_subtree_consistency, verify_subtree_inclusion
from audit.tree import (
    Frontier,
    consistency_places,
    consistency_proof,
    frontier_places,
    inclusion_places,
    inclusion_proof,
    root_at,
)

_spec = importlib.util.spec_from_file_location("reference_tree", Path(__file__).with_name("reference_tree.py"))
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)

leaf_lists = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def grow(leaves):
    nodes, frontier = {}, Frontier()
    for data in leaves:
        for node in frontier.append(leaf_hash(data)):
            assert (node.level, node.index) not in nodes
            nodes[node.level, node.index] = node.hash
    return frontier, nodes


def reader(nodes):
    return lambda level, index: nodes[level, index]


@given(leaf_lists, st.data())
def test_roots_and_proofs_equal_those_of_the_slow_reference_tree(leaves, data):
    frontier, nodes = grow(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    first = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, size - 1))

    assert frontier.root() == reference.root(leaves) == root_of([leaf_hash(one) for one in leaves])
    assert root_at(size, reader(nodes)) == reference.root(leaves[:size])
    assert inclusion_proof(index, size, reader(nodes)) == reference.path(index, leaves[:size])
    assert consistency_proof(first, size, reader(nodes)) == reference.consistency(first, leaves[:size])


@given(leaf_lists, st.data())
def test_the_listed_places_are_exactly_the_nodes_a_proof_reads(leaves, data):
    _, nodes = grow(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    first = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, size - 1))
    read = []

    def node_at(level, place):
        read.append((level, place))
        return nodes[level, place]

    inclusion_proof(index, size, node_at)
    assert read == inclusion_places(index, size)
    read.clear()
    consistency_proof(first, size, node_at)
    assert read == consistency_places(first, size)
    read.clear()
    assert Frontier.load(size, node_at).size == size
    assert read == frontier_places(size)


@given(leaf_lists, st.data())
def test_a_proof_with_any_bit_flipped_fails(leaves, data):
    _, nodes = grow(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    first = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, size - 1))
    hashes = [
        leaf_hash(leaves[index]),
        root_at(size, reader(nodes)),
        *inclusion_proof(index, size, reader(nodes)),
    ]
    verify_inclusion(hashes[0], index, size, hashes[2:], hashes[1])
    roots = [
        root_at(first, reader(nodes)),
        root_at(size, reader(nodes)),
        *consistency_proof(first, size, reader(nodes)),
    ]
    verify_consistency(first, size, *roots[:2], roots[2:])

    bad = flipped(hashes, data)
    with pytest.raises(ProofError):
        verify_inclusion(bad[0], index, size, bad[2:], bad[1])
    bad = flipped(roots, data)
    with pytest.raises(ProofError):
        verify_consistency(first, size, *bad[:2], bad[2:])


def flipped(hashes, data):
    which = data.draw(st.integers(0, len(hashes) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = bytearray(hashes[which])
    changed[bit // 8] ^= 1 << bit % 8
    return [*hashes[:which], bytes(changed), *hashes[which + 1 :]]


@given(leaf_lists, st.data())
def test_a_proof_holds_for_no_other_place_and_no_other_length(leaves, data):
    leaves = [bytes([number]) + leaf for number, leaf in enumerate(leaves)]
    _, nodes = grow(leaves)
    size = len(leaves)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-2, size + 2).filter(lambda one: one != index))
    proof, root, leaf = (
        inclusion_proof(index, size, reader(nodes)),
        root_at(size, reader(nodes)),
        leaf_hash(leaves[index]),
    )

    for attempt in ((other, proof), (index, proof[:-1]), (index, [*proof, EMPTY_ROOT]), (index, [EMPTY_ROOT, *proof])):
        if attempt == (index, proof):
            continue
        with pytest.raises(ProofError):
            verify_inclusion(leaf, attempt[0], size, attempt[1], root)


@given(leaf_lists, st.integers(0, 6), st.data())
def test_a_subtree_is_consistent_only_with_the_tree_it_belongs_to(leaves, level, data):
    start = data.draw(st.integers(0, (len(leaves) - 1) >> level)) << level
    end = min(start + (1 << level), len(leaves))
    root, size = reference.root(leaves), len(leaves)
    subtree = reference.root(leaves[start:end])
    proof = subtree_proof(start, end, leaves, whole=True)

    verify_subtree_consistency((start, end), size, subtree, root, proof)
    with pytest.raises(ProofError):
        verify_subtree_consistency((start, end), size, leaf_hash(b"another"), root, proof)
    with pytest.raises(ProofError):
        verify_subtree_consistency((start, end), size, subtree, leaf_hash(b"another"), proof)


def subtree_proof(start, end, leaves, *, whole):
    """The recursive definition of the draft, kept apart from the climbing verifier."""
    if start == 0 and end == len(leaves):
        return [] if whole else [reference.root(leaves)]
    k = reference.split(len(leaves))
    if end <= k:
        return [*subtree_proof(start, end, leaves[:k], whole=whole), reference.root(leaves[k:])]
    if start >= k:
        return [*subtree_proof(start - k, end - k, leaves[k:], whole=whole), reference.root(leaves[:k])]
    return [*subtree_proof(0, end - k, leaves[k:], whole=False), reference.root(leaves[:k])]


@pytest.mark.parametrize(("size1", "size2"), [(0, 1), (2, 1), (-1, 1), (0, 5)])
def test_no_proof_is_made_or_accepted_from_nothing_or_backwards(size1, size2):
    with pytest.raises(ProofError):
        consistency_proof(size1, size2, lambda *_: EMPTY_ROOT)
    with pytest.raises(ProofError):
        verify_consistency(size1, size2, EMPTY_ROOT, EMPTY_ROOT, [])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_another_length_is_refused(length):
    short = bytes(length)

    with pytest.raises(ProofError):
        verify_inclusion(short, 0, 1, [], short)
    with pytest.raises(ProofError):
        verify_consistency(1, 2, short, EMPTY_ROOT, [EMPTY_ROOT])


STRANGE = (None, "0", b"0", 1.0, float("nan"), [], -1, 2**64, 2**200)
NO_HASHES = (None, 5, "x" * 32, [0] * 32, memoryview(bytes(128)).cast("I"), b"")


@pytest.mark.parametrize("strange", STRANGE)
def test_a_number_that_is_none_is_a_proof_error(strange):
    for bounds in ((strange, 7), (3, strange), (strange, strange)):
        with pytest.raises(ProofError):
            verify_inclusion(EMPTY_ROOT, *bounds, [EMPTY_ROOT], EMPTY_ROOT)
        with pytest.raises(ProofError):
            verify_consistency(*bounds, EMPTY_ROOT, EMPTY_ROOT, [EMPTY_ROOT])
        with pytest.raises(ProofError):
            verify_subtree_inclusion(EMPTY_ROOT, 0, bounds, [EMPTY_ROOT], EMPTY_ROOT)
        with pytest.raises(ProofError):
            verify_subtree_consistency(bounds, 7, EMPTY_ROOT, EMPTY_ROOT, [EMPTY_ROOT])


@pytest.mark.parametrize("strange", NO_HASHES)
def test_a_hash_or_a_proof_that_is_none_is_a_proof_error(strange):
    for hashes in ((strange, EMPTY_ROOT, [EMPTY_ROOT]), (EMPTY_ROOT, strange, [EMPTY_ROOT]),
                   (EMPTY_ROOT, EMPTY_ROOT, [strange]), (EMPTY_ROOT, EMPTY_ROOT, strange)):  # fmt: skip
        first, second, proof = hashes
        with pytest.raises(ProofError):
            verify_inclusion(first, 0, 2, proof, second)
        with pytest.raises(ProofError):
            verify_consistency(1, 2, first, second, proof)
        with pytest.raises(ProofError):
            verify_subtree_consistency((0, 1), 2, first, second, proof)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=8, max_size=40))
def test_whole_subtrees_appended_at_once_give_the_same_tree(hashes):
    one_by_one, in_blocks = Frontier(), Frontier()
    for one in hashes:
        one_by_one.append(one)
    whole = len(hashes) // 4 * 4
    for begin in range(0, whole, 4):
        in_blocks.append_subtree(2, root_of(hashes[begin : begin + 4]))
    for one in hashes[whole:]:
        in_blocks.append(one)

    assert in_blocks.root() == one_by_one.root()
    assert in_blocks.size == len(hashes)


def test_a_frontier_refuses_hashes_that_do_not_fit_its_size_and_subtrees_that_do_not_fit_its_edge():
    with pytest.raises(ProofError):
        Frontier(3, [EMPTY_ROOT])
    with pytest.raises(ProofError):
        Frontier(1, [EMPTY_ROOT]).append_subtree(1, EMPTY_ROOT)
