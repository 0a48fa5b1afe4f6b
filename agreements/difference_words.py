"""A difference in words that an information-governance officer reads, and the same as data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from agreements.compiled import Key
from agreements.difference import Difference, Reader, Where, blocks
from agreements.difference_aspects import Kind
from agreements.difference_sentences import BY_KIND, CONDITIONS, READER_IS, UNLESS_SAID, VERBS, form_words, joined
from agreements.periods import EVER, LONDON, Span
from agreements.register import Register
from agreements.request import Band, Regime, Relationship, Tri
from concept_model.items import ITEMS, item_named

__all__ = ["UNLESS_SAID", "Names", "as_data", "in_sentences"]

_USUAL_BANDS = (Band.PROBABLE, Band.STRONG, Band.VERIFIED)


@dataclass(frozen=True, slots=True)
class Names:
    """Titles of what differences speak of; those of the later register where both have one."""

    agencies: Mapping[str, str]
    roles: Mapping[Reader, str]
    purposes: Mapping[str, str]
    sources: Mapping[str, str]

    @classmethod
    def of(cls, before: Register, after: Register) -> "Names":
        """Names from two registers."""
        both = (before, after)
        return cls(
            {agency.id: agency.title for one in both for agency in one.agencies.values()},
            {(agency.id, role.id): role.title for one in both for agency in one.agencies.values()
             for role in agency.roles},
            {purpose: title for one in both for purpose, title in one.purpose_titles.items()},
            {source.id: source.title for one in both for source in one.sources.values()},
        )  # fmt: skip


def in_sentences(found: Iterable[Difference], names: Names) -> list[str]:
    """One sentence for each difference, in their order; those that read alike but for the readers are one.

    What `UNLESS_SAID` tells once for all sentences is not repeated in them.
    """
    alike: dict[Difference, list[Difference]] = {}
    for one in found:
        where = tuple(dict.fromkeys(replace(part, break_glass=_said_of_glass(part)) for part in one.where))
        alike.setdefault(replace(one, readers=(), purposes=(), directions=(), where=where), []).append(one)
    return [
        _in_words(replace(one, readers=block.readers, purposes=block.purposes, directions=block.directions), names)
        for one, group in alike.items()
        for block in (blocks(_keys(group)) if group[0].directions else group)
    ]


def _said_of_glass(where: Where) -> tuple[bool, ...]:
    return where.break_glass if where.break_glass == (True,) else (False, True)


def _keys(group: Iterable[Difference]) -> Iterator[Key]:
    for one in group:
        for (agency, role), purpose, direction in product(one.readers, one.purposes, one.directions):
            yield agency, role, purpose, direction


def _in_words(one: Difference, names: Names) -> str:
    template = BY_KIND[one.kind]
    said = template.format(
        who=_readers(one.readers, names),
        do=joined(VERBS[direction] for direction in one.directions),
        what=_cells(one, one.mask, names),
        others=_cells(one, one.others, names) if one.others else "",
        purposes=joined(f"“{names.purposes.get(purpose, purpose)}”" for purpose in one.purposes),
        subject=_subject(one, names),
        before=_codes(one, one.before) or "nothing",
        after=_codes(one, one.after) or "nothing",
    )
    where = [words for words in map(_where, one.where) if words]
    said += f", {'; or '.join(where)}" if where and len(where) == len(one.where) else ""
    when = _when(one.spans)
    return f"{when}, {said}." if when else f"{said[0].upper()}{said[1:]}."


def as_data(one: Difference) -> dict[str, Any]:
    """The difference as JSON-ready data: codes, not titles; instants in RFC 3339, `null` where there is no edge."""
    return {
        "kind": one.kind.value,
        "readers": [{"agency": agency, "role": role} for agency, role in one.readers],
        "purposes": list(one.purposes),
        "directions": list(one.directions),
        "spans": [{"from": _edge(starts), "until": _edge(ends)} for starts, ends in one.spans],
        "where": [_where_data(where) for where in one.where],
        "items": _by_source(one, one.mask),
        "never_shown_beside": _by_source(one, one.others),
        "subject": one.subject,
        "before": list(one.before),
        "after": list(one.after),
    }


def _edge(instant: datetime) -> str | None:
    return None if instant in EVER else instant.isoformat()


def _where_data(where: Where) -> dict[str, Any]:
    return {
        "relationships": [one.value for one in where.relationships],
        "bands": [one.word for one in where.bands],
        "break_glass": list(where.break_glass),
        "regimes": [one.value for one in where.regimes],
        "states": {state: [answer.value for answer in answers] for state, answers in where.states},
    }


def _by_source(one: Difference, mask: int) -> dict[str, list[str]]:
    return {source: list(one.vocabulary.items_of(mask, source)) for source in one.vocabulary.sources_of(mask)}


def _subject(one: Difference, names: Names) -> str:
    if one.kind in {Kind.SUPPLY_GAINED, Kind.SUPPLY_LOST}:
        return names.agencies.get(one.subject, one.subject)
    if one.kind in {Kind.PURPOSE_GAINED, Kind.PURPOSE_LOST}:
        return f"“{names.purposes.get(one.subject, one.subject)}”"
    return one.subject


def _codes(one: Difference, codes: Sequence[str]) -> str:
    if one.kind in {Kind.GAINED, Kind.LOST, Kind.FINER, Kind.COARSER, Kind.ROWS}:
        return form_words(codes)
    return "; ".join(codes)


def _readers(readers: Iterable[Reader], names: Names) -> str:
    by_agency: dict[str, list[str]] = {}
    for agency, role in readers:
        by_agency.setdefault(agency, []).append(_several(_lower(names.roles.get((agency, role), role))))
    return joined(
        f"{joined(sorted(roles))} at {names.agencies.get(agency, agency)}" for agency, roles in by_agency.items()
    )


def _cells(one: Difference, mask: int, names: Names) -> str:
    """Items by source; sources that hold the same items are named together, a whole group of items as one."""
    sources: dict[tuple[str, ...], list[str]] = {}
    for source in one.vocabulary.sources_of(mask):
        items = one.vocabulary.items_of(mask, source)
        sources.setdefault(items, []).append(names.sources.get(source, source))
    return joined(f"{_items(items)} ({joined(held)})" for items, held in sources.items())


_GROUPS: dict[str, tuple[str, ...]] = {}
for _item in ITEMS:
    _group = _item.name.split(".", 1)[0]
    _GROUPS[_group] = (*_GROUPS.get(_group, ()), _item.name)


def _items(items: Sequence[str]) -> str:
    if len(items) == len(ITEMS):
        return "every item"
    named: list[str] = []
    for group, whole in _GROUPS.items():
        mine = [item for item in whole if item in items]
        if len(mine) == len(whole) > 1:
            named.append(f"all of {group}.*")
        else:
            named += [_lower(item_named(item).label) for item in mine]
    return joined(named)


def _several(title: str) -> str:
    """A role's holders."""
    if title.endswith("y") and title[-2:-1] not in "aeiou":
        return f"{title[:-1]}ies"
    return title if title.endswith("s") else f"{title}s"


