"""Apply past erasures again, after a restore from a backup that still holds whom they erased.

What must go is known by the list of erased keys beside the database, by further copies of it, and by the list in the
database itself. Each person found goes as before: an entry names their records, then they go, in a transaction of their
own and with entries that say so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from audit.canonical import Json
from audit.entry import Entry, EventClass, Outcome, Phase
from gateway.errors import ErasureHeldError
from gateway.store import erasure
from gateway.store.erasure_desk import save_erasure
from gateway.usecases.log.log_parts import LogParts
from gateway.usecases.subjects.erased_list import add_to_list, list_path, read_list
from gateway.usecases.subjects.erasure_carried_out import Admitted, admit, carry_out, refuse_held

GROUND = "legal-obligation"
_ASKED_BY = "list of erased keys"
REASON = "erased-before-restore"


@dataclass(frozen=True, slots=True)
class Reapplied:
    """How many keys were looked for, and how many persons went again; `held` are those on whom a legal hold stands."""

    keys: int
    persons: int
    records: int
    entries: int
    held: int


def reapply_erasures(parts: LogParts, copies: Iterable[Path], entry_of: Callable[..., Entry]) -> Reapplied:
    """Erase again whom the lists name. Safe to repeat: who is gone is not found.

    `entry_of` makes an entry of an event and of fields by name.

    Raises `ConfigurationError` for a copy that is no list, `DatabaseUnavailableError`; persons erased before stay so.
    """
    own = list_path(parts.settings)
    digests = read_list(own).union(*(read_list(path) for path in copies))
    with parts.database.transaction("hg_erase") as connection:
        digests |= set(erasure.erased_keys(connection))
        records = erasure.records_of_keys(connection, sorted(digests))
        people = _people(erasure.link_versions(connection, records), records)
    add_to_list(own, digests)
    done = [_erase(parts, one, entry_of) for one in people]
    went = [one for one in done if one is not None]
    return Reapplied(
        len(digests), len(went), sum(records for records, _ in went), sum(entries for _, entries in went),
        len(done) - len(went),
    )  # fmt: skip


def _people(versions: Iterable[erasure.LinkVersion], records: Iterable[UUID]) -> list[list[UUID]]:
    """The records of each person together, as they are linked now; one that nobody holds goes by itself."""
    holder = {one.record_id: one.person_id for one in versions if one.until is None}
    people: dict[UUID, list[UUID]] = {}
    for record in records:
        people.setdefault(holder.get(record, record), []).append(record)
    return [found for _, found in sorted(people.items())]


def _erase(parts: LogParts, records: list[UUID], entry_of: Callable[..., Entry]) -> tuple[int, int] | None:
    erasure_id = parts.mint()
    said: dict[str, Json] = {"erasure": str(erasure_id), "ground": GROUND, "reasons": [REASON]}
    try:
        with parts.database.transaction("hg_erase") as connection:
            refuse_held(connection, records)
            decided = entry_of(
                EventClass.CONFIGURATION, phase=Phase.AUTHORISATION, outcome=Outcome.PENDING,
                detail={**said, "records": [str(one) for one in records]},
            )  # fmt: skip
            admitted = Admitted(admit(parts, connection, decided), tuple(records))

        def erased(detail: Mapping[str, Json]) -> Entry:
            return entry_of(
                EventClass.ERASURE, phase=Phase.OUTCOME, refers_to=decided.entry_id, detail={**said, **detail}
            )

        with parts.database.transaction("hg_erase") as connection:
            done = carry_out(parts, connection, admitted, erased)
            now = parts.clock()
            # For the last step, which takes what was no leaf yet.
            row = {
                "erasure_id": erasure_id, "persons": list(done.gone), "ground": GROUND, "asked_by": _ASKED_BY,
                "asked_worker": _ASKED_BY, "asked_at": now, "state": "erased", "decided_by": "operator",
                "decided_worker": "operator", "decided_at": now,
            }  # fmt: skip
            save_erasure(connection, row)
    except ErasureHeldError:
        return None
    return done.records, done.entries
