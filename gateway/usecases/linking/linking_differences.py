"""How a run over everything differs from what stood, as counts by kind: what linking records as they came left."""

from collections.abc import Sequence

from gateway.store.identities import CurrentLink
from gateway.usecases.linking.linking_persons import BAND_NUMBERS
from linkage.lineage import Assignment
from linkage.record import LinkResult

KINDS = ("records-new", "records-moved", "bands-changed", "persons-merged", "persons-parted", "persons-gone")


def differences_from(links: Sequence[CurrentLink], assigned: Assignment, result: LinkResult) -> dict[str, int]:
    """Counts by the kinds of `KINDS`; `links` are those that stood. A record moved if it is another person's now."""
    standing = {str(link.record_id): link for link in links}
    new = moved = rebanded = 0
    for record, person in assigned.person_of.items():
        before = standing.get(record)
        if before is None:
            new += 1
        elif str(before.person_id) != person:
            moved += 1
        elif before.band != BAND_NUMBERS[result.band_of[record].value]:
            rebanded += 1
    counts = (new, moved, rebanded, len(assigned.merged), len(assigned.split), len(assigned.gone))
    return dict(zip(KINDS, counts, strict=True))
