"""Identities: facts that linkage may read, links and their versions, persons, households, kin."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gateway.store.tables import HouseholdMemberRow, HouseholdRow, KinRow, LinkRow, PersonRow

_LINK = LinkRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_REDIRECT_ANEW = text(
    """
    WITH RECURSIVE ended AS (
      SELECT p.person_id, p.retired_at FROM hearth.person p WHERE p.redirect_to = ANY (CAST(:parted AS uuid[]))
       UNION
      SELECT p.person_id, p.retired_at FROM hearth.person p JOIN ended e ON p.redirect_to = e.person_id
    ), holder AS (
      SELECT DISTINCT ON (e.person_id) e.person_id, now_of.person_id AS holds
        FROM ended e
        JOIN hearth.link last ON last.person_id = e.person_id AND last.superseded_at = e.retired_at
        JOIN hearth.link now_of ON now_of.record_id = last.record_id AND now_of.superseded_at IS NULL
       GROUP BY e.person_id, now_of.person_id
       ORDER BY e.person_id, count(*) DESC, min(now_of.record_id::text)
    )
    UPDATE hearth.person p SET redirect_to = h.holds FROM holder h WHERE p.person_id = h.person_id
    """
)
_PERSON = PersonRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_HOUSEHOLD = HouseholdRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_MEMBER = HouseholdMemberRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_KIN = KinRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes

Period = tuple[date | None, date | None]
"""First and last day; None is an open end."""


@dataclass(frozen=True, slots=True)
class IdentityFact:
    """A current fact that tells who somebody is or where they live."""

    record_id: UUID
    source: str
    item: str
    value: Mapping[str, Any]
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class CurrentLink:
    """A link as it stands."""

    link_id: UUID
    record_id: UUID
    person_id: UUID
    band: int


_FACTS = text(
    """
    SELECT v.record_id, v.source, v.item, v.value, v.valid_from, v.valid_to FROM (
      SELECT DISTINCT ON (f.fact_key) f.record_id, s.name AS source, i.name AS item, f.value, f.valid_from, f.valid_to,
             f.tombstone
        FROM hearth.fact f JOIN hearth.item i USING (item_no) JOIN hearth.source s USING (source_no)
        JOIN hearth.source_record r USING (record_id)
       WHERE r.subject_kind = 'person'
       ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v
    WHERE NOT v.tombstone
    ORDER BY v.record_id, v.item
    """
)


def identity_facts(connection: Connection) -> list[IdentityFact]:
    """All current identity facts; row-level security keeps everything else from this role."""
    return [IdentityFact(*row) for row in connection.execute(_FACTS)]


def record_ids(connection: Connection) -> list[tuple[UUID, str]]:
    """Every person record with its source, also those that no identity fact describes.

    Left out are numbers of which only the National Data Opt-out is known: nobody has been named under them yet.
    """
    rows = connection.execute(
        text(
            "SELECT r.record_id, s.name FROM hearth.source_record r JOIN hearth.source s USING (source_no)"
            " WHERE r.subject_kind = 'person' AND r.record_id NOT IN (SELECT hearth.nobodys_records())"
            " ORDER BY r.record_id"
        )
    )
    return [(row[0], row[1]) for row in rows]


def current_links(connection: Connection) -> list[CurrentLink]:
    """Links as they stand."""
    rows = connection.execute(
        select(_LINK.c.link_id, _LINK.c.record_id, _LINK.c.person_id, _LINK.c.band).where(
            _LINK.c.superseded_at.is_(None)
        )
    )
    return [CurrentLink(*row) for row in rows]


def person_ranks(connection: Connection) -> dict[UUID, int]:
    """Every person id ever given, oldest first; retired ones are included so that none is given again."""
    rows = connection.execute(select(_PERSON.c.person_id).order_by(_PERSON.c.created_at, _PERSON.c.person_id))
    return {row[0]: rank for rank, row in enumerate(rows)}


def add_persons(connection: Connection, persons: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """Insert persons as (person id, family handle)."""
    if persons:
        connection.execute(
            insert(PersonRow),
            [
                {"person_id": person, "family_id": family, "created_at": now, "redirect_to": None, "retired_at": None}
                for person, family in persons
            ],
        )


def retire_persons(connection: Connection, redirects: Mapping[UUID, UUID | None], now: datetime) -> None:
    """Retire person ids; each redirects to the person who holds its records now."""
    for person, successor in redirects.items():
        connection.execute(
            update(_PERSON).where(_PERSON.c.person_id == person).values(redirect_to=successor, retired_at=now)
        )


def redirect_anew(connection: Connection, parted: Collection[UUID]) -> None:
    """Let ids that ended, and led to a person who is parted now, lead to whoever has most of their last records.

    Who was taken for another and is not any more has a new id; their earlier one would open the other's page for good.
    Among equals it leads to the one with the smallest record id, as for an id that ends.
    """
    if parted:
        connection.execute(_REDIRECT_ANEW, {"parted": list(parted)})


def replace_links(
    connection: Connection, superseded: Sequence[UUID], links: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """End links by id and insert their successors."""
    if superseded:
        # One array: a model that moves most bands ends more links than a statement may have parameters.
        connection.execute(
            text("UPDATE hearth.link SET superseded_at = :now WHERE link_id = ANY (CAST(:ended AS uuid[]))"),
            {"now": now, "ended": list(superseded)},
        )
    if links:
        connection.execute(insert(LinkRow), [dict(link) for link in links])


def household_members(connection: Connection) -> dict[UUID, dict[UUID, Period]]:
    """Persons of each household that lives, each with the first and the last day."""
    rows = connection.execute(
        select(_MEMBER.c.household_id, _MEMBER.c.person_id, _MEMBER.c.valid_from, _MEMBER.c.valid_to)
    )
    members: dict[UUID, dict[UUID, Period]] = {}
    for household, person, begins, ends in rows:
        members.setdefault(household, {})[person] = (begins, ends)
    return members


def replace_households(
    connection: Connection,
    households: Iterable[UUID],
    members: Sequence[Mapping[str, Any]],
    retired: Mapping[UUID, UUID | None],
    now: datetime,
) -> None:
    """Write the households of a run; new ids are added, retired ones redirect."""
    rows = [{"household_id": one, "created_at": now, "redirect_to": None, "retired_at": None} for one in households]
    if rows:
        connection.execute(upsert(HouseholdRow).on_conflict_do_nothing(), rows)
    connection.execute(delete(_MEMBER))
    if members:
        connection.execute(insert(HouseholdMemberRow), [dict(member) for member in members])
    for household, successor in retired.items():
        connection.execute(
            update(_HOUSEHOLD)
            .where(_HOUSEHOLD.c.household_id == household)
            .values(redirect_to=successor, retired_at=now)
        )


def replace_kin(connection: Connection, pairs: Iterable[tuple[UUID, UUID]]) -> None:
    """Write recorded relationships between persons, both ways."""
    both = sorted({pair for one, other in pairs if one != other for pair in ((one, other), (other, one))})
    connection.execute(delete(_KIN))
    if both:
        connection.execute(insert(KinRow), [{"person_id": one, "other_id": other} for one, other in both])
