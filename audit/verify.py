"""Offline verifier: `python -m audit.verify [--key VKEY] PATH...`.

A path is a receipt (`.tlog-proof`), a promise, a checkpoint, a proof of a fork, a declared restore, the receipt of a
coverage map, or the folder of a subject report, of a partner's pack, of an export or of a C2SP tile log. With a witness
policy (C2SP tlog-policy) the cosignatures must make its quorum; a report then needs a receipt for each of its maps.
`--older` and `--promise` are what one kept: a whole export is held against both, a single signed head against
checkpoints of its size alone, and what was not compared is said.
One line is written for each path: OK and what was proved, or FAIL and what is wrong and where. The exit status is
0 when all are right, 1 when one is wrong, 2 when the command line is.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from pathlib import Path

from audit import fork, reader_gone, receipt, restore, tlog_proof
from audit.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint
from audit.entry import format_second
from audit.errors import AuditError, CheckpointError, ForkError, NoteError, ReceiptError, WitnessError
from audit.export import files_of
from audit.held import compare_heads, open_older
from audit.keys import VerifierKey
from audit.leaf import LEAF_FORM, parse_leaf
from audit.map_receipt import RECEIPTS_FOLDER, is_map_receipt, verify_map_receipt
from audit.notes import Verified
from audit.partner_pack import NOTE, USES, is_pack, verify_pack
from audit.plain_folder import require_plain, stray_words
from audit.policy import Policy, parse_policy
from audit.restored import excuse, open_restores
from audit.verify_export import ExportVerdict, Trust, verify_export
from audit.verify_report import is_report, verify_report

_MAX_FILE_BYTES = 2_000_000


def verify_path(path: Path, trust: Trust, needed: int = 0, leaf: bytes | None = None) -> str:
    """Check one path and say in a sentence what was proved. Raises `AuditError`.

    `needed` is how many known witnesses must have cosigned; `leaf` the leaf of a receipt that does not carry it.
    """
    try:
        require_plain(path)
        return _sentence(path, trust, needed, leaf)
    except OSError as error:
        # An export is made for its maker's eyes alone (mode 0700): another account is told, and shown no traceback.
        problem = f"cannot be read: {error.strerror or type(error).__name__}"
        raise ReceiptError(problem) from None


def _sentence(path: Path, trust: Trust, needed: int, leaf: bytes | None) -> str:
    for recognised, sentence in _FOLDERS:
        if recognised(path):
            return sentence(path, trust, needed)
    text = _text(path)
    if trust.log_key is None:
        raise NoteError("a single file is checked against the log's key: give it with --key")
    if text.startswith(receipt.HEADER + "\n"):
        promise = receipt.open_promise(text, trust.log_key)
        entry = f"entry {promise.entry_id} at {format_second(promise.at)}"
        kept = "; whether it was kept shows an export, with --promise"
        return f"promise of {promise.log_id} for {entry}, leaf {promise.leaf_hash.hex()}{kept}{_held_words((), trust)}"
    if text.startswith(fork.HEADER + "\n"):
        return _fork_sentence(text, trust) + _held_words((), trust)
    if text.startswith(restore.HEADER + "\n"):
        return _restore_sentence(text, trust.log_key, trust, needed) + _held_words((), trust)
    words, head = _headed(text, trust, trust.log_key, leaf)
    return words + _head_words(head, needed, trust.policy) + _held_words((head.checkpoint,), trust)


def _headed(
    text: str, trust: Trust, log_key: VerifierKey | str, leaf: bytes | None
) -> tuple[str, OpenedCheckpoint]:  # fmt: skip
    """What a file says that has one signed head, and that head."""
    if text.startswith(tlog_proof.HEADER + "\n"):
        proved = tlog_proof.verify_proof(text, log_key, leaf, trust.witnesses, trust.origin)
        return f"{_leaf_words(proved)} stands in ", OpenedCheckpoint(proved.checkpoint, proved.witnesses)
    if is_map_receipt(text):
        key, *earlier = trust.keys()
        found = verify_map_receipt(text.encode(), key, trust.witnesses, trust.origin, earlier)
        at = format_second(found.coverage.at)
        return f"the map of {found.coverage.kind} lists up to {at} stands in ", found.head
    if text.startswith("{") and ('"proof":' in text or '"promise":' in text):
        problem = "is an answer of the gateway and no receipt: write the text of its `proof` or `promise` into a file"
        raise ReceiptError(problem)
    return "checkpoint: ", open_checkpoint(text, log_key, trust.witnesses, trust.origin)


def _held_words(heads: Iterable[Checkpoint], trust: Trust) -> str:
    """How single heads stand to what one kept; what they cannot show is said, never passed over."""
    keys = trust.keys()
    older = [
        open_older(f"older checkpoint {number}", text, keys, trust.witnesses, trust.origin)
        for number, text in enumerate(trust.older, 1)
    ]
    excused = excuse(older, open_restores(trust.restores, keys, trust.witnesses, trust.policy))
    words = compare_heads(heads, excused.older)
    if inside := len(older) - len(excused.older):
        words += f"; {inside} older checkpoint(s) lie in a gap that was declared and cosigned"
    if trust.promises:
        words += f"; NOT compared with {len(trust.promises)} promise(s): that takes an export"
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        # A name that the console has no letters for is no reason to keep the verdict back.
        sys.stdout.reconfigure(errors="backslashreplace")
    status = 0
    try:
        trust = _trust(options)
        leaf = None if options.leaf is None else options.leaf.read_bytes()
    except (AuditError, OSError) as exc:
        sys.stdout.write(f"{one_line(f'FAIL options: {exc}')}\n")
        return 2
    for path in options.path:
        try:
            line = f"OK {path}: {verify_path(path, trust, options.witnesses_needed, leaf)}"
        except AuditError as exc:
            status, line = 1, f"FAIL {path}: {exc}"
        sys.stdout.write(f"{one_line(line)}\n")
    return status


def one_line(text: str) -> str:
    """Whoever packed a folder chose the names in it: none may begin a line of its own, or turn one round."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def _trust(options: argparse.Namespace) -> Trust:
    policy = None if options.policy is None else parse_policy(options.policy.read_bytes())
    witnesses = [VerifierKey.parse(one) for one in options.witness]
    logs = [] if policy is None else [one.key for one in policy.logs]
    key = VerifierKey.parse(options.key) if options.key is not None else logs[0] if len(logs) == 1 else None
    return Trust(
        key,
        options.origin,
        (*witnesses, *(() if policy is None else policy.witness_keys)),
        tuple(_option(path) for path in options.older),
        policy,
        tuple(_option(path) for path in options.restore),
        tuple(VerifierKey.parse(one) for one in options.earlier_key),
        tuple(_option(path) for path in options.promise),
    )


