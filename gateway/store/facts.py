"""Facts in and out. In: insert-only, unchanged ones skipped. Out: under an opened ticket, newest version of each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from audit.entry import Entry
from gateway.profiles.loaded import LoadedFact, WithheldCount
from gateway.store import ledger, wire
from gateway.store.fact_columns import NewRecord
from gateway.store.fact_copy import copy_facts
from gateway.store.ledger import LogQueue, Ticket
from gateway.store.wire import Session, Statement

_UUID, _BYTES = 2950, 17
"""PostgreSQL's numbers of the types uuid and bytea (pg_type)."""
_PROPOSE = Statement(b"hg_propose", b"SELECT * FROM hearth.propose_records($1, $2, $3, $4)", (1, 0, 0, 1))
_KNOWN = Statement(b"hg_known", b"SELECT key_digest, record_id FROM hearth.known_records($1)", (1,))
_ERASED = Statement(b"hg_erased", b"SELECT hearth.erased_keys($1)", (1,))
_TOKENS = Statement(
    b"hg_tokens",
    b"INSERT INTO hearth.search_token (token, record_id, source_no, item_no)"
    b" SELECT * FROM unnest($1::bytea[], $2::uuid[], $3::smallint[], $4::smallint[])"
    # In the order of the index: a quarter less time than at random, the sort included.
    b" ORDER BY 1 ON CONFLICT DO NOTHING",
    (1, 1, 0, 0),
)
_CURRENT = Statement(b"hg_current", b"SELECT fact_key, content_digest FROM hearth.current_digests($1)", (1,))


def find_records(connection: Connection, records: Sequence[NewRecord]) -> dict[bytes, bytes | None]:
    """Find or make the records of some keys; gives, by the id proposed, the id of each that has another.

    None for a key that was erased: it has no record. Records known under an earlier key keep their id.
    """
    elsewhere: dict[bytes, bytes | None] = {}
    earlier = [digest for record in records for digest in record.digests[1:]]
    if earlier:
        erased = {key for (key,) in _pairs(connection, _ERASED, [one for each in records for one in each.digests])}
        known = dict(_pairs(connection, _KNOWN, earlier))
        for record in records:
            old = next((known[digest] for digest in record.digests[1:] if digest in known), None)
            if old is not None or not erased.isdisjoint(record.digests):
                elsewhere[record.proposed] = None if not erased.isdisjoint(record.digests) else old
    wanted = [record for record in records if record.proposed not in elsewhere] if elsewhere else records
    if wanted:
        values = (
            wire.binary_array(_UUID, [record.proposed for record in wanted]),
            _plain_array([str(record.source_no) for record in wanted]),
            _plain_array([record.subject_kind for record in wanted]),
            wire.binary_array(_BYTES, [record.digests[0] for record in wanted]),
        )
        (found,) = wire.run(connection, [(_PROPOSE, values)])
        for row in range(found.ntuples):
            proposed = found.get_value(row, 0)
            assert proposed is not None  # noqa: S101 - it was given
            elsewhere[proposed] = found.get_value(row, 1)
    return elsewhere


def current_digests(connection: Connection, fact_keys: Sequence[bytes]) -> dict[bytes, bytes]:
    """The content digest of the newest version of each fact that exists; empty for one that was withdrawn."""
    return dict(_pairs(connection, _CURRENT, fact_keys))


def _pairs(connection: Connection, statement: Statement, digests: Sequence[bytes]) -> Iterator[Any]:
    """The rows of a statement about some digests, as their bytes."""
    (found,) = wire.run(connection, [(statement, (wire.binary_array(_BYTES, digests),))])
    columns = range(found.nfields)
    return (tuple([found.get_value(row, column) for column in columns]) for row in range(found.ntuples))


def _array(digests: Iterable[bytes]) -> str:
    """A PostgreSQL array of digests: written here, since a driver takes several times as long for thousands."""
    return "{" + ",".join([f'"\\\\x{one.hex()}"' for one in digests]) + "}"


def _plain_array(texts: Sequence[str]) -> bytes:
    """A PostgreSQL array of texts of ours that need no quotation marks."""
    return ("{" + ",".join(texts) + "}").encode()


