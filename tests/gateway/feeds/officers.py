"""Officers and terms for tests of feeds over a bare wiring."""

from dataclasses import replace
from datetime import timedelta

from gateway.demo.switching_on import terms_for
from gateway.identity.caller import PartnerCaller, StaffCaller
from gateway.usecases.feeds.feed_switch import decide_switch, propose_switch
from gateway.usecases.people.request_context import RequestContext
from tests.gateway.conftest import NOW

CONTEXT = RequestContext("00000000-0000-4000-8000-0000000000f5")


def staff(worker, agency, role):
    return StaffCaller(f"sub-{worker}", worker, worker, agency, role, "", "oidc", NOW + timedelta(days=900))


FIRST = staff("W601", "northvale_council", "ig_officer")
SECOND = staff("W602", "northvale_council", "dpo")
WORKER = staff("W201", "northvale_council", "early_help_worker")
POLICE = PartnerCaller(
    "northvale-police-feeds", "northvale_police", frozenset({"feeds:push"}), NOW + timedelta(days=900)
)
ANALYST = staff("C101", "northvale_police", "police_analyst")


def terms(wiring, feed, **changes):
    return replace(terms_for(wiring, wiring.feeds[feed].profile), **changes)


def switched_on(wiring, feed, **changes):
    proposed = propose_switch(wiring, CONTEXT, FIRST, feed, terms(wiring, feed, **changes))
    return decide_switch(wiring, CONTEXT, SECOND, (feed, proposed.switch_id), "It holds.", approved=True)
