"""The only reader of time and the only minter of ids and secrets; everything else takes them as arguments."""

import os
import secrets
import struct
import threading
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

from gateway.random_pool import RandomPool

_VERSION_7 = 0x7 << 76
_VARIANT_RFC = 0b10 << 62
_RANDOM_A = (1 << 12) - 1
_RANDOM_B = (1 << 62) - 1
_SUB_MILLISECOND_STEPS = 1 << 12
_NANOSECONDS_PER_MILLISECOND = 1_000_000
_MINIMUM_SECRET_BYTES = 16
_OF_IDS = RandomPool(8, 512)
_id_halves = struct.Struct("!QQ").pack
_runs = threading.Lock()
_later = 0


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """A time-ordered id for a row: UUID version 7 (RFC 9562 section 5.7).

    The 12 bits after the version hold the fraction of the millisecond (method 3 of section 6.2), so ids minted
    in one process some 245 ns apart sort by age; the other 62 bits are random. An id of this kind tells when it was
    minted: where a reader must not learn that, take `new_opaque_id`.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), _NANOSECONDS_PER_MILLISECOND)
    fraction = (nanoseconds * _SUB_MILLISECOND_STEPS // _NANOSECONDS_PER_MILLISECOND) & _RANDOM_A
    random_b = int.from_bytes(_OF_IDS.take(), "big") & _RANDOM_B
    return UUID(int=(milliseconds << 80) | _VERSION_7 | (fraction << 64) | _VARIANT_RFC | random_b)


def new_ids(count: int) -> list[bytes]:
    """That many ids as `new_id` makes them, as bytes, each some 245 ns later than the one before."""
    global _later  # noqa: PLW0603 - what was given is remembered, so that a second run begins after the first
    milliseconds, nanoseconds = divmod(time.time_ns(), _NANOSECONDS_PER_MILLISECOND)
    now = milliseconds * _SUB_MILLISECOND_STEPS + nanoseconds * _SUB_MILLISECOND_STEPS // _NANOSECONDS_PER_MILLISECOND
    with _runs:
        first = max(now, _later)
        _later = first + count
    version, variant, kept = _VERSION_7 >> 64, _VARIANT_RFC, _RANDOM_B
    random = struct.unpack(f"!{count}Q", os.urandom(8 * count))
    return [
        _id_halves((step >> 12 << 16) | version | (step & _RANDOM_A), variant | (low & kept))
        for step, low in zip(range(first, first + count), random, strict=True)
    ]


def new_opaque_id() -> UUID:
    """An id for a URL: UUID version 4 (RFC 9562 section 5.4), which tells nothing, not even its age."""
    return uuid4()


def new_secret(nbytes: int = 32) -> str:
    """A URL-safe secret of `nbytes` random bytes; fewer than 16 is a `ValueError`."""
    if nbytes < _MINIMUM_SECRET_BYTES:
        raise ValueError("a secret has at least 16 random bytes")
    return secrets.token_urlsafe(nbytes)


def new_one_time_code(digits: int = 6) -> str:
    """A decimal code for a person to type, every value as likely as any other."""
    return str(secrets.randbelow(10**digits)).zfill(digits)
