"""Edits in the database, made by a superuser with every trigger off: `hearthgate audit verify` finds each."""

# ruff: noqa: S608 - SQL of fixed texts and of numbers drawn here
import json
from collections.abc import Callable

from sqlalchemy import text

from audit.encoding import to_base64
from audit.leaf import SALT_SIZE, commit_entry
from audit.merkle import leaf_hash
from tests.drill.cheat import DATABASE, Cheat, Scene

_OTHER = "00000000-0000-4000-8000-0000000000ff"


def _entry(scene: Scene) -> str:
    index = scene.random.randrange(scene.book.size())
    return f"(SELECT entry_id FROM audit.leaf WHERE leaf_index = {index})"


def _ticket(scene: Scene) -> str:
    return f"(SELECT ticket_id FROM audit.ticket ORDER BY ticket_id OFFSET {scene.random.randrange(8)} LIMIT 1)"


def sql_cheat(statement: str) -> Callable[[Scene], object]:
    """`{entry}`, `{other}`, `{ticket}` and `{index}` are drawn anew for each scene."""

    def act(scene: Scene) -> None:
        index = scene.random.randrange(scene.book.size() - 1)
        drawn = {"entry": _entry(scene), "ticket": _ticket(scene), "index": index, "field": scene.random.choice(
            ("who", "agency", "purpose", "subjects", "detail", "decision", "reason", "sealed", "at"))}  # fmt: skip
        assert scene.book.tamper(statement.format(**drawn)), "the cheat changed nothing"

    return act


def _swap_salts(scene: Scene) -> None:
    assert scene.book.tamper(
        "UPDATE audit.opening SET fields = jsonb_set(jsonb_set(fields, '{who,0}', fields #> '{role,0}'),"
        f" '{{role,0}}', fields #> '{{who,0}}') WHERE entry_id = {_entry(scene)}"
    )


def _swap_openings(scene: Scene) -> None:
    first, second = scene.random.sample(range(scene.book.size()), 2)
    chosen = f"(SELECT entry_id FROM audit.leaf WHERE leaf_index IN ({first}, {second}))"
    assert scene.book.tamper(
        "UPDATE audit.opening o SET fields = other.fields FROM audit.opening other"
        f" WHERE o.entry_id IN {chosen} AND other.entry_id IN {chosen} AND other.entry_id <> o.entry_id"
    )


def _swap_leaves(scene: Scene) -> None:
    first, second = scene.random.sample(range(scene.book.size()), 2)
    with scene.book.tampering() as connection:
        rows = connection.execute(
            text("SELECT * FROM audit.leaf WHERE leaf_index IN (:first, :second)"), {"first": first, "second": second}
        ).mappings().all()  # fmt: skip
        connection.execute(text("DELETE FROM audit.leaf WHERE leaf_index IN (:first, :second)"),
                           {"first": first, "second": second})  # fmt: skip
        for row in rows:
            moved = second if row["leaf_index"] == first else first
            connection.execute(
                text("INSERT INTO audit.leaf (leaf_index, entry_id, leaf_hash, ticket_digest)"
                     " VALUES (:leaf_index, :entry_id, :leaf_hash, :ticket_digest)"), {**row, "leaf_index": moved},
            )  # fmt: skip


def _drop_entry(scene: Scene) -> None:
    entry = scene.book.admin.connect()
    with entry:
        wanted = entry.execute(text(f"SELECT {_entry(scene)}")).scalar_one()
    for table in ("card", "opening", "leaf", "entry"):
        scene.book.tamper(f"DELETE FROM audit.{table} WHERE entry_id = :entry", entry=wanted)


def _drop_last(scene: Scene) -> None:
    size = scene.book.size()
    scene.book.tamper(
        f"DELETE FROM audit.leaf WHERE leaf_index = {size - 1}", f"UPDATE audit.head SET tree_size = {size - 1}"
    )


def _insert_leaf(scene: Scene) -> None:
    book, size = scene.book, scene.book.size()
    made = _stored(scene)
    book.tamper(
        "INSERT INTO audit.leaf (leaf_index, entry_id, leaf_hash) VALUES (:index, CAST(:entry AS uuid), :hash)",
        index=size, entry=made[0], hash=leaf_hash(made[1]),
    )  # fmt: skip
    book.tamper(f"UPDATE audit.head SET tree_size = {size + 1}")


def _insert_entry(scene: Scene) -> None:
    _stored(scene)


