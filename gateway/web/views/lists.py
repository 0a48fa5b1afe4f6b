"""Lists that several pages have: coverage of sources, and people found."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.profiles.views import Coverage
from gateway.usecases.families.searching import SearchHit, SearchResult
from gateway.web.views.people import born, heading_name, identity_rows, joined
from gateway.web.words import day

_FOUND_NOTHING = "This is not proof that nothing happened."


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A source and the day its data reaches."""

    title: str
    to: str


@dataclass(frozen=True, slots=True)
class HitView:
    """A person found, and why, in words."""

    href: str
    emergency_href: str
    name: str
    born: str
    postcodes: str
    said_by: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchView:
    """The answer to a search. `doubt` is about what was typed; empty where there is none."""

    count: str
    doubt: str
    hits: tuple[HitView, ...]
    more: bool
    nothing: str
    coverage: tuple[CoverageRow, ...]
    foot: str
    receipt_id: str


def coverage_rows(lines: Iterable[Coverage]) -> tuple[CoverageRow, ...]:
    """Up to which day each source's data reaches."""
    return tuple(CoverageRow(line.title, day(line.to) if line.to else "No data yet") for line in lines)


def search_view(result: SearchResult, doubt: str = "") -> SearchView:
    """What the template shows of a search. `doubt` is what has to be said about what was typed."""
    count = len(result.hits)
    return SearchView(
        count=f"{count} {'person' if count == 1 else 'people'} found",
        doubt=doubt,
        hits=tuple(_hit(hit) for hit in result.hits),
        more=result.more,
        nothing=nothing_found(result.coverage),
        coverage=coverage_rows(result.coverage),
        foot=result.foot,
        receipt_id=str(result.receipt.entry_id),
    )


def nothing_found(lines: Iterable[Coverage]) -> str:
    """The sentence for an empty answer: it names what was looked at, so that silence is not taken for proof."""
    reached = [f"{line.title} to {day(line.to)}" for line in lines if line.to]
    looked = f" What we hold: {joined(tuple(reached))}." if reached else ""
    return f"We found nothing you may see.{looked} {_FOUND_NOTHING}"


def _hit(hit: SearchHit) -> HitView:
    sources = sorted({value.by.rsplit(",", 1)[0] for row in identity_rows(hit.identity)[:1] for value in row.values})
    return HitView(
        href=f"/families/{hit.family_id}",
        emergency_href=f"/purpose?family={hit.family_id}",
        name=heading_name(hit.identity),
        born=born(hit.identity),
        postcodes=", ".join(hit.postcodes),
        said_by=joined(tuple(sources)),
        reasons=hit.reasons,
    )
