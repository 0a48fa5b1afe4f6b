"""Addresses brought to a key: postcode and numbers where there are any, never string equality (domain 2.10)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from concept_model.identifiers import normal_postcode
from linkage.names import fold

_UNIT = r"(?:flat|apartment|apt|appt|unit|room|rm|studio|maisonette|fl|bedsit)"
_FLOOR = re.compile(rf"\b(ground|first|second|third|fourth|top|basement|garden|lower|upper)(?:\s+floor)?\s+{_UNIT}\b")
_FLAT = re.compile(rf"\b{_UNIT}\s*(?:no|number)?\s*(\d+\s?[a-z]?|[a-z])\b")
_SLASH = re.compile(r"^\s*(\d+[a-z]?)\s*/\s*(\d+[a-z]?)\b")
_NUMBER = re.compile(r"\b(\d+)\s?([a-z])?\b(?:\s?-\s?(\d+[a-z]?)\b)?")
_LINE_END, _WORD, _NO_LETTERS = re.compile(r"\s*\n\s*"), re.compile(r"[^\W_]+"), re.compile(r"[\W\d_]+")
_POSTCODE_AT_END = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2})\s*$")
STREET_WORDS = {
    "st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "cl": "close",
    "clo": "close", "cres": "crescent", "cresc": "crescent", "ct": "court", "crt": "court", "dr": "drive",
    "drv": "drive", "gdns": "gardens", "gdn": "garden", "gr": "grove", "gro": "grove", "hse": "house", "pk": "park",
    "pl": "place", "sq": "square", "ter": "terrace", "terr": "terrace", "wy": "way", "bldgs": "buildings",
    "nth": "north", "sth": "south", "mt": "mount",
}  # fmt: skip
"""Usual abbreviations in addresses, written out."""
# Where the number of a building stood: what follows it is its street, what precedes it the building's name.
_NUMBERED = "\x1f"
_NUMBER_NEXT = re.compile(rf"{_NUMBERED}\s*,\s*\d")
_DIGITS_ALONE = re.compile(r"[0-9]{4,6}")
_UPRN = re.compile(r"[0-9]{1,12}")
LEAST_LETTERS = 10
"""An address of fewer letters is a street's name at most."""
# The NHS and others write these for no fixed abode, not known, or abroad (NHS ODS pseudo postcodes ZZ99).
_PSEUDO_AREAS = ("ZZ99",)


def postcode(text: str) -> str | None:
    """A real postcode in its normal form; None for anything else, pseudo postcodes such as ZZ99 3VZ included."""
    normal = normal_postcode(text)
    return None if normal is None or normal.startswith(_PSEUDO_AREAS) else normal


def is_pseudo_postcode(text: str) -> bool:
    """Whether this is written for no fixed abode, an address that nobody knows, or one abroad."""
    return (normal_postcode(text) or "").startswith(_PSEUDO_AREAS)


def postal_code(text: str) -> str | None:
    """A British postcode in its normal form, or one that is digits alone, as many countries have them; not 00000."""
    compact = text.strip()
    if _DIGITS_ALONE.fullmatch(compact):
        return compact if len(set(compact)) > 1 else None
    return postcode(text)


def uprn(text: str) -> str | None:
    """A UPRN as text without leading zeros (BS 7666), or None."""
    digits = text.strip().lstrip("0")
    return digits if _UPRN.fullmatch(digits) else None


def address_key(lines: Sequence[str], postcode_text: str | None = None) -> str | None:
    """One key for every way of writing one address: "4a High St" and "Flat 4A, High Street" are the same.

    With a postcode: postcode and numbers, flat first; a house without a number goes by its name. Without a British
    one: numbers and street, behind a code of digits alone where there is one, since that stands for a whole town, or
    else before what follows the street: most towns have a High Street. None where there is nothing to tell it from its
    neighbours.
    """
    return key_and_street(lines, postcode_text)[0]


def key_and_street(lines: Sequence[str], postcode_text: str | None = None) -> tuple[str | None, str]:
    """The key of an address, and its street without numbers in full words ("" where there is none)."""
    parts = parts_of_address(lines)
    return _key(parts, postcode_text), parts.street


def key_street_and_text(lines: Sequence[str], postcode_text: str | None = None) -> tuple[str | None, str, str]:
    """`key_and_street` and `address_text` of an address that is taken apart once."""
    parts, text = parts_and_text(lines)
    return _key(parts, postcode_text), parts.street, text


