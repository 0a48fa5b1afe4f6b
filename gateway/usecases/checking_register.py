"""Everything wrong with a register at once, for whoever drafts it; the gateway itself stops at the first fault."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

from pydantic import BaseModel, ValidationError

from agreements.cells import Groundwork
from agreements.document import Agreement
from agreements.errors import AgreementFileError
from agreements.lifecycle import RegisterDocuments
from agreements.linter import lint_agreement
from agreements.loader import load_register
from agreements.reference_data import AgencyList, Dpia, LegalRegister, PurposeList, SourceList
from agreements.register import compile_register
from agreements.strict_yaml import YamlFile, parse_yaml

_LISTS: Mapping[str, type[BaseModel]] = {
    "agencies.yaml": AgencyList,
    "sources.yaml": SourceList,
    "purposes.yaml": PurposeList,
    "gateways.yaml": LegalRegister,
}
_AGREEMENTS, _ASSESSMENTS = "agreements/", "dpias/"


def register_problems(
    folder: Path, signed: Path | None, now: datetime, overlay: Path | None = None
) -> list[AgreementFileError]:
    """Every fault of the documents, by file and line; empty where the gateway would load them.

    Without `signed`, the documents are judged as drafts that nobody has signed. Signatures, life-cycle events and
    references between documents are judged by the loader, which names its first fault.
    """
    first = _first_problem(folder, signed, now, overlay)
    if first is None:
        return []
    found = {str(problem): problem for problem in (first, *_document_problems(folder, now, overlay))}
    return sorted(found.values(), key=lambda problem: (problem.file, problem.line))


def _first_problem(folder: Path, signed: Path | None, now: datetime, overlay: Path | None) -> AgreementFileError | None:
    try:
        if signed is not None:
            compile_register(load_register(folder, signed, now, overlay))
            return None
        with tempfile.TemporaryDirectory() as name:
            unsigned = Path(name)
            (unsigned / "keys.json").write_text(json.dumps({"keys": {}}), encoding="utf-8")
            (unsigned / "lifecycle.json").write_text(json.dumps({"events": []}), encoding="utf-8")
            compile_register(load_register(folder, unsigned, now, overlay))
    except AgreementFileError as error:
        return error
    return None


def _document_problems(folder: Path, now: datetime, overlay: Path | None) -> Iterator[AgreementFileError]:
    files: dict[str, YamlFile] = {}
    models: dict[str, BaseModel] = {}
    broken = False
    for name, path in _paths(folder, overlay).items():
        try:
            files[name] = parse_yaml(name, path.read_text(encoding="utf-8"))
        except AgreementFileError as error:
            yield error
        except (UnicodeDecodeError, OSError):
            yield AgreementFileError(name, 0, "document", "it cannot be read as UTF-8", remedy="save it as UTF-8")
        else:
            problems = list(_validated(name, files[name], models))
            yield from problems
        broken |= name not in models and not name.startswith(_AGREEMENTS)
    # An agreement is judged against lists and assessments; where one of those is broken, it would be blamed for them.
    if not broken and models.keys() >= _LISTS.keys():
        yield from _lint(files, models, now)


def _paths(folder: Path, overlay: Path | None) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for root in filter(None, (folder, overlay)):
        for path in sorted(root.rglob("*.yaml")):
            name = path.relative_to(root).as_posix()
            if name in _LISTS or name.startswith((_AGREEMENTS, _ASSESSMENTS)):
                found[name] = path
    return found


def _validated(name: str, file: YamlFile, models: dict[str, BaseModel]) -> Iterator[AgreementFileError]:
    kind = _LISTS.get(name) or (Agreement if name.startswith(_AGREEMENTS) else Dpia)
    try:
        models[name] = kind.model_validate(file.content)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_context=False, include_input=False):
            yield file.error(_steps(file, one["loc"]), one["msg"], "correct it as the schema says")


def _steps(file: YamlFile, loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The steps of a validation path that the file really has: unions add the name of their branch."""
    path: tuple[int | str, ...] = ()
    for step in loc:
        if (*path, step) in file.lines:
            path = (*path, step)
    return path


def _lint(
    files: Mapping[str, YamlFile], models: Mapping[str, BaseModel], now: datetime
) -> Iterator[AgreementFileError]:
    documents = RegisterDocuments(
        agencies=cast("AgencyList", models["agencies.yaml"]),
        sources=cast("SourceList", models["sources.yaml"]),
        purposes=cast("PurposeList", models["purposes.yaml"]),
        law=cast("LegalRegister", models["gateways.yaml"]),
        dpias=tuple(model for model in models.values() if isinstance(model, Dpia)),
        agreements=(),
        now=now,
    )
    ground = Groundwork(documents)
    for name, model in models.items():
        if isinstance(model, Agreement):
            for path, problem, remedy in lint_agreement(model, ground):
                yield files[name].error(path, problem, remedy)
