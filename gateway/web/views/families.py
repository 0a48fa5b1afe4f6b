"""The family page: a disclosed profile as a template shows it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from gateway.profiles.matching import is_sure
from gateway.profiles.views import AgreementUsed, DatedAddress, Kinship, Profile, Provenance, Receipt, ShownFact
from gateway.web.code_labels import ARTICLE_6, RELATIONSHIPS, ROLES_IN_EVENT
from gateway.web.views.lists import CoverageRow, coverage_rows, nothing_found
from gateway.web.views.people import IdentityRow, heading_name, identity_rows, joined
from gateway.web.words import code_in_words, code_words, instant, moment_text, period, plain_durations, value_rows

# What a reader who may know of it has to know before a call, a letter or a visit.
_BEFORE_CONTACT = frozenset({"contact.safe", "identity.protected"})
_ENROLMENT = "education.enrolment"
_ALLOCATION = "care.allocation"
_FOLDED_FROM = 4
"""From so many entries of one kind about one person on, such as a balance a month, the newest stands for them."""
_UNSURE = "probably the same person"
_FORMS = {
    "presence": "Your role sees only that there is an entry",
    "band": "Your role sees this in part",
    "month": "Your role sees the month only",
    "year": "Your role sees the year only",
    "outward_postcode": "Your role sees the area only",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A word in colour; the word says it all, the colour adds nothing."""

    text: str
    colour: str


@dataclass(frozen=True, slots=True)
class FactView:
    """One entry: what, about whom, when, its fields in words, remarks, and who says so.

    `earlier` are entries of the same kind about the same person, which a reader may unfold.
    """

    title: str
    about: str
    when: str
    part: str
    rows: tuple[tuple[str, str], ...]
    tags: tuple[Tag, ...]
    remarks: tuple[str, ...]
    source: str
    earlier: tuple["FactView", ...] = ()


