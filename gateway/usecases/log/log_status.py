"""How the log stands: how large, how far witnessed, what waits, and for how long it could be rewritten unseen.

Whoever holds the machine and the log's key can rewrite what no witness has cosigned. That window is said in seconds:
it opens when an entry is committed, and closes when a checkpoint that holds it has the quorum. Nothing here is about
anybody, so asking is no entry.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from audit.checkpoint import open_checkpoint
from audit.errors import AuditError
from audit.keys import VerifierKey
from audit.notes import add_signatures, parse_signature_lines
from audit.policy import Policy
from gateway.errors import ConfigurationError
from gateway.policy_file import cosigning_policy, read_policy
from gateway.store.errors import DatabaseUnavailableError
from gateway.store.log import StoredCheckpoint, is_read_only, newest_checkpoint
from gateway.store.witnesses import (
    WitnessState,
    cosignatures_of,
    first_signed_after,
    newest_witnessed,
    queue_of,
    witness_states,
)
from gateway.usecases.log.log_parts import LogParts, log_keys
from gateway.usecases.log.restoring import guard_of

_RECENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WitnessStatus:
    """One witness of the policy: the size that it cosigned last and when, and what is wrong with it since when."""

    name: str
    size: int | None
    cosigned_at: datetime | None
    problem: str | None
    problem_since: datetime | None


@dataclass(frozen=True, slots=True)
class LogStatus:
    """The state of the log. Sizes are numbers of leaves; `exposed_seconds` is 0 when what is committed is witnessed.

    `unwitnessed_since` is when the oldest checkpoint was signed that lies beyond the last one with the quorum.
    `has_witnesses` is false where no policy is set: then nothing is ever witnessed.
    """

    size: int
    signed_at: datetime | None
    waiting: int
    lag_seconds: float
    witnessed_size: int
    unwitnessed_since: datetime | None
    exposed_seconds: float
    has_witnesses: bool
    witnesses: tuple[WitnessStatus, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """Codes of what is wrong with the witnesses, each once."""
        return tuple(sorted({one.problem for one in self.witnesses if one.problem is not None}))


@dataclass(frozen=True, slots=True)
class CosignedHead:
    """A checkpoint with the cosignatures that are kept of it; `witnesses` counts those of the policy that verify."""

    tree_size: int
    note: str
    signed_at: datetime
    witnesses: int
    quorum: bool


def log_status(parts: LogParts) -> LogStatus:
    """How the log stands now."""
    policy, now = read_policy(parts.settings), parts.clock()
    with parts.database.transaction("hg_desk") as connection:
        newest, witnessed = newest_checkpoint(connection), newest_witnessed(connection)
        since = unwitnessed_since(connection)
        queue, states = queue_of(connection), witness_states(connection)
    return LogStatus(
        size=0 if newest is None else newest.tree_size,
        signed_at=None if newest is None else newest.signed_at,
        waiting=queue.waiting,
        lag_seconds=_seconds(queue.oldest, now),
        witnessed_size=0 if witnessed is None else witnessed.tree_size,
        unwitnessed_since=since,
        exposed_seconds=max(_seconds(since, now), _seconds(queue.oldest, now)),
        has_witnesses=policy is not None,
        witnesses=() if policy is None else tuple(_witness(one.key, states) for one in policy.witnesses),
    )


def what_halts(parts: LogParts) -> tuple[str, ...]:
    """Why nothing is signed or cosigned until somebody acts, in sentences.

    A restore that nobody declared, or a policy of another key: the processes that stand still for it say so on their
    own output alone.
    """
    found = []
    try:
        with parts.database.transaction("hg_desk") as connection:
            guard_of(parts).check(connection)
    except AuditError as error:
        found.append(f"nothing is signed: {error}")
    try:
        if parts.settings.witness_policy is not None:
            cosigning_policy(parts.settings, log_keys(parts)[0])
    except ConfigurationError as error:
        found.append(f"nothing is cosigned once the gateway is restarted: {error}")
    return tuple(found)


def require_writable(parts: LogParts) -> None:
    """Raise `DatabaseUnavailableError` where the log can be read and not written: then nothing is released."""
    with parts.database.transaction("hg_desk") as connection:
        if is_read_only(connection):
            raise DatabaseUnavailableError("the log cannot be written; nothing is released or stored")


def unwitnessed_since(connection: Connection) -> datetime | None:
    """When the oldest checkpoint was signed that no quorum covers, or None when all are covered."""
    witnessed = newest_witnessed(connection)
    return first_signed_after(connection, 0 if witnessed is None else witnessed.tree_size)


def best_head(parts: LogParts, connection: Connection, index: int) -> CosignedHead | None:
    """The newest checkpoint with the quorum that covers the leaf at `index`, else the newest of all, cosigned or not.

    None when no checkpoint covers the leaf.
    """
    witnessed = newest_witnessed(connection)
    head = witnessed if witnessed is not None and witnessed.tree_size > index else newest_checkpoint(connection)
    if head is None or head.tree_size <= index:
        return None
    return cosigned(parts, connection, head, quorum=head is witnessed)


def head_to_export(parts: LogParts, connection: Connection) -> CosignedHead | None:
    """The newest checkpoint with the quorum, if it is not much older than the newest of all; else that one."""
    newest, witnessed = newest_checkpoint(connection), newest_witnessed(connection)
    if newest is None:
        return None
    if witnessed is not None and newest.signed_at - witnessed.signed_at <= _RECENT:
        return cosigned(parts, connection, witnessed, quorum=True)
    return cosigned(parts, connection, newest, quorum=False)


def cosigned(parts: LogParts, connection: Connection, head: StoredCheckpoint, *, quorum: bool) -> CosignedHead:
    """A checkpoint with all cosignatures that are kept of it."""
    lines = "".join(one.line for one in cosignatures_of(connection, head.tree_size))
    note = add_signatures(head.note, parse_signature_lines(lines)) if lines else head.note
    found = _counted(note, log_keys(parts), read_policy(parts.settings))
    return CosignedHead(head.tree_size, note, head.signed_at, found, quorum)


def _counted(note: str, keys: tuple[VerifierKey, ...], policy: Policy | None) -> int:
    for key in keys if policy is not None else ():
        try:
            return len(open_checkpoint(note, key, policy.witness_keys).witnesses)  # type: ignore[union-attr]  # not None here
        except AuditError:
            continue
    return 0


def _witness(key: VerifierKey, states: dict[str, WitnessState]) -> WitnessStatus:
    state = states.get(key.encode())
    if state is None:
        return WitnessStatus(key.name, None, None, None, None)
    return WitnessStatus(key.name, state.tree_size, state.cosigned_at, state.problem, state.problem_since)


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, round((now - since).total_seconds(), 3))
