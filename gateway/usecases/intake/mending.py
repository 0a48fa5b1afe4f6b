"""Rows handed back come again: matched by the number they had, taken once, the rest stays open."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import Connection

from adapters.errors import FeedUnreadableError
from adapters.port import Feed, FeedProfile, RawRow, RowError, Translation
from gateway.errors import BodyUnreadableError, NotFoundError
from gateway.store.batches import TAKEN, read_batch
from gateway.store.desk_tables import BatchRow
from gateway.usecases.intake.mending_documents import MEND_THERE, is_document, records_of

ROW_COLUMN = "row"
REASON_COLUMNS = ("error_column", "error_code", "message", "how_to_fix")
OWN_COLUMNS = frozenset((ROW_COLUMN, *REASON_COLUMNS))
"""Columns of ours in a sheet of rows handed back."""
_DIGITS = 9


def mended_batch(connection: Connection, agency: str, sender: str, feed: str, mends: UUID) -> BatchRow:
    """The first batch whose rows a further one mends: what it names, or what that mended in its turn.

    Raises `NotFoundError` for a batch that is not this sender's, `BodyUnreadableError` for one whose rows cannot be
    mended: of another feed, not finished, or refused whole.
    """
    batch = read_batch(connection, mends, agency)
    if batch is not None and batch.mends is not None:
        batch = read_batch(connection, batch.mends, agency)
    if batch is None or batch.sender != sender:
        raise NotFoundError("there is no batch of that id")
    if batch.feed != feed:
        raise BodyUnreadableError("the batch that this mends is of another feed")
    # A file of bad rows alone is refused by its rows, and its rows can be mended; one that has a reason of its own,
    # as a whole.
    if batch.validate_only or batch.refusal_code or batch.state not in {*TAKEN, "refused"}:
        raise BodyUnreadableError("no row of that batch was taken; send the whole file again, mended")
    return batch


@dataclass(slots=True)
class MendingFeed:
    """A feed whose file holds rows handed back: a sheet of them, or a document of records.

    `bad` are their numbers, with whether each was mended before. `left` counts rows that were mended before: they are
    passed over. Rows that came back empty stay open. `mended` are the numbers of those that are good now.
    """

    feed: Feed
    bad: Mapping[int, bool] = field(repr=False)
    left: int = 0
    mended: list[int] = field(default_factory=list)

    @property
    def profile(self) -> FeedProfile:
        """The feed's own."""
        return self.feed.profile

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """The rows under the numbers of the first file, without our columns.

        Raise `FeedUnreadableError`, at any row, where a row cannot be matched: a sheet is mended as a whole.
        """
        return self._records(source) if is_document(self.profile) else self._rows(source)

    def translate(self, row: RawRow) -> Translation:
        """As the feed."""
        made = self.feed.translate(row)
        if not made.errors:
            self.mended.append(row.number)
        return made

    def _records(self, source: BinaryIO) -> Iterator[RawRow]:
        seen: set[int] = set()
        for row in records_of(self.feed, source):
            if self._is_open(row.number, row.number, seen):
                yield row

    def _is_open(self, number: int, place: int, seen: set[int]) -> bool:
        """Whether the row of that number is to be taken. `seen` are the numbers of those before."""
        if number not in self.bad:
            message = f"Row {place} of this file has a row number that none of the rows to mend has."
            raise FeedUnreadableError(message, MEND_THERE)
        if number in seen:
            message = f"Two rows of this file have the row number {number}."
            raise FeedUnreadableError(message, MEND_THERE)
        seen.add(number)
        self.left += self.bad[number]
        return not self.bad[number]

    def _rows(self, source: BinaryIO) -> Iterator[RawRow]:
        seen: set[int] = set()
        for row in self.feed.rows(source):
            number = self._number(row)
            if not self._is_open(number, row.number, seen):
                continue
            cells = {name: cell for name, cell in row.cells.items() if name.strip().casefold() not in OWN_COLUMNS}
            if any(cell.strip() for cell in cells.values()):
                yield RawRow(number, cells, numbers=row.numbers, problem=self._problem(row, number))

    def _number(self, row: RawRow) -> int:
        """The number that a row had in the first file."""
        sent = next((cell for name, cell in row.cells.items() if name.strip().casefold() == ROW_COLUMN), None)
        if sent is None:
            message = f"Row {row.number} of this file has no column row that can be read."
            raise FeedUnreadableError(message, MEND_THERE)
        text = sent.strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0

    @staticmethod
    def _problem(row: RawRow, number: int) -> RowError | None:
        return None if row.problem is None else replace(row.problem, row=number)
