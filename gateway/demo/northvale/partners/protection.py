"""What the refuge and the MASH write down."""

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import Referral, RefugeClient
from gateway.demo.northvale.partners.sheet import TOO_MANY, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.slips import iso, uk

_PLACEMENTS = (
    "client_ref",
    "surname",
    "forename",
    "dob",
    "sex",
    "line1",
    "line2",
    "postcode",
    "from_date",
    "to_date",
    "status",
    "safe_how",
    "safe_when",
    "safe_never",
)
_REFERRALS = (
    "referral_ref",
    "person_ref",
    "surname",
    "forename",
    "dob",
    "line1",
    "line2",
    "postcode",
    "referred_at",
    "source",
    "urgency",
    "outcome",
    "concern",
    "asserted_by",
    "evidence",
    "expires_on",
)


def write(delivery: Delivery) -> None:
    """Two files."""
    faults = (no_date("from_date", "3rd September"), missing("client_ref"), backwards("from_date", "to_date"))
    placements = Sheet("refuge-placements", "refuge-placements.csv", _PLACEMENTS, faults)
    for client in delivery.world.events.refuge:
        seen = delivery.registrar.seen(client.person, "refuge")
        cells = {"client_ref": seen.key, "surname": seen.surname, "forename": seen.forename, "dob": iso(seen.born)}
        placements.add(cells | {"sex": seen.sex} | _stay(client), seen.truth, planted=client.person.planted)
    placements.deliver(delivery)
    _referrals(delivery)


def _stay(client: RefugeClient) -> dict[str, str]:
    how, when, never = client.safe
    place = client.place
    return {
        "line1": place.line1 if place else "",
        "line2": place.line2 if place else "",
        "postcode": place.postcode if place else "",
        "from_date": iso(client.start),
        "to_date": iso(client.end),
        "status": client.status,
        "safe_how": how,
        "safe_when": when,
        "safe_never": never,
    }


def _referrals(delivery: Delivery) -> None:
    faults = (
        no_code("concern", "perhaps"),
        no_date("referred_at", "16/11/2026 25:10"),
        missing("person_ref"),
        TOO_MANY,
    )
    sheet = Sheet("mash-referrals", "mash-referrals.csv", _REFERRALS, faults)
    for referral in delivery.world.events.referrals:
        seen = delivery.registrar.seen(referral.person, "mash")
        cells = {"person_ref": seen.key, "surname": seen.surname, "forename": seen.forename, "dob": uk(seen.born)}
        sheet.add(cells | _referral(referral), seen.truth, planted=referral.person.planted)
    sheet.deliver(delivery)


def _referral(referral: Referral) -> dict[str, str]:
    place = referral.place
    return {
        "referral_ref": referral.ref,
        "line1": place.line1 if place else "",
        "line2": place.line2 if place else "",
        "postcode": place.postcode if place else "",
        "referred_at": f"{referral.at:%d/%m/%Y %H:%M}",
        "source": referral.source,
        "urgency": referral.urgency,
        "outcome": referral.outcome,
        "concern": referral.concern,
        "asserted_by": referral.asserted_by,
        "evidence": referral.evidence,
        "expires_on": uk(referral.expires),
    }