def _pack_sentence(path: Path, trust: Trust, needed: int) -> str:
    found = verify_pack(path, trust)
    signed = ", signed by an earlier key of the log" if found.earlier_key else ""
    words = f"pack of {found.agency} as of {found.at}{signed}, {found.own} entries of its own; "
    words += _export_words(found.export, needed, trust.policy)
    return words + stray_words(path, {NOTE, USES, *files_of(found.export.head.checkpoint.size)})


def _export_sentence(path: Path, trust: Trust, needed: int) -> str:
    found = verify_export(path, trust)
    words = _export_words(found, needed, trust.policy)
    # A log that is not ours may keep tiles of earlier sizes, and files that its own format has.
    return words + (stray_words(path, set(files_of(found.head.checkpoint.size))) if found.has_rows else "")


def _export_words(found: ExportVerdict, needed: int, policy: Policy | None) -> str:
    words = _head_words(found.head, needed, policy)
    words += (
        f"; {found.rows} rows and {found.openings} opened entries fit" if found.has_rows else "; tiles only, no rows"
    )
    if found.older:
        words += f"; grown from {found.older} older checkpoint(s)"
    if found.promises.kept:
        words += f"; {found.promises.kept} promise(s) are kept"
    if found.promises.lost:
        words += f"; the leaves of {found.promises.lost} promise(s) may be among those that a declared restore lost"
    for one in found.restores:
        words += (
            f"; leaves {one.lost_from.size} to {one.lost_to.size - 1} were lost by a restore, declared and cosigned"
        )
    if found.back is not None:
        words += f"; {found.back.sentence()}"
    if found.own_key is not None:
        words += f"; CHECK that {found.own_key.encode()} is the log's key: it was taken from the export itself"
    return words


def _report_sentence(path: Path, trust: Trust, needed: int) -> str:
    found = verify_report(path, trust)
    heads = {_head_words(head, needed, trust.policy) for head in found.heads}
    if found.unreceipted and (needed or not _enough((), trust.policy)):
        problem = (
            f"{found.unreceipted} of its map(s) have no receipt in {RECEIPTS_FOLDER}, so no witness vouches for them"
        )
        raise CheckpointError(problem)
    words = "; ".join((found.sentence(), *sorted(heads))) + _held_words([one.checkpoint for one in found.heads], trust)
    return words + (stray_words(path, found.files) if path.is_dir() else "")


def _fork_sentence(text: str, trust: Trust) -> str:
    """A fork, under all of the log's keys; and which of its trees the log itself has declared lost."""
    try:
        words = fork.prove_fork(text, trust.keys()[:1], trust.origin)
    except ForkError:
        # An earlier key may be in other hands by now.
        words = fork.prove_fork(text, trust.keys(), trust.origin) + "; CHECK its date: an earlier key signed it"
    restores = open_restores(trust.restores, trust.keys(), trust.witnesses, trust.policy)
    if lost := [one for one in fork.heads_of(text) if any(restore.excuses(one) for restore in restores)]:
        sizes = " and ".join(str(size) for size in sorted({one.size for one in lost}))
        words += f"; CHECK: leaves of the tree of {sizes} entries were declared lost: a tree from before is no fork"
    return words


