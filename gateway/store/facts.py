"""Facts in and out. In: insert-only, unchanged ones skipped. Out: under an opened ticket, newest version of each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from audit.entry import Entry
from gateway.profiles.loaded import LoadedFact, WithheldCount
from gateway.store import ledger, wire
from gateway.store.append_many import AppendedRow
from gateway.store.fact_columns import NewFact, NewRecord
from gateway.store.fact_copy import copy_facts
from gateway.store.group_commit import GroupCommit
from gateway.store.ledger import Ticket
from gateway.store.wire import Session, Statement

_DIGEST, _ID = 32, 16
"""Bytes of the digest of a key, and of the id of a record."""


def intern_records(
    connection: Connection, records: Sequence[NewRecord], mint: Callable[[int], Sequence[bytes]]
) -> tuple[dict[bytes, bytes], set[bytes]]:
    """The id of the record for each record's first digest, and the ids of those that are new by this.

    Records known under an earlier key keep their id. `mint` gives as many ids as it is asked for.
    """
    made: set[bytes] = set()
    found: dict[bytes, bytes] = {}
    earlier = [digest for record in records for digest in record.digests[1:]]
    if earlier:
        rows = connection.execute(text("SELECT * FROM hearth.known_records(:digests)"), {"digests": earlier})
        known = {key: record.bytes for key, record in rows}
        for record in records:
            old = next((known[digest] for digest in record.digests[1:] if digest in known), None)
            if old is not None:
                found[record.digests[0]] = old
    wanted = [record for record in records if record.digests[0] not in found]
    if wanted:
        ids = mint(len(wanted))
        together: bytes = connection.execute(
            text(
                # One value for all: a driver makes several objects of each row.
                "SELECT string_agg(key_digest || uuid_send(record_id), '') FROM hearth.intern_records("
                "CAST(CAST(:ids AS text) AS uuid[]), CAST(CAST(:sources AS text) AS smallint[]),"
                " CAST(CAST(:kinds AS text) AS text[]), CAST(CAST(:digests AS text) AS bytea[]))"
            ),
            {
                "ids": _plain_array([one.hex() for one in ids]),
                "sources": _plain_array([str(record.source_no) for record in wanted]),
                "kinds": _plain_array([record.subject_kind for record in wanted]),
                "digests": _array(record.digests[0] for record in wanted),
            },
        ).scalar_one()
        found |= {
            together[at : at + _DIGEST]: together[at + _DIGEST : at + _DIGEST + _ID]
            for at in range(0, len(together), _DIGEST + _ID)
        }
        made = set(ids).intersection(found.values())
    return found, made


def erased_digests(connection: Connection, digests: Sequence[bytes]) -> set[bytes]:
    """Those of some digests of partners' keys that were erased: nothing is taken under them any more."""
    found = connection.execute(
        text("SELECT hearth.erased_keys(CAST(CAST(:digests AS text) AS bytea[]))"), {"digests": _array(digests)}
    )
    return {bytes(one) for one in found.scalars()}


def current_digests(connection: Connection, fact_keys: Sequence[bytes]) -> dict[bytes, bytes]:
    """The content digest of the newest version of each fact that exists."""
    together: bytes | None = connection.execute(
        text(
            # One value for all, as in `intern_records`. A content is a digest, or nothing where the fact was withdrawn.
            "SELECT string_agg(fact_key || set_byte('\\x00', 0, octet_length(content_digest)) || content_digest, '')"
            " FROM hearth.current_digests(CAST(CAST(:keys AS text) AS bytea[]))"
        ),
        {"keys": _array(fact_keys)},
    ).scalar_one()
    found, at = {}, 0
    while together is not None and at < len(together):
        begins = at + _DIGEST + 1
        ends = begins + together[begins - 1]
        found[together[at : at + _DIGEST]] = together[begins:ends]
        at = ends
    return found


def _array(digests: Iterable[bytes]) -> str:
    """A PostgreSQL array of digests: written here, since a driver takes several times as long for thousands."""
    return "{" + ",".join([f'"\\\\x{one.hex()}"' for one in digests]) + "}"


def _plain_array(texts: Sequence[str]) -> str:
    """A PostgreSQL array of texts of ours that need no quotation marks."""
    return "{" + ",".join(texts) + "}"


def save_facts(
    connection: Connection, facts: Sequence[NewFact], common: Mapping[str, Any], ids: Sequence[bytes]
) -> None:
    """Insert versions. `common` holds batch_id, agreement and recorded_at; `ids` are those of the facts."""
    if facts:
        copy_facts(connection, facts, common, ids)


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
    if not rows:
        return
    found, records, sources, items = zip(*rows, strict=True)
    connection.execute(
        text(
            "INSERT INTO hearth.search_token (token, record_id, source_no, item_no)"
            " SELECT * FROM unnest(CAST(CAST(:tokens AS text) AS bytea[]), CAST(CAST(:records AS text) AS uuid[]),"
            # In the order of the index: a quarter less time than at random, the sort included.
            " CAST(CAST(:sources AS text) AS smallint[]), CAST(CAST(:items AS text) AS smallint[]))"
            " ORDER BY 1 ON CONFLICT DO NOTHING"
        ),
        {
            "tokens": _array(found),
            "records": _plain_array([one.hex() for one in records]),
            "sources": _plain_array([*map(str, sources)]),
            "items": _plain_array([*map(str, items)]),
        },
    )


# Whose facts these are, the policies of both tables say: records that the opened ticket reaches, by their index.
_LOAD = Statement(
    b"hg_load",
    b"""
    SELECT v.* FROM (
      SELECT DISTINCT ON (f.fact_key)
             f.fact_id, f.record_id, l.person_id, l.band, f.source_no, f.item_no, f.value, f.valid_from, f.valid_to,
             f.happened_at, f.nature, f.subject_role, f.disputed, f.recorded_at, f.agreement, f.tombstone
        FROM hearth.fact f
        JOIN hearth.link l ON l.record_id = f.record_id AND l.superseded_at IS NULL
       ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
    ) v WHERE NOT v.tombstone
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
    return [LoadedFact(*row[:-1]) for row in wire.rows(session, results[-1])]


def load_authorised(log: GroupCommit[AppendedRow], entry: Entry, ticket: Ticket, width: int) -> list[LoadedFact]:
    """Append an authorisation, and load in a second transaction what its ticket admits, behind one wait for both.

    For reads that need nothing else under the ticket. An outcome follows, and is durable before any of it leaves. In an
    error nothing is released; the authorisation may stand.
    """
    found = ledger.authorise_and_read(log, entry, ticket, width, (_LOAD, ()))
    return [LoadedFact(*row[:-1]) for row in found]


def withheld_counts(connection: Connection, persons: Sequence[UUID]) -> list[WithheldCount]:
    """Ask how many entries lie in the cells of which the opened ticket may tell, for the persons shown."""
    rows = connection.execute(
        text("SELECT * FROM hearth.withheld_counts(CAST(:persons AS uuid[]))"), {"persons": list(persons)}
    )
    return [WithheldCount(row.source_no, row.item_no, row.mode, row.entries) for row in rows]
