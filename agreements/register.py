"""The register: compiled once, asked for every view, search, count, notice and supply."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agreements.cells import Groundwork
from agreements.compiled import Key, KeyRules
from agreements.compiler import compile_index
from agreements.deadlines import Deadline, deadlines
from agreements.decide import NOT_PERMITTED, decide_weighed, never_both, regime_problem, request_problem, weigh
from agreements.decision import Decision, Permit, Refer, Refusal, Terms
from agreements.explain import STATE_ITEMS, Explanation, Outlook, Silence, explain_weighed
from agreements.feed_law import FeedLaw, compile_feed_law
from agreements.lifecycle import AdmittedAgreement, AdmittedSuccession, RegisterDocuments, status_of
from agreements.moments import Moment, Timeline
from agreements.neighbours import Land, Neighbourhood
from agreements.offers import AgreementSummary, BreakGlassOffer, PurposeOffer, SourceInfo, Supply
from agreements.recipients import roles_meant
from agreements.reference_data import Agency, Gateway, Role
from agreements.request import STATE_BIT, Band, DecisionRequest, Direction, Regime, Relationship
from agreements.signing import canonical_json
from agreements.statutory import NamedAnswer, NamedLaw, StatutoryGate
from agreements.succession import epochs, owner_at
from agreements.supply import CompiledSupply, compile_supply, supply_at
from agreements.vocabulary import Vocabulary

_DECLARABLE = (Direction.VIEW, Direction.SEARCH, Direction.EXTRACT)
_NOTHING = KeyRules()
_NO_RULES = {
    code: Refusal(code, NOT_PERMITTED, subject_dependent=False)
    for code in ("purpose-not-permitted", "role-unknown", "purpose-unknown")
}


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
    regimes: Mapping[str, Regime]
    disclosable: frozenset[str]
    index: Mapping[Key, KeyRules]
    deadlines: tuple[Deadline, ...]
    feed_law: FeedLaw
    _timelines: Mapping[Key, Timeline]
    _terms: Terms
    _neighbours: Neighbourhood
    _statutory: StatutoryGate
    _roles: Mapping[tuple[str, str], Role]
    _refusals: Mapping[tuple[str, str], str]
    _outlook: Outlook
    _silences: dict[tuple[Key, int], Silence]
    _supply: dict[str, tuple[CompiledSupply, ...]]
    _glass: Mapping[tuple[str, str], tuple[BreakGlassOffer, ...]]
    _successions: tuple[AdmittedSuccession, ...]

    def decide(self, request: DecisionRequest) -> Decision:
        """Decide what may be released of one subject. Never raises for what a request holds: doubt refuses."""
        timeline = self._timelines.get(request.key)
        if timeline is None or request.regime is not timeline.rules.regime:
            return self._not_permitted(request)
        moment = timeline.at(request.now)
        if request.break_glass:
            # How long it lasts runs from the request's own instant, so it is like no other.
            return self._worded(request, decide_weighed(request, moment, weigh(request, moment), self._terms))
        decision = moment.decided.get(request.asked & moment.matters)
        if decision is None:
            decision = self._worded(request, decide_weighed(request, moment, weigh(request, moment), self._terms))
            moment.remember(request, decision)
        return decision

    def decide_profile(self, requests: Sequence[DecisionRequest]) -> tuple[Decision, ...]:
        """Decide one profile: subjects and bands asked of together, by one reader for one purpose at one instant.

        Never-both rules look at all of them. Raises `ValueError` where reader, purpose, direction or instant differ.
        """
        found = self._together(requests)
        if found is None:
            return tuple(self.decide(request) for request in requests)
        moment, paired = found
        return tuple(
            self._worded(request, decide_weighed(request, moment, weigh(request, moment, paired), self._terms))
            for request in requests
        )

    def explain(self, request: DecisionRequest) -> Explanation:
        """Give every cell that `decide` does not permit exactly one reason."""
        return self._explained(request, None)

    def explain_profile(self, requests: Sequence[DecisionRequest]) -> tuple[Explanation, ...]:
        """Explain what `decide_profile` does not permit, request by request."""
        found = self._together(requests)
        return tuple(self._explained(request, found[1] if found else None) for request in requests)

    def decide_statutory(
        self, request: DecisionRequest, named: NamedLaw, answer: NamedAnswer | None = None
    ) -> Decision:
        """Decide a one-off request under a named law (practice P4); no agreement is consulted.

        Without an answer: `Refer` to the owner's decider, with a clock, or a `Refusal` that says what is wanting.
        With one: a `Permit` for what the decider granted, for 24 hours at most.
        """
        return self._statutory.decide(request, named, answer, self._terms)

    def _together(self, requests: Sequence[DecisionRequest]) -> tuple[Moment, int] | None:
        """The moment and what never-both rules withhold; `None` where every request may be decided by itself."""
        if len({(request.key, request.now, request.regime) for request in requests}) > 1:
            raise ValueError("a profile is asked by one reader, for one purpose, at one instant")
        timeline = self._timelines.get(requests[0].key) if requests else None
        if timeline is None or requests[0].regime is not timeline.rules.regime:
            return None
        moment = timeline.at(requests[0].now)
        return (moment, never_both(moment, requests)) if moment.pairs else None

    def lay_out(self, now: datetime) -> None:
        """Lay out what stands at an instant, so that no reader waits for it. It changes no answer."""
        for key in self._timelines:
            self._timelines[key].at(now)
            self._silence_at(key, now)

    def _worded(self, request: DecisionRequest, decision: Decision) -> Decision:
        """A refusal that is the same for every subject, in the words that the role's entry has for it."""
        if type(decision) is Refusal and not decision.subject_dependent:
            words = self._refusals.get(request.key[:2])
            return decision if words is None else replace(decision, message=words)
        return decision

    def _explained(self, request: DecisionRequest, paired: int | None) -> Explanation:
        silence = self._silence_at(request.key, request.now)
        timeline = self._timelines.get(request.key)
        if timeline is None or request.regime is not timeline.rules.regime:
            return silence.over(self.vocabulary.all_mask)
        moment = timeline.at(request.now)
        if request.break_glass and not moment.glass:
            return silence.over(self.vocabulary.all_mask)
        if request.break_glass or paired is not None:
            return self._explained_anew(request, moment, paired, silence)
        asked = request.asked & moment.matters
        explanation = silence.explained.get(asked)
        if explanation is None:
            explanation = self._explained_anew(request, moment, None, silence)
            silence.remember(asked, explanation)
        return explanation

    def _explained_anew(
        self, request: DecisionRequest, moment: Moment, paired: int | None, silence: Silence
    ) -> Explanation:
        return explain_weighed(request, moment, weigh(request, moment, paired), self._outlook, silence)

    def _silence_at(self, key: Key, now: datetime) -> Silence:
        place = self._neighbours.place(key, now)
        silence = self._silences.get(place) if place is not None else None
        if silence is None:
            silence = Silence(self._neighbours.nearest(key, now), self.vocabulary)
            if place is not None:
                self._silences[place] = silence
        return silence

    def decide_supply(self, agency: str, source: str, now: datetime) -> Supply:
        """What an agency may supply from a source. Only its owner may; items not covered have a reason."""
        return supply_at(self._supply, self.owner_of(source, now), agency, source, now)

    def owner_of(self, source: str, now: datetime) -> str | None:
        """The agency that owns a source at an instant: the one listed, or who has followed it (succession)."""
        info = self.sources.get(source)
        return owner_at(self._successions, info.owner, now) if info else None

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
        regime = self.regimes.get(purpose, Regime.UK_GDPR)
        request = DecisionRequest(
            agency, role, purpose, Relationship.NONE, {}, Band.VERIFIED, direction, now, regime=regime
        )
        decision = self.decide(request)
        permit = decision.permit if isinstance(decision, Refer) else decision
        return permit.mask if isinstance(permit, Permit) else 0

    def reach(self, agency: str, role: str, purpose: str, direction: Direction, now: datetime) -> int:
        """Mask of cells that rules in force show this role, refer for it or tell it of, for some subject or other.

        What lies outside, this role never sees for this purpose, whoever the subject is: it may be told so.
        """
        rules = self.index.get((agency, role, purpose, direction.value), _NOTHING)
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
        return self._roles.get((agency, role))

    def team_told(self, agency: str, team: str) -> str:
        """How a team goes by towards those whom a look of it was about, and towards partners."""
        body = self.agencies.get(agency)
        named = (one.told_as for one in (body.teams if body else ()) if one.name.casefold() == team.strip().casefold())
        return next(named, team)

    def _widened_now(self, agency: str, role: str, offer: BreakGlassOffer, now: datetime) -> bool:
        return any(
            key[:2] == (agency, role)
            and permit.break_glass_for is not None
            and permit.clause.startswith(offer.agreement + "/")
            and permit.gate.starts <= now < permit.gate.ends
            for key, rules in self.index.items()
            for permit in rules.permits
        )

    def _not_permitted(self, request: DecisionRequest) -> Decision:
        problem = request_problem(request) or regime_problem(request, self.regimes.get(request.purpose, request.regime))
        if problem is None:
            code = "purpose-not-permitted"
            if request.key[:2] not in self._roles:
                code = "role-unknown"
            elif request.purpose not in self.purpose_titles:
                code = "purpose-unknown"
            problem = _NO_RULES[code]
        return self._worded(request, problem)


