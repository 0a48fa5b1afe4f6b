"""The `examples` of a mapping file: rows, and the facts or the error that has to come of them."""

from collections.abc import Mapping

from adapters.tabular.columns import ColumnSpec
from adapters.tabular.document import Scalar, Sequence, Table, Value, as_list, as_table, as_text, keys_of
from adapters.tabular.errors import MappingError
from adapters.tabular.feed import Example, ExpectedFact

EXAMPLE_KEYS = frozenset({"name", "row", "facts", "error", "flags"})
FACT_PARTS = frozenset({"subject", "occurrence", "valid_from", "valid_to", "at", "role", "nature"})


def parse_examples(value: Value, columns: Mapping[str, ColumnSpec]) -> tuple[Example, ...]:
    """All examples: at least one row that is taken and one that is refused. Raise `MappingError`."""
    tables = [as_table(one, "An example") for one in as_list(value, "examples")]
    examples = tuple(_example(table, columns) for table in tables)
    names = [example.name for example in examples]
    for example in examples:
        if names.count(example.name) > 1:
            raise MappingError(example.line, "Two examples have one name.", "Give each example its own name.")
    if not any(example.facts for example in examples) or not any(example.error_code for example in examples):
        remedy = "Add a row with its facts and a row with its error."
        raise MappingError(value.line, "The examples do not show both a good and a bad row.", remedy)
    return examples


def _example(table: Table, columns: Mapping[str, ColumnSpec]) -> Example:
    needed = frozenset({"name", "row"})
    keys = keys_of(table, "An example", required=needed, optional=EXAMPLE_KEYS - needed)
    name = as_text(keys["name"], "An example: name")
    if ("facts" in keys) == ("error" in keys):
        raise MappingError(table.line, f"Example {name!r} expects neither or both.", "Give it facts, or an error.")
    row = as_table(keys["row"], f"Example {name!r}: row")
    cells = keys_of(row, f"Example {name!r}: row", required=frozenset(), optional=frozenset(columns))
    code, column = _error(as_table(keys["error"], f"Example {name!r}: error")) if "error" in keys else ("", "")
    facts = as_list(keys["facts"], f"Example {name!r}: facts") if "facts" in keys else ()
    flags = as_list(keys["flags"], f"Example {name!r}: flags") if "flags" in keys else ()
    return Example(
        name=name,
        line=table.line,
        row={column_name: _cell(cell) for column_name, cell in cells.items()},
        facts=tuple(_fact(as_table(fact, f"Example {name!r}: a fact")) for fact in facts),
        error_code=code,
        error_column=column,
        flags=frozenset(as_text(flag, f"Example {name!r}: a flag") for flag in flags),
    )


def _error(table: Table) -> tuple[str, str]:
    keys = keys_of(table, "error", required=frozenset({"code"}), optional=frozenset({"column"}))
    return as_text(keys["code"], "error: code"), as_text(keys["column"], "error: column") if "column" in keys else ""


def _fact(table: Table) -> ExpectedFact:
    keys = keys_of(table, "A fact", required=frozenset({"item"}), optional=FACT_PARTS | {"value"})
    value = as_table(keys["value"], "A fact: value") if "value" in keys else None
    return ExpectedFact(
        line=table.line,
        item=as_text(keys["item"], "A fact: item"),
        parts={key: _cell(keys[key]) for key in keys if key in FACT_PARTS},
        value={field: _scalar(given) for field, given in value.entries.items()} if value else {},
    )


def _cell(value: Value) -> str:
    return "" if _scalar(value) is None else value.text if isinstance(value, Scalar) else ""


def _scalar(value: Value) -> str | int | float | bool | None:
    if isinstance(value, Sequence | Table):
        raise MappingError(value.line, "A cell or field of an example is one value.", "Write text, or nothing.")
    return value.value
