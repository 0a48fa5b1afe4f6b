"""Names brought to the form in which they are compared: case, accents, punctuation, titles, particles, hyphens."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from linkage.nicknames import formal_names

_TITLE_WORDS = (
    "mr mrs miss ms mx dr prof professor rev revd reverend sir dame lord lady master mstr baby jr jnr snr sr hon cllr "
    "hadji haji hajji"
)
_PARTICLE_WORDS = (
    "al bin bint binti da das de del della den der di do dos du el la le ibn ten ter van von y "
    # Son and daughter of, in Welsh, Irish and Scottish names; saint; what stands between two words of a Muslim name.
    "ap ab ferch verch mac mc mag ua ui ni nic o st ud ul ur"
)
# Systems write these where a name would stand, or beside one: what they say is nobody's name.
_OCCUPIER_WORDS = "occupier occupiers occupant occupants householder"
_PLACEHOLDER_WORDS = (
    "unknown unk nk notknown notstated anon anonymous null none tbc tba nfn nsn withheld undisclosed unspecified "
    f"refused deceased decd {_OCCUPIER_WORDS}"
)
# And these in two words: "Not Recorded", "No Surname".
_NOT_WORDS = (
    "known stated given recorded provided available applicable disclosed specified supplied obtained entered named"
)
_NO_WORDS = "name names forename surname"
_NOTHING_SAID = frozenset(
    (first, word) for first, others in (("not", _NOT_WORDS), ("no", _NO_WORDS)) for word in others.split()
)
# Whoever lives somewhere or pays for it: "The Occupier", "Council Tenant", "Void Property". No name is made of such
# words alone. Some people are called Tenant, and some The or House: these count beside others only.
_OF_A_HOME_WORDS = "owner owners resident residents leaseholder landlord lessee void vacant empty"
_BESIDE_WORDS = (
    "tenant tenants the a and or of current new previous former present next council private social joint sole sitting "
    "account holder property house flat dwelling home person liable"
)
_OF_A_HOME, _BESIDE = frozenset(_OF_A_HOME_WORDS.split()), frozenset(_BESIDE_WORDS.split())
_OF_A_BILL = _OF_A_HOME | {"tenant", "tenants", "holder"}
_NO_GIVEN_NAMES = frozenset({("the",), ("council",), ("current",), ("previous",)})
_ENDING = re.compile(r"\(s\)", re.IGNORECASE)
_NOT_APPLICABLE = re.compile(r"\bn ?/ ?[ak]\b")
# Between the name of today and another one of the same person.
_OTHERWISE = (
    "(?:(?:also |now |formerly |previously )?known as|nee|aka|alias|formerly|formally|previously|prev|"
    "maiden name|married name)"
)
_BETWEEN_NAMES, _BEFORE_A_NAME = re.compile(f"(?: {_OTHERWISE})+ "), re.compile(f"^(?:{_OTHERWISE} )+")
_BRACKET = re.compile(r"[(\[{]")
# Until a child is named, hospitals and social workers write one of these for a given name.
_UNBORN_WORDS = "unborn ubb"
_UNNAMED_WORDS = "baby infant newborn unnamed child person boy girl male female twin triplet one two three"
_UNBORN = frozenset(_UNBORN_WORDS.split())
_UNNAMED = _UNBORN | frozenset(_UNNAMED_WORDS.split())
_BABY_OF = re.compile(r"\bb\s*/\s*o\b")
_SEXES = {"boy": "male", "male": "male", "girl": "female", "female": "female"}
# One of several: which of them, or that there are several.
_ORDERS = {"one": "1", "i": "1", "a": "1", "two": "2", "ii": "2", "b": "2", "three": "3", "iii": "3", "c": "3"}
_SEVERAL = {"twin": "several", "triplet": "several"}
# The article of an Arabic name, written with a dash: al-Hassan.
_ARTICLES = frozenset({"al", "el"})
_WITH_ARTICLE = re.compile(r"^(al|el)[-\u2010\u2011] *(?=[^\W\d_]{2})")
# Servant of, before a name of God, as one word or as several: Abd al-Rahman, Abdul Rahman, Abdurrahman, Abdirahman.
_SERVANT = re.compile(r"abd(?:[aeiou](?:l(?=[^\W\d_])|([rsdntz])(?=\1))?)?")
_SERVANTS = frozenset({"abd", "abdul", "abdal", "abdel", "abdil", "abdur", "abdus", "abdud", "abdun", "abdoul"})
_OF_GOD = frozenset({"la", "lah", "llah", "allah", "ullah"})
_SHORTEST_NAME_OF_GOD = 3
_TITLES = frozenset(_TITLE_WORDS.split())
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_NO_NAME, _OCCUPIERS = frozenset(_PLACEHOLDER_WORDS.split()), frozenset(_OCCUPIER_WORDS.split())
# Letters that do not decompose into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "œ": "oe", "\u0131": "i"}
)
_NO_LETTERS = re.compile(r"[\W\d_]+")
# The last two are Hebrew's geresh and gershayim.
_APOSTROPHES = re.compile(r"['`\u00b4\u2018\u2019\u02bc.\u05f3\u05f4]")
# Written as a letter or a mark and none: the stroke that draws an Arabic word out, joiners, choices between glyphs.
_NOTHING = frozenset(
    map(chr, (0x0640, 0x034F, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
# Parts words, where nothing else does in Thai, Lao, Khmer and Burmese.
_WORD_ENDS = "\u200b"
# Combining classes of Unicode: nuktas, and the points of Hebrew, Arabic and Syriac, which most writers leave out, and
# from 200 on what stands over and under letters. Others are vowels, tones, and signs that a consonant has no vowel.
_ACCENTS = frozenset((*range(1, 8), *range(10, 37), *range(200, 241)))
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_DASH = re.compile(r"[-\u2010\u2011]")
# As Chinese, Korean and Vietnamese given names are written in Latin letters, one syllable a word.
_SYLLABLE = re.compile(r"[bcdfghjklmnpqrstwxyz]{0,3}[aeiouy]{1,3}(?:h|k|m|n|ng|nh|p|r|t)?|tsz|sz|ng")


def fold(text: str) -> str:
    """Lower case without accents; letters of other scripts keep the marks that say their vowels."""
    if text.isascii():
        return text.lower()
    # Compatibility forms may decompose into capitals, so letters are lowered after.
    decomposed = unicodedata.normalize("NFKD", text).lower()
    return "".join(char for char in decomposed if _is_said(char)).translate(_LETTERS)


def _is_said(char: str) -> bool:
    if char.isascii():
        return True
    if unicodedata.combining(char) in _ACCENTS or char in _NOTHING:
        return False
    return char == _WORD_ENDS or unicodedata.category(char) != "Cf"


def words(text: str) -> tuple[str, ...]:
    """The words of a name, titles and placeholders dropped: "Mrs. Ann-Marie O'Neil" gives ann, marie, oneil."""
    parts = text.lower().split() if _is_plain(text) else _parted(text)
    kept = _without_placeholders(parts)
    if _is_whoever(parts, kept):
        return ()
    # A title is a title only before a name; "Sir" or "Master" alone is all that was recorded.
    while len(kept) > 1 and kept[0] in _TITLES:
        kept = kept[1:]
    while len(kept) > 1 and kept[-1] in {"jr", "jnr", "snr", "sr"}:
        kept = kept[:-1]
    return () if len(kept) == 1 and kept[0] in _TITLES else tuple(kept)


def _is_plain(text: str) -> bool:
    """Letters and spaces alone, as most names are: nothing has to be taken out, and only spaces part words."""
    return text.isascii() and text.replace(" ", "").isalpha()


def _parted(text: str) -> list[str]:
    folded = _APOSTROPHES.sub("", _NOT_APPLICABLE.sub(" ", fold(_ENDING.sub("", text))))
    return _NO_LETTERS.split(folded) if folded.isascii() else _words_with_marks(folded)


def _without_placeholders(parts: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if kept and (kept[-1], part) in _NOTHING_SAID:
            kept.pop()
        elif part and part not in _NO_NAME and not (len(part) > 1 and set(part) == {"x"}):
            kept.append(part)
    return kept


def _is_whoever(parts: Sequence[str], kept: Sequence[str]) -> bool:
    """Whether words stand for whoever lives somewhere or pays for it: all are of that kind, and one says it."""
    if not kept or not all(part in _OF_A_HOME or part in _BESIDE for part in kept):
        return False
    if len(kept) == 1:
        return kept[0] in _OF_A_HOME or not _OCCUPIERS.isdisjoint(parts)
    return not (_OF_A_BILL.isdisjoint(kept) and _OCCUPIERS.isdisjoint(parts))


def _words_with_marks(folded: str) -> list[str]:
    """Runs of letters with the marks that stand at them; to a pattern a vowel sign is no letter and ends a word."""
    parts: list[str] = []
    within = False
    for char in folded:
        if char.isalnum() and not char.isdecimal():
            parts += [] if within else [""]
            within = True
        elif unicodedata.category(char) not in {"Mn", "Mc"}:
            within = False
        if within:
            parts[-1] += char
    return parts


def given_forms(text: str) -> tuple[str, ...]:
    """The first given name and all it may stand for.

    "Bill John" gives bill, william; "Wai Man" wai, waiman; "Anne-Marie" anne, annemarie.
    """
    return given_and_middle(text)[0]


def given_and_middle(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`given_forms`, and the given names after the first."""
    parts = words(_WITH_ARTICLE.sub(r"\1", fold(text)))
    if not parts or parts in _NO_GIVEN_NAMES or newborn(text) is not None:
        return (), ()
    first = parts[0]
    usual, *aliases = (piece.split() for piece in _BETWEEN_NAMES.split(" ".join(parts)))
    called = {form for each in aliases for form in (each[0], *formal_names(each[0]))}
    others = {*formal_names(first), *_joined(text, usual), *_servant_of(usual), *called} - {first}
    return (first, *sorted(others)), tuple(part for part in usual[1:] if part not in _ARTICLES)


