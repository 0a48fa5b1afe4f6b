"""A feed as its sender's own desk reads a file before it is pushed: under what will be said of the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from adapters.port import Feed, FeedProfile, RawRow, Translation
from gateway.usecases.intake.batch_checks import followed_version
from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.intake.batch_modes import EarlierFeed, TombstoneFeed
from gateway.usecases.intake.mending_documents import is_document, records_of


@dataclass(frozen=True, slots=True)
class _MendedHere:
    """A feed whose file is a document of bad records; which of them are open, the gateway alone knows."""

    feed: Feed

    @property
    def profile(self) -> FeedProfile:
        """The feed's own."""
        return self.feed.profile

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """As `records_of`."""
        return records_of(self.feed, source)

    def translate(self, row: RawRow) -> Translation:
        """As the feed."""
        return self.feed.translate(row)


def as_pushed(feed: Feed, mode: Mode, version: str, today: date, *, mends: bool) -> Feed:
    """The feed that reads a file of that mode and version, or of rows that were handed back.

    A version that has ended, or never was, raises `SchemaVersionError`.
    """
    earlier = followed_version(feed.profile, version or None, today)
    found = feed if earlier is None else EarlierFeed(feed, earlier)
    if mode is Mode.TOMBSTONE:
        found = TombstoneFeed(found)
    return _MendedHere(found) if mends and is_document(feed.profile) else found
