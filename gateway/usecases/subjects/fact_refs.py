"""By what a reader names a fact of a page: opaque, the same on every page, and not the id, which tells when it came."""

from uuid import UUID

from gateway.wiring import Wiring

_HEXADECIMAL = 32


def fact_ref(wiring: Wiring, fact_id: UUID) -> str:
    """The reference of one version of a fact: 32 hexadecimal digits, keyed."""
    return wiring.custody.digest.digest("fact-ref", fact_id.bytes).hex()[:_HEXADECIMAL]