def _key(parts: "AddressParts", postcode_text: str | None) -> str | None:
    units, street, town, at_end = parts
    code = postcode(postcode_text or "") or at_end
    if code:
        name = units or street
        return f"{code}|{name}" if name else None
    digits = postal_code(postcode_text or "")
    said = (digits, units, street) if digits else (units, street, *([town] if town else []))
    return "|".join(said) if units and street else None


class AddressParts(NamedTuple):
    """What an address says without the postcode beside it: the numbers of flat and building, the street, "" for none.

    `town` is what follows the street; `at_end` the postcode at the end of the address, where one stands there.
    """

    units: str
    street: str
    town: str
    at_end: str | None


def parts_of_address(lines: Sequence[str]) -> AddressParts:
    """Take an address apart."""
    text = fold(", ".join(line for line in lines if line)).replace("'", "").replace(".", " ")
    text = _LINE_END.sub(", ", text)
    found = _POSTCODE_AT_END.search(text)
    at_end = postcode(found[1]) if found else None
    if found and at_end:
        text = text[: found.start()]
    units, rest = _units(text)
    return AddressParts(" ".join(units), *_street_and_town(rest), at_end)


def parts_and_text(lines: Sequence[str]) -> tuple[AddressParts, str]:
    """`parts_of_address` and `address_text` of an address that is taken apart once."""
    parts = parts_of_address(lines)
    letters = _NO_LETTERS.sub("", fold("".join(lines)))
    return parts, f"{parts.units}|{letters}" if len(letters) >= LEAST_LETTERS else ""


def address_text(lines: Sequence[str]) -> str:
    """All that an address says, for `linkage.conditions.text_alike`: its numbers, a bar, and its letters run together.

    "Rosewyn, 12 Mullan Street, Ashby" gives "12|rosewynmullanstreetashby". Words joined or parted by mistake are then
    no difference. "" for one of so few letters that it says next to nothing.
    """
    return parts_and_text(lines)[1]


def place_key(uprn_text: str | None, lines: Sequence[str], postcode_text: str | None = None) -> str | None:
    """Key of a dwelling: its UPRN where known, else its normalised address, else None."""
    number = uprn(uprn_text or "")
    if number:
        return f"uprn:{number}"
    key = address_key(lines, postcode_text)
    return f"address:{key}" if key else None


def _units(text: str) -> tuple[list[str], str]:
    """The numbers of flat and building, in that order, and the text without them."""
    flat = ""
    for pattern in (_FLOOR, _FLAT):
        found = pattern.search(text)
        if found:
            flat = found[1].replace(" ", "")
            text = text[: found.start()] + "," + text[found.end() :]
            break
    if not flat:
        found = _SLASH.search(text)
        if found:
            return [found[1], found[2]], text[found.end() :]
    number, text = _building(text)
    # A flat known by a letter is the building's number and that letter: "Flat A, 12" is "12a".
    if len(flat) == 1 and flat.isalpha() and number.isdigit():
        return [number + flat], text
    if not flat and _NUMBER_NEXT.search(text):
        # "Villa 2, 8 Reader Court": the first number is of a dwelling at the second.
        flat, (number, text) = number, _building(text.replace(_NUMBERED, "", 1))
    return [unit for unit in (flat, number) if unit], text


def _building(text: str) -> tuple[str, str]:
    found = _NUMBER.search(text)
    if not found:
        return "", text
    number = found[1].lstrip("0") + (found[2] or "") + (f"-{found[3]}" if found[3] else "")
    return number, text[: found.start()] + _NUMBERED + text[found.end() :]


def _street_and_town(text: str) -> tuple[str, str]:
    """What the number stood before, or else the first part that is left, and what follows the number's street.

    A street's usual abbreviations are written out.
    """
    before, _, numbered = text.rpartition(_NUMBERED)
    after = [words for part in numbered.split(",") if (words := _WORD.findall(part))]
    first = next((words for part in before.split(",") if (words := _WORD.findall(part))), [])
    tokens = after[0] if after else first
    town = " ".join(word for words in after[1:] for word in words)
    if tokens and tokens[0] == "st" and len(tokens) > 1:
        tokens = ["saint", *tokens[1:]]
    return " ".join(STREET_WORDS.get(token, token) for token in tokens), town