def compile_register(documents: RegisterDocuments) -> Register:
    """Compile checked documents. Pure; the order in which documents are given makes no difference."""
    in_order = replace(
        documents,
        agreements=tuple(sorted(documents.agreements, key=lambda admitted: admitted.document.reference)),
        successions=tuple(sorted(documents.successions, key=lambda succession: (succession.at, succession.id))),
    )
    ground = Groundwork(in_order)
    titles = {agency.id: agency.title for agency in documents.agencies.agencies}
    agencies = {agency.id: agency for agency in documents.agencies.agencies}
    purposes = {purpose.id: purpose.title for purpose in documents.purposes.purposes}
    roles = {(agency.id, role.id): role for agency in documents.agencies.agencies for role in agency.roles}
    version, vocabulary, outlook = _version(in_order), ground.vocabulary, _outlook(in_order, ground)
    index = compile_index(in_order, ground)
    timelines = {key: Timeline(rules) for key, rules in index.items()}
    sources = {
        source.id: SourceInfo(
            source.id, source.title, source.owner, titles.get(source.owner, source.owner), source.regime,
            source.match_only,
        )
        for source in documents.sources.sources
    }  # fmt: skip
    register = Register(
        version=version,
        vocabulary=vocabulary,
        agreements=tuple(_summary(admitted, in_order) for admitted in in_order.agreements),
        sources=sources,
        agencies=agencies,
        gateways={gateway.id: gateway for gateway in documents.law.gateways},
        purpose_titles=purposes,
        regimes={purpose.id: Regime(purpose.regime) for purpose in documents.purposes.purposes},
        disclosable=frozenset(one.id for one in documents.purposes.purposes if one.lookups == "disclosable"),
        index=index,
        deadlines=deadlines(in_order),
        feed_law=compile_feed_law(in_order),
        _timelines=timelines,
        _terms=Terms(version, vocabulary, outlook.told_by),
        _neighbours=Neighbourhood(timelines, _land(in_order, vocabulary)),
        _statutory=StatutoryGate(in_order),
        _roles=roles,
        _refusals={reader: role.refusal for reader, role in roles.items() if role.refusal is not None},
        _silences={},
        _outlook=outlook,
        _supply=compile_supply(in_order),
        _glass=_break_glass(in_order),
        _successions=in_order.successions,
    )  # fmt: skip
    register.lay_out(documents.now)
    return register


