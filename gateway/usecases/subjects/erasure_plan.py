"""Which fields of which entries an erasure takes, from whose records were whose when. Nothing here reads or writes.

What goes of an entry that is about the erased alone is everything that tells whom it was about, what they have, or why
somebody had to do with them. Who acted, when, in which role, for which purpose, under which agreement and with what
outcome stays (UK GDPR Art 5(2)): without a subject it is about the reader. Where an entry is about others as well, what
their own reports rest on stays (the reason, the purpose, when), and their lists go on naming the leaf.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from gateway.store.erasure import LinkVersion, PastEntry

WORDS = ("detail",)
"""Queries, reasons and references in words, what a decision rested on, ids of records."""

SHOWN = ("detail", "items_shown", "shown_counts", "sources")
"""What was shown of several persons together, one of them erased."""

WHOM = ("masks", "subjects")
"""Lists of ids, each committed as a whole."""

ALONE = ("declaration", "detail", "household", "items_shown", "masks", "reason", "shown_counts", "sources", "subjects")
"""Every field that can tell of the person whom an entry is about."""

_COMBINATION = "combination"


class Share(Enum):
    """How much of what stood under a person's id at an instant is the erased person's."""

    NONE = 0
    PART = 1
    WHOLE = 2


@dataclass(frozen=True, slots=True)
class Lineage:
    """Every id under which the records ever stood.

    `gone`: persons who were never anybody else. `ended`: persons who have nothing left now, but whose id another's past
    stands under. `mixed`: persons who live on, or whose records went elsewhere. `handles` are the families' ids.
    """

    gone: frozenset[UUID]
    ended: frozenset[UUID]
    mixed: frozenset[UUID]
    handles: Mapping[UUID, UUID]
    versions: Mapping[UUID, tuple[LinkVersion, ...]]

    @property
    def everybody(self) -> list[UUID]:
        """Every id, in order."""
        return sorted(self.gone | self.ended | self.mixed)

    @property
    def erased_handles(self) -> list[UUID]:
        """Handles that open nothing afterwards."""
        return sorted(handle for handle, person in self.handles.items() if person in self.gone | self.ended)

    def share(self, person: UUID, at: datetime) -> Share:
        """How much of a person's id meant the erased person at an instant."""
        if person in self.gone:
            return Share.WHOLE
        versions = self.versions.get(person, ())
        # At an instant of which no link is known, whatever the id ever meant counts.
        then = [one for one in versions if one.since <= at and (one.until is None or at < one.until)] or versions
        erased = {one.erased for one in then}
        if True not in erased:
            return Share.NONE
        return Share.PART if False in erased else Share.WHOLE


def lineage_of(versions: Sequence[LinkVersion]) -> Lineage:
    """Sort the ids that the versions name."""
    by_person: dict[UUID, list[LinkVersion]] = {}
    for one in versions:
        by_person.setdefault(one.person_id, []).append(one)
    gone = {person for person, held in by_person.items() if all(one.erased for one in held)}
    ended = {
        person
        for person, held in by_person.items()
        if person not in gone and (now := [one.erased for one in held if one.until is None]) and all(now)
    }
    return Lineage(
        frozenset(gone),
        frozenset(ended),
        frozenset(by_person.keys() - gone - ended),
        {one.family_id: one.person_id for one in versions},
        {person: tuple(held) for person, held in by_person.items()},
    )


def fields_of(entry: PastEntry, lineage: Lineage) -> tuple[str, ...]:
    """The fields that go of an entry; none where it is not about the erased person."""
    if entry.event_class == _COMBINATION:
        # A merge or a split is what the others' reports go on by: it stays whole unless it concerns nobody else.
        return ALONE if entry.subjects and lineage.gone.issuperset(entry.subjects) else ()
    shares = [lineage.share(person, entry.at) for person in entry.subjects]
    home = Share.NONE
    if entry.household is not None:
        person = lineage.handles.get(entry.household)
        home = Share.NONE if person is None else lineage.share(person, entry.at)
    if all(share is Share.NONE for share in (*shares, home)):
        return ()
    others = any(share is not Share.WHOLE for share in shares) or (
        entry.household is not None and home is not Share.WHOLE
    )
    if not others:
        return ALONE
    fields = set(SHOWN)
    if Share.WHOLE in shares:
        fields |= set(WHOM)
    if home is Share.WHOLE:
        fields.add("household")
    return tuple(sorted(fields))


def in_groups(plan: Mapping[UUID, tuple[str, ...]], largest: int) -> Iterable[tuple[tuple[str, ...], list[UUID]]]:
    """Entries that lose the same fields, at most `largest` together, in an order that tells nothing more."""
    groups: dict[tuple[str, ...], list[UUID]] = {}
    for entry_id, fields in plan.items():
        groups.setdefault(fields, []).append(entry_id)
    for fields, entries in sorted(groups.items()):
        ordered = sorted(entries)
        for cut in range(0, len(ordered), largest):
            yield fields, ordered[cut : cut + largest]
