"""Signatures and life-cycle events, read strictly and checked against the documents they speak of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from agreements.document import Agreement, Clause, Identifier
from agreements.errors import AgreementFileError
from agreements.lifecycle import (
    AdmittedAgreement,
    LifecycleEvent,
    LifecycleFile,
    activated_by_two,
    admit,
    prohibition_spans,
)
from agreements.periods import EVER, both
from agreements.signing import SignatureFile, document_digest, signature_holds
from agreements.strict_yaml import YamlFile

_M = TypeVar("_M", bound=Clause)


class KeyFile(Clause):
    """keys.json: each agency's Ed25519 public key, 32 bytes in base64."""

    keys: dict[Identifier, str]


@dataclass(frozen=True, slots=True)
class SignedFolder:
    """What the signed folder holds."""

    keys: Mapping[str, str]
    events: tuple[LifecycleEvent, ...]
    signatures: Mapping[str, SignatureFile]


def read_signed_folder(folder: Path) -> SignedFolder:
    """Read keys, events and signature files. Raises `AgreementFileError`."""
    keys = _read(folder / "keys.json", KeyFile)
    lifecycle = _read(folder / "lifecycle.json", LifecycleFile)
    signatures: dict[str, SignatureFile] = {}
    for path in sorted((folder / "signatures").glob("*.sig.json")):
        file = _read(path, SignatureFile)
        if path.name != f"{file.document}.sig.json":
            raise AgreementFileError(path.name, 0, "document", "it names another document", remedy="name it as it says")
        signatures[file.document] = file
    return SignedFolder(keys.keys, lifecycle.events, signatures)


def admit_all(
    files: Mapping[str, tuple[YamlFile, Agreement]], signed: SignedFolder, now: datetime
) -> tuple[AdmittedAgreement, ...]:
    """Check every signature and event, and combine them with the documents."""
    digests = {agreement.reference: document_digest(file.content) for file, agreement in files.values()}
    _check_events(signed.events, digests, now)
    admitted = []
    for file, agreement in files.values():
        signed_at = _verified(file, agreement, signed, digests)
        one = admit(agreement, digests[agreement.reference], signed_at, signed.events)
        founders = {party.id for party in agreement.parties.controllers if not party.accession}
        if one.active and founders - signed_at.keys():
            raise file.error(("parties",), "activated but not signed by every party", "collect the signatures first")
        if one.active and any(one.active[0][0] < signed_at[party] for party in founders):
            raise file.error(("parties",), "activated before every party had signed", "activate after the signatures")
        admitted.append(one)
    return _superseded(admitted)


def _verified(
    file: YamlFile, agreement: Agreement, signed: SignedFolder, digests: Mapping[str, str]
) -> dict[str, datetime]:
    signatures = signed.signatures.get(agreement.reference)
    if signatures is None:
        return {}
    if signatures.digest != digests[agreement.reference]:
        raise file.error((), "the text is not the text that was signed", "restore it, or sign a new version")
    predecessor = digests.get(agreement.supersedes) if agreement.supersedes else None
    if agreement.supersedes and predecessor is None:
        raise file.error(("supersedes",), "the superseded version is not in the register", "keep every version")
    if signatures.predecessor != predecessor:
        raise file.error(("supersedes",), "the signatures are over another predecessor", "sign over the right one")
    parties = {party.id for party in agreement.parties.controllers}
    signed_at: dict[str, datetime] = {}
    for signature in signatures.signatures:
        if signature.party not in parties or signature.party in signed_at:
            raise file.error(("parties",), "signed by a body that is no party, or twice", "one signature a party")
        if not signature_holds(signatures, signature, signed.keys.get(signature.party, "")):
            raise file.error(("parties",), f"the signature of {signature.party} does not verify", "sign it again")
        signed_at[signature.party] = signature.signed_at
    return signed_at


def _check_events(events: tuple[LifecycleEvent, ...], digests: Mapping[str, str], now: datetime) -> None:
    for number, event in enumerate(events):
        clause = f"events/{number}"
        if event.document not in digests:
            raise _event_error(clause, "it speaks of a version that is not in the register", "keep every version")
        if event.event == "activated" and not activated_by_two(event):
            raise _event_error(clause, "activation takes two different people", "let a second person activate")
        if not event.by:
            raise _event_error(clause, "nobody is named for it", "name who did it")
        if event.at > now:
            raise _event_error(clause, "it has not happened yet", "record events when they happen")


def _event_error(clause: str, problem: str, remedy: str) -> AgreementFileError:
    return AgreementFileError("lifecycle.json", 0, clause, problem, remedy=remedy)


def _superseded(admitted: list[AdmittedAgreement]) -> tuple[AdmittedAgreement, ...]:
    """End a version at the instant its successor comes into force."""
    ends: dict[str, datetime] = {}
    for successor in admitted:
        old = successor.document.supersedes
        spans = prohibition_spans(successor)
        if old is not None and spans:
            ends[old] = min(spans[0][0], ends.get(old, EVER[1]))
    result = []
    for one in admitted:
        end = ends.get(one.document.reference)
        if end is None:
            result.append(one)
            continue
        withdrawn = min(end, one.withdrawn) if one.withdrawn else end
        result.append(replace(one, active=both(one.active, [(EVER[0], end)]), withdrawn=withdrawn))
    return tuple(result)


def _read(path: Path, model: type[_M]) -> _M:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        raise AgreementFileError(path.name, 0, "file", "missing or not UTF-8", remedy="restore it") from None
    try:
        content = json.loads(text, object_pairs_hook=_no_duplicates)
        return model.model_validate(content)
    except json.JSONDecodeError as error:
        raise AgreementFileError(path.name, error.lineno, "file", "not JSON", remedy="restore it") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        clause = "/".join(str(step) for step in first["loc"])
        raise AgreementFileError(path.name, 0, clause, first["msg"], remedy="restore it") from None
    except ValueError:
        raise AgreementFileError(path.name, 0, "file", "a key stands twice", remedy="restore it") from None


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result
