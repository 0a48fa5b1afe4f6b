"""The entry by which a run of linkage says that it joined what several services know (practice P12)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.entry import Entry, EventClass
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.linking.linking_law import linkage_law
from gateway.usecases.log.entries import system_entry
from gateway.wiring import Wiring


def combination_entry(
    wiring: Wiring, run_id: UUID, records: int, sources: Iterable[str], now: datetime,
    differences: Mapping[str, int] | None = None,
) -> Entry:  # fmt: skip
    """Which sources a run joined, of how many records; `differences` from what stood before, as counts by kind."""
    detail: dict[str, Any] = {
        "link_decision": str(run_id), "sources": sorted(set(sources)), "row_count": records,
        "match_rule": "household-aware",
    }  # fmt: skip
    if differences is not None:
        detail["differences"] = dict(differences)
    return system_entry(
        wiring, EventClass.COMBINATION, now, purpose=LINKAGE_PURPOSE, detail=detail, **linkage_law(wiring, now)
    )
