"""One resource as a bundle of its own, to go back to its sender: first the resource, then the patients whom it names.

Of those patients it says no more than what reading the resource needs: which record is meant, the date of birth, and
that they are restricted.
"""

import json
from collections.abc import Callable
from typing import Any

from adapters.health.fhir import NHS_NUMBER_SYSTEM
from adapters.health.resources import Context, Sent

_PATIENT = "Patient/"


def bundle_of(sent: Sent, keeps: Callable[[str], bool]) -> str:
    """The bundle as JSON, the resource without members of which `keeps`, asked as `Patient.birthDate`, says no."""
    body = {name: value for name, value in sent.body.items() if keeps(f"{sent.kind}.{name}")}
    first: dict[str, Any] = {"resource": {"resourceType": sent.kind, **body}}
    if sent.full_url:
        first = {"fullUrl": sent.full_url, **first}
    text = json.dumps(body, ensure_ascii=False)
    named = [pair for pair in sent.context.keys.items() if pair[0] in text or pair[1] in text]
    others = [_patient(sent.context, *pair, keeps) for pair in named] if sent.kind != "Patient" else []
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [first, *others]}, ensure_ascii=False)


def _patient(context: Context, reference: str, key: str, keeps: Callable[[str], bool]) -> dict[str, Any]:
    patient: dict[str, Any] = {"resourceType": "Patient"}
    if reference.startswith(_PATIENT):
        patient["id"] = reference.removeprefix(_PATIENT)
    if key != reference:
        patient["identifier"] = [{"system": NHS_NUMBER_SYSTEM, "value": key}]
    if context.birth_dates.get(key) and keeps("Patient.birthDate"):
        patient["birthDate"] = context.birth_dates[key]
    if key in context.restricted:
        patient["meta"] = {"security": [{"code": "R"}]}
    return {"resource": patient} if reference.startswith(_PATIENT) else {"fullUrl": reference, "resource": patient}
