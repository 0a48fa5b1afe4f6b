"""Every router of the API: what the application serves is what the contract is exported from."""

from gateway.api import (
    asking,
    emergencies,
    erasures,
    families,
    health,
    log,
    partners,
    pulls,
    records,
    requests,
    reviews,
    single_records,
    subject_reports,
    uses,
)

ROUTERS = tuple(
    part.router
    for part in (
        health, partners, single_records, pulls, families, records, requests, reviews, asking, emergencies, erasures,
        log, subject_reports, uses,
    )
)  # fmt: skip
