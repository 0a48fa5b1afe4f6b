"""Counts by SQL, past the gateway, so that its own numbers can be held against something."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, text

from gateway.building import running_database
from gateway.demo.readers import Traced
from gateway.demo.steps import DemoError
from gateway.settings import Settings
from gateway.supervising import times_ended

_COUNTS = {
    "persons": "SELECT count(*) FROM hearth.person WHERE retired_at IS NULL",
    "households": "SELECT count(*) FROM hearth.household WHERE retired_at IS NULL",
    "records": "SELECT count(*) FROM hearth.source_record",
    "facts": "SELECT count(*) FROM hearth.fact",
    "links": "SELECT count(*) FROM hearth.link WHERE superseded_at IS NULL",
    "rows_accepted": "SELECT coalesce(sum(rows_accepted), 0) FROM desk.batch",
    "entries": "SELECT count(*) FROM audit.entry",
}
_FEEDS = """
SELECT b.feed, count(*) AS files, sum(b.rows_read) AS rows, sum(b.rows_accepted) AS accepted,
       sum(b.rows_rejected) AS rejected, sum(b.rows_refused) AS refused, sum(b.rows_flagged) AS flagged,
       coalesce(max(k.facts), 0) AS facts_new, coalesce(max(k.items), ARRAY[]::text[]) AS items,
       array(SELECT DISTINCT unnest(o.columns_not_kept) FROM desk.batch o WHERE o.feed = b.feed ORDER BY 1)
         AS columns_not_kept,
       array(SELECT DISTINCT o.refusal_message FROM desk.batch o
              WHERE o.feed = b.feed AND o.refusal_message IS NOT NULL) AS refused_because
  FROM desk.batch b
  LEFT JOIN (SELECT o.feed, count(*) AS facts, array_agg(DISTINCT i.name::text ORDER BY i.name::text) AS items
               FROM hearth.fact f JOIN desk.batch o USING (batch_id) JOIN hearth.item i USING (item_no)
              GROUP BY o.feed) k USING (feed)
 GROUP BY b.feed ORDER BY min(b.received_at)
"""
_ENTRIES_OF = """
SELECT fields -> 'request_id' ->> 1 AS request_id, count(*) AS entries FROM audit.opening
 WHERE fields -> 'request_id' ->> 1 = ANY(:ids) GROUP BY 1
"""
_WAITING = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE status IN ('todo', 'doing')"
_FAILED = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE status IN ('failed', 'aborted')"
_UNSEQUENCED = "SELECT count(*) FROM audit.pending"
_PAUSE = 0.1
_LONGEST_WAIT = 240.0
_ENDS_BORNE = 3


@contextmanager
def administrator(settings: Settings) -> Iterator[Connection]:
    """A read-only look as the server's administrator, whom row-level security does not bind."""
    with running_database(settings) as running:
        engine = create_engine(running.admin_url, hide_parameters=True)
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("SET default_transaction_read_only = on"))
                yield connection
        finally:
            engine.dispose()


def newest_leaf(connection: Connection) -> str:
    """Id of the entry that was taken into the tree last."""
    found = connection.execute(text("SELECT entry_id FROM audit.leaf ORDER BY leaf_index DESC LIMIT 1"))
    return str(found.scalar_one())


def count_everything(connection: Connection) -> dict[str, int]:
    """Persons, households, records, facts, links, accepted rows, entries."""
    return {name: int(connection.execute(text(query)).scalar_one()) for name, query in _COUNTS.items()}


def count_feeds(connection: Connection) -> dict[str, dict[str, Any]]:
    """What the database holds of each feed, in the order in which the feeds came."""
    found = {}
    for row in connection.execute(text(_FEEDS)).mappings():
        values = dict(row)
        lists = {name: list(values.pop(name)) for name in ("columns_not_kept", "items", "refused_because")}
        feed = str(values.pop("feed"))
        found[feed] = {**{name: int(value) for name, value in values.items()}, **lists}
    return found


def entries_of(connection: Connection, calls: list[Traced]) -> Mapping[str, int]:
    """How many entries the log holds of each call, by request id."""
    # An opening holds the canonical value, so a text stands in its quotes.
    ids = [f'"{call.request_id}"' for call in calls]
    rows = connection.execute(text(_ENTRIES_OF), {"ids": ids})
    return {row.request_id.strip('"'): int(row.entries) for row in rows}


def wait_for_linkage(connection: Connection) -> float:
    """Wait until the worker has done every queued job; give the seconds. Raise `DemoError` if one failed."""
    waited = _wait(connection, _WAITING, "the linkage worker is not done after four minutes; is it running?", "worker")
    if connection.execute(text(_FAILED)).scalar_one():
        raise DemoError("a linkage job failed; the gateway's own output above says which")
    return waited


def wait_for_the_tree(connection: Connection) -> float:
    """Wait until every entry is a leaf of the tree; give the seconds."""
    return _wait(connection, _UNSEQUENCED, "the sequencer has not taken in every entry; is it running?", "sequencer")


def _wait(
    connection: Connection, query: str, otherwise: str, process: str, clock: Callable[[], float] = time.monotonic
) -> float:
    started, ended = clock(), times_ended(process)
    while connection.execute(text(query)).scalar_one():
        # A process that refuses to start, as after a change of the register under its feet, will not do the work.
        if times_ended(process) - ended >= _ENDS_BORNE:
            message = f"the {process} ends whenever it is started; its own words stand above"
            raise DemoError(message)
        if clock() - started > _LONGEST_WAIT:
            raise DemoError(otherwise)
        time.sleep(_PAUSE)
    return clock() - started
