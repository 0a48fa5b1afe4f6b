"""Identities of some records alone: what linkage reads and writes of those whom new records concern."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert as upsert

from gateway.store.identities import CurrentLink, IdentityFact, Period
from gateway.store.tables import HouseholdMemberRow, HouseholdRow, KinRow

_FACTS = text(
    """
    SELECT v.record_id, v.source, v.item, v.value, v.valid_from, v.valid_to FROM (
      SELECT DISTINCT ON (f.fact_key) f.record_id, s.name AS source, i.name AS item, f.value, f.valid_from, f.valid_to,
             f.tombstone
        FROM hearth.fact f JOIN hearth.item i USING (item_no) JOIN hearth.source s USING (source_no)
       WHERE f.record_id = ANY (CAST(:records AS uuid[]))
       ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v
    WHERE NOT v.tombstone
    ORDER BY v.record_id, v.item
    """
)


def identity_facts_of(connection: Connection, records: Collection[UUID]) -> list[IdentityFact]:
    """The current identity facts of some records, in the order of `identities.identity_facts`."""
    return [IdentityFact(*row) for row in connection.execute(_FACTS, {"records": list(records)})]


_EARLIER_HOMES = text(
    """
    SELECT v.record_id, s.name, i.name, v.value, v.valid_from, v.valid_to FROM (
      SELECT f.record_id, f.source_no, f.item_no, f.value, f.valid_from, f.valid_to, f.tombstone,
             row_number() OVER (PARTITION BY f.fact_key ORDER BY f.recorded_at DESC, f.fact_id DESC) AS newest_first
        FROM hearth.fact f
       WHERE f.record_id = ANY (CAST(:records AS uuid[]))
         AND f.item_no = (SELECT x.item_no FROM hearth.item x WHERE x.name = 'address.residence')) v
    JOIN hearth.item i USING (item_no) JOIN hearth.source s USING (source_no)
    WHERE v.newest_first > 1 AND NOT v.tombstone
    ORDER BY v.record_id
    """
)


def earlier_homes_of(connection: Connection, records: Collection[UUID]) -> list[IdentityFact]:
    """What was said of where some records live, and was corrected or taken back since."""
    return [IdentityFact(*row) for row in connection.execute(_EARLIER_HOMES, {"records": list(records)})]


def sources_of(connection: Connection, records: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Those of some records that stand for persons, each with its source."""
    rows = connection.execute(
        text(
            "SELECT r.record_id, s.name FROM hearth.source_record r JOIN hearth.source s USING (source_no)"
            " WHERE r.record_id = ANY (CAST(:records AS uuid[])) AND r.subject_kind = 'person' ORDER BY r.record_id"
        ),
        {"records": list(records)},
    )
    return [(row[0], row[1]) for row in rows]


def adopted_records(connection: Connection, among: Collection[UUID] | None = None) -> set[str]:
    """Ids of records that a service marks as an adopted child's, among some records or (None) all."""
    rows = connection.execute(
        text("SELECT hearth.adopted_records(CAST(:among AS uuid[]))"), {"among": None if among is None else list(among)}
    )
    return set(map(str, rows.scalars()))


def brought_by(connection: Connection, batches: Sequence[UUID], most: int) -> list[UUID]:
    """Records of which batches brought something: at most `most` and one, so that more than `most` can be told."""
    rows = connection.execute(
        text("SELECT hearth.records_of_batches(CAST(:batches AS uuid[]), :most)"),
        {"batches": list(batches), "most": most},
    )
    return list(rows.scalars())


def identified_by(connection: Connection, batches: Sequence[UUID]) -> set[UUID]:
    """Records of which batches brought something that linkage may read."""
    rows = connection.execute(
        text("SELECT DISTINCT record_id FROM hearth.fact WHERE batch_id = ANY (CAST(:batches AS uuid[]))"),
        {"batches": list(batches)},
    )
    return set(rows.scalars())


def left_since(connection: Connection, since: datetime) -> set[UUID]:
    """Persons of whom a record became another's since an instant."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT was.person_id FROM hearth.link was JOIN hearth.link now USING (record_id)"
            " WHERE was.superseded_at >= :since AND now.superseded_at IS NULL AND now.person_id <> was.person_id"
        ),
        {"since": since},
    )
    return set(rows.scalars())


def ever_of(connection: Connection, persons: Collection[UUID]) -> set[UUID]:
    """Every record that was ever held to be one of these persons'."""
    rows = connection.execute(
        text("SELECT DISTINCT record_id FROM hearth.link WHERE person_id = ANY (CAST(:persons AS uuid[]))"),
        {"persons": list(persons)},
    )
    return set(rows.scalars())


def links_of(connection: Connection, records: Collection[UUID]) -> list[CurrentLink]:
    """The links of some records as they stand."""
    return _links(connection, "record_id", records)


def links_to(connection: Connection, persons: Collection[UUID]) -> list[CurrentLink]:
    """The links to some persons as they stand."""
    return _links(connection, "person_id", persons)


def _links(connection: Connection, column: str, ids: Collection[UUID]) -> list[CurrentLink]:
    rows = connection.execute(
        text(
            "SELECT link_id, record_id, person_id, band FROM hearth.link"  # noqa: S608 - one of two fixed names
            f" WHERE {column} = ANY (CAST(:ids AS uuid[])) AND superseded_at IS NULL"
        ),
        {"ids": list(ids)},
    )
    return [CurrentLink(*row) for row in rows]


def ranks_of(connection: Connection, persons: Collection[UUID]) -> dict[UUID, int]:
    """Some persons, oldest first."""
    rows = connection.execute(
        text(
            "SELECT person_id FROM hearth.person WHERE person_id = ANY (CAST(:persons AS uuid[]))"
            " ORDER BY created_at, person_id"
        ),
        {"persons": list(persons)},
    )
    return {person: rank for rank, person in enumerate(rows.scalars())}


def households_of(connection: Connection, persons: Collection[UUID]) -> dict[UUID, dict[UUID, Period]]:
    """The households that some persons belong to, each with everybody in it and their first and last day."""
    rows = connection.execute(
        text(
            "SELECT m.household_id, m.person_id, m.valid_from, m.valid_to FROM hearth.household_member m"
            " WHERE m.household_id IN"
            " (SELECT x.household_id FROM hearth.household_member x WHERE x.person_id = ANY (CAST(:persons AS uuid[])))"
        ),
        {"persons": list(persons)},
    )
    found: dict[UUID, dict[UUID, Period]] = {}
    for household, person, begins, ends in rows:
        found.setdefault(household, {})[person] = (begins, ends)
    return found


def members_of(connection: Connection, household: UUID) -> set[UUID]:
    """Who belongs to a household, at any time."""
    rows = connection.execute(
        text("SELECT person_id FROM hearth.household_member WHERE household_id = :household"), {"household": household}
    )
    return set(rows.scalars())


def replace_members(
    connection: Connection, before: Collection[UUID], after: Collection[UUID], members: Sequence[Mapping[str, Any]],
    retired: Mapping[UUID, UUID | None], now: datetime,
) -> None:  # fmt: skip
    """Write some households in the place of others; those that go on keep their id, retired ones redirect."""
    rows = [{"household_id": one, "created_at": now, "redirect_to": None, "retired_at": None} for one in sorted(after)]
    if rows:
        connection.execute(upsert(HouseholdRow).on_conflict_do_nothing(), rows)
    connection.execute(
        text("DELETE FROM hearth.household_member WHERE household_id = ANY (CAST(:gone AS uuid[]))"),
        {"gone": [*before, *after]},
    )
    if members:
        connection.execute(upsert(HouseholdMemberRow).on_conflict_do_nothing(), [dict(member) for member in members])
    for household, successor in retired.items():
        connection.execute(
            text("UPDATE hearth.household SET redirect_to = :to, retired_at = :now WHERE household_id = :household"),
            {"to": successor, "now": now, "household": household},
        )


def replace_kin_of(connection: Connection, persons: Collection[UUID], pairs: Iterable[tuple[UUID, UUID]]) -> None:
    """Write anew, both ways, who some persons are tied to."""
    concerned = set(persons)
    both = sorted(
        {
            pair
            for one, other in pairs
            if one != other and not concerned.isdisjoint((one, other))
            for pair in ((one, other), (other, one))
        }
    )
    connection.execute(
        text(
            "DELETE FROM hearth.kin WHERE person_id = ANY (CAST(:persons AS uuid[]))"
            " OR other_id = ANY (CAST(:persons AS uuid[]))"
        ),
        {"persons": list(concerned)},
    )
    if both:
        rows = [{"person_id": one, "other_id": other} for one, other in both]
        connection.execute(upsert(KinRow).on_conflict_do_nothing(), rows)
