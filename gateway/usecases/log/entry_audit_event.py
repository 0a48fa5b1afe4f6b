"""Entries as FHIR R4 AuditEvent, in the patterns of IHE Basic Audit Log Patterns (BALP 1.1.4), where one fits.

A pattern of BALP is for one patient and for success. So an entry about several persons becomes one event for each of
them, all under the entry's id; and refusals, failures, sign-ins, configuration and the use of the log itself become
plain R4 events with DICOM's codes, as FHIR asks ("Access Denied"). Persons, families and workers stand by the opaque
ids of the log, never by name; an authorisation has no outcome yet, and so has its event.

    collection           Create, PatientCreate        alteration, combination   Update, PatientUpdate
    consultation, print  Read, PatientRead            erasure                   Delete, PatientDelete
    search               Query, PatientQuery          disclosure, override      PrivacyDisclosure.Source
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from audit.canonical import Json
from audit.entry import EventClass, Outcome, Phase
from gateway.usecases.log.log_lines import LogLine, OpenedEntry

Fhir = dict[str, Any]

_BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_TERMS = "http://terminology.hl7.org/CodeSystem/"
_INTERACTION = "http://hl7.org/fhir/restful-interaction"
_LIFECYCLE = f"{_TERMS}iso-21089-lifecycle"
_SOURCE_ROLE, _DESTINATION_ROLE, _APPLICATION = "110153", "110152", "110150"
_IP_ADDRESS, _URI = "2", "5"
_OUTCOMES = {Outcome.DONE: "0", Outcome.NOTHING_FOUND: "0", Outcome.DENIED: "4", Outcome.ERROR: "8"}
"""FHIR: 0 success, 4 minor failure, 8 serious failure; none while an authorisation waits for its outcome."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A RESTful pattern of BALP: its profile without and with a patient, and what its codes must be.

    `client` and `server` are the types of these agents; `lifecycle` an ISO 21089 event that says more.
    """

    name: str
    interaction: str
    action: str
    client: Fhir
    server: Fhir
    user: str
    lifecycle: str | None = None


def _dicom(code: str) -> Fhir:
    return {"system": _DICOM, "code": code}


_READ = _Pattern("Read", "read", "R", _dicom(_DESTINATION_ROLE), _dicom(_SOURCE_ROLE), "IRCP")
_PATTERNS: Mapping[str, _Pattern] = {
    EventClass.CONSULTATION: _READ,
    EventClass.DISCLOSURE: _READ,
    EventClass.OVERRIDE: _READ,
    EventClass.PRINT: _Pattern("Read", "read", "R", _READ.client, _READ.server, "IRCP", "report"),
    EventClass.SEARCH: _Pattern("Query", "search", "E", _READ.server, _READ.client, "IRCP"),
    EventClass.COLLECTION: _Pattern("Create", "create", "C", _READ.server, _READ.client, "AUT", "receive"),
    EventClass.ALTERATION: _Pattern("Update", "update", "U", _READ.server, _READ.client, "AUT", "amend"),
    EventClass.COMBINATION: _Pattern("Update", "update", "U", _READ.server, _READ.client, "AUT", "link"),
    EventClass.ERASURE: _Pattern(
        "Delete", "delete", "D", _dicom(_APPLICATION),
        {"system": f"{_TERMS}provenance-participant-type", "code": "custodian"}, "CST", "destroy",
    ),
}  # fmt: skip
_DISCLOSED = frozenset({EventClass.DISCLOSURE, EventClass.OVERRIDE})
_DICOM_EVENTS: Mapping[str, tuple[str, str | None, str]] = {
    EventClass.SIGN_IN: ("110114", "110122", "E"),
    EventClass.VERIFICATION: ("110101", None, "R"),
    EventClass.EXPORT: ("110106", None, "R"),
    EventClass.CONFIGURATION: ("110113", "110129", "E"),
    EventClass.DENIED: ("110113", "110132", "E"),
    EventClass.OVERRIDE: ("110113", "110127", "E"),
}
"""Type, subtype and action of what no pattern of BALP is for: authentication, log used, export, security alert."""
_SIGNED_OUT = "110123"
_NO_TEXT = {code: "\ufffd" for code in range(32) if chr(code) not in "\t\n\r"}
"""FHIR strings hold no control characters but these three; somebody's own words may."""
_AUTHORISED = {"system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType", "code": "AuthZ-Role"}


