"""The UPRN of an address that was sent without one: found in a gazetteer or not said at all.

Numbers decide, words confirm. A flat and a number that the gazetteer does not hold are never taken for their
neighbours', an address that names a building of several flats and none of them is left as it is, and so is one that
fits two properties. Every match says by which rule it was found and how sure that rule is, as measured on addresses
whose UPRN is known (`benchmarks.addresses`); the rule is its provenance.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from linkage.written_address import WrittenAddress

_NEAR_WORD = 0.8
_NEAR_STREET = 0.85
_SHORTEST_NEAR = 4
_SHORTEST_PREFIX = 4
_FLATS_OF_A_BUILDING = 2
_DISTANT = 1


class Rule(StrEnum):
    """How an address was found. The weakest part of it names the rule."""

    SAME = "same address"
    SPELLING = "street spelt otherwise"
    NAME = "name of the building"
    FLOOR = "floor of the building"
    OTHER_POSTCODE = "other or no postcode"
    EQUAL_TEXT = "equal text of another record"


CONFIDENCE: Mapping[Rule, float] = {
    Rule.SAME: 0.999, Rule.SPELLING: 0.99, Rule.NAME: 0.97, Rule.FLOOR: 0.97, Rule.OTHER_POSTCODE: 0.99,
    Rule.EQUAL_TEXT: 0.99,
}  # fmt: skip
"""The chance that a match of each rule is right."""
_ORDER = (Rule.SAME, Rule.SPELLING, Rule.NAME, Rule.FLOOR)


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """One way in which a gazetteer writes the address of a property, and when it was written so, where that is said."""

    uprn: str
    written: WrittenAddress
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """The property that an address is of. `confidence` is a chance, 0 to 1."""

    uprn: str
    rule: Rule
    confidence: float


class Gazetteer:
    """Known addresses by postcode, and by numbers and street for those whose postcode is wrong or missing."""

    def __init__(self, known: Iterable[KnownAddress]) -> None:
        self._by_postcode: dict[str, list[KnownAddress]] = defaultdict(list)
        self._by_street: dict[str, list[KnownAddress]] = defaultdict(list)
        for one in known:
            if one.written.postcode:
                self._by_postcode[one.written.postcode].append(one)
            key = street_key(one.written)
            if key:
                self._by_street[key].append(one)

    def match(
        self, written: WrittenAddress, since: date | None = None, until: date | None = None
    ) -> AddressMatch | None:
        """The property that is meant, or None; `since` and `until` bound the time of which the address is told."""
        if not written.tells_a_dwelling:
            return None
        near = self._by_postcode.get(written.postcode or "", ())
        found = _within(written, [one for one in near if _stands(one, since)], since, until)
        if found is not None or any(one.written.street == written.street for one in near):
            # The postcode is that of the street: a number that is not known there is nobody else's.
            return found
        key = street_key(written)
        far = [one for one in self._by_street.get(key or "", ()) if _stands(one, since)]
        return _elsewhere(written, far, since, until)


def street_key(written: WrittenAddress) -> str | None:
    """Numbers and street: what an address whose postcode is wrong is looked up by."""
    if not written.numbers or not written.street:
        return None
    return f"{' '.join(written.units)}|{' '.join(written.street)}"


def agreed_uprn(uprns: Collection[str]) -> AddressMatch | None:
    """What other records that say the same text call its property, where all that name one agree."""
    return _matched(next(iter(uprns)), Rule.EQUAL_TEXT) if len(set(uprns)) == 1 else None


def _matched(uprn: str, rule: Rule) -> AddressMatch:
    return AddressMatch(uprn, rule, CONFIDENCE[rule])


def _stands(one: KnownAddress, since: date | None) -> bool:
    """An address that had ended before somebody came is not where they came to."""
    return not (since and one.valid_to and one.valid_to < since)


def _within(
    written: WrittenAddress, near: Sequence[KnownAddress], since: date | None, until: date | None
) -> AddressMatch | None:
    """The one that fits best of those with the address's own postcode; None where two properties fit as well."""
    fitting: dict[Rule, list[KnownAddress]] = defaultdict(list)
    for one in near:
        rule = _fit(written, one.written)
        if rule is not None:
            fitting[rule].append(one)
    for rule in _ORDER:
        if fitting[rule]:
            if not written.flat and not written.floors and _is_building_of_flats(written, near):
                return None
            uprn = _only(fitting[rule], written, since, until)
            return None if uprn is None else _matched(uprn, rule)
    return None


def _elsewhere(
    written: WrittenAddress, far: Sequence[KnownAddress], since: date | None, until: date | None
) -> AddressMatch | None:
    """The only one of its numbers and street whose postcode is a slip away, or whose place is named."""
    backed = [one for one in far if _fit(written, one.written) is Rule.SAME and _is_backed(written, one.written)]
    uprn = _only(backed, written, since, until) if backed else None
    return None if uprn is None else _matched(uprn, Rule.OTHER_POSTCODE)


def _only(
    fitting: Sequence[KnownAddress], written: WrittenAddress, since: date | None, until: date | None
) -> str | None:
    """The property that all of them are of: named alike, and of the time, where that tells two apart."""
    tests: tuple[Callable[[KnownAddress], bool], ...] = (
        lambda one: one.written.name == written.name,
        lambda one: _agree(written.name, one.written.name),
        lambda one: _overlap(one, since, until),
    )
    left = list(fitting)
    for test in tests:
        if len({one.uprn for one in left}) > 1:
            left = [one for one in left if test(one)] or left
    uprns = {one.uprn for one in left}
    return uprns.pop() if len(uprns) == 1 else None


