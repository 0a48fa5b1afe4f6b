"""Checks a whole export, or any C2SP tile log of Ed25519 keys, in one pass and in bounded memory.

Steps, each ending in an `ExportError` that says in which file, at which leaf and in which field it failed:
(1) the checkpoint is signed by the log; (2) every entry bundle is complete; (3) every leaf is of the form of a
leaf, of this log; (4) every row's columns are those inside its leaf, indices running from 0 without a gap;
(5) every opening fits its commitment; (6) every tile holds the hashes recomputed from the entries; (7) the root
recomputed from all entries is the signed root, and at the size of every older checkpoint it is that one's root;
(8) every promise that a reader kept and that was due has its leaf.
Where the times of leaves run backwards is said and accuses nobody (`audit.times`).
Not checked: that entry ids are unique, which the tree does not promise; packs and reports check their own.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import repeat
from pathlib import Path
from typing import IO

from audit.bundle_digests import EVENTS, BundleDigest, shared_digests, width_of
from audit.canonical import parse_canonical, parse_json
from audit.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint
from audit.errors import AuditError, EntryError, ExportError, NoteError
from audit.export import CHECKPOINT, ENTRIES, FORMAT, MANIFEST, OPENINGS, read_openings, row_line
from audit.held import HeldPromises, KeptPromises, open_older
from audit.keys import VerifierKey
from audit.leaf import LEAF_FORM, Opening, check_openings
from audit.merkle import HASH_SIZE, leaf_hash
from audit.policy import Policy
from audit.restore import Restore
from audit.restored import check_gap, excuse, open_restores
from audit.tiles import TILE_WIDTH, TileBuilder, bundle_path, decode_bundle, tile_path
from audit.times import StepBack, farthest_back

SHARED_FROM = 2**16
"""From this many entries on a walk is shared among processes; below, starting them takes longer than it saves."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What the one who checks already holds: keys given to him by another road, and checkpoints he kept.

    `earlier_keys` are keys that the log signed with before it rotated them: good for what is older than an export's
    head, and for whatever they signed of a report or a pack.
    """

    log_key: VerifierKey | str | None = None
    origin: str | None = None
    witnesses: tuple[VerifierKey | str, ...] = ()
    older: tuple[str, ...] = field(default=())
    policy: Policy | None = None
    restores: tuple[str, ...] = ()
    earlier_keys: tuple[VerifierKey | str, ...] = ()
    promises: tuple[str, ...] = ()

    def keys(self) -> tuple[VerifierKey, ...]:
        """The log's keys, the newest first. Raises `NoteError` where none was given."""
        if self.log_key is None:
            raise NoteError("this is checked against the log's key: give it with --key")
        given = (self.log_key, *self.earlier_keys)
        return tuple(dict.fromkeys(VerifierKey.parse(one) if isinstance(one, str) else one for one in given))


@dataclass(frozen=True, slots=True)
class ExportVerdict:
    """What was found right.

    `own_key`: no key was given, so the export was checked against the key it names itself. `older` counts the older
    checkpoints that it has grown from; `restores` are those that excuse it from growing from others. `back` is the
    farthest that the times of leaves run backwards.
    """

    head: OpenedCheckpoint
    has_rows: bool
    rows: int
    openings: int
    older: int
    own_key: VerifierKey | None
    restores: tuple[Restore, ...] = ()
    promises: KeptPromises = field(default_factory=KeptPromises)
    back: StepBack | None = None


