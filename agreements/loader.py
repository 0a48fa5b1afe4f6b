"""From a register folder and its signed folder to checked documents. Any doubt raises `AgreementFileError`.

Register folder: agencies.yaml, sources.yaml, purposes.yaml, gateways.yaml, dpias/*.yaml, agreements/*.yaml,
instruments/*.yaml (accessions and successions) and, where the whole register promises something, invariants.yaml.
Signed folder, kept apart: keys.json (agency to public key), lifecycle.json, signatures/<id>@<version>.sig.json,
signatures/<id>.sig.json of an instrument, and certificate.json, which is not needed to load but to serve.
An overlay folder replaces files of the register folder by relative path.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from agreements.accession import Accession
from agreements.admission import Instrument, SignedFolder, Texts, admit_all
from agreements.cells import Groundwork
from agreements.document import Agreement, InvariantFile
from agreements.errors import AgreementFileError
from agreements.invariants import invariant_findings
from agreements.lifecycle import RegisterDocuments
from agreements.lint_flows import flow_findings
from agreements.lint_law import law_findings
from agreements.lint_lists import assessment_findings, list_findings
from agreements.linter import lint_agreement
from agreements.reference_data import AgencyList, Dpia, LegalRegister, PurposeList, SourceList
from agreements.signed_folder import read_signed_folder
from agreements.signing import document_digest
from agreements.strict_yaml import YamlFile, parse_yaml
from agreements.succession import Succession, epochs
from agreements.validating import validated

_M = TypeVar("_M", bound=BaseModel)
_LISTS: Mapping[str, type[BaseModel]] = {
    "agencies.yaml": AgencyList,
    "sources.yaml": SourceList,
    "purposes.yaml": PurposeList,
    "gateways.yaml": LegalRegister,
}
_INVARIANTS = "invariants.yaml"
_AGREEMENTS, _ASSESSMENTS, _INSTRUMENTS = "agreements", "dpias", "instruments"
_UNSIGNED = SignedFolder({}, (), {})


def load_register(folder: Path, signed: Path | None, now: datetime, overlay: Path | None = None) -> RegisterDocuments:
    """Read, validate, lint and verify a register for an instant (aware). Compile it with `compile_register`.

    Without `signed`, its documents are drafts that nobody has signed.
    """
    documents, faults = _gathered(folder, signed, now, overlay)
    if faults or documents is None:
        raise faults[0]
    return documents


def register_faults(
    folder: Path, signed: Path | None, now: datetime, overlay: Path | None = None
) -> tuple[AgreementFileError, ...]:
    """Everything for which `load_register` would refuse a register, by file and line.

    Without `signed`, the documents are judged as drafts that nobody has signed.
    """
    _, faults = _gathered(folder, signed, now, overlay)
    told = {str(fault): fault for fault in faults}
    return tuple(sorted(told.values(), key=lambda fault: (fault.file, fault.line)))


def read_register_files(folder: Path, overlay: Path | None = None) -> dict[str, YamlFile]:
    """Parse every file of a register folder, overlaid, by relative name in sorted order. A stray file refuses."""
    files, faults = _parsed(folder, overlay)
    if faults:
        raise faults[0]
    return files


def digests_of(files: Mapping[str, YamlFile]) -> dict[str, tuple[str, str | None]]:
    """Digest, and reference of the version superseded, of every agreement file by its reference. For signing."""
    return {one.reference: (document_digest(file.content), one.supersedes) for file, one in _agreements(files)}


def parties_of(files: Mapping[str, YamlFile]) -> dict[str, tuple[str, ...]]:
    """Parties of every agreement file by its reference. For signing."""
    return {one.reference: tuple(party.id for party in one.parties.controllers) for _, one in _agreements(files)}


def _agreements(files: Mapping[str, YamlFile]) -> Iterator[tuple[YamlFile, Agreement]]:
    for name, file in files.items():
        if name.startswith(_AGREEMENTS):
            agreement, faults = validated(file, Agreement)
            if agreement is None:
                raise faults[0]
            yield file, agreement


def _gathered(
    folder: Path, signed: Path | None, now: datetime, overlay: Path | None
) -> tuple[RegisterDocuments | None, list[AgreementFileError]]:
    """Return the documents and every fault; no documents where the lists they rest on cannot be read."""
    if now.utcoffset() is None:
        fault = AgreementFileError(
            folder.name, 0, "now", "the instant has no time zone", remedy="give an aware instant"
        )
        return None, [fault]
    files, faults = _parsed(folder, overlay)
    models: dict[str, BaseModel] = {}
    for name, file in files.items():
        model, wrong = validated(file, _model_of(file))
        faults += wrong
        if model is not None:
            models[name] = model
    documents = _listed(models, now)
    # An agreement is judged against lists and assessments; where one of those is broken, it would be blamed for them.
    if documents is None or any(not fault.file.startswith((_AGREEMENTS, _INSTRUMENTS)) for fault in faults):
        return None, faults
    faults += _linted(files, models, documents)
    texts = Texts(_pairs(files, models, Agreement), _instruments(files, models), documents.agencies.agencies)
    try:
        folder_signed = read_signed_folder(signed) if signed is not None else _UNSIGNED
    except AgreementFileError as fault:
        return None, [*faults, fault]
    admission = admit_all(texts, folder_signed, now)
    faults += admission.faults
    documents = replace(documents, agreements=admission.agreements, successions=admission.successions)
    faults += _linted_successors(files, models, documents)
    return documents, faults


def _parsed(folder: Path, overlay: Path | None) -> tuple[dict[str, YamlFile], list[AgreementFileError]]:
    found: dict[str, Path] = {}
    faults: list[AgreementFileError] = []
    for root in (folder, overlay):
        if root is None:
            continue
        if not root.is_dir():
            remedy = "name a register folder"
            return {}, [AgreementFileError(root.name, 0, "register", "there is no such folder", remedy=remedy)]
        for path in sorted(root.rglob("*")):
            if path.is_file():
                found[path.relative_to(root).as_posix()] = path
    files: dict[str, YamlFile] = {}
    for name, path in sorted(found.items()):
        try:
            files[name] = parse_yaml(name, _text(name, path))
        except AgreementFileError as fault:
            faults.append(fault)
    missing = (name for name in _LISTS if name not in found)
    faults += [AgreementFileError(name, 0, "register", "this file is missing", remedy="add it") for name in missing]
    return files, faults


def _text(name: str, path: Path) -> str:
    folder, _, rest = name.rpartition("/")
    folders = (_AGREEMENTS, _ASSESSMENTS, _INSTRUMENTS)
    known = name in {*_LISTS, _INVARIANTS} if not folder else folder in folders and rest.endswith(".yaml")
    if not known:
        raise AgreementFileError(name, 0, "register", "this file does not belong to a register", remedy="remove it")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise AgreementFileError(name, 0, "document", "it cannot be read as UTF-8", remedy="save it as UTF-8") from None


def _model_of(file: YamlFile) -> type[BaseModel]:
    if file.name in _LISTS:
        return _LISTS[file.name]
    if file.name == _INVARIANTS:
        return InvariantFile
    folder = file.name.partition("/")[0]
    if folder == _INSTRUMENTS:
        return Succession if str(file.content.get("schema", "")).startswith("hearthgate/succession/") else Accession
    return Dpia if folder == _ASSESSMENTS else Agreement


def _listed(models: Mapping[str, BaseModel], now: datetime) -> RegisterDocuments | None:
    agencies, sources = models.get("agencies.yaml"), models.get("sources.yaml")
    purposes, law = models.get("purposes.yaml"), models.get("gateways.yaml")
    if not (
        isinstance(agencies, AgencyList)
        and isinstance(sources, SourceList)
        and isinstance(purposes, PurposeList)
        and isinstance(law, LegalRegister)
    ):
        return None
    dpias = tuple(model for model in models.values() if isinstance(model, Dpia))
    promised = models.get(_INVARIANTS)
    invariants = promised.invariants if isinstance(promised, InvariantFile) else ()
    return RegisterDocuments(agencies, sources, purposes, law, dpias, (), now, invariants=invariants)


def _pairs(
    files: Mapping[str, YamlFile], models: Mapping[str, BaseModel], kind: type[_M]
) -> tuple[tuple[YamlFile, _M], ...]:
    return tuple((files[name], model) for name, model in models.items() if isinstance(model, kind))


def _instruments(
    files: Mapping[str, YamlFile], models: Mapping[str, BaseModel]
) -> tuple[tuple[YamlFile, Instrument], ...]:
    return (*_pairs(files, models, Accession), *_pairs(files, models, Succession))


def _linted(
    files: Mapping[str, YamlFile], models: Mapping[str, BaseModel], documents: RegisterDocuments
) -> Iterator[AgreementFileError]:
    for name, (path, problem, remedy) in list_findings(documents):
        yield files[name].error(path, problem, remedy)
    for file, dpia in _pairs(files, models, Dpia):
        for path, problem, remedy in assessment_findings(dpia, documents):
            yield file.error(path, problem, remedy)
    for path, problem, remedy in invariant_findings(documents.invariants, documents, register_wide=True):
        yield files[_INVARIANTS].error(path, problem, remedy)
    ground = Groundwork(documents)
    for file, agreement in _pairs(files, models, Agreement):
        for path, problem, remedy in lint_agreement(agreement, ground):
            yield file.error(path, problem, remedy)
        for path, problem, remedy in invariant_findings(agreement.invariants, documents, register_wide=False):
            yield file.error(path, problem, remedy)
    yield from _names_used_twice(files, models)


def _names_used_twice(files: Mapping[str, YamlFile], models: Mapping[str, BaseModel]) -> Iterator[AgreementFileError]:
    seen: set[str] = set()
    named = [
        (file, one.reference, "version", "give it a new version") for file, one in _pairs(files, models, Agreement)
    ]
    named += [(file, one.id, "id", "keep one") for file, one in _pairs(files, models, Dpia)]
    named += [(file, one.id, "id", "give it an id of its own") for file, one in _instruments(files, models)]
    for file, name, member, remedy in named:
        if name in seen:
            yield file.error((member,), f"{name} stands in two files", remedy)
        seen.add(name)


def _linted_successors(
    files: Mapping[str, YamlFile], models: Mapping[str, BaseModel], documents: RegisterDocuments
) -> Iterator[AgreementFileError]:
    """What the law does not let a successor take over is the fault of the instrument."""
    instruments = {one.id: file for file, one in _pairs(files, models, Succession)}
    parts = epochs(documents)
    for part, succession in zip(parts[1:], sorted(documents.successions, key=lambda one: one.at), strict=False):
        ground = Groundwork(part)
        for admitted in part.agreements:
            document = admitted.document
            for _, problem, _ in (*law_findings(document, ground), *flow_findings(document, ground)):
                told = f"{document.reference} does not hold for the successor: {problem}"
                remedy = "amend the agreement before the succession"
                yield instruments[succession.id].error(("successor",), told, remedy)
