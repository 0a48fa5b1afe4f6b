"""Streets, homes and schools of Northvale: postcode area NV, which no mail service has."""

from dataclasses import dataclass
from functools import cache

_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
TOWN = "Northvale"
_FIRST = [
    "Ash",
    "Beech",
    "Bramble",
    "Canal",
    "Chapel",
    "Church",
    "Cinder",
    "Copper",
    "Elm",
    "Foundry",
    "Hawthorn",
    "Heron",
    "Hill",
    "Ings",
    "Kestrel",
    "Larch",
]
_LAST = ["Road", "Street", "Lane", "Close", "Avenue"]
STREETS = tuple(f"{first} {last}" for last in _LAST for first in _FIRST if f"{first} {last}" != "Mill Lane")


@dataclass(frozen=True, slots=True)
class Place:
    """A home. `uprn` has twelve digits from 99, a range not issued; `area` is a small area of about 600 homes."""

    uprn: str
    line1: str
    line2: str
    postcode: str
    area: str

    @property
    def one_line(self) -> str:
        """The address as one string."""
        return ", ".join(part for part in (self.line1, self.line2, TOWN, self.postcode) if part)


@dataclass(frozen=True, slots=True)
class School:
    """A school with its register number (990xxx is not issued), four-digit establishment number and phase."""

    urn: str
    establishment: int
    name: str
    primary: bool


SCHOOLS = (
    School("990101", 2101, "Millbrook Primary School", primary=True),
    School("990102", 2102, "Larkfield Primary School", primary=True),
    School("990103", 2103, "St Oswald's Primary School", primary=True),
    School("990104", 2104, "Canal Side Primary School", primary=True),
    School("990105", 2105, "Heron Hill Primary School", primary=True),
    School("990106", 2106, "Ings Lane Infant School", primary=True),
    School("990201", 4201, "Northvale High School", primary=False),
    School("990202", 4202, "Foundry Academy", primary=False),
    School("990203", 4203, "Bishop Wearne School", primary=False),
)
MILLBROOK, LARKFIELD, INGS_LANE, NORTHVALE_HIGH = SCHOOLS[0], SCHOOLS[1], SCHOOLS[5], SCHOOLS[6]


def home(number: int) -> Place:
    """The home with this running number; every number is another home."""
    street, house = STREETS[number % len(STREETS)], number // len(STREETS) + 1
    block = (house // 25) * len(STREETS) + number % len(STREETS)
    uprn = f"99{number + 1000:010d}"
    if street.endswith("Street") and house % 6 == 0:
        # Landlords and the police write flats differently; the partner's writer chooses the form.
        return Place(uprn, f"Flat {house % 4 + 1}, {house} {street}", "", _postcode(block), _area(block))
    return Place(uprn, f"{house} {street}", "", _postcode(block), _area(block))


@cache
def _postcode(block: int) -> str:
    outward = f"NV{block % 8 + 1}"
    rest = block // 8
    pair = rest // 9
    letters = _INWARD_LETTERS[pair // 20 % 20] + _INWARD_LETTERS[pair % 20]
    # Sector 0 is left to the places of the scenes.
    return f"{outward} {rest % 9 + 1}{letters}"


def _area(block: int) -> str:
    return f"E0199{block % 40:04d}"


def area_name(area: str) -> str:
    """The name of a small area as the statistics office writes such names."""
    number = int(area[-4:])
    return f"Northvale {number // 4 + 1:03d}{'ABCD'[number % 4]}"


def special(number: int, line1: str, postcode: str, *, line2: str = "", area: str = "E01990050") -> Place:
    """A home of a scene, outside the running numbers."""
    return Place(f"98{number:010d}", line1, line2, postcode, area)


MILL_LANE_3 = special(3, "3 Mill Lane", "NV3 0DE")
ALDER_COURT_17 = special(17, "17 Alder Court", "NV1 0AB")
ALDER_COURT_14 = special(14, "14 Alder Court", "NV1 0AB")
ALDER_COURT_9 = special(9, "9 Alder Court", "NV1 0AB")
ALDER_COURT_11 = special(11, "11 Alder Court", "NV1 0AB")
QUARRY_RISE_2 = special(202, "2 Quarry Rise", "NV2 0GH")
QUARRY_RISE_5 = special(205, "5 Quarry Rise", "NV2 0GH")
QUARRY_RISE_8 = special(208, "8 Quarry Rise", "NV2 0GH")
WEAVERS_ROW_21 = special(321, "21 Weavers Row", "NV5 0JL")
WEAVERS_ROW_30 = special(330, "30 Weavers Row", "NV5 0JL")
LIGHTHOUSE_COTTAGE = special(901, "1 Lighthouse Cottages", "NV9 9ZA", area="E01990099")
HAVEN_HOUSE = special(700, "Haven House", "NV6 0SU", line2="6 Orchard Rise")
