"""What an officer may choose from when proposing to switch a feed on: purposes and assessments that law leaves open.

A choice offered here can still be refused: purpose and assessment have to fit each other, and `propose_switch` judges
the whole. What is not offered would be refused whatever went with it.
"""

from dataclasses import dataclass

from adapters.port import FeedProfile
from agreements.feed_law import assessed_items, in_date
from gateway.identity.caller import StaffCaller
from gateway.usecases.feeds.feed_rhythm import FULL, RHYTHMS
from gateway.usecases.feeds.feed_switch import OFFICERS_ONLY, profile_of
from gateway.usecases.feeds.feed_switch_law import is_plain, kept_items
from gateway.usecases.feeds.working_days import LONDON
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """A line of an assessment's table of risks, in words; `purposes` are those that the assessment is about."""

    dpia: str
    line: str
    title: str
    risk: str
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SwitchChoices:
    """Purposes and rhythms by code with their titles, lines of assessments, and whether the feed is a plain system."""

    profile: FeedProfile
    purposes: dict[str, str]
    lines: tuple[AssessmentLine, ...]
    rhythms: dict[str, str]
    plain: bool


def switch_choices(wiring: Wiring, context: RequestContext, caller: StaffCaller, feed_name: str) -> SwitchChoices:
    """The choices for a feed. Raises `AccessRefusedError` for anybody but officers, recorded; or `NotFoundError`."""
    register, now = wiring.register, wiring.clock()
    require_officer(wiring, context, caller, now, OFFICERS_ONLY)
    profile = profile_of(wiring, feed_name)
    supply = register.decide_supply(register.owner_of(profile.source, now) or "", profile.source, now)
    kept = kept_items(profile, supply, FULL)
    today = now.astimezone(LONDON).date()
    fitting = [
        one
        for _, one in sorted(register.feed_law.assessments.items())
        if in_date(one, today) and assessed_items(one) & kept
    ]
    named = {purpose for one in fitting for purpose in one.purposes}
    purposes = {
        code: title
        for code, title in register.purpose_titles.items()
        if code in named and register.feed_law.reserved(profile.source, code) is None
    }
    lines = tuple(
        AssessmentLine(one.id, risk.id, one.title, risk.risk, one.purposes)
        for one in fitting
        if purposes.keys() & set(one.purposes)
        for risk in one.risks
    )
    return SwitchChoices(profile, purposes, lines, dict(RHYTHMS), is_plain(wiring, profile))
