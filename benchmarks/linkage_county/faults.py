"""What goes wrong between a person and a row: slips of the hand, of the eye and of the form.

Each fault is drawn for whole columns at a time; only the values that it befalls are touched one by one.
"""

from collections.abc import Callable
from random import Random

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]
_NEAR = {
    "a": "qsz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "ko", "m": "nj", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf", "s": "adw",
    "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xa",
}  # fmt: skip
_SEEN = (
    ("rn", "m"),
    ("m", "rn"),
    ("cl", "d"),
    ("d", "cl"),
    ("l", "i"),
    ("i", "l"),
    ("u", "v"),
    ("vv", "w"),
    ("e", "c"),
)
_HEARD = (
    ("ph", "f"), ("f", "ph"), ("ck", "k"), ("k", "ck"), ("ie", "y"), ("y", "ie"), ("ee", "ea"), ("ea", "ee"),
    ("c", "k"), ("s", "z"), ("ei", "ie"), ("ie", "ei"), ("ou", "u"), ("w", "wh"), ("th", "t"), ("mac", "mc"),
    ("mc", "mac"), ("o'", "o"), ("-", " "), ("ai", "ay"), ("ll", "l"), ("l", "ll"), ("nn", "n"), ("n", "nn"),
    ("tt", "t"), ("t", "tt"), ("ss", "s"), ("rr", "r"),
)  # fmt: skip


def spoil(random: Generator, values: Objects, chosen: Bools, change: Callable[[str, Random], str]) -> None:
    """Change the chosen values in place; empty ones stay empty."""
    own = Random(int(random.integers(2**62)))
    for row in np.flatnonzero(chosen):
        if values[row]:
            values[row] = change(values[row], own)


def misspelt(name: str, random: Random) -> str:
    """One slip in a name: of the keyboard, the eye, the ear or the field's width."""
    kind = random.random()
    if kind < 0.4:
        return _replaced(name, _HEARD, random)
    if kind < 0.5:
        return _replaced(name, _SEEN, random)
    if kind < 0.56:
        return name[: max(1, random.choice((1, 5, 6, 8)))]
    if kind < 0.6:
        return name.replace("-", " ").replace("'", "").replace(" ", "") if random.random() < 0.5 else name + " "
    return _typed(name, random)


def _replaced(name: str, pairs: tuple[tuple[str, str], ...], random: Random) -> str:
    low = name.lower()
    fitting = [
        pair for pair in pairs if pair[0] in low[1:] or (pair[0] in {"mac", "mc", "o'"} and low.startswith(pair[0]))
    ]
    if not fitting:
        return _typed(name, random)
    old, new = random.choice(fitting)
    place = low.rfind(old)
    changed = name[:place] + new + name[place + len(old) :]
    return changed[:1].upper() + changed[1:]


def _typed(name: str, random: Random) -> str:
    if len(name) < 3:
        return name
    place = random.randrange(1, len(name))
    letter = name[place]
    kind = random.random()
    if kind < 0.3:
        return name[:place] + name[place + 1 :]
    if kind < 0.5:
        return name[:place] + letter + name[place:]
    if kind < 0.75 and place + 1 < len(name):
        return name[:place] + name[place + 1] + letter + name[place + 2 :]
    return name[:place] + random.choice(_NEAR.get(letter.lower(), "e")) + name[place + 1 :]


def misdated(day: str, random: Random) -> str:
    """A fault in an ISO date: day and month changed about, only the year known, a digit, a decade, a neighbour."""
    year, month, date = day.split("-")
    kind = random.random()
    if kind < 0.3 and int(date) <= 12:
        return f"{year}-{date}-{month}"
    if kind < 0.5:
        return f"{year}-01-01"
    if kind < 0.6:
        return f"{int(year) + random.choice((-1, 1))}-{month}-{date}"
    if kind < 0.65:
        return f"{int(year) + random.choice((-10, 10))}-{month}-{date}"
    if kind < 0.85:
        return f"{year}-{month}-{random.randrange(1, 29):02d}"
    return f"{year}-{random.randrange(1, 13):02d}-{min(int(date), 28):02d}"


def wrong_digit(number: str, random: Random) -> str:
    """One digit changed, or two beside each other changed about."""
    places = [place for place, character in enumerate(number) if character.isdigit()]
    place = random.choice(places[:-1] or places)
    if random.random() < 0.5 and place + 1 < len(number):
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    return number[:place] + str((int(number[place]) + random.randrange(1, 10)) % 10) + number[place + 1 :]


def mispostcoded(postcode: str, random: Random) -> str:
    """A slip in a postcode: a digit, a letter, the space, or only its first half."""
    kind = random.random()
    if kind < 0.35:
        return wrong_digit(postcode, random)
    if kind < 0.65:
        place = len(postcode) - random.choice((1, 2))
        return postcode[:place] + random.choice("ABDEFGHJLNPQRSTUWXYZ") + postcode[place + 1 :]
    if kind < 0.85:
        return postcode.replace(" ", "") if random.random() < 0.7 else postcode.lower()
    return postcode.partition(" ")[0]
