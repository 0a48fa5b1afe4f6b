"""Edits of what is kept beside the tree, coverage maps and cosignatures: `hearthgate audit verify` finds each."""

# ruff: noqa: S608 - SQL of fixed texts
from tests.drill.cheat import DATABASE, Cheat
from tests.drill.cheats_database import sql_cheat

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

CHEATS: tuple[Cheat, ...] = tuple(Cheat(name, DATABASE, sql_cheat(statement)) for name, statement in _WRITES)
