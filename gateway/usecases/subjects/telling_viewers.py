"""Whoever was shown a fact that is withdrawn or corrected is told so, in words that do not say it again.

Who that is, the log knows: accesses since the fact was first known here, about whom the record was taken for at that
instant, that showed its item of its source and whose mask let it out for that person. Where no outcome tells what was
shown, it is the mask alone; so it is of names, numbers and ties in outcomes of before these were counted. An outcome
counts what it showed of a whole family: but for the mask, and for the places that row policies hide, whoever saw the
others' address would be told that something of one of them was taken back, and so that it was there (scene S3).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from agreements.request import Direction
from audit.entry import Entry, EventClass
from concept_model.items import EARLIER_ALONE, ITEM_CAPACITY, ITEMS, LOCATION_BEARING, SERVICE_BEARING
from gateway.store.erasure import link_versions
from gateway.store.ledger import append
from gateway.store.retractions import OwnFact, mark_told, retracted_facts, untold_retractions
from gateway.store.viewers import Look, hidden_places, looks_at, save_correction_notices
from gateway.usecases.log.entries import system_entry
from gateway.usecases.register.own_sources import ReadingAs, own_sources
from gateway.wiring import Wiring
from insight.suppression import THRESHOLD

PURPOSE = "corrections"
WITHDRAWN, CORRECTED, ANSWERED, PARTED = "withdrawn", "corrected", "answered", "parted"
_BY_NOTICE = "notice"
_TELLING = "UK GDPR Art 19"
PROTECTED_LOCATION = "address.protected_location"
_IN_HEADS = ("identity.", "contact.", "family.", "household.")
"""Items of heads and ties: an outcome that counts none of them may be of the time when none was counted."""


@dataclass(slots=True)
class Seen:
    """The looks of one viewer that may be told of, or those that are sealed: the last one, whom and whose page."""

    last: Look
    persons: set[UUID] = field(default_factory=set)
    family_id: UUID | None = None

    def add(self, look: Look, persons: set[UUID]) -> None:
        """One more look, later than those before."""
        self.last = look
        self.persons |= persons
        if look.household is not None and look.channel != _BY_NOTICE:
            self.family_id = look.household


@dataclass(slots=True)
class Viewer:
    """Somebody who was shown a fact, or may have been: in looks that may be told of, in sealed ones, or in both.

    What is said where a subject, a partner or the raiser of a dispute can read it rests on the first alone (practice
    P1): not the sealed look's id, nor the role it was made in, nor whom it alone was about.
    """

    who: str
    agency: str
    by_kind: dict[bool, Seen] = field(default_factory=dict)

    @property
    def sealed(self) -> bool:
        """Whether each look was sealed."""
        return False not in self.by_kind

    @property
    def told(self) -> Seen:
        """What may be told of, if anything may."""
        return self.by_kind[self.sealed]

    @property
    def last(self) -> Look:
        """The last look of all."""
        return max((seen.last for seen in self.by_kind.values()), key=lambda look: (look.at, look.entry_id))

    def entries(self) -> list[tuple[bool, Seen]]:
        """What the notice's entries are of: one where each look was of a kind, else a sealed one for the rest."""
        if self.sealed or True not in self.by_kind:
            return [(self.sealed, self.told)]
        hidden = self.by_kind[True]
        rest = hidden.persons - self.told.persons
        return [(False, self.told), *([(True, Seen(hidden.last, rest, hidden.family_id))] if rest else [])]


def tell_of_retractions(wiring: Wiring) -> dict[UUID, int]:
    """Tell the viewers of every retraction that has not been told yet; gives how many of each, sealed ones left out.

    Run after the retraction is committed: nobody is shown its facts any more, and whoever was has an entry.
    """
    now, told = wiring.clock(), {}
    with wiring.database.transaction("hg_erase") as connection:
        for retraction_id in untold_retractions(connection):
            facts = retracted_facts(connection, retraction_id)
            told[retraction_id] = tell_viewers(wiring, connection, Occasion(retraction_id, WITHDRAWN), facts, now)
            mark_told(connection, retraction_id, now)
    return told


@dataclass(frozen=True, slots=True)
class Occasion:
    """What people are told of: an id, and the kind of notice.

    With `taken_for` only looks count that were about that person, while the facts' records were held to be theirs.
    """

    occasion_id: UUID
    kind: str
    taken_for: UUID | None = None


def tell_viewers(
    wiring: Wiring, connection: Connection, occasion: Occasion, facts: Sequence[OwnFact], now: datetime
) -> int:
    """Give a notice, with its entry, to everybody who saw one of the facts. Safe to repeat for an occasion.

    `connection` is a transaction of hg_erase. Gives how many were told whose looks a partner may know of.
    """
    viewers = {one.last.entry_id: one for one in _viewers(wiring, connection, facts, occasion.taken_for)}
    ids = {entry_id: wiring.mint_opaque() for entry_id in viewers}
    rows = [
        {
            "notice_id": ids[entry_id], "occasion_id": occasion.occasion_id, "viewer": one.who, "agency": one.agency,
            "role": one.told.last.role, "team": one.told.last.team, "family_id": one.told.family_id,
            "kind": occasion.kind, "seen_on": one.last.at.date(), "sealed": one.sealed, "told_at": now,
        }
        for entry_id, one in viewers.items()
    ]  # fmt: skip
    fresh = save_correction_notices(connection, rows)
    for entry_id, one in viewers.items():
        if ids[entry_id] in fresh:
            for told in _entries(wiring, occasion, one, ids[entry_id], now):
                append(connection, told)
    return sum(not one.sealed for one in viewers.values())


