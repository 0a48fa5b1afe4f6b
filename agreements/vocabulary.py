"""Masks: one integer whose bits are the cells (source x data item)."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from concept_model.items import EARLIER_ALONE, ITEM_CAPACITY, ITEMS, SERVICE_BEARING, item_bit, vocabulary_hash

_ALL_ITEMS = (1 << len(ITEMS)) - 1


@dataclass(frozen=True)
class Vocabulary:
    """Sources in bit order (append only, as the items are). Cell bit = source number * ITEM_CAPACITY + item bit."""

    sources: tuple[str, ...]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {source: number for number, source in enumerate(self.sources)}

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the sources and the item register, hexadecimal; stored beside every mask."""
        return hashlib.sha256("\n".join((vocabulary_hash(), *self.sources)).encode()).hexdigest()

    @cached_property
    def all_mask(self) -> int:
        """Every cell of every source."""
        return self._union(self.source_mask(source) for source in self.sources)

    def cell(self, source: str, item: str) -> int:
        """Return the bit number. Raises `KeyError` for an unknown source, `UnknownItemError` for an unknown item."""
        return self._numbers[source] * ITEM_CAPACITY + item_bit(item)

    def knows(self, source: str) -> bool:
        """Whether masks have room for this source."""
        return source in self._numbers

    def source_mask(self, source: str) -> int:
        """All cells of one source."""
        return _ALL_ITEMS << (self._numbers[source] * ITEM_CAPACITY)

    def mask(self, sources: Iterable[str], items: Iterable[str]) -> int:
        """All pairs of the given sources and items."""
        bits = 0
        for item in items:
            bits |= 1 << item_bit(item)
        return self.spread(sources, bits)

    def spread(self, sources: Iterable[str], items: int) -> int:
        """Cells of the given item bits under each of the sources."""
        return self._union(items << (self._numbers[source] * ITEM_CAPACITY) for source in sources)

    def items_of(self, mask: int, source: str) -> tuple[str, ...]:
        """Items of one source that a mask holds, in bit order."""
        bits = (mask >> (self._numbers[source] * ITEM_CAPACITY)) & _ALL_ITEMS
        return tuple(ITEMS[bit].name for bit in set_bits(bits))

    def sources_of(self, mask: int) -> tuple[str, ...]:
        """Sources of which a mask holds at least one cell."""
        return tuple(source for source in self.sources if mask & self.source_mask(source))

    def in_ticket(self, mask: int, earlier: int) -> int:
        """The mask that a ticket carries: `mask`, and of `earlier` cells what began before the subject's protection."""
        return mask | earlier | self.spread(self.sources_of(earlier), 1 << EARLIER_ALONE)

    def whole(self, ticket: int) -> int:
        """The cells of a ticket's mask of which every row may be shown."""
        mask = ticket & self.all_mask
        limited = [
            source for source, number in self._numbers.items() if ticket >> number * ITEM_CAPACITY + EARLIER_ALONE & 1
        ]
        return mask & ~self.mask(limited, SERVICE_BEARING) if limited else mask

    def cells(self, mask: int) -> Iterator[tuple[str, str]]:
        """Yield the (source, item) pairs of a mask in bit order. For pages and entries, never on the decision path."""
        for bit in set_bits(mask & self.all_mask):
            number, item = divmod(bit, ITEM_CAPACITY)
            yield self.sources[number], ITEMS[item].name

    @staticmethod
    def _union(masks: Iterable[int]) -> int:
        total = 0
        for mask in masks:
            total |= mask
        return total


def set_bits(mask: int) -> Iterator[int]:
    """Yield the numbers of the set bits, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
