"""One pair that a steward is asked about, explained in plain words and in weights.

(0) one instant; does the register permit this caller to match? A refusal is an entry
(1) the authorisation, committed: nothing is read before it is durable
(2) read what tells who the two records are, cut to what may be compared; append the outcome, which lists both people
(3) only now return

A steward is shown names, dates of birth, sexes and numbers. That two addresses or phones agree is told in words, and
never where or which: where a protected person lives is nobody's to compare. Former names are for matching alone: they
are not shown, and neither words nor weights rest on them (practice P12).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Decision, Entry, EventClass, Outcome, Phase
from concept_model.items import item_named
from gateway.errors import NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.link_record import link_record
from gateway.profiles.views import Receipt
from gateway.store.identities import IdentityFact
from gateway.store.ledger import append
from gateway.store.link_keys import read_base
from gateway.store.match_decisions import waiting_pair
from gateway.usecases.families.disclosure import receipt_for
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.linking.link_index import LinkHasher, model_of
from gateway.usecases.linking.linking_addresses import matched_by_rule
from gateway.usecases.linking.linking_law import linkage_law
from gateway.usecases.linking.linking_new_facts import RecordFacts
from gateway.usecases.linking.match_queue import WaitingMatch, waiting_match
from gateway.usecases.linking.match_stewards import deny, steward_mask
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring
from linkage.evidence import claims_between, same_dwelling
from linkage.explain import explain_claims
from linkage.model import LinkModel, default_model
from linkage.standardise import StandardRecord, standardise
from linkage.weights import Weight, weights_between

NO_SUCH_PAIR = "there is no such pair that waits"
_MATCHED = "An address came without its UPRN and was matched by the gazetteer or by equal text."
_COMPARED_ALONE = frozenset({"identity.former_name"})
_SHOWN = (
    "identity.name", "identity.birth_date", "identity.sex", "identity.nhs_number", "identity.upn", "identity.nino",
    "identity.pnc_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SaidOfRecord:
    """One thing that a source says of who somebody is."""

    item: str
    label: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class MatchSide:
    """One record of a pair: whose it is by its source's word, and nothing of what that source does for them."""

    source: str
    source_title: str
    said: tuple[SaidOfRecord, ...]


@dataclass(frozen=True, slots=True)
class ExplainedMatch:
    """A pair with what speaks for and against one person. A weight is in bits; negative speaks against."""

    match: WaitingMatch
    one: MatchSide
    other: MatchSide
    claims: tuple[str, ...]
    weights: tuple[Weight, ...]
    receipt: Receipt


def explain_match(wiring: Wiring, context: RequestContext, caller: StaffCaller, review_id: UUID) -> ExplainedMatch:
    """One pair that waits. Raises `AccessRefusedError` but for stewards, `NotFoundError` where none waits."""
    # (0) One instant; the register.
    now = wiring.clock()
    mask = steward_mask(wiring, context, caller, now)
    with wiring.database.transaction("hg_link") as connection:
        pair = waiting_pair(connection, review_id)
    if pair is None:
        deny(wiring, context, caller, now, "not-found")
        raise NotFoundError(NO_SUCH_PAIR)
    # (1) The authorisation, committed.
    subjects = tuple(sorted({str(pair.person_id), str(pair.other_person_id)}))
    authorised = entry(
        wiring, context, caller, EventClass.CONSULTATION, now, purpose=LINKAGE_PURPOSE, phase=Phase.AUTHORISATION,
        outcome=Outcome.PENDING, decision=Decision.PERMIT, subjects=subjects,
        detail={"records": [str(review_id)], "channel": context.channel}, **linkage_law(wiring, now),
    )  # fmt: skip
    record(wiring, authorised)
    # (2) Read, and the outcome.
    with wiring.database.transaction("hg_link") as connection:
        hasher = LinkHasher(wiring.custody, mask)
        records = RecordFacts(wiring, connection, mask, hasher, now)
        facts = records.all_of((pair.record_id, pair.other_record_id))
        model = _model(connection, hasher)
        outcome = _outcome(wiring, context, caller, authorised, facts)
        leaf = append(connection, outcome)
    one, other = (_of(record_id, facts) for record_id in (pair.record_id, pair.other_record_id))
    left, right = _standard(pair.record_id, one), _standard(pair.other_record_id, other)
    # (3) Only now.
    return ExplainedMatch(
        waiting_match(pair), _side(wiring, one), _side(wiring, other), _claims(facts, left, right),
        weights_between(left, right, model), receipt_for(wiring, outcome, leaf),
    )  # fmt: skip


def _model(connection: Connection, hasher: LinkHasher) -> LinkModel:
    """The model that linked them: that of the last run over everything, unless it was of an earlier release."""
    return model_of(read_base(connection), hasher) or default_model()


def _claims(facts: Sequence[IdentityFact], left: StandardRecord, right: StandardRecord) -> tuple[str, ...]:
    """Sentences for and against one person; of an address that is the same by a UPRN that was not sent, it is said."""
    claims = claims_between(left, right)
    matched = same_dwelling.__name__ in claims and matched_by_rule(facts)
    return (*explain_claims(claims), *((_MATCHED,) if matched else ()))


def _outcome(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, authorised: Entry, facts: Sequence[IdentityFact]
) -> Entry:
    shown = [fact for fact in facts if fact.item in _SHOWN]
    counts = dict(sorted(Counter(fact.item for fact in shown).items()))
    return entry(
        wiring, context, caller, authorised.event, authorised.at, purpose=LINKAGE_PURPOSE, phase=Phase.OUTCOME,
        refers_to=authorised.entry_id, decision=Decision.PERMIT, subjects=authorised.subjects,
        agreements=authorised.agreements, legal_basis=authorised.legal_basis,
        outcome=Outcome.DONE if shown else Outcome.NOTHING_FOUND, items_shown=tuple(counts), shown_counts=counts,
        sources=tuple(sorted({fact.source for fact in shown})), detail={"channel": context.channel},
    )  # fmt: skip


def _of(record_id: UUID, facts: Sequence[IdentityFact]) -> list[IdentityFact]:
    return [fact for fact in facts if fact.record_id == record_id]


def _standard(record_id: UUID, facts: Sequence[IdentityFact]) -> StandardRecord:
    said = [(fact.item, fact.value) for fact in facts if fact.item not in _COMPARED_ALONE]
    return standardise(link_record(record_id, facts[0].source if facts else "", said))


def _side(wiring: Wiring, facts: Sequence[IdentityFact]) -> MatchSide:
    source = facts[0].source if facts else ""
    said = tuple(
        SaidOfRecord(
            fact.item, item_named(fact.item).label,
            {name: str(value) for name, value in fact.value.items() if value is not None},
        )
        for item in _SHOWN
        for fact in facts
        if fact.item == item
    )  # fmt: skip
    return MatchSide(source, wiring.register.sources[source].title if source else "", said)
