"""A sound key for names, so that a search finds Catherine under Katherine and Mohammed under Mohamed."""

import re

_BEGINNINGS = (
    ("ph", "f"), ("kn", "n"), ("gn", "n"), ("wr", "r"), ("ps", "s"), ("mac", "mc"), ("wh", "w"), ("rh", "r"),
    ("sch", "sh"), ("c", "k"), ("q", "k"), ("z", "s"), ("j", "g"), ("x", "s"), ("v", "w"),
)  # fmt: skip
_SILENT = (("mps", "ms"), ("ght", "t"), ("dg", "g"), ("tch", "ch"))
_CODES = {
    **dict.fromkeys("bfpv", "1"), **dict.fromkeys("cgjkqsxz", "2"), **dict.fromkeys("dt", "3"),
    "l": "4", **dict.fromkeys("mn", "5"), "r": "6",
}  # fmt: skip
_LENGTH = 4
_OTHERS = re.compile("[^a-z]")


def soundex(name: str) -> str:
    """American Soundex (US National Archives) of a folded, one-word name; "" for one without a Latin letter."""
    letters = _OTHERS.sub("", name)
    if not letters:
        return ""
    code, last = letters[0], _CODES.get(letters[0], "")
    for char in letters[1:]:
        digit = _CODES.get(char, "")
        if digit and digit != last:
            code += digit
        # The letters h and w do not part two letters of one code; a vowel does.
        if char not in "hw":
            last = digit
    return (code + "000")[:_LENGTH]


def sound_key(name: str) -> str:
    """Soundex after sounds with several spellings are written one way: Thompson is Thomson, Philips is Filips."""
    for spelt, sound in _BEGINNINGS:
        if name.startswith(spelt):
            name = sound + name[len(spelt) :]
            break
    for spelt, sound in _SILENT:
        name = name.replace(spelt, sound)
    return soundex(name)