def _outlook(documents: RegisterDocuments, ground: Groundwork) -> Outlook:
    supplied = 0
    for admitted in documents.agreements:
        supplied |= ground.supplied(admitted.document)
    told_by = tuple(
        (STATE_BIT[state], ground.vocabulary.mask(ground.vocabulary.sources, items) & supplied)
        for state, items in STATE_ITEMS.items()
    )
    return Outlook(ground.vocabulary, told_by)


def _land(documents: RegisterDocuments, vocabulary: Vocabulary) -> Land:
    owners = {source.id: source.owner for source in documents.sources.sources}
    joined = (
        (
            admitted.document.reference,
            frozenset(party.id for party in admitted.document.parties.controllers),
            frozenset(purpose.id for purpose in admitted.document.purposes),
        )
        for admitted in documents.agreements
    )
    return Land(
        agencies={agency.id: agency for agency in documents.agencies.agencies},
        purposes={purpose.id: purpose.title for purpose in documents.purposes.purposes},
        vocabulary=vocabulary,
        owner_of=lambda source, now: owner_at(documents.successions, owners[source], now),
        turns=tuple(succession.at for succession in documents.successions),
        joined=tuple(joined),
    )


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
        "successions": [[one.id, one.digest, one.at.isoformat()] for one in documents.successions],
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
    for admitted in (admitted for part in epochs(documents) for admitted in part.agreements):
        glass = admitted.document.break_glass
        if glass is None:
            continue
        offer = BreakGlassOffer(
            agreement=admitted.document.reference,
            purposes=tuple(purpose.id for purpose in admitted.document.purposes),
            requires=glass.requires,
            second_person_within_hours=glass.second_person_within_hours,
            expires_minutes=glass.expires_minutes,
            alerts=glass.alerts,
        )
        parties = [party.id for party in admitted.document.parties.controllers]
        for reader in roles_meant(glass.recipients, documents.agencies, parties):
            if offer not in offers.get(reader, ()):
                offers[reader] = (*offers.get(reader, ()), offer)
    return offers
