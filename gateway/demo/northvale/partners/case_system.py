"""The council's own case system: people, allocations, professionals, plans, agreement to help."""

from collections.abc import Iterator
from datetime import timedelta

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import Support
from gateway.demo.northvale.partners.sheet import TOO_FEW, TOO_MANY, Fault, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.places import TOWN
from gateway.demo.northvale.registrar import Seen
from gateway.demo.northvale.slips import iso
from gateway.demo.northvale.staff import worker

NOTICE = "family-notice-2026-1"
_PEOPLE = (
    "person_ref household_ref household_role nhs_number surname forename dob sex line1 line2 line3 postcode uprn "
    "address_from address_to phone email"
)
_ALLOCATIONS = "person_ref worker_ref worker_name team role start_date end_date"
_PROFESSIONALS = "person_ref name role service organisation phone email start_date end_date last_contact"
_PLANS = "person_ref plan_ref plan_kind title measure target status start_date due_date end_date"
_TOLD = "person_ref told_state recorded_on notice_version child_version because review_on told_by"
_AGREED = "person_ref answer recorded_on recorded_by told_state notice_version"


def write(delivery: Delivery) -> None:
    """Six files."""
    _people(delivery)
    _allocations(delivery)
    _professionals(delivery)
    _plans(delivery)
    _agreed(delivery)
    _told(delivery)


def _sheet(feed: str, columns: str, *faults: Fault) -> Sheet:
    return Sheet(feed, f"{feed}.csv", tuple(columns.split()), faults)


def _everybody(delivery: Delivery) -> Iterator[tuple[Support, Person, str, Seen]]:
    for support in delivery.world.events.support:
        for person, role in support.people:
            yield support, person, role, delivery.registrar.seen(person, "case_system")


def _people(delivery: Delivery) -> None:
    sheet = _sheet("case-people", _PEOPLE, no_date("dob", "2016-04-31"), missing("person_ref"), TOO_MANY, TOO_FEW)
    for support, person, role, seen in _everybody(delivery):
        number = f"{seen.nhs[:3]} {seen.nhs[3:6]} {seen.nhs[6:]}" if seen.nhs else ""
        sheet.add(
            {
                "person_ref": seen.key,
                "household_ref": support.ref,
                "household_role": role,
                "nhs_number": number,
                "surname": seen.surname,
                "forename": seen.forename,
                "dob": iso(seen.born),
                "sex": seen.sex,
                "line1": seen.place.line1,
                "line2": seen.place.line2,
                "line3": TOWN,
                "postcode": seen.place.postcode,
                "uprn": seen.place.uprn,
                "address_from": iso(seen.stay.start),
                # The council learns of a move late: where it has the home before, it takes it for the present one.
                "phone": person.phone,
                "email": person.email,
            },
            seen.truth,
            planted=person.planted,
            flagged=seen.failing,
        )
    sheet.deliver(delivery)


def _allocations(delivery: Delivery) -> None:
    faults = (no_date("start_date", "Tuesday"), missing("person_ref"), backwards("start_date", "end_date"))
    sheet = _sheet("case-allocations", _ALLOCATIONS, *faults, no_code("role", "someone"))
    for support, person, _, seen in _everybody(delivery):
        for ref, role in ((support.worker, "allocated_worker"), (support.manager, "manager")):
            who = worker(ref)
            sheet.add(
                {
                    "person_ref": seen.key,
                    "worker_ref": ref,
                    "worker_name": who.name,
                    "team": who.team,
                    "role": role,
                    "start_date": iso(support.start),
                },
                seen.truth,
                planted=person.planted,
            )
    sheet.deliver(delivery)


def _professionals(delivery: Delivery) -> None:
    faults = (no_date("start_date", "2026-00-10"), missing("person_ref"), TOO_FEW)
    sheet = _sheet("case-professionals", _PROFESSIONALS, *faults)
    today = delivery.world.today
    for support in delivery.world.events.support:
        for person, name, role, service, organisation in support.professionals:
            seen = delivery.registrar.seen(person, "case_system")
            sheet.add(
                {
                    "person_ref": seen.key,
                    "name": name,
                    "role": role,
                    "service": service,
                    "organisation": organisation,
                    "phone": "01632 960 120",
                    "email": f"{role.replace(' ', '.')}@northvale-nhs.example.org",
                    "start_date": iso(support.start),
                    "last_contact": iso(max(support.start, today - timedelta(days=12))),
                },
                seen.truth,
                planted=person.planted,
            )
    sheet.deliver(delivery)


def _plans(delivery: Delivery) -> None:
    faults = (no_date("start_date", "2026-06-31"), missing("person_ref"), backwards("start_date", "end_date"), TOO_MANY)
    sheet = _sheet("case-plans", _PLANS, *faults)
    for support in delivery.world.events.support:
        base = {
            "plan_ref": f"{support.ref}/1",
            "plan_kind": "early help",
            "status": "active",
            "start_date": iso(support.start),
            "due_date": iso(support.start + timedelta(days=182)),
        }
        for person, title, measure, target in support.goals:
            seen = delivery.registrar.seen(person, "case_system")
            cells = base | {"person_ref": seen.key, "title": title, "measure": measure, "target": target}
            sheet.add(cells, seen.truth, planted=person.planted)
        lead = support.people[0][0]
        if lead not in [goal[0] for goal in support.goals]:
            # The episode without a goal of its own.
            seen = delivery.registrar.seen(lead, "case_system")
            sheet.add(base | {"person_ref": seen.key}, seen.truth, planted=lead.planted)
    sheet.deliver(delivery)


def _agreed(delivery: Delivery) -> None:
    faults = (no_code("answer", "perhaps"), no_date("recorded_on", "2026-02-29"), missing("person_ref"))
    sheet = _sheet("case-agreed-to-help", _AGREED, *faults, no_code("told_state", "unsure"))
    for support in delivery.world.events.support:
        for person, answer, on, told in support.answers:
            seen = delivery.registrar.seen(person, "case_system")
            sheet.add(
                {
                    "person_ref": seen.key,
                    "answer": answer,
                    "recorded_on": iso(min(on, delivery.world.today)),
                    "recorded_by": support.worker,
                    "told_state": told,
                    "notice_version": NOTICE if told == "told" else "",
                },
                seen.truth,
                planted=person.planted,
            )
    sheet.deliver(delivery)


def _told(delivery: Delivery) -> None:
    """Who was told, by which notice; children of families whose adults were told get the child's version."""
    world, rng = delivery.world, delivery.world.rng("told")
    faults = (no_code("told_state", "maybe"), no_date("recorded_on", "2026-04-31"), missing("person_ref"), TOO_FEW)
    columns = tuple(_TOLD.split())
    sheet = Sheet("case-told", "case-told.csv", columns, faults, uncovered=("told_by",))
    for support in world.events.support:
        adults = {person.index: told for person, _, _, told in support.answers}
        for person, role in support.people:
            if person.planted:
                continue
            state = adults.get(person.index) or next(iter(adults.values()), "not yet")
            seen = delivery.registrar.seen(person, "case_system")
            sheet.add(
                {
                    "person_ref": seen.key,
                    "told_state": state,
                    "recorded_on": iso(support.start),
                    "notice_version": NOTICE if state == "told" else "",
                    "child_version": "Y" if state == "told" and role == "child" else "",
                    "because": rng.choice(("no visit yet", "interpreter awaited")) if state == "not yet" else "",
                    "review_on": iso(support.start + timedelta(days=90)) if state == "unsafe" else "",
                    "told_by": support.worker,
                },
                seen.truth,
            )
    sheet.deliver(delivery)
