"""A subject report as a folder: `report.json` proves, `report.txt` and `report.html` say the same in words.

Both are written from the pack alone: from the values it opens, and from what its maker adds under `report` (titles of
agencies, roles and purposes, in what capacity the report was asked for, when it was made). So whoever verifies the
pack writes them again, and a line that was left out of the words or changed is found.

    report   {"capacity", "contact", "council", "made_at", "not_shown", "release", "titles"}

`not_shown` are ids of authorisations whose outcome, so the council says, names other people alone; `release` is null,
or {"decided_at", "recipient"} where two officers decided to give what is otherwise held back.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from audit.canonical import Json, parse_canonical
from audit.entry import EventClass, Phase, format_second
from audit.errors import AuditError, SubjectPackError
from audit.leaf import Opening, parse_leaf
from audit.subject_letter import RECIPIENTS, Letter, Release, as_html, as_text
from audit.subject_list import ListKind
from audit.subject_pack import PackElement, SubjectPack
from audit.subject_words import Capacity, Moved, Opened, Titles, fold

PACK = "report.json"
"""The file of a report's folder that holds the pack."""

WORDS = MappingProxyType({"report.txt": as_text, "report.html": as_html})
"""The files that hold the words, and what writes each."""

FIELDS = ("agency", "at", "outcome", "phase", "purpose", "reason", "refers_to", "role", "sealed", "team")
"""What a subject may see of an entry about them. Nothing here says who else it is about, nor what of them was shown.

Not the legal basis: it is one for all persons of an entry, and would tell that somebody in the family has a police or
a health record.
"""

LINEAGE_FIELDS = (*FIELDS, "detail")
"""The same of an entry that joined or parted persons: its `detail` names whose records moved, by opaque ids."""

_PLACE = "report"


def for_subject(event: EventClass, openings: Mapping[str, Opening]) -> dict[str, Opening]:
    """Those openings of an entry that its subject may see; erased ones are not there."""
    fields = LINEAGE_FIELDS if event is EventClass.COMBINATION else FIELDS
    return {name: openings[name] for name in fields if name in openings}


@dataclass(frozen=True, slots=True)
class Made:
    """How a report was made: by whom and when (aware), where to write to, in what capacity, under which release."""

    council: str
    contact: str
    capacity: Capacity
    made_at: datetime
    release: Release | None = None


def with_report(pack: SubjectPack, made: Made, titles: Titles, not_shown: Iterable[str]) -> SubjectPack:
    """A pack with what its maker adds, so that the words can be written from it. Titles that no line needs stay out."""
    used = [opened_element(one, frozenset()) for one in _elements(pack)]
    agencies = {one.agency for one in used if one.agency}
    roles = {f"{one.agency}/{one.role}" for one in used}
    purposes = {one.purpose for one in used if one.purpose}
    named: dict[str, Json] = {
        "agencies": {code: title for code, title in titles.agencies.items() if code in agencies},
        "purposes": {code: title for code, title in titles.purposes.items() if code in purposes},
        "roles": {code: title for code, title in titles.roles.items() if code in roles},
    }
    release: dict[str, Json] | None = None
    if made.release is not None:
        release = {"decided_at": format_second(made.release.decided_at), "recipient": made.release.recipient}
    report: dict[str, Json] = {
        "capacity": made.capacity.value, "contact": made.contact, "council": made.council,
        "made_at": format_second(made.made_at), "not_shown": tuple(sorted(not_shown)), "release": release,
        "titles": named,
    }  # fmt: skip
    return replace(pack, report=report)


def _elements(pack: SubjectPack) -> Iterator[PackElement]:
    for section in pack.sections:
        yield from section.elements
    yield from pack.since


def unanswered(pack: SubjectPack) -> set[str]:
    """Ids of authorisations in a pack to which no outcome in it refers."""
    opened = [opened_element(one, frozenset()) for one in _elements(pack)]
    answered = {one.refers_to for one in opened if one.phase == Phase.OUTCOME}
    return {one.entry_id for one in opened if one.phase == Phase.AUTHORISATION} - answered


