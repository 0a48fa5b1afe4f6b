"""The contract of a push beside what is known already: whether it holds, whether it is the same, how it is stored."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from adapters.port import FeedProfile
from gateway.custody import KeyRing
from gateway.store.desk_tables import BatchRow
from gateway.usecases.intake.batch_checks import followed_version
from gateway.usecases.intake.batch_contract import BatchContract, content_binding
from gateway.usecases.intake.mending import mended_batch


def require_contract(contract: BatchContract, profile: FeedProfile, today: date) -> None:
    """Raise `BodyUnreadableError` for a contract that contradicts itself, `SchemaVersionError` for a version over."""
    contract.require_sense(today)
    followed_version(profile, contract.schema_version, today)


def key_parts(idempotency_key: str, contract: BatchContract) -> tuple[bytes, ...]:
    """What an Idempotency-Key names: a trial under it is not the push itself."""
    return (idempotency_key.encode(), *((b"validate",) if contract.validate_only else ()))


def is_contract_of(contract: BatchContract, known: BatchRow) -> bool:
    """Whether a batch came under the same contract. What it mends is kept by its first batch, so not compared."""
    same_version = contract.schema_version in {None, known.schema_version}
    same_days = contract.coverage_to in {None, known.coverage_to} and contract.coverage_from == known.coverage_from
    return contract.mode == known.mode and same_version and same_days and bool(contract.mends) == bool(known.mends)


def mended_first(connection: Connection, sender: tuple[str, str], feed: str, contract: BatchContract) -> UUID | None:
    """The first batch of those that a push mends; None for one that mends nothing. Raises as `mended_batch` does."""
    if contract.mends is None:
        return None
    return mended_batch(connection, *sender, feed, contract.mends).batch_id


def contract_columns(
    ring: KeyRing, batch_id: UUID, contract: BatchContract, version: str, content_sha256: bytes
) -> Mapping[str, object]:
    """What a new batch says of its contract. `version` is the feed's in force, `content_sha256` the file's own."""
    return {
        "mode": contract.mode, "coverage_from": contract.coverage_from, "coverage_to": contract.coverage_to,
        "validate_only": contract.validate_only, "schema_version": contract.schema_version or version,
        "sealed_sha256": ring.seal(content_sha256, content_binding(batch_id)),
    }  # fmt: skip
