"""Police: nominals, occurrences, incidents, custody, and open data on places (domain 2.1, practice P8, P13)."""

from adapters.police.feed import FEEDS

__all__ = ["FEEDS"]
