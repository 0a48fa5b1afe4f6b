"""Two officers, an erasure by both, and people of Northvale who were looked at: what the tests of erasure share."""

import re
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Engine, text

from gateway import clock
from gateway.usecases.subjects.erasing import Erasure, NewErasure, ask_erasure, decide_erasure, finish_erasures
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import CONTEXT, Northvale

_BYTES = re.compile(r"\\\\x((?:[0-9a-f]{2})+)")
ASKS, DECIDES = "W601", "W602"


def ask(northvale: Northvale, family: UUID, reference: str = "IG/2026/113") -> Erasure:
    asked = NewErasure(family, "no-longer-necessary", reference, "the retention schedule of early help has run out")
    return ask_erasure(northvale.wiring, CONTEXT, northvale.reader(ASKS), asked)


def decide(northvale: Northvale, erasure_id: UUID, *, confirmed: bool = True) -> Erasure:
    second, reason = northvale.reader(DECIDES), "checked against the file"
    return decide_erasure(northvale.wiring, CONTEXT, second, erasure_id, reason, confirmed=confirmed)


def erase(northvale: Northvale, family: UUID) -> Erasure:
    """Ask, decide, and make leaves of all that was written."""
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    done = decide(northvale, ask(northvale, family).erasure_id)
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    return done


def finish(northvale: Northvale) -> int:
    """The last step, a quarter of an hour later."""
    # Commands of the operator have a clock of their own, which the world's may be behind.
    northvale.clock.now = max(northvale.clock.now, clock.utc_now()) + timedelta(minutes=15)
    done = finish_erasures(northvale.wiring)
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    return done


def everything_stored(admin: Engine) -> dict[str, str]:
    """All that every table holds, as text, by table; bytes as they are where they are text."""
    found = {}
    with admin.begin() as connection:
        tables = connection.execute(
            text(
                "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relkind = 'r' AND n.nspname IN ('audit', 'desk', 'hearth', 'jobs')"
            )
        ).scalars()
        for table in tables:
            rows = connection.execute(text(f"SELECT row_to_json(t)::text FROM {table} t")).scalars()  # noqa: S608 - a name from the catalog
            found[table] = "\n".join(_readable(row) for row in rows)
    return found


def _readable(row: str) -> str:
    """Bytes, which JSON shows as hexadecimal, as the text that they may hold."""
    return _BYTES.sub(lambda one: bytes.fromhex(one[1]).decode("utf-8", errors="replace"), row)
