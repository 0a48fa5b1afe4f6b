"""What stewards decided, as linkage keeps to it: hard constraints on every run, of everything or of new records."""

from sqlalchemy import Connection

from gateway.store.match_decisions import standing_decisions
from linkage.record import Decision


def steward_decisions(connection: Connection) -> list[Decision]:
    """Every decision that holds. `different` wins over `same`, and both over any score."""
    return [
        Decision(str(one.record_id), str(one.other_record_id), "same" if one.verdict == "same" else "different")
        for one in standing_decisions(connection)
    ]
