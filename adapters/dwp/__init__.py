"""Department for Work and Pensions: the benefit return (domain 2.2)."""

from adapters.dwp.feed import FEEDS

__all__ = ["FEEDS"]
