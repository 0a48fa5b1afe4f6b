"""From a register folder and its signed folder to checked documents. Any doubt raises `AgreementFileError`.

Register folder: agencies.yaml, sources.yaml, purposes.yaml, gateways.yaml, dpias/*.yaml, agreements/*.yaml.
Signed folder, kept apart: keys.json (agency to public key), lifecycle.json, signatures/<id>@<version>.sig.json.
An overlay folder replaces files of the register folder by relative path.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from agreements.cells import Groundwork
from agreements.document import Agreement
from agreements.errors import AgreementFileError
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments
from agreements.linter import lint_agreement
from agreements.reference_data import AgencyList, Dpia, LegalRegister, PurposeList, SourceList
from agreements.signed_folder import admit_all, read_signed_folder
from agreements.signing import document_digest
from agreements.strict_yaml import YamlFile, parse_yaml

_M = TypeVar("_M", bound=BaseModel)
_LISTS = ("agencies.yaml", "sources.yaml", "purposes.yaml", "gateways.yaml")
_FOLDERS = ("agreements", "dpias")


def load_register(folder: Path, signed: Path, now: datetime, overlay: Path | None = None) -> RegisterDocuments:
    """Read, validate, lint and verify a register for an instant (aware). Compile it with `compile_register`."""
    if now.utcoffset() is None:
        raise AgreementFileError(folder.name, 0, "now", "the instant has no time zone", remedy="give an aware instant")
    files = read_register_files(folder, overlay)
    documents = _validated_lists(files, now)
    agreements = {name: _model(file, Agreement) for name, file in files.items() if name.startswith("agreements/")}
    _check_references(files, documents, agreements)
    ground = Groundwork(documents)
    for name, agreement in agreements.items():
        for path, problem, remedy in lint_agreement(agreement, ground):
            raise files[name].error(path, problem, remedy)
    admitted = admit_all(
        {name: (files[name], agreement) for name, agreement in agreements.items()}, read_signed_folder(signed), now
    )
    return _with_agreements(documents, admitted)


def read_register_files(folder: Path, overlay: Path | None = None) -> dict[str, YamlFile]:
    """Parse every file of a register folder, overlaid, by relative name in sorted order. A stray file refuses."""
    found: dict[str, Path] = {}
    for root in (folder, overlay):
        if root is None:
            continue
        if not root.is_dir():
            raise AgreementFileError(
                root.name, 0, "register", "there is no such folder", remedy="name a register folder"
            )
        for path in sorted(root.rglob("*")):
            if path.is_file():
                found[_register_name(root, path)] = path
    for name in _LISTS:
        if name not in found:
            raise AgreementFileError(name, 0, "register", "this file is missing", remedy="add it to the register")
    return {name: parse_yaml(name, _text(name, path)) for name, path in sorted(found.items())}


def digests_of(files: Mapping[str, YamlFile]) -> dict[str, tuple[str, str | None]]:
    """Digest, and reference of the version superseded, of every agreement file by its reference. For signing."""
    result: dict[str, tuple[str, str | None]] = {}
    for name, file in files.items():
        if name.startswith("agreements/"):
            agreement = _model(file, Agreement)
            result[agreement.reference] = (document_digest(file.content), agreement.supersedes)
    return result


def parties_of(files: Mapping[str, YamlFile]) -> dict[str, tuple[str, ...]]:
    """Parties of every agreement file by its reference. For signing."""
    agreements = (_model(file, Agreement) for name, file in files.items() if name.startswith("agreements/"))
    return {one.reference: tuple(party.id for party in one.parties.controllers) for one in agreements}


def _register_name(root: Path, path: Path) -> str:
    name = path.relative_to(root).as_posix()
    folder, _, rest = name.rpartition("/")
    known = name in _LISTS if not folder else folder in _FOLDERS and rest.endswith(".yaml")
    if not known:
        raise AgreementFileError(name, 0, "register", "this file does not belong to a register", remedy="remove it")
    return name


def _text(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise AgreementFileError(name, 0, "document", "not UTF-8", remedy="save it as UTF-8") from None


def _model(file: YamlFile, model: type[_M]) -> _M:
    try:
        return model.model_validate(file.content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise file.error(_steps(file, first["loc"]), first["msg"], "correct it as the schema says") from None


def _steps(file: YamlFile, loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Steps of a validation path that the file really has: unions add the name of their branch."""
    path: tuple[int | str, ...] = ()
    for step in loc:
        if (*path, step) in file.lines:
            path = (*path, step)
    return path


def _validated_lists(files: Mapping[str, YamlFile], now: datetime) -> RegisterDocuments:
    return RegisterDocuments(
        agencies=_model(files["agencies.yaml"], AgencyList),
        sources=_model(files["sources.yaml"], SourceList),
        purposes=_model(files["purposes.yaml"], PurposeList),
        law=_model(files["gateways.yaml"], LegalRegister),
        dpias=tuple(_model(file, Dpia) for name, file in files.items() if name.startswith("dpias/")),
        agreements=(),
        now=now,
    )


def _check_references(
    files: Mapping[str, YamlFile], documents: RegisterDocuments, agreements: Mapping[str, Agreement]
) -> None:
    _unique(files["agencies.yaml"], "agencies", [agency.id for agency in documents.agencies.agencies])
    _unique(files["sources.yaml"], "sources", [source.id for source in documents.sources.sources])
    _unique(files["purposes.yaml"], "purposes", [purpose.id for purpose in documents.purposes.purposes])
    _unique(files["gateways.yaml"], "gateways", [gateway.id for gateway in documents.law.gateways])
    _unique(files["gateways.yaml"], "bases", [basis.id for basis in documents.law.bases])
    for number, agency in enumerate(documents.agencies.agencies):
        if len({role.id for role in agency.roles}) != len(agency.roles):
            path = ("agencies", number, "roles")
            raise files["agencies.yaml"].error(path, "a role stands here twice", "name every role once")
    agencies = {agency.id for agency in documents.agencies.agencies}
    for number, source in enumerate(documents.sources.sources):
        if source.owner not in agencies:
            raise files["sources.yaml"].error(("sources", number, "owner"), "no such agency", "add it to agencies.yaml")
    seen: set[str] = set()
    for name, agreement in agreements.items():
        if agreement.reference in seen:
            raise files[name].error(("version",), "this version stands in two files", "give it a new version")
        seen.add(agreement.reference)
    if len({dpia.id for dpia in documents.dpias}) != len(documents.dpias):
        raise AgreementFileError("dpias", 0, "id", "an assessment stands in two files", remedy="keep one")


def _unique(file: YamlFile, part: str, ids: list[str]) -> None:
    for number, identifier in enumerate(ids):
        if identifier in ids[:number]:
            raise file.error((part, number, "id"), "this id is used twice", "give every entry its own id")


def _with_agreements(documents: RegisterDocuments, admitted: tuple[AdmittedAgreement, ...]) -> RegisterDocuments:
    return RegisterDocuments(
        documents.agencies, documents.sources, documents.purposes, documents.law, documents.dpias, admitted,
        documents.now,
    )  # fmt: skip
