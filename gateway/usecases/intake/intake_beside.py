"""Two feeds, or two senders of one, say the same fact: by which words each of them stands, beside the newest version.

A sender who says again in a feed what it said there before says nothing new, whatever another has said since: else two
files that describe the same people in words of their own would take turns at each push.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from gateway.store.fact_columns import NewFact
from gateway.store.withdrawals import make_way, note_also_said, own_words, source_is_shared


class WordsBeside:
    """Keeps them while a batch is taken, on the connection of its transaction. Costs nothing where nobody shares."""

    def __init__(self, connection: Connection, batch_id: UUID) -> None:
        self._connection = connection
        self._batch_id = batch_id
        self._shared = source_is_shared(connection, batch_id)

    def own(self, stored: Mapping[bytes, bytes]) -> Mapping[bytes, bytes]:
        """The content by which the batch's sender stands, of those of the stored facts that another said last."""
        return own_words(self._connection, self._batch_id, list(stored)) if self._shared and stored else {}

    def make_way(self, superseding: Sequence[bytes]) -> None:
        """Before new words of stored facts are saved, by their keys: keep what another feed or sender said last."""
        if self._shared and superseding:
            make_way(self._connection, self._batch_id, superseding)

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
