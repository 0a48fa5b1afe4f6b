"""Succession: what a reorganised body was under every agreement, its successor is from an instant on (practice P7).

Texts and signatures stay as they were signed. From the instant on, the register is read with the successor's name
where the old body's stood: as party, as recipient with the roles of the same names, and as owner of its sources.
"""

import itertools
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from agreements.document import Agreement, Clause, Identifier, InstrumentId, Sentence
from agreements.lifecycle import AdmittedAgreement, AdmittedSuccession, RegisterDocuments
from agreements.periods import EVER, Span, merged, start_of_day
from agreements.reference_data import Agency


class Succession(Clause):
    """One body takes over from another, from a day of Europe/London on.

    By statute: the old body is abolished and the successor alone signs. By agreement: both sign.
    """

    schema_: Literal["hearthgate/succession/1"] = Field(alias="schema")
    id: InstrumentId
    predecessor: Identifier
    successor: Identifier
    from_: date = Field(alias="from")
    by: Literal["statute", "agreement"]
    law: str | None = None
    says: Sentence


def succession_signers(succession: Succession) -> tuple[str, ...]:
    """Who has to sign."""
    if succession.by == "statute":
        return (succession.successor,)
    return (succession.predecessor, succession.successor)


def succession_problem(succession: Succession, agencies: tuple[Agency, ...]) -> tuple[str, str] | None:
    """Return the member at fault and why this body cannot follow that one, or `None`."""
    known = {agency.id: agency for agency in agencies}
    old, new = known.get(succession.predecessor), known.get(succession.successor)
    if old is None:
        return "predecessor", "no such agency is registered"
    if new is None:
        return "successor", "no such agency is registered"
    if old.id == new.id:
        return "successor", "a body cannot follow itself"
    if succession.by == "statute" and not succession.law:
        return "by", "it names no law by which the old body ends"
    if {role.id for role in old.roles} - {role.id for role in new.roles}:
        return "successor", "a role of the old body is not registered for its successor"
    return None


def takes_over_at(succession: Succession, last_signed: datetime) -> datetime:
    """Instant from which the successor stands in: its day begins and the instrument is signed."""
    return max(start_of_day(succession.from_), last_signed)


def owner_at(successions: tuple[AdmittedSuccession, ...], owner: str, now: datetime) -> str:
    """Who owns at an instant what the lists give to `owner`."""
    for succession in successions:
        if succession.at <= now and succession.predecessor == owner:
            owner = succession.successor
    return owner


def epochs(documents: RegisterDocuments) -> tuple[RegisterDocuments, ...]:
    """Cut a register at each succession. In each part the names are those of its time, and so are the spans."""
    successions = tuple(sorted(documents.successions, key=lambda one: (one.at, one.predecessor)))
    if not successions:
        return (documents,)
    edges = (EVER[0], *sorted({succession.at for succession in successions}), EVER[1])
    return tuple(_part(documents, successions, (start, end)) for start, end in itertools.pairwise(edges))


def _part(documents: RegisterDocuments, successions: tuple[AdmittedSuccession, ...], epoch: Span) -> RegisterDocuments:
    names = _Names(successions, epoch[0])
    owned = (source.model_copy(update={"owner": names.now(source.owner)}) for source in documents.sources.sources)
    sources = documents.sources.model_copy(update={"sources": tuple(owned)})
    agreements = tuple(_renamed(admitted, names, epoch) for admitted in documents.agreements)
    return replace(documents, sources=sources, agreements=agreements, successions=())


@dataclass(frozen=True, slots=True)
class _Names:
    """Whom an agency's name of the documents means at an instant."""

    successions: tuple[AdmittedSuccession, ...]
    at: datetime

    def now(self, agency: str) -> str:
        return owner_at(self.successions, agency, self.at)


def _renamed(admitted: AdmittedAgreement, names: _Names, epoch: Span) -> AdmittedAgreement:
    parties: dict[str, tuple[Span, ...]] = {}
    for party, spans in admitted.parties.items():
        parties[names.now(party)] = merged([*parties.get(names.now(party), ()), *spans])
    return replace(admitted, document=_document(admitted.document, names), parties=parties, epoch=epoch)


def _document(document: Agreement, names: _Names) -> Agreement:
    content = _walk(document.model_dump(mode="json", by_alias=True), names, "")
    parties: dict[str, dict[str, Any]] = {}
    for party in content["parties"]["controllers"]:
        earlier = parties.setdefault(party["id"], party)
        earlier["does"] = list(dict.fromkeys([*earlier["does"], *party["does"]]))
        earlier["lead"] = earlier["lead"] or party["lead"]
    content["parties"]["controllers"] = list(parties.values())
    return Agreement.model_validate(content)


_AGENCY_MEMBERS = frozenset({"agency", "party"})
_AGENCY_LISTS = frozenset(
    {"covers", "parties", "source_facts", "index", "households", "figures", "log"}
)  # of a gateway's use, an Article 6 basis and `controller_of`
_ROLE_MEMBERS = frozenset({"to", "alerts"})


def _walk(value: Any, names: _Names, member: str) -> Any:
    """Rename agencies in the members that hold them, and in no other text."""
    if isinstance(value, dict):
        renamed = {key: _walk(inner, names, key) for key, inner in value.items()}
        if member == "controllers":
            renamed["id"] = names.now(renamed["id"])
        return renamed
    if isinstance(value, list):
        walked = [_walk(inner, names, member) for inner in value]
        return list(dict.fromkeys(walked)) if member in _AGENCY_LISTS else walked
    if not isinstance(value, str):
        return value
    if member in _AGENCY_MEMBERS | _AGENCY_LISTS:
        return names.now(value)
    agency, slash, role = value.partition("/")
    return names.now(agency) + slash + role if member in _ROLE_MEMBERS and slash else value
