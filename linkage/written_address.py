"""An address as somebody wrote it, taken apart: unit, number, name of the building, street, what follows it.

Nothing is looked up here. "Flat 4, 12 High St", "4/12 High Street" and "12 High Street, Flat 4" come out alike; so do
"12a" and "Flat A, 12" (BS 7666 calls the two objects SAO and PAO; domain 2.10).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linkage.addresses import STREET_WORDS, is_pseudo_postcode, postcode
from linkage.names import fold

_UNIT = r"(?:flat|apartment|apt|appt|unit|room|rm|studio|maisonette|bedsit|suite)"
_FLOOR = r"(?:lower ground|upper ground|ground|first|second|third|fourth|fifth|top|basement|garden|upper|lower)"
_FLOORS = re.compile(
    rf"\b({_FLOOR}(?:\s*(?:and|&|,)\s*{_FLOOR})*)\s+(?:floors?(?:\s+{_UNIT})?|{_UNIT})\b"
    rf"|\b{_UNIT}\s+({_FLOOR})(?:\s+floors?)?\b"
)
_FLAT = re.compile(rf"\b{_UNIT}s?\s*(?:no|number)?\s*(\d+\s?[a-z]?|[a-z]\s?\d+|[a-z])\b")
_NUMBERS = re.compile(r"\b\d+")
_BARE_UNIT = re.compile(rf"\b{_UNIT}\b")
_SLASH = re.compile(r"^\s*(\d+[a-z]?)\s*/\s*(\d+[a-z]?)\b")
_HALF = re.compile(r"\b(\d+)\s*(?:(?:&|and)\s+a\s+half|1/2)\b")
_RANGE = re.compile(r"\b(\d+)([a-z]?)\s*(?:-|to)\s*(\d+)([a-z]?)\b")
_TOKEN = re.compile(r"\d+-\d+|\d+half|\d+ ?[a-z](?![^\W\d_])|\d+|[^\W\d_]+|,")
_POSTCODE_AT_END = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2})\s*$")
_CARE_OF = re.compile(r"^\s*c/o\s+[^,\d]*,?")
_IDLE = frozenset({"the", "of", "and", "at", "no", "number", "uk", "england", "wales", "united", "kingdom"})
_KINDS = frozenset(
    {
        "st", "road", "avenue", "lane", "close", "drive", "way", "grove", "terrace", "gardens", "court", "crescent",
        "place", "square", "park", "hill", "mews", "row", "walk", "rise", "view", "green", "parade", "villas",
        "buildings", "yard", "croft", "mount", "quay", "wharf", "circus", "esplanade", "promenade", "broadway",
        "vale", "chase", "end", "fields", "gate", "path", "passage", "alley", "wynd", "bank", "drove", "loke",
    }
)  # fmt: skip
_COMMA = ","
_MOST_WITHOUT_KIND = 3
_ANNEXE = frozenset({"annexe", "annex"})
# Before a number or a name these tell another place than the one that is named, or one of before: Rear of 12 Mill Lane,
# Land at Church Lane, PO Box 12.
_BESIDE = frozenset(
    {
        "land", "rear", "behind", "adjacent", "adjoining", "adj", "opposite", "opp", "near", "nr", "outside", "beside",
        "between", "formerly", "previously", "box",
    }
)  # fmt: skip
# Beside The Old Rectory there often is a Rectory: where no number tells, such a word does.
_OLD_OR_NEW = frozenset({"old", "new"})
_FLAT_THEN_NUMBER = re.compile(r"([a-z])\s+(\d+)")
_SHORT_FLOORS = {
    "gff": "ground floor flat", "fff": "first floor flat", "tff": "top floor flat", "1st floor": "first floor",
    "2nd floor": "second floor", "3rd floor": "third floor",
}  # fmt: skip
_SHORT_FLOOR = re.compile(rf"\b({'|'.join(_SHORT_FLOORS)})\b")


@dataclass(frozen=True, slots=True)
class WrittenAddress:
    """The parts of one address. Words are folded, abbreviations written out, "street" and "saint" both `st`.

    `units` is the flat, where one is named, before the building's numbers; "12a" stands for flat a of 12. `floors` are
    named floors. `name` is what stands before the number or street, `rest` what follows the street.
    """

    postcode: str | None
    flat: str
    floors: frozenset[str]
    numbers: tuple[str, ...]
    name: tuple[str, ...]
    street: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """Flat and numbers as they are compared."""
        if len(self.flat) == 1 and self.flat.isalpha() and len(self.numbers) == 1 and self.numbers[0].isdigit():
            return (self.numbers[0] + self.flat,)
        return (self.flat, *self.numbers) if self.flat else self.numbers

    @property
    def building(self) -> tuple[str, ...]:
        """The building's numbers, without a letter that tells a flat of it; its name where it has none."""
        if not self.numbers:
            return self.name
        return tuple(re.sub(r"(?<=\d)[a-z]$", "", number) for number in self.numbers)

    @property
    def another(self) -> frozenset[str]:
        """What of the name tells that another place is meant than the one that the other words name."""
        return (_BESIDE if self.numbers else _BESIDE | _OLD_OR_NEW).intersection(self.name)

    @property
    def tells_a_dwelling(self) -> bool:
        """Whether there is anything that sets this address apart from its neighbours."""
        return bool(self.numbers or self.name)

    @property
    def text(self) -> str:
        """All that is said, in one form: equal for addresses that say the same in the same order."""
        parts = (" ".join(self.units), " ".join(sorted(self.floors)), " ".join(self.name), " ".join(self.street))
        return "|".join((self.postcode or "", *parts, "" if self.postcode else " ".join(self.rest)))