def letter_of(pack: SubjectPack) -> Letter:
    """The words' values, from a pack. Verify the pack first: this checks the form of `report` alone.

    Raises `SubjectPackError`, or `EntryError` for a leaf that is none.
    """
    report = _object(pack.report)
    titles = _object(report.get("titles"))
    mine = frozenset(section.person for section in pack.sections)
    listed = (element for section in pack.sections for element in section.elements)
    proved = {one.entry_id: one for one in (opened_element(element, mine) for element in listed)}
    later = {one.entry_id: one for one in (opened_element(element, mine) for element in pack.since)}
    not_shown = report.get("not_shown")
    if not isinstance(not_shown, list | tuple):
        raise SubjectPackError(_PLACE, "not_shown is not a list")
    looks = fold([*proved.values(), *later.values()], (str(one) for one in not_shown))
    release = _release(report.get("release"))
    if (release is not None) is not (pack.kind is ListKind.SEALED):
        raise SubjectPackError(_PLACE, "a list that is held back comes with the release, and no other does")
    earlier = [one for one in looks if proved.keys() >= set(one.entries) and one.first.at <= pack.complete_to]
    return Letter(
        _text(report, "council"), _text(report, "contact"), _capacity(report), _instant(report, "made_at"),
        pack.complete_to, earlier, [one for one in looks if one not in earlier],
        Titles(_texts(titles, "agencies"), _texts(titles, "roles"), _texts(titles, "purposes")), release,
        erased=any(section.erased for section in pack.sections),
    )  # fmt: skip


def check_words(folder: Path, pack: SubjectPack) -> None:
    """Check that the words of a folder are those that its pack gives, to the byte. Raises `SubjectPackError`."""
    try:
        letter = letter_of(pack)
    except SubjectPackError:
        raise
    except (AuditError, ValueError):
        raise SubjectPackError(_PLACE, "an entry cannot be read") from None
    for name, write in WORDS.items():
        try:
            said = (folder / name).read_bytes()
        except OSError:
            raise SubjectPackError(name, "is missing or cannot be read") from None
        expected = write(letter).encode()
        if said != expected:
            raise SubjectPackError(name, f"line {_first_other(said, expected)} is not what is proved")


def opened_element(element: PackElement, mine: frozenset[str]) -> Opened:
    """What an element of a list says, for the words. `mine` are the ids under which the person is or was known."""
    leaf = parse_leaf(element.leaf)
    values = {name: parse_canonical(opening.value) for name, opening in element.openings.items()}

    def text(name: str) -> str | None:
        value = values.get(name)
        return None if value is None else str(value)

    moved, files = _moved(values.get("detail"), mine) if leaf.event is EventClass.COMBINATION else (None, 0)
    return Opened(
        leaf.entry_id, leaf.event, datetime.fromisoformat(text("at") or leaf.at), text("agency"), text("role"),
        text("team"), text("purpose"), text("reason"), text("phase"), text("outcome"), text("refers_to"), moved, files,
    )  # fmt: skip


def _moved(detail: Json, mine: frozenset[str]) -> tuple[Moved | None, int]:
    named = detail if isinstance(detail, Mapping) else {}
    before, after = _ids(named.get("persons_before")), _ids(named.get("persons_after"))
    if not before or not after:
        return None, 0
    if not mine & after:
        return Moved.GAVE, len(before)
    return (Moved.JOINED if len(before) > 1 else Moved.PARTED), len(before)


def _ids(value: Json) -> frozenset[str]:
    return frozenset(str(one) for one in value) if isinstance(value, list) else frozenset()


def _first_other(said: bytes, expected: bytes) -> int:
    lines, ours = said.split(b"\n"), expected.split(b"\n")
    pairs = enumerate(zip(lines, ours, strict=False), 1)
    return next((number for number, (one, other) in pairs if one != other), min(len(lines), len(ours)) + 1)


def _release(value: Json) -> Release | None:
    if value is None:
        return None
    release = _object(value)
    recipient = _text(release, "recipient")
    if recipient not in RECIPIENTS:
        raise SubjectPackError(_PLACE, "is for nobody that is known")
    return Release(_instant(release, "decided_at"), recipient)


def _capacity(report: Mapping[str, Json]) -> Capacity:
    try:
        return Capacity(_text(report, "capacity"))
    except ValueError:
        raise SubjectPackError(_PLACE, "is of no known capacity") from None


def _instant(report: Mapping[str, Json], name: str) -> datetime:
    try:
        return datetime.strptime(_text(report, name), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise SubjectPackError(_PLACE, f"{name} is no instant") from None


def _texts(titles: Mapping[str, Json], name: str) -> dict[str, str]:
    return {key: str(value) for key, value in _object(titles.get(name)).items()}


def _text(report: Mapping[str, Json], name: str) -> str:
    value = report.get(name)
    if not isinstance(value, str):
        raise SubjectPackError(_PLACE, f"{name} is not text")
    return value


def _object(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise SubjectPackError(_PLACE, "is not of the form that the words need")
    return value
