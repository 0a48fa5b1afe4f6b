"""JSON:API documents (https://jsonapi.org/format/1.1/) into rows: one person's part in one incident, as flat cells.

One document, or one to a line. Attributes keep their names behind `incident.`, `person.`, `home.` and `place.`, members
of members with a full stop between; what is a list is written with spaces, what is true or false as that word.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO

from adapters.errors import FeedUnreadableError
from adapters.json_text import parse_json
from adapters.port import RawRow, RowError
from adapters.row_path import RowPath, json_path
from adapters.sources import UTF8_MARK, lines, whole

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DEEPEST = 3
_MOST_CELLS = 200
_HOMES = ("currentAddress", "permanentAddress")
_PLACES = ("location", "mapLocation")
_INCIDENT = "incident"

Included = Mapping[tuple[str, str], Mapping[str, Any]]
"""Included resources by type and id."""
Parts = Mapping[str, str]
"""By the name of a relationship of an incident, the role of the person whom it names."""


class _NotADocument(ValueError):  # noqa: N818 - an error of this module alone
    """A text that is no JSON:API document."""


def incident_rows(source: BinaryIO, parts: Parts) -> Iterator[RawRow]:
    """One row for each person whom an incident names in a relationship of `parts`; one without anybody, where none is.

    Raise `FeedUnreadableError`, before any row, where the source does not begin with a document of incidents.
    """
    documents = _documents(source)
    first = next(documents(), None)
    if not isinstance(first, Mapping):
        raise _no_incidents()
    return _rows(documents(), parts)


def _documents(source: BinaryIO) -> Callable[[], Iterator[Mapping[str, Any] | RowError]]:
    first_two = list(islice(lines(source), 2))
    if len(first_two) > 1 and not isinstance(_parsed(first_two[0]), RowError):
        return lambda: (_parsed(line) for line in lines(source))
    whole_text = whole(source, "Send fewer incidents in one file, or one document to a line.").removeprefix(UTF8_MARK)
    one = _parsed(whole_text)
    return lambda: iter((one,))


def _parsed(text: bytes | None) -> Mapping[str, Any] | RowError:
    if text is None:
        return RowError(0, "", "row-shape", "The line is longer than 16 MiB.", "Send fewer incidents on one line.")
    try:
        document = parse_json(text)
        if not isinstance(document, Mapping) or not _is_of_incidents(document.get("data")):
            raise _NotADocument
    except UnicodeDecodeError:
        return RowError(0, "", "encoding-invalid", "The line is not UTF-8 text.", "Save the file as UTF-8.")
    except ValueError:
        return RowError(
            0, "", "row-shape", "The line is no JSON:API document of incidents.", "Send `data` with incidents."
        )
    return document


def _is_of_incidents(data: object) -> bool:
    listed = data if isinstance(data, list) else [data]
    return all(isinstance(one, Mapping) and one.get("type") == _INCIDENT for one in listed)


def _no_incidents() -> FeedUnreadableError:
    return FeedUnreadableError(
        "The file is no JSON:API document of incidents.",
        "Send the answer of the policing API as it is: `data` with resources of type incident, and `included`.",
    )


def _rows(documents: Iterator[Mapping[str, Any] | RowError], parts: Parts) -> Iterator[RawRow]:
    number = 0
    for document in documents:
        if isinstance(document, RowError):
            number += 1
            problem = RowError(number, "", document.code, document.message, document.how_to_fix)
            yield RawRow(number, {}, problem=problem)
            continue
        for cells, path in _involvements(document, parts):
            number += 1
            if cells is None:
                yield RawRow(number, {}, problem=_unfit(number), path=path)
            else:
                yield RawRow(number, cells, path=path)


def _unfit(number: int) -> RowError:
    return RowError(
        number, "", "encoding-invalid", "The incident holds characters that are no text, or far too much.",
        "Remove them, and send the attributes of the standard data model alone.",
    )  # fmt: skip


def _involvements(
    document: Mapping[str, Any], parts: Parts
) -> Iterator[tuple[dict[str, str] | None, RowPath]]:  # fmt: skip
    resources = _mappings(document.get("included"))
    included = {_name(one): one for one in resources}
    places = {_name(one): json_path(("included", place)) for place, one in enumerate(resources)}
    several = isinstance(document.get("data"), list)
    for number, incident in enumerate(_mappings(document.get("data"))):
        common = {"incident.id": _text(incident.get("id")), "handling": _text(_member(incident, "meta", "handling"))}
        _flatten("incident", incident.get("attributes"), common)
        place = _first_related(incident, _PLACES, included)
        _flatten("place", place.get("attributes"), common)
        people = [
            (relationship, role, one)
            for relationship, role in parts.items()
            for one in _related(incident, relationship, included)
            if one.get("type") == "person"
        ]
        for relationship, role, person in people or [("", "", {})]:
            cells = {**common, "role": role, "person.id": _text(person.get("id"))}
            _flatten("person", person.get("attributes"), cells)
            home = _first_related(person, _HOMES, included)
            _flatten("home", home.get("attributes"), cells)
            unfit = len(cells) > _MOST_CELLS or any(_UNSTORABLE.search(part) for pair in cells.items() for part in pair)
            row = json_path(("data", number) if several else ("data",))
            others = {
                "person": places.get(_name(person)),
                "home": places.get(_name(home)),
                "place": places.get(_name(place)),
            }
            path = _path(row, relationship, others)
            yield None if unfit else {name: text for name, text in cells.items() if text}, path


def _path(row: str, relationship: str, others: Mapping[str, str | None]) -> RowPath:
    """Where each column stands: in the incident of that path, or in a resource included with it."""
    own = {"incident.id": ".id", "handling": ".meta.handling", "role": f".relationships.{relationship}".rstrip(".")}
    names = {name: row + below for name, below in own.items()}
    begins = [("incident.", f"{row}.attributes.")]
    for prefix, place in others.items():
        names[f"{prefix}.id"] = f"{place or row}.id"
        begins.append((f"{prefix}.", f"{place or row}.attributes."))
    return RowPath(row, names, tuple(begins), whole=True)


def _related(resource: Mapping[str, Any], name: str, included: Included) -> list[Mapping[str, Any]]:
    """Resources that a relationship names; one that is not included is its identifier alone."""
    data = _member(resource, "relationships", name, "data")
    return [included.get(_name(one), one) for one in _mappings(data)]


def _first_related(resource: Mapping[str, Any], names: tuple[str, ...], included: Included) -> Mapping[str, Any]:
    return next((one for name in names for one in _related(resource, name, included)), {})


def _name(resource: Mapping[str, Any]) -> tuple[str, str]:
    return _text(resource.get("type")), _text(resource.get("id"))


def _member(resource: Mapping[str, Any], *names: str) -> object:
    found: object = resource
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Mapping)]


def _flatten(prefix: str, value: object, cells: dict[str, str], depth: int = 0) -> None:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for name, member in value.items():
            _flatten(f"{prefix}.{name}", member, cells, depth + 1)
    elif depth:
        cells[prefix] = _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(filter(None, map(_text, value)))
    return str(value).strip() if isinstance(value, str | int | float) else ""


def document_of(cells: Mapping[str, str], parts: Parts, keeps: Callable[[str], bool]) -> str:
    """A document that says what the cells of a row of `incident_rows` say, of the columns that are kept."""
    of: dict[str, dict[str, Any]] = {}
    for name, text in cells.items():
        prefix, _, below = name.partition(".")
        if keeps(name) and below and below != "id":
            _put(of.setdefault(prefix, {}), below.split("."), text)
    incident: dict[str, Any] = {"type": _INCIDENT, "id": cells.get("incident.id", "")}
    related: dict[str, Any] = {}
    included = []
    if keeps("handling") and cells.get("handling"):
        incident["meta"] = {"handling": cells["handling"]}
    if "place" in of:
        related[_PLACES[0]] = {"data": {"type": "location", "id": "place"}}
        included.append({"type": "location", "id": "place", "attributes": of["place"]})
    relationship = next((name for name, role in parts.items() if role == cells.get("role")), None)
    if relationship:
        person: dict[str, Any] = {
            "type": "person",
            "id": cells.get("person.id", ""),
            "attributes": of.get("person", {}),
        }
        related[relationship] = {"data": {"type": "person", "id": person["id"]}}
        if "home" in of:
            person["relationships"] = {_HOMES[0]: {"data": {"type": "location", "id": "home"}}}
            included.append({"type": "location", "id": "home", "attributes": of["home"]})
        included.append(person)
    incident |= {"attributes": of.get("incident", {}), "relationships": related}
    return json.dumps({"data": incident, "included": included}, ensure_ascii=False)


def _put(into: dict[str, Any], names: list[str], text: str) -> None:
    *above, last = names
    for name in above:
        into = into.setdefault(name, {})
    into[last] = text
