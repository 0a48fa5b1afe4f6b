"""Health: FHIR R4 as the Personal Demographics Service returns it, and UK Core records of care."""

from adapters.health.feed import PDS, UKCORE
from adapters.port import Feed

FEEDS: tuple[Feed, ...] = (PDS, UKCORE)
