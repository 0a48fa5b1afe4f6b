"""The council's case system, and the Family Context extract of children's social care (domain 2.6.3, 2.12)."""

from adapters.case_system.feed import FEEDS

__all__ = ["FEEDS"]
