"""Identifiers that pass, or on purpose fail, their check digit.

Formulas by hand, from the publishers' own rules (NHS Data Dictionary; DfE UPN guide; HMRC NIM39110; PNC letter),
so that the generator shares no code with what it helps to test.
"""

from collections import Counter

_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_PNC_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
_NINO_PREFIXES = ("ZP", "ZR", "ZS", "ZW", "ZX", "ZY", "YX", "YW")
LOCAL_AUTHORITY = 990
"""Northvale's three-digit number as DfE would give one; no authority has it."""


def nhs_number(serial: int) -> str | None:
    """Ten digits from 999 (the range of test numbers) and a serial of six, or None where no check digit exists."""
    body = f"999{serial:06d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True))
    check = (11 - total % 11) % 11
    return None if check == 10 else f"{body}{check}"


def upn(establishment: int, year: int, serial: int) -> str:
    """Unique pupil number: check letter, authority, establishment, year of issue, serial."""
    body = f"{LOCAL_AUTHORITY:03d}{establishment:04d}{year % 100:02d}{serial:03d}"
    return _UPN_LETTERS[sum(int(digit) * weight for weight, digit in enumerate(body, 2)) % 23] + body


def pnc_id(year: int, serial: int) -> str:
    """Police National Computer id `YYYY/NNNNNNNL`."""
    return f"{year}/{serial:07d}{_PNC_LETTERS[int(f'{year % 100:02d}{serial:07d}') % 23]}"


def nino(index: int) -> str:
    """National Insurance number of a valid shape."""
    return f"{_NINO_PREFIXES[index % len(_NINO_PREFIXES)]}{(index * 37 + 104729) % 1_000_000:06d}{'ABCD'[index % 4]}"


def broken_digit(identifier: str) -> str:
    """The same with its last digit one higher, so that a modulus check fails."""
    return f"{identifier[:-1]}{(int(identifier[-1]) + 1) % 10}"


def broken_upn(identifier: str) -> str:
    """The same with the next check letter."""
    return _UPN_LETTERS[(_UPN_LETTERS.index(identifier[0]) + 1) % 23] + identifier[1:]


def broken_pnc(identifier: str) -> str:
    """The same with the next check letter."""
    return identifier[:-1] + _PNC_LETTERS[(_PNC_LETTERS.index(identifier[-1]) + 1) % 23]


class Issuer:
    """Hands out each identifier once, in an order fixed by the seed."""

    def __init__(self, seed: int) -> None:
        """Start the series of this seed."""
        self._nhs = 100_000 + seed * 7919 % 300_000
        self._upn: Counter[tuple[int, int]] = Counter()
        self._phones = 0

    def nhs_number(self) -> str:
        """Next NHS number."""
        while True:
            self._nhs += 7
            number = nhs_number(self._nhs)
            if number:
                return number

    def upn(self, establishment: int, year: int) -> str:
        """Next UPN of an establishment and year of issue."""
        key = (establishment, year % 100)
        self._upn[key] += 1
        return upn(establishment, year, self._upn[key])

    def phone(self) -> str:
        """Next number of Ofcom's ranges for drama (07700 900 and 01632 960), or blank when all are given out."""
        self._phones += 1
        if self._phones <= 1000:
            return f"07700 900{self._phones % 1000:03d}"
        # The last hundred landlines are left to offices.
        return f"01632 960{self._phones - 1001:03d}" if self._phones <= 1900 else ""
