"""Rows out of XML and JSON: each element or object becomes cells, named as the mapping names its columns.

So all that a mapping says of cells holds for every format, and a row that is handed back is a row of columns. A value
that is there several times stands in one cell, its parts joined by a space. Numbers and truths of JSON are written as
they are in a CSV file: 12.5, true.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from adapters.errors import FeedUnreadableError
from adapters.json_text import parse_json
from adapters.port import RawRow, RowError
from adapters.sources import lines, whole
from adapters.tabular.columns import ColumnSpec
from adapters.tabular.groups import Group
from adapters.tabular.layouts import JsonLayout, XmlLayout
from adapters.xml_rows import XmlNode, xml_rows

_NOT_JSON = "The file is not JSON."
_AS_JSON = "Export it again as JSON in UTF-8, and check that the export finished."


def rows_of_xml(
    source: BinaryIO, layout: XmlLayout, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]
) -> Iterator[RawRow]:
    """Every row element as a row. Raise `FeedUnreadableError`, before any row, for what is not such a document."""
    return (
        _row(number, node, columns, groups) for number, node in enumerate(xml_rows(source, layout.root, layout.row), 1)
    )


def rows_of_json(
    source: BinaryIO, layout: JsonLayout, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]
) -> Iterator[RawRow]:
    """Every object as a row. Raise `FeedUnreadableError`, before any row, for what is no such document."""
    if layout.lines:
        return _of_lines(source, columns, groups)
    found = _parsed(whole(source))
    for step in layout.rows:
        found = found[step] if isinstance(found, dict) and step in found else found
    objects = found if isinstance(found, list) else [found]
    if found is None or not isinstance(found, list | dict):
        raise FeedUnreadableError("The file holds no objects.", "Send a JSON list of objects.")
    return (_object_row(number, one, columns, groups) for number, one in enumerate(objects, 1))


def _of_lines(source: BinaryIO, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]) -> Iterator[RawRow]:
    for number, line in enumerate(lines(source), 1):
        try:
            found = None if line is None else _parsed(line)
        except FeedUnreadableError:
            found = None
        yield _object_row(number, found, columns, groups)


def _object_row(number: int, found: object, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]) -> RawRow:
    if isinstance(found, dict):
        return _row(number, found, columns, groups)
    message, remedy = "The row is no JSON object.", "Send one object a row, in UTF-8."
    return RawRow(number, {}, problem=RowError(number, "", "row-shape", message, remedy))


def _row(number: int, node: object, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]) -> RawRow:
    elements = {name: _at(node, _steps(group.path)) for name, group in groups.items() if group.path}
    problem = None
    for name, found in elements.items():
        if len(found) > len(groups[name].numbers):
            message = f"The row repeats {name} {len(found)} times; {len(groups[name].numbers)} can be taken."
            remedy = "Send it as several rows."
            problem = RowError(number, "", "row-shape", message, remedy)
    cells = {}
    for spec in columns:
        scope = node
        if spec.group in elements:
            place = spec.number - groups[spec.group].first
            found = elements[spec.group]
            scope = found[place] if place < len(found) else None
        cells[spec.name] = " ".join(filter(None, map(_text, _at(scope, _steps(spec.path or spec.name)))))
    return RawRow(number, cells, problem=problem)


def _steps(path: str) -> tuple[str, ...]:
    return tuple(filter(None, path.split("/")))


def _at(node: object, steps: tuple[str, ...]) -> list[object]:
    """Everything that the steps lead to; a list stands for each of its elements."""
    found: list[object] = [node]
    for step in steps:
        found = [child for one in found for child in _children(one, step)]
    return found


def _children(node: object, step: str) -> Iterator[object]:
    if isinstance(node, XmlNode):
        if step.startswith("@"):
            yield from filter(None, (node.attributes.get(step[1:]),))
        else:
            yield from node.all(step)
    elif isinstance(node, dict) and step in node:
        child = node[step]
        yield from child if isinstance(child, list) else (child,)


def _text(value: object) -> str:
    if isinstance(value, XmlNode):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _parsed(body: bytes) -> object:
    try:
        return parse_json(body)
    except ValueError:
        raise FeedUnreadableError(_NOT_JSON, _AS_JSON) from None
