"""What the steps of taking a batch share."""

from dataclasses import dataclass
from datetime import datetime

from adapters.port import Feed
from agreements.offers import Supply
from gateway.store.desk_tables import BatchRow
from gateway.usecases.intake.intake_order import Order
from gateway.wiring import Wiring

SUPPLY_PURPOSE = "supply"
UNFINISHED = frozenset({"received", "validating"})
"""States of a batch that is to be taken yet."""


class BatchRefusedError(Exception):
    """Raised while a batch is taken: nothing of it is stored, and its sender is told why. Texts hold no value.

    With `hands_back` the sender gets the bad rows all the same.
    """

    def __init__(self, code: str, message: str, how_to_fix: str, *, hands_back: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.how_to_fix = how_to_fix
        self.hands_back = hands_back


class BatchWaitsError(Exception):
    """Raised while a batch is taken: its sender is to say first that it is right. Nothing of it is stored meanwhile.

    `reason` is fewer-rows or many-withdrawals, `rows` how many it has, `usual` how many such a file usually has.
    """

    def __init__(self, reason: str, rows: int, usual: int | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rows = rows
        self.usual = usual


@dataclass(frozen=True, slots=True)
class Taking:
    """What stays the same while a batch is taken. `now` is the one instant of its facts and entries.

    `file` is the batch's name in the spool, `error_budget` the share of rows (0 to 1) that may be bad,
    `declared_rows` how many rows a file was said to have when the feed was switched on.
    """

    wiring: Wiring
    order: Order
    batch: BatchRow
    feed: Feed
    supply: Supply
    now: datetime
    file: str
    error_budget: float
    declared_rows: int | None = None

    def kept_columns(self) -> frozenset[str]:
        """The columns that are keys, or feed an item that this partner may supply.

        A required column by which rows are known is a key whatever else it feeds: no row could be mended without it.
        """
        profile = self.feed.profile
        return frozenset(
            column.name
            for column in profile.columns
            if not column.items
            or not self.supply.items.isdisjoint(column.items)
            or (column.required and column.name in profile.row_key)
        )

    def emptied_columns(self) -> frozenset[str]:
        """The columns without which no file is one of the feed, but of which nothing is kept: handed back empty."""
        return frozenset(column.name for column in self.feed.profile.columns if column.required) - self.kept_columns()
