"""Every feed there is, written out package by package. Feeds made from mapping files are passed in as `extra`."""

from collections.abc import Mapping
from types import MappingProxyType

from adapters import case_system, dwp, gazetteer, health, police, schools, social_care
from adapters.errors import UnknownFeedError
from adapters.port import Feed

_PACKAGES = (police, dwp, health, schools, social_care, case_system, gazetteer)
FEEDS: Mapping[str, Feed] = MappingProxyType(
    {feed.profile.name: feed for package in _PACKAGES for feed in package.FEEDS}
)
PACKAGES: Mapping[str, str] = MappingProxyType(
    {feed.profile.name: package.__name__ for package in _PACKAGES for feed in package.FEEDS}
)
"""The package of each feed, by the feed's name: a process that needs one feed alone loads no other."""
_NO_FEEDS: Mapping[str, Feed] = MappingProxyType({})


def feed_named(name: str, extra: Mapping[str, Feed] = _NO_FEEDS) -> Feed:
    """Return the feed of that name, built in or of `extra`. A built-in feed cannot be replaced.

    Raise `UnknownFeedError`, whose text does not repeat the name.
    """
    feed = FEEDS.get(name) or extra.get(name)
    if feed is None:
        raise UnknownFeedError("no feed of that name exists")
    return feed
