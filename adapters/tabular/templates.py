"""Templates of concept records: what a mapping file says that each row becomes.

A template names columns; `build` takes the values of one row, all of them read and found good, and gives the
record or None where the row has nothing for it. `columns` names the columns that it uses and the items they feed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from adapters.tabular.columns import RowValues, as_key, scalar
from adapters.tabular.parts import NO_COLUMN, occurrence
from adapters.tabular.sources import NO_SOURCE, NO_SPELL, Key, Source, Spell, When
from concept_model.household import Membership, Relationship
from concept_model.items import Block
from concept_model.person import Person, PersonName
from concept_model.place import Address, Residence
from concept_model.records import IDENTIFIER_ITEMS, ConceptRecord
from concept_model.statement import Circumstance, Event, Goal, Intervention, ListEntry, Statement

BLOCK_CONCEPTS: Mapping[Block, type[Circumstance | Event | Intervention | Goal | ListEntry]] = {
    Block.CIRCUMSTANCES: Circumstance,
    Block.REACTIVE_SERVICES: Event,
    Block.INTERVENTIONS: Intervention,
    Block.GOALS: Goal,
    Block.LISTS: ListEntry,
}
"""The concept of a statement follows from its item's block."""


class Template(Protocol):
    """What every template offers."""

    @property
    def subject(self) -> Key:
        """The key of the person, or the place or service, spoken of."""

    @property
    def when(self) -> When:
        """Rows for which the template is used; none: all."""

    def build(self, values: RowValues, address: Address | None) -> ConceptRecord | None:
        """Make the record of one row."""

    def columns(self) -> Iterator[tuple[str, str]]:
        """Pairs of a column and an item that it feeds."""


@dataclass(frozen=True, slots=True)
class NameTemplate:
    """One name: several columns of given names are joined by spaces."""

    family: str = ""
    given: tuple[str, ...] = ()
    title: str = ""
    use: str = "usual"

    def build(self, values: RowValues) -> PersonName | None:
        """The name of one row, or None where neither part is given."""
        family = as_key(values[self.family]) if self.family else ""
        given = " ".join(filter(None, (as_key(values[column]) for column in self.given)))
        title = as_key(values[self.title]) if self.title else ""
        if not (family or given):
            return None
        return PersonName.model_validate({"family": family, "given": given, "title": title, "use": self.use})


@dataclass(frozen=True, slots=True)
class PersonTemplate:
    """A person."""

    subject: Key
    names: tuple[NameTemplate, ...] = ()
    birth_date: str = ""
    death_date: str = ""
    sex: str = ""
    ethnicity: str = ""
    ethnicity_scheme: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    """Pairs of a column and the item of its scheme."""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    protected: str = ""
    protected_from: str = ""
    when: When = ()

    def build(self, values: RowValues, address: Address | None) -> ConceptRecord | None:
        """The person of one row."""
        del address
        optional = {
            "birth_date": self.birth_date, "death_date": self.death_date, "sex": self.sex,
            "ethnicity": self.ethnicity, "protected_from": self.protected_from,
        }  # fmt: skip
        return Person.model_validate({
            "person": self.subject.of(values),
            "names": tuple(filter(None, (name.build(values) for name in self.names))),
            "identifiers": tuple(filter(None, (values[column] for column, _ in self.identifiers))),
            "telecoms": tuple(filter(None, (values[column] for column in (*self.phones, *self.emails)))),
            "protected": self.protected or None,
            "ethnicity_scheme": self.ethnicity_scheme or None,
            **{field: scalar(values[column]) for field, column in optional.items() if column},
        })  # fmt: skip

    def columns(self) -> Iterator[tuple[str, str]]:
        """Columns and the items of identity and contact that they feed."""
        for name in self.names:
            item = "identity.name" if name.use in {"usual", "official", "nickname", "alias"} else "identity.former_name"
            yield from ((column, item) for column in filter(None, (name.family, *name.given, name.title)))
        single = {
            self.birth_date: "identity.birth_date",
            self.death_date: "identity.death",
            self.sex: "identity.sex",
            self.ethnicity: "identity.ethnicity",
            self.protected_from: "identity.protected",
        }
        yield from ((column, item) for column, item in single.items() if column)
        yield from self.identifiers
        yield from ((column, "contact.phone") for column in self.phones)
        yield from ((column, "contact.email") for column in self.emails)


