"""A witness shows a head of this log that the log no longer holds, or refuses ours: an entry, once for each time."""

from audit.checkpoint import parse_checkpoint
from audit.encoding import to_base64
from audit.entry import Entry, EventClass, Outcome
from audit.keys import VerifierKey
from gateway.usecases.log.log_parts import LogParts, record


def record_alarm(parts: LogParts, problem: str, witness: VerifierKey, note: str) -> None:
    """Append the entry: which problem, by which witness's key, about which checkpoint of ours."""
    head = parse_checkpoint(note)
    record(
        parts,
        Entry(
            entry_id=str(parts.mint()), event=EventClass.VERIFICATION, at=parts.clock(),
            log_id=parts.settings.log_origin, who="hearthgate", agency="gateway", service="hearthgate",
            purpose="log_oversight", outcome=Outcome.ERROR,
            detail={
                "problem": problem, "key": witness.id.hex(), "checkpoint_size": head.size,
                "checkpoint_root": to_base64(head.root),
            },
        ),
    )  # fmt: skip
