"""The register: compiled once, asked for every view, search, count, notice and supply."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from agreements.cells import Groundwork
from agreements.compiled import Key, KeyRules
from agreements.compiler import compile_index
from agreements.decide import decide_weighed, request_problem, weigh
from agreements.decision import Decision, Permit, Refer, Refusal, Withheld
from agreements.explain import explain_weighed, silence
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments, status_of
from agreements.offers import AgreementSummary, BreakGlassOffer, PurposeOffer, SourceInfo, Supply
from agreements.recipients import roles_meant
from agreements.reference_data import Agency, Gateway, Role
from agreements.request import Band, DecisionRequest, Direction, Relationship
from agreements.signing import canonical_json
from agreements.supply import CompiledSupply, compile_supply, supply_at
from agreements.vocabulary import Vocabulary

_DECLARABLE = (Direction.VIEW, Direction.SEARCH, Direction.EXTRACT)
_NO_RULES = KeyRules()
_NO_PURPOSE = "Your role may not use shared information for this purpose. This attempt is recorded."


@dataclass(frozen=True)
class Register:
    """A compiled register. Build it with `compile_register`; every answer is a function of the arguments alone."""

    version: str
    vocabulary: Vocabulary
    agreements: tuple[AgreementSummary, ...]
    sources: Mapping[str, SourceInfo]
    agencies: Mapping[str, Agency]
    gateways: Mapping[str, Gateway]
    purpose_titles: Mapping[str, str]
    index: Mapping[Key, KeyRules]
    _supply: dict[str, tuple[CompiledSupply, ...]]
    _glass: Mapping[tuple[str, str], tuple[BreakGlassOffer, ...]]

    def decide(self, request: DecisionRequest) -> Decision:
        """Decide what may be released. Never raises for what a request holds: what is doubtful refuses."""
        problem = request_problem(request)
        if problem is not None:
            return problem
        rules = self.index.get((request.agency, request.role, request.purpose, request.direction.value))
        if rules is None:
            return self._not_permitted(request)
        decision = decide_weighed(weigh(request, rules), self.vocabulary, self.version)
        if isinstance(decision, Refusal) and not decision.subject_dependent:
            return replace(decision, message=self._refusal_message(request, decision.message))
        return decision

    def explain(self, request: DecisionRequest) -> tuple[Withheld, ...]:
        """Give every cell that `decide` does not permit exactly one reason."""
        rules = None
        if request_problem(request) is None:
            rules = self.index.get((request.agency, request.role, request.purpose, request.direction.value))
        if rules is None:
            return tuple(silence(None, _NO_RULES, self.vocabulary.all_mask, self.vocabulary, self.sources))
        if isinstance(self.decide(request), Refusal):
            return tuple(silence(request, rules, self.vocabulary.all_mask, self.vocabulary, self.sources))
        return explain_weighed(weigh(request, rules), self.vocabulary, self.sources)

    def decide_supply(self, agency: str, source: str, now: datetime) -> Supply:
        """What an agency may supply from a source. Only its owner may; items not covered have a reason."""
        info = self.sources.get(source)
        return supply_at(self._supply, info.owner if info else None, agency, source, now)

    def purposes_for(self, agency: str, role: str, now: datetime) -> tuple[PurposeOffer, ...]:
        """Purposes a role may declare now: those under which some rule in force lets it view, search or extract."""
        offers: dict[str, PurposeOffer] = {}
        for (key_agency, key_role, purpose, direction), rules in self.index.items():
            if (key_agency, key_role) != (agency, role) or Direction(direction) not in _DECLARABLE:
                continue
            for permit in rules.permits:
                if permit.gate.starts <= now < permit.gate.ends and purpose not in offers:
                    title = self.purpose_titles.get(purpose, purpose)
                    offers[purpose] = PurposeOffer(purpose, title, permit.clause.rpartition("/")[0])
        return tuple(offers[purpose] for purpose in sorted(offers))

    def baseline(self, agency: str, role: str, purpose: str, direction: Direction, now: datetime) -> int:
        """Mask of cells a reader may use whatever a subject's states and the reader's relationship are (search)."""
        request = DecisionRequest(agency, role, purpose, Relationship.NONE, {}, Band.VERIFIED, direction, now)
        decision = self.decide(request)
        permit = decision.permit if isinstance(decision, Refer) else decision
        return permit.mask if isinstance(permit, Permit) else 0

    def reach(self, agency: str, role: str, purpose: str, direction: Direction, now: datetime) -> int:
        """Mask of cells that rules in force show this role, refer for it or tell it of, for some subject or other.

        What lies outside, this role never sees for this purpose, whoever the subject is: it may be told so.
        """
        rules = self.index.get((agency, role, purpose, direction.value), _NO_RULES)
        gated = [(permit.gate, permit.mask) for permit in rules.permits]
        gated += [(referral.gate, referral.mask) for referral in rules.referrals]
        gated += [(voice.gate, voice.mask) for voice in rules.voices]
        heard = 0
        for gate, mask in gated:
            if gate.starts <= now < gate.ends:
                heard |= mask
        for bar in rules.bars:
            if bar.limit is None and bar.unconditional and bar.starts <= now < bar.ends:
                heard &= ~bar.mask
        return heard

    def break_glass_for(self, agency: str, role: str, now: datetime | None = None) -> tuple[BreakGlassOffer, ...]:
        """Break-glass that documents allow a role; with `now`, only where a widened rule is in force."""
        offers = self._glass.get((agency, role), ())
        if now is None:
            return offers
        return tuple(offer for offer in offers if self._widened_now(agency, role, offer, now))

    def role(self, agency: str, role: str) -> Role | None:
        """The register's entry of a role, or `None`."""
        entry = self.agencies.get(agency)
        return next((known for known in entry.roles if known.id == role), None) if entry else None

    def _widened_now(self, agency: str, role: str, offer: BreakGlassOffer, now: datetime) -> bool:
        return any(
            key[:2] == (agency, role)
            and permit.break_glass_for is not None
            and permit.clause.startswith(offer.agreement + "/")
            and permit.gate.starts <= now < permit.gate.ends
            for key, rules in self.index.items()
            for permit in rules.permits
        )

    def _not_permitted(self, request: DecisionRequest) -> Refusal:
        code = "purpose-not-permitted"
        if self.role(request.agency, request.role) is None:
            code = "role-unknown"
        elif request.purpose not in self.purpose_titles:
            code = "purpose-unknown"
        return Refusal(code, self._refusal_message(request, _NO_PURPOSE), subject_dependent=False)

    def _refusal_message(self, request: DecisionRequest, otherwise: str) -> str:
        role = self.role(request.agency, request.role)
        return role.refusal if role is not None and role.refusal is not None else otherwise


