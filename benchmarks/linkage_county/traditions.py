"""Traditions of naming in the county: how common each is, how names fade with rank, and what a wife is called."""

from dataclasses import dataclass

from benchmarks.linkage_county import forenames, overseas, south_asian, surnames

Names = tuple[str, ...]

# Share of households by tradition of the head's name; wards differ around it.
MIX = {
    "english": 0.56, "welsh": 0.03, "scottish": 0.04, "irish": 0.05, "caribbean": 0.03, "pakistani": 0.055,
    "bangladeshi": 0.03, "sikh": 0.02, "hindu": 0.03, "polish": 0.03, "romanian": 0.025, "african": 0.045,
    "arab": 0.02, "somali": 0.015, "chinese": 0.02,
}  # fmt: skip
TRADITIONS = tuple(MIX)


@dataclass(frozen=True)
class Tradition:
    """How one tradition names its people.

    `forenames`: male and female; empty where those of the British cohorts are used, of which `own` is the share of the
    tradition's. `fading`: exponent of frequency by rank of forenames and of surnames. `rare`: share of surnames from
    the long tail. `takes`: share of wives who take the husband's surname.
    """

    forenames: tuple[Names, Names]
    surnames: Names
    fading: tuple[float, float] = (0.7, 0.7)
    rare: float = 0.0
    takes: float = 0.8
    own: float = 1.0


def _british(own: tuple[Names, ...], last: Names, *, rare: float, share: float) -> Tradition:
    return Tradition((own[0], own[1]) if own else ((), ()), last, (0.5, 0.72), rare, 0.78, share)


BY_NAME: dict[str, Tradition] = {
    "english": _british((), surnames.ENGLISH, rare=0.52, share=0.0),
    "welsh": _british(forenames.WELSH, surnames.WELSH, rare=0.1, share=0.4),
    "scottish": _british(forenames.SCOTTISH, surnames.SCOTTISH, rare=0.25, share=0.35),
    "irish": _british(forenames.IRISH, surnames.IRISH, rare=0.2, share=0.5),
    "caribbean": _british(surnames.CARIBBEAN_FORENAMES, surnames.CARIBBEAN, rare=0.15, share=0.6),
    "pakistani": Tradition(south_asian.MUSLIM, south_asian.PAKISTANI_LAST, (0.75, 0.95), takes=0.4),
    "bangladeshi": Tradition(south_asian.MUSLIM, south_asian.BANGLADESHI_LAST, (0.75, 0.95), takes=0.2),
    "sikh": Tradition((south_asian.SIKH_GIVEN, south_asian.SIKH_GIVEN), south_asian.SIKH_LAST, (0.5, 0.9), takes=0.6),
    "hindu": Tradition(south_asian.HINDU, south_asian.HINDU_LAST, (0.5, 1.1), takes=0.8),
    "polish": Tradition(overseas.POLISH, overseas.POLISH_LAST, (0.6, 0.5), takes=0.85),
    "romanian": Tradition(overseas.ROMANIAN, overseas.ROMANIAN_LAST, (0.6, 0.6), takes=0.85),
    "african": Tradition(overseas.AFRICAN, overseas.AFRICAN_LAST, (0.5, 0.6), takes=0.65),
    "arab": Tradition(overseas.ARAB, overseas.ARAB_LAST, (0.8, 0.6), takes=0.1),
    "somali": Tradition(overseas.SOMALI, overseas.SOMALI[0], (0.7, 0.7), takes=0.0),
    "chinese": Tradition(
        (overseas.CHINESE_GIVEN, overseas.CHINESE_GIVEN), overseas.CHINESE_LAST, (0.3, 0.8), takes=0.1
    ),
}
