"""Run the examples of a mapping file."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.port import RawRow, Translation
from adapters.tabular.feed import Example, ExpectedFact, MappedFeed
from concept_model.records import Fact, facts_of


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example that did not come true. `message` names items, fields and codes, never a cell."""

    name: str
    line: int
    message: str


def check_examples(feed: MappedFeed) -> tuple[ExampleFailure, ...]:
    """Translate each example's row and compare; an empty tuple when all came true."""
    failures: list[ExampleFailure] = []
    for example in feed.examples:
        message = _failure(example, feed.translate(RawRow(1, example.row)))
        if message:
            failures.append(ExampleFailure(example.name, example.line, message))
    return tuple(failures)


def _failure(example: Example, translation: Translation) -> str:
    if example.error_code:
        found = {(error.code, error.column) for error in translation.errors}
        expected = (example.error_code, example.error_column)
        codes = {code for code, _ in found}
        met = expected in found if example.error_column else example.error_code in codes
        return "" if met else f"the error {example.error_code} did not come; came: {_told(found)}."
    if translation.errors:
        return f"the row was refused: {_told({(error.code, error.column) for error in translation.errors})}."
    flags = {flag.code for flag in translation.flags}
    if flags != example.flags:
        return f"other flags than expected: {', '.join(sorted(flags)) or 'none'}."
    return _facts_failure(example, [fact for record in translation.records for fact in facts_of(record)])


def _facts_failure(example: Example, facts: list[Fact]) -> str:
    left = list(facts)
    for expected in example.facts:
        met = next((fact for fact in left if not _difference(expected, fact)), None)
        if met is None:
            same_item = [fact for fact in left if fact.item == expected.item]
            where = f" It differs in {_difference(expected, same_item[0])}." if same_item else ""
            return f"the fact {expected.item} of line {expected.line} did not come.{where}"
        left.remove(met)
    return f"facts came that no line expects: {', '.join(fact.item for fact in left)}." if left else ""


def _difference(expected: ExpectedFact, fact: Fact) -> str:
    """The first part in which a fact is not as expected, or an empty text."""
    if fact.item != expected.item:
        return "item"
    parts = _parts(fact)
    for part, text in expected.parts.items():
        if parts[part] != text:
            return part
    for field, value in expected.value.items():
        sent = fact.value.get(field)
        if sent != value or isinstance(sent, bool) != isinstance(value, bool):
            return field
    return ""


def _parts(fact: Fact) -> Mapping[str, str]:
    return {
        "subject": fact.subject_key,
        "occurrence": fact.occurrence,
        "valid_from": fact.valid_from.isoformat() if fact.valid_from else "",
        "valid_to": fact.valid_to.isoformat() if fact.valid_to else "",
        "at": fact.at.isoformat() if fact.at else "",
        "role": fact.role or "",
        "nature": fact.nature.value,
    }


def _told(found: set[tuple[str, str]]) -> str:
    return ", ".join(f"{code} in {column}" if column else code for code, column in sorted(found)) or "none"
