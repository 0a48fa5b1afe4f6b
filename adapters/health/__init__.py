"""Health: FHIR R4 as the Personal Demographics Service returns it, UK Core records of care, and CSV extracts."""

from adapters.csv_feed import CsvFeed
from adapters.health.emergency import EMERGENCY, read_emergency
from adapters.health.feed import PDS, UKCORE
from adapters.health.health_visiting import HEALTH_VISITING, read_contact
from adapters.health.opt_out import OPT_OUT, read_opt_out
from adapters.port import Feed

FEEDS: tuple[Feed, ...] = (
    PDS,
    UKCORE,
    CsvFeed(EMERGENCY, read_emergency),
    CsvFeed(HEALTH_VISITING, read_contact),
    CsvFeed(OPT_OUT, read_opt_out),
)
