"""The register that a start of the gateway serves, and what happened to its documents since, in the log.

Documents are signed, activated, suspended and withdrawn offline, on files; the gateway sees what came of it when it
starts. So a start that loads another register than the one before leaves an entry for each life-cycle event that the
log does not know yet, and one for the register. A start that loads the same register leaves none.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from agreements.lifecycle import LifecycleEvent
from audit.canonical import Json
from audit.entry import EventClass
from gateway.store.ledger import append
from gateway.store.log_search import CardSearch, newest_waiting, search_cards
from gateway.usecases.log.entries import system_entry
from gateway.usecases.log.log_lines import opened_entry
from gateway.wiring import Wiring

LOADED, LIFECYCLE = "register_loading", "register_lifecycle"
_WHO = "hearthgate"


def record_register(wiring: Wiring, events: Iterable[LifecycleEvent]) -> int:
    """Record what is new of the register and its events; gives the number of entries. Durable before any answer."""
    now = wiring.clock()
    told = {_mark(event): event for event in events}
    with wiring.database.transaction("hg_desk") as connection:
        last = _last(connection)
        known = last.get("records")
        seen = {str(one) for one in known} if isinstance(known, list | tuple) else set()
        new = [event for mark, event in told.items() if mark not in seen]
        if last.get("new_version") == wiring.register.version and not new:
            return 0
        for event in new:
            detail = {
                "records": [event.document], "reasons": [event.event], "decided_by": list(event.by),
                "happened_at": event.at.isoformat(), **({"party": event.party} if event.party else {}),
            }  # fmt: skip
            append(connection, system_entry(wiring, EventClass.CONFIGURATION, now, purpose=LIFECYCLE, detail=detail))
        loaded = {"new_version": wiring.register.version, "records": sorted(told)}
        if "new_version" in last:
            loaded["old_version"] = str(last["new_version"])
        append(connection, system_entry(wiring, EventClass.CONFIGURATION, now, purpose=LOADED, detail=loaded))
    return len(new) + 1


def _last(connection: Connection) -> Mapping[str, Json]:
    """The detail of the newest entry of a register loaded; empty where there is none."""
    # A gateway that stopped soon after it started may have left its entry waiting for the tree.
    row = newest_waiting(connection, _WHO, LOADED)
    if row is None:
        found = search_cards(connection, CardSearch({"worker": _WHO, "purpose": LOADED}), None, 1)
        row = found.rows[0] if found.rows else None
    detail = opened_entry(row).values.get("detail") if row is not None else None
    return detail if isinstance(detail, Mapping) else {}


def _mark(event: LifecycleEvent) -> str:
    return f"{event.document} {event.event} {event.at.isoformat()}"
