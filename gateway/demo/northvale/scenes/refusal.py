"""S2, the correct refusal: Kelly Marsh; and a tenant of whom health holds nothing."""

from datetime import timedelta

from gateway.demo.northvale.events import (
    Benefit,
    Enrolment,
    HealthEvent,
    Occurrence,
    RefugeClient,
    SchoolWeek,
    Support,
    TaxAccount,
    Tenancy,
)
from gateway.demo.northvale.histories.health import DEPRESSION
from gateway.demo.northvale.histories.housing import month_ends, tenancy_ref
from gateway.demo.northvale.histories.police import BODILY_HARM, number_of
from gateway.demo.northvale.histories.schools import issue_upn, marks
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.places import ALDER_COURT_9, MILLBROOK, QUARRY_RISE_2, WEAVERS_ROW_21, Place
from gateway.demo.northvale.scenes.share import weeks_before
from gateway.demo.northvale.truth import World

MARAC_CASE = "MARAC-2026-041"
EARLY_HELP = "EH39001"


def plant(world: World) -> None:
    """Arrears, depression, a high risk, a child's attendance, agreement to help, a safe contact."""
    kelly = world.cast_person("Kelly Marsh", "F", world.day(1994, 1, 22), phone="07700 900733")
    jayden = world.cast_person("Jayden Marsh", "M", world.day(2018, 5, 30))
    craig = world.cast_person("Craig Dunne", "M", world.day(1990, 12, 5))
    graham = world.cast_person("Graham Tully", "M", world.day(1971, 8, 14), in_pds=False)
    world.add_household([(kelly, "adult"), (jayden, "child")], WEAVERS_ROW_21, world.day(2021, 2, 15))
    world.add_household([(craig, "adult")], QUARRY_RISE_2, world.day(2024, 7, 1))
    world.add_household([(graham, "adult")], ALDER_COURT_9, world.day(2016, 3, 7))
    _housing(world, kelly, [(kelly, "tenant"), (jayden, "child")], WEAVERS_ROW_21)
    _housing(world, graham, [(graham, "tenant")], ALDER_COURT_9)
    _police(world, kelly, jayden, craig)
    on = world.moment(world.day(2025, 6, 17), "09:20")
    world.events.health.append(HealthEvent(kelly, "condition", on, DEPRESSION[1], DEPRESSION[0]))
    _school(world, jayden, kelly)
    _help(world, kelly, jayden)
    world.events.benefits.append(Benefit(kelly, "UC", world.day(2023, 4, 3), conditionality="preparing for work"))
    for ref, person in (("CT600021", kelly), ("CT600009", graham)):
        start = person.homes[-1].start
        review = world.day(2027, 4, 1)
        world.events.tax.append(TaxAccount(ref, person.home, [person], start, "A", None, "SPD", start, review))


def _housing(world: World, tenant: Person, occupants: list[tuple[Person, str]], place: Place) -> None:
    start = tenant.homes[-1].start
    tenancy = Tenancy(tenancy_ref(world), place, start, 104.15, "assured", occupants)
    run_up_arrears(world, tenancy, 1210.00)
    tenancy.safety.append((world.day(2026, 11, 5), "lock change", "completed"))
    if tenant.forename == "Graham":
        tenancy.safety.clear()
    world.events.tenancies.append(tenancy)


def run_up_arrears(world: World, tenancy: Tenancy, final: float) -> None:
    """Twelve months of balances ending at `final`, with the letters and repairs of a year: 25 entries and more."""
    days = [*month_ends(world.today, 11), world.day(2026, 11, 16)]
    for number, as_at in enumerate(days, 1):
        balance = round(final * number / len(days), 2)
        stage = ("none", "letter 1", "letter 2", "NOSP")[min(3, int(balance // 320))]
        tenancy.arrears.append((as_at, balance, stage))
    sent = (
        ("letter", "letter 1", "no reply"),
        ("call", "letter 1", "spoke to tenant"),
        ("letter", "letter 2", "no reply"),
        ("visit", "letter 2", "not at home"),
        ("agreement", "letter 2", "agreement broken"),
        ("notice", "NOSP", "served"),
    )
    for number, (kind, stage, outcome) in enumerate(sent):
        tenancy.actions.append((world.day(2026, 4, 9) + timedelta(days=33 * number), kind, stage, outcome))
    repairs = ("boiler", "damp and mould", "door", "plumbing", "electrics", "window", "boiler")
    for number, kind in enumerate(repairs):
        status = "completed" if number < 5 else "open"
        tenancy.repairs.append((world.day(2025, 12, 3) + timedelta(days=45 * number), kind, status))


def _police(world: World, kelly: Person, jayden: Person, craig: Person) -> None:
    roles = [(craig, "suspect", "allegation"), (kelly, "victim", "allegation"), (jayden, "child present", "fact")]
    at = world.moment(world.day(2026, 10, 29), "19:05")
    occurrence = Occurrence(number_of(world), BODILY_HARM, at, WEAVERS_ROW_21, roles)
    occurrence.dv = occurrence.child_present = occurrence.marac = True
    occurrence.dash = "high"
    world.events.occurrences.append(occurrence)


def _school(world: World, jayden: Person, kelly: Person) -> None:
    issue_upn(world, jayden, MILLBROOK)
    enrolment = Enrolment(jayden, MILLBROOK, world.day(2022, 9, 5), WEAVERS_ROW_21, contacts=[(kelly, "PAM")])
    world.events.enrolments.append(enrolment)
    rng = world.rng("scene", "S2")
    for monday in weeks_before(world.today, 10):
        world.events.weeks.append(SchoolWeek(jayden, MILLBROOK, monday, marks(rng, 0.22)))


def _help(world: World, kelly: Person, jayden: Person) -> None:
    start = world.day(2026, 6, 8)
    support = Support(EARLY_HELP, [(kelly, "adult"), (jayden, "child")], "W201", start, manager="W210")
    support.answers.append((kelly, "yes", start, "told"))
    support.goals.append((jayden, "Be in school and on time", "sessions attended", "95%"))
    support.professionals.append((jayden, "Nurse I. Bell", "school nurse", "0-19 service", "Northvale NHS"))
    world.events.support.append(support)
    safe = ("text", "weekdays 09:30 to 14:00", "call the landline or write to the home")
    world.events.refuge.append(RefugeClient(kelly, "outreach", world.day(2026, 11, 2), safe))
