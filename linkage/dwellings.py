"""Which dwelling a row names, where some rows tell a UPRN, some an address, and some both."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NOWHERE = -1


def dwellings(uprn: Ints, address: Ints) -> Ints:
    """Each row's dwelling by number, `NOWHERE` where it names none.

    `uprn` and `address` (its key, `linkage.addresses.address_key`) are numbers from 0, `NOWHERE` where not told. An
    address that other rows tell with a UPRN is that UPRN's dwelling; where they tell several, the commonest, then the
    one told with the fewest addresses. A UPRN most of whose rows tell addresses that go by another is the shell of a
    building (a parent of AddressBase), which nobody lives in: its rows go by their address.
    """
    uprns, addresses = int(uprn.max(initial=-1)) + 1, int(address.max(initial=-1)) + 1
    if not addresses or not uprns:
        return np.where(uprn != NOWHERE, uprn, np.where(address != NOWHERE, uprns + address, NOWHERE))
    both = (uprn != NOWHERE) & (address != NOWHERE)
    pair, rows = np.unique(address[both] * uprns + uprn[both], return_counts=True)
    told, told_as = pair // uprns, pair % uprns
    best = _best(told, told_as, rows, (uprns, addresses))
    elsewhere = best[told] != told_as
    shell = 2 * np.bincount(told_as[elsewhere], rows[elsewhere], uprns) > np.bincount(told_as, rows, uprns)
    home = np.where((uprn != NOWHERE) & ~shell[np.maximum(uprn, 0)], uprn, NOWHERE)
    known = np.where(address != NOWHERE, best[np.maximum(address, 0)], NOWHERE)
    home = np.where(home == NOWHERE, known, home)
    return np.where((home == NOWHERE) & (address != NOWHERE), uprns + address, home)


def _best(told: Ints, told_as: Ints, rows: Ints, sizes: tuple[int, int]) -> Ints:
    """The UPRN that each address goes by."""
    uprns, addresses = sizes
    order = np.lexsort((told_as, np.bincount(told_as, minlength=uprns)[told_as], -rows, told))
    best = np.full(addresses, NOWHERE, dtype=np.int64)
    # The last write to a place stays: the first of each address is written last.
    best[told[order[::-1]]] = told_as[order[::-1]]
    return best
