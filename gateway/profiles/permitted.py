"""The second lock: what the database let out is checked again against the permit, and cut to its form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from agreements.decision import Permit
from concept_model.items import ITEMS, LOCATION_BEARING, Item
from gateway.profiles.loaded import LoadedFact

_CODED_FIELDS = frozenset({"code", "flag"})


@dataclass(frozen=True, slots=True)
class PermittedFact:
    """A fact that a permit admits, in the form that it may be shown in, and the form that the reader is told of."""

    fact: LoadedFact
    item: Item
    source: str
    form: str
    told_form: str


def permitted_facts(
    facts: Iterable[LoadedFact], permits: Mapping[tuple[UUID, int], Permit], now: datetime
) -> list[PermittedFact]:
    """Keep what the permit of the fact's person and band admits, row limits included, cut to the permitted form.

    Where a person is protected the database judges what tells a location as `address.protected_location`; so for
    such items the permit of that cell admits too. Of services that a permit admits of before the protection alone, the
    database has let out no others.
    """
    kept = []
    for fact in facts:
        permit = permits.get((fact.person_id, fact.band))
        if permit is None:
            continue
        item = ITEMS[fact.item_no]
        source = permit.vocabulary.sources[fact.source_no]
        judged = judged_item(permit, source, item.name)
        age = age_days(fact, now)
        if judged is None or not permit.admits(source, judged, age, fact.subject_role):
            continue
        form = permit.row_form(source, judged, age, fact.subject_role)
        told = permit.told_form(source, judged, age, fact.subject_role)
        kept.append(PermittedFact(_cut(fact, item, form), item, source, form, told))
    return kept


def judged_item(permit: Permit, source: str, name: str) -> str | None:
    """The item whose cell lets a fact out, which may be `address.protected_location`; `None` where nothing does."""
    if permit.allows_some(source, name):
        return name
    if name in LOCATION_BEARING and permit.allows(source, "address.protected_location"):
        return "address.protected_location"
    return None


def age_days(fact: LoadedFact, now: datetime) -> int | None:
    """How old what a fact tells is; `None` where it has no day."""
    on = fact.happened_at.date() if fact.happened_at else fact.valid_from
    return None if on is None else (now.date() - on).days


def _cut(fact: LoadedFact, item: Item, form: str) -> LoadedFact:
    if form == "full":
        return fact
    if form == "presence":
        return fact._replace(value={}, valid_from=None, valid_to=None, happened_at=None)
    if form == "outward_postcode":
        outward = str(fact.value.get("postcode") or "").split(" ")[0] or None
        return fact._replace(value={"postcode": outward})
    kinds = {field.name: field.kind for field in item.fields}
    if form == "band":
        coded = {name: value for name, value in fact.value.items() if kinds.get(name) in _CODED_FIELDS}
        return fact._replace(value=coded)
    length = len("YYYY-MM") if form == "month" else len("YYYY")
    value: dict[str, Any] = {
        name: str(entry)[:length] if kinds.get(name) == "date" and entry else entry
        for name, entry in fact.value.items()
    }
    return fact._replace(value=value)
