"""From texts, signatures and events to what is admitted. Every doubt is a fault with its file, clause and remedy."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from agreements.accession import Accession, accession_problem, accession_signers, joined_at
from agreements.admission_events import event_faults
from agreements.document import Agreement
from agreements.errors import AgreementFileError
from agreements.lifecycle import (
    AdmittedAgreement,
    AdmittedSuccession,
    LifecycleEvent,
    admit,
    prohibition_spans,
    validity_spans,
)
from agreements.periods import EVER, both, end_of_day
from agreements.reference_data import Agency
from agreements.signing import SignatureFile, document_digest, signature_holds
from agreements.strict_yaml import YamlFile
from agreements.succession import Succession, succession_problem, succession_signers, takes_over_at

Instrument = Accession | Succession


@dataclass(frozen=True, slots=True)
class SignedFolder:
    """What the signed folder holds."""

    keys: Mapping[str, str]
    events: tuple[LifecycleEvent, ...]
    signatures: Mapping[str, SignatureFile]


@dataclass(frozen=True, slots=True)
class Texts:
    """Valid agreements and instruments, each with its file, and the agencies they speak of."""

    agreements: tuple[tuple[YamlFile, Agreement], ...]
    instruments: tuple[tuple[YamlFile, Instrument], ...]
    agencies: tuple[Agency, ...]


@dataclass(slots=True)
class Admission:
    """What is admitted, and what is wrong. With a fault nothing may be used."""

    agreements: tuple[AdmittedAgreement, ...] = ()
    successions: tuple[AdmittedSuccession, ...] = ()
    faults: list[AgreementFileError] = field(default_factory=list)


def admit_all(texts: Texts, signed: SignedFolder, now: datetime) -> Admission:
    """Check every signature, instrument and event, and combine them with the texts."""
    desk = _Desk(texts, signed)
    desk.faults += event_faults({one.reference: one for _, one in texts.agreements}, signed.events, now)
    desk.faults += _unknown_signatures(texts, signed)
    successions = tuple(desk.successions())
    accessions = desk.accessions()
    admitted = [desk.admitted(file, one, accessions.get(one.reference, {})) for file, one in texts.agreements]
    desk.faults += _contradictions(texts, admitted)
    return Admission(_superseded(admitted), successions, desk.faults)


class _Desk:
    """Checks signatures against texts, and gathers what is wrong."""

    def __init__(self, texts: Texts, signed: SignedFolder) -> None:
        self.texts, self.signed = texts, signed
        self.digests = {one.reference: document_digest(file.content) for file, one in texts.agreements}
        self.faults: list[AgreementFileError] = []

    def admitted(self, file: YamlFile, agreement: Agreement, acceded: Mapping[str, datetime]) -> AdmittedAgreement:
        """One agreement with its signatures, accessions and events."""
        digest = self.digests[agreement.reference]
        predecessor = self.digests.get(agreement.supersedes) if agreement.supersedes else None
        if agreement.supersedes and predecessor is None:
            self._fault(file, "supersedes", "the superseded version is not in the register", "keep every version")
        parties = tuple(party.id for party in agreement.parties.controllers)
        signed_at = self._verified(file, agreement.reference, (digest, predecessor), parties)
        one = admit(agreement, digest, {**acceded, **signed_at}, self.signed.events)
        founders = {party.id for party in agreement.parties.controllers if not party.accession}
        if one.active and founders - signed_at.keys():
            self._fault(file, "parties", "activated but not signed by every party", "collect the signatures first")
        elif one.active and any(one.active[0][0] < signed_at[party] for party in founders):
            self._fault(file, "parties", "activated before every party had signed", "activate after the signatures")
        if one.active and one.active[0][0] >= end_of_day(agreement.validity.to):
            problem = "expired: it was activated after its last day"
            self.faults.append(file.error(("validity", "to"), problem, "sign a new version"))
        return one

    def accessions(self) -> dict[str, dict[str, datetime]]:
        """Instants at which bodies are in by accession, by agreement and body."""
        agreements = {one.reference: one for _, one in self.texts.agreements}
        found: dict[str, dict[str, datetime]] = {}
        for file, accession in self.texts.instruments:
            if not isinstance(accession, Accession):
                continue
            agreement = agreements.get(accession.agreement)
            if agreement is None:
                self._fault(file, "agreement", "no such version is in the register", "name <id>@<version>")
                continue
            problem = accession_problem(accession, agreement)
            if problem is not None:
                self._fault(file, "party", problem, "name a party that the agreement marks `accession: true`")
                continue
            if accession.party in found.get(agreement.reference, {}):
                self._fault(file, "party", "this body accedes twice", "keep one instrument")
            at = self._last_signed(file, accession, self.digests[agreement.reference], agreement)
            if at is not None:
                found.setdefault(agreement.reference, {})[accession.party] = joined_at(accession, at)
        return found

    def successions(self) -> Iterator[AdmittedSuccession]:
        """Successions that are signed."""
        followed: set[str] = set()
        instruments = [(file, one) for file, one in self.texts.instruments if isinstance(one, Succession)]
        for file, succession in sorted(instruments, key=lambda pair: (pair[1].from_, pair[1].id)):
            problem = succession_problem(succession, self.texts.agencies)
            if problem is not None:
                self._fault(file, problem[0], problem[1], "correct it, or register the body in agencies.yaml")
            elif {succession.predecessor, succession.successor} & followed:
                remedy = "name bodies that still are"
                self._fault(file, "predecessor", "a body here has already been succeeded", remedy)
            else:
                followed.add(succession.predecessor)
                at = self._last_signed(file, succession, None, None)
                if at is not None:
                    start = takes_over_at(succession, at)
                    digest = document_digest(file.content)
                    yield AdmittedSuccession(succession.id, digest, succession.predecessor, succession.successor, start)

    def _last_signed(
        self, file: YamlFile, instrument: Instrument, over: str | None, agreement: Agreement | None
    ) -> datetime | None:
        """Instant of the last signature that an instrument needs; `None` while one is missing."""
        if isinstance(instrument, Accession):
            needed = accession_signers(instrument, agreement) if agreement is not None else ()
        else:
            needed = succession_signers(instrument)
        digests = (document_digest(file.content), over)
        signed_at = self._verified(file, instrument.id, digests, needed)
        return max(signed_at.values()) if needed and signed_at.keys() >= set(needed) else None

    def _verified(
        self, file: YamlFile, reference: str, digests: tuple[str, str | None], may_sign: tuple[str, ...]
    ) -> dict[str, datetime]:
        """Instants at which bodies signed a text, as far as every signature holds."""
        signatures = self.signed.signatures.get(reference)
        if signatures is None:
            return {}
        if signatures.digest != digests[0]:
            self._fault(file, "", "the text is not the text that was signed", "restore it, or sign a new version")
            return {}
        if signatures.predecessor != digests[1]:
            self._fault(file, "", "the signatures are over another predecessor", "sign over the right one")
        signed_at: dict[str, datetime] = {}
        for signature in signatures.signatures:
            if signature.party not in may_sign or signature.party in signed_at:
                self._fault(file, "parties", "signed by a body that is no party, or twice", "one signature a party")
            elif not signature_holds(signatures, signature, self.signed.keys.get(signature.party, "")):
                self._fault(file, "parties", f"the signature of {signature.party} does not verify", "sign it again")
            signed_at[signature.party] = signature.signed_at
        return signed_at

    def _fault(self, file: YamlFile, member: str, problem: str, remedy: str) -> None:
        self.faults.append(file.error((member,) if member else (), problem, remedy))


def _unknown_signatures(texts: Texts, signed: SignedFolder) -> Iterator[AgreementFileError]:
    known = {one.reference for _, one in texts.agreements} | {one.id for _, one in texts.instruments}
    for reference in sorted(signed.signatures.keys() - known):
        yield AgreementFileError(
            f"signatures/{reference}.sig.json", 1, "document", "it signs a text that is not in the register",
            remedy="keep every version that was signed",
        )  # fmt: skip


def _contradictions(texts: Texts, admitted: list[AdmittedAgreement]) -> Iterator[AgreementFileError]:
    files = {one.reference: file for file, one in texts.agreements}
    successors: dict[str, str] = {}
    for one in admitted:
        old, own = one.document.supersedes, one.document.reference
        if old is None:
            continue
        if old in successors:
            yield files[own].error(("supersedes",), "this version is superseded twice", "supersede the newer one")
        if _leads_back(own, {other.document.reference: other.document.supersedes for other in admitted}):
            yield files[own].error(("supersedes",), "it supersedes itself", "name an earlier version")
        successors[old] = own
    live = [(one.document, both(one.active, validity_spans(one.document))) for one in _superseded(admitted)]
    for number, (document, spans) in enumerate(live):
        for other, other_spans in live[:number]:
            if document.id == other.id and both(spans, other_spans):
                problem = f"{other.reference} is in force at the same time"
                yield files[document.reference].error(("version",), problem, "write `supersedes`, or withdraw one")


def _leads_back(start: str, supersedes: Mapping[str, str | None]) -> bool:
    here, seen = supersedes.get(start), {start}
    while here is not None and here not in seen:
        seen.add(here)
        here = supersedes.get(here)
    return here is not None


def _superseded(admitted: list[AdmittedAgreement]) -> tuple[AdmittedAgreement, ...]:
    """End a version at the instant its successor comes into force."""
    ends: dict[str, datetime] = {}
    for successor in admitted:
        old = successor.document.supersedes
        spans = prohibition_spans(successor)
        if old is not None and spans:
            ends[old] = min(spans[0][0], ends.get(old, EVER[1]))
    result = []
    for one in admitted:
        end = ends.get(one.document.reference)
        if end is None:
            result.append(one)
            continue
        withdrawn = min(end, one.withdrawn) if one.withdrawn else end
        result.append(replace(one, active=both(one.active, [(EVER[0], end)]), withdrawn=withdrawn))
    return tuple(result)
