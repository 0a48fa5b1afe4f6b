"""Entries that say whose records became whose, so that a subject's report goes on where an earlier id's list ends."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.entry import Entry, EventClass
from gateway.usecases.log.entries import system_entry
from gateway.wiring import Wiring
from linkage.lineage import Assignment

LINKAGE_PURPOSE = "linkage"


def lineage_entries(wiring: Wiring, run_id: UUID, assigned: Assignment, now: datetime) -> Iterator[Entry]:
    """One entry for each person who took records from others, in the order of their ids.

    `persons_after` is that person alone, `persons_before` those who had the records and, unless new, that person too:
    two persons who exchange records are two entries, and neither is obliged to show the other's list.
    `persons_ended`, where there are any, are givers whose ids ended: what is recorded under these afterwards, of a look
    that had begun before, is about the taker. Never sealed, and without sources: that two files were one is told to
    whom it concerns, and which service's record told it may be a secret.
    """
    for taker, givers in sorted(taken_from(assigned).items()):
        before = givers if taker in assigned.minted else givers | {taker}
        detail: dict[str, Any] = {
            "link_decision": str(run_id), "persons_before": sorted(before), "persons_after": [taker],
        }  # fmt: skip
        if ended := sorted(givers & assigned.merged.keys()):
            detail["persons_ended"] = ended
        yield system_entry(
            wiring, EventClass.COMBINATION, now, purpose=LINKAGE_PURPOSE, subjects=tuple(sorted(givers | {taker})),
            detail=detail, sealed=False,
        )  # fmt: skip


def taken_from(assigned: Assignment) -> dict[str, set[str]]:
    """Who took records from whom: person ids, each with the earlier ids that gave."""
    givers: dict[str, set[str]] = defaultdict(set)
    for old, new in assigned.merged.items():
        givers[new].add(old)
    for old, takers in assigned.split.items():
        for new in takers:
            givers[new].add(old)
    return dict(givers)
