"""Verify the cosignatures that are kept: each by the key that it names, on the checkpoint that it stands beside."""

from datetime import UTC, datetime

from sqlalchemy import Connection

from audit.errors import AuditError
from audit.keys import VerifierKey
from audit.notes import parse_note
from audit.witness import read_cosignatures
from gateway.store.witnesses import every_cosignature, every_witnessed
from gateway.usecases.log.verifying_entry import FoundError


def check_cosignatures(connection: Connection) -> int:
    """Check every cosignature and every checkpoint said to have the quorum; gives how many cosignatures there are.

    A witness that left the policy since is judged by its own key. Raises `FoundError`.
    """
    number = 0
    for row in every_cosignature(connection):
        where = f"checkpoint {row.tree_size}"
        try:
            text = parse_note(row.note or "").text
            _, verified = read_cosignatures(row.line.encode(), f"{text}\n{row.line}", VerifierKey.parse(row.vkey))
        except AuditError as error:
            raise FoundError("audit.cosignature.line, vkey or tree_size", str(error), where) from None
        if datetime.fromtimestamp(verified.at or 0, UTC) != row.signed_at:
            raise FoundError("audit.cosignature.signed_at", "is not the time that the witness signed", where)
        number += 1
    for row in every_witnessed(connection):
        if row.missing:
            problem = "a cosignature that made the quorum is missing"
            raise FoundError("audit.cosignature or audit.witnessed.vkeys", problem, f"checkpoint {row.tree_size}")
    return number
