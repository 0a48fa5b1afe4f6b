"""What a member of staff may do at all, as the register says: which pages are offered, never whom they may see."""

from dataclasses import dataclass

from adapters.port import FeedProfile
from agreements.offers import BreakGlassOffer
from gateway.identity.caller import StaffCaller
from gateway.usecases.families.declaring import purposes_offered
from gateway.usecases.families.emergencies import is_told
from gateway.usecases.people.officers import is_officer
from gateway.usecases.register.role_families import DATA_SUPPLY, PRIVACY, families_of
from gateway.usecases.watching.watching_feeds import sees_every_feed, supplies
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Duties:
    """`reads`: may declare a purpose. `supplies`: may push files. `oversees`: may read the log.

    `answers`: hears of emergencies and answers as the second person. `guards_privacy`: the agency's privacy officer.
    `sees_feeds`: sends files, or oversees or tends them all.
    """

    role_title: str
    agency_title: str
    reads: bool
    supplies: bool
    oversees: bool
    answers: bool
    guards_privacy: bool
    sees_feeds: bool = False


def duties_of(wiring: Wiring, caller: StaffCaller) -> Duties:
    """The duties of a reader's role; a role that the register does not know has none."""
    families = families_of(wiring, caller)
    role = wiring.register.role(caller.agency, caller.role)
    agency = wiring.register.agencies.get(caller.agency)
    return Duties(
        role_title=role.title if role else "Role not known here",
        agency_title=agency.title if agency else "Agency not known here",
        reads=bool(purposes_offered(wiring, caller)),
        supplies=DATA_SUPPLY in families,
        oversees=is_officer(wiring, caller),
        answers=is_told(wiring, caller),
        guards_privacy=PRIVACY in families,
        sees_feeds=supplies(wiring, caller) or sees_every_feed(wiring, caller),
    )


def emergency_offers(wiring: Wiring, caller: StaffCaller) -> tuple[BreakGlassOffer, ...]:
    """Break-glass that agreements in force offer this role now."""
    return wiring.register.break_glass_for(caller.agency, caller.role, wiring.clock())


def own_feeds(wiring: Wiring, caller: StaffCaller) -> tuple[FeedProfile, ...]:
    """Feeds whose source belongs to the caller's agency, by title."""
    now = wiring.clock()
    profiles = [feed.profile for feed in wiring.feeds.values()]
    mine = [one for one in profiles if wiring.register.owner_of(one.source, now) == caller.agency]
    return tuple(sorted(mine, key=lambda profile: profile.title))