@dataclass(frozen=True, slots=True)
class AddressView:
    """One address of one person: each period once, with everybody who says so."""

    about: str
    text: str
    said: tuple[tuple[str, str], ...]
    tags: tuple[Tag, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberView:
    """One member. `href` opens that person's own family page; None for the one this page is named for."""

    name: str
    href: str | None
    match: str
    match_is_sure: bool
    rows: tuple[IdentityRow, ...]
    ties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreementView:
    """What the page rests on: an agreement, with those of its clauses that rest on the same law."""

    clauses: tuple[str, ...]
    title: str
    law: str
    basis: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FamilyView:
    """Everything on the page, in its order. `nothing` is said where nobody of the family may be shown."""

    heading: str
    purpose: str
    advice: tuple[str, ...]
    before_contact: tuple[FactView, ...]
    professionals: tuple[FactView, ...]
    nothing: str
    members: tuple[MemberView, ...]
    addresses: tuple[AddressView, ...]
    sections: tuple[tuple[str, str, tuple[FactView, ...]], ...]
    events: tuple[FactView, ...]
    withheld: tuple[str, ...]
    coverage: tuple[CoverageRow, ...]
    agreements: tuple[AgreementView, ...]
    foot: str
    receipt_id: str
    receipt_at: str


def family_view(profile: Profile, receipt: Receipt, purpose_title: str, gateways: Mapping[str, str]) -> FamilyView:
    """What the template shows of a disclosed family. `gateways` names the enactments of the register."""
    names = {member.id: heading_name(member.identity) for member in profile.members}

    said_of = {member.id: member.match for member in profile.members}

    def facts(shown: Iterable[ShownFact]) -> tuple[FactView, ...]:
        return tuple(fact_view(fact, names, said_of.get(fact.person)) for fact in shown)

    circumstances = tuple(_with_schools_named(profile.circumstances))
    others = (fact for fact in circumstances if fact.item not in _BEFORE_CONTACT)
    sections = (
        ("circumstances", "Circumstances", folded(facts(others))),
        ("interventions", "Help and plans", facts(profile.interventions)),
        ("goals", "Goals", facts(profile.goals)),
    )
    return FamilyView(
        heading=_heading(profile, names),
        purpose=purpose_title,
        advice=profile.advice,
        before_contact=facts(fact for fact in circumstances if fact.item in _BEFORE_CONTACT),
        professionals=facts(profile.professionals),
        nothing="" if profile.members else nothing_found(profile.coverage),
        members=_members(profile, names),
        addresses=address_views(profile.addresses, names),
        sections=sections,
        events=facts(profile.events),
        # One line an owner: where they say the same, once is enough, and twice would count the owners.
        withheld=tuple(dict.fromkeys(line.sentence for line in profile.withheld)),
        coverage=coverage_rows(profile.coverage),
        agreements=agreement_views(profile.agreements, gateways),
        foot=profile.foot,
        receipt_id=str(receipt.entry_id),
        receipt_at=instant(receipt.at),
    )


def _with_schools_named(facts: Sequence[ShownFact]) -> Iterator[ShownFact]:
    """Schools of which a feed tells the number alone, by the name that another entry of the page has for it."""
    enrolments = [fact.values for fact in facts if fact.item == _ENROLMENT]
    names = {
        each.get("urn"): each["school"] for each in enrolments if each.get("school") not in {None, each.get("urn")}
    }
    for fact in facts:
        urn = fact.values.get("urn")
        if fact.item != _ENROLMENT or urn is None or fact.values.get("school") != urn:
            yield fact
            continue
        named = {"school": names[urn]} if urn in names else {}
        yield replace(fact, values=named | {name: value for name, value in fact.values.items() if name != "school"})


def fact_view(fact: ShownFact, names: Mapping[UUID, str], said_of_person: str | None = None) -> FactView:
    """One entry in words. What is to be checked is said in full, unless it stands beside the person already."""
    unsure = None if is_sure(fact.match) else fact.match
    said_before = unsure is not None and unsure == said_of_person
    return FactView(
        title=_title(fact),
        about=names.get(fact.person, ""),
        when=moment_text(fact.at) if fact.at else period(fact.valid_from, fact.valid_to),
        part=ROLES_IN_EVENT.get(fact.role, fact.role) if fact.role else "",
        rows=tuple(value_rows(fact.item, fact.values)),
        tags=_tags(fact),
        remarks=tuple(
            filter(None, (fact.note, _disputed(fact), None if said_before else unsure, _FORMS.get(fact.form)))
        ),
        source=f"{said_by(fact.provenance)}; {_UNSURE}" if said_before else said_by(fact.provenance),
    )


def folded(facts: Sequence[FactView]) -> tuple[FactView, ...]:
    """Many of one kind about one person behind the first of them; what is disputed or not proven stands for itself."""
    alike: dict[tuple[str, str], list[FactView]] = {}
    for one in facts:
        if not one.tags:
            alike.setdefault((one.title, one.about), []).append(one)
    behind = {id(first): tuple(rest) for first, *rest in alike.values() if len(rest) + 1 >= _FOLDED_FROM}
    hidden = {id(one) for earlier in behind.values() for one in earlier}
    return tuple(replace(one, earlier=behind.get(id(one), ())) for one in facts if id(one) not in hidden)


def _title(fact: ShownFact) -> str:
    """An allocation by the worker's part in it: the manager of an allocated worker is none."""
    role = fact.values.get("role")
    return code_words(_ALLOCATION, "role", str(role)) if fact.item == _ALLOCATION and role else fact.label


def address_views(addresses: Iterable[DatedAddress], names: Mapping[UUID, str]) -> tuple[AddressView, ...]:
    """Addresses person by person, newest first. What is protected arrives here only for those who may have it."""
    places: dict[tuple[UUID, str], list[DatedAddress]] = {}
    for address in addresses:
        places.setdefault((address.person, _address_text(address)), []).append(address)
    return tuple(_address_view(said, names, text) for (_, text), said in places.items())


def _address_text(address: DatedAddress) -> str:
    parts = [*address.lines, *([address.postcode] if address.postcode else [])]
    return ", ".join(parts) or "An address that your role sees in part only"


def _address_view(said: Sequence[DatedAddress], names: Mapping[UUID, str], text: str) -> AddressView:
    periods: dict[str, list[str]] = {}
    for one in said:
        when = period(one.valid_from, one.valid_to) or "no date given"
        periods.setdefault(when, []).append(said_by(one.provenance))
    kinds = sorted({one.kind for one in said} - {"home"})
    newest = [Tag("Newest", "green")] if any(one.newest for one in said) else []
    return AddressView(
        about=names.get(said[0].person, ""),
        text=text,
        said=tuple((when, "; ".join(dict.fromkeys(sources))) for when, sources in periods.items()),
        tags=(*newest, *(Tag(code_words("address.residence", "kind", kind), "grey") for kind in kinds)),
        remarks=tuple(dict.fromkeys(_FORMS[one.form] for one in said if one.form in _FORMS)),
    )


def agreement_views(agreements: Iterable[AgreementUsed], gateways: Mapping[str, str]) -> tuple[AgreementView, ...]:
    """Each agreement, the law behind it and what it asks of the reader: once, with all clauses of which that holds."""
    views: dict[AgreementView, list[str]] = {}
    for used in agreements:
        view = AgreementView(
            clauses=(),
            title=used.title,
            law=joined(tuple(gateways.get(name, name) for name in used.gateways)),
            basis=joined(tuple(_article(code) for code in used.article_6)),
            duties=tuple(plain_durations(code_in_words(duty)) for duty in used.obligations),
        )
        views.setdefault(view, []).append(used.clause)
    return tuple(replace(view, clauses=tuple(clauses)) for view, clauses in views.items())


def said_by(provenance: Provenance) -> str:
    """Who says so, and since when we know."""
    return f"{provenance.source_title}, received {moment_text(provenance.recorded_on.isoformat())}"


def _article(code: str) -> str:
    words = ARTICLE_6.get(code)
    return f"{words} (UK GDPR Article {code})" if words else f"UK GDPR Article {code}"


def _heading(profile: Profile, names: Mapping[UUID, str]) -> str:
    first = profile.members[0].id if profile.members else None
    return f"Family of {names[first]}" if first and profile.members[0].identity.names else "A family"


def _members(profile: Profile, names: Mapping[UUID, str]) -> tuple[MemberView, ...]:
    return tuple(
        MemberView(
            name=names[member.id],
            href=None if member.id == profile.family_id else f"/families/{member.id}",
            match=member.match,
            match_is_sure=is_sure(member.match),
            rows=identity_rows(member.identity),
            ties=_ties(member.id, profile.relationships, names),
        )
        for member in profile.members
    )


def _ties(person: UUID, kinships: Sequence[Kinship], names: Mapping[UUID, str]) -> tuple[str, ...]:
    return tuple(
        f"{names[tie.person]} is {RELATIONSHIPS.get(tie.kind, tie.kind)} {names[tie.other]} "
        f"({tie.provenance.source_title})"
        for tie in kinships
        if tie.person == person and tie.other in names
    )


def _tags(fact: ShownFact) -> tuple[Tag, ...]:
    tags = [Tag("Disputed", "yellow")] if fact.disputed else []
    if fact.nature == "allegation":
        tags.append(Tag("Not proven", "orange"))
    if fact.nature == "opinion":
        tags.append(Tag("Opinion", "purple"))
    return tuple(tags)


def _disputed(fact: ShownFact) -> str | None:
    if fact.dispute is None:
        return None
    return f"Disputed since {moment_text(fact.dispute.since.isoformat())}. In their words: {fact.dispute.words}"
