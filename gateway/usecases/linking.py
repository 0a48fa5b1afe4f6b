"""Linkage of everything: records of one person joined, persons grouped into households, and an entry that says so.

(0) one instant, one run id
(1) read what tells who somebody is and where they live, and nothing else
(2) link records into persons; ids go on from the last run
(3) append the combination entry: the database lets nothing change without it
(4) write persons, and households from shared homes and kin from recorded relationships
(5) append an entry for each person who took records from another; commit
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from agreements.decision import Permit
from agreements.request import Band, DecisionRequest, Direction, Relationship
from audit.entry import Entry, EventClass
from gateway.store import identities
from gateway.store.batches import mark_linked, unlinked_batches
from gateway.store.identities import CurrentLink, IdentityFact
from gateway.store.ledger import append
from gateway.usecases.entries import system_entry
from gateway.usecases.lineage_entries import LINKAGE_PURPOSE, lineage_entries
from gateway.usecases.role_families import steward_of
from gateway.wiring import Wiring
from linkage.addresses import address_key, place_key
from linkage.households import (
    Household,
    HouseholdMember,
    PersonRelationship,
    PersonResidence,
    derive_households,
)
from linkage.lineage import Assignment, assign_person_ids
from linkage.persons import link_records
from linkage.record import LinkIdentifier, LinkRecord, LinkResult

BAND_NUMBERS = {"verified": 0, "strong": 1, "probable": 2, "review": 3}
_IDENTIFIER_ITEMS = {
    "identity.nhs_number": "nhs_number",
    "identity.upn": "upn",
    "identity.nino": "nino",
    "identity.pnc_id": "pnc_id",
}
_LINKAGE_LOCK = 4711
_SERVICE_HOUSEHOLD_LIMIT = 15


@dataclass(frozen=True, slots=True)
class LinkageRun:
    """What a run did."""

    run_id: UUID
    records: int
    persons: int
    households: int
    new_persons: int
    links_changed: int
    merged: Mapping[str, str]
    split: Mapping[str, tuple[str, ...]]
    held_for_review: int
    largest_person: int


def link_everything(wiring: Wiring) -> LinkageRun:
    """Run linkage once over all records. One run at a time; a second waits for the first."""
    # (0) One instant, one run.
    now = wiring.clock()
    run_id = wiring.mint()
    with wiring.database.transaction("hg_link") as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LINKAGE_LOCK})
        # Files that are in by now are met by this run; one that comes in later waits for the next.
        met = unlinked_batches(connection)
        # (1) Identity facts alone: row-level security keeps the rest from this role.
        mask = matching_mask(wiring, now)
        facts = [fact for fact in identities.identity_facts(connection) if _may_match(wiring, mask, fact)]
        records = link_input(identities.record_ids(connection), facts)
        links = identities.current_links(connection)
        # (2) Persons.
        result = link_records(records)
        ranks = identities.person_ranks(connection)
        previous = {str(link.record_id): str(link.person_id) for link in links}
        assigned = assign_person_ids(
            result.clusters, previous, lambda: str(wiring.mint_opaque()),
            rank_of={str(person): rank for person, rank in ranks.items()}, retired=[str(person) for person in ranks],
        )  # fmt: skip
        # (3) The combination entry, in the same transaction and before the first change.
        append(connection, _combination_entry(wiring, run_id, len(records), facts, now))
        # (4) Persons, households and kin.
        changed = _write_persons(wiring, connection, run_id, result, assigned, links)
        households = _write_households(wiring, connection, facts, assigned)
        # (5) Whose records became whose, last, so that no read of before follows in the log where it need not.
        for entry in lineage_entries(wiring, run_id, assigned, now):
            append(connection, entry)
        mark_linked(connection, met, now)
    return LinkageRun(
        run_id, len(records), len(result.clusters), households, len(assigned.minted), changed, assigned.merged,
        assigned.split, len(result.reviews), result.largest_cluster,
    )  # fmt: skip


def matching_mask(wiring: Wiring, now: datetime) -> int:
    """Cells that the linkage agreement lets be compared now; none, where no agreement does."""
    request = DecisionRequest(
        *steward_of(wiring), LINKAGE_PURPOSE, Relationship.NONE, {}, Band.VERIFIED, Direction.MATCH, now
    )
    decision = wiring.register.decide(request)
    return decision.mask if isinstance(decision, Permit) else 0


def _may_match(wiring: Wiring, mask: int, fact: IdentityFact) -> bool:
    vocabulary = wiring.register.vocabulary
    return bool(mask >> vocabulary.cell(fact.source, fact.item) & 1)


def link_input(records: Iterable[tuple[UUID, str]], facts: Sequence[IdentityFact]) -> list[LinkRecord]:
    """Source records as linkage takes them.

    A contact that a school names beside a pupil comes without date of birth or address; the pupil's address stands in
    for it, or such a parent would never meet the record of the same name at that address.
    """
    by_record: dict[UUID, list[IdentityFact]] = defaultdict(list)
    for fact in facts:
        by_record[fact.record_id].append(fact)
    return [
        _link_record(record, source, _with_relative_address(by_record[record], by_record)) for record, source in records
    ]


def _with_relative_address(
    facts: list[IdentityFact], by_record: Mapping[UUID, list[IdentityFact]]
) -> list[IdentityFact]:
    items = {fact.item for fact in facts}
    if items & {"identity.birth_date", "address.residence"} or "family.relationship" not in items:
        return facts
    relatives = [UUID(str(fact.value["other"])) for fact in facts if fact.item == "family.relationship"]
    return facts + [
        fact for relative in relatives for fact in by_record.get(relative, ()) if fact.item == "address.residence"
    ]


def _link_record(record: UUID, source: str, facts: Sequence[IdentityFact]) -> LinkRecord:
    def values(*items: str) -> list[Mapping[str, Any]]:
        return [fact.value for fact in facts if fact.item in items]

    def texts(key: str, *items: str) -> tuple[str, ...]:
        return tuple(str(value[key]) for value in values(*items) if value.get(key))

    names = values("identity.name") + values("identity.former_name")
    addresses = values("address.residence")
    keys = (address_key(str(a.get("lines") or "").split("\n"), a.get("postcode")) for a in addresses)
    return LinkRecord(
        record_id=str(record),
        source=source,
        given_names=tuple(str(name.get("given") or "") for name in names),
        family_names=tuple(str(name.get("family") or "") for name in names),
        birth_date=next(iter(texts("date", "identity.birth_date")), None),
        sex=next(iter(texts("code", "identity.sex")), None),
        identifiers=tuple(
            LinkIdentifier(_IDENTIFIER_ITEMS[fact.item], str(fact.value["value"]), _is_verified(fact.value))
            for fact in facts
            if fact.item in _IDENTIFIER_ITEMS and fact.value.get("verification") != "unverified"
        ),
        postcodes=texts("postcode", "address.residence"),
        uprns=texts("uprn", "address.residence"),
        address_keys=tuple(key for key in keys if key),
        phones=texts("value", "contact.phone"),
        emails=texts("value", "contact.email"),
    )


def _is_verified(value: Mapping[str, Any]) -> bool:
    return value.get("verification") == "verified"


def _write_persons(
    wiring: Wiring, connection: Connection, run_id: UUID, result: LinkResult, assigned: Assignment,
    links: Sequence[CurrentLink],
) -> int:  # fmt: skip
    now = wiring.clock()
    identities.add_persons(connection, [(UUID(person), wiring.mint_opaque()) for person in assigned.minted], now)
    standing = {str(link.record_id): link for link in links}
    claims = _claims(result)
    superseded, fresh = [], []
    for record, person in sorted(assigned.person_of.items()):
        band = BAND_NUMBERS[result.band_of[record].value]
        before = standing.get(record)
        if before is not None and str(before.person_id) == person and before.band == band:
            continue
        if before is not None:
            superseded.append(before.link_id)
        fresh.append(
            {
                "link_id": wiring.mint(), "record_id": UUID(record), "person_id": UUID(person), "band": band,
                "evidence": claims.get(record, []), "run_id": run_id, "recorded_at": now, "superseded_at": None,
            }
        )  # fmt: skip
    identities.replace_links(connection, superseded, fresh, now)
    gone: dict[UUID, UUID | None] = {UUID(old): UUID(new) for old, new in assigned.merged.items()}
    gone |= {UUID(old): None for old in assigned.gone}
    identities.retire_persons(connection, gone, now)
    identities.save_reviews(
        connection,
        [
            {
                "review_id": wiring.mint(), "record_id": UUID(pair.left), "other_record_id": UUID(pair.right),
                "reason": ", ".join(pair.reasons), "run_id": run_id, "raised_at": now, "state": "open",
            }
            for pair in result.reviews
        ],
    )  # fmt: skip
    return len(fresh)


def _claims(result: LinkResult) -> dict[str, list[str]]:
    claims: dict[str, set[str]] = defaultdict(set)
    for link in result.links:
        claims[link.left] |= set(link.claims)
        claims[link.right] |= set(link.claims)
    return {record: sorted(found) for record, found in claims.items()}


def previous_households(members: Mapping[UUID, set[UUID]]) -> list[Household]:
    """Stored households as linkage takes them: only who belongs matters for going on with an id."""
    return [
        Household(
            str(household),
            (),
            tuple(HouseholdMember(str(person), "resident", None, None, "residence") for person in sorted(persons)),
        )
        for household, persons in sorted(members.items())
    ]


def member_rows(households: Sequence[Household]) -> list[dict[str, Any]]:
    """One row per household and person: the period is from the earliest start to the latest end, open where any is."""
    rows = []
    for household in households:
        periods: dict[str, list[HouseholdMember]] = defaultdict(list)
        for member in household.members:
            periods[member.person_id].append(member)
        for person, members in sorted(periods.items()):
            starts = [member.valid_from for member in members]
            ends = [member.valid_to for member in members]
            rows.append(
                {
                    "household_id": UUID(household.household_id),
                    "person_id": UUID(person),
                    "valid_from": None if None in starts else min(s for s in starts if s),
                    "valid_to": None if None in ends else max(e for e in ends if e),
                }
            )
    return rows


def _write_households(
    wiring: Wiring, connection: Connection, facts: Sequence[IdentityFact], assigned: Assignment
) -> int:
    person = assigned.person_of
    names = _family_names(facts)
    residences = [
        PersonResidence(
            person[str(fact.record_id)], key, fact.valid_from, fact.valid_to, fact.source,
            fact.value.get("kind") or "home", family_name=names.get(fact.record_id, ""),
        )
        for fact in facts
        if fact.item == "address.residence" and (key := _place(fact)) is not None
    ]  # fmt: skip
    relationships = [
        PersonRelationship(person[str(fact.record_id)], person[str(fact.value["other"])], fact.value["kind"])
        for fact in facts
        if fact.item == "family.relationship" and str(fact.value.get("other")) in person
    ]
    before = identities.household_members(connection)
    derived = derive_households(residences, relationships, previous_households(before), lambda: str(wiring.mint()))
    now = wiring.clock()
    living = {UUID(household.household_id) for household in derived.households}
    retired: dict[UUID, UUID | None] = dict.fromkeys(set(before) - living)
    retired |= {UUID(old): UUID(new) for old, new in derived.merged.items()}
    identities.replace_households(connection, sorted(living), member_rows(derived.households), retired, now)
    identities.replace_kin(connection, _kin(facts, person))
    return len(living)


def _place(fact: IdentityFact) -> str | None:
    value = fact.value
    return place_key(value.get("uprn"), str(value.get("lines") or "").split("\n"), value.get("postcode"))


def _family_names(facts: Sequence[IdentityFact]) -> dict[UUID, str]:
    return {fact.record_id: str(fact.value.get("family") or "") for fact in facts if fact.item == "identity.name"}


def _kin(facts: Sequence[IdentityFact], person: Mapping[str, str]) -> Iterable[tuple[UUID, UUID]]:
    service_households: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        here = person[str(fact.record_id)]
        if fact.item == "family.relationship" and str(fact.value.get("other")) in person:
            yield UUID(here), UUID(person[str(fact.value["other"])])
        elif fact.item == "household.membership":
            service_households[str(fact.value.get("household"))].add(here)
    for members in service_households.values():
        if len(members) <= _SERVICE_HOUSEHOLD_LIMIT:
            for one, other in combinations(sorted(members), 2):
                yield UUID(one), UUID(other)


def _combination_entry(
    wiring: Wiring, run_id: UUID, records: int, facts: Sequence[IdentityFact], now: datetime
) -> Entry:
    sources = Counter(fact.source for fact in facts)
    detail: dict[str, Any] = {
        "link_decision": str(run_id), "sources": sorted(sources), "row_count": records,
        "match_rule": "splink-household-aware",
    }  # fmt: skip
    return system_entry(wiring, EventClass.COMBINATION, now, purpose=LINKAGE_PURPOSE, detail=detail)