def verify_export(folder: Path, trust: Trust) -> ExportVerdict:
    """Check an export folder. Raises `ExportError` or another `AuditError`.

    Without `export.json` the folder is taken for a plain tile log: no rows, leaves of any form.
    """
    own_key = _manifest_key(folder)
    log_key = own_key if trust.log_key is None else trust.log_key
    if log_key is None:
        raise ExportError(CHECKPOINT, "no key was given to check its signature with")
    note = _read(folder, CHECKPOINT)
    head = _open(CHECKPOINT, note, log_key, trust)
    keys = (log_key, *trust.earlier_keys)
    older = [
        open_older(f"older checkpoint {n}", text, keys, trust.witnesses, trust.origin)
        for n, text in enumerate(trust.older, 1)
    ]
    restores = open_restores(trust.restores, keys, trust.witnesses, trust.policy)
    excused, promises = excuse(older, restores), HeldPromises(trust.promises, keys)
    # What a restore says was kept comes after what was kept by others: its numbers are beyond theirs.
    heads = [*excused.older, *enumerate(excused.heads, len(older) + 1)]
    for number, one in heads:
        if one.size > head.checkpoint.size:
            raise ExportError(CHECKPOINT, f"is smaller than older checkpoint {number}: the log was cut back")
    with ExitStack() as files:
        walk = _Walk(folder, head.checkpoint, heads, files, promises, has_rows=own_key is not None)
        walk.run()
    for restore in excused.standing:
        check_gap(restore, _leaf_at(folder, restore.lost_from.size, head.checkpoint.size))
    size = head.checkpoint.size
    before = [(one, _leaf_at(folder, one.lost_from.size - 1, size)) for one in restores]
    kept = promises.verdict(_bundle(folder, (size - 1) // TILE_WIDTH, size) if size else (), before)
    taken = own_key if trust.log_key is None else None
    return ExportVerdict(
        head, own_key is not None, walk.rows, walk.openings, len(excused.older), taken, excused.restores, kept,
        None if own_key is None else _times_back(folder),
    )  # fmt: skip


def _times_back(folder: Path) -> StepBack | None:
    with _open_file(folder, ENTRIES) as rows:
        return farthest_back(rows)


def _leaf_at(folder: Path, index: int, size: int) -> bytes | None:
    """A leaf of a checked export, or None for one beyond its head or before its beginning."""
    if not 0 <= index < size:
        return None
    return _bundle(folder, index // TILE_WIDTH, size)[index % TILE_WIDTH]


def _bundle(folder: Path, number: int, size: int) -> list[bytes]:
    return decode_bundle(_read(folder, bundle_path(number, width_of(number, size))))


class _Walk:
    """One pass over the bundles, with rows, openings, tiles and older checkpoints read beside them."""

    def __init__(
        self,
        folder: Path,
        head: Checkpoint,
        older: Iterable[tuple[int, Checkpoint]],
        files: ExitStack,
        promises: HeldPromises,
        *,
        has_rows: bool,
    ) -> None:
        self._folder = folder
        self._promises = promises
        self._head = head
        self._older = sorted(older, key=lambda numbered: numbered[1].size)
        self._builder = TileBuilder(self._check_tile)
        self._origin = head.origin.encode()
        self._table = files.enter_context(_open_file(folder, ENTRIES)) if has_rows else None
        self._opened: Iterator[tuple[int, dict[str, Opening]]] = iter(())
        if has_rows and (folder / OPENINGS).exists():
            self._opened = read_openings(files.enter_context(_open_file(folder, OPENINGS)))
        self._next_opened = next(self._opened, None)
        self._digests: Iterator[BundleDigest | None] = repeat(None)
        if head.size >= SHARED_FROM:
            self._digests = files.enter_context(shared_digests(folder, head.size, head.origin if has_rows else None))
        self.rows = 0
        self.openings = 0

    def run(self) -> None:
        for number in range(-(-self._head.size // TILE_WIDTH)):
            self._check_bundle(number, width_of(number, self._head.size))
        self._builder.finish()
        self._check_older([], self._head.size)
        if self._builder.root() != self._head.root:
            raise ExportError(CHECKPOINT, f"its root is not that of the {self._head.size} entries")
        if self._table is not None and self._table.readline():
            raise ExportError(ENTRIES, "has more rows than the checkpoint has leaves", self._head.size)
        if self._next_opened is not None:
            raise ExportError(OPENINGS, "opens a leaf beyond the checkpoint", self._next_opened[0])

    def _check_bundle(self, number: int, width: int) -> None:
        begin, digest = number * TILE_WIDTH, next(self._digests)
        if digest is not None and self._has_rows(digest):
            self.rows += width if self._table is not None else 0
            if self._next_opened is not None and self._next_opened[0] < begin + width:
                self._check_opened(begin, decode_bundle(_read(self._folder, bundle_path(number, width))))
            hashes = digest.hashes
        else:
            hashes = self._look_through(number, width)
        self._check_older(hashes, begin)
        self._promises.look(hashes)
        self._builder.add(hashes)

    def _has_rows(self, digest: BundleDigest) -> bool:
        """Whether the next rows are those that a bundle's leaves demand; they count as read if so."""
        if self._table is None:
            return True
        rows = self._table.read(digest.rows_length)
        if sha256(rows).digest() == digest.rows_hash:
            return True
        self._table.seek(-len(rows), 1)
        return False

    def _look_through(self, number: int, width: int) -> list[bytes]:
        """Check a bundle leaf by leaf, row by row; gives the hashes of its leaves."""
        name, begin = bundle_path(number, width), number * TILE_WIDTH
        try:
            leaves = decode_bundle(_read(self._folder, name))
        except ValueError as exc:
            raise ExportError(name, str(exc)) from None
        if len(leaves) != width:
            raise ExportError(name, f"holds {len(leaves)} entries where {width} belong")
        if self._table is not None:
            self._check_rows(self._table, name, begin, leaves)
            self._check_opened(begin, leaves)
        return [leaf_hash(leaf) for leaf in leaves]

    def _check_rows(self, table: IO[bytes], name: str, begin: int, leaves: list[bytes]) -> None:
        for index, leaf in enumerate(leaves, begin):
            found = LEAF_FORM.fullmatch(leaf)
            if found is None or found["event"] not in EVENTS:
                raise ExportError(name, "is not a leaf of version 1", index)
            if found["log"] != self._origin:
                raise ExportError(name, "is a leaf of another log", index, "log")
            line = table.readline()
            if line != row_line(index, found):
                raise _row_error(line, index, row_line(index, found))
        self.rows += len(leaves)

    def _check_opened(self, begin: int, leaves: list[bytes]) -> None:
        while self._next_opened is not None and self._next_opened[0] < begin + len(leaves):
            index, opened = self._next_opened
            try:
                check_openings(leaves[index - begin], opened)
            except EntryError as exc:
                raise ExportError(OPENINGS, exc.problem, index, exc.field) from None
            self.openings += 1
            self._next_opened = next(self._opened, None)

    def _check_tile(self, level: int, number: int, hashes: list[bytes]) -> None:
        name, expected = tile_path(level, number, len(hashes)), b"".join(hashes)
        data = _read(self._folder, name)
        if data == expected:
            return
        if len(data) != len(expected):
            raise ExportError(name, f"is {len(data)} bytes long where {len(expected)} belong")
        wrong = next(n for n in range(len(hashes)) if data[n * HASH_SIZE :][:HASH_SIZE] != hashes[n])
        if level == 0:
            raise ExportError(name, "is not the hash of the entry", number * TILE_WIDTH + wrong)
        raise ExportError(name, f"hash {wrong} is not that of the tile below")

    def _check_older(self, hashes: list[bytes], begin: int) -> None:
        """Compare the roots of all older checkpoints whose size lies within this bundle."""
        while self._older and self._older[0][1].size <= begin + len(hashes):
            number, old = self._older.pop(0)
            if self._builder.root(hashes[: old.size - begin]) != old.root:
                raise ExportError(CHECKPOINT, f"older checkpoint {number} is not of the first {old.size} entries")


def _row_error(line: bytes, index: int, expected: bytes) -> ExportError:
    """Name the first column that differs."""
    if not line:
        return ExportError(ENTRIES, "row is missing", index)
    try:
        row, wanted = parse_json(line), parse_canonical(expected.removesuffix(b"\n"))
    except ValueError:
        return ExportError(ENTRIES, "row is not JSON, or nested too deeply", index)
    if not isinstance(row, dict) or not isinstance(wanted, dict) or set(row) != set(wanted):
        return ExportError(ENTRIES, "row does not have the columns of the format", index)
    # A dropped or inserted row shifts every column; the index says so, and is therefore looked at first.
    for name in ("leaf_index", *sorted(wanted)):
        if row[name] != wanted[name]:
            return ExportError(ENTRIES, "is not what the leaf says", index, name)
    return ExportError(ENTRIES, "row is not in canonical form", index)


def _open(name: str, note: bytes | str, log_key: VerifierKey | str, trust: Trust) -> OpenedCheckpoint:
    try:
        return open_checkpoint(note, log_key, trust.witnesses, trust.origin)
    except AuditError as exc:
        raise ExportError(name, str(exc)) from exc


def _manifest_key(folder: Path) -> VerifierKey | None:
    """The key that an export names, or None for a plain tile log."""
    if not (folder / MANIFEST).exists():
        if (folder / ENTRIES).exists() or (folder / OPENINGS).exists():
            raise ExportError(MANIFEST, "is missing though there are rows")
        return None
    try:
        manifest = parse_canonical(_read(folder, MANIFEST).removesuffix(b"\n"))
    except ValueError as error:
        raise ExportError(MANIFEST, str(error)) from None
    if not isinstance(manifest, dict) or manifest.keys() != {"format", "log_key"}:
        raise ExportError(MANIFEST, "does not name a format and a key, and nothing else")
    if manifest["format"] != FORMAT:
        raise ExportError(MANIFEST, "is of another format")
    try:
        return VerifierKey.parse(str(manifest["log_key"]))
    except NoteError as error:
        raise ExportError(MANIFEST, str(error)) from None


def _read(folder: Path, name: str) -> bytes:
    with _open_file(folder, name) as file:
        return file.read()


def _open_file(folder: Path, name: str) -> IO[bytes]:
    try:
        return (folder / name).open("rb")
    except OSError:
        raise ExportError(name, "is missing or cannot be read") from None
