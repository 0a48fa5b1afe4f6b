"""Police: nominals, occurrences, and open data on places."""

from adapters.police.feed import FEEDS

__all__ = ["FEEDS"]
