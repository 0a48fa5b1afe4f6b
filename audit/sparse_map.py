"""A sparse Merkle map: 256-bit keys to 32-byte values, with proofs that a key is there or is not.

The tree branches by the bits of the key, most significant first. An empty subtree is 32 zero bytes, a subtree with a
single key is that key's leaf, at whatever depth, and any other is a node of its two halves:

    leaf = SHA-256(0x03 || key || value)
    node = SHA-256(0x04 || left || right)

A key's path from the root is given by its own bits, and a leaf is no node (the first byte parts them, and parts both
from the log's tree and from lists), so a key has one place and one value under a root.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from audit.errors import ProofError
from audit.merkle import HASH_SIZE

EMPTY = bytes(HASH_SIZE)
MAX_DEPTH = 8 * HASH_SIZE

Item = tuple[bytes, bytes]
"""A key and its leaf hash."""


class Subtree(NamedTuple):
    """The hash of a subtree, and whether it holds no key (0), one (1) or more (2)."""

    keys: int
    hash: bytes


NO_KEYS = Subtree(0, EMPTY)


def map_leaf(key: bytes, value: bytes) -> bytes:
    """Hash of the leaf of a key; both are 32 bytes."""
    return sha256(b"\x03" + key + value).digest()


def map_node(left: bytes, right: bytes) -> bytes:
    """Hash of a subtree with two keys or more."""
    return sha256(b"\x04" + left + right).digest()


def join(left: Subtree, right: Subtree) -> Subtree:
    """The subtree of two halves. A single key rises through empty halves."""
    if left.keys + right.keys < 2:  # noqa: PLR2004 - a node is for two keys or more
        return left if left.keys else right
    return Subtree(2, map_node(left.hash, right.hash))


def subtree(items: Sequence[Item], depth: int = 0) -> Subtree:
    """The subtree of items in the order of their keys, which share their first `depth` bits and differ."""
    if len(items) < 2:  # noqa: PLR2004 - a single key is its own subtree
        return Subtree(1, items[0][1]) if items else NO_KEYS
    middle = _cut(items, depth)
    return join(subtree(items[:middle], depth + 1), subtree(items[middle:], depth + 1))


def climb(items: Sequence[Item], key: bytes, depth: int) -> tuple[Subtree, list[bytes]]:
    """The subtree of items, as `subtree` gives it, and the siblings on the way to `key`, nearest the key first."""
    if len(items) < 2:  # noqa: PLR2004 - a single key is its own subtree
        return subtree(items), []
    middle = _cut(items, depth)
    halves = items[:middle], items[middle:]
    if bit(key, depth):
        mine, siblings = climb(halves[1], key, depth + 1)
        return rise((mine, siblings), subtree(halves[0], depth + 1), right=True)
    mine, siblings = climb(halves[0], key, depth + 1)
    return rise((mine, siblings), subtree(halves[1], depth + 1), right=False)


def rise(way: tuple[Subtree, list[bytes]], sibling: Subtree, *, right: bool) -> tuple[Subtree, list[bytes]]:
    """Go one level up from the subtree on the way to a key, which is the right or the left half."""
    mine, siblings = way
    joined = join(sibling, mine) if right else join(mine, sibling)
    if joined.keys < 2:  # noqa: PLR2004 - nothing was hashed, so the path is not longer
        return joined, []
    return joined, [*siblings, sibling.hash]


def map_root(items: Iterable[Item]) -> bytes:
    """Root over items in any order; `EMPTY` where there are none."""
    return subtree(sorted(items)).hash


def verify_present(key: bytes, value: bytes, siblings: Sequence[bytes], root: bytes) -> None:
    """Check that the map with this root holds the value under the key. Raises `ProofError`."""
    _require_hashes((key, value, root, *siblings))
    _require_root(map_leaf(key, value), key, siblings, root)


def verify_absent(key: bytes, other: tuple[bytes, bytes] | None, siblings: Sequence[bytes], root: bytes) -> None:
    """Check that the map with this root does not hold the key. Raises `ProofError`.

    `other` is the (key, value) of the leaf at which the key's way ends, or `None` where it ends in an empty half.
    """
    _require_hashes((key, root, *siblings, *(other or ())))
    end = EMPTY
    if other is not None:
        if other[0] == key or any(bit(other[0], depth) != bit(key, depth) for depth in range(len(siblings))):
            raise ProofError("the leaf that is shown does not end the way of the key")
        end = map_leaf(*other)
    _require_root(end, key, siblings, root)


def bit(key: bytes, depth: int) -> int:
    """The bit of a key that decides at `depth`, 1 for the right half."""
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def _cut(items: Sequence[Item], depth: int) -> int:
    """How many of the items go into the left half."""
    if depth >= MAX_DEPTH:
        raise ProofError("a key stands in the map twice")
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if bit(items[middle][0], depth):
            high = middle
        else:
            low = middle + 1
    return low


def _require_root(end: bytes, key: bytes, siblings: Sequence[bytes], root: bytes) -> None:
    if len(siblings) > MAX_DEPTH:
        raise ProofError("the path is longer than a key")
    computed = end
    for depth, sibling in zip(reversed(range(len(siblings))), siblings, strict=True):
        computed = map_node(sibling, computed) if bit(key, depth) else map_node(computed, sibling)
    if computed != root:
        raise ProofError("the path does not lead to the root")


def _require_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(one) != HASH_SIZE for one in hashes):
        raise ProofError("a hash is not 32 bytes long")
