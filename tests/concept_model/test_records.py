from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from concept_model.base import Nature
from concept_model.errors import UnknownItemError
from concept_model.household import Membership, Relationship
from concept_model.identifiers import identifier
from concept_model.items import ITEM_CAPACITY, ITEMS, Block, Withholding, item_bit, item_named
from concept_model.person import Person, PersonName, Telecom
from concept_model.place import Address, Residence
from concept_model.records import CONCEPT_RECORD, facts_of
from concept_model.statement import Circumstance, Event, Goal, Intervention, ListEntry

KINDS = {
    Block.CIRCUMSTANCES: Circumstance,
    Block.REACTIVE_SERVICES: Event,
    Block.INTERVENTIONS: Intervention,
    Block.GOALS: Goal,
    Block.LISTS: ListEntry,
}
STATED = [item for item in ITEMS if item.block in KINDS]
# Bits are stored in masks and entries. This list may only grow at its end: a change in front of it breaks old masks.
FIRST_BITS = (
    "identity.name", "identity.former_name", "identity.birth_date", "identity.sex", "identity.nhs_number",
    "identity.upn", "identity.nino", "identity.pnc_id", "identity.local_id", "identity.ethnicity", "identity.death",
    "identity.protected", "contact.phone", "contact.email", "contact.safe", "address.residence",
)  # fmt: skip


def test_bits_stand_where_stored_masks_have_them():
    assert tuple(item.name for item in ITEMS[: len(FIRST_BITS)]) == FIRST_BITS
    assert len({item.name for item in ITEMS}) == len(ITEMS) <= ITEM_CAPACITY
    assert [item_bit(item.name) for item in ITEMS] == list(range(len(ITEMS)))


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_every_item_says_what_it_is(item):
    assert item.label and item.iso30182 and item.fields  # noqa: PT018 - none of them is empty
    assert item.data_class in {f"D{number}" for number in range(8)}
    assert item.default_mode in Withholding
    assert len(item.field_names) == len(item.fields)


@pytest.mark.parametrize("item", STATED, ids=lambda item: item.name)
def test_a_statement_fits_the_block_of_its_item_and_no_other(item):
    value = {item.fields[0].name: "x"}
    for block, kind in KINDS.items():
        if block is item.block:
            assert next(facts_of(kind(subject="1", item=item.name, value=value))).item == item.name
        else:
            with pytest.raises(ValidationError):
                kind(subject="1", item=item.name, value=value)


def test_a_field_that_the_item_does_not_have_is_refused_without_its_value():
    with pytest.raises(ValidationError) as refused:
        Circumstance(subject="1", item="housing.arrears", value={"CANARYFIELD": "CANARYVALUE"})
    assert "CANARY" not in str(refused.value)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValidationError):
        Circumstance(
            subject="1", item="housing.tenancy", value={}, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)
        )


@given(st.text(max_size=12))
def test_a_partial_date_is_kept_as_partial_or_refused(text):
    try:
        person = Person(person="1", birth_date=text)
    except ValidationError:
        return
    assert person.birth_date == text.strip()
    assert len(person.birth_date or "") in {4, 7, 10}


PERSON = Person(
    person="N1",
    names=(PersonName(given="Ann", family="Example"), PersonName(given="Ann", family="Sample", use="maiden")),
    birth_date="1980-02",
    sex="female",
    identifiers=(identifier("nhs_number", "9434765919"), identifier("cro", "X1")),
    telecoms=(Telecom(system="phone", value="01632 960 001"),),
    protected="refuge",
    protected_from=date(2026, 9, 3),
)


def test_a_person_is_cut_into_facts_former_names_apart():
    facts = {fact.item: fact for fact in facts_of(PERSON)}
    assert list(facts) == [
        "identity.name", "identity.former_name", "identity.birth_date", "identity.sex", "identity.nhs_number",
        "identity.local_id", "contact.phone", "identity.protected",
    ]  # fmt: skip
    assert facts["identity.former_name"].value["family"] == "Sample"
    assert facts["identity.birth_date"].value == {"date": "1980-02", "expected": False}
    assert facts["identity.local_id"].value["scheme"] == "cro"
    assert facts["identity.protected"].valid_from == date(2026, 9, 3)
    assert all(fact.subject_key == "N1" and fact.nature is Nature.FACT for fact in facts.values())


def test_a_name_that_became_a_former_one_does_not_stand_beside_the_name_of_today():
    """Facts go on by their keys: a sender who tells a history of names puts the former one first, or last."""
    today, before = PersonName(family="Today", use="usual"), PersonName(family="Before", use="usual")
    former = before.model_copy(update={"use": "old"})

    (stood,) = facts_of(Person(person="N1", names=(before,)))
    for names in ((former, today), (today, former)):
        (now,) = [fact for fact in facts_of(Person(person="N1", names=names)) if fact.item == "identity.name"]
        assert (now.occurrence, now.value["family"]) == (stood.occurrence, "Today")


@pytest.mark.parametrize(
    "record",
    [
        PERSON,
        Residence(person="N1", address=Address(lines=("1 High St",), postcode="NV1 1AB", uprn="12")),
        Membership(household="H1", person="N1", role="tenant"),
        Relationship(person="N1", other="N2", kind="parent"),
        Event(subject="N1", item="crime.allegation", value={"title": "x"}, nature=Nature.ALLEGATION, role="suspect"),
    ],
    ids=lambda record: record.concept,
)
def test_a_record_survives_json_and_gives_the_same_facts(record):
    again = CONCEPT_RECORD.validate_json(record.model_dump_json())
    assert again == record
    assert list(facts_of(again)) == list(facts_of(record))


def test_two_addresses_of_one_person_are_two_facts_and_the_same_one_is_one():
    def at(line: str, start: date | None = None) -> str:
        (fact,) = facts_of(Residence(person="N1", address=Address(lines=(line,), postcode="NV1 1AB"), valid_from=start))
        return fact.occurrence

    assert at("1 High St") == at("1 High St")
    assert len({at("1 High St"), at("2 High St"), at("1 High St", date(2026, 1, 1))}) == 3


def test_a_relationship_reads_person_is_the_kind_of_other():
    (fact,) = facts_of(Relationship(person="N1", other="N2", kind="parent"))
    assert (fact.subject_key, fact.value["kind"], fact.value["other"]) == ("N1", "parent", "N2")


def test_an_unknown_item_is_refused():
    with pytest.raises(UnknownItemError):
        Circumstance(subject="1", item="no.such.item", value={})
    assert item_named("place.crime").data_class == "D0"