def compile_register(documents: RegisterDocuments) -> Register:
    """Compile checked documents. Pure; the order in which documents are given makes no difference."""
    in_order = replace(
        documents, agreements=tuple(sorted(documents.agreements, key=lambda admitted: admitted.document.reference))
    )
    ground = Groundwork(in_order)
    titles = {agency.id: agency.title for agency in documents.agencies.agencies}
    return Register(
        version=_version(in_order),
        vocabulary=ground.vocabulary,
        agreements=tuple(_summary(admitted, in_order) for admitted in in_order.agreements),
        sources={
            source.id: SourceInfo(
                source.id, source.title, source.owner, titles.get(source.owner, source.owner), source.regime,
                source.match_only,
            )
            for source in documents.sources.sources
        },
        agencies={agency.id: agency for agency in documents.agencies.agencies},
        gateways={gateway.id: gateway for gateway in documents.law.gateways},
        purpose_titles={purpose.id: purpose.title for purpose in documents.purposes.purposes},
        index=compile_index(in_order, ground),
        _supply=compile_supply(ground),
        _glass=_break_glass(in_order),
    )  # fmt: skip


def _version(documents: RegisterDocuments) -> str:
    content = {
        "agencies": documents.agencies.model_dump(mode="json"),
        "sources": documents.sources.model_dump(mode="json"),
        "purposes": documents.purposes.model_dump(mode="json"),
        "law": documents.law.model_dump(mode="json"),
        "dpias": sorted((dpia.model_dump(mode="json") for dpia in documents.dpias), key=lambda dpia: str(dpia["id"])),
        "agreements": [
            {
                "document": admitted.document.reference,
                "digest": admitted.digest,
                "active": [[edge.isoformat() for edge in span] for span in admitted.active],
                "parties": {
                    party: [[edge.isoformat() for edge in span] for span in spans]
                    for party, spans in admitted.parties.items()
                },
                "reviews": [[at.isoformat(), until.isoformat()] for at, until in admitted.reviews],
            }
            for admitted in documents.agreements
        ],
    }
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _summary(admitted: AdmittedAgreement, documents: RegisterDocuments) -> AgreementSummary:
    document = admitted.document
    dpia = next((dpia for dpia in documents.dpias if dpia.id == document.dpia), None)
    return AgreementSummary(
        id=document.id,
        version=document.version,
        tier=document.tier,
        title=document.title,
        summary=document.summary,
        parties=tuple(party.id for party in document.parties.controllers),
        purposes=tuple(purpose.id for purpose in document.purposes),
        status=status_of(admitted, documents.law, dpia, documents.now),
        valid_from=document.validity.from_,
        review_on=document.validity.review,
        expires_on=document.validity.to,
        digest=admitted.digest,
    )


def _break_glass(documents: RegisterDocuments) -> dict[tuple[str, str], tuple[BreakGlassOffer, ...]]:
    offers: dict[tuple[str, str], tuple[BreakGlassOffer, ...]] = {}
    for admitted in documents.agreements:
        glass = admitted.document.break_glass
        if glass is None:
            continue
        offer = BreakGlassOffer(
            agreement=admitted.document.reference,
            purposes=tuple(purpose.id for purpose in admitted.document.purposes),
            requires=glass.requires,
            second_person_within_hours=glass.second_person_within_hours,
            expires_minutes=glass.expires_minutes,
        )
        parties = [party.id for party in admitted.document.parties.controllers]
        for reader in roles_meant(glass.recipients, documents.agencies, parties):
            offers[reader] = (*offers.get(reader, ()), offer)
    return offers
