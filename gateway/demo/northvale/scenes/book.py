"""`scenes.json`: what a player of the scenes must know, every name and key as the partners wrote them."""

from typing import Any

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.partners import single_school
from gateway.demo.northvale.places import (
    ALDER_COURT_14,
    ALDER_COURT_17,
    HAVEN_HOUSE,
    LARKFIELD,
    LIGHTHOUSE_COTTAGE,
    MILL_LANE_3,
    MILLBROOK,
    QUARRY_RISE_8,
    Place,
    School,
)
from gateway.demo.northvale.scenes import refusal, share, withholding

Facts = dict[str, Any]


def scene_book(delivery: Delivery) -> Facts:
    """All scenes that Northvale is planted for."""
    return {
        "today": delivery.world.today.isoformat(),
        "S1": _share(delivery),
        "S2": _refusal(delivery),
        "S3": _withholding(delivery),
        "S4": {"people": _people(delivery, "Tyler Boateng", "Abena Boateng")},
        "S5": {"people": _people(delivery, "Mohammed Iqbal", "Mohammed Iqbal (son)")},
        "S9": _one_school(),
        "S10": _fraud(delivery),
    }


def _people(delivery: Delivery, *names: str) -> dict[str, Facts]:
    book: dict[str, Facts] = {}
    for name in names:
        person = delivery.world.cast[name]
        keys = {
            source: key
            for source, key, ref in delivery.truth
            if ref == person.ref and "/" not in key.removeprefix("Patient/")
        }
        book[name] = {
            "person": person.ref,
            "surname": person.surname,
            "forename": person.forename,
            "dob": person.born.isoformat(),
            "sex": person.sex,
            "keys": keys,
        }
    return book


def _occurrences(delivery: Delivery, name: str) -> list[str]:
    person = delivery.world.cast[name]
    return [o.number for o in delivery.world.events.occurrences if any(role[0] is person for role in o.roles)]


def _place(place: Place) -> dict[str, str]:
    return {"line1": place.line1, "line2": place.line2, "postcode": place.postcode, "uprn": place.uprn}


def _school(school: School) -> dict[str, str]:
    return {"urn": school.urn, "name": school.name}


def _share(delivery: Delivery) -> Facts:
    day = delivery.world.day
    old, new = _occurrences(delivery, "Darren Cole")
    return {
        "people": _people(delivery, "Aisha Cole", "Leanne Cole", "Darren Cole", "Michelle Rudd"),
        "referral_ref": share.REFERRAL,
        "referred_at": f"{day(2026, 11, 16).isoformat()}T08:10:00",
        "old_address": _place(MILL_LANE_3),
        "new_address": _place(ALDER_COURT_17),
        "new_address_since": day(2026, 10, 26).isoformat(),
        "incident": {"occurrence_no": new, "on": day(2026, 10, 14).isoformat()},
        "earlier_charge": {"occurrence_no": old, "on": day(2019, 3, 8).isoformat()},
        "not_brought": [day(2026, 9, 12).isoformat(), day(2026, 11, 3).isoformat()],
        "home_education_since": day(2026, 11, 2).isoformat(),
        "school": _school(MILLBROOK),
        "staff": {
            "mash_worker": "W101",
            "home_education_officer": "W401",
            "school_safeguarding_lead": "S101",
            "deputy_safeguarding_lead": "S102",
            "rent_officer": "B101",
        },
    }


def _refusal(delivery: Delivery) -> Facts:
    world = delivery.world
    tenancy = next(t for t in world.events.tenancies if t.occupants[0][0] is world.cast["Kelly Marsh"])
    return {
        "people": _people(delivery, "Kelly Marsh", "Jayden Marsh", "Craig Dunne"),
        "tenant_without_health_record": _people(delivery, "Graham Tully"),
        "marac_case": refusal.MARAC_CASE,
        "occurrence_no": _occurrences(delivery, "Kelly Marsh")[-1],
        "household_ref": refusal.EARLY_HELP,
        "tenancy_ref": tenancy.ref,
        "arrears": "1210.00",
        "school": _school(MILLBROOK),
        "staff": {"rent_officer": "B101", "marac_housing_lead": "B102", "early_help_worker": "W201"},
    }


def _withholding(delivery: Delivery) -> Facts:
    world = delivery.world
    tenancy = next(t for t in world.events.tenancies if t.occupants[0][0] is world.cast["Vikram Nair"])
    return {
        "people": _people(delivery, "Vikram Nair", "Priya Nair", "Rohan Nair"),
        "since": world.day(2026, 9, 3).isoformat(),
        "address": _place(ALDER_COURT_14),
        "refuge": _place(HAVEN_HOUSE),
        "household_ref": withholding.EARLY_HELP,
        "referral_ref": withholding.REFERRAL,
        "tenancy_ref": tenancy.ref,
        "staff": {
            "early_help_worker": "W203",
            "rent_officer": "B101",
            "mash_worker": "W101",
            "refuge_advocate": "H101",
        },
    }


def _one_school() -> Facts:
    return {
        "school": _school(LARKFIELD),
        "file": single_school.FILE,
        "mended_file": single_school.MENDED,
        "rows": single_school.ROWS,
        "bad_rows": len(single_school.FAULTS),
        "staff": {"school_business_manager": "S103", "head_teacher": "S104", "data_steward": "W603"},
    }


def _fraud(delivery: Delivery) -> Facts:
    return {
        "people": _people(delivery, "Joanne Pickering", "Neil Stroud"),
        "account_ref": "CT600028",
        "address": _place(QUARRY_RISE_8),
        "small_area": {"area": LIGHTHOUSE_COTTAGE.area, "postcode": LIGHTHOUSE_COTTAGE.postcode, "households": 1},
        "small_area_person": _people(delivery, "Abel Fenn"),
        "staff": {"council_tax_fraud_officer": "W502", "council_tax_officer": "W501", "analyst": "W604", "dpo": "W602"},
    }
