"""More of homes: notices, social lettings (CORE), homelessness, housing benefit, the electoral register."""

from datetime import timedelta
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import Tenancy
from gateway.demo.northvale.partners.sheet import TOO_FEW, TOO_MANY, Fault, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.people import Household, Member
from gateway.demo.northvale.places import TOWN
from gateway.demo.northvale.slips import iso, uk

_CORE = "tenancycode startdate needstype reason homeless hhmemb wrent uprn address_line1 town_or_city postcode_full"
_CORE_OTHERS = "status ethnic age1 ecstat1 nationality_all"
_BULK = (*map(str, range(1, 135)),)
_RELATIONS = {"partner": "partner", "child": "child", "grandparent": "parent"}
_MEMBER_TYPES = {"adult": "1", "partner": "2", "child": "3", "grandparent": "4", "lodger": "5"}
_MOST_MEMBERS = 8


def write(delivery: Delivery) -> None:
    """Seven files."""
    tenancies = [one for one in delivery.world.events.tenancies if not one.occupants[0][0].planted]
    _notices(delivery, tenancies)
    _lettings(delivery, tenancies)
    _homelessness(delivery)
    _benefit(delivery)
    _electors(delivery)


def _notices(delivery: Delivery, tenancies: list[Tenancy]) -> None:
    columns = "notice_ref person_ref served_on expires_on notice grounds withdrawn"
    faults = (
        no_code("notice", "S99"),
        missing("person_ref"),
        no_date("served_on"),
        backwards("served_on", "expires_on"),
    )
    sheet = Sheet("housing-notices", "housing-notices.csv", tuple(columns.split()), faults)
    rng = delivery.world.rng("notices")
    for tenancy in tenancies:
        seen = delivery.registrar.seen(tenancy.occupants[0][0], "housing")
        for on, kind, _, _ in tenancy.actions:
            if kind == "notice":
                cells = {"notice_ref": f"{tenancy.ref}/N/{on:%y%m}", "person_ref": seen.key, "served_on": uk(on)}
                cells |= {"expires_on": uk(on + timedelta(days=28)), "notice": rng.choice(("NOSP", "S8"))}
                sheet.add(cells | {"grounds": "8, 10, 11", "withdrawn": rng.choice("NNNY")}, seen.truth)
    sheet.deliver(delivery)


def _lettings(delivery: Delivery, tenancies: list[Tenancy]) -> None:
    """A log names nobody, so nobody's key stands in the truth file for it."""
    rng = delivery.world.rng("lettings")
    number = Fault("number-invalid", "hhmemb", "three")
    named = tuple(f"{_CORE} {_CORE_OTHERS}".split())
    export = Sheet(
        "core-lettings", "core-lettings.csv", named,
        (missing("tenancycode"), no_code("needstype", "3"), number, TOO_FEW),
        mark=True, above=(tuple(f"What is the {name} of this letting?" for name in named),),
        uncovered=tuple(_CORE_OTHERS.split()),
    )  # fmt: skip
    xml = Sheet(
        "core-lettings", "core-lettings.xml", tuple(_CORE.split()), (missing("tenancycode"), no_code("needstype", "3")),
        form="xml", render=_as_forms,
    )  # fmt: skip
    above = tuple(
        (label, *[text] * len(_BULK)) for label, text in (
            (" ", "Setting up this lettings log"), ("Question", "What is it?"), ("Additional info", "Two\nlines"),
            ("Values", "Numeric"), ("Can be empty?", "No"), ("Type of letting the question applies to", ""),
            ("Duplicate check field?", ""),
        )
    )  # fmt: skip
    bulk = Sheet(
        "core-lettings-bulk", "core-lettings-bulk.csv", _BULK,
        (missing("13"), no_code("4", "3"), Fault("number-invalid", "128", "a hundred"), TOO_MANY),
        mark=True, above=above, label="Bulk upload field number",
    )  # fmt: skip
    for place, tenancy in enumerate(tenancies):
        letting = {
            "tenancycode": tenancy.ref, "startdate": f"{tenancy.start}T00:00:00+00:00", "needstype": "1",
            "reason": rng.choice(("50", "52", "9", "8", "12", "20")), "homeless": rng.choice(("1", "1", "1", "11")),
            "hhmemb": str(len(tenancy.occupants)), "wrent": f"{tenancy.rent:.2f}", "uprn": tenancy.place.uprn,
            "address_line1": tenancy.place.line1, "town_or_city": TOWN, "postcode_full": tenancy.place.postcode,
        }  # fmt: skip
        if place % 3 == 0:
            export.add(letting | {"status": "completed", "ethnic": "1", "age1": "35"})
        elif place % 3 == 1:
            xml.add(letting)
        else:
            outward, inward = tenancy.place.postcode.split()
            bulk.add({
                "4": "1", "13": tenancy.ref, "18": tenancy.place.uprn, "19": tenancy.place.line1, "21": TOWN,
                "23": outward, "24": inward, "102": rng.choice(("51", "52", "53")), "128": f"{tenancy.rent:.2f}",
            })  # fmt: skip
    for sheet in (export, xml, bulk):
        sheet.deliver(delivery)


