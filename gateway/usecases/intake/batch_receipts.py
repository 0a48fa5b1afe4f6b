"""A receipt for a file: signed words of what came, what was taken and where the log says so.

It holds counts, names of columns and items, hashes and ids; no value of a row, and nothing about who was known
before (practice P14). Whoever has the file and the published key can check it, long after and without this gateway.
Fetching one is no entry of its own: see `gateway.usecases.log.receipts`.
"""

from typing import Any
from uuid import UUID

from gateway.errors import KeyCustodyError, ProofNotReadyError
from gateway.identity.caller import Caller
from gateway.identity.receipt_keys import receipt_key_set, sign_receipt
from gateway.store.desk_tables import BatchRow
from gateway.store.log import one_entry
from gateway.usecases.intake.batch_contract import content_binding
from gateway.usecases.intake.batches import FINISHED, read_own_batch, told_withdrawn
from gateway.wiring import Wiring


def batch_receipt(wiring: Wiring, caller: Caller, batch_id: UUID) -> str:
    """The receipt of a finished batch of the caller's, as a JWS in the compact form.

    Raises `NotFoundError` as `read_own_batch` does, `ProofNotReadyError` while the batch is not finished.
    """
    batch = read_own_batch(wiring, caller, batch_id)
    if batch.state not in FINISHED or batch.receipt_entry is None:
        raise ProofNotReadyError("the file is not taken yet; a receipt says what became of it, so ask again later")
    with wiring.database.transaction("hg_desk") as connection:
        entry = one_entry(connection, batch.receipt_entry)
    leaf = None if entry is None else entry.leaf_index
    return sign_receipt(wiring.custody.receipt, _claims(wiring, batch, leaf))


def verification_keys(wiring: Wiring) -> dict[str, Any]:
    """The keys that receipts of files verify with."""
    return receipt_key_set(wiring.custody.receipt)


def _claims(wiring: Wiring, batch: BatchRow, leaf: int | None) -> dict[str, Any]:
    claims = {
        "iss": wiring.settings.public_url,
        "iat": int(wiring.clock().timestamp()),
        "jti": str(batch.batch_id),
        "agency": batch.agency,
        "sender": batch.sender,
        "feed": batch.feed,
        "schema_version": batch.schema_version,
        "mode": batch.mode,
        "validate": batch.validate_only,
        "mends": str(batch.mends) if batch.mends else None,
        "coverage": {"from": _day(batch.coverage_from), "to": _day(batch.coverage_to)},
        "sha256": _content(wiring, batch),
        "outcome": batch.state,
        "refusal": batch.refusal_code,
        "rows": {
            "read": batch.rows_read, "accepted": batch.rows_accepted, "rejected": batch.rows_rejected,
            "refused": batch.rows_refused, "flagged": batch.rows_flagged, "mended": batch.rows_mended,
            "left": batch.rows_left,
        },
        "withdrawn": {"state": batch.withdrawals, "facts": told_withdrawn(batch), "waiting": batch.facts_to_withdraw},
        "refused_at_the_door": {"items": list(batch.items_not_covered), "columns": list(batch.columns_not_kept)},
        "received_at": batch.received_at.isoformat(),
        "finished_at": batch.finished_at.isoformat() if batch.finished_at else None,
        "log": {"origin": wiring.settings.log_origin, "entry": str(batch.receipt_entry), "leaf_index": leaf},
    }  # fmt: skip
    return {name: value for name, value in claims.items() if value is not None}


def _content(wiring: Wiring, batch: BatchRow) -> str | None:
    """The SHA-256 of the file, unpacked, in hexadecimal: as `sha256sum` gives it."""
    if batch.sealed_sha256 is None:
        return None
    try:
        return wiring.custody.field.unseal(batch.sealed_sha256, content_binding(batch.batch_id)).hex()
    except KeyCustodyError:
        return None


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
