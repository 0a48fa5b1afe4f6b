"""What Brightwater Homes sends: occupants of tenancies, arrears, actions, repairs, safety work."""

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import Tenancy
from gateway.demo.northvale.partners.sheet import (
    INVALID_UTF8,
    TOO_FEW,
    TOO_MANY,
    Fault,
    Sheet,
    backwards,
    missing,
    no_code,
    no_date,
)
from gateway.demo.northvale.places import TOWN
from gateway.demo.northvale.registrar import Seen
from gateway.demo.northvale.slips import uk

_TENANCIES = (
    "tenancy_ref person_ref relationship surname forename dob sex tenancy_type tenure start_date end_date weekly_rent "
    "officer line1 line2 line3 postcode uprn phone"
)
_OFFICERS = ("S Bramhall", "J Whitlow", "A Corrie")


def write(delivery: Delivery) -> None:
    """Five files; each line about a tenancy bears the tenant's own reference."""
    tenancies = _sheet(
        "housing-tenancies",
        _TENANCIES,
        missing("person_ref"),
        no_date("dob", "31/11/1990"),
        no_code("relationship", "budgerigar"),
        backwards("start_date", "end_date"),
        Fault("number-invalid", "weekly_rent", "n/k"),
        Fault("encoding-invalid", "surname", INVALID_UTF8),
    )
    tenancies.mark = True
    lines = _lines()
    for number, tenancy in enumerate(delivery.world.events.tenancies):
        for person, relationship in tenancy.occupants:
            seen = delivery.registrar.seen(person, "housing")
            cells = _occupant(tenancy, seen, relationship) | {"officer": _OFFICERS[number % 3]}
            tenancies.add(cells, seen.truth, planted=person.planted)
        _about(lines, tenancy, delivery.registrar.seen(tenancy.occupants[0][0], "housing"))
    tenancies.deliver(delivery)
    for sheet in lines.values():
        sheet.deliver(delivery)


def _sheet(feed: str, columns: str, *faults: Fault) -> Sheet:
    return Sheet(feed, f"{feed}.csv", tuple(columns.split()), faults)


def _lines() -> dict[str, Sheet]:
    number = Fault("number-invalid", "balance", "12O.50")
    sheets = (
        _sheet(
            "housing-arrears", "tenancy_ref person_ref as_at balance weeks stage", number, no_date("as_at"), TOO_MANY
        ),
        _sheet(
            "housing-actions",
            "action_ref person_ref action_date kind stage outcome",
            no_date("action_date", "soon"),
            missing("person_ref"),
            TOO_FEW,
        ),
        _sheet("housing-repairs", "repair_ref person_ref reported_on kind status", no_date("reported_on"), TOO_MANY),
        _sheet("housing-safety", "job_ref person_ref done_on kind status", no_date("done_on"), missing("person_ref")),
    )
    # The arrears come from another system than the tenancies, with other habits.
    sheets[0].style = "title"
    return {sheet.feed: sheet for sheet in sheets}


def _occupant(tenancy: Tenancy, seen: Seen, relationship: str) -> dict[str, str]:
    place = tenancy.place
    return {
        "tenancy_ref": tenancy.ref,
        "person_ref": seen.key,
        "relationship": relationship,
        "surname": seen.surname,
        "forename": seen.forename,
        "dob": uk(seen.born),
        "sex": seen.sex,
        "tenancy_type": tenancy.kind,
        "tenure": "social rent",
        "start_date": uk(tenancy.start),
        "end_date": uk(tenancy.end),
        "weekly_rent": f"{tenancy.rent:.2f}",
        "line1": place.line1,
        "line2": place.line2,
        "line3": TOWN,
        "postcode": place.postcode.replace(" ", "") if seen.person.index % 5 == 0 else place.postcode,
        "uprn": place.uprn,
        "phone": seen.person.phone,
    }


def _about(sheets: dict[str, Sheet], tenancy: Tenancy, seen: Seen) -> None:
    planted = seen.person.planted
    for as_at, balance, stage in tenancy.arrears:
        cells = {"tenancy_ref": tenancy.ref, "person_ref": seen.key, "as_at": uk(as_at), "stage": stage}
        cells |= {"balance": f"{balance:.2f}", "weeks": f"{balance / tenancy.rent:.1f}"}
        sheets["housing-arrears"].add(cells, seen.truth, planted=planted)
    for number, (on, kind, stage, outcome) in enumerate(tenancy.actions, 1):
        cells = {"action_ref": f"{tenancy.ref}/A{number}", "person_ref": seen.key, "action_date": uk(on)}
        cells |= {"kind": kind, "stage": stage, "outcome": outcome}
        sheets["housing-actions"].add(cells, seen.truth, planted=planted)
    for number, (on, kind, status) in enumerate(tenancy.repairs, 1):
        cells = {"repair_ref": f"{tenancy.ref}/R{number}", "person_ref": seen.key, "reported_on": uk(on)}
        sheets["housing-repairs"].add(cells | {"kind": kind, "status": status}, seen.truth, planted=planted)
    for number, (on, kind, status) in enumerate(tenancy.safety, 1):
        cells = {"job_ref": f"{tenancy.ref}/S{number}", "person_ref": seen.key, "done_on": uk(on)}
        sheets["housing-safety"].add(cells | {"kind": kind, "status": status}, seen.truth, planted=planted)