def _overlap(one: KnownAddress, since: date | None, until: date | None) -> bool:
    if since is None and until is None:
        return one.valid_to is None
    return (one.valid_from or date.min) <= (until or date.max) and (since or date.min) <= (one.valid_to or date.max)


def _is_building_of_flats(written: WrittenAddress, near: Iterable[KnownAddress]) -> bool:
    """Whether the gazetteer holds flats of the building that is named, and the address none of them."""
    if written.flat or (written.numbers and written.units != written.building):
        return False
    flats = {
        one.written.units
        for one in near
        if one.written.units != one.written.building
        and one.written.building == written.building
        and one.written.flat != "annexe"
        and _street_fit(written, one.written) is not None
    }
    return len(flats) >= _FLATS_OF_A_BUILDING


def _fit(written: WrittenAddress, known: WrittenAddress) -> Rule | None:
    """How two addresses of one postcode agree, by the weakest part; None where they do not."""
    if written.another != known.another:
        return None
    if written.numbers and known.numbers:
        unit = _unit_fit(written, known)
        if unit is None:
            return None
        street = _street_fit(written, known)
        return None if street is None else max(unit, street, key=_ORDER.index)
    if _numbered_within(written, known) or _numbered_within(known, written):
        return Rule.NAME
    if not written.name or written.flat != known.flat or written.floors != known.floors:
        return None
    # No number on one side: "Rose Cottage, Mill Lane" and "Rose Cottage, 6 Mill Lane".
    if not _agree(written.name, known.name) or not known.name:
        return None
    if not written.numbers and not known.numbers and written.name == known.name and written.street == known.street:
        return Rule.SAME
    same_street = not (written.street and known.street) or _street_fit(written, known) is not None
    return Rule.NAME if same_street else None


def _unit_fit(written: WrittenAddress, known: WrittenAddress) -> Rule | None:
    if written.units == known.units and written.floors == known.floors:
        return Rule.SAME
    if written.floors and written.floors & known.floors and written.building == known.building and not written.flat:
        return Rule.SAME if written.floors == known.floors and not known.flat else Rule.FLOOR
    if written.units == known.units and written.flat and not (written.floors and known.floors):
        # The flat is told by its letter or number; one side names its floor beside.
        return Rule.SAME
    return None


def _numbered_within(one: WrittenAddress, other: WrittenAddress) -> bool:
    """A number that is the other's flat, in one building: "4 Kestrel Court", "Flat 4, Kestrel Court, Mill Lane"."""
    if one.flat or one.floors or other.numbers or other.floors or one.numbers != (other.flat,):
        return False
    building = one.name or one.street
    return bool(other.name) and len(building) == len(other.name) and _agree(building, other.name)


def _street_fit(written: WrittenAddress, known: WrittenAddress) -> Rule | None:
    """Whether two addresses of one postcode and number may be of one street."""
    if written.street == known.street:
        return Rule.SAME if written.street or _agree(written.name, known.name) else None
    mine, theirs = written.street, known.street
    if not mine or not theirs:
        # A building's name may stand in the place of a street.
        return Rule.SPELLING if _agree((*written.name, *mine), (*known.name, *theirs)) else None
    if _near_text(" ".join(mine), " ".join(theirs), _NEAR_STREET) or _near_text("".join(mine), "".join(theirs), 1):
        return Rule.SPELLING
    if _starts_alike(mine, theirs):
        return Rule.SPELLING
    said = {*written.name, *mine, *written.rest}
    known_words = {*known.name, *theirs, *known.rest}
    return Rule.SPELLING if said.issuperset(theirs) or known_words.issuperset(mine) else None


def _starts_alike(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """The proper word of the street is the same, and its kind is another or was left out."""
    first, second = mine[0], theirs[0]
    return len(first) >= _SHORTEST_PREFIX and _near_text(first, second, _NEAR_WORD)


def _agree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether every word of the shorter name has its like in the longer; a name that one leaves out agrees."""
    shorter, longer = sorted((one, other), key=len)
    return all(any(_near_text(word, like, _NEAR_WORD) for like in longer) for word in shorter)


@lru_cache(maxsize=100_000)
def _near_text(one: str, other: str, ratio: float) -> bool:
    if one == other:
        return True
    if ratio >= 1 or min(len(one), len(other)) < _SHORTEST_NEAR:
        return False
    first, second = sorted((one, other))
    matcher: SequenceMatcher[str] = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.real_quick_ratio() >= ratio and matcher.quick_ratio() >= ratio and matcher.ratio() >= ratio


def _is_backed(written: WrittenAddress, known: WrittenAddress) -> bool:
    """Something beside number and street speaks for it: a postcode one slip away, or the name of the place."""
    if written.postcode:
        return known.postcode is not None and _one_slip(written.postcode, known.postcode)
    shorter, longer = sorted((set(written.rest), set(known.rest)), key=len)
    return bool(shorter) and shorter <= longer


def _one_slip(one: str, other: str) -> bool:
    """One letter or digit is another, or two neighbours are turned."""
    if len(one) != len(other):
        return False
    differing = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) == _DISTANT:
        return True
    return (
        len(differing) == _DISTANT + 1
        and one[differing[0]] == other[differing[1]]
        and one[differing[1]] == other[differing[0]]
    )
