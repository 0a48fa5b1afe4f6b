"""Edits of an export on its way to a partner: the offline verifier finds each, with the log's key and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path

from audit.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from audit.encoding import to_base64
from audit.keys import SignerKey
from audit.notes import parse_note, sign_note
from tests.drill.cheat import EXPORT, OLDER, Cheat, Scene
from tests.drill.ledger_book import LOG


def _rows(name: str, change: Callable[[Scene, list[bytes]], object]) -> Callable[[Scene], object]:
    """Change the lines of a table of the export."""

    def act(scene: Scene) -> None:
        path = scene.export / name
        lines = path.read_bytes().splitlines(keepends=True)
        change(scene, lines)
        path.write_bytes(b"".join(lines))

    return act


def _place(scene: Scene, lines: list[bytes]) -> int:
    return scene.random.randrange(len(lines) - 1)


def _drop_line(scene: Scene, lines: list[bytes]) -> None:
    del lines[_place(scene, lines)]


def _repeat_line(scene: Scene, lines: list[bytes]) -> None:
    place = _place(scene, lines)
    lines.insert(place, lines[place])


def _swap_lines(scene: Scene, lines: list[bytes]) -> None:
    place = _place(scene, lines)
    lines[place], lines[place + 1] = lines[place + 1], lines[place]


def _cut_lines(scene: Scene, lines: list[bytes]) -> None:
    del lines[_place(scene, lines) :]


def _back_date(scene: Scene, lines: list[bytes]) -> None:
    place = _place(scene, lines)
    lines[place] = lines[place].replace(b'"recorded_at":"2026', b'"recorded_at":"2025')


def _other_class(scene: Scene, lines: list[bytes]) -> None:
    place = _place(scene, lines)
    lines[place] = lines[place].replace(b'"event_class":"consultation"', b'"event_class":"print"').replace(
        b'"event_class":"export"', b'"event_class":"print"')  # fmt: skip


def _opening(change: Callable[[Scene, dict[str, list[str]]], object]) -> Callable[[Scene, list[bytes]], object]:
    def act(scene: Scene, lines: list[bytes]) -> None:
        place = _place(scene, lines)
        row = json.loads(lines[place])
        change(scene, row["openings"])
        lines[place] = (json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n").encode()

    return act


def _other_value(_scene: Scene, opened: dict[str, list[str]]) -> None:
    opened["who"][1] = '"W999"'


def _other_salt(scene: Scene, opened: dict[str, list[str]]) -> None:
    opened[scene.random.choice(sorted(opened))][0] = to_base64(scene.random.randbytes(32))


def _swap_salts(scene: Scene, opened: dict[str, list[str]]) -> None:
    first, second = scene.random.sample(sorted(opened), 2)
    opened[first][0], opened[second][0] = opened[second][0], opened[first][0]


def _unseal(_scene: Scene, opened: dict[str, list[str]]) -> None:
    opened["sealed"][1] = "true" if opened["sealed"][1] == "false" else "false"


def _move_openings(scene: Scene, lines: list[bytes]) -> None:
    place = _place(scene, lines)
    first, second = json.loads(lines[place]), json.loads(lines[place + 1])
    first["openings"], second["openings"] = second["openings"], first["openings"]
    for n, row in enumerate((first, second)):
        lines[place + n] = (json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n").encode()


def _bytes(pattern: str) -> Callable[[Scene], object]:
    """Turn one bit of a file of the tree."""

    def act(scene: Scene) -> None:
        path = scene.random.choice(sorted(path for path in scene.export.glob(pattern) if path.is_file()))
        data = bytearray(path.read_bytes())
        data[scene.random.randrange(len(data))] ^= 1 << scene.random.randrange(8)
        path.write_bytes(bytes(data))

    return act


def _missing(pattern: str) -> Callable[[Scene], object]:
    def act(scene: Scene) -> None:
        scene.random.choice(sorted(path for path in scene.export.glob(pattern) if path.is_file())).unlink()

    return act


def _note(change: Callable[[Scene, str], str]) -> Callable[[Scene], object]:
    def act(scene: Scene) -> None:
        path: Path = scene.export / "checkpoint"
        path.write_text(change(scene, path.read_text(encoding="utf-8")), encoding="utf-8")

    return act


def _old_head(scene: Scene, _note: str) -> str:
    return scene.older


def _other_key(_scene: Scene, note: str) -> str:
    return sign_note(parse_note(note).text, [SignerKey(LOG, b"f" * 32)])


def _other_root(scene: Scene, note: str) -> str:
    head = parse_checkpoint(note)
    return sign_checkpoint(Checkpoint(LOG, head.size, scene.random.randbytes(32)), [scene.book.signer])


def _one_more(scene: Scene, note: str) -> str:
    head = parse_checkpoint(note)
    return sign_checkpoint(Checkpoint(LOG, head.size + 1, head.root), [scene.book.signer])


def _forged_witness(scene: Scene, note: str) -> str:
    """A cosignature in the witness's name that it never made: another's signature under its name and key id."""
    key = scene.witness_key
    line = f"— {key.name} {to_base64(key.id + scene.random.randbytes(72))}\n"
    return note + line


def _older_export(scene: Scene) -> None:
    """The partner is handed an export of last week again, and told that it is today's."""
    (scene.export.parent / "old").rename(scene.export.parent / "swapped")
    for path in sorted(scene.export.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    scene.export.rmdir()
    (scene.export.parent / "swapped").rename(scene.export)


CHEATS: tuple[Cheat, ...] = (
    Cheat("export: a row dropped", EXPORT, _rows("entries.ndjson", _drop_line)),
    Cheat("export: a row repeated", EXPORT, _rows("entries.ndjson", _repeat_line)),
    Cheat("export: two rows swapped", EXPORT, _rows("entries.ndjson", _swap_lines)),
    Cheat("export: rows cut off", EXPORT, _rows("entries.ndjson", _cut_lines)),
    Cheat("export: a row back-dated", EXPORT, _rows("entries.ndjson", _back_date)),
    Cheat("export: a row of another class", EXPORT, _rows("entries.ndjson", _other_class)),
    Cheat("export: an opened value", EXPORT, _rows("openings.ndjson", _opening(_other_value))),
    Cheat("export: a salt", EXPORT, _rows("openings.ndjson", _opening(_other_salt))),
    Cheat("export: two salts swapped", EXPORT, _rows("openings.ndjson", _opening(_swap_salts))),
    Cheat("export: an entry unsealed", EXPORT, _rows("openings.ndjson", _opening(_unseal))),
    Cheat("export: openings of two entries swapped", EXPORT, _rows("openings.ndjson", _move_openings)),
    Cheat("export: openings out of order", EXPORT, _rows("openings.ndjson", _swap_lines)),
    Cheat("export: a bit of the entries", EXPORT, _bytes("tile/entries/**/*")),
    Cheat("export: a bit of a hash tile", EXPORT, _bytes("tile/0/**/*")),
    Cheat("export: a bit of a higher tile", EXPORT, _bytes("tile/1/**/*")),
    Cheat("export: a bundle missing", EXPORT, _missing("tile/entries/**/*")),
    Cheat("export: a tile missing", EXPORT, _missing("tile/0/**/*")),
    Cheat("export: an older head with today's entries", EXPORT, _note(_old_head)),
    Cheat("export: a head of another key", EXPORT, _note(_other_key)),
    Cheat("export: a head of another root", EXPORT, _note(_other_root)),
    Cheat("export: a head of one leaf more", EXPORT, _note(_one_more)),
    Cheat("export: a cosignature made up", EXPORT, _note(_forged_witness)),
    Cheat("export: last week's handed out as today's", OLDER, _older_export),
)
