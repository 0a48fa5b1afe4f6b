"""Whom a resource is about: the NHS number in the reference, else the record that the reference names."""

from adapters.health.fhir import Element, element, elements, nhs_number, text
from adapters.health.resources import Sent, local_key


def subject_of(sent: Sent, reference: Element) -> str:
    """The source key of a reference to a patient; empty where it names none.

    A reference to a Patient in the same file or contained in the resource gives that patient's key. Any other gives
    `Patient/<id>`, whatever server stands before it, because that is how a Patient without NHS number is keyed.
    """
    number = nhs_number(element(reference, "identifier"))
    if number:
        return number
    named = text(reference, "reference")
    if named.startswith("#"):
        own = next((one for one in elements(sent.body, "contained") if text(one, "id") == named[1:]), None)
        return local_key(own, "") if own is not None and text(own, "resourceType") == "Patient" else ""
    local = _local(named)
    return sent.context.keys.get(named) or sent.context.keys.get(local) or local


def _local(named: str) -> str:
    """`Patient/<id>` out of any address of it, versions left out; an address of another kind as it is."""
    parts = named.split("/_history/", 1)[0].split("/")
    if len(parts) > 1 and parts[-2] == "Patient" and parts[-1]:
        return f"Patient/{parts[-1]}"
    return named if named.startswith("urn:") else ""
