"""The council-tax extract."""

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import TaxAccount
from gateway.demo.northvale.partners.sheet import TOO_FEW, Fault, Sheet, backwards, missing, no_date
from gateway.demo.northvale.places import TOWN
from gateway.demo.northvale.slips import uk

_COLUMNS = (
    "account_ref",
    "person_ref",
    "title",
    "surname",
    "forename",
    "middle",
    "dob",
    "uprn",
    "line1",
    "line2",
    "line3",
    "line4",
    "postcode",
    "band",
    "liable_from",
    "liable_to",
    "discount_code",
    "discount_percent",
    "discount_start",
    "discount_review",
)


def write(delivery: Delivery) -> None:
    """One row per liable person."""
    sheet = Sheet(
        "council-tax",
        "council-tax.csv",
        _COLUMNS,
        (
            missing("person_ref"),
            no_date("liable_from", "45/01/2020"),
            backwards("liable_from", "liable_to"),
            Fault("number-invalid", "discount_percent", "a quarter"),
            TOO_FEW,
        ),
        style="upper",
    )
    for account in delivery.world.events.tax:
        for person in account.liable:
            seen = delivery.registrar.seen(person, "council_tax")
            cells = _account(account) | {
                "person_ref": seen.key,
                "title": "Ms" if seen.sex == "F" else "Mr",
                "surname": seen.surname.upper(),
                "forename": seen.forename.upper(),
                "middle": seen.middle.upper(),
                "dob": uk(seen.born),
            }
            sheet.add(cells, seen.truth, planted=person.planted)
    sheet.deliver(delivery)


def _account(account: TaxAccount) -> dict[str, str]:
    return {
        "account_ref": account.ref,
        "uprn": account.place.uprn,
        "line1": account.place.line1,
        "line2": account.place.line2,
        "line3": TOWN,
        "postcode": account.place.postcode,
        "band": account.band,
        "liable_from": uk(account.start),
        "liable_to": uk(account.end),
        "discount_code": account.discount,
        "discount_percent": "25" if account.discount == "SPD" else "",
        "discount_start": uk(account.discount_start),
        "discount_review": uk(account.discount_review),
    }