def _restore_sentence(text: str, log_key: VerifierKey | str, trust: Trust, needed: int) -> str:
    found = restore.open_restore(text, log_key, trust.witnesses)
    _require_witnesses(found.witnesses, needed, trust.policy)
    lost = f"entries {found.restore.lost_from.size} to {found.restore.lost_to.size - 1}"
    return f"the log {found.restore.log_id} declares {lost} lost, {len(found.witnesses)} known witness(es)"


def _require_witnesses(found: Sequence[Verified], needed: int, policy: Policy | None) -> None:
    if len(found) < needed:
        raise WitnessError(len(found), needed)
    if not _enough(found, policy):
        who = ", ".join(sorted(one.key.name for one in found)) or "none"
        problem = f"the known witnesses that cosigned do not make the policy's quorum: {who}"
        raise CheckpointError(problem)


def _enough(found: Sequence[Verified], policy: Policy | None) -> bool:
    return policy is None or policy.satisfied_by(one.key for one in found)


def _leaf_words(proved: tlog_proof.VerifiedProof) -> str:
    """Which leaf: of this format's leaves also which entry. Those of other logs are any bytes."""
    if not LEAF_FORM.fullmatch(proved.leaf):
        return f"leaf {proved.index}"
    leaf = parse_leaf(proved.leaf)
    if leaf.log_id != proved.checkpoint.origin:
        raise ReceiptError("its leaf is of another log than its checkpoint")
    return f"entry {leaf.entry_id}, {leaf.event} at {leaf.at}, leaf {proved.index}"


def _head_words(head: OpenedCheckpoint, needed: int, policy: Policy | None = None) -> str:
    _require_witnesses(head.witnesses, needed, policy)
    size, origin = head.checkpoint.size, head.checkpoint.origin
    return f"the log {origin} of {size} entries, signed, {len(head.witnesses)} known witness(es)"


def _option(path: Path) -> str:
    """A file that an option names: what is wrong with it is said with its name, as it is on no line of its own."""
    try:
        return _text(path)
    except ReceiptError as error:
        told = f"{path}: {error}"
        raise ReceiptError(told) from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE_BYTES + 1)
        if len(data) > _MAX_FILE_BYTES:
            raise ReceiptError("file is too long for a receipt or a checkpoint")
        return data.decode()
    except FileNotFoundError:
        raise ReceiptError("there is no such file or folder") from None
    except (OSError, UnicodeDecodeError):
        problem = "the file cannot be read as UTF-8 text; unpack an archive and name the folder inside"
        raise ReceiptError(problem) from None


_FOLDERS = ((is_report, _report_sentence), (is_pack, _pack_sentence), (Path.is_dir, _export_sentence))
"""What a folder may be, the most particular first."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m audit.verify", description="Check receipts, checkpoints, exports.")
    parser.add_argument(
        "path", type=Path, nargs="+", help="receipt, promise, checkpoint, or folder of a report or an export"
    )
    parser.add_argument("--key", metavar="VKEY", help="verifier key of the log, name+id+base64")
    parser.add_argument("--origin", help="origin of the log where it differs from the key's name")
    parser.add_argument("--witness", metavar="VKEY", action="append", default=[], help="verifier key of a witness")
    parser.add_argument(
        "--policy",
        metavar="FILE",
        type=Path,
        help="witness policy: its keys, and its quorum is needed, for each map of a report too",
    )
    parser.add_argument("--witnesses-needed", metavar="N", type=int, default=0, help="cosignatures that must be there")
    parser.add_argument(
        "--older", metavar="FILE", type=Path, action="append", default=[], help="checkpoint kept before"
    )
    parser.add_argument(
        "--promise", metavar="FILE", type=Path, action="append", default=[],
        help="promise that a reader kept: an export must hold its entry",
    )  # fmt: skip
    parser.add_argument(
        "--restore", metavar="FILE", type=Path, action="append", default=[],
        help="declared restore, cosigned by a known witness: excuses older checkpoints inside its gap",
    )  # fmt: skip
    parser.add_argument(
        "--earlier-key", metavar="VKEY", action="append", default=[],
        help="verifier key that the log had before: good for what is older, and for reports and packs that it signed",
    )  # fmt: skip
    parser.add_argument("--leaf", metavar="FILE", type=Path, help="leaf of a receipt that does not carry it")
    return parser


if __name__ == "__main__":
    sys.exit(reader_gone.run(main))
