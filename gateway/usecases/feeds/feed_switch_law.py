"""May a feed be on at all, on these terms, at this instant? Asked when it is proposed, decided on, and at every push.

Law first (practice P9, P10), then the impact assessment, then necessity (P16). Pure but for the register asked.
"""

from dataclasses import dataclass
from datetime import datetime

from adapters.port import FeedProfile, items_of
from adapters.registry import FEEDS
from agreements.feed_law import assessed_items, in_date
from agreements.offers import Supply
from concept_model.linkable import MATCHING_ITEMS
from gateway.usecases.feeds.feed_rhythm import FULL, MATCH_ONLY, RHYTHMS, USES, SwitchTerms
from gateway.usecases.feeds.working_days import LONDON
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class SwitchProblem:
    """Why a feed may not be on: a code, and a sentence with the law or the remedy in it."""

    code: str
    sentence: str


def is_plain(wiring: Wiring, profile: FeedProfile) -> bool:
    """Whether a feed is of a plain demographic system: one read by a mapping file, or kept for matching."""
    source = wiring.register.sources.get(profile.source)
    return profile.name not in FEEDS or (source is not None and source.match_only)


def kept_items(profile: FeedProfile, supply: Supply, use: str) -> frozenset[str]:
    """Items of a feed that supply covers and its use keeps."""
    covered = items_of(profile) & supply.items
    return covered & MATCHING_ITEMS if use == MATCH_ONLY else covered


def switch_problem(wiring: Wiring, profile: FeedProfile, terms: SwitchTerms, now: datetime) -> SwitchProblem | None:
    """The first thing that stands against a feed's being on; `None` where nothing does."""
    return (
        _unlawful(wiring, profile, terms, now)
        or _unassessed(wiring, profile, terms, now)
        or _unnecessary(wiring, profile, terms)
    )


def _unlawful(wiring: Wiring, profile: FeedProfile, terms: SwitchTerms, now: datetime) -> SwitchProblem | None:
    register = wiring.register
    law = register.feed_law
    if terms.purpose not in register.purpose_titles:
        return SwitchProblem("purpose-unknown", "The register knows no such purpose. Choose one of its purposes.")
    reservation = law.reserved(profile.source, terms.purpose)
    if reservation is not None:
        natures = ", ".join(nature.replace("_", " ") for nature in reservation.natures)
        return SwitchProblem(
            "source-reserved",
            f"{reservation.cite} keeps this source for: {natures}. It may serve no other purpose, linkage included.",
        )
    supply = _supply(wiring, profile, now)
    if kept_items(profile, supply, terms.use):
        return None
    power = law.not_live(profile.source)
    if power is not None:
        return SwitchProblem(
            "purpose-not-live",
            f"{power.cite} rests on a programme whose purpose is not confirmed to be live. Confirm it in the legal"
            " register first.",
        )
    return SwitchProblem("supply-not-agreed", "No agreement in force lets the owner of this source supply any of it.")


def _unassessed(wiring: Wiring, profile: FeedProfile, terms: SwitchTerms, now: datetime) -> SwitchProblem | None:
    dpia = wiring.register.feed_law.assessments.get(terms.dpia)
    if dpia is None:
        return SwitchProblem("dpia-unknown", "The register holds no impact assessment of that id.")
    if terms.dpia_line not in {risk.id for risk in dpia.risks}:
        return SwitchProblem("dpia-line-unknown", "The impact assessment has no such line in its table of risks.")
    if not in_date(dpia, now.astimezone(LONDON).date()):
        return SwitchProblem("dpia-not-in-date", "The impact assessment is not approved yet, or its review is overdue.")
    if terms.purpose not in dpia.purposes:
        return SwitchProblem("dpia-other-purpose", "The impact assessment is about other purposes than this one.")
    if not kept_items(profile, _supply(wiring, profile, now), terms.use) & assessed_items(dpia):
        return SwitchProblem("dpia-other-data", "The impact assessment is about none of the data of this feed.")
    return None


def _unnecessary(wiring: Wiring, profile: FeedProfile, terms: SwitchTerms) -> SwitchProblem | None:
    if not terms.necessity.strip():
        return SwitchProblem("necessity-missing", "Say in one sentence why the purpose cannot do without this feed.")
    if terms.use not in USES or terms.rhythm not in RHYTHMS:
        return SwitchProblem("terms-unknown", "There is no such use or rhythm.")
    if terms.use == FULL and is_plain(wiring, profile) and not terms.argument.strip():
        return SwitchProblem(
            "argument-missing",
            "A plain demographic system is for matching only. Argue why more of it is needed, or choose match-only.",
        )
    return None


def _supply(wiring: Wiring, profile: FeedProfile, now: datetime) -> Supply:
    owner = wiring.register.owner_of(profile.source, now) or ""
    return wiring.register.decide_supply(owner, profile.source, now)
