"""A read that does not wait for the disk counts on its outcome: each appends it afterwards, in a commit of its own.

`load_facts(..., outcome_follows=True)` opens a ticket in a transaction that may be lost with the machine, and so does
`authorise_and_load`. That is sound only where the entry that follows is durable before anything leaves, and is no part
of that same transaction.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_APPENDS = "append_outcome"
_READS = "transaction"
_READS_AT_ONCE = "authorise_and_load"
_LOADS_AT_ONCE = "load_authorised"


def _functions(source: str) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))


def _called(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)


def _unflushed(node: ast.AST) -> bool:
    """A call that says anything but that no outcome follows: a value worked out counts as well."""
    return _called(node) == _READS_AT_ONCE or (
        isinstance(node, ast.Call)
        and any(
            word.arg == "outcome_follows" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            for word in node.keywords
        )
    )


def unkept(source: str) -> list[str]:
    """The functions that promise an outcome and do not append it last, after the transaction that reads."""
    found = []
    for function in _functions(source):
        if not any(_unflushed(node) for node in ast.walk(function)):
            continue
        reading = [
            place
            for place, statement in enumerate(function.body)
            if _reads(statement) and any(_unflushed(node) for node in ast.walk(statement))
        ]
        promised = sum(_unflushed(node) for node in ast.walk(function))
        within = sum(_unflushed(node) for place in reading for node in ast.walk(function.body[place]))
        after = function.body[reading[-1] + 1 :] if reading else []
        before_it = after[: next((n for n, one in enumerate(after) if _appends(one)), len(after))]
        leaves = any(isinstance(node, ast.Return | ast.Yield) for one in before_it for node in ast.walk(one))
        inside = any(isinstance(node, ast.Return) for place in reading for node in ast.walk(function.body[place]))
        if within != promised or leaves or inside or len(before_it) == len(after):
            found.append(function.name)
    return found


def _reads(statement: ast.stmt) -> bool:
    """A transaction that reads; or a call that authorises and reads in two of its own, committed when it returns."""
    if isinstance(statement, ast.With):
        return any(_called(item.context_expr) == _READS for item in statement.items)
    return isinstance(statement, ast.Assign) and _called(statement.value) == _READS_AT_ONCE


def _appends(statement: ast.stmt) -> bool:
    """Always, and not in one of several branches."""
    return not isinstance(statement, ast.If | ast.For | ast.While | ast.Try | ast.With) and any(
        _called(node) == _APPENDS for node in ast.walk(statement)
    )


def _sources() -> dict[str, str]:
    files = (ROOT / "gateway").rglob("*.py")
    return {str(path.relative_to(ROOT)): path.read_text() for path in files if "store" not in path.parts}


def test_every_read_that_promises_an_outcome_appends_it_afterwards():
    promising = {name: text for name, text in _sources().items() if "outcome_follows" in text or _READS_AT_ONCE in text}

    assert len(promising) >= 5
    # What loads at once is called by that one function alone, whose name says that the caller promises.
    assert [name for name, text in _sources().items() if _LOADS_AT_ONCE in text] == [
        "gateway/usecases/families/disclosure.py"
    ]
    assert {name: unkept(text) for name, text in promising.items() if unkept(text)} == {}


def test_an_outcome_is_appended_by_a_group_that_commits_at_once():
    (function,) = [
        one
        for one in _functions((ROOT / "gateway/usecases/families/disclosure.py").read_text())
        if one.name == _APPENDS
    ]
    (opened,) = [one for one in function.body if isinstance(one, ast.With)]

    assert [_called(item.context_expr) for item in opened.items] == ["appending"]
    assert isinstance(opened.body[-1], ast.Return)


_KEPT = """
def read(wiring, ticket):
    with wiring.database.transaction("hg_read") as connection:
        loaded = load_facts(connection, ticket, outcome_follows=True)
    leaf = append_outcome(wiring, outcome(loaded))
    return loaded, leaf
"""


_KEPT_AT_ONCE = """
def read(reading, decided):
    authorised, ticket, loaded = authorise_and_load(reading, decided, None, SEARCH)
    leaf = append_outcome(reading.wiring, outcome(loaded))
    return loaded, leaf
"""


@pytest.mark.parametrize(
    ("kept", "broken"),
    [
        ("    leaf = append_outcome(reading.wiring, outcome(loaded))\n", "    leaf = None\n"),
        ("    leaf = append", "    if loaded:\n        return loaded\n    leaf = append"),
        ("    leaf = append", "    if loaded:\n        leaf = append"),
        ("    authorised, ticket, loaded = ", "    return "),
    ],
)
def test_what_would_break_the_promise_of_a_read_at_once_is_found(kept, broken):
    changed = _KEPT_AT_ONCE.replace(kept, broken)

    assert unkept(_KEPT_AT_ONCE) == []
    assert changed != _KEPT_AT_ONCE
    assert unkept(changed) == ["read"]


@pytest.mark.parametrize(
    ("kept", "broken"),
    [
        ("    leaf = append_outcome(wiring, outcome(loaded))\n", "    leaf = None\n"),
        ("    leaf = append", "    if loaded:\n        return loaded\n    leaf = append"),
        ("    leaf = append", "    if loaded:\n        leaf = append"),
        ("    leaf = append", "        leaf = append"),
        ("    with wiring.database.transaction", "    with wiring.database.opened"),
        ("outcome_follows=True)\n", "outcome_follows=True)\n        return loaded\n"),
    ],
)
def test_what_would_break_the_promise_is_found(kept, broken):
    changed = _KEPT.replace(kept, broken)

    assert unkept(_KEPT) == []
    assert changed != _KEPT
    assert unkept(changed) == ["read"]


def test_a_promise_that_is_worked_out_is_one():
    changed = _KEPT.replace("follows=True", "follows=durable").replace("append_outcome(", "told(")

    assert unkept(changed) == ["read"]
