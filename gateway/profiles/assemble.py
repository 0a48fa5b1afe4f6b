"""Assemble the profile: members, headings, sections and what is withheld, from permitted facts alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from concept_model.items import Block
from gateway.profiles.closure import family_of, known_corrections, person_of_record
from gateway.profiles.golden import full_name, golden_identity
from gateway.profiles.loaded import CorrectedTie
from gateway.profiles.matching import match_words, weakest
from gateway.profiles.permitted import PermittedFact
from gateway.profiles.shown import in_section, shown_on_page
from gateway.profiles.views import (
    AgreementUsed,
    Coverage,
    DatedAddress,
    Kinship,
    Member,
    OpenDispute,
    Profile,
    Provenance,
    ShownFact,
    WithheldLine,
)

ALLEGATION_NOTE = "Reported to police. No further action. Not proof that it happened."
REPORT_NOTE = "Reported to police. Not proof that it happened."
OPINION_NOTE = "An opinion of the person who recorded it."
_PROFESSIONAL_ITEMS = frozenset({"care.professional", "care.allocation"})
_NO_FURTHER_ACTION = frozenset({"14", "15", "16", "17", "18", "21"})


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a family's facts: the words and lines that do not come out of them.

    `ref` names a fact for the reader; `disputes` are the open ones of permitted facts, by their ids.
    """

    family_id: UUID
    purpose: str
    ego: UUID
    handles: Mapping[UUID, UUID]
    titles: Mapping[str, str]
    coverage: tuple[Coverage, ...]
    foot: str
    ref: Callable[[UUID], str]
    disputes: Mapping[UUID, OpenDispute]
    today: date


def shown_persons(ego: UUID, facts: Sequence[PermittedFact], corrections: Sequence[CorrectedTie] = ()) -> list[UUID]:
    """Who is of the family for this reader: the person it is named for first, then by date of birth and name.

    Of what stewards say of households, that counts which rests on nothing that this reader may not see.
    """
    family = family_of(ego, facts, known_corrections(corrections, facts))

    def order(person: UUID) -> tuple[bool, str, str, str]:
        mine = [fact for fact in facts if fact.fact.person_id == person]
        born = min((str(f.fact.value.get("date")) for f in mine if f.item.name == "identity.birth_date"), default="~")
        name = min((full_name(f.fact.value) for f in mine if f.item.name == "identity.name"), default="~")
        return person != ego, born, name, str(person)

    return sorted((p for p in family if any(f.fact.person_id == p for f in facts)), key=order)


def assemble_profile(
    frame: Frame,
    persons: Sequence[UUID],
    facts: Sequence[PermittedFact],
    withheld: tuple[WithheldLine, ...],
    agreements: tuple[AgreementUsed, ...],
    advice: tuple[str, ...],
) -> Profile:
    """Put one reader's family together. `persons` comes from `shown_persons`; facts of others are left out."""
    place = {person: number for number, person in enumerate(persons)}
    mine = [fact for fact in facts if fact.fact.person_id in place]
    words = {person: match_words([fact for fact in mine if fact.fact.person_id == person]) for person in persons}
    shown = sorted((_shown(frame, fact, words) for fact in mine if in_section(fact)), key=_by_day)
    by_block: dict[str, tuple[ShownFact, ...]] = {
        block.value: tuple(f for f in shown if f.block == block.value and f.item not in _PROFESSIONAL_ITEMS)
        for block in Block
    }
    addresses = _addresses(frame, mine, place)
    professionals = tuple(fact for fact in shown if fact.item in _PROFESSIONAL_ITEMS)
    return Profile(
        family_id=frame.family_id,
        purpose=frame.purpose,
        members=tuple(_member(frame, person, mine, weakest(words[person])) for person in persons),
        relationships=_relationships(frame, mine, place),
        addresses=addresses,
        circumstances=by_block["circumstances"] + by_block["household"],
        events=by_block["reactive-services"],
        interventions=by_block["interventions"],
        goals=by_block["goals"],
        professionals=professionals,
        withheld=withheld,
        coverage=frame.coverage,
        agreements=agreements,
        advice=advice,
        foot=frame.foot,
        items_shown=len(shown_on_page(persons, facts)),
    )


