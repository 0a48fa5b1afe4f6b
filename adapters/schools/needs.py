"""Special educational needs, meals and enrolment, as census, transfer file and the council's own register say them."""

from collections.abc import Iterator, Mapping
from datetime import date

from adapters.tabular.parts import occurrence
from concept_model.base import Scalar
from concept_model.statement import Circumstance

SEN_TYPES: Mapping[str, str] = {
    code.casefold(): code for code in (
        "SPLD", "MLD", "SLD", "PMLD", "SEMH", "SLCN", "HI", "VI", "MSI", "PD", "ASD", "OTH", "NSA", "DS",
    )
}  # fmt: skip
"""Types of need (DfE); NSA is supported but not assessed, DS Down's syndrome from 2025."""
NO_NEED = "N"
ENROLMENT: Mapping[str, str] = {
    "c": "current", "m": "current, main of two schools", "s": "current, second of two schools", "g": "guest",
    "f": "further education",
}  # fmt: skip
"""Enrolment status of the school census."""


def needs_of(
    key: str, scheme: str, provision: str | None, types: tuple[str | None, ...], since: date | None, until: date | None
) -> Iterator[Circumstance]:
    """One statement for each type of need in order of rank, or one for the provision alone. No need is no statement."""
    if not provision or provision == NO_NEED:
        return
    for rank, kind in enumerate([one for one in types if one] or [None], 1):
        value: dict[str, Scalar] = {"provision": provision, "type": kind}
        yield Circumstance(
            subject=key, item="education.sen", occurrence=occurrence(scheme, str(rank)), value=value,
            valid_from=since, valid_to=until,
        )  # fmt: skip


def meals_of(key: str, since: date | None, until: date | None) -> Circumstance:
    """A span of eligibility. It outlives low income while protection lasts, so it proves no income (domain 2.4.2)."""
    return Circumstance(
        subject=key, item="education.meals", occurrence=occurrence("span", since.isoformat() if since else ""),
        value={"eligible": True}, valid_from=since, valid_to=until,
    )  # fmt: skip


def enrolment_of(
    key: str, school: tuple[str, str], year: str | None, status: str, entry: date | None, leaving: date | None
) -> Circumstance:
    """A pupil's time at a school, given as (number, name): the same statement as the school's roll makes."""
    urn, name = school
    value: dict[str, Scalar] = {"school": name or urn, "urn": urn, "year_group": year, "status": status}
    return Circumstance(
        subject=key, item="education.enrolment", occurrence=occurrence(urn, entry.isoformat() if entry else ""),
        value=value, valid_from=entry, valid_to=leaving,
    )  # fmt: skip
