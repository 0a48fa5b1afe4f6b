"""Police files of any length, the same for the same number of rows: realistic columns, codes, repeats and faults.

One row in fifty has a fault that costs it (a code that is not in its list, a date that is none, an empty key, a cell
too many); one in two hundred is intelligence, which is refused; one in a hundred is a row that came before.
"""

import csv
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

OCCURRENCES = "police-occurrences"
NOMINALS = "police-nominals"
_OCCURRENCE_COLUMNS = (
    "occurrence_no", "nominal_ref", "role", "fact_or_opinion", "handling", "ho_class", "ho_subclass", "title",
    "committed_from", "committed_to", "reported_at", "location", "beat", "status", "outcome_code", "outcome_date",
    "dv_flag", "child_present_flag", "dash_risk", "marac_flag", "hate_flag", "cyber_flag",
)  # fmt: skip
_NOMINAL_COLUMNS = (
    "nominal_ref", "pnc_id", "surname", "forename1", "forename2", "alias", "dob", "sex", "ethnic_self",
    "ethnic_officer", "address_type", "line1", "line2", "postcode", "uprn", "from", "to", "warning_markers",
)  # fmt: skip
_CLASSES = (
    ("105A", "Assault without injury on a constable"), ("8N", "Assault with injury"), ("28E", "Burglary in a dwelling"),
    ("45", "Theft from vehicle"), ("149", "Criminal damage to a building"), ("195", "Harassment"),
    ("92E", "Possession of cannabis"), ("", "ASB Nuisance: rowdy neighbours"), ("49", "Theft: shoplifting"),
    ("33A", "Threats \u2013 \u201cto kill\u201d"),
)  # fmt: skip
_ROLES = ("victim", "victim", "suspect", "suspect", "witness", "offender", "person reporting", "child present")
_STREETS = ("Weavers Row", "Mill Lane", "Station Road", "Quarry Hill", "St Mary\u2019s Close", "Canal Street")
_SURNAMES = ("Ashworth", "Begum", "Carter", "Duffy", "Eze", "Farrell", "Greenhalgh", "Hussain", "Iqbal", "Jones")
_FORENAMES = ("Amina", "Brian", "Chloe", "Daniel", "Ewa", "Farah", "George", "Hannah", "Imran", "Joanne")
_FAULT, _REFUSED, _REPEATED = 50, 200, 100
_FIRST_DAY = date(2024, 1, 1)
_SEED = 20260801


def write_file(feed: str, path: Path, rows: int) -> None:
    """Write a file of that many rows for one of the two feeds."""
    columns = _OCCURRENCE_COLUMNS if feed == OCCURRENCES else _NOMINAL_COLUMNS
    chance = random.Random(_SEED)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(_occurrences(chance, rows) if feed == OCCURRENCES else _nominals(chance, rows))


def _occurrences(chance: random.Random, rows: int) -> Iterator[list[str]]:
    row: list[str] = []
    for number in range(rows):
        if row and number % _REPEATED == 0:
            yield row
            continue
        row = _occurrence(chance, number, max(100, rows // 3))
        if number % _FAULT == 1:
            _spoil(chance, row)
        elif number % _REFUSED == 2:
            row[4] = "intelligence"
        yield row


def _occurrence(chance: random.Random, number: int, persons: int) -> list[str]:
    ho_class, title = chance.choice(_CLASSES)
    role = chance.choice(_ROLES)
    begins = datetime.combine(_FIRST_DAY, datetime.min.time()) + timedelta(minutes=chance.randrange(1_300_000))
    ends = begins + timedelta(minutes=chance.randrange(300))
    domestic = chance.random() < 0.15
    charged = role in {"suspect", "offender"} and chance.random() < 0.6
    return [
        f"NV/{number // 2:07d}/26", f"N{chance.randrange(persons):07d}", role,
        chance.choice(("", "fact", "allegation")),
        chance.choice(("open", "open", "sensitive")), ho_class, "", title, f"{begins:%Y-%m-%dT%H:%M}",
        f"{ends:%Y-%m-%dT%H:%M}", f"{ends:%d/%m/%Y %H:%M}", f"{chance.randrange(1, 99)} {chance.choice(_STREETS)}",
        "K12", "convicted" if charged and chance.random() < 0.3 else "under investigation",
        chance.choice(("1", "3", "8", "14", "18")) if charged else "", f"{ends:%Y-%m-%d}" if charged else "",
        "Y" if domestic else "N", chance.choice("YN") if domestic else "",
        chance.choice(("standard", "medium", "high")) if domestic else "", "N" if domestic else "", "N", "N",
    ]  # fmt: skip


def _nominals(chance: random.Random, rows: int) -> Iterator[list[str]]:
    for number in range(rows):
        born = date(1940, 1, 1) + timedelta(days=chance.randrange(29_000))
        row = [
            f"N{number:07d}", "", chance.choice(_SURNAMES) + chance.choice(("", "", "-Hall")),
            chance.choice(_FORENAMES), chance.choice(("", *_FORENAMES)), "", f"{born:%d/%m/%Y}", chance.choice("MF"),
            chance.choice(("W1", "A2", "B1", "")), "1", "HOME", f"{chance.randrange(1, 99)} {chance.choice(_STREETS)}",
            "Northvale", f"ZZ{chance.randrange(1, 9)} {chance.randrange(1, 9)}ZZ", str(10_000_000 + number // 2),
            "2019-04-01", "", "",
        ]  # fmt: skip
        if number % _FAULT == 1:
            row[6] = "31/02/1980"
        yield row


def _spoil(chance: random.Random, row: list[str]) -> None:
    """Make the row one that has to be handed back."""
    fault = chance.randrange(4)
    if fault == 0:
        row[2] = "bystander-unlisted"
    elif fault == 1:
        row[8] = "2024-13-45T99:99"
    elif fault == 2:
        row[1] = ""
    else:
        row.append("one cell too many")
