"""A person as a keyed Bloom filter (cryptographic long-term key, CLK): similar persons have similar bits.

After Schnell, Bachteler and Reiher (2011), with the hardening of later work: independent keyed BLAKE2b hashes in place
of double hashing, the same number of insertions for every value of a field whatever its length, and XOR folding. Bits,
keys and order are those of the public encoder `clkhash` (its `blakeHash`, `bitsPerFeature` and HKDF settings), so
either side of a linkage may use that instead. `docs/private-linkage.md` says what such bits still give away.
"""

import hmac
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, sha256

from linkage.errors import LinkageError
from linkage.standardise import StandardRecord

_KEY_BYTES = 64
# Keys drawn per field; the second is that of a double hash, which is not used here.
_KEYS_A_FIELD = 2
_SHORTS = 32
_LEAST_SECRET = 16


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record: tokens of `size` characters, with their place where `positional`; `insertions` in all."""

    name: str
    size: int
    insertions: int
    positional: bool = False

    def tokens(self, value: str) -> list[str]:
        """The value's tokens; a blank stands before and after it where tokens have more than one character."""
        if not value:
            return []
        padded = " " * (self.size - 1) + value + " " * (self.size - 1)
        cut = [padded[place : place + self.size] for place in range(len(padded) - self.size + 1)]
        return [f"{place} {token}" for place, token in enumerate(cut, 1)] if self.positional else cut


@dataclass(frozen=True, slots=True)
class Form:
    """What both sides agree on before they encode: fields in order, bits of the filter, and how often it is folded."""

    fields: tuple[Field, ...]
    bits: int = 1024
    folds: int = 0

    def __post_init__(self) -> None:
        """Refuse a length that cannot be hashed to without bias."""
        if self.bits < 64 or self.bits & (self.bits - 1):  # noqa: PLR2004 - one machine word
            raise LinkageError("the bits of an encoding are a power of two, 64 at least")


# Weights by what tells persons of one home apart: forename and date of birth before surname, postcode and sex. One fold
# cost nothing in quality when measured, and hides which place stands for which token.
DEFAULT_FORM = Form(
    (
        Field("given_name", 2, 110),
        Field("family_name", 2, 90),
        Field("birth_date", 2, 120, positional=True),
        Field("sex", 1, 10),
        Field("postcode", 2, 50, positional=True),
    ),
    folds=1,
)


class Encoder:
    """Encodes records under one secret. The same secret and form on both sides, and fresh ones for each linkage."""

    def __init__(self, secret: bytes, form: Form = DEFAULT_FORM) -> None:
        if len(secret) < _LEAST_SECRET:
            raise LinkageError("the secret of an encoding has 16 bytes at least")
        self.form = form
        self._keys = field_keys(secret, len(form.fields))

    def __repr__(self) -> str:
        """Say nothing of the keys."""
        return f"Encoder({self.form.bits} bits)"

    def encode(self, values: Mapping[str, str]) -> bytes:
        """The filter as bytes, first bit highest; `values` by field name as `standard_values` gives them."""
        length = self.form.bits << self.form.folds
        filter_ = 0
        for field, key in zip(self.form.fields, self._keys, strict=True):
            tokens = field.tokens(values.get(field.name, ""))
            for token, times in zip(tokens, spread(field.insertions, len(tokens)), strict=True):
                for place in _places(token, times, key, length):
                    filter_ |= 1 << (length - 1 - place)
        for _ in range(self.form.folds):
            length //= 2
            filter_ = (filter_ >> length) ^ (filter_ & ((1 << length) - 1))
        return filter_.to_bytes(length // 8, "big")


def field_keys(secret: bytes, fields: int) -> tuple[bytes, ...]:
    """A key per field by HKDF with SHA-256 (RFC 5869), without salt and context."""
    wanted = fields * _KEYS_A_FIELD * _KEY_BYTES
    extracted = hmac.digest(bytes(sha256().digest_size), secret, sha256)
    made, block = b"", b""
    for counter in range(1, -(-wanted // sha256().digest_size) + 1):
        block = hmac.digest(extracted, block + bytes((counter,)), sha256)
        made += block
    step = _KEYS_A_FIELD * _KEY_BYTES
    return tuple(made[number * step : number * step + _KEY_BYTES] for number in range(fields))


def spread(insertions: int, tokens: int) -> list[int]:
    """So many insertions over so many tokens, as evenly as it goes, the first ones taking what is left over."""
    if not tokens:
        return []
    each, over = divmod(insertions, tokens)
    return [each + 1] * over + [each] * (tokens - over)


@lru_cache(maxsize=2**16)
def _places(token: str, times: int, key: bytes, length: int) -> tuple[int, ...]:
    drawn: list[int] = []
    for number in range(-(-times // _SHORTS)):
        digest = blake2b(token.encode(), key=key, salt=str(number).encode()).digest()
        drawn.extend(struct.unpack(f"{_SHORTS}H", digest))
    return tuple(short % length for short in drawn[:times])


def values_of(record: StandardRecord) -> dict[str, str]:
    """The fields of the default form, "" where a record has none.

    Both sides bring their records to the same form before they encode, since nothing can be mended afterwards.
    """
    return {
        "given_name": record.given,
        "family_name": record.family,
        "birth_date": (record.birth_date or "").replace("-", ""),
        "sex": (record.sex or "")[:1],
        "postcode": next(iter(record.postcodes), "").replace(" ", ""),
    }
