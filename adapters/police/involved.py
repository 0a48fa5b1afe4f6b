"""What every incident row about a person begins with: who, in which incident, in which role, said by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from adapters.cells import MAX_KEY, Cells
from adapters.police.codes import NATURES, PARTS, ROLES, Part
from concept_model.base import Nature, Scalar
from concept_model.statement import Circumstance, Event, Intervention

_MAX_NUMBER = MAX_KEY - max(map(len, PARTS)) - 1


@dataclass(frozen=True, slots=True)
class Involved:
    """A person in an incident. `role` is empty, and `part` None, where the row does not tell it."""

    person: str
    number: str
    role: str
    part: Part | None
    stated: Nature | None
    handling: str | None

    def event(
        self, item: str, nature: Nature, value: dict[str, Scalar], at: datetime | None, until: date | None = None
    ) -> Event:
        """An event of this incident. Its key is the incident and the role, so a resend meets itself."""
        return Event(
            subject=self.person, item=item, occurrence=f"{self.number}/{self.role}", value=value, role=self.role,
            nature=nature, handling=self.handling, at=at, valid_from=at.date() if at else None, valid_to=until,
        )  # fmt: skip

    def victim(self, value: dict[str, Scalar], at: datetime | None) -> Event:
        """Victims and witnesses, kept apart from those who are accused: never shown as involved in crime."""
        return self.event("crime.victim", self.stated or Nature.FACT, value, at)

    def circumstance(
        self, item: str, nature: Nature, value: dict[str, Scalar], period: tuple[date | None, date | None]
    ) -> Circumstance:
        """A circumstance that the incident left behind."""
        return Circumstance(
            subject=self.person, item=item, occurrence=f"{self.number}/{self.role}", value=value, role=self.role,
            nature=nature, handling=self.handling, valid_from=period[0], valid_to=period[1],
        )  # fmt: skip

    def intervention(
        self, item: str, nature: Nature, value: dict[str, Scalar], period: tuple[date | None, date | None]
    ) -> Intervention:
        """What was ordered or done; told apart within the incident by its kind."""
        return Intervention(
            subject=self.person, item=item, occurrence=f"{self.number}/{value['kind']}"[:MAX_KEY], value=value,
            role=self.role, nature=nature, handling=self.handling, valid_from=period[0], valid_to=period[1],
        )  # fmt: skip


def read_involved(cells: Cells, handling: str | None, number_column: str, roles: Mapping[str, str] = ROLES) -> Involved:
    """Read the number of the incident, the person, the role and what kind of saying the row is."""
    number, person = cells.key(number_column, most=_MAX_NUMBER), cells.key("nominal_ref")
    cells.required("role")
    role = cells.code("role", roles)
    stated = cells.code("fact_or_opinion", NATURES)
    part = PARTS[role] if role else None
    return Involved(person, number, role or "", part, Nature(stated) if stated else None, handling)


def nothing_kept(cells: Cells) -> None:
    """Remark that the row was read and that nothing of it is shared."""
    cells.remark("role", "nothing-kept", "This role in an incident of this kind is not shared.")
