"""A subject report as a folder: `report.json` proves, `report.txt` and `report.html` say the same in words.

Both are written from the pack alone: from the values it opens, and from what its maker adds under `report` (titles of
agencies, roles and purposes, in what capacity the report was asked for, when it was made). So whoever verifies the
pack writes them again, and a line that was left out of the words or changed is found.

    report   {"capacity", "contact", "council", "made_at", "not_shown", "release", "titles"}, "teams_told" where needed

`not_shown` are ids of authorisations whose outcome, so the council says, names other people alone; `release` is null,
or {"decided_at", "recipient"} where two officers decided to give what is otherwise held back; `titles` has `agencies`,
`purposes` and `roles`, each of those codes alone that a line needs. `teams_told` gives, by the id of an entry, the name
under which subjects are told of a team whose own stays closed, as it may say where somebody lives. What can be worked
out again from the lines is: which codes there are, and that nothing in the pack answers an authorisation of which
nothing was shown. The rest is the council's word, and `audit.subject_seal` holds the council to it.
"""

from collections.abc import Collection, Iterable, Mapping
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

ERASABLE = frozenset({"reason"})
"""Of these, what an erasure may have taken of an entry that stands in the list of somebody who was not erased."""

TOLD_OTHERWISE = frozenset({"team"})
"""Of these, what may stay closed where the report's `teams_told` says in its place how subjects are told of it.

The name of a team may say in which part of the area somebody lives whose worker is of that team (practice P1).
"""

_PLACE = "report"
_MEMBERS = frozenset({"capacity", "contact", "council", "made_at", "not_shown", "release", "titles"})
_TEAMS_TOLD = "teams_told"
_RELEASE = frozenset({"decided_at", "recipient"})
_TITLES = "report, titles"


def fields_for(event: EventClass) -> tuple[str, ...]:
    """The fields of an entry of this class that its subject may see."""
    return LINEAGE_FIELDS if event is EventClass.COMBINATION else FIELDS


def for_subject(event: EventClass, openings: Mapping[str, Opening]) -> dict[str, Opening]:
    """Those openings of an entry that its subject may see; erased ones are not there."""
    return {name: openings[name] for name in fields_for(event) if name in openings}


@dataclass(frozen=True, slots=True)
class Made:
    """How a report was made: by whom and when (aware), where to write to, in what capacity, under which release."""

    council: str
    contact: str
    capacity: Capacity
    made_at: datetime
    release: Release | None = None


def with_report(
    pack: SubjectPack, made: Made, titles: Titles, not_shown: Iterable[str], teams_told: Mapping[str, str]
) -> SubjectPack:
    """A pack with what its maker adds, so that the words can be written from it. Titles that no line needs stay out.

    `teams_told`: the name of the team, by the id of the entry, of each line whose own is not open.
    """
    known = {"agencies": titles.agencies, "purposes": titles.purposes, "roles": titles.roles}
    named: dict[str, Json] = {
        name: {code: known[name][code] for code in sorted(codes & known[name].keys())}
        for name, codes in _codes(_opened(pack)).items()
    }
    release: dict[str, Json] | None = None
    if made.release is not None:
        release = {"decided_at": format_second(made.release.decided_at), "recipient": made.release.recipient}
    report: dict[str, Json] = {
        "capacity": made.capacity.value, "contact": made.contact, "council": made.council,
        "made_at": format_second(made.made_at), "not_shown": tuple(sorted(not_shown)), "release": release,
        "titles": named, **({_TEAMS_TOLD: dict(sorted(teams_told.items()))} if teams_told else {}),
    }  # fmt: skip
    return replace(pack, report=report)


def _codes(used: Collection[Opened]) -> dict[str, set[str]]:
    """The codes for which lines need titles."""
    return {
        "agencies": {one.agency for one in used if one.agency},
        "purposes": {one.purpose for one in used if one.purpose},
        "roles": {f"{one.agency}/{one.role}" for one in used if one.role},
    }


def _opened(pack: SubjectPack) -> list[Opened]:
    listed = (element for section in pack.sections for element in section.elements)
    return [opened_element(one, frozenset(), {}) for one in (*listed, *pack.since)]


def unanswered(pack: SubjectPack) -> set[str]:
    """Ids of authorisations in a pack to which no outcome in it refers."""
    return _unanswered(_opened(pack))


def _unanswered(opened: Collection[Opened]) -> set[str]:
    answered = {one.refers_to for one in opened if one.phase == Phase.OUTCOME}
    return {one.entry_id for one in opened if one.phase == Phase.AUTHORISATION} - answered


def letter_of(pack: SubjectPack) -> Letter:
    """The words' values, from a pack. Verify the pack first: this checks `report` alone, and that it fits the lines.

    Raises `SubjectPackError`, or `EntryError` for a leaf that is none.
    """
    report = _report(pack)
    told = _teams_told(pack, report)
    mine = frozenset(section.person for section in pack.sections)
    listed = (element for section in pack.sections for element in section.elements)
    proved = {one.entry_id: one for one in (opened_element(element, mine, told) for element in listed)}
    later = {one.entry_id: one for one in (opened_element(element, mine, told) for element in pack.since)}
    opened = [*proved.values(), *later.values()]
    titles = _titles(report["titles"], _codes(opened))
    looks = fold(opened, _not_shown(report["not_shown"], _unanswered(opened)))
    release = _release(report["release"])
    if (release is not None) is not (pack.kind is ListKind.SEALED):
        raise SubjectPackError(_PLACE, "a list that is held back comes with the release, and no other does")
    earlier = [one for one in looks if proved.keys() >= set(one.entries) and one.first.at <= pack.complete_to]
    return Letter(
        _text(report, "council"), _text(report, "contact"), _capacity(report), _instant(report, "made_at"),
        pack.complete_to, earlier, [one for one in looks if one not in earlier], titles, release,
        erased=any(section.erased for section in pack.sections),
    )  # fmt: skip