def _lower(label: str) -> str:
    """A label within a sentence; abbreviations stay as they are."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def _where(where: Where) -> str:
    parts = []
    states = dict(where.states)
    minor = states.pop("minor", tuple(Tri))
    people = CONDITIONS["minor"].get(frozenset(minor), "")
    tests = [CONDITIONS[state][frozenset(answers)] for state, answers in states.items()]
    if people or tests:
        parts.append(f"for {people or 'people'}{' ' if tests else ''}{joined(tests)}")
    if len(where.relationships) < len(Relationship):
        parts.append(f"where the reader is {joined((READER_IS[one] for one in where.relationships), 'or')}")
    if where.break_glass == (True,):
        parts.append("under break-glass")
    if where.bands not in {_USUAL_BANDS, tuple(Band)}:
        parts.append(f"on links that are {joined((band.word for band in where.bands), 'or')}")
    elif where.bands == tuple(Band):
        parts.append("on links of any certainty")
    if where.regimes == (Regime.DPA_PART_3,):
        parts.append("for law enforcement under Part 3 of the DPA 2018")
    return ", ".join(parts)


def _when(spans: Sequence[Span]) -> str:
    words = joined(_span(span) for span in spans)
    return f"{words[:1].upper()}{words[1:]}"


def _span(span: Span) -> str:
    starts, ends = span
    first = f"from {_day(starts)}" if starts != EVER[0] else ""
    last = f"to {_day(ends - timedelta(microseconds=1), last=True)}" if ends != EVER[1] else ""
    return f"{first} {last}".strip()


def _day(instant: datetime, *, last: bool = False) -> str:
    local = instant.astimezone(LONDON)
    day = f"{local.day} {local:%B %Y}"
    edge = (local + timedelta(microseconds=1)) if last else local
    return day if (edge.hour, edge.minute, edge.second) == (0, 0, 0) else f"{day} at {edge:%H:%M}"
