"""Rows out of XML and JSON: each element or object becomes cells, named as the mapping names its columns.

So all that a mapping says of cells holds for every format, and a row that is handed back is a row of columns. A value
that is there several times stands in one cell, its parts joined by a space. Numbers and truths of JSON are written as
they are in a CSV file: 12.5, true.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from adapters.errors import FeedUnreadableError
from adapters.json_text import parse_json
from adapters.port import RawRow, RowError
from adapters.row_path import RowPath, json_path
from adapters.sources import lines, whole
from adapters.tabular.columns import ColumnSpec
from adapters.tabular.groups import Group
from adapters.tabular.layouts import JsonLayout, XmlLayout
from adapters.xml_rows import XmlNode, xml_rows
from adapters.xml_text import pruned, text_of

_NOT_JSON = "The file is not JSON."
_AS_JSON = "Export it again as JSON in UTF-8, and check that the export finished."


def rows_of_xml(
    source: BinaryIO, layout: XmlLayout, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]
) -> Iterator[RawRow]:
    """Every row element as a row. Raise `FeedUnreadableError`, before any row, for what is not such a document."""
    below = _below(columns, groups, _xpath)
    # Elements between the two have names that the mapping does not know.
    place = f"/{layout.root}//{layout.row}[{{}}]".format
    return (
        _row(RawRow(number, {}, path=RowPath(place(number), below)), node, columns, groups)
        for number, node in enumerate(xml_rows(source, layout.root, layout.row), 1)
    )


def rows_of_json(
    source: BinaryIO, layout: JsonLayout, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]
) -> Iterator[RawRow]:
    """Every object as a row. Raise `FeedUnreadableError`, before any row, for what is no such document."""
    below = _below(columns, groups, _json_path)
    if layout.lines:
        return _of_lines(source, columns, groups, below)
    found, steps = _parsed(whole(source)), []
    for step in layout.rows:
        if isinstance(found, dict) and step in found:
            found = found[step]
            steps.append(step)
    if found is None or not isinstance(found, list | dict):
        raise FeedUnreadableError("The file holds no objects.", "Send a JSON list of objects.")
    if isinstance(found, dict):
        return iter((_object_row(RawRow(1, {}, path=RowPath(json_path(steps), below)), found, columns, groups),))
    return (
        _object_row(RawRow(number, {}, path=RowPath(json_path([*steps, number - 1]), below)), one, columns, groups)
        for number, one in enumerate(found, 1)
    )


def _of_lines(
    source: BinaryIO, columns: Sequence[ColumnSpec], groups: Mapping[str, Group], below: Mapping[str, str]
) -> Iterator[RawRow]:
    for number, line in enumerate(lines(source), 1):
        try:
            found = None if line is None else _parsed(line)
        except FeedUnreadableError:
            found = None
        yield _object_row(RawRow(number, {}, path=RowPath("", below)), found, columns, groups)


def _object_row(row: RawRow, found: object, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]) -> RawRow:
    if isinstance(found, dict):
        return _row(row, found, columns, groups)
    message, remedy = "The row is no JSON object.", "Send one object a row, in UTF-8."
    return replace(row, problem=RowError(row.number, "", "row-shape", message, remedy))


def _row(row: RawRow, node: object, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]) -> RawRow:
    elements = {name: _at(node, _steps(group.path)) for name, group in groups.items() if group.path}
    problem = None
    for name, found in elements.items():
        if len(found) > len(groups[name].numbers):
            message = f"The row repeats {name} {len(found)} times; {len(groups[name].numbers)} can be taken."
            remedy = "Send it as several rows."
            problem = RowError(row.number, "", "row-shape", message, remedy)
    cells = {}
    for spec in columns:
        scope = node
        if spec.group in elements:
            place = spec.number - groups[spec.group].first
            found = elements[spec.group]
            scope = found[place] if place < len(found) else None
        cells[spec.name] = " ".join(filter(None, map(_text, _at(scope, _steps(spec.path or spec.name)))))
    return replace(row, cells=cells, payload=node, problem=problem)


def _below(
    columns: Sequence[ColumnSpec], groups: Mapping[str, Group], written: Callable[[Sequence[str | int]], str]
) -> Mapping[str, str]:
    """Where each column stands below its row; the elements of a group by their place, counted from 0."""
    found = {}
    for spec in columns:
        group = groups.get(spec.group)
        above: list[str | int] = [*_steps(group.path), spec.number - group.first] if group and group.path else []
        found[spec.name] = written([*above, *_steps(spec.path or spec.name)])
    return found


def _xpath(steps: Sequence[str | int]) -> str:
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f"/{step}" for step in steps)


def _json_path(steps: Sequence[str | int]) -> str:
    return f".{json_path(steps)}"


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


def xml_alone(node: XmlNode, layout: XmlLayout, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]) -> str:
    """A document with that row element alone, without what is none of the columns."""
    row = pruned(node, _paths(columns, groups).__contains__)
    return text_of(XmlNode(layout.root, children=(row,)))


def json_alone(
    found: Mapping[str, object], layout: JsonLayout, columns: Sequence[ColumnSpec], groups: Mapping[str, Group]
) -> str:  # fmt: skip
    """A document with that object alone, without what is none of the columns."""
    whole: object = _pruned(found, _paths(columns, groups), "")
    for step in reversed(layout.rows):
        whole = {step: whole}
    return json.dumps(whole, ensure_ascii=False)


def _paths(columns: Sequence[ColumnSpec], groups: Mapping[str, Group]) -> frozenset[str]:
    above = {spec.name: groups[spec.group].path for spec in columns if spec.group in groups}
    return frozenset("/".join((*_steps(above.get(spec.name, "")), *_steps(spec.path or spec.name))) for spec in columns)


def _pruned(value: object, paths: frozenset[str], path: str) -> object:
    if isinstance(value, list):
        return [_pruned(one, paths, path) for one in value]
    if not isinstance(value, Mapping):
        return value
    below = {name: f"{path}/{name}".removeprefix("/") for name in value}
    return {
        name: _pruned(one, paths, below[name])
        for name, one in value.items()
        if below[name] in paths or any(known.startswith(f"{below[name]}/") for known in paths)
    }
