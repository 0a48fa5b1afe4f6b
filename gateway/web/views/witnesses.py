"""Witnesses in plain words: of one receipt, and of the whole log for officers."""

from collections.abc import Mapping

from gateway.usecases.log.log_status import LogStatus, WitnessStatus
from gateway.usecases.log.receipts import ReceiptView
from gateway.web.words import counted, instant

PROBLEMS: Mapping[str, str] = {
    "witness-unreachable": "does not answer",
    "witness-refused": "does not know this log or its key",
    "witness-answer-malformed": "answers with another key than the one agreed",
    "witness-disagrees": "refuses this log and cannot show why: look into it",
    "log-rolled-back": "shows entries that this log no longer has: a backup was restored, or entries were taken out",
    "log-forked": "shows another history that this log signed: stop, and call the data protection officer",
}

_ON_ITS_WAY = 60.0
"""Seconds for which an entry may wait for the witnesses while none of them has a problem."""


def receipt_words(held: ReceiptView) -> str:
    """How many partners' witnesses have cosigned what a receipt rests on."""
    by = counted(held.witnesses, "witness", "witnesses")
    if held.quorum:
        return f"It is cosigned by {by} outside the council." if held.witnesses else "No witness is asked to cosign it."
    so_far = f"So far it is cosigned by {by} outside the council; more are needed."
    said = so_far if held.witnesses else "No witness outside the council has cosigned it yet."
    since = held.unwitnessed_since
    return said if since is None else f"{said} The log is unwitnessed since {instant(since)}."


def status_lines(status: LogStatus) -> tuple[str, ...]:
    """The state of the log for officers: what it holds, how far it is witnessed, what is wrong with whom."""
    if not status.has_witnesses:
        return (f"{counted(status.size, 'entry', 'entries')} in the tree. No witness vouches for them.",)
    first = f"{counted(status.size, 'entry', 'entries')} in the tree"
    if status.unwitnessed_since is None:
        first += ", all witnessed."
    elif status.exposed_seconds < _ON_ITS_WAY and not any(one.problem for one in status.witnesses):
        # To open the page is an entry: what is a second old is on its way, and no cause for alarm.
        first += f", {status.witnessed_size:,} of them witnessed. The newest are on their way to the witnesses."
    else:
        first += (
            f", {status.witnessed_size:,} of them witnessed. Unwitnessed since {instant(status.unwitnessed_since)}."
        )
    return (first, *(_problem(one) for one in status.witnesses if one.problem is not None))


def _problem(one: WitnessStatus) -> str:
    since = "" if one.problem_since is None else f", since {instant(one.problem_since)}"
    return f"Witness {one.name} {PROBLEMS.get(one.problem or '', 'has a problem')}{since}."
