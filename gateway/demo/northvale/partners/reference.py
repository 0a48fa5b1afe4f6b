"""Reference data of no person: the gazetteer of the borough's homes, and its directory of services."""

import csv
import io
import json
import uuid

from gateway.demo.northvale.delivery import Delivery, FileEntry, how_many
from gateway.demo.northvale.partners.sheet import Sheet, missing, no_code
from gateway.demo.northvale.places import TOWN, Place

_BAD_RATE = 0.001
_SERVICES = (
    ("Debt and money advice", "Northvale Citizens Advice", "Money"),
    ("Parenting together", "Little Steps Family Hubs", "Parenting"),
    ("Bereavement counselling", "Northvale Hospice", "Counselling"),
    ("Talking therapies", "Northvale Mental Health NHS Trust", "Counselling"),
    ("Drug and alcohol recovery", "Clearwater Recovery", "Recovery"),
    ("Young carers' club", "Northvale Young Carers", "Carers"),
    ("Food pantry", "St Oswald's Church", "Food"),
    ("English classes", "Northvale Adult Learning", "Learning"),
    ("Holiday activities", "Northvale Council", "Activities"),
    ("Home safety visits", "Northvale Fire and Rescue", "Home safety"),
)


def write(delivery: Delivery) -> None:
    """The gazetteer in records without a header, the directory in Open Referral UK."""
    _gazetteer(delivery)
    _directory(delivery)


def _gazetteer(delivery: Delivery) -> None:
    world = delivery.world
    homes = {stay.place.uprn: stay.place for person in world.residents() for stay in person.homes}
    street_numbers: dict[str, str] = {}
    records: list[list[str]] = [
        ["10", "NORTHVALE COUNCIL", "9900", str(world.today), "1", str(world.today), "08:00:00"]
    ]
    for place in homes.values():
        street = _street(place)[1]
        if street not in street_numbers:
            street_numbers[street] = f"{99_000_001 + len(street_numbers)}"
            usrn = street_numbers[street]
            records.append(
                ["15", "I", "", usrn, street.upper(), "", TOWN.upper(), "NORTHVALE", "ENG", "2001-03-19", ""]
            )
    for number, place in enumerate(homes.values()):
        records += _home(place, number, street_numbers[_street(place)[1]])
    rng = world.rng("gazetteer")
    addresses = [record for record in records if record[0] in {"21", "28"}]
    spoilt = rng.sample(addresses, min(len(addresses), how_many(len(records), _BAD_RATE)))
    for record in spoilt:
        record[3] = "12X"
    records.append(["99", "1", str(len(records)), str(world.today), "08:00:00"])
    for number, record in enumerate(records, 1):
        if record[0] not in {"10", "99"}:
            record[2] = str(number)
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(records)
    (delivery.folder / "gazetteer.csv").write_bytes(out.getvalue().encode())
    bad = len(spoilt)
    entry = FileEntry(
        "gazetteer", "gazetteer.csv", "csv", len(records), bad, len(records) - bad, 0, 0, {"number-invalid": bad}
    )
    delivery.add(entry, [])


def _street(place: Place) -> tuple[str, str]:
    """The building and its street, out of the line that Northvale writes them on."""
    building, _, street = place.line1.rpartition(", ")[2].partition(" ")
    return building, street


def _home(place: Place, number: int, usrn: str) -> list[list[str]]:
    building, street = _street(place)
    flat = place.line1.removeprefix("Flat ").partition(",")[0] if place.line1.startswith("Flat ") else ""
    blpu = ["21", "I", "", place.uprn, "1", "2", "2001-03-19", "", "450000.00", "420000.00", "53.67", "-1.24", "1"]
    blpu += ["9900", "E", "2001-03-19", "", "2016-02-10", "2001-03-19", "D", place.postcode, "0"]
    lpi = ["24", "I", "", place.uprn, f"9900L{number:09d}", "ENG", "1", "2001-03-19", "", "2016-02-10", "2001-03-19"]
    lpi += [flat, "", "", "", "FLAT" if flat else "", building, "", "", "", "", usrn, "1"]
    point = ["28", "I", "", place.uprn, str(90_000_001 + number), "", "", f"FLAT {flat}" if flat else "", ""]
    point += [building, "", street.upper(), "", "", TOWN.upper(), place.postcode, "S", "1A"]
    kind = ["32", "I", "", place.uprn, f"9900C{number:09d}", "RD06" if flat else "RD04", "AddressBase Premium", "1.0"]
    return [blpu, lpi, point, [*kind, "2001-03-19"]]


def _directory(delivery: Delivery) -> None:
    columns = ("id", "name", "status", "organization", "email", "category", "postcode")
    sheet = Sheet(
        "service-directory", "service-directory.json", columns, (missing("name"), no_code("status", "open")),
        form="json", render=_as_page,
    )  # fmt: skip
    for number, (name, organisation, category) in enumerate(_SERVICES, 1):
        own = str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://services.northvale.example/{number}"))
        sheet.add({
            "id": own, "name": name, "status": "active", "organization": organisation,
            "email": f"service{number}@example.com", "category": category, "postcode": f"NV{number % 3 + 1} 9ZZ",
        })  # fmt: skip
    sheet.deliver(delivery)


def _as_page(sheet: Sheet) -> str:
    contents = []
    for row in sheet.rows:
        cells = sheet.cells_of(row)
        contents.append({
            "id": cells["id"], "name": cells["name"], "status": cells["status"], "email": cells["email"],
            "assured_date": "2026-10-01", "organization": {"id": f"o-{cells['id'][:8]}", "name": cells["organization"]},
            "attributes": [{"taxonomy_term": {"name": cells["category"]}}],
            "service_at_locations": [{"location": {"addresses": [{"postal_code": cells["postcode"]}]}}],
        })  # fmt: skip
    page = {
        "total_items": len(contents),
        "total_pages": 1,
        "page_number": 1,
        "size": len(contents),
        "contents": contents,
    }
    return json.dumps(page, ensure_ascii=False, indent=1) + "\n"
