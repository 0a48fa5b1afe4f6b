"""Records of which nobody says any more who they are: withdrawn, taken back or past their time.

Nothing can tell whose they are, so they stay with the person whom they were last held to be. What hangs on them goes on
to hold for that person: a steward's decision, a correction of a household, a protection, an erasure to come.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from gateway.store.identities import CurrentLink, IdentityFact
from gateway.usecases.linking.linking_persons import BAND_NUMBERS
from linkage.neighbourhood import Neighbourhood
from linkage.record import Band, Decision, LinkResult

_BANDS = {number: Band(name) for name, number in BAND_NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class EmptiedRecords:
    """Emptied records by id: each with another record of its person, and with its band."""

    stands_in: Mapping[str, str]
    bands: Mapping[str, Band]

    def decisions(self, decisions: Iterable[Decision]) -> list[Decision]:
        """What was decided of an emptied record is decided of the one that stands in for it."""
        moved = (
            replace(one, left=self.stands_in.get(one.left, one.left), right=self.stands_in.get(one.right, one.right))
            for one in decisions
        )
        return [one for one in moved if one.left != one.right]

    def left_out_of(self, found: Neighbourhood) -> Neighbourhood:
        """A neighbourhood of the other records alone; there is nothing by which these would be compared."""
        return replace(
            found, records=tuple(each for each in found.records if each.record.record_id not in self.stands_in)
        )

    def put_back(self, result: LinkResult) -> LinkResult:
        """A result of the other records, with these beside those that stand in for them."""
        beside: dict[str, list[str]] = defaultdict(list)
        for record, other in self.stands_in.items():
            beside[other].append(record)
        clusters = (
            tuple(sorted([*cluster, *(one for record in cluster for one in beside.get(record, ()))]))
            for cluster in result.clusters
        )
        return replace(
            result, clusters=tuple(clusters), band_of={**result.band_of, **self.bands},
            probability_of={**result.probability_of, **dict.fromkeys(self.bands, 1.0)},
        )  # fmt: skip


def described_by(facts: Iterable[IdentityFact]) -> set[UUID]:
    """The records of which some facts say who they are, or where, whether they may be compared now or not."""
    return {
        fact.record_id
        for fact in facts
        if fact.item.startswith(("identity.", "contact.")) or fact.item == "address.residence"
    }


def emptied_records(links: Sequence[CurrentLink], among: Iterable[UUID], described: Collection[UUID]) -> EmptiedRecords:
    """Those `among` some records that are not `described`, where their person has another record among them.

    The surest of a person's described records stands in; of a person of whom none is described, one record.
    """
    wanted = set(among)
    known = [link for link in links if link.record_id in wanted]
    first: dict[UUID, CurrentLink] = {}
    for link in sorted(known, key=lambda one: (one.record_id not in described, one.band, one.record_id)):
        first.setdefault(link.person_id, link)
    emptied = [
        link for link in known
        if link.record_id not in described and link.record_id != first[link.person_id].record_id
    ]  # fmt: skip
    return EmptiedRecords(
        {str(link.record_id): str(first[link.person_id].record_id) for link in emptied},
        {str(link.record_id): _BANDS[link.band] for link in emptied},
    )
