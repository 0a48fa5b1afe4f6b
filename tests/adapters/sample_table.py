"""Translate every sample file that belongs to a feed and print what became of its rows.

Run as `PYTHONPATH=. python tests/adapters/sample_table.py`.
The samples lie beside the repository, in `../shared/samples`; they are not part of it.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters.errors import FeedUnreadableError
from adapters.port import translate_rows
from adapters.registry import FEEDS
from adapters.tabular import load_mappings

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"
ALL = {**FEEDS, **load_mappings(ROOT / "gateway" / "demo" / "northvale" / "feeds")}
FILES = (
    ("police-street", "police-open-data-csv/*-street.csv"),
    ("police-stop-search", "police-open-data-csv/*-stop-and-search.csv"),
    ("health-pds", "nhs-pds-sandbox/*.json"),
    ("health-ukcore", "nhs-ukcore-fhir-r4/UKCore-*.xml"),
    ("schools-pupils", "dfe-giap-pupil-records/*.json"),
    ("social-care-cin", "cin-census-fake/*.xml"),
    ("social-care-903", "ssda903-fake/*.csv"),
    ("social-care-903", "liia-tools-samples/*.csv"),
    ("social-care-involvement", "family-context-dummy/csc.csv"),
    ("core-lettings", "core-social-lettings/*.xml"),
    ("core-lettings", "core-social-lettings/lettings_log_csv_export_*.csv"),
    ("core-lettings-bulk", "core-social-lettings/2023_24_lettings_bulk_upload.csv"),
    ("service-directory", "open-referral-uk-mocks/*__service_full.json"),
    ("service-directory", "open-referral-uk-mocks/*__service_list.json"),
)
"""Feed and pattern of the files of that feed."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file. `first_reason` is a code and a column, never a value."""

    feed: str
    file: str
    rows: int
    accepted: int
    flagged: int
    rejected: int
    first_reason: str


def sample_files() -> list[tuple[str, Path]]:
    """Feed and file of every sample that belongs to a feed; empty where the samples are absent."""
    return [(feed, path) for feed, pattern in FILES for path in sorted(SAMPLES.glob(pattern))]


def line_of(feed: str, path: Path) -> Line:
    """Translate one file and count."""
    rows = accepted = flagged = rejected = 0
    reason = ""
    try:
        for found in translate_rows(ALL[feed], path.read_bytes()):
            rows += 1
            accepted += not found.errors
            flagged += bool(found.flags) and not found.errors
            rejected += bool(found.errors)
            reasons = [(why.code, why.column) for why in found.errors] + [(why.code, why.column) for why in found.flags]
            reason = reason or " ".join(next(iter(reasons), ()))
    except FeedUnreadableError as error:
        reason = f"unreadable: {error.message}"
    return Line(feed, path.name, rows, accepted, flagged, rejected, reason)


def lines() -> Iterator[Line]:
    """One line per file."""
    for feed, path in sample_files():
        yield line_of(feed, path)


def table(found: list[Line]) -> str:
    """The lines as a Markdown table."""
    head = "| feed | file | rows | accepted | flagged | rejected | first reason |\n|---|---|---|---|---|---|---|\n"
    return head + "".join(
        f"| {one.feed} | {one.file} | {one.rows} | {one.accepted} | {one.flagged} | {one.rejected} "
        f"| {one.first_reason} |\n"
        for one in found
    )


if __name__ == "__main__":
    sys.stdout.write(table(list(lines())))
