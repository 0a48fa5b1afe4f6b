"""The published form of every kind of document: JSON Schema 2020-12, made from the models that read them.

A document that a schema refuses is refused by the loader, too; the linter and the signatures ask for more.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from agreements.accession import Accession
from agreements.certificate import Certificate
from agreements.document import Agreement, InvariantFile
from agreements.lifecycle import LifecycleFile
from agreements.reference_data import AgencyList, Dpia, LegalRegister, PurposeList, SourceList
from agreements.signed_folder import KeyFile
from agreements.signing import SignatureFile
from agreements.succession import Succession

KINDS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "accession": Accession,
        "agencies": AgencyList,
        "agreement": Agreement,
        "certificate": Certificate,
        "dpia": Dpia,
        "invariants": InvariantFile,
        "keys": KeyFile,
        "law": LegalRegister,
        "lifecycle": LifecycleFile,
        "purposes": PurposeList,
        "signatures": SignatureFile,
        "sources": SourceList,
        "succession": Succession,
    }
)
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(kind: str) -> dict[str, Any]:
    """JSON Schema of a kind of document, dates as strings of format `date`. Raises `KeyError` for another kind."""
    schema = KINDS[kind].model_json_schema(by_alias=True, mode="validation")
    return {"$schema": DIALECT, "$id": f"urn:hearthgate:schema:{kind}:1", **schema}


def schema_text(kind: str) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema_of(kind), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
