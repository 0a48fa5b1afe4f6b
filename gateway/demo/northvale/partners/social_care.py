"""What children's social care sends: the CIN census, the SSDA903 tables and an involvement extract."""

from datetime import date, timedelta
from random import Random
from xml.etree import ElementTree as ET

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import InNeed, LookedAfter
from gateway.demo.northvale.histories.schools import term_start
from gateway.demo.northvale.partners.resources import Pieces, Resource, having
from gateway.demo.northvale.partners.sheet import TOO_FEW, TOO_MANY, Fault, Sheet, backwards, missing, no_date
from gateway.demo.northvale.places import TOWN
from gateway.demo.northvale.registrar import Seen
from gateway.demo.northvale.slips import iso, uk
from gateway.demo.northvale.staff import workers

_SEX = {"M": "1", "F": "2"}


def write(delivery: Delivery) -> None:
    """The census as XML, eleven tables, one extract."""
    _census(delivery)
    _looked_after(delivery)
    _involvement(delivery)


def _census(delivery: Delivery) -> None:
    faults = {
        "Child": (
            ("required-missing", having(LAchildID="")),
            ("date-invalid", having(PersonBirthDate="2014-02-30")),
        )
    }
    pieces = Pieces("social-care-cin", "social-care-cin.xml", "xml", faults, kind=lambda _: "Child")
    for episode in delivery.world.events.in_need:
        seen = delivery.registrar.seen(episode.person, "social_care")
        pieces.add(_child(episode, seen), seen.truth, planted=episode.person.planted, flagged=seen.failing)
    year = term_start(delivery.world.today).year + 1
    pieces.deliver(delivery, lambda children: _message(children, year))


def _child(episode: InNeed, seen: Seen) -> Resource:
    """A child as a flat record; `_element` gives it the census's shape."""
    unknown = "UN1" if episode.person.age(episode.referred) < 4 else "UN2"
    return {
        "LAchildID": seen.key,
        "UPN": seen.upn,
        "UPNunknown": "" if seen.upn else unknown,
        "PersonBirthDate": iso(seen.born),
        "Sex": seen.sex,
        "Ethnicity": episode.person.ethnicity,
        "episode": episode,
    }


