"""Northvale's feeds, read once a process: parsing the mapping files takes longer than a copy of the database."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from adapters.port import Feed
from gateway.building import load_feeds
from gateway.settings import Settings


@cache
def _read(folder: Path) -> Mapping[str, Feed]:
    return load_feeds(Settings(feeds_dir=folder))


def feeds_of(folder: Path) -> dict[str, Feed]:
    """The built-in feeds and those of the mapping files in a folder; the dictionary is the caller's own."""
    return dict(_read(folder))
