"""Linkage without a gateway: rows of named columns in, a person and a household for each record out."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from linkage.addresses import address_key, place_key
from linkage.households import Household, PersonResidence, derive_households
from linkage.lineage import assign_person_ids
from linkage.persons import link_records
from linkage.record import LinkIdentifier, LinkRecord

KEYS = ("source", "source_key")
COLUMNS = (
    *KEYS, "given_name", "family_name", "birth_date", "sex", "postcode", "uprn", "address", "nhs_number", "nino",
    "upn", "phone", "email",
)  # fmt: skip
_SCHEMES = ("nhs_number", "nino", "upn")
# A digit somewhere, and no longer than any identifier: else there is nothing to compare.
_IDENTIFIER = re.compile(r"^(?=.*[0-9]).{1,64}$")
_Row = Mapping[str, str]
_RecordKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LinkedRecord:
    """Who a record belongs to. `household_id` is empty where no address says; `probability` as linkage gives it."""

    source: str
    source_key: str
    person_id: str
    household_id: str
    probability: float


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """Every record once, in the order of the rows, and what was counted. `rows_without_key` were left out."""

    records: tuple[LinkedRecord, ...]
    persons: int
    households: int
    pairs_for_review: int
    rows_without_key: int


def link_rows(rows: Iterable[_Row]) -> LinkedFile:
    """Link rows. Several rows of one source and key are one record with several names, addresses or numbers.

    Ids are of this file alone and the same whenever the same rows come: P1, P2, ... and H1, H2, ...
    """
    by_key: dict[_RecordKey, list[_Row]] = defaultdict(list)
    without_key = 0
    for row in rows:
        source, source_key = (row.get(name, "").strip() for name in KEYS)
        if source and source_key:
            by_key[source, source_key].append(row)
        else:
            without_key += 1
    names = {key: f"{len(key[0])}:{key[0]}:{key[1]}" for key in by_key}
    result = link_records([_record(names[key], key[0], group) for key, group in by_key.items()])
    people = assign_person_ids(result.clusters, {}, _numbered("P")).person_of
    households = _households(by_key, {key: people[name] for key, name in names.items()})
    homes = _homes(households)
    records = tuple(
        LinkedRecord(
            *key, people[names[key]], _home(homes, people[names[key]], group), result.probability_of[names[key]]
        )
        for key, group in by_key.items()
    )
    return LinkedFile(records, len(result.clusters), len(households), len(result.reviews), without_key)


def _record(record_id: str, source: str, rows: list[_Row]) -> LinkRecord:
    def given(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for row in rows if (text := row.get(name, "").strip())))

    keys = (address_key([row.get("address", "")], row.get("postcode")) for row in rows)
    return LinkRecord(
        record_id=record_id,
        source=source,
        given_names=tuple(row.get("given_name", "") for row in rows),
        family_names=tuple(row.get("family_name", "") for row in rows),
        birth_date=next(iter(given("birth_date")), None),
        sex=next(iter(given("sex")), None),
        identifiers=tuple(
            LinkIdentifier(scheme, text) for scheme in _SCHEMES for text in given(scheme) if _IDENTIFIER.search(text)
        ),
        postcodes=given("postcode"),
        uprns=given("uprn"),
        address_keys=tuple(dict.fromkeys(key for key in keys if key)),
        phones=given("phone"),
        emails=given("email"),
    )


def _numbered(letter: str) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{letter}{next(numbers)}"


def _place(row: _Row) -> str | None:
    return place_key(row.get("uprn"), [row.get("address", "")], row.get("postcode"))


def _households(by_key: Mapping[_RecordKey, list[_Row]], person_of: Mapping[_RecordKey, str]) -> tuple[Household, ...]:
    # The columns hold no dates, so everyone at one address counts as living there together.
    residences = dict.fromkeys(
        PersonResidence(person_of[key], place, source=key[0], family_name=row.get("family_name", ""))
        for key, rows in by_key.items()
        for row in rows
        if (place := _place(row)) is not None
    )
    return derive_households(list(residences), [], [], _numbered("H")).households


def _homes(households: Iterable[Household]) -> Mapping[tuple[str, str], str]:
    """Household by person and place, and by person alone (place "") for records without an address."""
    homes: dict[tuple[str, str], str] = {}
    for household in households:
        for person in sorted(household.person_ids):
            homes.setdefault((person, ""), household.household_id)
            for place in household.place_keys:
                homes[person, place] = household.household_id
    return homes


def _home(homes: Mapping[tuple[str, str], str], person: str, rows: list[_Row]) -> str:
    """The household at the record's own last address, else any of its person's."""
    places = [place for row in reversed(rows) if (place := _place(row)) is not None]
    return next((home for place in (*places, "") if (home := homes.get((person, place)))), "")