_NOTHING = WrittenAddress(None, "", frozenset(), (), (), (), ())


def written_address(lines: Sequence[str], postcode_text: str | None = None) -> WrittenAddress:
    """Take an address apart. The postcode counts where it is given by itself, else where it stands at the end.

    A pseudo postcode (ZZ99 3VZ, no fixed abode) says that there is no address: nothing of it is taken.
    """
    if is_pseudo_postcode(postcode_text or ""):
        return _NOTHING
    text = re.sub(r"\s*[\n;]\s*", ", ", fold(", ".join(line for line in lines if line)))
    text = _CARE_OF.sub("", text.replace("'", "").replace("\u2019", "").replace(".", " "))
    code = postcode(postcode_text or "")
    at_end = _POSTCODE_AT_END.search(text)
    if at_end and postcode(at_end[1]):
        code = code or postcode(at_end[1])
        text = text[: at_end.start()]
    text = _SHORT_FLOOR.sub(lambda found: _SHORT_FLOORS[found[1]], _HALF.sub(r"\1half", text))
    flat, floors, text = _unit(text)
    tokens = [_full(token) for token in _TOKEN.findall(_RANGE.sub(_joined_range, text))]
    numbers = tuple(token for token in tokens if token[0].isdigit())
    if not flat and len(numbers) > 1 and tokens[0] == numbers[0]:
        # "4, 12 High Street": what stands first is within what follows.
        flat, numbers = numbers[0], numbers[1:]
        tokens = tokens[1:]
    annexe = next((token for token in tokens if token in _ANNEXE), None)
    if annexe and not flat:
        flat = "annexe"
    tokens = [token for token in tokens if token not in _IDLE and token not in _ANNEXE]
    name, street, rest = _parts(tokens)
    return WrittenAddress(code, flat, floors, numbers, name, street, rest)


