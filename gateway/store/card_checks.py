"""Cards beside what leaves and openings say, with plain SQL alone, as hg_desk.

`audit.card_of`, which writes cards, is not asked what they should say: whoever changed a card may have changed that
too, and then search, review and counts of uses would show what it likes.
"""

from uuid import UUID

from sqlalchemy import Connection, text

_VALUES = (
    "phase", "who", "agency", "role", "team", "purpose", "household", "outcome", "decision", "sealed", "refers_to",
    "reason", "request_id", "trace_id", "agreements", "subjects", "sources",
)  # fmt: skip
# Joined and read as one, as the function does: read one by one they cost several times as much.
_READ = ", ".join(f"coalesce(o.fields #>> '{{{name},1}}', 'null')" for name in _VALUES)


def _list(place: int) -> str:
    return f"ARRAY(SELECT * FROM jsonb_array_elements_text(nullif(v -> {place}, 'null')) one ORDER BY one)"  # noqa: S608 - a number


_SAID = {
    "recorded_at": "e.recorded_at", "event_class": "e.event_class", "leaf_index": "l.leaf_index",
    **{name: f"v ->> {place}" for place, name in enumerate(_VALUES[:-3])},
    "household": f"(v ->> {_VALUES.index('household')})::uuid", "sealed": f"(v ->> {_VALUES.index('sealed')})::boolean",
    "refers_to": f"(v ->> {_VALUES.index('refers_to')})::uuid",
    **{name: _list(place) for place, name in enumerate(_VALUES) if name in {"agreements", "sources"}},
    "subjects": f"{_list(_VALUES.index('subjects'))}::uuid[]",
}  # fmt: skip
CARD_COLUMNS = frozenset({"entry_id", *_SAID})
"""The columns of a card that are compared: all there are."""

_WRONG = text(
    "SELECT e.entry_id FROM audit.leaf l JOIN audit.entry e USING (entry_id)"  # noqa: S608 - fixed texts
    " LEFT JOIN audit.opening o USING (entry_id) LEFT JOIN audit.card c USING (entry_id)"
    f" CROSS JOIN LATERAL (SELECT ('[' || concat_ws(',', {_READ}) || ']')::jsonb AS v OFFSET 0) said"
    f" WHERE c.entry_id IS NULL OR ({', '.join(f'c.{name}' for name in _SAID)})"
    f" IS DISTINCT FROM ({', '.join(_SAID.values())}) LIMIT 1"
)


def wrong_card(connection: Connection) -> UUID | None:
    """An entry whose card is missing, or says another thing than its leaf and its opening; `None` where none is."""
    found: UUID | None = connection.execute(_WRONG).scalar()
    return found
