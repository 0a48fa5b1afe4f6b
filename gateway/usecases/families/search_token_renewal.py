"""Search tokens of items of records, made anew from what still stands: what was taken away must not be found by."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from concept_model.items import ITEMS
from gateway.custody import KeyRing
from gateway.store.facts import save_tokens
from gateway.store.retractions import drop_search_tokens
from gateway.usecases.families.search_tokens import plain_tokens


def renew_tokens(connection: Connection, ring: KeyRing, pairs: Sequence[tuple[UUID, int]]) -> None:
    """Drop the tokens of (record, item number) and save those of their current values, as hg_erase."""
    if not pairs:
        return
    tokens = {
        (ring.digest("search", token.encode()), one.record_id.bytes, one.source_no, one.item_no)
        for one in drop_search_tokens(connection, pairs)
        for token in plain_tokens(ITEMS[one.item_no].name, one.value)
    }
    save_tokens(connection, sorted(tokens))
