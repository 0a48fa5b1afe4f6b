"""The linter of the register's lists: what a schema cannot say of agencies, sources, purposes, law and assessments."""

from collections.abc import Iterator, Sequence
from datetime import date

from agreements.lifecycle import RegisterDocuments
from agreements.patterns import matching_items
from agreements.reference_data import Dpia, Gateway, GdprBasis, Reservation
from agreements.strict_yaml import Path

Finding = tuple[Path, str, str]
"""Path in the file, what is wrong, what to do."""


def list_findings(documents: RegisterDocuments) -> Iterator[tuple[str, Finding]]:
    """Yield the file and what is wrong in it, for every list."""
    for file, findings in (
        ("agencies.yaml", _agencies(documents)),
        ("sources.yaml", _sources(documents)),
        ("purposes.yaml", _unique("purposes", [purpose.id for purpose in documents.purposes.purposes])),
        ("gateways.yaml", _law(documents)),
    ):
        for finding in findings:
            yield file, finding


def assessment_findings(dpia: Dpia, documents: RegisterDocuments) -> Iterator[Finding]:
    """Yield what is wrong with one impact assessment."""
    known = {purpose.id for purpose in documents.purposes.purposes}
    for number, purpose in enumerate(dpia.purposes):
        if purpose not in known:
            yield ("purposes", number), "no such purpose is registered", "add it to purposes.yaml"
    for number, pattern in enumerate(dpia.data):
        if not matching_items(pattern):
            yield ("data", number), "this names no data item", "use a registered item or `group.*`"
    yield from _unique("risks", [risk.id for risk in dpia.risks])
    if dpia.next_review <= dpia.approved:
        yield ("next_review",), "the next review is not after the approval", "put the dates in order"
    if dpia.residual_risk == "high":
        yield (
            ("residual_risk",),
            "a high risk remains",
            "lower it, or consult the Commissioner first (UK GDPR Article 36)",
        )


def _agencies(documents: RegisterDocuments) -> Iterator[Finding]:
    agencies = documents.agencies.agencies
    yield from _unique("agencies", [agency.id for agency in agencies])
    for number, agency in enumerate(agencies):
        if len({role.id for role in agency.roles}) != len(agency.roles):
            yield ("agencies", number, "roles"), "a role stands here twice", "name every role once"
        if agency.decider is not None and agency.decider not in {role.id for role in agency.roles}:
            yield ("agencies", number, "decider"), "who decides is no role of this agency", "name one of its roles"
        kept = [team.name.strip().casefold() for team in agency.teams]
        if len(set(kept)) != len(kept):
            yield ("agencies", number, "teams"), "a team stands here twice", "name every team once"
        if set(kept) & {team.told_as.strip().casefold() for team in agency.teams}:
            problem = "a team goes by a name that is itself told otherwise"
            yield ("agencies", number, "teams"), problem, "tell it by a name that may be told"


def _sources(documents: RegisterDocuments) -> Iterator[Finding]:
    agencies = {agency.id: agency for agency in documents.agencies.agencies}
    reservations = {reservation.id for reservation in documents.law.reservations}
    yield from _unique("sources", [source.id for source in documents.sources.sources])
    for number, source in enumerate(documents.sources.sources):
        path: Path = ("sources", number)
        owner = agencies.get(source.owner)
        if owner is None:
            yield (*path, "owner"), "no such agency", "add it to agencies.yaml"
        elif source.regime == "dpa_part_3" and not owner.competent_authority:
            problem = "its owner is no competent authority, so it holds nothing under DPA 2018 Part 3"
            yield (*path, "regime"), problem, "write uk_gdpr, or mark the owner in agencies.yaml"
        if source.reserved_under is not None and source.reserved_under not in reservations:
            yield (*path, "reserved_under"), "no such reservation is in the legal register", "add it to gateways.yaml"


def _law(documents: RegisterDocuments) -> Iterator[Finding]:
    law = documents.law
    entries: tuple[tuple[str, Sequence[Gateway | GdprBasis | Reservation]], ...] = (
        ("gateways", law.gateways),
        ("bases", law.bases),
        ("reservations", law.reservations),
    )
    for part, rows in entries:
        yield from _unique(part, [row.id for row in rows])
        for number, row in enumerate(rows):
            if row.confirmation != "from_memory" and not row.confirmed_by:
                yield (part, number, "confirmation"), "it does not say what was read", "name it in `confirmed_by`"
            if not isinstance(row, Reservation) and _ends_first(row.commenced, row.ended):
                yield (part, number, "ended"), "it ends before it begins", "put the dates in order"


def _ends_first(commenced: date | None, ended: date | None) -> bool:
    return commenced is not None and ended is not None and ended < commenced


def _unique(part: str, ids: list[str]) -> Iterator[Finding]:
    for number, identifier in enumerate(ids):
        if identifier in ids[:number]:
            yield (part, number, "id"), "this id is used twice", "give every entry its own id"
