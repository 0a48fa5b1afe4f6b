"""One resource as a bundle of its own, to go back to its sender: first the resource, then the patients whom it names.

Of those patients it says no more than what reading the resource needs: which record is meant, the date of birth, and
that they are restricted. What came as XML goes back as XML, element by element as it was sent.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from adapters.health.fhir import NHS_NUMBER_SYSTEM
from adapters.health.fhir_xml import ResourceInXml, node_of, resource_node
from adapters.health.resources import Context, Sent
from adapters.xml_rows import XmlNode
from adapters.xml_text import text_of

_PATIENT = "Patient/"
_Entries = list[tuple[str, str, dict[str, Any]]]
"""Address in the bundle (or none), type and members of each resource."""


def bundle_of(sent: Sent, keeps: Callable[[str], bool]) -> str:
    """The bundle in the form in which the resource came, without members of it of which `keeps` says no.

    `keeps` is asked as `Patient.birthDate`.
    """
    body = {name: value for name, value in sent.body.items() if keeps(f"{sent.kind}.{name}")}
    others = list(_patients(sent, json.dumps(body, ensure_ascii=False), keeps))
    if isinstance(sent.body, ResourceInXml):
        return _in_xml(sent.full_url, resource_node(sent.body.element, keeps), others)
    entries = [_entry(*one) for one in ((sent.full_url, sent.kind, body), *others)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, ensure_ascii=False)


def _patients(sent: Sent, text: str, keeps: Callable[[str], bool]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The patients whom a resource names, by its text."""
    for reference, key in sent.context.keys.items() if sent.kind != "Patient" else ():
        if reference in text or key in text:
            address = "" if reference.startswith(_PATIENT) else reference
            yield address, "Patient", _patient(sent.context, reference, key, keeps)


def _patient(context: Context, reference: str, key: str, keeps: Callable[[str], bool]) -> dict[str, Any]:
    """Members in the order of the standard, which counts in XML."""
    patient: dict[str, Any] = {}
    # A record without an NHS number is known by its id, by whatever address others name it.
    known_as = key if key.startswith(_PATIENT) else reference
    if known_as.startswith(_PATIENT):
        patient["id"] = known_as.removeprefix(_PATIENT)
    if key in context.restricted:
        patient["meta"] = {"security": [{"code": "R"}]}
    if key not in {known_as, reference}:
        patient["identifier"] = [{"system": NHS_NUMBER_SYSTEM, "value": key}]
    if context.birth_dates.get(key) and keeps("Patient.birthDate"):
        patient["birthDate"] = context.birth_dates[key]
    return patient


def _entry(address: str, kind: str, members: dict[str, Any]) -> dict[str, Any]:
    resource = {"resourceType": kind, **members}
    return {"fullUrl": address, "resource": resource} if address else {"resource": resource}


def _in_xml(address: str, resource: XmlNode, others: _Entries) -> str:
    held = [(address, resource), *((one, node_of(kind, members)) for one, kind, members in others)]
    entries = [
        node_of("entry", ({"fullUrl": one} if one else {}) | {"resource": {"resource": node}}) for one, node in held
    ]
    return text_of(node_of("Bundle", {"type": "collection", "entry": entries}))
