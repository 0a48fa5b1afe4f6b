"""Checks the proof of a subject report: every line is the log's own, and none that may be told is left out.

Steps, each ending in a `SubjectPackError` that says in which list and at which line: (1) every map is signed by the
log, of this log and this kind of list; the promise is that of the first list's map; (2) list by list:
every leaf is one of this log, every field that its words are made of is open and fits, and no other is, every head
follows on the one before; (3) the list's head and length are what the map holds for that person; (4) the subject's id
has not ended, every combination that moved records to somebody here has the lists of those who had them, up to that
combination (of an id that ended with it: as far as the subject's own), and no list stands here without such a reason;
(5) no line bears the id of another, and none since the map repeats one. Receipts of maps that are given must be of the
very roots in the pack.

Not shown by this: that an entry names all its subjects, and that a map's hour is true. Both are checked by an auditor
who holds the openings (`hearthgate audit verify`). Nor that the subject's id is that of the person who was handed the
report: of names no pack knows anything, and whose id it is stays the council's word. A line since the map is the
council's word alone as well: nothing shows yet that the log holds it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audit.canonical import Json
from audit.coverage_map import CoverageMap, erased_value, map_key, map_value, open_map
from audit.entry import EventClass, format_second
from audit.errors import AuditError, EntryError, ProofError, SubjectPackError
from audit.keys import VerifierKey
from audit.leaf import Leaf, opened_values, parse_leaf
from audit.merkle import leaf_hash
from audit.sparse_map import verify_present
from audit.subject_list import ListKind, extend_list, list_start
from audit.subject_pack import PackElement, PackSection, SubjectPack, parse_subject_pack
from audit.subject_report import ERASABLE, TOLD_OTHERWISE, fields_for, told_otherwise


@dataclass(frozen=True, slots=True)
class VerifiedElement:
    """A line that stands: its leaf, and the values that the pack opens."""

    leaf: Leaf
    values: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class VerifiedPack:
    """What a pack proves. `lists` are the elements by person id; `receipts` counts maps shown to be in the log."""

    pack: SubjectPack
    maps: tuple[CoverageMap, ...]
    lists: Mapping[str, tuple[VerifiedElement, ...]]
    erased: frozenset[str]
    since: tuple[VerifiedElement, ...]
    receipts: int

    def sentence(self) -> str:
        """What was proved, in one line."""
        pack, lines = self.pack, sum(map(len, self.lists.values()))
        words = (
            f"report on {pack.kind} entries, complete to {format_second(pack.complete_to)}:"
            f" {lines} line(s) in {len(self.lists)} list(s), none left out or altered"
        )
        if self.erased:
            words += f"; {len(self.erased)} list(s) were erased"
        if lacking := self._without_reason():
            words += f"; of {lacking} line(s) the reason was erased"
        if self.since:
            words += f"; {len(self.since)} later line(s) are NOT provable yet, the council's word alone"
        maps = len(pack.maps)
        if self.receipts < maps:
            return f"{words}; NOT checked that the log holds {maps - self.receipts} of its {maps} map(s): no receipt"
        return f"{words}; the log holds its {maps} map(s)"

    def _without_reason(self) -> int:
        lines = (*self.since, *(one for lines in self.lists.values() for one in lines))
        return len({one.leaf.entry_id for one in lines if "reason" not in one.values})


def verify_subject_pack(
    data: bytes,
    log_key: VerifierKey,
    receipts: Iterable[CoverageMap] = (),
    origin: str | None = None,
    earlier_keys: Sequence[VerifierKey] = (),
) -> VerifiedPack:
    """Verify a pack against the log's keys. Raises `SubjectPackError`, or another `AuditError` for a map's note.

    `receipts` are maps that verified receipts have shown to be in the log (`audit.map_receipt`).
    """
    pack = parse_subject_pack(data)
    maps = _opened_maps(pack, (log_key, *earlier_keys), origin)
    seen = _check_receipts(maps, tuple(receipts))
    if not pack.sections or pack.sections[0].person != pack.subject:
        raise SubjectPackError("pack", "does not begin with the list of its subject")
    if len({one.person for one in pack.sections}) < len(pack.sections):
        raise SubjectPackError("pack", "holds two lists of one person")
    lists: dict[str, tuple[VerifiedElement, ...]] = {}
    for number, section in enumerate(pack.sections, 1):
        lists[section.person] = _check_section(pack, section, maps, f"list {number}")
    if maps[pack.sections[0].map_number].at != pack.complete_to:
        raise SubjectPackError("pack", "promises to be complete to another instant than that of its map")
    _check_living(pack, lists)
    _check_closure(pack, lists)
    if {one.map_number for one in pack.sections} != set(range(len(maps))):
        raise SubjectPackError("pack", "holds a map that no list needs")
    _check_ids(pack, lists)
    since = _check_since(pack, lists)
    erased = frozenset(one.person for one in pack.sections if one.erased)
    return VerifiedPack(pack, tuple(maps), lists, erased, since, seen)


def _opened_maps(pack: SubjectPack, log_keys: Sequence[VerifierKey], origin: str | None) -> list[CoverageMap]:
    maps = []
    for number, note in enumerate(pack.maps, 1):
        place = f"map {number}"
        try:
            coverage = open_map(note, log_keys, origin)
        except AuditError as error:
            raise SubjectPackError(place, str(error)) from None
        if coverage.log_id != pack.log_id:
            raise SubjectPackError(place, "is of another log")
        if coverage.kind is not pack.kind:
            raise SubjectPackError(place, "is of the other kind of list")
        maps.append(coverage)
    return maps


def _check_receipts(maps: list[CoverageMap], receipts: tuple[CoverageMap, ...]) -> int:
    """How many of the maps a receipt proves. One of the same list and number that differs is a contradiction."""
    for number, coverage in enumerate(maps, 1):
        same = [one for one in receipts if (one.kind, one.number) == (coverage.kind, coverage.number)]
        if same and coverage not in same:
            place = f"map {number}"
            raise SubjectPackError(place, "is not the one that the log holds under that number")
    return sum(coverage in receipts for coverage in maps)


def _check_section(
    pack: SubjectPack, section: PackSection, maps: list[CoverageMap], place: str
) -> tuple[VerifiedElement, ...]:
    if not 0 <= section.map_number < len(maps):
        raise SubjectPackError(place, "names a map that is not in the pack")
    if section.erased and section.elements:
        raise SubjectPackError(place, "is erased and has lines nevertheless")
    head = list_start(section.person, pack.kind)
    checked = []
    for number, element in enumerate(section.elements, 1):
        line = f"{place}, line {number}"
        checked.append(_check_leaf(pack, element, line))
        head = extend_list(head, leaf_hash(element.leaf))
        if element.head != head:
            raise SubjectPackError(line, "does not follow: a line before it or this one was removed, added or changed")
    value = erased_value(section.salt) if section.erased else map_value(section.salt, len(section.elements), head)
    try:
        verify_present(map_key(section.person, pack.kind), value, section.path, maps[section.map_number].root)
    except ProofError:
        problem = f"is not what the map holds: a line is missing or added after line {len(section.elements)}"
        raise SubjectPackError(place, f"{problem}, or salt, path, map or person are others") from None
    return tuple(checked)


def _check_leaf(pack: SubjectPack, element: PackElement, line: str) -> VerifiedElement:
    try:
        leaf = parse_leaf(element.leaf)
        values = opened_values(element.leaf, element.openings)
    except EntryError as error:
        raise SubjectPackError(line, str(error)) from None
    if leaf.log_id != pack.log_id:
        raise SubjectPackError(line, "is a leaf of another log")
    _check_fields(leaf, values, TOLD_OTHERWISE if leaf.entry_id in told_otherwise(pack) else frozenset(), line)
    if leaf.event is not EventClass.COMBINATION and values["sealed"] is not (pack.kind is ListKind.SEALED):
        raise SubjectPackError(line, "belongs on the other list")
    return VerifiedElement(leaf, values)


def _check_fields(leaf: Leaf, values: Mapping[str, Json], otherwise: frozenset[str], line: str) -> None:
    """Every field that the words are made of is open, and no other field is.

    But for what an erasure may have taken, and for `otherwise`, which the report tells in other words.
    """
    combined = leaf.event is EventClass.COMBINATION
    if combined and not isinstance(values.get("detail"), Mapping):
        raise SubjectPackError(line, "joins or parts persons and does not say whom")
    shown = frozenset(fields_for(leaf.event))
    if shut := sorted(shown - values.keys() - ERASABLE - otherwise):
        raise SubjectPackError(line, f"{shut[0]} is not open, and no erasure takes it")
    if more := sorted(values.keys() - shown):
        raise SubjectPackError(line, f"{more[0]} is open and has no place in a report")


def _check_ids(pack: SubjectPack, lists: Mapping[str, tuple[VerifiedElement, ...]]) -> None:
    """No leaf bears the id of another, or stands on a list twice: words tell of an id once, so one would hide one.

    One leaf stands on the lists of several ids that the person had.
    """
    leaves: dict[str, bytes] = {}
    for number, section in enumerate(pack.sections, 1):
        here: set[bytes] = set()
        for line, (element, found) in enumerate(zip(section.elements, lists[section.person], strict=True), 1):
            first = leaves.setdefault(found.leaf.entry_id, element.leaf)
            if first != element.leaf or element.leaf in here:
                place = f"list {number}, line {line}"
                raise SubjectPackError(place, "bears the id of another entry, which it would hide")
            here.add(element.leaf)


def _check_since(pack: SubjectPack, lists: Mapping[str, tuple[VerifiedElement, ...]]) -> tuple[VerifiedElement, ...]:
    """The lines that came after the map; each once, and none that a list has."""
    seen = {one.leaf.entry_id for lines in lists.values() for one in lines}
    checked = []
    for number, element in enumerate(pack.since, 1):
        line = f"since, line {number}"
        found = _check_leaf(pack, element, line)
        if found.leaf.entry_id in seen:
            raise SubjectPackError(line, "repeats an entry that stands in a list or in a line before")
        seen.add(found.leaf.entry_id)
        checked.append(found)
    return tuple(checked)


def _check_living(pack: SubjectPack, lists: Mapping[str, tuple[VerifiedElement, ...]]) -> None:
    """An id that ended is nobody's report: what came later stands on the list of whoever took its records."""
    for number, element in enumerate(lists[pack.subject], 1):
        if pack.subject in ended_ids(element):
            problem = "the subject's id ended there; what came later is told of whoever took its records: ask for that"
            line = f"list 1, line {number}"
            raise SubjectPackError(line, problem)


