"""A dictionary attack on an export: everything somebody could guess, against everything that an export holds.

Whoever attacks has the export, every name, date, number, postcode, id and word of the erased, and the very values that
the openings held before. They try each as it is, in its spellings, as plain hashes, and under every salt there is.
"""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.canonical import canonical_json
from audit.encoding import from_base64
from audit.entry import COMMITTED_FIELDS
from audit.export import OPENINGS
from audit.leaf import LEAF_FORM, commitment
from audit.tiles import decode_bundle

_HASHES = (hashlib.sha256, hashlib.sha1, hashlib.md5, hashlib.sha512, hashlib.blake2b, hashlib.sha3_256)
_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 6


@dataclass(frozen=True)
class Opened:
    """One commitment that an export opens."""

    leaf_index: int
    field: str
    salt: bytes
    value: bytes


@dataclass(frozen=True)
class Export:
    """What an attacker reads out of a folder."""

    data: bytes
    words: frozenset[str]
    commitments: frozenset[bytes]
    entries: tuple[str, ...]
    opened: tuple[Opened, ...]


def read_export(folder: Path) -> Export:
    """Every byte of an export: files as they are, commitments and salts decoded."""
    files = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    leaves = [leaf for path in sorted((folder / "tile" / "entries").rglob("*")) if path.is_file()
              for leaf in decode_bundle(path.read_bytes())]  # fmt: skip
    found = [one for leaf in leaves if (one := LEAF_FORM.fullmatch(leaf))]
    joined = [from_base64(one["commitments"].decode()) for one in found]
    size = len(COMMITTED_FIELDS) * 32
    cut = {blob[at : at + 32] for blob in joined for at in range(0, size, 32)}
    opened = tuple(_opened(folder / OPENINGS))
    data = b"\n".join([*files, *joined, *(one.salt for one in opened)])
    words = {word for one in opened for word in _WORD.findall(one.value.decode().casefold())}
    return Export(data, frozenset(words), frozenset(cut), tuple(one["entry"].decode() for one in found), opened)


def _opened(path: Path) -> Iterator[Opened]:
    for line in path.read_text().splitlines() if path.exists() else ():
        row = json.loads(line)
        for field, (salt, value) in row["openings"].items():
            yield Opened(row["leaf_index"], field, from_base64(salt), value.encode())


def spellings(guess: str) -> set[bytes]:
    """A guess as it could stand in a file."""
    plain = guess.encode()
    return {
        plain, guess.upper().encode(), guess.casefold().encode(), json.dumps(guess)[1:-1].encode(),
        json.dumps(guess, ensure_ascii=False)[1:-1].encode(), plain.hex().encode(), b64encode(plain).rstrip(b"="),
        re.sub(r"[\W_]+", "", guess).encode(),
    }  # fmt: skip


def canonical_forms(guess: str) -> set[bytes]:
    """A guess as the value of a field: alone, as a number, in a list."""
    values: list[Any] = [guess, [guess]]
    if guess.isdigit():
        values += [int(guess), [int(guess)]] if int(guess) < 2**53 else []
    return {canonical_json(value) for value in values}


def found_plain(export: Export, guesses: Iterable[str]) -> set[str]:
    """Guesses that stand somewhere in the export, in any spelling; short ones as a word of an opened value."""
    hits = set()
    for guess in guesses:
        if len(guess) < _SHORTEST:
            hits |= {guess} if guess.casefold() in export.words else set()
        elif any(spelling in export.data for spelling in spellings(guess) if len(spelling) >= _SHORTEST):
            hits.add(guess)
    return hits


def found_hashed(export: Export, guesses: Iterable[str]) -> set[str]:
    """Guesses whose plain hash stands somewhere in the export, as bytes, hexadecimal or base64."""
    hits = set()
    for guess in guesses:
        for form in canonical_forms(guess) | {guess.encode()}:
            for hashing in _HASHES:
                digest = hashing(form).digest()
                if any(one in export.data for one in (digest, digest.hex().encode(), b64encode(digest))):
                    hits.add(guess)
    return hits


def found_committed(export: Export, salts: Iterable[bytes], values: Mapping[str, Iterable[bytes]]) -> set[bytes]:
    """Values, by field, whose commitment under one of the salts stands in the export."""
    pairs = [(field, value) for field, some in values.items() for value in set(some)]
    return {
        value for salt in set(salts) for field, value in pairs if commitment(field, salt, value) in export.commitments
    }


def guessable_salts(export: Export) -> list[bytes]:
    """Salts that a careless log would have: none, and hashes of what stands in clear beside a commitment."""
    clear = [hashlib.sha256(entry.encode()).digest() for entry in export.entries]
    return [bytes(32), b"\xff" * 32, hashlib.sha256(b"").digest(), *clear]