def _as_forms(sheet: Sheet) -> str:
    root = Element("forms")
    for row in sheet.rows:
        form = SubElement(root, "form")
        SubElement(form, "status").text = "2"
        for name, cell in sheet.cells_of(row).items():
            SubElement(form, name).text = cell
    indent(root, "  ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _ordinary(delivery: Delivery) -> list[Household]:
    return [house for house in delivery.world.households if not any(m.person.planted for m in house.members)]


def _current(household: Household) -> list[Member]:
    return [member for member in household.members if member.end is None][:_MOST_MEMBERS]


def _homelessness(delivery: Delivery) -> None:
    world = delivery.world
    rng = world.rng("homelessness")
    members = [f"person{n}_{part}" for n in range(2, _MOST_MEMBERS + 1) for part in ("name", "dob", "relation")]
    columns = (
        "case_ref person1_name person1_dob person1_sex person1_phone last_settled_address last_settled_postcode "
        "ta_address ta_postcode ta_type ta_from duty duty_start duty_end"
    )
    faults = (
        missing("case_ref"), no_code("duty", "MAYBE"), no_date("duty_start"), no_date("person2_dob", "2016-02-31"),
        backwards("duty_start", "duty_end"),
    )  # fmt: skip
    sheet = Sheet("homelessness", "homelessness.csv", (*columns.split(), *members), faults)
    families = [house for house in _ordinary(delivery) if _current(house)]
    for number, house in enumerate(rng.sample(families, max(1, round(len(families) * 0.02)))):
        case = f"HC{30_000 + number * 7}"
        start = world.days_ago(rng, 20, 300)
        people = [delivery.registrar.seen(one.person, "homelessness") for one in _current(house)]
        first = people[0]
        cells = {
            "case_ref": case, "person1_name": f"{first.surname}, {first.forename}", "person1_dob": uk(first.born),
            "person1_sex": first.sex, "person1_phone": first.person.phone, "last_settled_address": first.place.line1,
            "last_settled_postcode": first.place.postcode, "duty": rng.choice(("PREV", "REL", "MAIN")),
            "duty_start": uk(start), "ta_type": "NP", "ta_address": f"Room {number + 1}, The Mill",
            "ta_from": uk(start), "ta_postcode": "NV7 0TA",
        }  # fmt: skip
        for place, (member, seen) in enumerate(zip(_current(house)[1:], people[1:], strict=True), 2):
            cells[f"person{place}_name"] = f"{seen.surname}, {seen.forename}"
            cells[f"person{place}_dob"] = iso(seen.born)
            cells[f"person{place}_relation"] = _RELATIONS.get(member.role, "other")
        keys = [("homelessness", f"{case}/{place}", seen.person.ref) for place, seen in enumerate(people, 1)]
        sheet.add(cells, *keys)
    sheet.deliver(delivery)


def _benefit(delivery: Delivery) -> None:
    world = delivery.world
    rng = world.rng("housing benefit")
    columns = (
        "claim_id house_id member_id surname forename birth_date gender nino type addr1 addr2 addr3 postcode uprn "
        "from_date to_date status"
    )
    faults = (missing("claim_id"), no_code("type", "9"), no_date("birth_date", "1999-02-29"), TOO_MANY)
    sheet = Sheet("housing-benefit", "housing-benefit.csv", tuple(columns.split()), faults, style="upper")
    houses = [house for house in _ordinary(delivery) if _current(house)]
    for number, house in enumerate(rng.sample(houses, max(1, round(len(houses) * 0.07)))):
        claim, start = str(500_000 + number * 3), f"{world.days_ago(rng, 100, 2000)} 00:00:00"
        for place, member in enumerate(_current(house), 1):
            seen = delivery.registrar.seen(member.person, "housing_benefit")
            cells = {
                "claim_id": claim, "house_id": "1", "member_id": str(place), "surname": seen.surname.upper(),
                "forename": seen.forename.upper(), "birth_date": f"{seen.born} 00:00:00" if seen.born else "",
                "gender": seen.sex, "nino": seen.nino, "type": _MEMBER_TYPES.get(member.role, "4"),
                "addr1": seen.place.line1, "addr3": TOWN, "postcode": seen.place.postcode, "uprn": seen.place.uprn,
                "from_date": start, "to_date": "2099-12-31 00:00:00", "status": "live",
            }  # fmt: skip
            key = ("housing_benefit", f"{claim}/{place}", seen.person.ref)
            sheet.add(cells, key, flagged=seen.failing and bool(seen.nino))
    sheet.deliver(delivery)


def _electors(delivery: Delivery) -> None:
    """Every third adult. The gateway must not read a row of it, so the file need not be large."""
    world = delivery.world
    columns = "elector_number marker title surname forename middle attainment uprn address1 address2 postcode"
    sheet = Sheet("electoral-register", "electoral-register.csv", tuple(columns.split()), (), style="upper")
    for person in world.residents()[::3]:
        if person.age(world.today) < 18:
            continue
        if person.index % 97 == 0:
            # An anonymous elector: a number and the letter, no name and no address.
            sheet.add({"elector_number": f"NVA-{person.index}", "marker": "N"})
            continue
        seen = delivery.registrar.seen(person, "electoral")
        sheet.add({
            "elector_number": f"NVA-{person.index}", "surname": seen.surname, "forename": seen.forename,
            "uprn": seen.place.uprn, "address1": seen.place.line1, "address2": TOWN, "postcode": seen.place.postcode,
        })  # fmt: skip
    sheet.deliver(delivery)
