"""The documents speak of what is there: functions, paths, commands, targets, settings, problem types, links."""

import inspect
import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from agreements.errors import AgreementFileError
from audit.errors import AuditError
from concept_model.errors import DataSharingError
from gateway import cli, problems
from gateway.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DOCUMENTS = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("openapi/problems/*.md")))
PACKAGES = ("concept_model", "agreements", "adapters", "linkage", "insight", "audit", "gateway")
ERROR_MODULES = (
    "concept_model.errors", "adapters.errors", "adapters.tabular.errors", "agreements.errors", "audit.errors",
    "linkage.errors", "gateway.errors", "gateway.identity.errors", "gateway.store.errors",
)  # fmt: skip
FOLDERS = (*PACKAGES, "docs", "openapi", "tests", "benchmarks", "scripts", "requirements", ".ci")
MADE_LATER = ("gateway/web/static/vendor",)

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_DOTTED = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")
_PATH = re.compile(rf"(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*")
_SQL = re.compile(r"(?:hearth|audit|desk|jobs)\.\w+")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
_IN_TEXT = re.compile(r"`hearthgate ([a-z]+)")
_IN_SHELL = re.compile(r"^\S*hearthgate ([a-z]+)|\(\S*hearthgate ([a-z]+)", re.MULTILINE)
_TARGET = re.compile(r"`?make ([a-z-]+)")
_VARIABLE = re.compile(r"HEARTHGATE_[A-Z_]+")
_SETTING_ROW = re.compile(r"^\| `(HEARTHGATE_[A-Z_]+)` \| (?:`([^`]*)`|not set) \| \S.* \|$", re.MULTILINE)


def prose(document: Path) -> str:
    return _FENCE.sub("", document.read_text())


def code_words(document: Path) -> Iterator[str]:
    return (found[1].removesuffix("()") for found in _CODE.finditer(prose(document)))


def sql() -> str:
    folder = ROOT / "gateway/store/migrations/sql"
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.sql")))


