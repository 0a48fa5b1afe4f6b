"""Homes of the county: streets in wards, postcodes, property numbers, flats, shared houses, homes of many, schools.

Every place name is invented and so are postcodes, which lie in areas that do not exist.
"""

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Objects = NDArray[np.object_]

HOUSE, FLAT, SHARED_HOUSE, COMMUNAL, REFUGE, SCHOOL = range(6)
KINDS = ("house", "flat", "shared house", "communal", "refuge", "school")
_WARDS = 60
_HOMES_A_POSTCODE = 17
_HOMES_A_STREET = 60
_TOWNS_TEXT = """
Easthaven Millbrook Ashcombe Fernley Stonebridge Kingsmarch Harrowby Wexcombe Thornbury-on-Lea Marlstone
"""
_TOWNS = _TOWNS_TEXT.split()
_STREET_NAMES_TEXT = """
High Church Station Park Mill Manor Victoria Albert Queens Kings Grange School Chapel North South West East London
York Green New Springfield Orchard Meadow Beech Oak Elm Ash Cedar Willow Hawthorn Laurel Holly Poplar Chestnut Maple
Sycamore Birch Alexandra Windsor Cambridge Oxford Warwick Stanley Gladstone Wellington Nelson Clarence Russell
Salisbury Richmond Cromwell Milton Tennyson Byron Shelley Wordsworth Keats Brunel Stephenson Arkwright Telford Kestrel
Heron Swift Plover Lark Bramble Primrose Bluebell Heather Foxglove Clover Priory Abbey Castle Bridge Water Well Hill
Valley Ridge Field Wood Brook River Canal Quarry Foundry Market Union Temple Mount Moor Cross Nursery Coppice
"""
_STREET_NAMES = _STREET_NAMES_TEXT.split()
_STREET_KINDS = ("Road", "Street", "Avenue", "Lane", "Close", "Drive", "Way", "Grove", "Terrace", "Gardens", "Court")
_BLOCKS = ("House", "Court", "Point", "Tower", "Lodge", "Heights")
_COMMUNAL = ("Care Home", "Nursing Home", "Residential Home", "Hostel", "Halls of Residence", "Foyer")
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


class Homes:
    """All homes as columns of one length: `street`, `number`, `flat` (0 none), `kind`, `postcode`, `ward`, `uprn`."""

    def __init__(self, random: Generator, count: int) -> None:
        self.count = count
        self.ward = np.sort(random.integers(0, _WARDS, count))
        street = np.arange(count) // _HOMES_A_STREET
        self.number = np.arange(count) % _HOMES_A_STREET * 2 + random.integers(1, 3, count)
        self.kind = np.zeros(count, np.int64)
        self.flat = np.zeros(count, np.int64)
        self._flats(random, street)
        self.town = self.ward % len(_TOWNS)
        self.street = _street_names(random, street)
        self.block = random.integers(0, len(_BLOCKS), count)
        self.uprn = 100_000_000_000 + random.permutation(count * 9)[:count]
        # A building's own number, which some sources give to every flat in it.
        self.building = self.uprn.copy()
        flats = self.flat > 0
        first = np.arange(count) - (self.flat - 1)
        self.building[flats] = self.uprn[first[flats]] + 1
        self.postcode = _postcodes(np.arange(count) // _HOMES_A_POSTCODE)
        # Deprivation lies in patches: wards differ, and streets within them.
        level = random.random(_WARDS)[self.ward] * 0.7 + random.random(street[-1] + 1)[street] * 0.3
        self.decile = (np.argsort(np.argsort(level)) * 10 // count) + 1

    def _flats(self, random: Generator, street: Ints) -> None:
        """A fifth of the homes are flats, in buildings of 4 to 24 that share a street number."""
        place = 0
        starts = np.flatnonzero(random.random(self.count) < 0.02)
        sizes = random.integers(4, 25, len(starts))
        for start, size in zip(starts, sizes, strict=True):
            end = min(start + size, self.count)
            if start < place or street[end - 1] != street[start]:
                continue
            self.flat[start:end] = np.arange(1, end - start + 1)
            self.number[start:end] = self.number[start]
            self.kind[start:end] = FLAT
            place = end

    def convert(self, homes: Ints, kind: int) -> None:
        """Turn these homes into shared houses, homes of many or refuges."""
        self.kind[homes] = kind
        self.flat[homes] = 0


def _street_names(random: Generator, street: Ints) -> Objects:
    count = int(street[-1]) + 1
    names = random.integers(0, len(_STREET_NAMES), count)
    kinds = random.choice(len(_STREET_KINDS), count, p=_falling(len(_STREET_KINDS)))
    made = [f"{_STREET_NAMES[name]} {_STREET_KINDS[kind]}" for name, kind in zip(names, kinds, strict=True)]
    return np.array(made, dtype=object)[street]


def _falling(count: int) -> NDArray[np.float64]:
    weights: NDArray[np.float64] = 1 / np.arange(1, count + 1)
    return np.asarray(weights / weights.sum())


def _postcodes(unit: Ints) -> Objects:
    last = int(unit[-1]) + 1
    made = []
    for number in range(last):
        rest, second = divmod(number, len(_LETTERS))
        rest, first = divmod(rest, len(_LETTERS))
        district, sector = divmod(rest, 9)
        made.append(f"NV{district + 1} {sector + 1}{_LETTERS[first]}{_LETTERS[second]}")
    return np.array(made, dtype=object)[unit]


def address_texts(homes: Homes, chosen: Ints, style: Ints) -> list[str]:
    """One line of text for each chosen home; `style` 0 to 5 is how a source writes addresses."""
    columns = (homes.kind, homes.number, homes.flat, homes.street, homes.town, homes.block)
    return [
        _text(values, int(one))
        for *values, one in zip(*(column[chosen].tolist() for column in columns), style.tolist(), strict=True)
    ]


_SHORT = {"Road": "Rd", "Street": "St", "Avenue": "Ave", "Lane": "Ln", "Close": "Cl", "Drive": "Dr", "Gardens": "Gdns"}


def _text(home: list[Any], style: int) -> str:
    kind, number, flat, street, town, block = home
    if style in {1, 4}:
        first, _, last = street.rpartition(" ")
        street = f"{first} {_SHORT.get(last, last)}"
    if kind in {COMMUNAL, REFUGE, SCHOOL}:
        what = {REFUGE: "Lodge", SCHOOL: "Primary School"}.get(kind, _COMMUNAL[number % len(_COMMUNAL)])
        named = f"{street.partition(' ')[0]} {what}"
        return f"{named}, {number} {street}, {_TOWNS[town]}"
    if flat:
        line = _flat_line(number, flat, street, block, style)
    elif style == 5:
        line = f"{number}, {street}"
    else:
        line = f"{number} {street}"
    return line if style in {3, 4} else f"{line}, {_TOWNS[town]}"


def _flat_line(number: int, flat: int, street: str, block: int, style: int) -> str:
    if style == 1:
        return f"{flat}/{number} {street}"
    if style == 2 and flat <= 26:
        return f"{number}{chr(64 + flat)} {street}"
    if style == 4:
        return f"Flat {flat} {number} {street}"
    if style == 5:
        return f"Flat {flat}, {street.partition(' ')[0]} {_BLOCKS[block]}, {number} {street}"
    return f"Flat {flat}, {number} {street}"
