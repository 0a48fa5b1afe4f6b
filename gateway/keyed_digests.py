"""The digests of `KeyRing.digest`, for loops that make millions: the key and the label are hashed once.

A message is given as `part(...)` of each of its parts, joined; so equal beginnings are made once as well.
"""

import hashlib
import struct
from collections.abc import Callable

from gateway.custody import KeyRing, KeyVersion

_BLOCK = 64
"""Bytes in a block of SHA-256 (FIPS 180-4): a key of HMAC is padded to it (RFC 2104)."""
size = struct.Struct("!I").pack
"""The length of a part, as it stands before it."""

Digester = Callable[[bytes], bytes]
"""From the joined parts of a message to its HMAC-SHA-256."""


def part(content: bytes) -> bytes:
    """One part of a message, its length before it."""
    return size(len(content)) + content


def digesters(ring: KeyRing, label: str) -> tuple[Digester, ...]:
    """A digester for each key version kept, newest first: the first gives what `ring.digest(label, ...)` gives."""
    return tuple(_digester(version, label) for version in reversed(ring.versions))


def _digester(version: KeyVersion, label: str) -> Digester:
    key = version.secret.ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(one ^ 0x36 for one in key) + part(label.encode()))
    outer = hashlib.sha256(bytes(one ^ 0x5C for one in key))

    begun, ended = inner.copy, outer.copy

    def digest(parts: bytes) -> bytes:
        within, around = begun(), ended()
        within.update(parts)
        around.update(within.digest())
        return around.digest()

    return digest