def resolves(dotted: str) -> bool:
    """Whether a dotted name can be imported, attribute by attribute from the longest module in it."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
        return True
    return False


def in_schema(name: str, schema: str) -> bool:
    return re.search(rf"CREATE (?:TABLE|FUNCTION|TYPE|VIEW) {re.escape(name)}\b", schema) is not None


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_function_that_a_document_names_exists(document):
    schema = sql()
    dotted = {word for word in code_words(document) if _DOTTED.fullmatch(word) and not word.endswith(".json")}
    missing = sorted(word for word in dotted if not resolves(word) and not in_schema(word, schema))
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_sql_object_of_the_schemas_that_a_document_names_exists(document):
    schema = sql()
    # The queue's own tables come from its package's migrations, copied into ours by name.
    named = {word for word in code_words(document) if _SQL.fullmatch(word) and "procrastinate" not in word}
    assert not sorted(word for word in named if not in_schema(word, schema) and not resolves(word))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(document):
    paths = {word.rstrip("/") for word in code_words(document) if _PATH.fullmatch(word)} - set(MADE_LATER)
    assert not sorted(path for path in paths if not (ROOT / path).exists())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(document):
    targets = {found[1] for found in _LINK.finditer(prose(document))}
    assert not sorted(target for target in targets if not (document.parent / target).exists())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_target_and_variable_that_a_document_names_exists(document):
    text = document.read_text()
    known = {mounted.name for mounted in cli.MOUNTED} | {
        command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback
    }
    commands = {next(filter(None, found)) for found in _IN_SHELL.findall(text)} | set(_IN_TEXT.findall(text))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    quoted = {found for word in _CODE.findall(text) for found in _TARGET.findall(f"`{word}") if word.startswith("make")}
    variables = {f"HEARTHGATE_{name.upper()}" for name in Settings.model_fields}
    assert commands <= known
    assert quoted <= targets
    assert set(_VARIABLE.findall(text)) <= variables


def test_every_folder_at_the_top_is_on_the_map_and_no_data_lies_beside_them():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    at_top = {name.partition("/")[0] for name in tracked}
    described = README.read_text().partition("## Map of the folders")[2].partition("\n## ")[0]
    folders = re.findall(r"^\| (`.*?`) \|", described, re.MULTILINE)
    mapped = {folder.rstrip("/") for row in folders for folder in _CODE.findall(row)}
    files = {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "SECURITY.md", "THIRD_PARTY.md"}
    tools = {".ci", ".gitignore", ".importlinter", ".npmrc", "package.json", "package-lock.json", "pyproject.toml"}

    assert at_top == mapped | files | tools


def test_the_life_of_a_request_names_functions_of_every_layer_of_both_paths():
    life = README.read_text().partition("## The life of a request")[2].partition("\n## ")[0]
    push, _, read = life.partition("### A read")
    for path, wanted in (
        (push, "gateway.usecases.intake.intake.receive_batch"),
        (read, "gateway.usecases.families.disclosure.authorise"),
    ):
        names = [word for word in _CODE.findall(path) if _DOTTED.fullmatch(word)]
        callables = [name for name in names if callable(_found(name))]
        assert wanted in names
        assert len(callables) >= 10
        assert {name.split(".")[1] for name in names if name.startswith("gateway.")} >= {"api", "usecases", "store"}


def _found(dotted: str) -> object:
    module, _, name = dotted.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError:
        outer, _, owner = module.rpartition(".")
        return getattr(getattr(import_module(outer), owner), name)


def test_the_readme_lists_every_command_and_every_make_target_once():
    text = README.read_text()
    commands = re.findall(r"^\| `hearthgate ([a-z]+)` \|", text, re.MULTILINE)
    targets = re.findall(r"^\| `make ([a-z-]+)` \|", text, re.MULTILINE)
    documented = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    own = [command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback]
    assert sorted(commands) == sorted(own)
    assert sorted(targets) == sorted(documented)


def test_the_readme_gives_every_setting_with_its_real_default():
    rows = {found[1]: found[2] for found in _SETTING_ROW.finditer(README.read_text())}
    fields = {f"HEARTHGATE_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    written = {name: None if value is None else _as_written(value) for name, value in fields.items()}
    assert rows == written


def _as_written(value: object) -> str:
    if isinstance(value, Path) and value.is_absolute():
        return value.relative_to(ROOT).as_posix()
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_map_of_folders_names_every_package():
    table = README.read_text().partition("## Map of the folders")[2].partition("\n## ")[0]
    assert not [package for package in PACKAGES if f"`{package}/`" not in table]


def test_every_problem_type_has_a_page_that_says_what_to_do():
    pages = {path.stem: path.read_text() for path in (ROOT / "openapi/problems").glob("*.md") if path.stem != "README"}
    classes = {
        found
        for module in ERROR_MODULES
        for _, found in inspect.getmembers(import_module(module), inspect.isclass)
        if issubclass(found, DataSharingError | AuditError)
    } | set(problems.PROBLEMS)
    assert AgreementFileError in classes
    assert {getattr(found, "code", "internal") for found in classes} | {"request-invalid"} <= set(pages)
    for code, text in pages.items():
        assert f"`{code}`, status " in text
        assert "**What happened.** " in text
        assert "**What to do.** " in text


def test_the_page_of_a_problem_gives_its_title_and_status():
    for kind, problem in problems.PROBLEMS.items():
        text = (ROOT / f"openapi/problems/{getattr(kind, 'code', 'internal')}.md").read_text()
        assert text.startswith(
            f"# {problem.title}\n\n`{getattr(kind, 'code', 'internal')}`, status {problem.status}.\n"
        )


def test_every_problem_page_is_in_the_index_and_every_decision_in_its_own():
    for folder in (ROOT / "openapi/problems", ROOT / "docs/decisions"):
        index = (folder / "README.md").read_text()
        pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
        assert {found[1] for found in _LINK.finditer(index)} == pages


def test_every_dependency_has_its_reason():
    reasons = (ROOT / "docs/decisions/0002-dependencies.md").read_text()
    files = sorted((ROOT / "requirements").glob("*.in"))
    assert len(files) >= 2
    for file in files:
        lines = file.read_text().splitlines()
        wanted = [line for line in lines if line and not line.startswith(("#", "-r"))]
        assert wanted
        assert not [line for line in wanted if f"`{line}`" not in reasons]


def test_a_name_that_does_not_exist_would_be_found():
    assert not resolves("gateway.usecases.families.disclosure.no_such_function")
    assert not resolves("agreements.register.Register.no_such_method")
    assert not in_schema("hearth.no_such_table", sql())
