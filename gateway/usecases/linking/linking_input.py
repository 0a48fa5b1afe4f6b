"""What linkage may compare: facts that the linkage agreement covers, made into records."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from adapters.port import FeedProfile
from gateway.link_record import link_record
from gateway.store.identities import IdentityFact
from gateway.usecases.linking.linking_law import matching_permit
from gateway.wiring import Wiring
from linkage.record import LinkRecord
from linkage.sources import Sources

RELATIONSHIP = "family.relationship"
_OWN = frozenset({"identity.birth_date", "address.residence"})


def matching_mask(wiring: Wiring, now: datetime) -> int:
    """Cells that the linkage agreement lets be compared now; none, where no agreement does."""
    permit = matching_permit(wiring, now)
    return permit.mask if permit else 0


def permitted(wiring: Wiring, mask: int, facts: Iterable[IdentityFact]) -> list[IdentityFact]:
    """The facts whose cells a mask admits."""
    cell = wiring.register.vocabulary.cell
    return [fact for fact in facts if mask >> cell(fact.source, fact.item) & 1]


def known_sources(wiring: Wiring, now: datetime) -> Sources:
    """What the feeds of each source say of whom they hold; nothing of a source of which one feed does not say it."""
    profiles: dict[str, list[FeedProfile]] = defaultdict(list)
    for feed in wiring.feeds.values():
        profiles[feed.profile.source].append(feed.profile)
    ages = {source: [each.youngest for each in told if each.youngest is not None] for source, told in profiles.items()}
    return Sources(
        duplicate_free=frozenset(
            source for source, told in profiles.items() if all(each.duplicate_free for each in told)
        ),
        born_by={source: now.year - min(told) for source, told in ages.items() if len(told) == len(profiles[source])},
    )


def link_input(
    records: Iterable[tuple[UUID, str]], facts: Sequence[IdentityFact], sources: Sources
) -> list[LinkRecord]:
    """Source records as linkage takes them, with what is known of their `sources`.

    A contact that a school names beside a pupil comes without date of birth or address; the pupil's address stands in
    for it, or such a parent would never meet the record of the same name at that address.
    """
    by_record: dict[UUID, list[IdentityFact]] = defaultdict(list)
    for fact in facts:
        by_record[fact.record_id].append(fact)
    return [
        link_record(
            record, source, [(fact.item, fact.value) for fact in _with_relative_address(record, by_record)], sources
        )
        for record, source in records
    ]


def leans_on(facts: Sequence[IdentityFact]) -> frozenset[UUID]:
    """The records whose address stands in for that of the record that these facts are of."""
    items = {fact.item for fact in facts}
    if items & _OWN:
        return frozenset()
    return frozenset(UUID(str(fact.value["other"])) for fact in facts if fact.item == RELATIONSHIP)


def _with_relative_address(record: UUID, by_record: Mapping[UUID, list[IdentityFact]]) -> list[IdentityFact]:
    facts = by_record.get(record, [])
    relatives = leans_on(facts)
    named = [UUID(str(fact.value["other"])) for fact in facts if fact.item == RELATIONSHIP] if relatives else []
    return facts + [
        fact for relative in named for fact in by_record.get(relative, ()) if fact.item == "address.residence"
    ]
