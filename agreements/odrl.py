"""The whole register as ODRL 2.2 and DPV in JSON-LD, for other people's tools, and back (docs/odrl-profile.md).

ODRL has no settled way of evaluation, so nothing is ever enforced from an export: the gateway loads the YAML that the
parties signed. Reading back proves that the export says the same.
"""

import json

from pydantic import TypeAdapter, ValidationError

from agreements.errors import AgreementFileError
from agreements.lifecycle import RegisterDocuments
from agreements.odrl_parts import Node
from agreements.odrl_register import REGISTER
from agreements.odrl_vocabulary import DEFAULT_BASE, context, iri
from agreements.request import Direction
from concept_model.items import ITEMS

_DOCUMENTS = TypeAdapter(RegisterDocuments)
_ABOUT = (
    "Says what the register's documents say. It is not signed and nothing may be enforced from it: signatures are over "
    "the canonical JSON of each YAML document, whose SHA-256 stands with its agreement as digest. A prohibition "
    "of any agreement prevails over the permissions of all."
)


def export_odrl(documents: RegisterDocuments, base: str = DEFAULT_BASE) -> str:
    """JSON-LD text, UTF-8, the same bytes for the same documents. `base` is the IRI all names are relative to."""
    return json.dumps(_exported(documents, base), indent=1, ensure_ascii=False) + "\n"


def read_odrl(text: str) -> RegisterDocuments:
    """Read an export back into documents equal to those exported.

    Raises `AgreementFileError` for whatever is not word for word an export of what it reads as: a foreign statement
    beside ours, or one of ours changed in one place and not in another, would else be lost without a word.
    """
    try:
        node = json.loads(text)
        base = node["@context"]["@base"]
        documents = _DOCUMENTS.validate_python(REGISTER.read(node))
        same = _exported(documents, base) == node
    except json.JSONDecodeError as error:
        raise AgreementFileError("export", error.lineno, "file", "not JSON", remedy="export it again") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        clause = "/".join(str(step) for step in first["loc"])
        raise AgreementFileError("export", 0, clause, first["msg"], remedy="export it again") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError):
        raise AgreementFileError("export", 0, "file", "not an export of a register", remedy="export it again") from None
    if not same:
        raise AgreementFileError(
            "export", 0, "file", "it says more, or other, than the documents it reads as", remedy="export it again"
        )
    return documents


def _exported(documents: RegisterDocuments, base: str) -> Node:
    content = _DOCUMENTS.dump_python(documents, mode="json", by_alias=True)
    return {"@context": context(base), "description": _ABOUT, **REGISTER.write(content, ""), **_terms()}


def _terms() -> Node:
    """Items with the patterns that take them in, and actions within ODRL's `use`: what a query needs to follow."""
    return {
        "item": [
            {
                "uid": iri("item/", item.name), "type": ["odrl:Asset"], "title": item.label,
                "partOf": [iri("item/", f"{item.name.partition('.')[0]}.*"), "item/*"],
            }
            for item in ITEMS
        ],
        "actionTerm": [
            {"uid": f"isa:action-{direction.value}", "type": ["odrl:Action"], "includedIn": "odrl:use"}
            for direction in Direction
        ],
    }  # fmt: skip
