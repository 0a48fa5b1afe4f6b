"""Identifiers of a person, their check digits and their verification (domain 2.0).

A failing check digit flags an identifier; it never loses the row it came in. Only a *verified* NHS number,
one that NHS England says is present and verified (status 01), is strong evidence that two records are one person.
"""

import re
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator
from stdnum.gb import nhs

from concept_model.base import Concept

_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D]?")
_PNC = re.compile(r"(?:(\d{4})|(\d{2}))/?(\d{1,7})([A-Z])")
_PNC_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
_TEMPORARY_UPN = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}[A-HJ-NP-RT-Z]")
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})")
_BLOCKED_NHS_NUMBERS = frozenset(str(digit) * 10 for digit in range(10))
_PNC_BEGAN = 1974


class Verification(StrEnum):
    """How far an identifier may be trusted."""

    VERIFIED = "verified"
    """The register that issues it confirms it belongs to this person."""
    PLAUSIBLE = "plausible"
    """Right shape and check digit; nobody confirmed it."""
    UNVERIFIED = "unverified"
    """Its check digit fails: kept as sent, never used to link."""


class Identifier(Concept):
    """One identifier. `value` is normalised; `repr` shows at most its last three characters."""

    scheme: str = Field(pattern=r"^[a-z][a-z0-9_-]{1,40}$")
    value: str = Field(min_length=1, max_length=64)
    verification: Verification = Verification.PLAUSIBLE

    @model_validator(mode="after")
    def _a_failed_check_digit_cannot_be_verified(self) -> Self:
        check = _CHECKS.get(self.scheme)
        if check and self.verification is not Verification.UNVERIFIED and not check(self.value):
            msg = f"the check digit of this {self.scheme} fails, so it is unverified"
            raise ValueError(msg)
        return self

    def __repr__(self) -> str:
        """Mask the value, so that a log line or a traceback never carries it."""
        return f"Identifier({self.scheme}, …{self.value[-3:]}, {self.verification.value})"

    __str__ = __repr__


def identifier(scheme: str, text: str, *, confirmed: bool = False) -> Identifier:
    """Build an identifier from text as sent; a failing check digit makes it unverified.

    `confirmed` says that the issuing register vouches for it (NHS number status 01).
    """
    value = normalise(scheme, text)
    check = _CHECKS.get(scheme)
    if check and not check(value):
        verification = Verification.UNVERIFIED
    else:
        verification = Verification.VERIFIED if confirmed else Verification.PLAUSIBLE
    return Identifier(scheme=scheme, value=value, verification=verification)


def normalise(scheme: str, text: str) -> str:
    """Bring an identifier to the one form in which it is compared."""
    compact = re.sub(r"[\s-]", "", text).upper()
    if scheme == "pnc_id":
        return _normal_pnc(compact)
    if scheme == "uprn":
        return compact.lstrip("0")
    return compact if scheme in _CHECKS else text.strip()


def is_nhs_number(text: str) -> bool:
    """Modulus 11 (NHS Data Dictionary); ten equal digits pass the sum and are blocked by name."""
    return text not in _BLOCKED_NHS_NUMBERS and bool(nhs.is_valid(text)) and len(text) == 10  # noqa: PLR2004 - ten digits


def is_upn(text: str) -> bool:
    """Unique Pupil Number, permanent or temporary: modulus 23 over the last twelve characters (DfE)."""
    if _TEMPORARY_UPN.fullmatch(text):
        values = [int(char) if char.isdigit() else _UPN_LETTERS.index(char) for char in text[1:]]
        return _UPN_LETTERS[sum(value * weight for weight, value in enumerate(values, 2)) % 23] == text[0]
    if not re.fullmatch(r"[A-Z][0-9]{12}", text):
        return False
    total = sum(int(char) * weight for weight, char in enumerate(text[1:], 2))
    return _UPN_LETTERS[total % 23] == text[0]


def is_nino(text: str) -> bool:
    """National Insurance number by shape alone: it has no check digit (HMRC NIM39110)."""
    return bool(_NINO.fullmatch(text))


def is_pnc_id(text: str) -> bool:
    """Police National Computer id `YYYY/NNNNNNNL`: the letter is modulus 23 of year and serial."""
    found = re.fullmatch(r"(\d{4})/(\d{7})([A-Z])", text)
    if not found:
        return False
    year, serial, letter = found.groups()
    return _PNC_LETTERS[int(f"{int(year) % 100:02d}{serial}") % 23] == letter


def normal_postcode(text: str) -> str | None:
    """Upper case with one space before the inward code, or None if it has not the shape of a postcode."""
    found = _POSTCODE.fullmatch("".join(text.split()).upper())
    return f"{found[1]} {found[2]}" if found else None


def _normal_pnc(compact: str) -> str:
    found = _PNC.fullmatch(compact)
    if not found:
        return compact
    year = found[1]
    if year is None:
        # The two-digit form drops the century; the computer began in 1974, so 74 to 99 are the nineteen hundreds.
        year = f"19{found[2]}" if int(found[2]) >= _PNC_BEGAN % 100 else f"20{found[2]}"
    return f"{year}/{int(found[3]):07d}{found[4]}"


_CHECKS = {
    "nhs_number": is_nhs_number,
    "upn": is_upn,
    "nino": is_nino,
    "pnc_id": is_pnc_id,
}