def _by_day(fact: ShownFact) -> tuple[str, str, str, str]:
    day = fact.at or fact.valid_from or ""
    newest_first = "".join(chr(0x10FFFF - ord(letter)) for letter in day[:19])
    return newest_first, fact.item, str(fact.person), repr(sorted(fact.values.items(), key=str))


def _member(frame: Frame, person: UUID, facts: Sequence[PermittedFact], match: str) -> Member:
    mine = [fact for fact in facts if fact.fact.person_id == person]
    return Member(frame.handles[person], golden_identity(mine, frame.titles), match)


def _provenance(frame: Frame, fact: PermittedFact) -> Provenance:
    return Provenance(fact.source, frame.titles[fact.source], fact.fact.recorded_at.date(), fact.fact.agreement)


def _shown(frame: Frame, fact: PermittedFact, words: Mapping[UUID, Mapping[UUID, str]]) -> ShownFact:
    held = fact.fact
    return ShownFact(
        person=frame.handles[held.person_id],
        item=fact.item.name,
        label=fact.item.label,
        block=fact.item.block.value,
        values={name: value for name, value in held.value.items() if value is not None},
        valid_from=_day(held.valid_from, fact.form),
        valid_to=_day(held.valid_to, fact.form),
        at=_day(held.happened_at, fact.form),
        role=held.subject_role,
        nature=held.nature,
        note=_note(fact),
        disputed=held.disputed,
        form=fact.told_form,
        match=words[held.person_id][held.record_id],
        provenance=_provenance(frame, fact),
        ref=frame.ref(held.fact_id),
        dispute=frame.disputes.get(held.fact_id),
    )


def _note(fact: PermittedFact) -> str | None:
    if fact.fact.nature == "opinion":
        return OPINION_NOTE
    if fact.fact.nature != "allegation":
        return None
    closed = str(fact.fact.value.get("outcome") or "").upper() in _NO_FURTHER_ACTION
    return ALLEGATION_NOTE if closed else REPORT_NOTE


def _day(moment: date | None, form: str) -> str | None:
    if moment is None:
        return None
    length = {"month": 7, "year": 4}.get(form)
    text = moment.isoformat()
    return text if length is None else text[:length]


def _addresses(frame: Frame, facts: Sequence[PermittedFact], place: Mapping[UUID, int]) -> tuple[DatedAddress, ...]:
    residences = [fact for fact in facts if fact.item.name == "address.residence"]
    newest: dict[UUID, date] = {}
    for fact in residences:
        start = fact.fact.valid_from
        # Where somebody will live is not where they are found today.
        if start and start <= frame.today and start > newest.get(fact.fact.person_id, date.min):
            newest[fact.fact.person_id] = start

    def order(fact: PermittedFact) -> tuple[int, int, str, str]:
        start = fact.fact.valid_from or date.min
        return place[fact.fact.person_id], -start.toordinal(), fact.source, str(fact.fact.value)

    return tuple(
        DatedAddress(
            person=frame.handles[fact.fact.person_id],
            lines=tuple(line for line in str(fact.fact.value.get("lines") or "").split("\n") if line),
            postcode=fact.fact.value.get("postcode"),
            uprn=fact.fact.value.get("uprn"),
            kind=str(fact.fact.value.get("kind") or "home"),
            valid_from=_day(fact.fact.valid_from, fact.form),
            valid_to=_day(fact.fact.valid_to, fact.form),
            newest=fact.fact.valid_from is not None and fact.fact.valid_from == newest.get(fact.fact.person_id),
            form=fact.told_form,
            provenance=_provenance(frame, fact),
        )
        for fact in sorted(residences, key=order)
    )


def _relationships(frame: Frame, facts: Sequence[PermittedFact], place: Mapping[UUID, int]) -> tuple[Kinship, ...]:
    persons = person_of_record(facts)
    found = {
        (fact.fact.person_id, str(fact.fact.value.get("kind")), other): _provenance(frame, fact)
        for fact in facts
        if fact.item.name == "family.relationship"
        and (other := persons.get(str(fact.fact.value.get("other")))) is not None
        and other in place
    }
    return tuple(
        Kinship(frame.handles[person], kind, frame.handles[other], found[person, kind, other])
        for person, kind, other in sorted(found, key=lambda key: (place[key[0]], place[key[2]], key[1]))
    )
