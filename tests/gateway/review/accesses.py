"""Invented accesses for the pure part of review."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from gateway.review.access import Access, Kind
from gateway.review.rules import load_rules

FILE = Path(__file__).resolve().parents[3] / "gateway" / "demo" / "northvale" / "review.yaml"
RULES = load_rules(FILE)
MONDAY = datetime(2026, 11, 16, 10, tzinfo=UTC)


def family(number):
    return UUID(int=0xFA00 + number)


def access(number=1, *, ties=(), minutes=0, days=0, **fields):
    given = {
        "access_id": UUID(int=number), "kind": Kind.VIEW, "at": MONDAY + timedelta(days=days, minutes=minutes),
        "who": "V1", "agency": "northvale_council", "role": "early_help_worker", "team": "Early Help 1",
        "purpose": "early_help", "families": frozenset({"family_support"}), "family": family(1), "ties": tuple(ties),
    }  # fmt: skip
    return Access(**(given | fields))