def _joined(text: str, parts: Sequence[str]) -> Iterator[str]:
    """A first name of several words as one, where others write it so: joined by a dash, or syllables."""
    dashed = _DASH.split(text)
    if len(dashed) > 1:
        yield from words("".join(map(str.strip, dashed)))[:1]
    if len(parts) > 1 and all(map(_SYLLABLE.fullmatch, parts)):
        yield from ("".join(parts[:2]), "".join(parts))


def _servant_of(parts: Sequence[str]) -> Iterator[str]:
    """Names such as Abd al-Rahman as the one word that all ways of writing them come to: abdulrahman."""
    kept = [part for part in parts if part not in _ARTICLES]
    if len(kept) > 1 and kept[0] in _SERVANTS:
        rest = kept[1]
    elif kept and (begun := _SERVANT.match(kept[0])):
        rest = kept[0][begun.end() :]
    else:
        return
    if rest in _OF_GOD:
        yield "abdullah"
    elif len(rest) >= _SHORTEST_NAME_OF_GOD:
        yield f"abdul{rest}"


def newborn(text: str) -> tuple[str, ...] | None:
    """What words for a child without a name as yet tell of it; None where they are a name, as "Baby Rose" is.

    "Baby Girl" gives female, "Twin 2" 2 and several, "Newborn" nothing; "Baby of Amina" and "Unborn Amina Cole" say the
    mother's name.
    """
    parts = text.lower().split() if _is_plain(text) else _LETTERS_OR_DIGITS.findall(_with_baby_of(text))
    if _UNNAMED.isdisjoint(parts):
        return None
    if "of" in parts:
        parts = parts[: parts.index("of")]
    told = [part for part in parts if part in _UNNAMED or part not in _TITLES | _NO_NAME]
    said = [part for part in told if part in _UNNAMED or part in _ORDERS or part.isdigit()]
    if not said or (said != told and _UNBORN.isdisjoint(said)):
        return None
    found = {(_SEXES | _ORDERS | _SEVERAL).get(part, part.lstrip("0") if part.isdigit() else "") for part in said}
    return tuple(sorted(found - {""}))


def _with_baby_of(text: str) -> str:
    return _BABY_OF.sub("baby of", fold(text))


def family_forms(text: str) -> tuple[str, ...]:
    """The family name written as one word, then its parts without particles.

    "Smith-Jones" gives smithjones, smith, jones; "van der Berg" gives vanderberg, berg. Of several names each is one:
    "Smith (nee Jones)" gives smith, jones.
    """
    forms: dict[str, None] = {}
    for parts in _family_names(text):
        forms |= dict.fromkeys(("".join(parts), *_servant_of(parts)))
        forms |= dict.fromkeys(part for part in parts if part not in _PARTICLES | _SERVANTS and len(part) > 1)
    return tuple(forms)


def _family_names(text: str) -> Iterator[list[str]]:
    """The words of each name: what brackets hold is another one, and so is what follows "nee" or "known as"."""
    for place, piece in enumerate(_BRACKET.split(_ENDING.sub("", text))):
        said = " ".join(words(piece))
        yield from (
            each.split() for each in _BETWEEN_NAMES.split(_BEFORE_A_NAME.sub("", said) if place else said) if each
        )
