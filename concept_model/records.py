"""The union of all concept records, and the one function that cuts them into facts."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, TypeAdapter

from concept_model.base import Nature, Scalar
from concept_model.household import Membership, Relationship
from concept_model.person import FORMER_NAME_USES, Person
from concept_model.place import Residence
from concept_model.statement import Circumstance, Event, Goal, Intervention, ListEntry

ConceptRecord = Annotated[
    Person | Residence | Membership | Relationship | Circumstance | Event | Intervention | Goal | ListEntry,
    Field(discriminator="concept"),
]
CONCEPT_RECORD: TypeAdapter[ConceptRecord] = TypeAdapter(ConceptRecord)

IDENTIFIER_ITEMS = {
    "nhs_number": "identity.nhs_number",
    "upn": "identity.upn",
    "nino": "identity.nino",
    "pnc_id": "identity.pnc_id",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of one data item about one subject of one source: the unit of supply, storage and release.

    `subject_kind` is person, household or place; `subject_key` and `occurrence` are the partner's own keys.
    `value` maps the item's field names to scalars; dates inside it are ISO 8601 text.
    """

    item: str
    subject_kind: str
    subject_key: str
    occurrence: str
    value: Mapping[str, Scalar]
    valid_from: date | None = None
    valid_to: date | None = None
    at: datetime | None = None
    nature: Nature = Nature.FACT
    role: str | None = None
    handling: str | None = None
    disputed: bool = False


def facts_of(record: ConceptRecord) -> Iterator[Fact]:
    """Cut a concept record into facts. Pure; the order is stable."""
    if isinstance(record, Person):
        yield from _person_facts(record)
    elif isinstance(record, Residence):
        yield _residence_fact(record)
    elif isinstance(record, Membership):
        yield Fact(
            "household.membership", "person", record.person, record.household,
            {"household": record.household, "role": record.role},
            valid_from=record.valid_from, valid_to=record.valid_to,
        )  # fmt: skip
    elif isinstance(record, Relationship):
        yield Fact(
            "family.relationship", "person", record.person, f"{record.kind}/{record.other}",
            {"kind": record.kind, "other": record.other, "parental_responsibility": record.parental_responsibility},
            valid_from=record.valid_from, valid_to=record.valid_to,
        )  # fmt: skip
    else:
        yield Fact(
            record.item, record.subject_kind, record.subject, record.occurrence, record.value,
            valid_from=record.valid_from, valid_to=record.valid_to, at=record.at, nature=record.nature,
            role=record.role, handling=record.handling, disputed=record.disputed,
        )  # fmt: skip


def _residence_fact(record: Residence) -> Fact:
    address = record.address
    place = address.uprn or " ".join((*address.lines, address.postcode or ""))
    value: dict[str, Scalar] = {
        "lines": "\n".join(address.lines),
        "postcode": address.postcode,
        "uprn": address.uprn,
        "kind": record.kind,
    }
    start = record.valid_from.isoformat() if record.valid_from else ""
    return Fact(
        "address.residence", "person", record.person, record.occurrence or f"{record.kind}/{place}/{start}", value,
        valid_from=record.valid_from, valid_to=record.valid_to,
    )  # fmt: skip


def _person_facts(person: Person) -> Iterator[Fact]:
    def fact(item: str, occurrence: str, value: Mapping[str, Scalar]) -> Fact:
        return Fact(item, "person", person.person, occurrence, value)

    # Counted apart: where a former name came to stand first, the name of today would be another fact than before, and
    # the one of before would stand beside it, shown to everybody.
    told = Counter[str]()
    for name in person.names:
        item = "identity.former_name" if name.use in FORMER_NAME_USES else "identity.name"
        number = told[item]
        told[item] += 1
        value = {"given": name.given, "family": name.family, "title": name.title, "use": name.use}
        yield fact(item, f"{name.use}/{number}", value)
    if person.birth_date:
        yield fact("identity.birth_date", "", {"date": person.birth_date, "expected": False})
    elif person.expected_birth_date:
        yield fact("identity.birth_date", "", {"date": person.expected_birth_date.isoformat(), "expected": True})
    if person.death_date:
        yield fact("identity.death", "", {"date": person.death_date})
    if person.sex:
        yield fact("identity.sex", "", {"code": person.sex})
    if person.ethnicity:
        yield fact("identity.ethnicity", "", {"code": person.ethnicity, "scheme": person.ethnicity_scheme})
    yield from _identifier_facts(person)
    for telecom in person.telecoms:
        yield fact(f"contact.{telecom.system}", telecom.value, {"value": telecom.value})
    if person.protected:
        # Each first day is a protection of its own: a second placement must not bring to light where the first one was.
        since = f"/{person.protected_from.isoformat()}" if person.protected_from else ""
        yield Fact(
            "identity.protected", "person", person.person, f"{person.protected}{since}", {"kind": person.protected},
            valid_from=person.protected_from,
        )  # fmt: skip


def _identifier_facts(person: Person) -> Iterator[Fact]:
    for identifier in person.identifiers:
        item = IDENTIFIER_ITEMS.get(identifier.scheme, "identity.local_id")
        value: dict[str, Scalar] = {"value": identifier.value, "verification": identifier.verification.value}
        if item == "identity.local_id":
            value["scheme"] = identifier.scheme
        yield Fact(item, "person", person.person, f"{identifier.scheme}/{identifier.value}", value)