def _stored(scene: Scene) -> tuple[str, bytes]:
    """An entry that was made up, with an opening that fits it."""
    entry = scene.book.entry()
    leaf, openings = commit_entry(entry, lambda _field: scene.random.randbytes(SALT_SIZE))
    fields = {name: [to_base64(one.salt), one.value.decode()] for name, one in openings.items()}
    with scene.book.parts.database.transaction("hg_desk") as connection:
        connection.execute(
            text("SELECT audit.append_entry(:entry, :event, :at, :leaf, CAST(:fields AS jsonb))"),
            {"entry": entry.entry_id, "event": entry.event.value, "at": entry.at.replace(microsecond=0), "leaf": leaf,
             "fields": json.dumps(fields)},
        )  # fmt: skip
    scene.book.tamper("DELETE FROM audit.pending WHERE entry_id = CAST(:entry AS uuid)", entry=entry.entry_id)
    return entry.entry_id, leaf


def _replace_entry(scene: Scene) -> None:
    """Leaf, opening and leaf hash all say something else, and fit each other; the tree above does not."""
    book, index = scene.book, scene.random.randrange(scene.book.size())
    with book.admin.connect() as connection:
        told = connection.execute(
            text("SELECT e.entry_id::text AS entry_id, e.recorded_at FROM audit.leaf l JOIN audit.entry e"
                 " USING (entry_id) WHERE l.leaf_index = :index"), {"index": index},
        ).one()  # fmt: skip
    entry = book.entry(entry_id=told.entry_id, at=told.recorded_at, who="W999")
    leaf, openings = commit_entry(entry, lambda _field: scene.random.randbytes(SALT_SIZE))
    fields = {name: [to_base64(one.salt), one.value.decode()] for name, one in openings.items()}
    values = {"entry": told.entry_id, "leaf": leaf, "fields": json.dumps(fields), "hash": leaf_hash(leaf),
              "index": index, "event": entry.event.value}  # fmt: skip
    book.tamper("UPDATE audit.entry SET leaf = :leaf, event_class = :event WHERE entry_id = CAST(:entry AS uuid)",
                **values)  # fmt: skip
    book.tamper("UPDATE audit.opening SET fields = CAST(:fields AS jsonb) WHERE entry_id = CAST(:entry AS uuid)",
                **values)  # fmt: skip
    book.tamper("UPDATE audit.leaf SET leaf_hash = :hash WHERE leaf_index = :index", **values)
    book.tamper("UPDATE audit.node SET hash = :hash WHERE level = 0 AND node_index = :index", **values)


