"""A million entries exported, and checked as anybody would: `python -m audit.verify FOLDER --key KEY`.

The leaves are of the real form and size; their commitments are random bytes, as they are to whoever has no opening.
"""

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.entry import COMMITTED_FIELDS, EventClass
from audit.export import ExportRow, write_export
from audit.keys import SignerKey
from audit.leaf import leaf_prefix, leaf_suffix
from audit.merkle import leaf_hash
from audit.tree import Frontier

_LOG = SignerKey("northvale.example/benchmark", bytes(range(32)))
_BEGAN = datetime(2026, 11, 21, 9, tzinfo=UTC)
_POLL = 0.05


def verify_offline(entries: int) -> dict[str, float | None]:
    """Write an export of so many entries and have it checked; seconds, and the most memory of all processes at once."""
    with tempfile.TemporaryDirectory(prefix="hg-") as name:
        folder = Path(name) / "export"
        tree = Frontier()
        for row in _rows(entries):
            tree.append(leaf_hash(row.leaf))
        note = sign_checkpoint(Checkpoint(_LOG.name, tree.size, tree.root()), [_LOG])
        began = time.perf_counter()
        write_export(folder, _LOG.verifier(), note, _rows(entries))
        print(f"export of {entries:,} entries: written in {time.perf_counter() - began:.1f} s", flush=True)
        began = time.perf_counter()
        checking = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "audit.verify", str(folder), "--key", _LOG.verifier().encode()],
            stdout=subprocess.PIPE,
        )
        memory = _most_memory(checking)
        spent, said = time.perf_counter() - began, checking.communicate()[0].decode()
        if checking.returncode or not said.startswith("OK") or f"{entries} rows" not in said:
            raise RuntimeError("an honest export was not found right: " + said)
    print(f"checked offline in {spent:.1f} s, {memory / 1e6:.0f} MB in all processes together")
    rate = {"offline_verify_1m_s": round(spent / entries * 1e6, 2), "offline_verify_mb": round(memory / 1e6)}
    return {**rate, "offline_entries": entries}


def _rows(entries: int) -> Iterator[ExportRow]:
    """The same rows each time: commitments are cut from one block of random-looking bytes."""
    block = b"".join(leaf_hash(number.to_bytes(4, "big")) for number in range(4096))
    size = 32 * len(COMMITTED_FIELDS)
    for number in range(entries):
        begin = number * 7 % (len(block) - size)
        at = (_BEGAN + timedelta(milliseconds=number)).replace(microsecond=0)
        entry = str(UUID(int=(0xA5 << 100) | (4 << 76) | (2 << 62) | number))
        leaf = leaf_prefix(at.strftime("%Y-%m-%dT%H:%M:%SZ")) + base64.b64encode(block[begin : begin + size])
        leaf += leaf_suffix(entry, EventClass.CONSULTATION.value, _LOG.name)
        yield ExportRow(number, entry, EventClass.CONSULTATION.value, at, leaf)


def _most_memory(process: "subprocess.Popen[bytes]") -> int:
    """The most bytes that a process and its children together held at once (shared pages counted in each)."""
    most = 0
    while process.poll() is None:
        most = max(most, sum(_resident(pid) for pid in [process.pid, *_children(process.pid)]))
        time.sleep(_POLL)
    return most


def _children(parent: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
