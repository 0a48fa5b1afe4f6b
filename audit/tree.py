"""Growing the tree, and making proofs from its stored perfect subtrees.

A store keeps one row per perfect subtree: node (level, index) is the root over the leaves
[index * 2**level, (index + 1) * 2**level). Such a node never changes once it is full, so rows are only ever added.
Everything else (roots, right edges) is folded from them when asked for.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from audit.errors import ProofError
from audit.merkle import EMPTY_ROOT, node_hash

NodeAt = Callable[[int, int], bytes]
"""Looks up the hash of the perfect subtree (level, index)."""

Place = tuple[int, int]
"""(level, index) of a perfect subtree; level 0 are the leaf hashes."""


@dataclass(frozen=True, slots=True)
class StoredNode:
    """A perfect subtree that has just become full: one row to store."""

    level: int
    index: int
    hash: bytes


class Frontier:
    """The right edge of a growing tree: the perfect subtrees of the binary digits of its size, largest first."""

    __slots__ = ("_hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """`hashes` are those of `frontier_places(size)`, in order. Raises `ProofError` when their number is off."""
        self.size = size
        self._hashes = list(hashes)
        if len(self._hashes) != size.bit_count():
            raise ProofError("frontier does not have one hash for each binary digit of its size")

    @classmethod
    def load(cls, size: int, node_at: NodeAt) -> "Frontier":
        """The frontier of a tree of `size` leaves, from its stored nodes."""
        return cls(size, [node_at(level, index) for level, index in frontier_places(size)])

    def append(self, leaf_hash: bytes) -> list[StoredNode]:
        """Add one leaf; gives the nodes to store, the leaf's own first."""
        return self.append_subtree(0, leaf_hash)

    def append_subtree(self, level: int, root: bytes) -> list[StoredNode]:
        """Add a perfect subtree of 2**level leaves at once; gives the nodes from its root upwards.

        Raises `ProofError` when the tree's size is not a multiple of 2**level.
        """
        if self.size % (1 << level):
            raise ProofError("a subtree can only be added where one of its size can start")
        index = self.size >> level
        stored = [StoredNode(level, index, root)]
        while index & 1:
            root = node_hash(self._hashes.pop(), root)
            level, index = level + 1, index >> 1
            stored.append(StoredNode(level, index, root))
        self._hashes.append(root)
        self.size += 1 << stored[0].level
        return stored

    def root(self) -> bytes:
        """Root of the tree as it stands; 32 bytes."""
        return _fold(self._hashes) if self._hashes else EMPTY_ROOT

    def copy(self) -> "Frontier":
        """A frontier that grows on its own."""
        return Frontier(self.size, self._hashes)


def frontier_places(size: int) -> list[Place]:
    """The perfect subtrees that make up a tree of `size` leaves, left to right."""
    return _cover(0, size)


def root_at(size: int, node_at: NodeAt) -> bytes:
    """Root of the tree when it had `size` leaves."""
    return Frontier.load(size, node_at).root()


def inclusion_places(index: int, size: int) -> list[Place]:
    """Every stored node that `inclusion_proof(index, size)` reads, so that a store can fetch them in one query."""
    return [place for begin, end in _inclusion_ranges(index, size) for place in _cover(begin, end)]


def inclusion_proof(index: int, size: int, node_at: NodeAt) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves (RFC 9162 section 2.1.3.1)."""
    return [_range_root(begin, end, node_at) for begin, end in _inclusion_ranges(index, size)]


def consistency_places(size1: int, size2: int) -> list[Place]:
    """Every stored node that `consistency_proof(size1, size2)` reads."""
    return [place for begin, end in _consistency_ranges(size1, size2) for place in _cover(begin, end)]


def consistency_proof(size1: int, size2: int, node_at: NodeAt) -> list[bytes]:
    """The proof that the tree of `size2` leaves begins with that of `size1` (RFC 9162 section 2.1.4.1).

    Empty for equal sizes. Raises `ProofError` for size 0 and for sizes that are not in order.
    """
    return [_range_root(begin, end, node_at) for begin, end in _consistency_ranges(size1, size2)]


def _inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Leaf ranges whose roots are the audit path, leaf's sibling first."""
    if not 0 <= index < size:
        raise ProofError("leaf index is outside the tree")
    ranges, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _left_width(end - begin)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((begin, middle))
            begin = middle
    return ranges[::-1]


def _consistency_ranges(size1: int, size2: int) -> list[tuple[int, int]]:
    if not 0 < size1 <= size2:
        raise ProofError("sizes are not in order, or the first tree is empty")
    ranges, begin, end = [], 0, size2
    while size1 != end:
        middle = begin + _left_width(end - begin)
        if size1 <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((begin, middle))
            begin = middle
    # The verifier holds the first root already, so a first tree that is one whole node is left out.
    if begin > 0:
        ranges.append((begin, end))
    return ranges[::-1]


def _left_width(width: int) -> int:
    """The largest power of two below `width` (RFC 9162 section 2.1.1)."""
    return 1 << ((width - 1).bit_length() - 1)


def _cover(begin: int, end: int) -> list[Place]:
    """Perfect subtrees of [begin, end), left to right; `begin` is aligned to the largest of them."""
    places = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        places.append((level, begin >> level))
        begin += 1 << level
    return places


def _range_root(begin: int, end: int, node_at: NodeAt) -> bytes:
    return _fold([node_at(level, index) for level, index in _cover(begin, end)])


def _fold(hashes: Sequence[bytes]) -> bytes:
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root
