"""What a whole export's entry bundles come to, worked out by several processes at once.

Reading, checking and hashing a million leaves is most of the work of checking an export and can be shared; the order
of rows, the tiles and the root cannot, and stay with the one who asked. A digest of a bundle is

    1 byte       1 where every leaf is of the form of a leaf of this log (or rows are not asked for), else 0
    4 bytes      length of the rows that its leaves demand
    32 bytes     SHA-256 of those rows
    32 bytes     for each leaf, its hash

Where a bundle cannot be read or is wrong the byte is 0 and the rest is zeros: the one who asked looks for himself and
says what is wrong. A helper writes the digests of every n-th bundle to its standard output and waits when nobody reads.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from audit.entry import EventClass
from audit.export import row_line
from audit.leaf import LEAF_FORM
from audit.merkle import HASH_SIZE, leaf_hash
from audit.tiles import TILE_WIDTH, bundle_path, decode_bundle

EVENTS = frozenset(one.value.encode() for one in EventClass)
_NO_ROWS = "-"
_LENGTH_BYTES = 4
_HEAD = 1 + _LENGTH_BYTES + HASH_SIZE
_MOST_HELPERS = 8


@dataclass(frozen=True, slots=True)
class BundleDigest:
    """A bundle found right: how long its rows must be, what they must hash to, and the hashes of its leaves."""

    rows_length: int
    rows_hash: bytes
    hashes: list[bytes]


@contextmanager
def shared_digests(folder: Path, size: int, log_id: str | None) -> Iterator[Iterator[BundleDigest | None]]:
    """Digests of all bundles of a log of `size` entries, in order; None for one that is to be looked at.

    `log_id` is the log whose leaves they must be; None where they may be of any form and have no rows. Helpers end
    with the `with`, whatever they have still to do.
    """
    count = max(1, min(_MOST_HELPERS, os.cpu_count() or 1))
    helpers = [_helper(folder, size, log_id, number, count) for number in range(count)]
    try:
        yield _read_digests([helper.stdout for helper in helpers if helper.stdout is not None], size)
    finally:
        for helper in helpers:
            helper.kill()
            helper.communicate()


def width_of(number: int, size: int) -> int:
    """How many leaves bundle `number` of a log of `size` leaves has."""
    return min(TILE_WIDTH, size - number * TILE_WIDTH)


def _helper(folder: Path, size: int, log_id: str | None, number: int, count: int) -> "subprocess.Popen[bytes]":
    # Started by name and not forked or spawned from our caller, whose main program may not bear being run again.
    package = Path(__file__).resolve().parent
    arguments = [str(folder.resolve()), str(size), log_id or _NO_ROWS, str(number), str(count)]
    return subprocess.Popen(  # noqa: S603 - this module, with numbers and a folder
        [sys.executable, "-P", "-m", f"{package.name}.{Path(__file__).stem}", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(package.parent)},
    )  # fmt: skip


def _read_digests(outputs: Sequence[IO[bytes]], size: int) -> Iterator[BundleDigest | None]:
    for number in range(-(-size // TILE_WIDTH)):
        width = width_of(number, size)
        data = outputs[number % len(outputs)].read(_HEAD + width * HASH_SIZE)
        if len(data) != _HEAD + width * HASH_SIZE or data[0] != 1:
            yield None
            continue
        length = int.from_bytes(data[1 : 1 + _LENGTH_BYTES], "big")
        hashes = [data[place : place + HASH_SIZE] for place in range(_HEAD, len(data), HASH_SIZE)]
        yield BundleDigest(length, data[1 + _LENGTH_BYTES : _HEAD], hashes)


def _digest(folder: Path, number: int, width: int, log_id: bytes | None) -> bytes:
    wrong = bytes(_HEAD + width * HASH_SIZE)
    try:
        leaves = decode_bundle((folder / bundle_path(number, width)).read_bytes())
    except (OSError, ValueError):
        return wrong
    rows = []
    if log_id is not None:
        for index, leaf in enumerate(leaves, number * TILE_WIDTH):
            found = LEAF_FORM.fullmatch(leaf)
            if found is None or found["log"] != log_id or found["event"] not in EVENTS:
                return wrong
            rows.append(row_line(index, found))
    if len(leaves) != width:
        return wrong
    text = b"".join(rows)
    head = b"\x01" + len(text).to_bytes(_LENGTH_BYTES, "big") + sha256(text).digest()
    return head + b"".join([leaf_hash(leaf) for leaf in leaves])


def main(arguments: Sequence[str]) -> None:
    """Write the digests of bundles `first`, `first + step`, ... of a folder to standard output."""
    folder, size, log_id, first, step = arguments
    wanted = None if log_id == _NO_ROWS else log_id.encode()
    for number in range(int(first), -(-int(size) // TILE_WIDTH), int(step)):
        sys.stdout.buffer.write(_digest(Path(folder), number, width_of(number, int(size)), wanted))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
