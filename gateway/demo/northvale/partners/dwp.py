"""DWP's answer to the council's list: matched or not, and the benefits of those who matched."""

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import Benefit
from gateway.demo.northvale.partners.sheet import TOO_MANY, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.slips import iso

_COLUMNS = (
    "la_reference",
    "match_status",
    "surname",
    "forename",
    "dob",
    "nino",
    "address",
    "postcode",
    "out_of_work_benefit",
    "benefit_type",
    "claim_start",
    "claim_end",
    "uc_conditionality",
    "uc_in_work",
    "pip_dla_aa",
    "snapshot_date",
)
_OUT_OF_WORK = frozenset({"JSA", "IS", "ESA", "IB", "SDA", "CA"})


def write(delivery: Delivery) -> None:
    """One row a claim, and some people of whom DWP found nothing."""
    world = delivery.world
    sheet = Sheet(
        "dwp-benefits",
        "dwp-benefits.csv",
        _COLUMNS,
        (
            missing("la_reference"),
            no_date("claim_start", "00/00/2024"),
            no_code("match_status", "maybe"),
            backwards("claim_start", "claim_end"),
            TOO_MANY,
        ),
        style="upper",
    )
    for claim in world.events.benefits:
        seen = delivery.registrar.seen(claim.person, "dwp")
        sheet.add(
            _person(delivery, claim) | _claim(claim), seen.truth, planted=claim.person.planted, flagged=seen.failing
        )
    rng = world.rng("dwp unmatched")
    claiming = {claim.person.index for claim in world.events.benefits}
    others = [p for p in world.residents() if 18 <= p.age(world.today) < 66 and p.index not in claiming]
    for person in rng.sample(others, len(others) // 12):
        seen = delivery.registrar.seen(person, "dwp")
        cells = _person(delivery, Benefit(person, "", world.today)) | {"match_status": "not matched"}
        # No line of truth: of these DWP says nothing.
        sheet.add(cells, flagged=seen.failing)
    sheet.deliver(delivery)


def _person(delivery: Delivery, claim: Benefit) -> dict[str, str]:
    seen = delivery.registrar.seen(claim.person, "dwp")
    return {
        "la_reference": seen.key,
        "match_status": "matched",
        "surname": seen.surname,
        "forename": seen.forename,
        "dob": iso(seen.born),
        "nino": seen.nino,
        "address": seen.place.one_line,
        "postcode": seen.place.postcode,
        "snapshot_date": iso(delivery.world.today.replace(day=1)),
    }


def _claim(claim: Benefit) -> dict[str, str]:
    searching = claim.kind == "UC" and not claim.in_work
    return {
        "out_of_work_benefit": "Y" if claim.kind in _OUT_OF_WORK or searching else "N",
        "benefit_type": claim.kind,
        "claim_start": iso(claim.start),
        "claim_end": iso(claim.end),
        "uc_conditionality": claim.conditionality,
        "uc_in_work": ("Y" if claim.in_work else "N") if claim.kind == "UC" else "",
        "pip_dla_aa": "Y" if claim.disability else "N",
    }
