"""Which rows a chunk had, for the log: the Merkle root over keyed digests, which tells nobody what stands in them."""

from collections.abc import Sequence
from hashlib import blake2b, sha256
from typing import Protocol

from adapters.csv_line import line_of
from audit.merkle import root_of
from gateway.custody import KeyRing
from gateway.keyed_digests import part

_LEAF = b"\0"
"""Before what a leaf of a Merkle tree is hashed from (RFC 9162 section 2.1.1)."""


class ReadRows(Protocol):
    """Rows in order: the leaf of each, or its line, whose cells stand under `names` (see `adapters.csv_line`)."""

    names: tuple[str, ...]
    lines: list[str | bytes]


class RowDigests:
    """Digests of rows. A digest covers the names of a row's columns and its cells."""

    def __init__(self, ring: KeyRing) -> None:
        # BLAKE2b keyed (RFC 7693 section 2.9): one hash a row where HMAC takes two, and no value can be tried on it.
        self._digest = blake2b(key=ring.digest("row"), digest_size=32)

    def root(self, rows: ReadRows) -> bytes:
        """The root over the leaves of some rows."""
        begun = self._named(rows.names).copy
        leaves = list[bytes]()
        for line in rows.lines:
            if isinstance(line, str):
                digest = begun()
                digest.update(line.encode())
                leaves.append(sha256(_LEAF + digest.digest()).digest())
            else:
                leaves.append(line)
        return root_of(leaves)

    def leaf(self, names: Sequence[str], cells: Sequence[str]) -> bytes:
        """The leaf of one row."""
        digest = self._named(names)
        digest.update(line_of(cells).encode("utf-8", "surrogatepass"))
        return sha256(_LEAF + digest.digest()).digest()

    def _named(self, names: Sequence[str]) -> blake2b:
        digest = self._digest.copy()
        digest.update(part(line_of(names).encode("utf-8", "surrogatepass")))
        return digest
