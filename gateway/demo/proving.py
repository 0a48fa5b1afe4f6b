"""Prove the log from outside: receipts and an export, verified offline by another process; then a tampered copy."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from audit.export import ENTRIES
from gateway.demo.commands import operate, verify_offline
from gateway.demo.counting import entries_of, newest_leaf, wait_for_the_tree
from gateway.demo.readers import Json, Reader, Trail
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play
from gateway.demo.witnesses import Asking, play_witnesses

TITLE = "Receipts, and the log verified offline"


def play(stand: Stand, connection: Connection, say: Callable[[str], None]) -> tuple[Play, Json, Json]:
    """The steps, what is told of receipts, and what is told of the log."""
    played = Play("log", TITLE)
    wait_for_the_tree(connection)
    folder = stand.settings.data_dir.parent / "proof"
    folder.mkdir(mode=0o700)
    key = operate(stand, "audit", "key").stdout.strip()
    say(f"The log's verifier key, as partners hold it: {key}")
    _entries(played, stand.desk.trail, connection)
    receipts = _receipts(played, stand, folder, key)
    play_witnesses(played, stand.witnesses, _asking(stand, connection, folder), say)
    log = _log(played, stand, folder, key, say)
    return played, receipts, log


def _asking(stand: Stand, connection: Connection, folder: Path) -> Asking:
    """How the witnesses' part is asked: by an officer over HTTP, by the operator's command, by the offline verifier."""
    officer = stand.desk.reader("W601")

    def act() -> None:
        # A declaration for a purpose that there is none of is refused, and the refusal is an entry.
        officer.send("POST", "/v1/purpose-declarations", json={"purpose": "nothing_at_all", "reason": "a look"})
        wait_for_the_tree(connection)

    def fetch() -> dict[str, object]:
        body = officer.send("GET", f"/v1/receipts/{newest_leaf(connection)}").body
        return body if isinstance(body, dict) else {}

    def verify(proof: str) -> "subprocess.CompletedProcess[str]":
        path = folder / "witnessed.tlog-proof"
        path.write_text(proof, encoding="utf-8", newline="")
        return verify_offline(["--policy", str(stand.settings.witness_policy), str(path)])

    return Asking(act, fetch, verify, lambda: operate(stand, "audit", "status", "--json").stdout)


def _entries(played: Play, trail: Trail, connection: Connection) -> None:
    """Each call of the scenes has its entries, exactly once."""
    counted = entries_of(connection, trail.calls)
    wrong = [
        f"{call.what}: {counted.get(call.request_id, 0)} for {call.entries}"
        for call in trail.calls
        if counted.get(call.request_id, 0) != call.entries
    ]
    ids = [call.request_id for call in trail.calls]
    checks = {
        "calls were made": bool(ids),
        "every call has a request id of its own": len(set(ids)) == len(ids),
        f"entries as expected ({'; '.join(sorted(set(wrong)))})": not wrong,
    }
    played.act("Count the entries of each call", f"{len(ids)} calls, each in the log exactly once", checks)


def _receipts(played: Play, stand: Stand, folder: Path, key: str) -> Json:
    """Fetch the proof of every read and check all of them in another process, which knows the key alone."""
    files, missing = [], 0
    for held in stand.desk.trail.receipts:
        entry = UUID(str(held["entry"]))
        promise = folder / f"{entry}.promise"
        promise.write_text(str(held["promise"]))
        proof = _fetch(stand.desk.reader("W601"), entry)
        missing += proof is None
        files.append(promise)
        if proof is not None:
            receipt = folder / f"{entry}.tlog-proof"
            receipt.write_text(proof)
            files.append(receipt)
    verdict = verify_offline(["--key", key, *map(str, files)]) if files else None
    lines = verdict.stdout.splitlines() if verdict is not None else []
    held_up = sum(line.startswith("OK ") for line in lines)
    checks = {
        "reads were made": bool(files),
        f"every receipt can be fetched ({missing} cannot)": missing == 0,
        f"every one verifies offline ({held_up} of {len(files)})": bool(files) and held_up == len(files),
    }
    number = len(stand.desk.trail.receipts)
    played.act(
        "Verify every receipt offline",
        f"{number} promises and {number} proofs hold under the log's key",
        checks,
    )
    return {"reads": number, "files": len(files), "verified": held_up}


def _fetch(officer: Reader, entry: UUID) -> str | None:
    answer = officer.send("GET", f"/v1/receipts/{entry}")
    if not answer.ok:
        return None
    proof = answer.body.get("proof") if isinstance(answer.body, dict) else answer.body
    return str(proof) if proof else None


def _log(played: Play, stand: Stand, folder: Path, key: str, say: Callable[[str], None]) -> Json:
    whole = folder / "export"
    done = operate(stand, "audit", "export", str(whole))
    # By the policy, which names the log's key and asks for both witnesses: the key alone would vouch for any fork.
    verdict = verify_offline(["--policy", str(stand.settings.witness_policy), str(whole)])
    say(verdict.stdout.strip())
    size = sum(1 for _ in (whole / ENTRIES).open("rb")) if (whole / ENTRIES).exists() else 0
    held = {str(one["entry"]) for one in stand.desk.trail.receipts}
    exported = _exported(whole) if size else []
    checks = {
        "the log can be exported": done.returncode == 0,
        "the export verifies offline, cosigned by both witnesses": verdict.returncode == 0,
        "every receipt's entry is in it exactly once": all(exported.count(entry) == 1 for entry in held),
    }
    played.act("Export the log and verify it offline", "every entry stands in the signed tree", checks)
    database = operate(stand, "audit", "verify")
    played.act(
        "Verify the log in the database",
        "columns, openings, tickets and tree fit",
        {f"it holds: {database.stdout.strip()[:200]}": database.returncode == 0},
    )
    _tamper(played, whole, folder / "tampered", key, say)
    return {"entries": len(exported), "tree_size": size, "verified": verdict.returncode == 0}


def _exported(whole: Path) -> list[str]:
    return [str(json.loads(line)["entry_id"]) for line in (whole / ENTRIES).read_text().splitlines()]


def _tamper(played: Play, whole: Path, copy: Path, key: str, say: Callable[[str], None]) -> None:
    """Change one row of a copy, as somebody would who wants a look to have been of another kind."""
    if not (whole / ENTRIES).exists():
        return
    shutil.copytree(whole, copy)
    lines = (copy / ENTRIES).read_text().splitlines(keepends=True)
    changed = next((n for n, line in enumerate(lines) if '"disclosure"' in line), len(lines) - 1)
    lines[changed] = lines[changed].replace('"disclosure"', '"consultation"')
    (copy / ENTRIES).write_text("".join(lines))
    verdict = verify_offline(["--key", key, str(copy)])
    say(f"A disclosure renamed in a copy: {verdict.stdout.strip()}")
    named = f"{changed}" in verdict.stdout and "event_class" in verdict.stdout
    checks = {"it is found": verdict.returncode == 1, "row and column are named": named}
    played.act("Alter one row of a copy", "the verifier says which row and column", checks)
