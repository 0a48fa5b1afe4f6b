"""Code lists of the children's social care returns (DfE CIN census and SSDA903 guides; domain 2.6).

Each maps the code in lower case to the code as published, because partners' systems change the case.
"""

from collections.abc import Mapping

from adapters.cells import Sex


def _listed(codes: str) -> dict[str, str]:
    return {code.casefold(): code for code in codes.split()}


REFERRAL_SOURCES = _listed("1A 1B 1C 1D 2A 2B 3A 3B 3C 3D 3E 3F 4 5A 5B 5C 5D 6 7 8 9 10")
PRIMARY_NEEDS = _listed("N0 N1 N2 N3 N4 N5 N6 N7 N8 N9")
CLOSURES = _listed("RC1 RC2 RC3 RC4 RC5 RC6 RC7 RC8 RC9")
ABUSE_CATEGORIES = _listed("NEG PHY SAB EMO MUL")
DISABILITIES = _listed("NONE MOB HAND PC INC COMM LD HEAR VIS BEH CON AUT DDA")
UPN_UNKNOWN = _listed("UN1 UN2 UN3 UN4 UN5 UN6 UN7")
ETHNICITIES = _listed(
    "WBRI WIRI WIRT WROM WOTH MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH CHNE BCRB BAFR BOTH OOTH REFU NOBT"
)
ETHNICITY_SCHEME = "dfe-ethnicity"
ADOPTED = "RC1"

FLAGS = {"true": "true", "1": "true", "false": "false", "0": "false"}
"""ReferralNFA and ICPCnotRequired: true, false, TRUE, FALSE, 0 or 1."""

GENDER_CURRENT: Mapping[str, Sex] = {"0": "unknown", "1": "male", "2": "female", "9": "other"}
"""CIN census to 2025, element GenderCurrent: 0 is unborn or not recorded, 9 indeterminate."""
SEX_2026: Mapping[str, Sex] = {"m": "male", "f": "female", "u": "unknown"}
"""CIN census from 2026, element Sex."""
SEX_903: Mapping[str, Sex] = {"1": "male", "2": "female"}

_SCOPED = " ".join(f"{number}{letter}" for number in range(1, 7) for letter in "ABC")
FACTORS = _listed(
    f"{_SCOPED} 7A 8A 8B 8C 8D 8E 8F 9A 10A 11A 12A 13A 14A 15A 16A 17A 18A 18B 18C 19A 19B 19C 20 21 22A 23A 24A"
)
"""Factors identified at assessment; 8A, 18A and 19A are of older years."""
NO_FACTOR = "21"
NO_DISABILITY = "NONE"
UNACCOMPANIED_FACTOR = "9A"
_WHO = {"A": "child", "B": "parent", "C": "other"}
_LAST_SCOPED_FACTOR = 6
_WITHOUT_SCOPE = frozenset({"20", NO_FACTOR})

REASONS_NEW = _listed("S L P T B U")
LEGAL_STATUSES = _listed("C1 C2 D1 E1 V2 V3 V4 L1 L2 L3 J1 J2 J3")
PLACEMENTS = _listed("U1 U2 U3 U4 U5 U6 A3 A4 A5 A6 K1 K2 H5 P1 P2 P3 R1 R2 R3 R5 S1 T0 T1 T2 T3 T4 Z1")
PROVIDERS = _listed("PR0 PR1 PR2 PR3 PR4 PR5")
REASONS_ENDED = _listed(
    "X1 E11 E12 E2 E3 E4A E4B E13 E41 E45 E46 E47 E48 E5 E6 E7 E9 E14 E15 E16 E17 E8"
)  # fmt: skip
ADOPTED_903 = frozenset({"E11", "E12"})
REASONS_PLACED_CEASED = _listed("RD1 RD2 RD3 RD4")
PREVIOUS_PERMANENCE = _listed("P0 P1 P2 P3 P4 Z1")
REASONS_WORKER_CHANGED = _listed("FCONTA LEFTRL LEFTRO MANAGE ORGRST OTHERS PROMOT TCASE FCHILD SICKLV")
PARTICIPATION = _listed("PN0 PN1 PN2 PN3 PN4 PN5 PN6 PN7")
MISSING_KINDS = _listed("M A")
ACTIVITIES = _listed("F1 P1 F2 P2 F4 P4 F5 P5 G4 G5 G6 0")
NOT_IN_EDUCATION_OR_WORK = frozenset({"G4", "G5", "G6"})
NO_ACTIVITY = "0"


def factor_scope(code: str) -> str | None:
    """Whom a factor is about: the letter says so for factors 1 to 6, the child for all other listed ones."""
    if code.casefold() not in FACTORS or code in _WITHOUT_SCOPE:
        return None
    return _WHO[code[-1]] if int(code[:-1]) <= _LAST_SCOPED_FACTOR else "child"


def sdq_band(score: float) -> str | None:
    """Band of the carer's Strengths and Difficulties total, 0 to 40, as DfE and DHSC guidance cuts it."""
    bands = ((0, 13, "normal"), (14, 16, "borderline"), (17, 40, "cause-for-concern"))
    return next((name for low, high, name in bands if low <= score <= high), None)
