"""Little Steps: funded early years places and family hubs, one row a child and setting."""

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.partners.sheet import TOO_FEW, Sheet, missing, no_code, no_date
from gateway.demo.northvale.places import TOWN
from gateway.demo.northvale.slips import iso, uk

_COLUMNS = (
    "child_id surname forename dob sex parent_id parent_surname parent_forename parent_phone address postcode setting "
    "setting_urn place start end eypp"
)
_SETTINGS = (("Little Steps Nursery", "EY990001"), ("Canal Side Pre-school", "EY990002"))


def write(delivery: Delivery) -> None:
    """Two in three children under five."""
    world = delivery.world
    rng = world.rng("early years")
    faults = (missing("child_id"), no_code("place", "45"), no_date("dob", "02/21/2023"), no_date("start"), TOO_FEW)
    sheet = Sheet("early-years", "early-years.csv", tuple(_COLUMNS.split()), faults, uncovered=("eypp",))
    for household in world.households:
        parents = household.adults(world.today)
        for child in household.children(world.today):
            if child.planted or child.age(world.today) >= 5 or not parents or rng.random() > 0.66:
                continue
            seen = delivery.registrar.seen(child, "early_years")
            parent = delivery.registrar.seen(parents[0], "early_years")
            setting, number = rng.choice(_SETTINGS)
            hub = rng.random() < 0.3
            start = max(seen.person.born, world.days_ago(rng, 20, 300))
            sheet.add(
                {
                    "child_id": seen.key, "surname": seen.surname, "forename": seen.forename,
                    "dob": uk(seen.born) if child.index % 2 else iso(seen.born), "sex": seen.sex,
                    "parent_id": parent.key, "parent_surname": parent.surname, "parent_forename": parent.forename,
                    "parent_phone": parent.person.phone, "address": f"{seen.place.line1}\n{TOWN}",
                    "postcode": seen.place.postcode, "setting": "Ings Lane Family Hub" if hub else setting,
                    "setting_urn": "" if hub else number, "place": "HUB" if hub else rng.choice(("15", "30", "2yo")),
                    "start": uk(start), "eypp": "N",
                },
                seen.truth,
                parent.truth,
            )  # fmt: skip
    sheet.deliver(delivery)