def count_not_shown(pack: SubjectPack) -> int:
    """Of how many look-ups the council says that nothing was shown; `letter_of` has found the pack right before."""
    told = _report(pack)["not_shown"]
    return len(told) if isinstance(told, list | tuple) else 0


def told_otherwise(pack: SubjectPack) -> Mapping[str, Json]:
    """By the id of an entry, the name by which a pack tells its team; whether it is well told `letter_of` finds out."""
    told = pack.report.get(_TEAMS_TOLD) if isinstance(pack.report, Mapping) else None
    return told if isinstance(told, Mapping) else {}


def count_teams_told(pack: SubjectPack) -> int:
    """In how many lines a team goes by a name that the log does not prove."""
    return len(told_otherwise(pack))


def checked_letter(pack: SubjectPack) -> Letter:
    """`letter_of` for a pack that somebody else made. Raises `SubjectPackError`."""
    try:
        return letter_of(pack)
    except SubjectPackError:
        raise
    except (AuditError, ValueError):
        raise SubjectPackError(_PLACE, "an entry cannot be read") from None


def check_words(folder: Path, letter: Letter) -> None:
    """Check that the words of a folder are those of its pack, to the byte. Raises `SubjectPackError`."""
    for name, write in WORDS.items():
        try:
            said = (folder / name).read_bytes()
        except OSError:
            raise SubjectPackError(name, "is missing or cannot be read") from None
        expected = write(letter).encode()
        if said != expected:
            raise SubjectPackError(name, f"line {_first_other(said, expected)} is not what is proved")


def opened_element(element: PackElement, mine: frozenset[str], teams_told: Mapping[str, str]) -> Opened:
    """What an element of a list says, for the words. `mine` are the ids under which the person is or was known.

    `teams_told`, by the id of an entry: what stands for a team that is not open.
    """
    leaf = parse_leaf(element.leaf)
    values = {name: parse_canonical(opening.value) for name, opening in element.openings.items()}

    def text(name: str) -> str | None:
        value = values.get(name)
        return None if value is None else str(value)

    moved, files = _moved(values.get("detail"), mine) if leaf.event is EventClass.COMBINATION else (None, 0)
    return Opened(
        leaf.entry_id, leaf.event, datetime.fromisoformat(text("at") or leaf.at), text("agency"), text("role"),
        text("team") or teams_told.get(leaf.entry_id), text("purpose"), text("reason"), text("phase"),
        text("outcome"), text("refers_to"), moved, files,
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


def _report(pack: SubjectPack) -> Mapping[str, Json]:
    """What the maker added; packs made before teams went by other names have no member for those."""
    given = pack.report
    names = _MEMBERS | {_TEAMS_TOLD} if isinstance(given, Mapping) and _TEAMS_TOLD in given else _MEMBERS
    return _members(given, names, _PLACE)


def _teams_told(pack: SubjectPack, report: Mapping[str, Json]) -> dict[str, str]:
    """A name for each line whose team is not open, and for no other."""
    told = report.get(_TEAMS_TOLD, {})
    listed = (element for section in pack.sections for element in section.elements)
    shut = {parse_leaf(one.leaf).entry_id for one in (*listed, *pack.since) if "team" not in one.openings}
    if not isinstance(told, Mapping) or told.keys() != shut:
        raise SubjectPackError(_PLACE, f"{_TEAMS_TOLD} does not name each line whose team is not open, and no other")
    named = {entry_id: name for entry_id, name in told.items() if isinstance(name, str) and name.strip()}
    if len(named) < len(told):
        raise SubjectPackError(_PLACE, f"{_TEAMS_TOLD} names a team by what is no text")
    return named


def _not_shown(value: Json, unanswered: set[str]) -> list[str]:
    told = [str(one) for one in value] if isinstance(value, list | tuple) else None
    if told is None or told != sorted(set(told)):
        raise SubjectPackError(_PLACE, "not_shown is not a list of ids in order")
    if set(told) - unanswered:
        raise SubjectPackError(_PLACE, "not_shown names what is no authorisation in a line, or one with an outcome")
    return told


def _titles(value: Json, used: Mapping[str, set[str]]) -> Titles:
    titles = _members(value, frozenset(used), _TITLES)
    agencies, purposes, roles = (_texts(titles[name], name, used[name]) for name in ("agencies", "purposes", "roles"))
    return Titles(agencies, roles, purposes)


def _texts(value: Json, name: str, used: set[str]) -> dict[str, str]:
    given = value if isinstance(value, Mapping) else {"": None}
    texts = {code: title for code, title in given.items() if isinstance(title, str)}
    if len(texts) < len(given):
        raise SubjectPackError(_TITLES, f"{name} are not a text for each code")
    if texts.keys() - used:
        raise SubjectPackError(_TITLES, f"{name} name a code that is in no line")
    return texts


def _release(value: Json) -> Release | None:
    if value is None:
        return None
    release = _members(value, _RELEASE, "report, release")
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


def _text(report: Mapping[str, Json], name: str) -> str:
    value = report.get(name)
    if not isinstance(value, str):
        raise SubjectPackError(_PLACE, f"{name} is not text")
    return value


def _members(value: Json, names: frozenset[str], place: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping) or value.keys() != names:
        raise SubjectPackError(place, "does not have the members of the format")
    return value
