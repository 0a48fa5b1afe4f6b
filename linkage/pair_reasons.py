"""Why a compared pair weighs what it weighs: each comparison in words and in bits, by the model that scored it.

A bit is a factor of two: agreement twice as likely for one person as for the rival weighs one. The rival is two people
of one household or two strangers, whichever the whole pair is likelier to be, so that what stands in a sentence adds up
to the pair's own odds, but for the rounding. Nothing of what the records hold is said.
"""

from math import log, log1p

import numpy as np

from linkage.compare import ComparedPairs
from linkage.levels import BY_FREQUENCY, COMPARISONS, NEARLY
from linkage.model import LinkModel
from linkage.score import NEAR_CONCLUSIVE, class_parts, class_scores

_NAMES = "names in each other's place"
_NUMBER = {"same": "the same", "slip": "one slip apart", "different": "different"}
LEVEL_WORDS = {
    "given": {
        "exact": "first name the same",
        "known_as": "one first name a short form or spelling of the other",
        "swapped": _NAMES,
        "misspelt": "first names a slip apart",
        "initial_or_middle": "one first name an initial or a middle name of the other",
        "crossed": "a first name in the last name's place",
        "turned": f"{_NAMES}, with a slip",
        "alike": "first names alike",
        "different": "first names different",
    },
    "middle": {
        "same": "a middle name the same",
        "initial": "middle initial the same",
        "different": "middle names different",
    },
    "family": {
        "exact": "last name the same",
        "shared": "part of the last name, or another last name, the same",
        "swapped": _NAMES,
        "misspelt": "last names a slip apart",
        "crossed": "a last name in the first name's place",
        "turned": f"{_NAMES}, with a slip",
        "alike": "last names alike",
        "different": "last names different",
    },
    "birth": {
        "exact": "date of birth the same",
        "new_year": "date of birth the same first of January",
        "slip": "dates of birth a slip apart",
        "two_parts": "two of day, month and year of birth the same",
        "partial": "year of birth the same, the day not known",
        "near": "dates of birth within 400 days",
        "different": "dates of birth different",
    },
    "sex": {"as_named": "sex the same, as the first name tells", "same": "sex the same", "different": "sex different"},
    "place": {
        "dwelling": "address the same",
        "text": "address written alike",
        "street": "postcode the same, street alike",
        "postcode": "postcode the same",
        "similar": "street alike",
        "different": "address different",
    },
    "contact": {
        "email": "e-mail address the same",
        "phone": "phone number the same",
        "email_slip": "e-mail addresses a slip apart",
        "different": "phone and e-mail different",
    },
    "nhs_number": {
        "verified": "NHS number the same and confirmed",
        **{level: f"NHS number{'s' if level == 'slip' else ''} {words}" for level, words in _NUMBER.items()},
    },
    **{
        name: {level: f"{title} {words}" for level, words in _NUMBER.items() if level != "slip" or slips}
        for name, title, slips in (
            ("upn", "pupil number", False),
            ("nino", "National Insurance number", True),
            ("pnc_id", "police number", False),
            ("national_id", "national id", True),
            ("local_id", "a service's own number", False),
        )
    },
}
"""Words for each level of each comparison of `linkage.levels`."""


def bits(odds: float) -> str:
    """Natural log odds, or a part of them, in bits with its sign: "+3.1"."""
    # Adding nothing makes a plain zero of one below it, which would print with a minus.
    return f"{round(odds / log(2), 1) + 0.0:+.1f}"


def pattern_reasons(pairs: ComparedPairs, model: LinkModel, records: int) -> list[str]:
    """For each of `pairs.patterns` one sentence: what agrees and differs, the heaviest first, each with its bits."""
    scores = class_scores(pairs.patterns, pairs.rarity, model, records)
    parts = class_parts(pairs.patterns, pairs.rarity, model)
    shares = np.log(model.class_shares(records))
    told = []
    for row, pattern in enumerate(pairs.patterns.tolist()):
        rival = 1 if scores[row, 1] > scores[row, 2] else 2
        weighed = [
            (float(parts[row, place, 0] - parts[row, place, rival]), _words(place, level, pairs.rarity[row].tolist()))
            for place, level in enumerate(pattern)
            if level >= 0
        ]
        weighed.sort(key=lambda each: -abs(each[0]))
        weighed.append((float(shares[0] - shares[rival]), "before anything is compared"))
        weighed += _rest(scores[row].tolist(), rival, conclusive=bool(pairs.conclusive[row]))
        against = "two people of one household" if rival == 1 else "two strangers"
        told.append(
            f"one person rather than {against}: " + "; ".join(f"{words} {bits(odds)}" for odds, words in weighed)
        )
    return told


def _rest(scores: list[float], rival: int, *, conclusive: bool) -> list[tuple[float, str]]:
    """What is more than one person against the rival: that the other rival may be meant, and a confirmed number."""
    rest = -log1p(float(np.exp(scores[3 - rival] - scores[rival])))
    other = "or two people of one household" if rival == 2 else "or two strangers"  # noqa: PLR2004 - the third class
    found = [(rest, other)]
    odds = scores[0] - scores[rival] + rest
    if conclusive and odds < NEAR_CONCLUSIVE:
        found.append((NEAR_CONCLUSIVE - odds, "a confirmed number and the date of birth"))
    return found


def _words(place: int, level: int, rarity: list[int]) -> str:
    comparison = COMPARISONS[place]
    name = comparison.level_names[len(comparison.levels) - level]
    words = LEVEL_WORDS[comparison.name][name]
    if comparison.name not in BY_FREQUENCY or name not in (*BY_FREQUENCY[comparison.name], *NEARLY[comparison.name]):
        return words
    held = rarity[list(BY_FREQUENCY).index(comparison.name)]
    which = "the rarer one as rare" if name in NEARLY[comparison.name] else "as rare"
    return f"{words} ({which} as 1 in {2**held:,} or so)" if held >= 0 else words
