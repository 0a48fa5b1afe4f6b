"""Proofs about subtrees [start, end) of a Merkle tree, as drafted for Merkle Tree Certificates (IETF plants).

A subtree is valid when `start` is a multiple of the smallest power of two that is not below its length, so that
it is a node of some tree of the log. Partners use them to check a stretch of the log without its beginning.
"""

from collections.abc import Sequence

from audit.errors import ProofError
from audit.merkle import (
    EMPTY_ROOT,
    rebuild_roots,
    require_hashes,
    require_numbers,
    require_proof,
    verify_inclusion,
)


def verify_subtree_inclusion(
    leaf_hash: bytes, index: int, bounds: tuple[int, int], proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf at `index` of the log lies in the subtree `bounds` = (start, end). Raises `ProofError`."""
    start, end = bounds
    require_numbers(index, start, end)
    _require_subtree(start, end)
    if not start <= index < end:
        raise ProofError("leaf index is outside the subtree")
    verify_inclusion(leaf_hash, index - start, end - start, proof, root)


def verify_subtree_consistency(
    bounds: tuple[int, int], size: int, subtree_root: bytes, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the subtree `bounds` = (start, end) is part of the tree of `size` leaves. Raises `ProofError`.

    An empty subtree is part of every tree that reaches it; it needs the empty root and an empty proof.
    """
    start, end = bounds
    require_numbers(start, end, size)
    require_proof(proof)
    if not 0 <= start <= end <= size:
        raise ProofError("subtree is outside the tree")
    if start == end:
        if proof or subtree_root != EMPTY_ROOT:
            raise ProofError("empty subtree needs the empty root and an empty proof")
        return
    _require_subtree(start, end)
    if bounds == (0, size):
        if proof or subtree_root != root:
            raise ProofError("the whole tree needs an equal root and an empty proof")
        return
    require_hashes(subtree_root, root, *proof)
    if rebuild_roots(bounds, size, subtree_root, proof) != (subtree_root, root):
        raise ProofError("subtree proof does not lead to both roots")


def _require_subtree(start: int, end: int) -> None:
    if not 0 <= start < end:
        raise ProofError("subtree is empty or runs backwards")
    if start % (1 << (end - start - 1).bit_length()):
        raise ProofError("subtree does not start where a node of its size can start")
