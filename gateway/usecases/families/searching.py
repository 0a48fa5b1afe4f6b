"""Search: the same path as a read. The query is authorised, candidates are decided one by one, reasons are permitted.

(0) one instant; the declared purpose; the mask that holds for this reader whatever the subject
(1) the query is an entry, committed before it is run
(2) candidate ids by keyed tokens inside that mask
(3) decide per candidate; commit the ticket for those that may be shown
(4) load, score and explain on permitted facts only; append the outcome, which lists everyone shown; commit
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from agreements.request import Direction
from audit.entry import Decision, EventClass, Outcome, Phase
from gateway.errors import AccessRefusedError
from gateway.identity.caller import StaffCaller
from gateway.profiles.golden import golden_identity
from gateway.profiles.permitted import PermittedFact, permitted_facts
from gateway.profiles.recorded_sex import with_one_sex
from gateway.profiles.shown import counts_of, shown_in_hits, sources_of
from gateway.profiles.views import Coverage, GoldenIdentity, Receipt
from gateway.store.append_many import bit_string
from gateway.store.inputs import DecisionInput, person_inputs, search_candidates
from gateway.store.ledger import append
from gateway.usecases.families.declaring import require_declaration
from gateway.usecases.families.disclosure import (
    Reading,
    append_outcome,
    authorise_and_load,
    coverage_lines,
    foot_of,
    mask_width,
    receipt_for,
    require_unended,
    sealing,
)
from gateway.usecases.families.search_tokens import IDENTIFIER_SCHEMES, answers_query, query_terms
from gateway.usecases.families.telling_apart import shown_beside
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.decided_on import decided_on
from gateway.usecases.register.deciding import blank_request, decide_subjects, reader_of, refused_for_anyone
from gateway.wiring import Wiring
from linkage.tokens import HIT_WORDS, CandidateFacts, Hit, SearchQuery, score_hit

CANDIDATE_LIMIT = 200
PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A person found: the handle that opens the family, the heading, and why, in words."""

    family_id: UUID
    identity: GoldenIdentity
    postcodes: tuple[str, ...]
    reasons: tuple[str, ...]
    score: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search shows. An empty one is an entry too, and says that nothing found is not proof."""

    hits: tuple[SearchHit, ...]
    more: bool
    coverage: tuple[Coverage, ...]
    foot: str
    receipt: Receipt


def search_people(
    wiring: Wiring,
    context: RequestContext,
    caller: StaffCaller,
    query: SearchQuery,
    declaration_id: UUID | None,
) -> SearchResult:
    """Find people for a declared purpose. Raises as `disclose_profile` does."""
    # (0) One instant, the purpose, and the reader's mask that no subject changes.
    now = wiring.clock()
    declaration = require_declaration(wiring, context, caller, declaration_id, now)
    blank = blank_request(wiring.register, caller, declaration.purpose, Direction.SEARCH, now)
    reading = Reading(wiring, context, caller, declaration, blank, now)
    refusal = refused_for_anyone(wiring, blank)
    # (1) The query is an entry before it runs, refused or not.
    asked = _asked(reading, query, refused=refusal.code if refusal else None)
    if refusal is not None:
        raise AccessRefusedError(refusal.code, refusal.message, asked)
    mask = wiring.register.baseline(caller.agency, caller.role, declaration.purpose, Direction.SEARCH, now)
    # (2) Candidates.
    inputs = _candidates(reading, query, mask)
    # (3) Decide each; the ticket, and what it admits.
    decided = decide_subjects(wiring, inputs, blank, declaration, together=False)
    authorised, ticket, loaded = authorise_and_load(reading, decided, None, EventClass.SEARCH)
    permits = {(one.person_id, one.band): one.permit for one in decided if one.permit is not None}
    # (4) Score, explain; the outcome lists everyone shown.
    facts = with_one_sex(permitted_facts(loaded, permits, now))
    found = _hits(reading, query, inputs, facts)
    page = found[:PAGE_SIZE]
    beside = shown_beside([(person, hit.identity) for person, hit in page], facts)
    page = [(person, replace(hit, postcodes=_postcodes(person, beside))) for person, hit in page]
    shown = shown_in_hits((person for person, _ in page), beside)
    counts = counts_of(shown)
    outcome = entry(
        wiring, context, caller, EventClass.SEARCH, now, phase=Phase.OUTCOME, refers_to=authorised.entry_id,
        purpose=declaration.purpose, declaration=str(declaration.declaration_id), decision=Decision.PERMIT,
        agreements=authorised.agreements, legal_basis=authorised.legal_basis,
        outcome=Outcome.DONE if page else Outcome.NOTHING_FOUND,
        subjects=tuple(sorted(str(person) for person, _ in page)),
        items_shown=tuple(counts), shown_counts=counts, sources=sources_of(shown), reason=authorised.reason,
        detail={"row_count": len(page)}, sealed=authorised.sealed,
    )  # fmt: skip
    leaf = append_outcome(wiring, outcome)
    require_unended(wiring, context, ticket.not_after)
    return SearchResult(
        tuple(hit for _, hit in page), len(found) > PAGE_SIZE, coverage_lines(wiring, blank), foot_of(wiring),
        receipt_for(wiring, outcome, leaf),
    )  # fmt: skip


def _asked(reading: Reading, query: SearchQuery, refused: str | None) -> str:
    """Record the query as asked; the words are in an opening, which can be erased, and never in the leaf."""
    words = {
        "given": query.given, "family": query.family, "birth_date": query.birth_date or "",
        "postcode": query.postcode or "", "identifier": " ".join(query.identifier or ()),
    }  # fmt: skip
    asked = entry(
        reading.wiring, reading.context, reading.caller, EventClass.DENIED if refused else EventClass.SEARCH,
        reading.now, purpose=reading.declaration.purpose,
        declaration=str(reading.declaration.declaration_id),
        decision=Decision.REFUSE if refused else Decision.PERMIT,
        outcome=Outcome.DENIED if refused else Outcome.PENDING,
        phase=Phase.SINGLE if refused else Phase.AUTHORISATION,
        detail={
            "query": "; ".join(f"{k}={v}" for k, v in words.items() if v),
            "reasons": [refused] if refused else None,
            **(decided_on(reading.blank, None) if refused else {}),
        },
        **sealing(reading),
    )  # fmt: skip
    with reading.wiring.database.transaction("hg_desk") as connection:
        append(connection, asked)
    return asked.entry_id


def _candidates(reading: Reading, query: SearchQuery, mask: int) -> list[DecisionInput]:
    wiring = reading.wiring
    terms = query_terms(query, wiring.custody.token)
    if not terms:
        return []
    with wiring.database.transaction("hg_search") as connection:
        bits = bit_string(mask, mask_width(wiring))
        persons = search_candidates(connection, terms, bits, CANDIDATE_LIMIT)
    with wiring.database.transaction("hg_decide") as connection:
        return person_inputs(connection, persons, reader_of(wiring, reading.caller), reading.now)


def _hits(
    reading: Reading, query: SearchQuery, inputs: Sequence[DecisionInput], facts: Sequence[PermittedFact]
) -> list[tuple[UUID, SearchHit]]:
    titles = {name: info.title for name, info in reading.wiring.register.sources.items()}
    found = []
    for person in inputs:
        mine = [fact for fact in facts if fact.fact.person_id == person.person_id]
        known = candidate_facts(mine)
        hit = score_hit(query, known)
        met = answers_query(query, ((fact.item.name, fact.fact.value) for fact in mine))
        if met and hit.score and known.family_names:
            identity = golden_identity(mine, titles)
            found.append((person.person_id, _hit(person, identity, hit)))
    return sorted(found, key=lambda each: (-each[1].score, _heading(each[1]), str(each[1].family_id)))


def _hit(person: DecisionInput, identity: GoldenIdentity, hit: Hit) -> SearchHit:
    return SearchHit(person.family_id, identity, (), tuple(HIT_WORDS[r] for r in hit.reasons), hit.score)


def _postcodes(person: UUID, facts: Sequence[PermittedFact]) -> tuple[str, ...]:
    mine = candidate_facts([fact for fact in facts if fact.fact.person_id == person])
    return tuple(sorted(set(mine.postcodes)))


def _heading(hit: SearchHit) -> str:
    return hit.identity.names[0].value if hit.identity.names else ""


def candidate_facts(facts: Sequence[PermittedFact]) -> CandidateFacts:
    """What scoring may use: the permitted identity facts of one candidate."""

    def texts(item: str, key: str) -> tuple[str, ...]:
        return tuple(str(f.fact.value[key]) for f in facts if f.item.name == item and f.fact.value.get(key))

    return CandidateFacts(
        given_names=texts("identity.name", "given"),
        family_names=texts("identity.name", "family"),
        birth_dates=texts("identity.birth_date", "date"),
        postcodes=texts("address.residence", "postcode"),
        identifiers=tuple(
            (IDENTIFIER_SCHEMES[f.item.name], str(f.fact.value.get("value")))
            for f in facts
            if f.item.name in IDENTIFIER_SCHEMES
        ),
    )