def anybody_saw(wiring: Wiring, connection: Connection, facts: Sequence[OwnFact], taken_for: UUID) -> bool:
    """Whether somebody was shown one of the facts as that person's; `connection` is a transaction of hg_erase."""
    return any(_viewers(wiring, connection, facts, taken_for))


def _entries(wiring: Wiring, occasion: Occasion, viewer: Viewer, notice: UUID, now: datetime) -> Iterator[Entry]:
    """That a viewer was given a notice."""
    for sealed, seen in viewer.entries():
        yield system_entry(
            wiring, EventClass.DISCLOSURE, now, purpose=PURPOSE, legal_basis=_TELLING, sealed=sealed,
            subjects=tuple(sorted(str(person) for person in seen.persons)),
            household=str(seen.family_id) if seen.family_id else None, refers_to=str(seen.last.entry_id),
            detail={
                "channel": _BY_NOTICE, "recipient_agency": viewer.agency, "recipient_team": seen.last.team or "",
                "records": [str(notice)], "reasons": [occasion.kind],
            },
        )  # fmt: skip


def in_words(viewers: int) -> str:
    """How many were told, as a partner learns it (practice P2): small numbers, none included, are one answer."""
    return f"{viewers} readers" if viewers >= THRESHOLD else f"fewer than {THRESHOLD} readers"


def _viewers(
    wiring: Wiring, connection: Connection, facts: Sequence[OwnFact], taken_for: UUID | None
) -> Iterable[Viewer]:
    if not facts:
        return ()
    by_person = _facts_by_person(connection, facts)
    if taken_for is not None:
        by_person = {taken_for: by_person.get(taken_for, [])}
    found: dict[tuple[str, str], Viewer] = {}
    hidden = hidden_places(connection, [fact.fact_key for fact in facts])
    for look in looks_at(connection, sorted(by_person), min(fact.since for fact in facts)):
        seen = {
            person
            for person in look.subjects
            for since, until, fact in by_person.get(person, ())
            if since <= look.at and (until is None or look.at < until)
            and _showed(wiring, look, person, fact, hidden.get(fact.fact_key))
        }  # fmt: skip
        if seen:
            viewer = found.setdefault((look.who, look.agency), Viewer(look.who, look.agency))
            viewer.by_kind.setdefault(look.sealed, Seen(look)).add(look, seen)
    return found.values()


def _facts_by_person(
    connection: Connection, facts: Sequence[OwnFact]
) -> dict[UUID, list[tuple[datetime, datetime | None, OwnFact]]]:
    """For each person whom a record was ever taken for: the facts, from when until when."""
    spans: dict[UUID, list[tuple[UUID, datetime, datetime | None]]] = {}
    for one in link_versions(connection, sorted({fact.record_id for fact in facts})):
        if one.erased:
            spans.setdefault(one.record_id, []).append((one.person_id, one.since, one.until))
    found: dict[UUID, list[tuple[datetime, datetime | None, OwnFact]]] = {}
    for fact in facts:
        for person, since, until in spans.get(fact.record_id, ()):
            found.setdefault(person, []).append((max(since, fact.since), until, fact))
    return found


def _showed(wiring: Wiring, look: Look, person: UUID, fact: OwnFact, hidden_from: datetime | None) -> bool:
    vocabulary = wiring.register.vocabulary
    source, item = vocabulary.sources[fact.source_no], ITEMS[fact.item_no].name
    if look.phase == "outcome" and source not in look.sources:
        return False
    heads_counted = any(name.startswith(_IN_HEADS) for name in look.counted)
    counted = look.phase == "outcome" and (heads_counted or not item.startswith(_IN_HEADS))
    if counted and item not in look.items:
        return False
    if not look.masks:
        # What a steward or a sender is shown is under no mask.
        return counted
    masks = [int(mask, 16) for key, mask in look.masks.items() if key.startswith(f"{person}:") and mask]
    hidden = hidden_from is not None and hidden_from <= look.at
    cells = {vocabulary.cell(source, item)}
    if hidden and item in SERVICE_BEARING:
        earlier_alone = fact.source_no * ITEM_CAPACITY + EARLIER_ALONE
        masks = [mask for mask in masks if not mask >> earlier_alone & 1]
    elif item in LOCATION_BEARING:
        reader = ReadingAs(look.agency, look.role or "", look.purpose or "", Direction.VIEW, look.at)
        if hidden and source not in own_sources(wiring, reader):
            cells.clear()
        cells.add(vocabulary.cell(source, PROTECTED_LOCATION))
    return any(mask >> cell & 1 for mask in masks for cell in cells)
