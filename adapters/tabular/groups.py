"""Repeat groups of a mapping file: what a row says of several persons, offences or stays, one numbered from another.

A group has a name and counts from a first to a last number. Whatever is written once with the name in braces stands
for each number: the column `age{member}` of a group `member` from 2 to 8 is `age2` to `age8`, and a record with
`each: member` is made once for each of them. In XML and JSON the numbers count the elements at the group's path.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.tabular.document import Scalar, Sequence, Table, Value, as_table, as_text, did_you_mean, keys_of
from adapters.tabular.errors import MappingError

GROUP_KEYS = frozenset({"from", "to", "path"})
MOST = 60
"""Numbers in one group: beyond that a partner's file has rows of its own for them."""


@dataclass(frozen=True, slots=True)
class Group:
    """A repeat group; `path` leads to its elements in XML and JSON."""

    name: str
    first: int
    last: int
    path: str = ""

    @property
    def mark(self) -> str:
        """What stands for the number."""
        return f"{{{self.name}}}"

    @property
    def numbers(self) -> range:
        """Its numbers."""
        return range(self.first, self.last + 1)


def parse_groups(value: Value) -> Mapping[str, Group]:
    """The `groups` of a mapping file. Raise `MappingError`."""
    groups = {}
    for name, described in as_table(value, "groups").entries.items():
        what = f"Group {name}"
        keys = keys_of(as_table(described, what), what, required=frozenset({"to"}), optional=GROUP_KEYS - {"to"})
        first = _number(keys["from"], f"{what}: from") if "from" in keys else 1
        last = _number(keys["to"], f"{what}: to")
        if not name.isidentifier() or not 0 <= first <= last < first + MOST:
            remedy = f"A group has a plain name and counts up, at most {MOST} numbers."
            raise MappingError(described.line, f"{what} does not count.", remedy)
        groups[name] = Group(name, first, last, as_text(keys["path"], f"{what}: path") if "path" in keys else "")
    return groups


def expand_columns(columns: Table, groups: Mapping[str, Group]) -> tuple[Table, Mapping[str, tuple[Group, int]]]:
    """The columns with each numbered one written out, and to which group and number each of these belongs."""
    entries: dict[str, Value] = {}
    numbered: dict[str, tuple[Group, int]] = {}
    for name, described in columns.entries.items():
        group = _group_in(name, described, groups)
        for number in group.numbers if group else (None,):
            written = name if group is None or number is None else name.replace(group.mark, str(number))
            if written in entries:
                raise MappingError(described.line, f"The column {written!r} is there twice.", "Keep one of them.")
            entries[written] = described
            if group is not None and number is not None:
                entries[written] = _numbered(described, group, number)
                numbered[written] = (group, number)
    return Table(columns.line, entries), numbered


def expand_record(kind: str, record: Table, groups: Mapping[str, Group]) -> Iterator[Table]:
    """A record as it stands, or, where it says `each`, once for each number of that group."""
    if "each" not in record.entries:
        yield record
        return
    given = record.entries["each"]
    name = as_text(given, f"{kind}: each")
    if name not in groups:
        message = f"{kind}: each names no group {name!r}."
        raise MappingError(given.line, message, did_you_mean(name, frozenset(groups)) if groups else "Declare groups.")
    plain = Table(record.line, {key: value for key, value in record.entries.items() if key != "each"})
    for number in groups[name].numbers:
        written = _numbered(plain, groups[name], number)
        assert isinstance(written, Table)  # noqa: S101 - a table written out stays one
        yield written


def _number(value: Value, what: str) -> int:
    if isinstance(value, Scalar) and isinstance(value.value, int) and not isinstance(value.value, bool):
        return value.value
    raise MappingError(value.line, f"{what} has to be a whole number.", "Write a number.")


def _group_in(name: str, described: Value, groups: Mapping[str, Group]) -> Group | None:
    for group in groups.values():
        if group.mark in name:
            return group
    if "{" in name:
        message = f"The column {name!r} names no declared group."
        raise MappingError(described.line, message, "Declare it under groups, or write the column's own name.")
    return None


def _numbered(value: Value, group: Group, number: int) -> Value:
    if isinstance(value, Table):
        entries = {
            key.replace(group.mark, str(number)): _numbered(one, group, number) for key, one in value.entries.items()
        }
        return Table(value.line, entries)
    if isinstance(value, Sequence):
        return Sequence(value.line, tuple(_numbered(one, group, number) for one in value.elements))
    if group.mark not in value.text:
        return value
    text = value.text.replace(group.mark, str(number))
    return Scalar(value.line, text, text)
