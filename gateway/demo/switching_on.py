"""Switch the feeds of Northvale on, each by two officers and on terms that its register allows.

What law keeps out stays off: benefit records, whose programme is not confirmed to be live. The demo and the tests'
world both start from here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from types import MappingProxyType

from adapters.port import FeedProfile
from agreements.feed_law import assessed_items
from agreements.reference_data import Dpia
from concept_model.linkable import MATCHING_ITEMS
from gateway.demo.readers import Reader
from gateway.errors import AccessRefusedError
from gateway.identity.caller import StaffCaller
from gateway.store.feed_switches import switches_on
from gateway.usecases.feeds.feed_rhythm import FULL, MATCH_ONLY, SwitchTerms
from gateway.usecases.feeds.feed_switch import decide_switch, propose_switch
from gateway.usecases.feeds.feed_switch_law import is_plain, kept_items
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_RHYTHMS: Mapping[str, str] = MappingProxyType(
    {
        "police": "daily", "mash": "working-days", "case_system": "daily", "social_care": "weekly",
        "schools": "school-weeks", "academies": "school-weeks", "housing": "weekly", "council_tax": "monthly",
        "area": "monthly", "pds": "daily",
    }
)  # fmt: skip
_COUNCIL, _TEAM = "northvale_council", "Information Governance"
DECIDED = "Read the assessment and the terms; both hold."


def officers_of(wiring: Wiring) -> tuple[StaffCaller, StaffCaller]:
    """Northvale's information governance officer and its data protection officer, signed in for the day."""
    until = wiring.clock() + timedelta(hours=9)
    return (
        StaffCaller("sub-W601", "W601", "Imogen Vance", _COUNCIL, "ig_officer", _TEAM, "oidc", until),
        StaffCaller("sub-W602", "W602", "Stephen Adjei", _COUNCIL, "dpo", _TEAM, "oidc", until),
    )


def switch_everything_on(wiring: Wiring, context: RequestContext, feeds: Iterable[str] | None = None) -> dict[str, str]:
    """Propose feeds, or every one, as one officer and decide as the other; gives `on` or the code of the refusal.

    What is on already stays as it is.
    """
    first, second = officers_of(wiring)
    with wiring.database.transaction("hg_desk") as connection:
        said = dict.fromkeys(switches_on(connection), "on")
    for name in sorted(set(wiring.feeds if feeds is None else feeds) - said.keys()):
        try:
            proposed = propose_switch(wiring, context, first, name, terms_for(wiring, wiring.feeds[name].profile))
        except AccessRefusedError as refused:
            said[name] = refused.reason
            continue
        switch = (name, proposed.switch_id)
        said[name] = decide_switch(wiring, context, second, switch, DECIDED, approved=True).state
    return said


def switch_on_over_http(wiring: Wiring, first: Reader, second: Reader) -> dict[str, str]:
    """The same at the gateway's routes, as staff who have signed in. `wiring` is for the terms alone."""
    said = {}
    for name, feed in sorted(wiring.feeds.items()):
        path, terms = f"/v1/feeds/{name}/switches", asdict(terms_for(wiring, feed.profile))
        proposed = first.ask(f"propose {name}", 1, "POST", path, json=terms)
        if not proposed.ok:
            said[name] = str(proposed.body.get("reason") or proposed.words)
            continue
        decision = {"approved": True, "reason": DECIDED}
        path = f"{path}/{proposed.body['switch_id']}/decision"
        decided = second.ask(f"decide on {name}", 1, "POST", path, json=decision)
        said[name] = str(decided.body["state"]) if decided.ok else decided.words
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
