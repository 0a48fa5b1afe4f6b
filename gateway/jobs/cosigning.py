"""Gather cosignatures: send the newest checkpoint to every witness at once, and keep what comes back.

    (1) take the newest checkpoint, at most one a second
    (2) ask every witness that has not cosigned it, all at the same time, each with a short limit; one that does not
        answer is asked more and more seldom, and on one that never comes to an end the log hangs up
    (3) keep the cosignatures that verify; note the checkpoint once they make the policy's quorum
    (4) a witness that shows a head of ours which we no longer hold is an alarm, and an entry

A process of its own: the sequencer never waits for a witness, and a log without witnesses goes on and says so.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import httpx
from sqlalchemy import Connection

from audit.errors import AuditError
from audit.keys import VerifierKey
from audit.notes import add_signatures, open_note, parse_signature_lines
from audit.policy import Policy
from audit.tree import consistency_places, consistency_proof, frontier_places, root_at
from gateway.jobs.asking_witness import ALARMS, TIMEOUT, UNREACHABLE, Answer, Head, OurTree, ask
from gateway.store.log import StoredCheckpoint, head_size, newest_checkpoint, stored_nodes
from gateway.store.witnesses import (
    WitnessState,
    add_cosignature,
    add_witnessed,
    cosignatures_of,
    save_witness_state,
    witness_states,
)
from gateway.usecases.log.log_parts import LogParts, log_keys
from gateway.usecases.log.witness_alarms import record_alarm

ROLE = "hg_sequence"
PERIOD = 1.0
LONGEST_ASK = 6.0
"""Seconds for all that is said to one witness in a round: the limit of a request holds for each piece of an answer."""

_LONGEST_PAUSE = 32
"""Rounds for which a witness that fails is left alone, at most."""

_log = logging.getLogger(__name__)


class Cosigner:
    """What is remembered between rounds: what each witness knows, and how often it failed."""

    def __init__(self, parts: LogParts, policy: Policy, transport: httpx.BaseTransport | None = None) -> None:
        self._parts = parts
        self._policy = policy
        self._witnesses = {one.key.encode(): one for one in policy.witnesses}
        self._transport = transport
        self._clients = {vkey: self._client() for vkey in self._witnesses}
        self._pool = ThreadPoolExecutor(len(self._witnesses) or 1, thread_name_prefix="witness")
        self._talking: dict[str, Future[Answer]] = {}
        self._known = dict.fromkeys(self._witnesses, 0)
        self._done = dict.fromkeys(self._witnesses, -1)
        self._failures = dict.fromkeys(self._witnesses, 0)
        self._pause = dict.fromkeys(self._witnesses, 0)

    def close(self) -> None:
        """Close every connection."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for client in self._clients.values():
            client.close()

    def _client(self) -> httpx.Client:
        # No proxy of the environment stands between a log and its witnesses unless somebody means it to.
        return httpx.Client(timeout=TIMEOUT, trust_env=False, transport=self._transport)

    def round(self) -> list[Answer]:
        """One round; gives the answers of the witnesses that were asked. Raises database errors alone."""
        with self._parts.database.transaction(ROLE) as connection:
            newest = newest_checkpoint(connection)
        if newest is None:
            return []
        wanted = [vkey for vkey, size in self._done.items() if size != newest.tree_size and self._is_due(vkey)]
        if not wanted:
            return []
        tree, head = self._tree(), Head(newest.tree_size, newest.note)
        asked = {
            vkey: self._pool.submit(ask, self._clients[vkey], self._witnesses[vkey], head, self._known[vkey], tree)
            for vkey in wanted
        }
        wait(asked.values(), LONGEST_ASK)
        answers = [self._given(vkey, one) for vkey, one in asked.items()]
        for answer in answers:
            self._remember(answer)
        self._tell_what_is_new(newest, answers)
        self._keep(newest, answers)
        return answers

    def _given(self, vkey: str, asked: Future[Answer]) -> Answer:
        """The answer of a witness; one that still talks has not given any, and is hung up on."""
        if asked.done():
            return asked.result()
        self._talking[vkey] = asked
        self._clients[vkey].close()
        self._clients[vkey] = self._client()
        return Answer(self._witnesses[vkey], self._known[vkey], problem=UNREACHABLE)

    def _is_due(self, vkey: str) -> bool:
        if vkey in self._talking and not self._talking[vkey].done():
            return False
        if self._pause[vkey] > 0:
            self._pause[vkey] -= 1
            return False
        return True

    def _remember(self, answer: Answer) -> None:
        vkey = answer.witness.key.encode()
        self._known[vkey] = answer.known_size
        if answer.cosignature is not None:
            self._done[vkey] = answer.cosignature.tree_size
        self._failures[vkey] = 0 if answer.problem is None else self._failures[vkey] + 1
        self._pause[vkey] = min(2 ** self._failures[vkey] - 1, _LONGEST_PAUSE) if answer.problem else 0

    def _keep(self, newest: StoredCheckpoint, answers: Sequence[Answer]) -> None:
        now = self._parts.clock()
        with self._parts.database.transaction(ROLE) as connection:
            for answer in answers:
                made = answer.cosignature
                if made is not None:
                    add_cosignature(connection, made)
                if made is not None or answer.problem is not None:
                    save_witness_state(
                        connection,
                        WitnessState(
                            answer.witness.key.encode(),
                            None if made is None else made.tree_size,
                            None if made is None else made.signed_at,
                            answer.problem,
                            None if answer.problem is None else now,
                        ),
                    )
            cosigners = _cosigners(connection, newest, self._policy)
            if self._policy.satisfied_by(cosigners):
                add_witnessed(connection, newest.tree_size, [one.encode() for one in cosigners], now)

    def _tell_what_is_new(self, newest: StoredCheckpoint, answers: Sequence[Answer]) -> None:
        """Before it is written down as known: an alarm may be told twice, and is never lost."""
        with self._parts.database.transaction(ROLE) as connection:
            before = witness_states(connection)
        for answer in answers:
            state = before.get(answer.witness.key.encode())
            if answer.problem is not None and answer.problem != (state.problem if state else None):
                self._tell(answer, newest)

    def _tell(self, answer: Answer, newest: StoredCheckpoint) -> None:
        """Say what is wrong, and put into the log what people must look at."""
        told = {"problem": answer.problem, "witness": answer.witness.key.name, "size": newest.tree_size}
        _log.error("cosigning.problem", extra=told)
        if answer.problem in ALARMS:
            record_alarm(self._parts, str(answer.problem), answer.witness.key, newest.note)

    def _tree(self) -> OurTree:
        def proof(old: int, size: int) -> tuple[bytes, ...]:
            if not 0 < old < size:
                return ()
            with self._parts.database.transaction(ROLE) as connection:
                nodes = stored_nodes(connection, consistency_places(old, size))
            return tuple(consistency_proof(old, size, lambda level, index: nodes[level, index]))

        def root(size: int) -> bytes:
            with self._parts.database.transaction(ROLE) as connection:
                nodes = stored_nodes(connection, frontier_places(size))
            return root_at(size, lambda level, index: nodes[level, index])

        def newest_size() -> int:
            with self._parts.database.transaction(ROLE) as connection:
                return head_size(connection)

        return OurTree(proof, root, newest_size, log_keys(self._parts))


def run_cosigner(
    parts: LogParts,
    policy: Policy,
    stop: threading.Event,
    period: float = PERIOD,
    made: Callable[[LogParts, Policy], Cosigner] = Cosigner,
) -> None:
    """Gather cosignatures until `stop` is set; returns only then, whatever fails meanwhile."""
    cosigner = made(parts, policy)
    try:
        while not stop.is_set():
            try:
                cosigner.round()
            except Exception as error:  # noqa: BLE001 - a log whose cosigner ended would stay unwitnessed
                told = {"error": type(error).__name__, "code": getattr(error, "code", None)}
                _log.error("cosigning.round-failed", extra=told)
            stop.wait(period)
    finally:
        cosigner.close()


def _cosigners(connection: Connection, head: StoredCheckpoint, policy: Policy) -> list[VerifierKey]:
    """The witnesses of the policy whose stored cosignatures of a checkpoint verify."""
    lines = "".join(one.line for one in cosignatures_of(connection, head.tree_size))
    if not lines:
        return []
    try:
        note = add_signatures(head.note, parse_signature_lines(lines))
        return [one.key for one in open_note(note, policy.witness_keys).verified]
    except AuditError:
        return []
