"""Edits of what is kept beside the tree, coverage maps and cosignatures: `hearthgate audit verify` finds each."""

# ruff: noqa: S608 - SQL of fixed texts
from datetime import datetime, timedelta

from sqlalchemy import text

from audit.entry import EventClass
from gateway.store.ledger import append
from gateway.usecases.log import coverage_maps
from tests.drill.cheat import DATABASE, Cheat, Scene
from tests.drill.cheats_database import sql_cheat
from tests.drill.ledger_book import Book, drill_wiring

_MAP = "(map_no, list) IN (SELECT m.map_no, m.list FROM audit.coverage_map m ORDER BY random() LIMIT 1)"
_NEWEST = "map_no = (SELECT max(m.map_no) FROM audit.coverage_map m)"
_ONE_NODE = "map_no = (SELECT max(n.map_no) FROM audit.coverage_map_nodes n)"
_OTHER_LINE = "(SELECT o.line FROM audit.cosignature o WHERE o.tree_size <> c.tree_size LIMIT 1)"

_WRITES: tuple[tuple[str, str], ...] = (
    ("a map's note of another map", "UPDATE audit.coverage_map m SET note = (SELECT o.note FROM audit.coverage_map o"
     " WHERE o.list = m.list AND o.map_no <> m.map_no LIMIT 1) WHERE " + _NEWEST),
    ("the notes of both lists' maps swapped", "UPDATE audit.coverage_map m SET note = (SELECT o.note"
     " FROM audit.coverage_map o WHERE o.map_no = m.map_no AND o.list <> m.list) WHERE " + _NEWEST),
    ("a map back-dated", "UPDATE audit.coverage_map SET at = at - interval '1 hour' WHERE " + _MAP),
    ("a map of fewer leaves", "UPDATE audit.coverage_map SET tree_size = tree_size - 1 WHERE " + _MAP),
    ("a map said to follow a combination", "UPDATE audit.coverage_map SET occasion = 'lineage' WHERE " + _MAP),
    ("a map's entry named as another's", "UPDATE audit.coverage_map SET entry_id = (SELECT l.entry_id FROM audit.leaf l"
     " WHERE l.leaf_index = {index}) WHERE " + _MAP),
    ("a map under another key", "UPDATE audit.coverage_map SET key_id = 'another' WHERE " + _NEWEST),
    ("the last maps removed", f"DELETE FROM audit.coverage_map WHERE {_NEWEST}"),
    ("one map of a pair removed", f"DELETE FROM audit.coverage_map WHERE {_NEWEST} AND list = 'sealed'"),
    ("a map's nodes", "UPDATE audit.coverage_map_nodes SET nodes = set_byte(nodes, 33 * ({index} % 4096) + 7,"
     " get_byte(nodes, 33 * ({index} % 4096) + 7) # 1) WHERE " + _ONE_NODE),
    ("a map's nodes cut", f"UPDATE audit.coverage_map_nodes SET nodes = substr(nodes, 34) WHERE {_ONE_NODE}"),
    ("a map's nodes removed", f"DELETE FROM audit.coverage_map_nodes WHERE {_ONE_NODE}"),
    ("a map's hash of somebody who was not erased", "INSERT INTO audit.coverage_map_stone (map_no, list, key, leaf)"
     " SELECT m.map_no, m.list, s.key, s.head FROM audit.coverage_map m JOIN audit.subject s USING (list)"
     " ORDER BY m.map_no DESC, s.key LIMIT 1"),
    ("a cosignature of another checkpoint", f"UPDATE audit.cosignature c SET line = {_OTHER_LINE}"
     " WHERE c.tree_size = (SELECT max(o.tree_size) FROM audit.cosignature o)"),
    ("a cosignature moved to another checkpoint", "UPDATE audit.cosignature SET tree_size = (SELECT k.tree_size"
     " FROM audit.checkpoint k WHERE NOT EXISTS (SELECT FROM audit.cosignature o WHERE o.tree_size = k.tree_size)"
     " LIMIT 1) WHERE tree_size = (SELECT max(o.tree_size) FROM audit.cosignature o)"),
    ("a cosignature back-dated", "UPDATE audit.cosignature SET signed_at = signed_at - interval '1 day'"
     " WHERE tree_size = (SELECT min(o.tree_size) FROM audit.cosignature o)"),
    ("a cosignature that is no signature", "UPDATE audit.cosignature SET line = left(line, length(line) - 9)"
     " || 'AAAAAAAA' || right(line, 1) WHERE tree_size = (SELECT max(o.tree_size) FROM audit.cosignature o)"),
    ("a cosignature that made the quorum removed", "DELETE FROM audit.cosignature"
     " WHERE tree_size = (SELECT max(o.tree_size) FROM audit.cosignature o)"),
    ("a quorum of witnesses who were not asked", "UPDATE audit.witnessed SET vkeys = vkeys || '{{nobody}}'"
     " WHERE tree_size = (SELECT max(o.tree_size) FROM audit.witnessed o)"),
    ("a quorum that never was", "INSERT INTO audit.witnessed (tree_size, vkeys, reached_at) SELECT k.tree_size,"
     " ARRAY(SELECT DISTINCT o.vkey FROM audit.cosignature o), k.signed_at FROM audit.checkpoint k"
     " WHERE NOT EXISTS (SELECT FROM audit.cosignature o WHERE o.tree_size = k.tree_size) LIMIT 1"),
)  # fmt: skip


