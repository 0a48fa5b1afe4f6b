"""The proof of a subject report: every leaf about one person that may be told to them, and why none is missing.

A pack is canonical JSON (audit.canonical) and a newline:

    format       "hearthgate/subject-pack/v1"
    log, list    the log's name, and the kind of list
    subject      the person id that the report is about
    complete_to  the instant up to which nothing is left out, RFC 3339
    maps         notes of coverage maps
    sections     one for each person id whose list is needed, the subject's own first:
                 person, map (its place in `maps`, from 0), salt and path (the list's place in that map),
                 elements (the whole list, in order), or `erased` where the person's lists were erased
    since        elements that are not in a map yet: opened, and not proved to be all
    report       what the maker adds for readers (audit.subject_report); not proved, but sealed with all the rest
                 (audit.subject_seal)

An element holds the leaf, the openings that the reader may see (field to salt and value) and the list's head after
it. Closure: a combination in somebody's list that moved records to them (`detail.persons_after`) obliges the pack to
hold the lists of those who had the records (`persons_before`), each at least up to that combination, and those of ids
that ended with it (`persons_ended`) as of the map of the subject's own list: a look that began before is recorded
under such an id. So whoever was looked up under an earlier id finds it here, and what is in nobody's way to the
subject has no place in a pack.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from audit.canonical import Json, canonical_json, parse_canonical
from audit.encoding import from_base64, to_base64
from audit.entry import format_second
from audit.errors import SubjectPackError
from audit.leaf import Opening
from audit.merkle import HASH_SIZE, leaf_hash
from audit.subject_list import ListKind, extend_list, list_start

PACK_FORMAT = "hearthgate/subject-pack/v1"
MAX_PACK_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class PackElement:
    """One leaf of a list, with the openings that the reader of the pack may see. `head` is checked, where given."""

    leaf: bytes
    openings: Mapping[str, Opening]
    head: bytes | None = None


@dataclass(frozen=True, slots=True)
class PackSection:
    """One person's whole list as of the map `maps[map_number]` of the pack, and its place in that map."""

    person: str
    map_number: int
    salt: bytes
    path: tuple[bytes, ...]
    elements: tuple[PackElement, ...]
    erased: bool = False


@dataclass(frozen=True, slots=True)
class SubjectPack:
    """A pack as parsed, nothing verified; see `audit.verify_subject_pack`. `complete_to` is aware, whole seconds."""

    log_id: str
    kind: ListKind
    subject: str
    complete_to: datetime
    maps: tuple[str, ...]
    sections: tuple[PackSection, ...]
    since: tuple[PackElement, ...] = ()
    report: Json = field(default=None)

    def encode(self) -> bytes:
        """The bytes of the document. Raises `ValueError` where `report` has no canonical form."""
        sections: list[Json] = [_section(one, self.kind) for one in self.sections]
        since: list[Json] = [_element(one) for one in self.since]
        document: dict[str, Json] = {
            "format": PACK_FORMAT, "log": self.log_id, "list": self.kind.value, "subject": self.subject,
            "complete_to": format_second(self.complete_to), "maps": list(self.maps), "sections": sections,
            "since": since, "report": self.report,
        }  # fmt: skip
        return canonical_json(document) + b"\n"


def parse_subject_pack(data: bytes) -> SubjectPack:
    """Read a pack, checking its form alone. Raises `SubjectPackError`."""
    document = _members(_json(data), "pack", _PACK)
    if document["format"] != PACK_FORMAT:
        raise SubjectPackError("pack", "is of another format")
    try:
        kind = ListKind(_text(document, "list", "pack"))
    except ValueError:
        raise SubjectPackError("pack", "is of an unknown kind of list") from None
    try:
        complete_to = datetime.strptime(_text(document, "complete_to", "pack"), _SECOND).replace(tzinfo=UTC)
    except ValueError:
        raise SubjectPackError("pack", "does not say up to when it is complete") from None
    maps = _sequence(document, "maps", "pack")
    if not all(isinstance(one, str) for one in maps):
        raise SubjectPackError("pack", "a map is not the text of a note")
    sections = _sequence(document, "sections", "pack")
    return SubjectPack(
        _text(document, "log", "pack"), kind, _text(document, "subject", "pack"), complete_to,
        tuple(str(one) for one in maps),
        tuple(_parse_section(one, f"list {number}") for number, one in enumerate(sections, 1)),
        _parse_elements(document, "since", "since"), document["report"],
    )  # fmt: skip


