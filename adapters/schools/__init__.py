"""Schools: attendance, suspensions, the roll, and pupil records of the Department for Education (domain 2.4)."""

from adapters.schools.feed import FEEDS

__all__ = ["FEEDS"]
