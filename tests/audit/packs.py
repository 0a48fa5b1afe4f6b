"""A log of its own for packs: leaves with fixed salts, lists by person, maps over them, and packs made of all that."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid5

from audit.coverage_map import CoverageMap, SaltSource, map_key, map_value, sign_map
from audit.entry import Entry, EventClass
from audit.keys import SignerKey
from audit.leaf import commit_entry, parse_leaf
from audit.merkle import leaf_hash
from audit.sparse_map import climb, map_leaf, map_root
from audit.subject_list import ListKind, list_head
from audit.subject_pack import PackElement, PackSection, SubjectPack
from audit.subject_report import for_subject

LOG = "northvale.example/hearthgate"
SIGNER = SignerKey(LOG, bytes(range(32)))
KEY = SIGNER.verifier()
AT = datetime(2026, 11, 16, 9, 30, 15, 123456, tzinfo=UTC)
HOUR = datetime(2026, 11, 16, 10, tzinfo=UTC)
_NAMESPACE = UUID("00000000-0000-4000-8000-00000000aaaa")


def someone(number):
    return str(uuid5(_NAMESPACE, str(number)))


@dataclass
class Book:
    """Leaves about persons, in order; `moves` are combinations."""

    leaves: list = field(default_factory=list)

    def look(self, *persons, sealed=False, event=EventClass.CONSULTATION, **fields):
        number = len(self.leaves)
        entry = Entry(
            entry_id=str(uuid5(_NAMESPACE, f"entry {number}")), event=event, at=AT + timedelta(seconds=number),
            log_id=LOG, who="W104", agency="northvale_council", purpose="early_help", sealed=sealed,
            subjects=tuple(map(someone, persons)), **fields,
        )  # fmt: skip
        leaf, openings = commit_entry(entry, lambda name: sha256(f"{number} {name}".encode()).digest())
        self.leaves.append((entry, leaf, openings))
        return number

    def move(self, before, after, ended=()):
        """Records of `before` are `after`'s from now on; by the ids `ended` nobody is known any more."""
        detail = {"persons_before": [someone(one) for one in before], "persons_after": [someone(after)]}
        if ended:
            detail["persons_ended"] = [someone(one) for one in ended]
        return self.look(*sorted({*before, after}), event=EventClass.COMBINATION, detail=detail)

    def list_of(self, number, size=None, kind=ListKind.DISCLOSABLE):
        """(leaf, openings) of everything about a person."""
        return [
            (leaf, openings)
            for entry, leaf, openings in self.leaves[:size]
            if someone(number) in entry.subjects
            and (entry.event is EventClass.COMBINATION or entry.sealed is (kind is ListKind.SEALED))
        ]

    def map(self, persons, at=HOUR, size=None, number=1, kind=ListKind.DISCLOSABLE):
        return BookMap(self, tuple(persons), at, size, number, kind)


@dataclass(frozen=True)
class BookMap:
    book: Book
    persons: tuple
    at: datetime
    size: int | None
    number: int
    kind: ListKind

    def items(self):
        salts, items = self.salts, []
        for number in self.persons:
            key = map_key(someone(number), self.kind)
            hashes = [leaf_hash(leaf) for leaf, _ in self.book.list_of(number, self.size, self.kind)]
            head = list_head(someone(number), self.kind, hashes)
            items.append((key, map_leaf(key, map_value(salts(key), len(hashes), head))))
        return sorted(items)

    @property
    def salts(self):
        return SaltSource(b"secret", self.number)

    @property
    def coverage(self):
        return CoverageMap(LOG, self.kind, self.number, self.at.replace(microsecond=0), map_root(self.items()))

    def note(self, signer=SIGNER):
        return sign_map(self.coverage, signer)

    def section(self, number, place=0):
        key = map_key(someone(number), self.kind)
        elements = tuple(
            shown_line(leaf, openings) for leaf, openings in self.book.list_of(number, self.size, self.kind)
        )
        path = tuple(climb(self.items(), key, 0)[1])
        return PackSection(someone(number), place, self.salts(key), path, elements)


def shown_line(leaf, openings):
    """A line as a pack holds it: open is what its subject may see."""
    return PackElement(leaf, for_subject(parse_leaf(leaf).event, openings))


def pack(maps, *sections, subject=None, **changes):
    """A pack of (map number, person) sections; the first is the subject's."""
    made = tuple(maps[place].section(person, place) for place, person in sections)
    document = SubjectPack(
        LOG, maps[0].kind, made[0].person if subject is None else subject, maps[sections[0][0]].coverage.at,
        tuple(one.note() for one in maps), made,
    )  # fmt: skip
    return replace(document, **changes)
