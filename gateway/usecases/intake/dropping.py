"""Path (a) by folder: what partners put down over SFTP becomes batches, each file exactly once.

(0) one instant; one look at a folder at a time, across all processes
(1) files whose batch went on by itself since the last look are moved on once it has ended
(2) whatever is whole by now is read into the spool and taken by the intake, as a push of the folder's partner
(3) what belongs beside the file is written, and last of all the file is moved: from then on it is not found again
(4) what has lain in `taken/` and `refused/` for long enough goes

The Idempotency-Key is made of feed, content, name and time of change: a file that is found again after a crash is the
same push, and the same content put down anew, on another day, is another.
"""

import hashlib
import json
import logging
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from audit.entry import Decision, EventClass, Outcome
from concept_model.errors import DataSharingError
from gateway.drops.folder import UNNAMED, DropError, Found, Place, Reason, WatchedFolder
from gateway.drops.rules import DropFolder, format_of
from gateway.errors import (
    BodyTooLargeError,
    BodyUnreadableError,
    ConfigurationError,
    GatewayError,
    KeyCustodyError,
)
from gateway.identity.caller import PartnerCaller
from gateway.store.advisory import one_at_a_time
from gateway.store.ledger import append
from gateway.usecases.intake.batch_contract import BatchContract, Mode
from gateway.usecases.intake.batch_receipts import batch_receipt
from gateway.usecases.intake.batches import FINISHED, errors_csv, errors_document, read_own_batch
from gateway.usecases.intake.intake import Batch, Push, SpooledFile, receive_batch, spool_of
from gateway.usecases.intake.mending_documents import is_document
from gateway.usecases.intake.spreadsheets import MARK
from gateway.usecases.log.entries import system_entry
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_PIECE = 256 * 1024
_MIB = 1024 * 1024
_MOST_FILES = 100
_PUSH_SCOPE = "feeds:push"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at a folder did. `problem` is a code where the folder itself could not be looked at."""

    name: str
    taken: int = 0
    waiting: int = 0
    refused: int = 0
    forgotten: int = 0
    problem: str | None = None


def look_at_folders(wiring: Wiring, folders: Sequence[DropFolder]) -> list[Looked]:
    """Look at every watched folder once. One that cannot be looked at does not hold up the others."""
    looked = []
    for rules in folders:
        try:
            looked.append(look_at(wiring, rules))
        except DropError as error:
            _log.warning("drops.folder-failed", extra={"code": error.reason.code})
            looked.append(Looked(rules.name, problem=error.reason.code))
        except (OSError, DataSharingError) as error:
            _log.warning("drops.folder-failed", extra={"error": type(error).__name__})
            looked.append(Looked(rules.name, problem="drop-folder-failed"))
    return looked


def look_at(wiring: Wiring, rules: DropFolder) -> Looked:
    """Look at one folder. Raises `DropError`, `OSError`, and what the intake raises where the database fails."""
    # (0) One look at a time.
    with one_at_a_time(wiring.database, f"drop/{rules.name}"):
        now = wiring.clock()
        folder = WatchedFolder(rules)
        try:
            done = [_go_on(wiring, folder, identity, told) for identity, told in folder.waiting()]
            done += [_deal_with(wiring, folder, found, now) for found in folder.found(now)[:_MOST_FILES]]
            gone = folder.forget(now)
        finally:
            folder.close()
    return Looked(rules.name, done.count("taken"), done.count("taking"), done.count("refused"), gone)


def _deal_with(wiring: Wiring, folder: WatchedFolder, found: Found, now: datetime) -> Place | None:
    """(2), (3) One file; None where it is to be found again at the next look."""
    if found.wrong is not None:
        return _refuse(wiring, folder, found, found.wrong, now)
    rule, (media_format, packed) = folder.rules.rule_of(found.name), format_of(found.name)
    if rule is None or media_format is None:
        return _refuse(wiring, folder, found, UNNAMED, now)
    caller = _caller(folder.rules, now)
    context = RequestContext(str(wiring.mint_opaque()), channel="folder")
    try:
        with folder.opened(found) as file:
            spooled = _spooled(wiring, file, packed=packed)
        contract = BatchContract(mode=Mode(rule.mode))
        push = Push(rule.feed, spooled, media_format, _key(rule.feed, found, spooled), contract)
        batch = receive_batch(wiring, context, caller, push)
    except DropError as error:
        if error.reason.code == "drop-changed":
            return None
        return _refuse(wiring, folder, found, error.reason, now)
    except (KeyCustodyError, ConfigurationError):
        raise
    except GatewayError as error:
        return _refuse(wiring, folder, found, Reason(error.code, f"{error}.", "Ask the council."), now)
    identity = _identity(batch)
    if batch.state not in FINISHED:
        told = {"batch_id": str(batch.batch_id), "file": found.name}
        folder.put_beside("taking", identity, "batch.json", json.dumps(told).encode())
        folder.move(found.name, "taking", identity)
        return "taking"
    place = _tell(wiring, folder, context, caller, batch)
    folder.move(found.name, place, identity)
    return place


def _go_on(wiring: Wiring, folder: WatchedFolder, identity: str, told: dict[str, Any] | Any) -> Place | None:
    """(1) A file whose batch the worker took on."""
    caller = _caller(folder.rules, wiring.clock())
    context = RequestContext(str(wiring.mint_opaque()), channel="folder")
    try:
        batch = read_own_batch(wiring, caller, UUID(str(told.get("batch_id"))))
    except (GatewayError, ValueError):
        return None
    if batch.state not in FINISHED or identity != _identity(batch):
        return None
    place = _tell(wiring, folder, context, caller, batch, inside="taking")
    folder.finish(identity, place)
    return place


def _tell(
    wiring: Wiring,
    folder: WatchedFolder,
    context: RequestContext,
    caller: PartnerCaller,
    batch: Batch,
    inside: Place | None = None,
) -> Place:  # fmt: skip
    """(3) Receipt or reason, and the bad rows, beside where the file goes."""
    place: Place = "refused" if batch.state == "refused" else "taken"
    beside, identity = inside or place, _identity(batch)
    if batch.rows_rejected or batch.rows_refused:
        name, rows = _bad_rows(wiring, context, caller, batch)
        folder.put_beside(beside, identity, name, rows.encode())
    folder.put_beside(beside, identity, "receipt.jws", batch_receipt(wiring, caller, batch.batch_id).encode())
    name = "reason.json" if place == "refused" else "receipt.json"
    folder.put_beside(beside, identity, name, json.dumps(_said(batch), indent=1).encode())
    return place


def _bad_rows(wiring: Wiring, context: RequestContext, caller: PartnerCaller, batch: Batch) -> tuple[str, str]:
    """Name and text of what the bad rows are mended in: a sheet, or a document in the format that the feed has."""
    feed = wiring.feeds.get(batch.feed)
    if feed is None or not is_document(feed.profile):
        return "errors.csv", MARK + errors_csv(wiring, context, caller, batch.batch_id)[1]
    _, media_format, text = errors_document(wiring, context, caller, batch.batch_id)
    return f"errors.{media_format}", text


def _refuse(wiring: Wiring, folder: WatchedFolder, found: Found, reason: Reason, now: datetime) -> Place:
    """A file that never became a batch: why, beside it and in the log, where its name does not stand."""
    told = {"state": "refused", "code": reason.code, "message": reason.message, "how_to_fix": reason.how_to_fix}
    folder.put_beside("refused", found.place, "reason.json", json.dumps(told, indent=1).encode())
    denied = system_entry(
        wiring, EventClass.DENIED, now, decision=Decision.REFUSE, outcome=Outcome.DENIED,
        detail={"channel": "folder", "reasons": [reason.code], "sources": [folder.rules.name]},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, denied)
    folder.move(found.name, "refused", found.place)
    return "refused"


def _caller(rules: DropFolder, now: datetime) -> PartnerCaller:
    return PartnerCaller(f"drop:{rules.client}", rules.agency, frozenset({_PUSH_SCOPE}), now + timedelta(hours=1))


def _spooled(wiring: Wiring, file: BinaryIO, *, packed: bool) -> SpooledFile:
    """The content in the spool, unpacked where it is gzip; over the limit it leaves nothing behind."""
    limit = wiring.settings.max_body_mib * _MIB
    engine = zlib.decompressobj(wbits=31) if packed else None
    with spool_of(wiring).write() as writer:
        while part := file.read(_PIECE):
            while part:
                try:
                    piece = engine.decompress(part, _PIECE) if engine else part
                except zlib.error:
                    raise BodyUnreadableError("the file is called .gz and cannot be unpacked") from None
                part = engine.unconsumed_tail if engine else b""
                if writer.size + len(piece) > limit:
                    raise BodyTooLargeError("the unpacked file is larger than this gateway takes at once")
                if engine and engine.unused_data:
                    raise BodyUnreadableError("the gzip file holds more than one file")
                writer.write(piece)
        if engine and not engine.eof:
            raise BodyUnreadableError("the gzip file is cut short")
        return writer.finish()


def _key(feed: str, found: Found, spooled: SpooledFile) -> str:
    what = f"{feed}/{found.name}/{found.changed_ns}/".encode("utf-8", "surrogateescape") + spooled.sha256
    return f"drop-{hashlib.sha256(what).hexdigest()}"


def _identity(batch: Batch) -> str:
    return str(batch.batch_id)


def _said(batch: Batch) -> dict[str, Any]:
    """What became of a batch, as its sender may know it: counts and names of columns, nothing of anybody."""
    return {
        "batch_id": str(batch.batch_id), "feed": batch.feed, "state": batch.state, "rows": batch.rows_read,
        "accepted": batch.rows_accepted, "rejected": batch.rows_rejected, "refused": batch.rows_refused,
        "flagged": batch.rows_flagged, "columns_not_kept": list(batch.columns_not_kept or ()),
        "items_not_covered": list(batch.items_not_covered or ()), "code": batch.refusal_code,
        "message": batch.refusal_message, "how_to_fix": batch.refusal_remedy,
        "received_at": batch.received_at.isoformat(),
        "finished_at": batch.finished_at.isoformat() if batch.finished_at else None,
        "receipt": str(batch.receipt_entry) if batch.receipt_entry else None,
    }  # fmt: skip
