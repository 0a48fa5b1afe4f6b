"""One record brought to the form that is compared. Pure; what cannot be read is dropped, never guessed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from concept_model.identifiers import Verification, identifier, normalise
from linkage.addresses import address_key, place_key, postal_code, postcode, uprn
from linkage.names import family_forms, given_and_middle, newborn
from linkage.record import LinkIdentifier, LinkRecord

__all__ = [
    "PERSON_NUMBERS",
    "StandardRecord",
    "address_key",
    "birth_date",
    "email",
    "phone",
    "place_key",
    "postcode",
    "standardise",
    "uprn",
]

# Dates that systems write for "not known": they would match thousands of strangers.
_SENTINEL_DATES = frozenset({"1900-01-01", "1900-12-31", "1899-12-30", "1899-12-31", "1753-01-01", "1901-01-01"})
_EARLIEST_YEAR, _LATEST_YEAR = 1895, 2100
_EPOCH = "1970-01-01"
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
SEXES = {
    "f": "female", "female": "female", "2": "female", "girl": "female", "woman": "female",
    "m": "male", "male": "male", "1": "male", "boy": "male", "man": "male",
}  # fmt: skip
PERSON_NUMBERS = ("nhs_number", "upn", "nino", "pnc_id", "national_id")
"""Schemes that give each person one number, whichever service writes it down; other schemes are a service's own."""
NATIONAL_ID_LENGTHS = range(3, 65)
"""How many characters a number has whose form is not known here; fewer are a stand-in for none."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NO_EMAIL = re.compile(r"(?:no-?reply|none|unknown|noemail|no-?email|test|na|n/a|admin|info|enquiries)@")
_PHONE_LENGTHS = range(9, 16)


@dataclass(frozen=True, slots=True, repr=False)
class StandardRecord:
    """A record as it is compared. Tuples hold the usual value first and are free of repeats.

    `newborn` is what words that stand for a given name tell of a child without one (`linkage.names.newborn`).
    """

    record_id: str
    source: str
    duplicate_free: str | None
    given: str
    givens: tuple[str, ...]
    middles: tuple[str, ...]
    family: str
    families: tuple[str, ...]
    birth_date: str | None
    sex: str | None
    identifiers: tuple[LinkIdentifier, ...]
    postcodes: tuple[str, ...]
    uprns: tuple[str, ...]
    address_keys: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    street: str = ""
    address: str = ""
    newborn: tuple[str, ...] = ()
    born_by: int | None = None

    def __repr__(self) -> str:
        """Name the record, never the person."""
        return f"StandardRecord({self.record_id})"

    def numbers(self, scheme: str, *, verified_only: bool = False) -> frozenset[str]:
        """The record's identifiers of one scheme."""
        return frozenset(
            each.value for each in self.identifiers if each.scheme == scheme and (each.verified or not verified_only)
        )

    def local_ids(self) -> frozenset[str]:
        """Numbers that a service gives its own clients, with their scheme."""
        return frozenset(
            f"{each.scheme}:{each.value}" for each in self.identifiers if each.scheme not in PERSON_NUMBERS
        )


def birth_date(text: str | None) -> str | None:
    """A partial date that may be compared, or None: sentinels and impossible years are dropped.

    1 January 1970 is both a birthday and what an empty clock shows, so only its year is kept.
    """
    cleaned = (text or "").strip()[:10]
    if cleaned == _EPOCH:
        return _EPOCH[:4]
    if cleaned in _SENTINEL_DATES or not _DATE.fullmatch(cleaned):
        return None
    try:
        date.fromisoformat(cleaned + "-01-01"[len(cleaned) - 4 :] if len(cleaned) < len(_EPOCH) else cleaned)
    except ValueError:
        return None
    return cleaned if _EARLIEST_YEAR <= int(cleaned[:4]) < _LATEST_YEAR else None


def phone(text: str) -> str | None:
    """National digits of a UK number ("+44 (0)7700 900123" gives 07700900123), or the digits with + from abroad."""
    compact = re.sub(r"\(0\)|[\s().\-/]", "", text)
    compact = re.sub(r"^00", "+", compact)
    compact = re.sub(r"^\+440?", "0", compact)
    if re.fullmatch(r"7[0-9]{9}", compact):
        # A spreadsheet took it for a number and lost its zero.
        compact = "0" + compact
    digits = compact.removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or len(digits) not in _PHONE_LENGTHS:
        return None
    # 07000 000000 and the like stand for "none".
    return None if len(set(digits[2:])) == 1 else compact


def email(text: str) -> str | None:
    """The address in lower case; None if it has not the shape of one or is nobody's own."""
    lowered = text.strip().lower()
    if not _EMAIL.fullmatch(lowered) or _NO_EMAIL.match(lowered):
        return None
    return lowered


def standardise(record: LinkRecord) -> StandardRecord:
    """Bring one record to the form in which it is compared."""
    taken_apart = [given_and_middle(name) for name in record.given_names]
    givens = [form for forms, _ in taken_apart for form in forms]
    families = [form for name in record.family_names for form in family_forms(name)]
    return StandardRecord(
        record_id=record.record_id,
        source=record.source,
        duplicate_free=record.duplicate_free,
        born_by=record.born_by,
        given=givens[0] if givens else "",
        givens=tuple(dict.fromkeys(givens)),
        middles=tuple(dict.fromkeys(part for _, middles in taken_apart for part in middles)),
        family=families[0] if families else "",
        families=tuple(dict.fromkeys(families)),
        birth_date=birth_date(record.birth_date),
        sex=SEXES.get((record.sex or "").strip().lower()),
        identifiers=_identifiers(record.identifiers),
        postcodes=_kept(postal_code(each) for each in record.postcodes),
        uprns=_kept(uprn(each) for each in record.uprns),
        address_keys=_kept(each or None for each in record.address_keys),
        phones=_kept(phone(each) for each in record.phones),
        emails=_kept(email(each) for each in record.emails),
        street=next((each for each in record.streets if each), ""),
        address=next((each for each in record.address_texts if each), ""),
        newborn=() if givens else tuple({told: None for name in record.given_names for told in newborn(name) or ()}),
    )


def _kept(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _identifiers(given: tuple[LinkIdentifier, ...]) -> tuple[LinkIdentifier, ...]:
    """Identifiers whose check digit fails are kept by the store and never used to link."""
    kept = []
    for each in given:
        # A cell of hyphens alone stands for nothing, and hyphens are taken out of a number.
        if not re.search(r"[^\s-]", each.value):
            continue
        length = len(normalise(each.scheme, each.value))
        if length > max(NATIONAL_ID_LENGTHS) or (each.scheme == "national_id" and length < min(NATIONAL_ID_LENGTHS)):
            continue
        checked = identifier(each.scheme, each.value, confirmed=each.verified)
        if checked.verification is not Verification.UNVERIFIED:
            kept.append(LinkIdentifier(checked.scheme, checked.value, checked.verification is Verification.VERIFIED))
    return tuple(dict.fromkeys(kept))
