"""Every router of the API: what the application serves is what the contract is exported from."""

from gateway.api import (
    asking,
    batches,
    corrections,
    emergencies,
    erasures,
    families,
    feeds,
    health,
    households,
    log,
    matches,
    partners,
    pulls,
    records,
    requests,
    reviews,
    services,
    single_records,
    subject_reports,
    uploads,
    uses,
    webhooks,
)

ROUTERS = tuple(
    part.router
    for part in (
        health, partners, batches, uploads, single_records, pulls, families, records, requests, reviews, asking,
        corrections, emergencies, erasures, log, matches, households, subject_reports, uses, feeds, webhooks, services,
    )
)  # fmt: skip