def _unit(text: str) -> tuple[str, frozenset[str], str]:
    """Flat, floors, and the text without them."""
    floors: frozenset[str] = frozenset()
    found = _FLOORS.search(text)
    # "Garden Flat 4, 12 High Street" is flat 4; the number of "Basement Flat 45 Baker Street" is the building's.
    if found and not (len(_NUMBERS.findall(text)) > 1 and _FLAT.match(text, found.start(1) + len(found[1] or "") + 1)):
        floors = frozenset(re.findall(_FLOOR, found[1] or found[2]))
        text = f"{text[: found.start()]}, {text[found.end() :]}"
    slash = _SLASH.search(text)
    if slash:
        return slash[1], floors, f"{slash[2]} {text[slash.end() :]}"
    flat = _FLAT.search(text)
    if flat:
        apart = _FLAT_THEN_NUMBER.fullmatch(flat[1])
        if apart and not _NUMBERS.search(text, flat.end()):
            # "Flat A 4 High Street": no other number can be the building's.
            return apart[1], floors, f"{text[: flat.start()]}, {apart[2]} {text[flat.end() :]}"
        return _plain(flat[1].replace(" ", "")), floors, f"{text[: flat.start()]}, {text[flat.end() :]}"
    if floors:
        text = re.sub(rf"\b{_UNIT}\s*([a-z]|\d+)?\b", ", ", text)
    return "", floors, _BARE_UNIT.sub(" ", text)


def _joined_range(found: re.Match[str]) -> str:
    first, last = int(found[1]), int(found[3])
    return f"{first}{found[2]}" if first == last else f"{first}-{last}"


def _plain(number: str) -> str:
    return number.lstrip("0") or "0"


def _full(token: str) -> str:
    if token[0].isdigit():
        return _plain(token.replace(" ", ""))
    word = STREET_WORDS.get(token, token)
    return "st" if word in {"street", "saint"} else word


def _parts(tokens: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What stands before the street, the street, and what follows it."""
    last = max((place for place, token in enumerate(tokens) if token[0].isdigit()), default=-1)
    before = _words(tokens[:last]) if last >= 0 else ()
    after = list(tokens[last + 1 :])
    while after and after[0] == _COMMA:
        after.pop(0)
    if last < 0:
        return _named(after)
    end = _street_end(after)
    if end == 0:
        return before, (), ()
    street = _words(after[:end])
    # "12 Rose House, Mill Lane": the number is the flat's or the house's; the street comes after.
    further = _words(after[end:])
    if street and street[-1] not in _KINDS:
        following = _run_with_kind(after[end:])
        if following:
            return (*before, *street), following, _without(further, following)
    return before, street, further


def _named(tokens: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """An address without a number: "Rose Cottage, Mill Lane, Ashby"."""
    runs = _runs(tokens)
    if len(runs) > 1:
        for place, run in enumerate(runs[1:], 1):
            if run[-1] in _KINDS:
                return _words(_flat_list(runs[:place])), tuple(run), _words(_flat_list(runs[place + 1 :]))
        return tuple(runs[0]), tuple(runs[1]), _words(_flat_list(runs[2:]))
    words = list(_words(tokens))
    kinds = [place for place, word in enumerate(words) if word in _KINDS and place > 1]
    if not kinds:
        return tuple(words), (), ()
    end = kinds[0] + 1
    start = max(end - 2, 1)
    return tuple(words[:start]), tuple(words[start:end]), tuple(words[end:])


def _street_end(tokens: Sequence[str]) -> int:
    """How many tokens the street takes: to the comma, or to its first kind of street and those straight after it."""
    for place, token in enumerate(tokens):
        if token == _COMMA:
            return place
        if token in _KINDS and place > 0:
            end = place + 1
            while end < len(tokens) and tokens[end] in _KINDS and tokens[end] != "st":
                end += 1
            return end
    return min(len(tokens), _MOST_WITHOUT_KIND)


def _run_with_kind(tokens: Sequence[str]) -> tuple[str, ...]:
    first = next(iter(_runs(tokens)), [])
    end = _street_end(first)
    return tuple(first[:end]) if end and first[end - 1] in _KINDS else ()


def _runs(tokens: Sequence[str]) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for token in tokens:
        if token == _COMMA:
            runs.append([])
        else:
            runs[-1].append(token)
    return [run for run in runs if run]


def _flat_list(runs: Iterable[Sequence[str]]) -> list[str]:
    return [word for run in runs for word in run]


def _words(tokens: Iterable[str]) -> tuple[str, ...]:
    return tuple(token for token in tokens if token != _COMMA and not token[0].isdigit())


def _without(words: Sequence[str], first: Sequence[str]) -> tuple[str, ...]:
    return tuple(words[len(first) :]) if tuple(words[: len(first)]) == tuple(first) else tuple(words)
