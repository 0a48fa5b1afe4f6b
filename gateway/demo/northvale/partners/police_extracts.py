"""The police's other extracts: anti-social behaviour, missing episodes, domestic abuse, custody.

They tell of the same incidents as the crime system, in columns of their own, of people whose nominal rows were sent.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import Occurrence
from gateway.demo.northvale.partners.sheet import TOO_FEW, TOO_MANY, Fault, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.registrar import Seen
from gateway.demo.northvale.slips import uk

_ASB = (
    "incident_no nominal_ref role fact_or_opinion handling reported_at opening_code closing_code qualifier category "
    "location caller beat narrative"
)
_MISSING = "episode_ref nominal_ref handling category risk missing_from missing_to found_location narrative"
_ABUSE = (
    "incident_no nominal_ref role fact_or_opinion handling incident_from title location child_present_flag "
    "children_in_household dash_risk marac_flag review_date safety_plan"
)
_CUSTODY = (
    "custody_ref nominal_ref role handling ho_class offence cjs_offence_code station arrested_at released_at disposal "
    "outcome_code outcome_date bail_kind bail_from bail_to bail_conditions court risk_assessment"
)
_NOT_TO_TRAVEL = ("intelligence", "live-operation")
_FOUND = ("Home of a friend", "Railway station", "Town centre", "Came home", "Came home")


def write(delivery: Delivery, nominals: Collection[str]) -> None:
    """Four files. `nominals` are the references whose rows are in the file of nominals."""
    _asb(delivery, nominals)
    _missing(delivery, nominals)
    _abuse(delivery, nominals)
    _custody(delivery, nominals)


def _sheet(feed: str, columns: str, uncovered: str, *faults: Fault) -> Sheet:
    return Sheet(feed, f"{feed}.csv", tuple(columns.split()), faults, uncovered=tuple(uncovered.split()))


def _involved(delivery: Delivery, nominals: Collection[str]) -> Iterator[tuple[Occurrence, Seen, str, str]]:
    """Everybody in an incident as the police have them; the scenes' people are in the crime system alone."""
    for occurrence in delivery.world.events.occurrences:
        for person, role, nature in occurrence.roles:
            seen = delivery.registrar.seen(person, "police")
            if not person.planted and seen.key in nominals:
                yield occurrence, seen, role, nature


def _asb(delivery: Delivery, nominals: Collection[str]) -> None:
    rng = delivery.world.rng("asb")
    faults = (
        no_code("qualifier", "loud"),
        missing("nominal_ref"),
        no_date("reported_at", "29/02/2025 10:00"),
        TOO_MANY,
        missing("incident_no"),
    )
    sheet = _sheet("police-asb", _ASB, "beat caller closing_code narrative", *faults)
    for occurrence, seen, role, nature in _involved(delivery, nominals):
        heading = occurrence.offence.title
        if not heading.startswith("ASB"):
            continue
        qualifier, _, category = heading.removeprefix("ASB ").partition(": ")
        row = {
            "incident_no": f"CAD/{occurrence.number}",
            "nominal_ref": seen.key,
            "role": role,
            "fact_or_opinion": nature,
            "handling": occurrence.handling,
            "reported_at": _clock(occurrence.at + timedelta(minutes=rng.randint(2, 40))),
            "opening_code": f"ASB{rng.randint(1, 13)}",
            "closing_code": "ASB",
            "qualifier": rng.choice((qualifier, qualifier.upper(), qualifier[0].upper())),
            "category": category.capitalize(),
            "location": occurrence.place.one_line,
            "caller": "see log" if role != "person reporting" else "",
            "beat": f"NV{rng.randint(1, 12):02d}",
        }
        sheet.add(row, seen.truth)
    sheet.deliver(delivery)


