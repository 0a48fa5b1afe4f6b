"""Two feeds, or two senders of one, say the same fact: by which words each of them stands, beside the newest version.

A feed that says again what it said before says nothing new, whatever another feed has said since: else two files that
describe the same people in words of their own would take turns at each push.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from gateway.store.fact_copy import NewFact
from gateway.store.withdrawals import make_way, note_also_said, own_words, source_is_shared


class WordsBeside:
    """Keeps them while a batch is taken, on the connection of its transaction. Costs nothing where nobody shares."""

    def __init__(self, connection: Connection, batch_id: UUID) -> None:
        self._connection = connection
        self._batch_id = batch_id
        self._shared = source_is_shared(connection, batch_id)

    def own(self, stored: Mapping[bytes, bytes]) -> Mapping[bytes, bytes]:
        """The content by which the batch's feed stands, of those of the stored facts that another feed said last."""
        return own_words(self._connection, self._batch_id, list(stored)) if self._shared and stored else {}

    def make_way(self, fresh: Sequence[NewFact], stored: Mapping[bytes, bytes]) -> None:
        """Before new words are saved: keep what another feed said last."""
        superseded = {row.fact_key for row in fresh if row.fact_key in stored}
        if self._shared and superseded:
            make_way(self._connection, self._batch_id, list(superseded))

    def note(
        self,
        rows: Sequence[NewFact],
        fresh: Sequence[NewFact],
        stored: Mapping[bytes, bytes],
        own: Mapping[bytes, bytes],
    ) -> None:
        """Note by which words the batch's sender stands, of the rows that change nothing."""
        if self._shared:
            new = {row.fact_key for row in fresh}
            note_also_said(
                self._connection,
                self._batch_id,
                {
                    row.fact_key: stored[row.fact_key]
                    if row.content_digest == stored[row.fact_key]
                    else own[row.fact_key]
                    for row in rows
                    if row.fact_key in stored and row.fact_key not in new
                },
            )
