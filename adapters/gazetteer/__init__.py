"""Addresses as gazetteers hand them out (AddressBase Premium, LLPG; BS 7666). Reference data: no persons."""

from adapters.gazetteer.feed import GAZETTEER

FEEDS = (GAZETTEER,)

__all__ = ["FEEDS"]