def _missing(delivery: Delivery, nominals: Collection[str]) -> None:
    rng = delivery.world.rng("missing")
    faults = (
        backwards("missing_from", "missing_to"),
        no_code("risk", "amber"),
        no_date("missing_from", "2026-13-01 09:00"),
        missing("episode_ref"),
    )
    sheet = _sheet("police-missing", _MISSING, "narrative", *faults)
    for occurrence, seen, role, _ in _involved(delivery, nominals):
        if role != "missing person":
            continue
        back = occurrence.at + timedelta(hours=rng.randint(2, 50))
        row = {
            "episode_ref": occurrence.number,
            "nominal_ref": seen.key,
            "handling": occurrence.handling,
            "category": rng.choice(("missing", "Missing", "missing", "absent")),
            "risk": rng.choice(("low", "medium", "medium", "high")),
            "missing_from": _clock(occurrence.at),
            "missing_to": _clock(back) if rng.random() < 0.9 else "",
            "found_location": rng.choice(_FOUND),
        }
        sheet.add(row, seen.truth)
    sheet.deliver(delivery)


def _abuse(delivery: Delivery, nominals: Collection[str]) -> None:
    rng = delivery.world.rng("dash")
    faults = (
        no_code("dash_risk", "amber"),
        missing("incident_no"),
        no_date("incident_from", "31/04/2026 22:00"),
        no_code("role", "ex"),
        TOO_FEW,
    )
    uncovered = "children_in_household safety_plan"
    sheet = _sheet("police-domestic-abuse", _ABUSE, uncovered, *faults)
    for occurrence, seen, role, nature in _involved(delivery, nominals):
        if not occurrence.dv:
            continue
        harmed = role == "victim"
        row = {
            "incident_no": occurrence.number,
            "nominal_ref": seen.key,
            "role": rng.choice(("suspect", "perpetrator")) if role == "suspect" else role,
            "fact_or_opinion": nature,
            "handling": occurrence.handling,
            "incident_from": _clock(occurrence.at),
            "title": occurrence.offence.title,
            "location": occurrence.place.one_line,
            "child_present_flag": "Y" if occurrence.child_present else "N",
            "children_in_household": str(sum(each[1] == "child present" for each in occurrence.roles)),
            "dash_risk": occurrence.dash,
            "marac_flag": "Y" if occurrence.marac else "N",
            "review_date": uk(occurrence.at.date() + timedelta(days=183)) if harmed else "",
            "safety_plan": "see file" if harmed and occurrence.marac else "",
        }
        sheet.add(row, seen.truth)
    sheet.deliver(delivery)


def _custody(delivery: Delivery, nominals: Collection[str]) -> None:
    faults = (
        no_code("disposal", "let go"),
        backwards("arrested_at", "released_at"),
        no_date("arrested_at", "2026-02-30 01:00"),
        missing("custody_ref"),
        missing("offence"),
        TOO_MANY,
    )
    uncovered = "cjs_offence_code bail_conditions risk_assessment"
    sheet = _sheet("police-custody", _CUSTODY, uncovered, *faults)
    for custody in delivery.world.events.custody:
        seen = delivery.registrar.seen(custody.person, "police")
        if seen.key not in nominals:
            continue
        kind, bail_from, bail_to = custody.bail
        row = sheet.add(
            {
                "custody_ref": custody.ref,
                "nominal_ref": seen.key,
                "role": "detained",
                "handling": custody.handling,
                "ho_class": custody.offence.ho_class,
                "offence": custody.offence.title,
                "cjs_offence_code": custody.offence.cjs,
                "station": "Northvale",
                "arrested_at": _clock(custody.arrested),
                "released_at": _clock(custody.released),
                "disposal": custody.disposal,
                "outcome_code": custody.outcome,
                "outcome_date": uk(custody.outcome_on),
                "bail_kind": kind,
                "bail_from": uk(bail_from),
                "bail_to": uk(bail_to),
                "bail_conditions": "not to contact" if kind else "",
                "court": "Northvale Magistrates' Court" if kind == "after charge" else "",
                "risk_assessment": "standard",
            },
            seen.truth,
        )
        if custody.handling in _NOT_TO_TRAVEL:
            row.bad = "handling-refused"
    sheet.deliver(delivery)


def _clock(at: datetime) -> str:
    return f"{at:%d/%m/%Y %H:%M}"