def _check_closure(pack: SubjectPack, lists: Mapping[str, tuple[VerifiedElement, ...]]) -> None:
    """Follow combinations from the subject on; every list that is needed is there, and no other."""
    reached, waiting = {pack.subject}, [pack.subject]
    erased = {one.person for one in pack.sections if one.erased}
    places = {one.person: f"list {number}" for number, one in enumerate(pack.sections, 1)}
    maps = {one.person: one.map_number for one in pack.sections}
    while waiting:
        person = waiting.pop()
        for number, element in enumerate(lists[person], 1):
            before = earlier_ids(element, person)
            for one in before:
                line = f"{places[person]}, line {number}"
                if one not in lists:
                    raise SubjectPackError(line, "the list of an earlier id that this line names is missing")
                if one not in erased and all(element.leaf != other.leaf for other in lists[one]):
                    raise SubjectPackError(places[one], f"ends before the combination of {line}")
                if one in ended_ids(element) and maps[one] != maps[pack.subject]:
                    raise SubjectPackError(places[one], f"ended with {line} and is not shown to its end")
                if one not in reached:
                    reached.add(one)
                    waiting.append(one)
    for person, place in places.items():
        if person not in reached:
            raise SubjectPackError(place, "is of a person whom no combination leads to")


def earlier_ids(element: VerifiedElement, person: str) -> tuple[str, ...]:
    """Whose lists a line of this person's list demands: those who had the records that it moved to the person."""
    detail = element.values.get("detail")
    if element.leaf.event is not EventClass.COMBINATION or not isinstance(detail, Mapping):
        return ()
    before, after = detail.get("persons_before"), detail.get("persons_after")
    if not isinstance(before, list) or not isinstance(after, list) or person not in after:
        return ()
    return tuple(str(one) for one in before if one != person)


def ended_ids(element: VerifiedElement) -> frozenset[str]:
    """Ids that ended with a combination: by these nobody is known any more."""
    detail = element.values.get("detail")
    ended = detail.get("persons_ended") if isinstance(detail, Mapping) else None
    return frozenset(str(one) for one in ended) if isinstance(ended, list) else frozenset()
