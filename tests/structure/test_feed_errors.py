"""The catalogue of feed errors has every code that can be said of a file, and none that cannot."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import adapters.errors
from adapters.errors import FeedUnreadableError
from tests.adapters.hostile.cases import Rows
from tests.adapters.hostile.test_hostile_files import CASES

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = (ROOT / "docs/feed-errors.md").read_text()
SAYS = {
    "RowError", "RowFlag", "FieldError", "BatchRefusedError", "NumberError", "error", "remark", "flag", "_problem",
    "_Bad", "_parsed", "missing",
}  # fmt: skip
"""Functions and classes that are given the code of an error, a flag or a refusal."""
_CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")
_ROW = re.compile(r"^\| `([a-z-]+)` \| (\S.*?) \| (\S.*?) \| (\S.*?) \|$", re.MULTILINE)
AT_THE_DOOR = "## At the door"


def listed() -> dict[str, tuple[str, str, str]]:
    return {found[1]: (found[2], found[3], found[4]) for found in _ROW.finditer(CATALOGUE)}


def said_in(tree: ast.AST) -> Iterator[str]:
    """Codes that a module gives to whatever tells them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given = [*node.args, *(one.value for one in node.keywords)] if name in SAYS else []
            for constant in (inner for one in given for inner in ast.walk(one)):
                if isinstance(constant, ast.Constant) and _CODE.fullmatch(str(constant.value)):
                    yield constant.value


def emitted() -> set[str]:
    modules = [*ROOT.glob("adapters/**/*.py"), *ROOT.glob("gateway/usecases/**/*.py")]
    found = {code for module in modules for code in said_in(ast.parse(module.read_text()))}
    whole = {kind.code for kind in vars(adapters.errors).values() if isinstance(kind, type) and "code" in vars(kind)}
    # A refusal of a switch reaches a batch as the code of its error.
    return found | (whole - {"feed-error", "feed-unknown", "internal"}) | {"feed-off"}


def test_every_code_that_can_be_said_is_in_the_catalogue_and_the_other_way_round():
    of_files, _, at_the_door = CATALOGUE.partition(AT_THE_DOOR)
    assert {found[1] for found in _ROW.finditer(of_files)} == emitted()
    pages = {page.stem for page in (ROOT / "openapi/problems").glob("*.md")}
    assert {found[1] for found in _ROW.finditer(at_the_door)} <= pages


def test_every_code_has_one_row_with_its_meaning_its_remedy_and_an_example():
    assert len(_ROW.findall(CATALOGUE)) == len(listed()) == CATALOGUE.count("\n| `")


def test_what_the_hostile_files_are_answered_with_is_in_the_catalogue():
    codes = {code for case in CASES if isinstance(case.outcome, Rows) for code in case.outcome.bad}
    assert len(codes) >= 11
    assert codes <= set(listed())
    assert FeedUnreadableError.code in listed()


def test_a_code_that_the_catalogue_lacks_would_be_found():
    assert set(said_in(ast.parse('cells.error(name, "such-a-code", "words", "words")'))) == {"such-a-code"}
