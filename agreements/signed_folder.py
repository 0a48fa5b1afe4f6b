"""The signed folder, kept apart from the register and read strictly: keys, events, signatures and the certificate."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from agreements.admission import SignedFolder
from agreements.certificate import FILE as CERTIFICATE
from agreements.certificate import Certificate
from agreements.document import Clause, Identifier
from agreements.errors import AgreementFileError
from agreements.lifecycle import LifecycleFile
from agreements.signing import SignatureFile

_M = TypeVar("_M", bound=Clause)


class KeyFile(Clause):
    """keys.json: each agency's Ed25519 public key, 32 bytes in base64."""

    keys: dict[Identifier, str]


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


def read_certificate(folder: Path) -> Certificate:
    """Read what was proved of the register. Raises `AgreementFileError`."""
    path = folder / CERTIFICATE
    if not path.is_file():
        remedy = "prove the register: hearthgate agreements prove"
        raise AgreementFileError(CERTIFICATE, 0, "file", "the register has no certificate", remedy=remedy)
    return _read(path, Certificate)


def _read(path: Path, model: type[_M]) -> _M:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise AgreementFileError(path.name, 0, "file", "missing or not UTF-8", remedy="restore it") from None
    try:
        json.loads(text, object_pairs_hook=_no_duplicates)
        return model.model_validate_json(text, strict=True, by_alias=True, by_name=False)
    except json.JSONDecodeError as error:
        raise AgreementFileError(path.name, error.lineno, "file", "not JSON", remedy="restore it") from None
    except RecursionError:
        raise AgreementFileError(path.name, 0, "file", "nested too deeply", remedy="restore it") from None
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
