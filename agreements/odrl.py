"""The whole register as ODRL 2.2 and DPV in JSON-LD, for other people's tools, and back (docs/odrl-profile.md).

ODRL has no settled way of evaluation, so nothing is ever enforced from an export: the gateway loads the YAML that the
parties signed. Reading back proves that the export says the same.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from agreements.document import Agreement, Invariant
from agreements.errors import AgreementFileError
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments
from agreements.odrl_documents import REGISTER
from agreements.odrl_parts import Content, Node
from agreements.odrl_vocabulary import DEFAULT_BASE, context, iri
from agreements.periods import Span
from agreements.reference_data import AgencyList, Dpia, LegalRegister, PurposeList, SourceList
from agreements.request import Direction
from concept_model.items import ITEMS

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
        documents = _documents(REGISTER.read(node))
        same = _exported(documents, base) == node
    except json.JSONDecodeError as error:
        raise AgreementFileError("export", error.lineno, "file", "not JSON", remedy="export it again") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        clause = "/".join(str(step) for step in first["loc"])
        raise AgreementFileError("export", 0, clause, first["msg"], remedy="export it again") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise AgreementFileError("export", 0, "file", "not an export of a register", remedy="export it again") from None
    if not same:
        raise AgreementFileError(
            "export", 0, "file", "it says more, or other, than the documents it reads as", remedy="export it again"
        )
    return documents


def _exported(documents: RegisterDocuments, base: str) -> Node:
    lists = {
        "agencies": _plain(documents.agencies)["agencies"],
        "sources": [
            {"position": number, **source} for number, source in enumerate(_plain(documents.sources)["sources"])
        ],
        "purposes": _plain(documents.purposes)["purposes"],
        "gateways": _plain(documents.law)["gateways"],
        "bases": _plain(documents.law)["bases"],
        "reservations": _plain(documents.law)["reservations"],
        "dpias": [_plain(dpia) for dpia in documents.dpias],
        "agreements": [{**_plain(one.document), "life": _life(one)} for one in documents.agreements],
        "invariants": [_plain(invariant) for invariant in documents.invariants],
    }
    node = REGISTER.write({"now": documents.now.isoformat(), **lists}, "")
    return {"@context": context(base), "description": _ABOUT, **node, **_terms()}


def _plain(model: Any) -> Content:
    content: Content = model.model_dump(mode="json", by_alias=True)
    return content


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


def _life(admitted: AdmittedAgreement) -> Content:
    return {
        "digest": admitted.digest,
        "active": _spans_out(admitted.active),
        "parties": [{"party": party, "spans": _spans_out(spans)} for party, spans in admitted.parties.items()],
        "reviews": [{"at": at.isoformat(), "next_review": until.isoformat()} for at, until in admitted.reviews],
        "withdrawn": admitted.withdrawn.isoformat() if admitted.withdrawn else None,
        "stage": admitted.stage,
    }


def _documents(content: Content) -> RegisterDocuments:
    sources = sorted(content["sources"], key=lambda source: source["position"])
    return RegisterDocuments(
        agencies=AgencyList.model_validate({"schema": "hearthgate/agencies/1", "agencies": content["agencies"]}),
        sources=SourceList.model_validate(
            {
                "schema": "hearthgate/sources/1",
                "sources": [
                    {name: value for name, value in source.items() if name != "position"} for source in sources
                ],
            }
        ),
        purposes=PurposeList.model_validate({"schema": "hearthgate/purposes/1", "purposes": content["purposes"]}),
        law=LegalRegister.model_validate(
            {"schema": "hearthgate/law/1", **{part: content[part] for part in ("gateways", "bases", "reservations")}}
        ),
        dpias=tuple(Dpia.model_validate(dpia) for dpia in content["dpias"]),
        agreements=tuple(_admitted(one) for one in content["agreements"]),
        now=datetime.fromisoformat(content["now"]),
        invariants=tuple(Invariant.model_validate(invariant) for invariant in content["invariants"]),
    )


def _admitted(content: Content) -> AdmittedAgreement:
    life = content.pop("life")
    return AdmittedAgreement(
        document=Agreement.model_validate(content),
        digest=life["digest"],
        active=_spans_in(life["active"]),
        parties={one["party"]: _spans_in(one["spans"]) for one in life["parties"]},
        reviews=tuple(
            (datetime.fromisoformat(one["at"]), date.fromisoformat(one["next_review"])) for one in life["reviews"]
        ),
        withdrawn=datetime.fromisoformat(life["withdrawn"]) if "withdrawn" in life else None,
        stage=life["stage"],
    )


def _spans_out(spans: tuple[Span, ...]) -> list[Mapping[str, str]]:
    return [{"from": start.isoformat(), "until": end.isoformat()} for start, end in spans]


def _spans_in(spans: list[Mapping[str, str]]) -> tuple[Span, ...]:
    return tuple((datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["until"])) for one in spans)
