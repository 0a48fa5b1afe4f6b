"""Permitted facts built by hand: valid by default, one change a test."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid5

from concept_model.items import item_bit, item_named
from gateway.profiles.loaded import LoadedFact
from gateway.profiles.permitted import PermittedFact

SOURCES = ("police", "housing", "schools")
RECORDED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_SPACE = UUID("6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9")


def known(name: str) -> UUID:
    """The id of a person or record by a name."""
    return uuid5(_SPACE, name)


def a_fact(person: str, item: str, value: dict[str, object], **changes: object) -> PermittedFact:
    """A fact about a person from housing; `record`, `source`, `form` and any column may be given."""
    source = str(changes.pop("source", "housing"))
    record = str(changes.pop("record", f"{person}@{source}"))
    form = str(changes.pop("form", "full"))
    columns: dict[str, object] = {
        "valid_from": None, "valid_to": None, "happened_at": None, "nature": "fact", "subject_role": None,
        "disputed": False, "recorded_at": RECORDED, "agreement": "ISA-1@1", "band": 0, **changes,
    }  # fmt: skip
    fact = LoadedFact(
        fact_id=known(f"{record}/{item}/{sorted(value.items(), key=str)}/{columns['valid_from']}"),
        record_id=known(record), person_id=known(person), source_no=SOURCES.index(source),
        item_no=item_bit(item), value=value, **columns,
    )  # fmt: skip
    return PermittedFact(fact, item_named(item), source, form, form)


def lives(
    person: str, line: str, since: str | None = None, until: str | None = None, **changes: object
) -> PermittedFact:
    """A residence."""
    value = {
        "lines": line,
        "postcode": changes.pop("postcode", "NV1 1AB"),
        "uprn": None,
        "kind": changes.pop("kind", "home"),
    }
    days = {"valid_from": since and date.fromisoformat(since), "valid_to": until and date.fromisoformat(until)}
    return a_fact(person, "address.residence", value, **days, **changes)


def named(person: str, given: str, family: str, **changes: object) -> PermittedFact:
    """A name."""
    value = {"given": given, "family": family, "title": "", "use": changes.pop("use", "usual")}
    return a_fact(person, "identity.name", value, **changes)


def related(person: str, kind: str, other: str, **changes: object) -> PermittedFact:
    """A relationship to another record of housing."""
    return a_fact(person, "family.relationship", {"kind": kind, "other": str(known(f"{other}@housing"))}, **changes)