def _message(children: list[Resource], year: int) -> bytes:
    root = ET.Element("Message")
    header = ET.SubElement(root, "Header")
    collection = ET.SubElement(header, "CollectionDetails")
    # The newest census that the adapters are asked to read is that of 2026.
    _texts(collection, {"Collection": "CIN", "Year": str(min(year, 2026)), "ReferenceDate": f"{min(year, 2026)}-03-31"})
    source = ET.SubElement(header, "Source")
    _texts(source, {"SourceLevel": "L", "LEA": "990", "SoftwareCode": "Northvale", "Release": "1", "SerialNo": "001"})
    _texts(source, {"DateTime": f"{min(year, 2026)}-04-20T09:00:00"})
    body = ET.SubElement(root, "Children")
    for child in children:
        _element(body, child)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _texts(parent: ET.Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        if value:
            ET.SubElement(parent, name).text = value


def _element(body: ET.Element, child: Resource) -> None:
    element = ET.SubElement(body, "Child")
    names = ("LAchildID", "UPN", "UPNunknown", "PersonBirthDate", "Sex")
    _texts(ET.SubElement(element, "ChildIdentifiers"), {name: child[name] for name in names})
    characteristics = ET.SubElement(element, "ChildCharacteristics")
    _texts(characteristics, {"Ethnicity": child["Ethnicity"]})
    _texts(ET.SubElement(characteristics, "Disabilities"), {"Disability": "NONE"})
    _details(ET.SubElement(element, "CINdetails"), child["episode"])


def _details(details: ET.Element, episode: InNeed) -> None:
    _texts(
        details,
        {
            "CINreferralDate": iso(episode.referred),
            "ReferralSource": episode.source,
            "PrimaryNeedCode": episode.need,
            "CINclosureDate": iso(episode.closed),
            "ReasonForClosure": episode.reason,
            "DateOfInitialCPC": iso(episode.protection),
        },
    )
    assessment = ET.SubElement(details, "Assessments")
    _texts(assessment, {"AssessmentActualStartDate": iso(episode.referred + timedelta(days=1))})
    factors = ET.SubElement(assessment, "FactorsIdentifiedAtAssessment")
    for factor in episode.factors:
        ET.SubElement(factors, "AssessmentFactors").text = factor
    if episode.plan and not episode.protection:
        _texts(ET.SubElement(details, "CINPlanDates"), {"CINPlanStartDate": iso(episode.plan)})
    if episode.enquiry:
        enquiry = {
            "S47ActualStartDate": iso(episode.enquiry),
            "DateOfInitialCPC": iso(episode.protection),
            "ICPCnotRequired": "false" if episode.protection else "true",
        }
        _texts(ET.SubElement(details, "Section47"), enquiry)
    _texts(details, {"ReferralNFA": "false"})
    if episode.protection:
        plan = {
            "CPPstartDate": iso(episode.protection),
            "InitialCategoryOfAbuse": episode.category,
            "LatestCategoryOfAbuse": episode.category,
            "NumberOfPreviousCPP": "0",
        }
        _texts(ET.SubElement(details, "ChildProtectionPlans"), plan)


_TABLES = {
    "header": "CHILD SEX DOB ETHNIC UPN MOTHER MC_DOB",
    "episodes": "CHILD DECOM RNE LS CIN PLACE PLACE_PROVIDER DEC REC REASON_PLACE_CHANGE HOME_POST PL_POST URN",
    "reviews": "CHILD DOB REVIEW REVIEW_CODE",
    "oc2": "CHILD DOB SDQ_SCORE SDQ_REASON CONVICTED HEALTH_CHECK IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT "
    "SUBSTANCE_MISUSE INTERVENTION_RECEIVED INTERVENTION_OFFERED",
    "oc3": "CHILD DOB IN_TOUCH ACTIV ACCOM",
    "missing": "CHILD DOB MISSING MIS_START MIS_END",
    "uasc": "CHILD SEX DOB DUC",
    "ad1": "CHILD DOB DATE_INT DATE_MATCH FOSTER_CARE NB_ADOPTR SEX_ADOPTR LS_ADOPTR",
    "placed-adoption": "CHILD DOB DATE_PLACED DATE_PLACED_CEASED REASON_PLACED_CEASED",
    "previous-permanence": "CHILD DOB PREV_PERM LA_PERM DATE_PERM",
    "social-workers": "CHILD DOB SW_ID SW_DECOM SW_DEC SW_REASON",
}


def _sheets() -> dict[str, Sheet]:
    faults: dict[str, tuple[Fault, ...]] = {
        "header": (no_date("DOB", "30/02/2012"), missing("CHILD")),
        "episodes": (no_date("DECOM", "31/06/2025"), backwards("DECOM", "DEC"), missing("CHILD")),
        "reviews": (no_date("REVIEW", "2025"),),
        "missing": (no_date("MIS_START", "99/01/2026"),),
        "social-workers": (missing("CHILD"), no_date("SW_DECOM", "31/09/2025"), backwards("SW_DECOM", "SW_DEC")),
    }
    return {
        name: Sheet("social-care-903", f"social-care-903-{name}.csv", tuple(columns.split()), faults.get(name, ()))
        for name, columns in _TABLES.items()
    }


def _looked_after(delivery: Delivery) -> None:
    sheets = _sheets()
    rng = delivery.world.rng("903")
    for spell in delivery.world.events.looked_after:
        seen = delivery.registrar.seen(spell.person, "social_care")
        base = {"CHILD": seen.key, "DOB": uk(seen.born)}
        header = base | {"SEX": _SEX[seen.sex], "ETHNIC": spell.person.ethnicity, "UPN": seen.upn, "MOTHER": "0"}
        sheets["header"].add(header, seen.truth, flagged=seen.failing)
        _episodes(sheets["episodes"], spell, seen)
        for review in spell.reviews:
            sheets["reviews"].add(base | {"REVIEW": uk(review), "REVIEW_CODE": "PN1"}, seen.truth)
        health = {"SDQ_SCORE": str(rng.randint(4, 24)), "CONVICTED": "0", "HEALTH_CHECK": "1", "IMMUNISATIONS": "1"}
        more = {"TEETH_CHECK": "1", "HEALTH_ASSESSMENT": "1", "SUBSTANCE_MISUSE": "0", "INTERVENTION_RECEIVED": "0"}
        sheets["oc2"].add(base | health | more | {"INTERVENTION_OFFERED": "0"}, seen.truth)
        for start, end in spell.missing:
            cells = base | {"MISSING": "M", "MIS_START": uk(start), "MIS_END": uk(end)}
            sheets["missing"].add(cells, seen.truth)
        registration = {"SW_ID": f"SW{1000 + spell.person.index % 7}", "SW_DECOM": uk(spell.episodes[0][0])}
        sheets["social-workers"].add(base | registration, seen.truth)
        _rarer(sheets, base, spell, seen)
    for sheet in sheets.values():
        sheet.deliver(delivery)


def _rarer(sheets: dict[str, Sheet], base: dict[str, str], spell: LookedAfter, seen: Seen) -> None:
    """Care leavers, unaccompanied children, adoption: few children, so one rule each."""
    index = spell.person.index
    if spell.person.age(spell.episodes[0][0]) >= 16:
        sheets["oc3"].add(base | {"IN_TOUCH": "YES", "ACTIV": "F2", "ACCOM": "B1"}, seen.truth)
    if index % 9 == 0 and spell.person.age(spell.episodes[0][0]) >= 12:
        adult = spell.person.born.replace(year=spell.person.born.year + 18, day=min(28, spell.person.born.day))
        sheets["uasc"].add(base | {"SEX": _SEX[seen.sex], "DUC": uk(adult)}, seen.truth)
    if spell.person.age(spell.episodes[0][0]) < 5:
        day = uk(spell.episodes[-1][0] + timedelta(days=1))
        cells = base | {"DATE_INT": day, "DATE_MATCH": day, "FOSTER_CARE": "1", "NB_ADOPTR": "2"}
        sheets["ad1"].add(cells | {"SEX_ADOPTR": "MF", "LS_ADOPTR": "L11"}, seen.truth)
        sheets["placed-adoption"].add(base | {"DATE_PLACED": day}, seen.truth)
    if index % 8 == 0:
        sheets["previous-permanence"].add(base | {"PREV_PERM": "P2", "LA_PERM": "990"}, seen.truth)


def _episodes(sheet: Sheet, spell: LookedAfter, seen: Seen) -> None:
    ends: list[date | None] = [episode[0] for episode in spell.episodes[1:]]
    for number, ((start, legal, place, provider), end) in enumerate(zip(spell.episodes, [*ends, None], strict=True)):
        sheet.add(
            {
                "CHILD": seen.key,
                "DECOM": uk(start),
                "RNE": "B" if number else "S",
                "LS": legal,
                "CIN": spell.need,
                "PLACE": place,
                "PLACE_PROVIDER": provider,
                "DEC": uk(end),
                "REC": "X1" if end else "",
                "REASON_PLACE_CHANGE": "CARPL" if end else "",
                "HOME_POST": seen.place.postcode,
            },
            seen.truth,
        )


_EXTRACT = (
    "Cms Id",
    "First Name",
    "Last Name",
    "Date Of Birth",
    "Gender",
    "Address",
    "Service Involvement",
    "Local Authority Organisation",
    "Contact Name",
    "Contact Role",
    "Contact Phone",
    "Contact Email",
    "Date Current As Of",
    "Coverage Start Date",
    "Coverage End Date",
    "Coverage Geographic Area",
    "Date Of Most Recent Interaction",
    "Start Date Of Last Involvement",
)


def _involvement(delivery: Delivery) -> None:
    world, rng = delivery.world, delivery.world.rng("involvement")
    faults = (missing("Cms Id"), no_date("Date Of Birth", "2015-02-29"), TOO_FEW, TOO_MANY)
    sheet = Sheet("social-care-involvement", "social-care-involvement.csv", _EXTRACT, faults)
    for episode in world.events.in_need:
        seen = delivery.registrar.seen(episode.person, "social_care")
        sheet.add(_involved(world.today, episode, seen, rng), seen.truth, planted=episode.person.planted)
    sheet.deliver(delivery)


def _involved(today: date, episode: InNeed, seen: Seen, rng: Random) -> dict[str, str]:
    social_worker = rng.choice([each for each in workers() if each.role == "social_worker"])
    place = seen.place
    last = episode.closed or min(today, episode.referred + timedelta(days=rng.randint(1, 60)))
    first_of_month = today.replace(day=1)
    return {
        "Cms Id": seen.key,
        "First Name": seen.forename,
        "Last Name": seen.surname,
        "Date Of Birth": iso(seen.born),
        "Gender": "Female" if seen.sex == "F" else "Male",
        "Address": "\n".join(line for line in (place.line1, place.line2, TOWN, place.postcode) if line),
        "Service Involvement": "Historic" if episode.closed else "Current",
        "Local Authority Organisation": "Northvale Council",
        "Contact Name": social_worker.name,
        "Contact Role": "Social Worker",
        "Contact Phone": "01632 960 101",
        "Contact Email": social_worker.email,
        "Date Current As Of": f"{iso(today)} 00:00:00",
        "Coverage Start Date": f"{today.year - 6}-01-01 00:00:00",
        "Coverage End Date": f"{iso(first_of_month - timedelta(days=1))} 00:00:00",
        "Coverage Geographic Area": "Northvale",
        "Date Of Most Recent Interaction": iso(last),
        "Start Date Of Last Involvement": iso(episode.referred),
    }