@dataclass(frozen=True, slots=True)
class AuditEventWriter:
    """Writes entries of one log. `public_url` is the gateway's own address."""

    log_id: str
    public_url: str

    def events(self, entry: OpenedEntry) -> Iterator[Fhir]:
        """The events of an entry, in the order of its subjects; none where what is stored does not fit the leaf."""
        if not entry.line.intact:
            return
        subjects = entry.line.subjects or (None,)
        for number, subject in enumerate(subjects):
            event = self._event(entry, subject)
            event["id"] = str(entry.line.entry_id) if len(subjects) == 1 else f"{entry.line.entry_id}-{number}"
            yield event

    def _event(self, entry: OpenedEntry, subject: str | None) -> Fhir:
        line = entry.line
        succeeded = line.outcome in {Outcome.DONE, Outcome.NOTHING_FOUND}
        pattern = _PATTERNS.get(line.event) if line.phase != Phase.AUTHORISATION and line.decision != "refuse" else None
        if pattern is None or (line.event == EventClass.OVERRIDE and line.phase == Phase.SINGLE):
            return self._plain(entry, subject)
        event = self._head(entry)
        disclosed = line.event in _DISCLOSED and subject is not None
        lifecycle = "disclose" if disclosed else pattern.lifecycle
        event["subtype"] = [{"system": _INTERACTION, "code": pattern.interaction}]
        if lifecycle:
            event["subtype"].append({"system": _LIFECYCLE, "code": lifecycle})
        if line.event == EventClass.OVERRIDE:
            event["subtype"].append(_dicom("110127"))
        event |= {
            "type": _dicom("110106") if disclosed else {"system": f"{_TERMS}audit-event-type", "code": "rest"},
            "action": pattern.action,
            "agent": [
                self._client(entry, pattern.client), self._server(pattern.server), self._user(entry, pattern.user),
            ],
            "entity": [
                *self._transaction(entry), self._about(entry, pattern), *self._patient(subject), self._log_entry(entry),
            ],
        }  # fmt: skip
        if succeeded:
            name = "PrivacyDisclosure.Source" if disclosed else f"{'Patient' if subject else ''}{pattern.name}"
            event["meta"] = {"profile": [f"{_BALP}{name}"]}
        return event

    def _plain(self, entry: OpenedEntry, subject: str | None) -> Fhir:
        """An event of no pattern: what has not succeeded or not happened yet, and what is about the gateway itself."""
        line = entry.line
        kind, subtype, action = _DICOM_EVENTS.get(line.event, ("110113", None, "E"))
        if line.event == EventClass.SIGN_IN and "signed-out" in _list(entry, "reasons"):
            subtype = _SIGNED_OUT
        pattern = _PATTERNS.get(line.event, _READ)
        asked = [self._about(entry, _PATTERNS[EventClass.SEARCH])] if _said(entry, "query") else []
        event = self._head(entry)
        event |= {
            "type": _dicom(kind),
            "action": action,
            "agent": [self._client(entry, _dicom(_APPLICATION)), self._user(entry, pattern.user)],
            "entity": [*self._transaction(entry), *asked, *self._patient(subject), self._log_entry(entry)],
        }
        if subtype:
            event["subtype"] = [_dicom(subtype)]
        elif line.phase == Phase.AUTHORISATION:
            event["subtype"] = [_AUTHORISED]
        return event

    def _head(self, entry: OpenedEntry) -> Fhir:
        line = entry.line
        head: Fhir = {
            "resourceType": "AuditEvent",
            "recorded": line.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "source": {
                "site": self.log_id,
                "observer": self._observer(),
                "type": [{"system": f"{_TERMS}security-source-type", "code": "4"}],
            },
        }
        if line.outcome in _OUTCOMES:
            head["outcome"] = _OUTCOMES[Outcome(line.outcome)]
        told = " ".join(_list(entry, "reasons"))
        if told or line.outcome == Outcome.NOTHING_FOUND:
            head["outcomeDesc"] = told or "nothing found"
        if line.purpose:
            head["purposeOfEvent"] = [self._purpose(line)]
        return head

    def _purpose(self, line: LogLine) -> Fhir:
        coding = [{"system": self._names("purposes"), "code": line.purpose}]
        if line.event == EventClass.OVERRIDE:
            coding.append({"system": f"{_TERMS}v3-ActReason", "code": "BTG"})
        return {"coding": coding}

    def _client(self, entry: OpenedEntry, kind: Fhir) -> Fhir:
        network = _said(entry, "network")
        return {
            "type": {"coding": [kind]},
            "who": {
                "identifier": {
                    "system": self._names("clients"),
                    "value": _text(entry.values.get("client")) or _said(entry, "node") or "unknown",
                }
            },
            "requestor": False,
            "network": {"address": network, "type": _IP_ADDRESS}
            if network
            else {"address": self.public_url, "type": _URI},
        }

    def _server(self, kind: Fhir) -> Fhir:
        return {
            "type": {"coding": [kind]},
            "who": self._observer(),
            "requestor": False,
            "network": {"address": self.public_url, "type": _URI},
        }

    def _user(self, entry: OpenedEntry, participation: str) -> Fhir:
        """Who acted, under which agreements: a policy's address names the clause."""
        line = entry.line
        user: Fhir = {
            "type": {"coding": [{"system": f"{_TERMS}v3-ParticipationType", "code": participation}]},
            "who": {
                "identifier": {
                    "system": self._names("workers"),
                    "value": line.who or "erased",
                    "assigner": {"identifier": {"system": self._names("agencies"), "value": line.agency or "erased"}},
                }
            },
            "requestor": True,
        }
        if line.role:
            user["role"] = [{"coding": [{"system": self._names("roles"), "code": line.role}]}]
        if line.agreements:
            user["policy"] = [f"{self._names('agreements')}/{clause}" for clause in line.agreements]
        if line.purpose:
            user["purposeOfUse"] = [self._purpose(line)]
        return user

    def _transaction(self, entry: OpenedEntry) -> list[Fhir]:
        request = _text(entry.values.get("request_id"))
        if not request:
            return []
        kind = {"system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "code": "XrequestId"}
        return [{"type": kind, "what": {"identifier": {"value": request}}}]

    def _about(self, entry: OpenedEntry, pattern: _Pattern) -> Fhir:
        """What was shown or stored: the family or batch, and which items; for a search the query."""
        kind = {"system": f"{_TERMS}audit-entity-type", "code": "2"}
        items = ", ".join(entry.line.items_shown)
        described = {"description": items} if items else {}
        if pattern.name == "Query":
            asked = _said(entry, "query") or "as the entry before this one of the same request says"
            query = base64.b64encode(asked.encode()).decode()
            return {"type": kind, "role": {"system": f"{_TERMS}object-role", "code": "24"}, "query": query, **described}
        batch = _said(entry, "batch")
        system, value = ("batches", batch) if batch else ("families", entry.line.household or "")
        if not value:
            system, value = "entries", str(entry.line.entry_id)
        return {
            "what": {"identifier": {"system": self._names(system), "value": value}},
            "type": kind,
            "role": {"system": f"{_TERMS}object-role", "code": "4"},
            **described,
        }

    def _patient(self, subject: str | None) -> list[Fhir]:
        if subject is None:
            return []
        kind = {"system": f"{_TERMS}audit-entity-type", "code": "1"}
        role = {"system": f"{_TERMS}object-role", "code": "1"}
        return [{"what": {"reference": f"Patient/{subject}", "type": "Patient"}, "type": kind, "role": role}]

    def _log_entry(self, entry: OpenedEntry) -> Fhir:
        """The entry itself, by the id under which its receipt proves it, and what FHIR has no place for."""
        line, values = entry.line, entry.values
        told = {
            "event": line.event, "phase": line.phase, "decision": line.decision, "refers_to": line.refers_to,
            "leaf": None if line.index is None else str(line.index), "reason": line.reason, "team": line.team,
            "sealed": "yes" if line.sealed else "no", "legal_basis": _text(values.get("legal_basis")),
            "declaration": _text(values.get("declaration")), "register": _text(values.get("register_version")),
            "sources": " ".join(line.sources), "trace": _text(values.get("trace_id")),
            "session": _said(entry, "session"), "channel": _said(entry, "channel"),
            "recipient_agency": _said(entry, "recipient_agency"), "statutory_power": _said(entry, "statutory_power"),
            "justification": _said(entry, "justification"), "case_reference": _said(entry, "case_reference"),
        }  # fmt: skip
        return {
            "what": {"identifier": {"system": self._names("entries"), "value": str(line.entry_id)}},
            "type": {"system": self._names("entity-types"), "code": "log-entry"},
            "detail": [
                {"type": name, "valueString": value.translate(_NO_TEXT)} for name, value in told.items() if value
            ],
        }

    def _observer(self) -> Fhir:
        return {"identifier": {"system": self._names("gateways"), "value": self.public_url}}

    def _names(self, kind: str) -> str:
        """The naming system of the log's own ids of one kind."""
        return f"https://{self.log_id}/{kind}"


def _said(entry: OpenedEntry, key: str) -> str:
    detail = entry.values.get("detail")
    return _text(detail.get(key)) if isinstance(detail, Mapping) else ""


def _list(entry: OpenedEntry, key: str) -> list[str]:
    detail = entry.values.get("detail")
    said = detail.get(key) if isinstance(detail, Mapping) else None
    return [str(one) for one in said] if isinstance(said, list | tuple) else []


def _text(value: Json) -> str:
    return "" if value is None else str(value)
