"""Switch the feeds of Northvale on, each by two officers and on terms that its register allows.

What law keeps out stays off: benefit records, whose programme is not confirmed to be live. The demo and the tests'
world both start from here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from adapters.port import FeedProfile
from agreements.feed_law import assessed_items
from agreements.reference_data import Dpia
from concept_model.linkable import MATCHING_ITEMS
from gateway.errors import AccessRefusedError
from gateway.identity.caller import StaffCaller
from gateway.usecases.feed_rhythm import FULL, MATCH_ONLY, SwitchTerms
from gateway.usecases.feed_switch import decide_switch, propose_switch
from gateway.usecases.feed_switch_law import is_plain, kept_items
from gateway.usecases.request_context import RequestContext
from gateway.wiring import Wiring

_RHYTHMS: Mapping[str, str] = MappingProxyType(
    {
        "police": "daily", "mash": "working-days", "case_system": "daily", "social_care": "weekly",
        "schools": "school-weeks", "academies": "school-weeks", "housing": "weekly", "council_tax": "monthly",
        "area": "monthly", "pds": "daily",
    }
)  # fmt: skip
_DECIDED = "Read the assessment and the terms; both hold."


def switch_everything_on(
    wiring: Wiring, context: RequestContext, officers: tuple[StaffCaller, StaffCaller]
) -> dict[str, str]:
    """Propose every feed as the first officer and decide as the second; gives `on` or the code of the refusal."""
    said = {}
    for name, feed in sorted(wiring.feeds.items()):
        try:
            proposed = propose_switch(wiring, context, officers[0], name, terms_for(wiring, feed.profile))
        except AccessRefusedError as refused:
            said[name] = refused.reason
            continue
        switch = (name, proposed.switch_id)
        said[name] = decide_switch(wiring, context, officers[1], switch, _DECIDED, approved=True).state
    return said


def terms_for(wiring: Wiring, profile: FeedProfile) -> SwitchTerms:
    """Terms of a feed: under the assessment that is about most of its data, for the purpose that names it first."""
    now = wiring.clock()
    owner = wiring.register.owner_of(profile.source, now) or ""
    supply = wiring.register.decide_supply(owner, profile.source, now)
    covered = kept_items(profile, supply, FULL)
    law = wiring.register.feed_law

    def fit(dpia: Dpia) -> tuple[int, bool]:
        return len(covered & assessed_items(dpia)), "linkage" not in dpia.purposes

    candidates = [
        dpia for _, dpia in sorted(law.assessments.items()) if law.reserved(profile.source, dpia.purposes[0]) is None
    ] or list(law.assessments.values())
    best = max(candidates, key=fit)
    use = MATCH_ONLY if covered <= MATCHING_ITEMS and is_plain(wiring, profile) else FULL
    return SwitchTerms(
        purpose=best.purposes[0], necessity=best.necessity, dpia=best.id, dpia_line=best.risks[0].id, use=use,
        rhythm=_RHYTHMS.get(profile.source, "weekly"), argument=best.description,
    )  # fmt: skip
