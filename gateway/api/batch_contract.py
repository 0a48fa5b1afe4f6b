"""The contract of a push as it stands in the request: query parameters, and headers with rules of their own."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request

from adapters.port import EarlierVersion
from gateway.errors import BodyUnreadableError, ContentDigestError
from gateway.usecases.intake.batch_contract import BatchContract, Mode

_MEMBER = re.compile(r"\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):\s*(?:;[^,]*)?")
_SHA256_BYTES = 32
_PARAMETERS = ("coverage_from", "coverage_to", "mends", "mode", "validate")


def batch_contract(  # noqa: PLR0913, PLR0917 - one parameter a part of the contract
    request: Request,
    mode: Annotated[Mode, Query(description="What the file says of rows that are not in it")] = Mode.DELTA,
    coverage_from: Annotated[date | None, Query(description="First day that the file covers")] = None,
    coverage_to: Annotated[date | None, Query(description="Last day that the file covers")] = None,
    validate: Annotated[bool, Query(description="Check and answer as ever, store no row")] = False,  # noqa: FBT002 - a query parameter
    mends: Annotated[UUID | None, Query(description="The batch whose rows handed back these are, mended")] = None,
    content_digest: Annotated[
        str | None, Header(alias="Content-Digest", description="RFC 9530, `sha-256`, of the body as it is sent")
    ] = None,
    schema_version: Annotated[
        str | None,
        Header(alias="Hearthgate-Schema-Version", max_length=40, description="The feed's version that the file has"),
    ] = None,
) -> BatchContract:
    """The contract that a request states.

    Raise `BodyUnreadableError` for a query parameter that no push has, `valdate=true` is not a trial and stores rows,
    and for one that is there twice, since which of the two was meant is anybody's guess.
    """
    sent = [name for name, _ in request.query_params.multi_items()]
    if len(set(sent)) != len(sent) or not set(sent) <= set(_PARAMETERS):
        message = f"a push has the query parameters {', '.join(_PARAMETERS)}, each once, and no others"
        raise BodyUnreadableError(message)
    return BatchContract(
        mode, coverage_from, coverage_to, validate, mends, sha256_of(content_digest), schema_version or None
    )


def sha256_of(header: str | None) -> bytes | None:
    """The SHA-256 of a Content-Digest (RFC 9530), None without the header.

    Raise `BodyUnreadableError` for a header that is none, or that has no sha-256: a sender who gives a digest is told
    when it is not looked at.
    """
    if header is None:
        return None
    members = [_MEMBER.fullmatch(part) for part in header.split(",")]
    found = {member[1]: member[2] for member in members if member}
    wrong = BodyUnreadableError("Content-Digest must be sha-256=:<base64 of the 32 bytes>: (RFC 9530)")
    if None in members or "sha-256" not in found:
        raise wrong
    try:
        digest = base64.b64decode(found["sha-256"], validate=True)
    except binascii.Error:
        raise wrong from None
    if len(digest) != _SHA256_BYTES:
        raise wrong
    return digest


def require_digest(contract: BatchContract, sent_sha256: bytes) -> None:
    """Raise `ContentDigestError` where the body is not the one that its sender made the digest of."""
    if contract.content_sha256 is not None and contract.content_sha256 != sent_sha256:
        raise ContentDigestError("the body does not have the digest that Content-Digest gives; nothing was taken")


def ending_headers(version: EarlierVersion, today: date) -> Mapping[str, str]:
    """Deprecation (RFC 9745) and Sunset (RFC 8594) of an answer to a file of an earlier version."""
    ends = {"Sunset": format_datetime(_midnight(version.ends_on), usegmt=True)}
    if today < version.deprecated_on:
        return ends
    return {"Deprecation": f"@{int(_midnight(version.deprecated_on).timestamp())}", **ends}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