_WRITES: tuple[tuple[str, str], ...] = (
    ("a leaf's bytes", "UPDATE audit.entry SET leaf = set_byte(leaf, 90, get_byte(leaf, 90) # 1)"
     " WHERE entry_id = {entry}"),
    ("an entry back-dated", "UPDATE audit.entry SET recorded_at = recorded_at - interval '3 days'"
     " WHERE entry_id = {entry}"),
    ("an entry of another class", "UPDATE audit.entry SET event_class = 'print' WHERE entry_id = {entry}"),
    ("an opened value", "UPDATE audit.opening SET fields = jsonb_set(fields, '{{{field},1}}', '\"\\\"x\\\"\"')"
     " WHERE entry_id = {entry}"),
    ("a salt", "UPDATE audit.opening SET fields = jsonb_set(fields, '{{{field},0}}', fields #> '{{role,0}}')"
     " WHERE entry_id = {entry}"),
    ("an opening without a field", "UPDATE audit.opening SET fields = fields - '{field}' WHERE entry_id = {entry}"),
    ("an opening emptied", "UPDATE audit.opening SET fields = '{{}}' WHERE entry_id = {entry}"),
    ("an opening removed", "DELETE FROM audit.opening WHERE entry_id = {entry}"),
    ("a leaf's hash", "UPDATE audit.leaf SET leaf_hash = sha256(leaf_hash) WHERE leaf_index = {index}"),
    ("a leaf removed", "DELETE FROM audit.leaf WHERE leaf_index = {index}"),
    ("a subtree's hash", "UPDATE audit.node SET hash = sha256(hash) WHERE level = 0 AND node_index = {index}"),
    ("a subtree removed", "DELETE FROM audit.node WHERE level = 0 AND node_index = {index}"),
    ("a checkpoint replayed", "UPDATE audit.checkpoint SET note = (SELECT note FROM audit.checkpoint ORDER BY tree_size"
     " LIMIT 1) WHERE tree_size = (SELECT max(tree_size) FROM audit.checkpoint)"),
    ("a checkpoint back-dated", "UPDATE audit.checkpoint SET signed_at = signed_at - interval '1 day' WHERE tree_size ="
     " (SELECT tree_size FROM audit.checkpoint ORDER BY tree_size OFFSET 3 LIMIT 1)"),
    ("a checkpoint's seal", "UPDATE audit.checkpoint SET batch_note = (SELECT batch_note FROM audit.checkpoint"
     " ORDER BY tree_size LIMIT 1) WHERE tree_size = (SELECT max(tree_size) FROM audit.checkpoint)"),
    ("the last checkpoint removed", "DELETE FROM audit.checkpoint WHERE tree_size ="
     " (SELECT max(tree_size) FROM audit.checkpoint)"),
    ("the head set back", "UPDATE audit.head SET tree_size = tree_size - 1"),
    ("a ticket widened", "UPDATE audit.ticket_subject SET shown = ~shown WHERE ticket_id = {ticket}"),
    ("a ticket made longer", "UPDATE audit.ticket SET not_after = not_after + interval '1 day'"
     " WHERE ticket_id = {ticket}"),
    ("a ticket for somebody else", f"UPDATE audit.ticket_subject SET person_id = '{_OTHER}'"
     " WHERE ticket_id = {ticket} AND band = 0"),
    ("a ticket removed", "DELETE FROM audit.ticket WHERE ticket_id = {ticket}"),
    ("a ticket made up", f"INSERT INTO audit.ticket (ticket_id, entry_id, own_sources, not_after) SELECT '{_OTHER}',"
     " entry_id, '{{}}', now() FROM audit.leaf WHERE leaf_index = {index}"),
    ("a card says another worker", "UPDATE audit.card SET who = 'W999' WHERE entry_id = {entry}"),
    ("a card says another purpose", "UPDATE audit.card SET purpose = 'fraud' WHERE entry_id = {entry}"),
    ("a card says another day", "UPDATE audit.card SET recorded_at = recorded_at - interval '1 day'"
     " WHERE entry_id = {entry}"),
    ("a card unsealed", "UPDATE audit.card SET sealed = NOT sealed WHERE entry_id = {entry}"),
    ("a card about nobody", "UPDATE audit.card SET subjects = '{{}}' WHERE leaf_index = {index}"
     " AND cardinality(subjects) > 0"),
    ("a card removed", "DELETE FROM audit.card WHERE entry_id = {entry}"),
    ("a line of a person's list removed", "DELETE FROM audit.subject_list WHERE ctid = (SELECT ctid FROM"
     " audit.subject_list ORDER BY leaf_index, list, person_id OFFSET {index} LIMIT 1)"),
    ("a line of a person's list moved", "UPDATE audit.subject_list SET leaf_index = leaf_index + 1 WHERE ctid = (SELECT"
     " ctid FROM audit.subject_list ORDER BY leaf_index, list, person_id OFFSET {index} LIMIT 1)"),
    ("a line of a person's list on the other list", "UPDATE audit.subject_list SET list = CASE list WHEN 'sealed' THEN"
     " 'disclosable' ELSE 'sealed' END, position = position + 10000 WHERE ctid = (SELECT ctid FROM audit.subject_list"
     " ORDER BY leaf_index, list, person_id OFFSET {index} LIMIT 1)"),
    ("a person's count", "UPDATE audit.subject SET count = count - 1 WHERE ctid = (SELECT ctid FROM audit.subject"
     " WHERE count > 0 ORDER BY person_id, list LIMIT 1)"),
    ("a waiting entry removed from the queue", "DELETE FROM audit.pending"),
    ("a waiting entry's opening", "UPDATE audit.opening SET fields = jsonb_set(fields, '{{who,1}}', '\"\\\"W999\\\"\"')"
     " WHERE entry_id IN (SELECT entry_id FROM audit.pending)"),
    ("a restore made up", "INSERT INTO audit.restore (entry_id, lost_from, lost_to, note) SELECT entry_id, leaf_index,"
     " leaf_index + 9, 'no note' FROM audit.leaf WHERE leaf_index = {index}"),
)  # fmt: skip

CHEATS: tuple[Cheat, ...] = (
    *(Cheat(name, DATABASE, sql_cheat(statement)) for name, statement in _WRITES),
    Cheat("salts of two fields swapped", DATABASE, _swap_salts),
    Cheat("openings of two entries swapped", DATABASE, _swap_openings),
    Cheat("two leaves swapped", DATABASE, _swap_leaves),
    Cheat("an entry removed with its traces", DATABASE, _drop_entry),
    Cheat("the last leaf cut off", DATABASE, _drop_last),
    Cheat("a leaf put at the end", DATABASE, _insert_leaf),
    Cheat("an entry that never becomes a leaf", DATABASE, _insert_entry),
    Cheat("an entry replaced down to its leaf hash", DATABASE, _replace_entry),
)