_SECOND = "%Y-%m-%dT%H:%M:%SZ"
_PACK = frozenset(
    {"format", "log", "list", "subject", "complete_to", "maps", "sections", "since", "report"}
)  # fmt: skip
_SECTION = frozenset({"person", "map", "salt", "path", "elements", "erased"})


def _section(section: PackSection, kind: ListKind) -> Json:
    head, elements = list_start(section.person, kind), []
    for one in section.elements:
        head = extend_list(head, leaf_hash(one.leaf))
        elements.append(_element(one, head if one.head is None else one.head))
    return {
        "person": section.person, "map": section.map_number, "salt": to_base64(section.salt),
        "path": [to_base64(one) for one in section.path], "elements": elements, "erased": section.erased,
    }  # fmt: skip


def _element(element: PackElement, head: bytes | None = None) -> Json:
    openings: dict[str, Json] = {
        name: [to_base64(opening.salt), opening.value.decode()] for name, opening in element.openings.items()
    }
    document: dict[str, Json] = {"leaf": element.leaf.decode(), "openings": openings}
    return document if head is None else {**document, "head": to_base64(head)}


def _json(data: bytes) -> Json:
    if not data.endswith(b"\n"):
        raise SubjectPackError("pack", "does not end in a newline")
    try:
        return parse_canonical(data[:-1])
    except ValueError as error:
        raise SubjectPackError("pack", str(error)) from None


def _parse_section(given: Json, place: str) -> PackSection:
    section = _members(given, place, _SECTION)
    number, erased = section["map"], section["erased"]
    if type(number) is not int or type(erased) is not bool:
        raise SubjectPackError(place, "does not name a map, or does not say whether it was erased")
    path = tuple(_hash(one, place) for one in _sequence(section, "path", place))
    elements = _parse_elements(section, "elements", place)
    return PackSection(
        _text(section, "person", place), number, _hash(section["salt"], place), path, elements, erased
    )  # fmt: skip


def _parse_elements(document: Mapping[str, Json], name: str, place: str) -> tuple[PackElement, ...]:
    return tuple(
        _parse_element(one, f"{place}, line {number}", proved=name == "elements")
        for number, one in enumerate(_sequence(document, name, place), 1)
    )


def _parse_element(given: Json, place: str, *, proved: bool) -> PackElement:
    element = _members(given, place, frozenset({"leaf", "openings", "head"} if proved else {"leaf", "openings"}))
    openings = element["openings"]
    if not isinstance(openings, Mapping):
        raise SubjectPackError(place, "has no openings")
    opened = {}
    for name, pair in openings.items():
        if not isinstance(pair, list) or [type(part) for part in pair] != [str, str]:
            raise SubjectPackError(place, "an opening is not salt and value")
        opened[name] = Opening(_hash(pair[0], place), str(pair[1]).encode())
    head = _hash(element["head"], place) if proved else None
    return PackElement(_text(element, "leaf", place).encode(), opened, head)


def _members(given: Json, place: str, names: frozenset[str]) -> Mapping[str, Json]:
    if not isinstance(given, Mapping) or given.keys() != names:
        raise SubjectPackError(place, "does not have the members of the format")
    return given


def _text(document: Mapping[str, Json], name: str, place: str) -> str:
    value = document[name]
    if not isinstance(value, str):
        raise SubjectPackError(place, f"{name} is not text")
    return value


def _sequence(document: Mapping[str, Json], name: str, place: str) -> Sequence[Json]:
    value = document[name]
    if not isinstance(value, list):
        raise SubjectPackError(place, f"{name} is not a list")
    return value


def _hash(given: Json, place: str) -> bytes:
    try:
        data = from_base64(given) if isinstance(given, str) else b""
    except ValueError:
        data = b""
    if len(data) != HASH_SIZE:
        raise SubjectPackError(place, "a hash or a salt is not 32 bytes of base64")
    return data
