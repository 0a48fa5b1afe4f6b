"""Two-way reconciliation: `python -m audit.reconcile PACK LEDGER [--accesses]`.

LEDGER is what the partner kept: a text file with one line for each answer of the gateway, either an id alone or the
JSON object that came (its `batch_id`, `entry_id` or `receipt` count). PACK is the partner's pack, verified beforehand
with `python -m audit.verify`. Named is each line that one side has and the other has not: of files, and with
`--accesses` of every other entry of the partner's own acts too. Exit status 0 when both agree, 1 when they differ, 2
when a file cannot be read.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit import reader_gone
from audit.canonical import parse_json
from audit.entry import EventClass
from audit.errors import AuditError, ExportError
from audit.partner_pack import OwnEntry, own_entries
from audit.plain_folder import require_plain

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMES = ("batch_id", "entry_id", "entry", "receipt")


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids that the partner kept and the log does not have, and ids that the log has and the partner did not keep."""

    not_in_the_log: tuple[str, ...]
    not_in_yours: tuple[str, ...]


def reconcile(entries: Iterable[OwnEntry], kept: Iterable[str], *, accesses: bool = False) -> Difference:
    """Compare. A file is known by the id of its batch or of any of its entries; an access by that of its entry."""
    known = set(kept)
    files: dict[str, set[str]] = {}
    others: list[str] = []
    in_log: set[str] = set()
    for one in entries:
        in_log.add(one.entry_id)
        if one.event == EventClass.COLLECTION and one.batch is not None:
            in_log.add(one.batch)
            files.setdefault(one.batch, {one.batch}).add(one.entry_id)
        elif accesses:
            others.append(one.entry_id)
    unknown = [batch for batch, ids in files.items() if not ids & known]
    unknown += [entry for entry in others if entry not in known]
    return Difference(tuple(sorted(known - in_log)), tuple(sorted(unknown)))


def read_ledger(path: Path) -> set[str]:
    """The ids that a partner kept. Raises `ExportError` naming the line that holds none."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise ExportError(path.name, "there is no such file") from None
    except (OSError, UnicodeDecodeError):
        raise ExportError(path.name, "cannot be read as UTF-8 text; save it as UTF-8 with an id a line") from None
    kept: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = _ids(line.strip())
        if not found:
            raise ExportError(path.name, f"line {number} holds no id of a batch or an entry")
        kept |= found
    return kept


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m audit.reconcile", description="Compare a pack with what was kept.")
    parser.add_argument("pack", type=Path, help="folder of the partner's pack")
    parser.add_argument("ledger", type=Path, help="what the partner kept, one answer or id a line")
    parser.add_argument("--accesses", action="store_true", help="look-ups of the partner's own staff too")
    options = parser.parse_args(arguments)
    try:
        require_plain(options.pack)
        difference = reconcile(own_entries(options.pack), read_ledger(options.ledger), accesses=options.accesses)
    except AuditError as error:
        sys.stdout.write(f"FAIL {error}\n")
        return 2
    for line in told(difference):
        sys.stdout.write(f"{line}\n")
    return 1 if difference.not_in_the_log or difference.not_in_yours else 0


def told(difference: Difference) -> list[str]:
    """The difference in lines, one for each id; one line that says so where both agree.

    A pack that somebody made up agrees with whatever they like, so that line says what it rests on.
    """
    lines = [
        f"DIFF {one}: you hold an answer about it, and the log has no such entry" for one in difference.not_in_the_log
    ]
    lines += [f"DIFF {one}: the log says that it is yours, and you did not keep it" for one in difference.not_in_yours]
    return lines or ["OK both sides name the same; whether the pack is the log's own says audit.verify"]


def _ids(line: str) -> set[str]:
    # Databases and spreadsheets of partners write ids in capitals, in quotation marks or in braces.
    bare = line.strip('"{}').lower()
    if _ID.fullmatch(bare):
        return {bare}
    try:
        found = parse_json(line)
    except ValueError:
        return set()
    if not isinstance(found, dict):
        return set()
    ids = (str(found.get(name)).lower() for name in _NAMES)
    # A file's batch says it all: its receipt is one entry of several.
    named = [one for one in ids if _ID.fullmatch(one)]
    return set(named[:1])


if __name__ == "__main__":
    sys.exit(reader_gone.run(main))