@dataclass(frozen=True, slots=True)
class ResidenceTemplate:
    """Where a person lived. `Cells.address` reads the columns of the address, once a row.

    `occurrence` are the columns that tell one stay from another, so that a corrected address takes the place of the
    wrong one; without them another address is another stay.
    """

    subject: Key
    lines: tuple[str, ...]
    postcode: str = NO_COLUMN
    uprn: str = NO_COLUMN
    kind: str = "home"
    occurrence: tuple[str, ...] = ()
    spell: Spell = NO_SPELL
    when: When = ()

    def build(self, values: RowValues, address: Address | None) -> ConceptRecord | None:
        """The residence of one row, or None where no part of the address is given."""
        if address is None:
            return None
        parts = [as_key(values[column]) for column in self.occurrence]
        stay = occurrence(self.kind, *parts) if any(parts) else ""
        return Residence.model_validate(
            {"person": self.subject.of(values), "address": address, "kind": self.kind, "occurrence": stay,
             **self.spell.fields(values)}
        )  # fmt: skip

    def columns(self) -> Iterator[tuple[str, str]]:
        """Columns of the address and its dates."""
        parts = (column for column in (*self.lines, self.postcode, self.uprn) if column != NO_COLUMN)
        yield from ((column, "address.residence") for column in (*parts, *self.spell.names()))


@dataclass(frozen=True, slots=True)
class MembershipTemplate:
    """A person's part in a household of the service."""

    subject: Key
    household: str
    role: Source = NO_SOURCE
    spell: Spell = NO_SPELL
    when: When = ()

    def build(self, values: RowValues, address: Address | None) -> ConceptRecord | None:
        """The membership of one row, or None where no household is given."""
        del address
        household = values[self.household]
        if household is None:
            return None
        fields = {"household": household, "person": self.subject.of(values), "role": self.role.of(values) or ""}
        return Membership.model_validate({**fields, **self.spell.fields(values)})

    def columns(self) -> Iterator[tuple[str, str]]:
        """Columns of the membership."""
        named = filter(None, (self.household, self.role.column, *self.spell.names()))
        yield from ((column, "household.membership") for column in named)


@dataclass(frozen=True, slots=True)
class RelationshipTemplate:
    """The subject is the `kind` of the person whose key is in column `other`."""

    subject: Key
    other: Key
    kind: Source
    spell: Spell = NO_SPELL
    when: When = ()

    def build(self, values: RowValues, address: Address | None) -> ConceptRecord | None:
        """The relationship of one row, or None where the other person or the kind is not given."""
        del address
        other, kind = self.other.of(values), self.kind.of(values)
        if other is None or kind is None:
            return None
        fields = {"person": self.subject.of(values), "other": other, "kind": kind}
        return Relationship.model_validate({**fields, **self.spell.fields(values)})

    def columns(self) -> Iterator[tuple[str, str]]:
        """Columns of the relationship."""
        named = filter(None, (*self.other.columns(), self.kind.column, *self.spell.names()))
        yield from ((column, "family.relationship") for column in named)


@dataclass(frozen=True, slots=True)
class StatementTemplate:
    """A statement of one data item. One whose fields are all empty is not made."""

    subject: Key
    item: str
    concept: type[Statement]
    value: tuple[tuple[str, Source], ...]
    occurrence: tuple[str, ...] = ()
    role: Source = NO_SOURCE
    nature: str = "fact"
    needs: tuple[str, ...] = ()
    """Columns that have to be given in the rows for which this statement is made."""
    spell: Spell = NO_SPELL
    when: When = ()

    def build(self, values: RowValues, address: Address | None) -> ConceptRecord | None:
        """The statement of one row, or None where none of its fields is given."""
        del address
        value = {field: source.of(values) for field, source in self.value}
        if all(found is None for found in value.values()):
            return None
        return self.concept.model_validate({  # type: ignore[return-value]  # BLOCK_CONCEPTS holds concepts only
            "subject": self.subject.of(values), "item": self.item, "value": value,
            "occurrence": occurrence(*(as_key(values[column]) for column in self.occurrence)),
            "role": self.role.of(values), "nature": self.nature, **self.spell.fields(values),
        })  # fmt: skip

    def columns(self) -> Iterator[tuple[str, str]]:
        """Columns that the statement shows: not those that are parts of its key alone."""
        shown = (*(source.column for _, source in self.value), self.role.column, *self.needs, *self.spell.names())
        conditions = (condition.column for condition in self.when)
        yield from ((column, self.item) for column in filter(None, (*shown, *conditions)))


def identifier_item(scheme: str) -> str:
    """The item that an identifier of a scheme belongs to."""
    return IDENTIFIER_ITEMS.get(scheme, "identity.local_id")
