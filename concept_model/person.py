"""A person as one source knows them: names, identifiers, birth date, contacts, protections."""

from datetime import date
from typing import Literal

from pydantic import Field

from concept_model.base import Concept, PartialDate, SourceKey
from concept_model.identifiers import Identifier

FORMER_NAME_USES = frozenset({"old", "maiden", "birth"})


class PersonName(Concept):
    """One name. `use` follows FHIR HumanName, with `birth` and `alias` added."""

    family: str = ""
    given: str = ""
    title: str = ""
    use: Literal["usual", "official", "nickname", "old", "maiden", "birth", "alias"] = "usual"


class Telecom(Concept):
    """A phone number or e-mail address."""

    system: Literal["phone", "email"]
    value: str = Field(min_length=3, max_length=200)


class Person(Concept):
    """What one source record says of who a person is.

    `protected` is set where the source restricts the record (PDS `meta.security` R or V, refuge, witness
    protection): from `protected_from` on, or always where that is not known, no address, phone or GP of this
    person is shown from any source to a reader who did not already hold it (domain 4.9).
    """

    concept: Literal["person"] = "person"
    person: SourceKey
    names: tuple[PersonName, ...] = ()
    birth_date: PartialDate | None = None
    expected_birth_date: date | None = None
    death_date: PartialDate | None = None
    sex: Literal["female", "male", "other", "unknown"] | None = None
    ethnicity: str | None = None
    ethnicity_scheme: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    telecoms: tuple[Telecom, ...] = ()
    protected: Literal["restricted", "refuge", "witness", "adoption"] | None = None
    protected_from: date | None = None
