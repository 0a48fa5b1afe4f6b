"""Open data of data.police.uk into area context without persons (domain 2.1.3)."""

import calendar
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO, Protocol

from adapters.cells import Cells
from adapters.csv_feed import CsvFeed
from adapters.errors import SuspiciousContentError
from adapters.port import FeedProfile, RawRow, Translation
from concept_model.statement import ListEntry

CRIME_TYPES: Mapping[str, str] = {name.casefold(): name for name in (
    "Anti-social behaviour", "Bicycle theft", "Burglary", "Criminal damage and arson", "Drugs", "Other crime",
    "Other theft", "Possession of weapons", "Public order", "Robbery", "Shoplifting", "Theft from the person",
    "Vehicle crime", "Violence and sexual offences",
)}  # fmt: skip
LAST_OUTCOMES: Mapping[str, str] = {name.casefold(): name for name in (
    "Investigation complete; no suspect identified", "Unable to prosecute suspect", "Under investigation",
    "Status update unavailable", "Court result unavailable", "Awaiting court outcome", "Local resolution",
    "Offender given a caution", "Offender given a drugs possession warning", "Offender given penalty notice",
    "Offender given community sentence", "Offender given conditional discharge",
    "Offender given suspended prison sentence", "Offender given absolute discharge", "Offender sent to prison",
    "Offender fined", "Offender otherwise dealt with", "Offender deprived of property",
    "Offender ordered to pay compensation",
    "Defendant found not guilty", "Defendant sent to Crown Court", "Court case unable to proceed",
    "Formal action is not in the public interest", "Further investigation is not in the public interest",
    "Further action is not in the public interest", "Action to be taken by another organisation",
    "Suspect charged as part of another case",
)}  # fmt: skip
AGE_RANGES: Mapping[str, str] = {name: name for name in ("under 10", "10-17", "18-24", "25-34", "over 34")}
MOST_PLACES = 400_000
"""Events that differ within one file: some 40 MB. The largest force publishes about 100,000 a month."""
_COUNTED = 15
"""Hexadecimal digits of a key by which rows are counted: few enough for a machine's word."""
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_LONGITUDES, _LATITUDES = (-180, 180), (-90, 90)
_STREET_KEY = ("Month", "Crime type", "Longitude", "Latitude", "Location")
_SEARCH_KEY = ("Type", "Date", "Longitude", "Latitude", "Object of search", "Age range")


class _Read(Protocol):
    def __call__(self, cells: Cells, occurrence: str) -> Translation: ...


@dataclass(frozen=True, slots=True)
class PlaceFeed:
    """A feed of events at places. Its rows have no key of their own, so `rows` counts those that are alike.

    `id_column` is used where it is filled, the `alike` columns where it is not. The third of three alike rows keeps
    the ordinal 2 however the file is sorted otherwise, so sending the file again changes nothing.
    """

    profile: FeedProfile
    read: _Read
    alike: tuple[str, ...]
    id_column: str = ""

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """Split a file into rows, the ordinal among alike rows in `payload`."""
        seen: Counter[int] = Counter()
        for row in CsvFeed(self.profile, _no_translation).rows(source):
            if row.problem is not None:
                yield row
                continue
            key = int(self._key(row)[:_COUNTED], 16)
            yield replace(row, payload=seen[key])
            seen[key] += 1
            if len(seen) > MOST_PLACES:
                message = f"The file holds more than {MOST_PLACES} events that differ; they are counted in memory."
                raise SuspiciousContentError(message, "Send the months, or the forces, one by one.")

    def translate(self, row: RawRow) -> Translation:
        """Turn one row into a list entry or row errors."""
        if row.problem is not None:
            return Translation(row, errors=(row.problem,))
        ordinal = row.payload if isinstance(row.payload, int) else 0
        return self.read(Cells(row), f"{self._key(row)}/{ordinal}")

    def _key(self, row: RawRow) -> str:
        cells = Cells(row)
        own = cells.text(self.id_column) if self.id_column else ""
        parts = (own,) if own else tuple(map(cells.text, self.alike))
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def read_street(cells: Cells, occurrence: str) -> Translation:
    """One crime or ASB incident of a month, at an anonymised map point or at no point at all."""
    month = _month(cells)
    crime_type = cells.required("Crime type") and cells.code("Crime type", CRIME_TYPES, keep_unlisted=True)
    outcome = cells.code("Last outcome category", LAST_OUTCOMES, keep_unlisted=True)
    longitude, latitude = _coordinate(cells, "Longitude", _LONGITUDES), _coordinate(cells, "Latitude", _LATITUDES)
    lsoa, force = cells.text("LSOA code"), cells.text("Falls within") or cells.text("Reported by")

    def build() -> Iterator[ListEntry]:
        yield ListEntry(
            subject=f"lsoa/{lsoa}" if lsoa else "unlocated", item="place.crime", occurrence=occurrence,
            value={
                "crime_type": crime_type, "month": cells.text("Month"), "location": cells.text("Location"),
                "outcome": outcome, "lsoa": lsoa or None, "longitude": longitude, "latitude": latitude, "force": force,
            },
            valid_from=month[0] if month else None, valid_to=month[1] if month else None,
        )  # fmt: skip

    return cells.translation(build)


def read_stop_search(cells: Cells, occurrence: str) -> Translation:
    """One stop and search. Who was searched is not kept, but for the range of age that is published."""
    cells.required("Date")
    at = cells.datetime("Date")
    longitude, latitude = _coordinate(cells, "Longitude", _LONGITUDES), _coordinate(cells, "Latitude", _LATITUDES)
    age_range = cells.code("Age range", AGE_RANGES, keep_unlisted=True)

    def build() -> Iterator[ListEntry]:
        located = longitude is not None and latitude is not None
        yield ListEntry(
            subject=f"point/{longitude},{latitude}" if located else "unlocated", item="place.stop_search",
            occurrence=occurrence, at=at, valid_from=at.date() if at else None, valid_to=at.date() if at else None,
            value={
                "object": cells.text("Object of search"), "outcome": cells.text("Outcome"),
                "legislation": cells.text("Legislation"), "longitude": longitude, "latitude": latitude,
                "age_range": age_range,
            },
        )  # fmt: skip

    return cells.translation(build)


def street_feed(profile: FeedProfile) -> PlaceFeed:
    """The street file: keyed by `Crime ID`, which anti-social behaviour has not."""
    return PlaceFeed(profile, read_street, _STREET_KEY, id_column="Crime ID")


def stop_search_feed(profile: FeedProfile) -> PlaceFeed:
    """The stop-and-search file, which has no key."""
    return PlaceFeed(profile, read_stop_search, _SEARCH_KEY)


def _month(cells: Cells) -> tuple[date, date] | None:
    found = _MONTH.fullmatch(cells.required("Month"))
    if found and int(found[1]):
        year, month = int(found[1]), int(found[2])
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    if cells.text("Month"):
        cells.error("Month", "date-invalid", "The column Month cannot be read.", "Write the month as YYYY-MM.")
    return None


def _coordinate(cells: Cells, name: str, bounds: tuple[int, int]) -> float | None:
    value = cells.number(name)
    if value is not None and not bounds[0] <= value <= bounds[1]:
        message = f"The column {name} is outside {bounds[0]} to {bounds[1]}."
        cells.error(name, "number-invalid", message, "Write degrees in WGS 84, or leave the cell empty.")
    return value


def _no_translation(cells: Cells) -> Translation:
    return Translation(cells.row)
