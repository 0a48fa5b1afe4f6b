"""What a run of linkage found about persons, written: links as versions, ids that end and redirect, pairs to decide."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection

from gateway.store import identities
from gateway.store.identities import CurrentLink
from gateway.store.waiting_pairs import raise_pairs
from gateway.wiring import Wiring
from linkage.lineage import Assignment
from linkage.record import LinkResult

BAND_NUMBERS = {"verified": 0, "strong": 1, "probable": 2, "review": 3}


def write_persons(
    wiring: Wiring, connection: Connection, run_id: UUID, result: LinkResult, assigned: Assignment,
    links: Sequence[CurrentLink],
) -> int:  # fmt: skip
    """Write what changed about the persons of a result; return how many links are new.

    `links` are those that stood of the records concerned.
    """
    now = wiring.clock()
    identities.add_persons(connection, [(UUID(person), wiring.mint_opaque()) for person in assigned.minted], now)
    standing = {str(link.record_id): link for link in links}
    claims = _claims(result)
    superseded, fresh = [], []
    for record, person in sorted(assigned.person_of.items()):
        band = BAND_NUMBERS[result.band_of[record].value]
        before = standing.get(record)
        if before is not None and str(before.person_id) == person and before.band == band:
            continue
        if before is not None:
            superseded.append(before.link_id)
        fresh.append(
            {
                "link_id": wiring.mint(), "record_id": UUID(record), "person_id": UUID(person), "band": band,
                "evidence": claims.get(record, []), "run_id": run_id, "recorded_at": now, "superseded_at": None,
            }
        )  # fmt: skip
    identities.replace_links(connection, superseded, fresh, now)
    gone: dict[UUID, UUID | None] = {UUID(old): UUID(new) for old, new in assigned.merged.items()}
    gone |= {UUID(old): None for old in assigned.gone}
    identities.retire_persons(connection, gone, now)
    identities.redirect_anew(connection, [UUID(person) for person in assigned.split])
    return len(fresh)


def write_pairs(
    wiring: Wiring, connection: Connection, run_id: UUID, result: LinkResult, among: Collection[UUID] | None = None
) -> None:
    """Let the pairs of a result wait for a steward, and no others of its records; `among` None: of anybody."""
    now = wiring.clock()
    raise_pairs(
        connection,
        [
            {
                "review_id": wiring.mint(), "record_id": UUID(pair.left), "other_record_id": UUID(pair.right),
                "reason": ", ".join(pair.reasons), "run_id": run_id, "raised_at": now,
            }
            for pair in result.reviews
        ],
        among,
    )  # fmt: skip


def _claims(result: LinkResult) -> dict[str, list[str]]:
    claims: dict[str, set[str]] = defaultdict(set)
    for link in result.links:
        claims[link.left] |= set(link.claims)
        claims[link.right] |= set(link.claims)
    return {record: sorted(found) for record, found in claims.items()}
