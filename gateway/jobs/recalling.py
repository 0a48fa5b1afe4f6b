"""Ask the witnesses what was signed, where the machine may have forgotten: before a sequencer starts, before a restore.

A database from a backup fits itself, and the data folder may have come from the same backup. Witnesses still show the
newest head that they cosigned, with our own signature on it. It goes into the high-water mark, and from there on the
sequencer's guard decides: a log that is behind it stands still until a restore is declared.
"""

import logging

from audit.checkpoint import parse_checkpoint
from audit.errors import AuditError
from gateway.errors import ConfigurationError
from gateway.jobs.asking_witness import shown_by
from gateway.policy_file import read_policy
from gateway.usecases.log.log_parts import LogParts, log_keys
from gateway.usecases.log.restoring import guard_of

_log = logging.getLogger(__name__)


def recall_newest(parts: LogParts) -> int | None:
    """Raise the mark to the newest head that a witness shows, if that is newer; gives the size it was raised to.

    Witnesses that do not answer are passed over: a log starts without them.
    """
    try:
        policy = read_policy(parts.settings)
    except ConfigurationError as error:
        _log.error("recalling.no-policy", extra={"code": error.code})
        return None
    if policy is None:
        return None
    asked = [one for one in policy.witnesses if one.url is not None]
    shown = shown_by(asked, log_keys(parts))
    newest = max(shown, key=lambda note: parse_checkpoint(note).size, default=None)
    mark = guard_of(parts).mark
    if newest is None or parse_checkpoint(newest).size <= _size(mark.read()):
        return None
    mark.write(newest)
    return parse_checkpoint(newest).size


def _size(note: str | None) -> int:
    try:
        return -1 if note is None else parse_checkpoint(note).size
    except AuditError:
        # The guard says so; what is broken is not overwritten.
        return 2**64
