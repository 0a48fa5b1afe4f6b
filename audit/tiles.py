"""Tiles (C2SP tlog-tiles): the tree cut into files of 256 hashes, and the entries into bundles of 256.

A tile of level L holds hashes of perfect subtrees of 256**L leaves. The same builder serves whoever writes a log's
tiles and whoever checks them; it keeps at most 256 hashes for each level.
"""

from collections.abc import Callable, Iterable, Sequence

from audit.errors import EntryError
from audit.merkle import EMPTY_ROOT, root_of

TILE_WIDTH = 256
MAX_ENTRY_BYTES = 65_535
_LENGTH_BYTES = 2

TileSink = Callable[[int, int, list[bytes]], None]
"""Receives (level, number, hashes) of each tile as soon as it is known; fewer than 256 hashes make it partial."""


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    """Where a tile lies, relative to the log; a `width` below 256 names the partial tile."""
    return f"tile/{level}/{_numbered(number, width)}"


def bundle_path(number: int, width: int = TILE_WIDTH) -> str:
    """Where an entry bundle lies, relative to the log."""
    return f"tile/entries/{_numbered(number, width)}"


def _numbered(number: int, width: int) -> str:
    """1234067 becomes x001/x234/067, so that no name is both a file and a folder."""
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[place : place + 3] for place in range(0, len(digits), 3)]
    path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries, each behind its length in 16 bits, big-endian. Raises `EntryError` for one that is too long."""
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise EntryError("leaf", "is longer than an entry bundle can hold")
        parts.append(len(entry).to_bytes(_LENGTH_BYTES, "big"))
        parts.append(entry)
    return b"".join(parts)


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises `ValueError` when the last one is cut short."""
    entries, place, end = [], 0, len(data)
    while place < end:
        start = place + _LENGTH_BYTES
        place = start + int.from_bytes(data[place:start], "big")
        if start > end or place > end:
            raise ValueError("the bundle ends inside an entry")
        entries.append(data[start:place])
    return entries


class TileBuilder:
    """Turns a run of leaf hashes into tiles and the root, in bounded memory."""

    __slots__ = ("_levels", "_sink", "size")

    def __init__(self, sink: TileSink) -> None:
        self._sink = sink
        self._levels: list[list[bytes]] = [[]]
        self.size = 0

    def add(self, leaf_hashes: Sequence[bytes]) -> None:
        """Add leaf hashes in order, any number at a time."""
        place = 0
        while place < len(leaf_hashes):
            room = TILE_WIDTH - len(self._levels[0])
            self._levels[0].extend(leaf_hashes[place : place + room])
            place += room
            if len(self._levels[0]) == TILE_WIDTH:
                self._close(0)
        self.size += len(leaf_hashes)

    def _close(self, level: int) -> None:
        """Hand on a full tile and put its root into the level above."""
        full, self._levels[level] = self._levels[level], []
        self._sink(level, self._number(level), full)
        if level + 1 == len(self._levels):
            self._levels.append([])
        self._levels[level + 1].append(root_of(full))
        if len(self._levels[level + 1]) == TILE_WIDTH:
            self._close(level + 1)

    def _number(self, level: int) -> int:
        """Number of the open tile of a level: the levels above count, in base 256, the tiles already closed."""
        number = 0
        for above in reversed(range(level + 1, len(self._levels))):
            number = number * TILE_WIDTH + len(self._levels[above])
        return number

    def finish(self) -> None:
        """Hand on the partial tiles. The builder may grow further afterwards, as a log does."""
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._sink(level, self._number(level), list(hashes))

    def root(self, further: Sequence[bytes] = ()) -> bytes:
        """Root of what was added, `further` leaf hashes (no more than fill the open tile) imagined behind it."""
        rest: list[bytes] = list(further)
        for hashes in self._levels:
            row = [*hashes, *rest]
            rest = [root_of(row)] if row else []
        return rest[0] if rest else EMPTY_ROOT
