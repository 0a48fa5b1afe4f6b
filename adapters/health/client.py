"""Asking FHIR R4 servers: PDS for one person at a time, and any server for what changed since the last time.

PDS FHIR (NHS England) retrieves a Patient by NHS number; a number that was superseded answers with the Patient of the
number that stands, so the address that was asked goes along as the entry's `fullUrl`: the feed keeps it as a former
number. The body carries `meta.security`, which restricts. Search pages are Bundles with a link `next`
(https://hl7.org/fhir/R4/http.html#paging, https://hl7.org/fhir/R4/search.html#lastUpdated).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.health.fhir import element, elements, has_nhs_number_shape, text
from adapters.pull_port import Answer, Ask, Page, PullAnswerError, utc_text
from concept_model.identifiers import Verification, identifier

_FHIR_JSON = "application/fhir+json"
_SEARCH_KINDS = frozenset({"searchset", "collection"})


@dataclass(frozen=True, slots=True)
class PdsPatients:
    """`GET /Patient/{NHS number}`, with the tag of the version that we have."""

    def ask(self, number: str, known_tag: str) -> Ask:
        """Ask for a Patient. Raises `PullAnswerError` for a text that is no NHS number: it would reach another path."""
        if not is_asked_for(number):
            raise PullAnswerError("only a whole NHS number can be asked for")
        return Ask(f"Patient/{number}", accept=_FHIR_JSON, known_tag=known_tag)

    def record(self, answer: Answer) -> Mapping[str, Any]:
        """A Bundle of the one Patient, under the address that was asked."""
        patient = _resource(answer.document)
        if text(patient, "resourceType") != "Patient":
            raise PullAnswerError("the answer to a retrieval is no Patient")
        entry = {"fullUrl": answer.asked, "resource": patient}
        return {"resourceType": "Bundle", "type": "collection", "entry": [entry]}


@dataclass(frozen=True, slots=True)
class FhirSearch:
    """What changed of one type of resource (`Encounter`): `GET /{type}?_lastUpdated=ge{instant}`."""

    kind: str
    page_size: int

    def first(self, since: datetime | None) -> Ask:
        """Ask for the first page, oldest change first, so that a search that breaks off has taken what came before."""
        changed = (("_lastUpdated", f"ge{utc_text(since)}"),) if since else ()
        return Ask(self.kind, (*changed, ("_sort", "_lastUpdated"), ("_count", str(self.page_size))), _FHIR_JSON)

    def following(self, link: str) -> Ask:
        """Ask for a page that the page before it named."""
        return Ask(link, accept=_FHIR_JSON)

    def page(self, answer: Answer) -> Page:
        """One Bundle and its link `next`."""
        bundle = _resource(answer.document)
        if text(bundle, "resourceType") != "Bundle" or text(bundle, "type") not in _SEARCH_KINDS:
            raise PullAnswerError("the answer to a search is no Bundle of results")
        links = {text(one, "relation"): text(one, "url") for one in elements(bundle, "link")}
        found = [one for one in elements(bundle, "entry") if element(one, "resource")]
        return Page(bundle, len(found), links.get("next", ""))


def is_asked_for(number: str) -> bool:
    """Whether PDS may be asked for it: ten digits whose check digit holds."""
    return has_nhs_number_shape(number) and identifier("nhs_number", number).verification is not Verification.UNVERIFIED


def _resource(document: object) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise PullAnswerError("the answer is no FHIR resource")
    return document
