"""JSON:API documents (https://jsonapi.org/format/1.1/) into rows: one person's part in one incident, as flat cells.

One document, or one to a line. Attributes keep their names behind `incident.`, `person.`, `home.` and `place.`, members
of members with a full stop between; what is a list is written with spaces, what is true or false as that word.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO

from adapters.errors import FeedUnreadableError
from adapters.json_text import parse_json
from adapters.port import RawRow, RowError
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
        for cells in _involvements(document, parts):
            number += 1
            if cells is None:
                yield RawRow(number, {}, problem=_unfit(number))
            else:
                yield RawRow(number, cells)


def _unfit(number: int) -> RowError:
    return RowError(
        number, "", "encoding-invalid", "The incident holds characters that are no text, or far too much.",
        "Remove them, and send the attributes of the standard data model alone.",
    )  # fmt: skip


def _involvements(document: Mapping[str, Any], parts: Parts) -> Iterator[dict[str, str] | None]:
    included = {_name(one): one for one in _mappings(document.get("included"))}
    for incident in _mappings(document.get("data")):
        common = {"incident.id": _text(incident.get("id")), "handling": _text(_member(incident, "meta", "handling"))}
        _flatten("incident", incident.get("attributes"), common)
        place = _first_related(incident, _PLACES, included)
        _flatten("place", place.get("attributes"), common)
        people = [
            (role, one)
            for relationship, role in parts.items()
            for one in _related(incident, relationship, included)
            if one.get("type") == "person"
        ]
        for role, person in people or [("", {})]:
            cells = {**common, "role": role, "person.id": _text(person.get("id"))}
            _flatten("person", person.get("attributes"), cells)
            _flatten("home", _first_related(person, _HOMES, included).get("attributes"), cells)
            unfit = len(cells) > _MOST_CELLS or any(_UNSTORABLE.search(part) for pair in cells.items() for part in pair)
            yield None if unfit else {name: text for name, text in cells.items() if text}


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
