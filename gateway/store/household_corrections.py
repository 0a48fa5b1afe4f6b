"""Who stewards say belongs to a household: read and written as hg_link, append-only; told to readers as ties."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, insert, text

from gateway.profiles.loaded import CorrectedTie
from gateway.store.household_tables import HouseholdCorrectionRow, HouseholdCorrectionWithdrawnRow
from gateway.store.match_decisions import OF_HANDLE


@dataclass(frozen=True, slots=True)
class StandingCorrection:
    """A correction that holds, with the household and the person of now."""

    correction_id: UUID
    household_id: UUID
    record_id: UUID
    person_id: UUID
    belongs: bool
    valid_from: date | None
    valid_to: date | None
    source_nos: Sequence[int]
    corrected_by: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class HouseholdPerson:
    """Somebody of a household, by the handle of theirs, and from when to when."""

    household_id: UUID
    person_id: UUID
    family_id: UUID
    valid_from: date | None
    valid_to: date | None


_STANDING = """
    SELECT correction_id, household_id, record_id, person_id, belongs, valid_from, valid_to, source_nos, corrected_by,
           corrected_at
      FROM hearth.household_correction_standing
"""


def standing_corrections(connection: Connection) -> list[StandingCorrection]:
    """Every correction that holds, in the order in which they were made."""
    return _standing(connection, "", {})


def corrections_about(
    connection: Connection, households: Collection[UUID], persons: Collection[UUID] = ()
) -> list[StandingCorrection]:
    """Those that are about some households or some persons."""
    wanted = "WHERE household_id = ANY (CAST(:households AS uuid[])) OR person_id = ANY (CAST(:persons AS uuid[]))"
    return _standing(connection, wanted, {"households": list(households), "persons": list(persons)})


def correction_of(connection: Connection, correction_id: UUID) -> StandingCorrection | None:
    """One that holds."""
    found = _standing(connection, "WHERE correction_id = :correction", {"correction": correction_id})
    return next(iter(found), None)


def _standing(connection: Connection, wanted: str, given: dict[str, object]) -> list[StandingCorrection]:
    rows = connection.execute(text(f"{_STANDING} {wanted} ORDER BY corrected_at, correction_id"), given)
    return [StandingCorrection(*row) for row in rows]


def add_correction(connection: Connection, correction: HouseholdCorrectionRow) -> None:
    """Insert what a steward says. The entry that says so is of the same transaction, and before this."""
    connection.execute(insert(HouseholdCorrectionRow), [correction.model_dump()])


def add_withdrawal(connection: Connection, withdrawn: HouseholdCorrectionWithdrawnRow) -> None:
    """Insert that a correction does not hold any more."""
    connection.execute(insert(HouseholdCorrectionWithdrawnRow), [withdrawn.model_dump()])


def persons_of_household(connection: Connection, household_id: UUID) -> list[HouseholdPerson]:
    """Who belongs to a household that lives, by the id that it goes by now; nobody where there is none."""
    rows = connection.execute(
        text(
            "WITH RECURSIVE chain AS (SELECT h.household_id, h.redirect_to FROM hearth.household h"
            " WHERE h.household_id = :household UNION SELECT h.household_id, h.redirect_to FROM chain c"
            " JOIN hearth.household h ON h.household_id = c.redirect_to)"
            " SELECT m.household_id, m.person_id, p.family_id, m.valid_from, m.valid_to FROM chain c"
            " JOIN hearth.household_member m USING (household_id) JOIN hearth.person p USING (person_id)"
            " WHERE c.redirect_to IS NULL ORDER BY p.family_id"
        ),
        {"household": household_id},
    )
    return [HouseholdPerson(*row) for row in rows]


def homes_of_handle(connection: Connection, family_id: UUID) -> list[HouseholdPerson]:
    """Everybody in each household of the person whose page a handle opens, also where that person was taken out."""
    rows = connection.execute(
        text(
            f"{OF_HANDLE}"  # noqa: S608 - fixed texts
            " SELECT m.household_id, m.person_id, p.family_id, m.valid_from, m.valid_to FROM hearth.household_member m"
            " JOIN hearth.person p ON p.person_id = m.person_id WHERE m.household_id IN"
            " (SELECT x.household_id FROM own JOIN hearth.household_member x USING (person_id))"
            " OR m.household_id = ANY (CAST(:said AS uuid[]))"
            " ORDER BY m.household_id, p.family_id"
        ),
        {"family": family_id, "said": corrected_homes(connection, family_id)},
    )
    return [HouseholdPerson(*row) for row in rows]


def corrected_homes(connection: Connection, family_id: UUID) -> list[UUID]:
    """The households of which a correction holds about the person whose page a handle opens."""
    rows = connection.execute(
        text(
            f"{OF_HANDLE} SELECT DISTINCT c.household_id FROM hearth.household_correction_standing c"  # noqa: S608 - fixed
            " JOIN own ON own.person_id = c.person_id ORDER BY 1"
        ),
        {"family": family_id},
    )
    return list(rows.scalars())


def corrected_ties(connection: Connection) -> list[CorrectedTie]:
    """Corrections between people whom the opened ticket is about, as hg_read."""
    rows = connection.execute(text("SELECT * FROM hearth.corrected_ties()"))
    return [CorrectedTie(*row) for row in rows]