def save_facts(connection: Connection, lines: bytes) -> None:
    """Insert versions: the lines of facts, joined, as `fact_lines.line_of` makes them."""
    if lines:
        copy_facts(connection, lines)


def keep_order(connection: Connection, batch_id: UUID, fact_keys: Sequence[bytes]) -> None:
    """Let what a batch has said of stored facts follow what stood, be that recorded by a clock that ran ahead."""
    if fact_keys:
        connection.execute(
            text("SELECT hearth.keep_order(:batch, CAST(CAST(:keys AS text) AS bytea[]))"),
            {"batch": batch_id, "keys": _array(fact_keys)},
        )


def save_tokens(connection: Connection, tokens: Iterable[tuple[bytes, bytes, int, int]]) -> None:
    """Insert search tokens as (token, record, source number, item number); those already there stay."""
    rows = list(tokens)
    if rows:
        found, records, sources, items = zip(*rows, strict=True)
        values = (
            wire.binary_array(_BYTES, found), wire.binary_array(_UUID, records),
            _plain_array([*map(str, sources)]), _plain_array([*map(str, items)]),
        )  # fmt: skip
        wire.run(connection, [(_TOKENS, values)])


# Whose facts these are, the policies of both tables say: records that the opened ticket reaches, by their index. A
# version of which a dispute was upheld is told to nobody, also where what followed it is hidden. OFFSET: disputes are
# asked for where there are any; without it the planner asks first.
_LOAD = Statement(
    b"hg_load",
    b"""
    SELECT v.fact_id, v.record_id, v.person_id, v.band, v.source_no, v.item_no, v.value, v.valid_from, v.valid_to,
           v.happened_at, v.nature, v.subject_role, v.disputed OR coalesce(d.is_open, false), v.recorded_at, v.agreement
      FROM (
      SELECT DISTINCT ON (f.fact_key)
             f.fact_id, f.record_id, l.person_id, l.band, f.source_no, f.item_no, f.value, f.valid_from, f.valid_to,
             f.happened_at, f.nature, f.subject_role, f.disputed, f.recorded_at, f.agreement, f.tombstone
        FROM hearth.fact f
        JOIN hearth.link l ON l.record_id = f.record_id AND l.superseded_at IS NULL
       ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
    ) v LEFT JOIN (
      SELECT s.* FROM hearth.disputed_versions() s WHERE (SELECT EXISTS (SELECT FROM hearth.permit_disputed)) OFFSET 0
    ) d ON d.fact_id = v.fact_id
    WHERE NOT v.tombstone AND d.is_upheld IS NOT TRUE
    ORDER BY v.person_id, v.item_no, v.source_no, v.fact_id
    """,
)


def load_facts(
    session: Session, ticket_id: UUID | None = None, *, outcome_follows: bool = False, commit: bool = False
) -> list[LoadedFact]:
    """Load what the ticket opened in this transaction admits; without one, nothing. All buffered, nothing streamed.

    With `ticket_id` that ticket is opened in the same round trip, or refused, and then nothing is loaded; for
    `outcome_follows` see `ledger.opening`. `commit`: nothing else is read, and the transaction ends with it.
    """
    opening = () if ticket_id is None else (ledger.opening(ticket_id, outcome_follows=outcome_follows),)
    results = wire.run(session, [*opening, (_LOAD, ())], commit=commit)
    return [LoadedFact(*row) for row in wire.rows(session, results[-1])]


def load_authorised(log: LogQueue, entry: Entry, ticket: Ticket, width: int) -> list[LoadedFact]:
    """Append an authorisation, and load in a second transaction what its ticket admits, behind one wait for both.

    For reads that need nothing else under the ticket. An outcome follows, and is durable before any of it leaves. In an
    error nothing is released; the authorisation may stand.
    """
    found = ledger.authorise_and_read(log, entry, ticket, width, (_LOAD, ()))
    return [LoadedFact(*row) for row in found]


def withheld_counts(connection: Connection, persons: Sequence[UUID]) -> list[WithheldCount]:
    """Ask how many entries lie in the cells of which the opened ticket may tell, for the persons shown."""
    rows = connection.execute(
        text("SELECT * FROM hearth.withheld_counts(CAST(:persons AS uuid[]))"), {"persons": list(persons)}
    )
    return [WithheldCount(row.source_no, row.item_no, row.mode, row.entries) for row in rows]
