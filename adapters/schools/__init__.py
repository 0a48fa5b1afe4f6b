"""Schools: attendance, suspensions, roll, census, transfer files, special needs and participation (domain 2.4)."""

from adapters.schools.feed import FEEDS

__all__ = ["FEEDS"]