def _map_without_an_hour(scene: Scene) -> None:
    """A map signed for an hour of which it leaves out the looks, so that a report on anybody is whole without them."""
    book = scene.book
    book.write(scene.random.randint(4, 9))
    book.sequence()
    _take(book, book.at.replace(minute=0) + timedelta(hours=1), book.size() - 3)


def _map_of_tomorrow(scene: Scene) -> None:
    """A map signed for an hour that has not come: whatever happens until then is in no report."""
    book = scene.book
    _take(book, book.at.replace(minute=0) + timedelta(days=scene.random.randint(1, 40)), book.size())


def _take(book: Book, at: datetime, size: int) -> None:
    book.at = book.at.replace(minute=2) + timedelta(hours=1)
    with drill_wiring(book) as wiring:
        coverage_maps._take(wiring, coverage_maps._Due("hour", at, size))
    book.sequence()


def _erasure_as_an_excuse(scene: Scene) -> None:
    """Who acted is taken out of an opening, and an erasure was made up that names it."""
    book = scene.book
    with book.admin.connect() as connection:
        hidden = connection.execute(text(
            "SELECT entry_id FROM audit.card WHERE phase = 'single' AND subjects <> '{}' ORDER BY random() LIMIT 1"
        )).scalar_one()  # fmt: skip
    field = scene.random.choice(("who", "agency", "purpose", "sealed", "at"))
    detail = {"records": [str(hidden)], "erased_fields": ["detail", field], "erased_entries": 1}
    made = book.entry(event=EventClass.ERASURE, subjects=(), items_shown=(), shown_counts={}, reason=None,
                      household=None, detail=detail)  # fmt: skip
    with book.parts.database.transaction("hg_desk") as connection:
        append(connection, made)
    book.sequence()
    assert book.tamper(f"UPDATE audit.opening SET fields = fields - 'detail' - '{field}' WHERE entry_id = '{hidden}'")


def _function_behind_the_cards(scene: Scene) -> None:
    """Cards are written by a function that keeps a worker's name off them."""
    book = scene.book
    with book.admin.begin() as connection:
        made = connection.execute(text("SELECT pg_get_functiondef('audit.card_of'::regproc)")).scalar_one()
        changed = made.replace("v ->> 0, v ->> 1,", "v ->> 0, nullif(v ->> 1, 'W104'),")
        connection.exec_driver_sql(changed.replace("%", "%%"))
    with book.parts.database.transaction("hg_desk") as connection:
        append(connection, book.entry(who="W104"))
    book.sequence()


CHEATS: tuple[Cheat, ...] = (
    *(Cheat(name, DATABASE, sql_cheat(statement)) for name, statement in _WRITES),
    Cheat("a map of an hour that leaves out its looks", DATABASE, _map_without_an_hour),
    Cheat("a map of an hour that has not come", DATABASE, _map_of_tomorrow),
    Cheat("an erasure made up over who acted", DATABASE, _erasure_as_an_excuse),
    Cheat("another function behind the cards", DATABASE, _function_behind_the_cards),
)
