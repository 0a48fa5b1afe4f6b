"""S3, silent withholding: Priya Nair and Rohan in a refuge, Vikram where they lived."""

from gateway.demo.northvale.events import Referral, RefugeClient, Support, TaxAccount, Tenancy
from gateway.demo.northvale.histories.housing import tenancy_ref
from gateway.demo.northvale.people import Stay
from gateway.demo.northvale.places import ALDER_COURT_14, HAVEN_HOUSE
from gateway.demo.northvale.scenes.refusal import run_up_arrears
from gateway.demo.northvale.truth import World

EARLY_HELP = "EH39002"
REFERRAL = "MASH-2026-1034"


def plant(world: World) -> None:
    """Only the refuge and the restricted NHS record know; everybody else still holds 14 Alder Court."""
    vikram = world.cast_person("Vikram Nair", "M", world.day(1986, 7, 9), ethnicity="AIND")
    priya = world.cast_person("Priya Nair", "F", world.day(1990, 11, 28), ethnicity="AIND", birth_surname="Menon")
    rohan = world.cast_person("Rohan Nair", "M", world.day(2022, 6, 10), ethnicity="AIND")
    since = world.day(2022, 10, 3)
    household = world.add_household([(vikram, "adult"), (priya, "partner"), (rohan, "child")], ALDER_COURT_14, since)
    left = world.day(2026, 9, 3)
    for member in household.members[1:]:
        member.end = left
        member.person.restricted = True
        member.person.homes[-1].end = left
        member.person.homes.append(Stay(HAVEN_HOUSE, left))
    refuge = world.add_household([], HAVEN_HOUSE, left)
    refuge.members += [
        type(m)(m.person, "adult" if m.person is priya else "child", left) for m in household.members[1:]
    ]
    occupants = [(vikram, "tenant"), (priya, "joint tenant"), (rohan, "child")]
    tenancy = Tenancy(tenancy_ref(world), ALDER_COURT_14, since, 118.90, "assured", occupants)
    run_up_arrears(world, tenancy, 640.00)
    world.events.tenancies.append(tenancy)
    world.events.tax.append(TaxAccount("CT600014", ALDER_COURT_14, [vikram, priya], since, "B"))
    start = world.day(2026, 7, 6)
    people = [(vikram, "adult"), (priya, "partner"), (rohan, "child")]
    support = Support(EARLY_HELP, people, "W203", start, manager="W211")
    support.answers.append((vikram, "yes", start, "told"))
    support.goals.append((vikram, "Clear the rent arrears", "balance in pounds", "0"))
    world.events.support.append(support)
    safe = ("call the refuge office", "any day 10:00 to 16:00", "never write to or visit the former home")
    world.events.refuge += [
        RefugeClient(priya, "resident", left, safe, HAVEN_HOUSE),
        RefugeClient(rohan, "resident", left, safe, HAVEN_HOUSE),
    ]
    received = world.moment(world.day(2026, 9, 7), "11:25")
    world.events.referrals.append(Referral(rohan, REFERRAL, received, "3B", None, urgency="urgent"))
