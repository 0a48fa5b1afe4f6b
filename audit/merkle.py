"""Hashes and proofs of the RFC 9162 Merkle tree (the same tree as RFC 6962), with SHA-256.

All hashes are 32 bytes. A proof is a sequence of hashes from the leaf's side up to the root's children.
The verifiers return nothing and raise `ProofError`, whatever they are given: what was read from a stranger's JSON may
be no number and no bytes at all.
"""

from collections.abc import Sequence
from hashlib import sha256

from audit.errors import ProofError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree of no leaves (RFC 9162 section 2.1.1)."""

MAX_SIZE = 2**64 - 1


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf: SHA-256(0x00 || data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root of the tree over these leaf hashes.

    A node without a right sibling moves up unchanged, which gives the tree of RFC 9162 section 2.1.1.
    """
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        paired = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


def verify_inclusion(leaf_hash: bytes, index: int, tree_size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf stands at `index` of the tree of `tree_size` leaves with this root.

    Algorithm of RFC 9162 section 2.1.3.2. Raises `ProofError`.
    """
    require_numbers(index, tree_size)
    require_hashes(leaf_hash, root, *require_proof(proof))
    if not 0 <= index < tree_size <= MAX_SIZE:
        raise ProofError("leaf index is outside the tree")
    computed, node, last = leaf_hash, index, tree_size - 1
    for sibling in proof:
        if last == 0:
            raise ProofError("inclusion proof is too long")
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            rise = _trailing_zeros(node)
            node, last = node >> rise, last >> rise
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofError("inclusion proof is too short")
    if computed != root:
        raise ProofError("inclusion proof does not lead to the root")


def verify_consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of `size2` leaves begins with the tree of `size1` leaves.

    Algorithm of RFC 9162 section 2.1.4.2. A proof from size 0 to a larger tree says nothing and is refused;
    a witness that meets a log for the first time decides that above this function. Raises `ProofError`.
    """
    require_numbers(size1, size2)
    require_proof(proof)
    if not 0 <= size1 <= size2 <= MAX_SIZE:
        raise ProofError("sizes are not in order")
    if size1 == size2:
        _verify_same_tree(size1, root1, root2, proof)
        return
    if size1 == 0:
        raise ProofError("nothing can be proved from an empty tree")
    if not proof:
        raise ProofError("consistency proof is empty")
    require_hashes(root1, root2, *proof)
    if rebuild_roots((0, size1), size2, root1, proof) != (root1, root2):
        raise ProofError("consistency proof does not lead to both roots")


def rebuild_roots(bounds: tuple[int, int], size: int, part_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of the leaves [start, end) and of the tree of `size` leaves that a consistency proof leads to.

    The climb starts at the largest node that both share at the part's right edge. Raises `ProofError` when the
    proof is too long or too short; the caller compares the roots.
    """
    first, node, last = bounds[0], bounds[1] - 1, size - 1
    while first != node and (node == last or node & 1):
        first, node, last = first >> 1, node >> 1, last >> 1
    # A part that is one whole node is itself the first step, and is left out of the proof.
    steps = [part_root, *proof] if first == node else list(proof)
    if not steps:
        raise ProofError("consistency proof is empty")
    part = whole = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofError("consistency proof is too long")
        if node & 1 or node == last:
            part = node_hash(step, part) if first < node else part
            whole = node_hash(step, whole)
            rise = _trailing_zeros(node)
            first, node, last = first >> rise, node >> rise, last >> rise
        else:
            whole = node_hash(whole, step)
        first, node, last = first >> 1, node >> 1, last >> 1
    if last != 0:
        raise ProofError("consistency proof is too short")
    return part, whole


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1 if number else 0


def _verify_same_tree(size: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Equal sizes need equal roots and no proof. No hash is computed, so no length is demanded of the roots."""
    if proof:
        raise ProofError("equal sizes need an empty proof")
    if root1 != root2:
        raise ProofError("equal sizes with different roots")
    if size == 0 and root1 != EMPTY_ROOT:
        raise ProofError("root of the empty tree is not SHA-256 of nothing")


def require_numbers(*numbers: int) -> None:
    """Raises `ProofError` for what is no integer."""
    if any(not isinstance(one, int) for one in numbers):
        raise ProofError("a size or an index is not a whole number")


def require_proof(proof: Sequence[bytes]) -> Sequence[bytes]:
    """The proof as it is. Raises `ProofError` for what is no list of hashes."""
    if not isinstance(proof, Sequence):
        raise ProofError("a proof is not a list of hashes")
    return proof


def require_hashes(*hashes: bytes) -> None:
    """Raises `ProofError` for what is not 32 bytes."""
    # A view of bytes may be 32 items long and hold more of them.
    if any(not isinstance(one, bytes | bytearray) or len(one) != HASH_SIZE for one in hashes):
        raise ProofError("a hash is not 32 bytes long")
