"""Differences outside the rules: supply, purposes on offer, break-glass, and the lists that a register stands on."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agreements.difference_aspects import Kind
from agreements.difference_keys import by_label
from agreements.offers import AgreementSummary, BreakGlassOffer
from agreements.periods import EVER, Span, merged
from agreements.register import Register
from agreements.request import Direction
from agreements.supply import CompiledSupply
from agreements.vocabulary import set_bits
from concept_model.items import ITEMS

_DECLARABLE = {direction.value for direction in (Direction.VIEW, Direction.SEARCH, Direction.EXTRACT)}


@dataclass(frozen=True, slots=True)
class Listed:
    """One such difference. `source` and `items` are set for supply, which `subject` then names the owner of."""

    kind: Kind
    subject: str
    readers: tuple[tuple[str, str], ...] = ()
    purposes: tuple[str, ...] = ()
    spans: tuple[Span, ...] = (EVER,)
    source: str = ""
    items: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def listed_differences(before: Register, after: Register) -> Iterator[Listed]:
    """Every difference outside the rules."""
    yield from _supply(before, after)
    yield from _purposes_on_offer(before, after)
    yield from _break_glass(before, after)
    yield from _facts(Kind.AGREEMENT, _agreements(before), _agreements(after))
    yield from _facts(Kind.SOURCE, _sources(before), _sources(after))
    yield from _facts(Kind.PURPOSE, _purposes(before), _purposes(after))
    yield from _facts(Kind.ROLE, _roles(before), _roles(after))
    yield from _facts(Kind.TEAM, _teams(before), _teams(after))


def _supply(before: Register, after: Register) -> Iterator[Listed]:
    old, new = _supplied(before), _supplied(after)
    for place in sorted(old.keys() | new.keys()):
        rows = old.get(place, ()), new.get(place, ())
        if rows[0] == rows[1]:
            continue
        edges = sorted({edge for row in (*rows[0], *rows[1]) for edge in (row.starts, row.ends)})
        changed: list[tuple[tuple[Kind, Span], int]] = []
        for span in itertools.pairwise(edges):
            was, now = (_live(side, span) for side in rows)
            changed += [((Kind.SUPPLY_LOST, span), was & ~now), ((Kind.SUPPLY_GAINED, span), now & ~was)]
        for kind in (Kind.SUPPLY_LOST, Kind.SUPPLY_GAINED):
            for spans, mask in by_label((label[1], part) for label, part in changed if label[0] is kind).items():
                items = tuple(ITEMS[bit].name for bit in set_bits(mask))
                yield Listed(kind, place[0], spans=merged(spans), source=place[1], items=items)


def _supplied(register: Register) -> dict[tuple[str, str], tuple[CompiledSupply, ...]]:
    supply = register._supply  # noqa: SLF001 - the register shows supply instant by instant; here all of it is compared
    return {(register.sources[source].owner, source): rows for source, rows in supply.items()}


def _live(rows: Iterable[CompiledSupply], span: Span) -> int:
    items = 0
    for row in rows:
        if row.starts <= span[0] < row.ends:
            items |= row.items
    return items


def _purposes_on_offer(before: Register, after: Register) -> Iterator[Listed]:
    old, new = _offered(before), _offered(after)
    readers: dict[tuple[Kind, str, tuple[Span, ...]], list[tuple[str, str]]] = {}
    for place in sorted(old.keys() | new.keys()):
        was, now = old.get(place, ()), new.get(place, ())
        for kind, spans in ((Kind.PURPOSE_LOST, _less(was, now)), (Kind.PURPOSE_GAINED, _less(now, was))):
            if spans:
                readers.setdefault((kind, place[2], spans), []).append(place[:2])
    for (kind, purpose, spans), who in readers.items():
        yield Listed(kind, purpose, readers=tuple(who), purposes=(purpose,), spans=spans)


def _offered(register: Register) -> dict[tuple[str, str, str], tuple[Span, ...]]:
    spans: dict[tuple[str, str, str], set[Span]] = {}
    for (agency, role, purpose, direction), rules in register.index.items():
        if direction in _DECLARABLE:
            held = spans.setdefault((agency, role, purpose), set())
            held.update((permit.gate.starts, permit.gate.ends) for permit in rules.permits)
    return {place: merged(held) for place, held in spans.items()}


def _less(spans: tuple[Span, ...], others: tuple[Span, ...]) -> tuple[Span, ...]:
    """What of some spans lies in none of the others."""
    if spans == others:
        return ()
    edges = sorted({edge for span in (*spans, *others) for edge in span})
    return merged(
        piece
        for piece in itertools.pairwise(edges)
        if any(start <= piece[0] < end for start, end in spans)
        and not any(start <= piece[0] < end for start, end in others)
    )


def _break_glass(before: Register, after: Register) -> Iterator[Listed]:
    for agency, role in sorted(_readers(before) | _readers(after)):
        was = {_offer(one) for one in before.break_glass_for(agency, role)}
        now = {_offer(one) for one in after.break_glass_for(agency, role)}
        if was != now:
            lost, gained = tuple(sorted(was - now)), tuple(sorted(now - was))
            yield Listed(Kind.BREAK_GLASS, role, readers=((agency, role),), before=lost, after=gained)


def _offer(offer: BreakGlassOffer) -> str:
    return (
        f"{offer.agreement.partition('@')[0]} for {', '.join(offer.purposes)}: needs {', '.join(offer.requires)}; a "
        f"second person within {offer.second_person_within_hours} hours; lasts {offer.expires_minutes} minutes; tells "
        f"{', '.join(offer.alerts)}"
    )


def _readers(register: Register) -> set[tuple[str, str]]:
    return {(agency.id, role.id) for agency in register.agencies.values() for role in agency.roles}


_Facts = Mapping[str, frozenset[str]]


def _facts(kind: Kind, old: _Facts, new: _Facts) -> Iterator[Listed]:
    for subject in sorted(old.keys() | new.keys()):
        was, now = old.get(subject, frozenset()), new.get(subject, frozenset())
        if was != now:
            lost, gained = was - now, now - was
            if kind is Kind.AGREEMENT:
                # The text that was there is named, too, or one beside it would look like the first.
                lost = lost or frozenset(fact for fact in was if fact.startswith("version "))
            yield Listed(kind, subject, before=tuple(sorted(lost)), after=tuple(sorted(gained)))


def _agreements(register: Register) -> _Facts:
    found: dict[str, frozenset[str]] = {}
    for one in register.agreements:
        found[one.id] = found.get(one.id, frozenset()) | _agreement_facts(one)
    return found


def _agreement_facts(one: AgreementSummary) -> frozenset[str]:
    return frozenset(
        {
            f"version {one.version} ({one.digest[:12]})",
            f"{one.tier}: {one.title}",
            f"from {one.valid_from} to {one.expires_on}, review by {one.review_on}",
            *(f"party {party}" for party in one.parties),
            *(f"purpose {purpose}" for purpose in one.purposes),
        }
    )


def _sources(register: Register) -> _Facts:
    return {
        one.id: frozenset(
            {one.title, f"owner {one.owner}", f"held under {one.regime}", *(["for matching only"] * one.match_only)}
        )
        for one in register.sources.values()
    }


def _purposes(register: Register) -> _Facts:
    return {
        purpose: frozenset({title, f"used under {register.regimes[purpose].value}"})
        for purpose, title in register.purpose_titles.items()
    }


def _roles(register: Register) -> _Facts:
    return {
        f"{agency.id}/{role.id}": frozenset(
            {role.title, *(f"family {family}" for family in role.families), *([role.refusal] if role.refusal else [])}
        )
        for agency in register.agencies.values()
        for role in agency.roles
    }


def _teams(register: Register) -> _Facts:
    return {
        f"{agency.id}/{team.name}": frozenset({f"told as {team.told_as}"})
        for agency in register.agencies.values()
        for team in agency.teams
    }
