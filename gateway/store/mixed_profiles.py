"""Profiles that were of two people: found from decisions and links, as hg_erase; who was told of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text

from gateway.store.correction_tables import CorrectionNoticeRow
from gateway.store.erasure import link_versions
from gateway.store.match_tables import MixedProfileRow
from gateway.store.retractions import OwnFact

_MIXED = MixedProfileRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_NOTICE = CorrectionNoticeRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_LISTED = 100


@dataclass(frozen=True, slots=True)
class PartingDecision:
    """A decision by which two records are not one person's: different, or same and undone since."""

    decision_id: UUID
    record_id: UUID
    other_record_id: UUID


@dataclass(frozen=True, slots=True)
class ToldRole:
    """How many people of one role and team were told, those included whose look was sealed."""

    agency: str
    role: str | None
    team: str | None
    people: int


def parting_decisions(connection: Connection) -> list[PartingDecision]:
    """Decisions that part two records and of which no mixed profile is known yet."""
    rows = connection.execute(
        text(
            "SELECT d.decision_id, d.record_id, d.other_record_id FROM hearth.match_decision d"
            " LEFT JOIN hearth.match_undone u USING (decision_id)"
            " WHERE ((d.verdict = 'different' AND u.decision_id IS NULL)"
            " OR (d.verdict = 'same' AND u.decision_id IS NOT NULL))"
            " AND NOT EXISTS (SELECT FROM hearth.mixed_profile m WHERE m.decision_id = d.decision_id)"
            " ORDER BY d.decided_at, d.decision_id"
        )
    )
    return [PartingDecision(*row) for row in rows]


def known_mixtures(connection: Connection, person_id: UUID) -> dict[UUID, datetime]:
    """Records that are known to have stood on a person's profile and were another's, each with when it last ended."""
    rows = connection.execute(
        select(_MIXED.c.record_ids, _MIXED.c.mixed_to)
        .where(_MIXED.c.person_id == person_id)
        .order_by(_MIXED.c.mixed_to)
    )
    return {record: ended for records, ended in rows for record in records}


def save_mixture(connection: Connection, mixed: MixedProfileRow) -> None:
    """Insert a mixed profile; the entry that says so is of the same transaction, and before this."""
    connection.execute(insert(_MIXED), [mixed.model_dump()])


def items_held(connection: Connection, records: Sequence[UUID]) -> list[OwnFact]:
    """What records hold or held, by item and source and since when; no value."""
    rows = connection.execute(
        text("SELECT * FROM hearth.items_held(CAST(:records AS uuid[]))"), {"records": list(records)}
    )
    return [OwnFact(*row) for row in rows]


def people_of(connection: Connection, records: Sequence[UUID]) -> int:
    """How many people some records are held to be of now."""
    held = link_versions(connection, records)
    return len({one.person_id for one in held if one.record_id in records and one.until is None})


def mixtures(connection: Connection) -> list[MixedProfileRow]:
    """Mixed profiles, newest first."""
    rows = connection.execute(select(_MIXED).order_by(_MIXED.c.found_at.desc(), _MIXED.c.breach_id).limit(_LISTED))
    return [MixedProfileRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def mixture(connection: Connection, breach_id: UUID) -> MixedProfileRow | None:
    """One mixed profile."""
    row = connection.execute(select(_MIXED).where(_MIXED.c.breach_id == breach_id)).one_or_none()
    return None if row is None else MixedProfileRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def told_of_mixture(connection: Connection, breach_id: UUID) -> list[ToldRole]:
    """Who was told of a mixed profile, by role and team: for the data protection officer, so sealed looks count."""
    rows = connection.execute(
        select(_NOTICE.c.agency, _NOTICE.c.role, _NOTICE.c.team, func.count())
        .where(_NOTICE.c.occasion_id == breach_id)
        .group_by(_NOTICE.c.agency, _NOTICE.c.role, _NOTICE.c.team)
        .order_by(_NOTICE.c.agency, _NOTICE.c.role, _NOTICE.c.team)
    )
    return [ToldRole(*row) for row in rows]
