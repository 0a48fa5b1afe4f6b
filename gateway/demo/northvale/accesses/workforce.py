"""A workforce: hundreds of workers in teams with managers, hours and leave, many of whom live in the borough."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gateway.demo.northvale.people import Person
from gateway.demo.northvale.truth import World

LONDON = ZoneInfo("Europe/London")
OFFICE, LONG_DAY, NIGHT = "mon-fri 08:00-18:00", "mon-sun 07:00-21:00", "mon-sun 20:00-08:00"


@dataclass(frozen=True, slots=True)
class Trade:
    """A kind of team: how many of a hundred workers, their agency, roles and purpose, hours, and size of caseload."""

    name: str
    share: int
    agency: str
    role: str
    manager: str
    purpose: str
    hours: str = OFFICE
    caseload: int = 0
    source: str = ""
    listed: bool = True


TRADES = (
    Trade("Early Help", 12, "northvale_council", "early_help_worker", "early_help_manager", "early_help", caseload=12),
    Trade("Assessment", 14, "northvale_council", "social_worker", "social_worker", "section_47", caseload=14),
    Trade("MASH", 6, "northvale_council", "mash_worker", "mash_manager", "front_door", LONG_DAY),
    Trade("Out of Hours", 4, "northvale_council", "mash_worker", "mash_manager", "front_door", NIGHT),
    Trade("Income", 24, "brightwater_homes", "rent_officer", "rent_officer", "tenancy_management", source="housing"),
    Trade("Revenues", 14, "northvale_council", "council_tax_officer", "council_tax_officer", "council_tax",
          source="council_tax"),
    Trade("Education Welfare", 16, "northvale_council", "attendance_officer", "attendance_officer", "attendance",
          source="schools"),
    # A partner that has not loaded its staff list: what review cannot know of its people.
    Trade("Family Hubs", 10, "little_steps", "family_hub_worker", "family_hub_worker", "early_years", caseload=10,
          listed=False),
)  # fmt: skip
_TEAM = 9


@dataclass(slots=True, eq=False)
class Staff:
    """One worker. `resident` is the person of the borough whom they are, if they live there."""

    ref: str
    trade: Trade
    team: str
    role: str
    manager: "Staff | None"
    surname: str
    born: date
    postcode: str
    uprn: str
    phone: str
    resident: Person | None = None
    leave: list[tuple[date, date]] = field(default_factory=list)
    moved: tuple[date, str] | None = None
    """The day from which they were in another team, and which."""

    def team_on(self, day: date) -> str:
        """The team on a day: a worker who moved was in another before."""
        return self.moved[1] if self.moved and day >= self.moved[0] else self.team

    def away(self, day: date) -> bool:
        """Whether they are on leave."""
        return any(first <= day <= last for first, last in self.leave)


def hire(world: World, size: int, weeks: int) -> list[Staff]:
    """A workforce of that size for the weeks before `world.today`."""
    rng = world.rng("workforce")
    grown = [one for one in world.people if 22 <= one.age(world.today) <= 66]
    rng.shuffle(grown)
    # Fathers who left a household are among the staff, as anybody's former partner can be.
    left = [m.person for h in world.households for m in h.members if m.end is not None]
    rng.shuffle(left)
    residents = iter([*left[: size // 12], *(one for one in grown if one not in left)])
    staff: list[Staff] = []
    for trade in TRADES:
        number = max(3, round(size * trade.share / 100))
        manager: Staff | None = None
        for place in range(number):
            if place % _TEAM == 0:
                manager = None
            team = f"{trade.name} {place // _TEAM + 1}"
            role = trade.manager if manager is None else trade.role
            one = _worker(world, rng, trade, team, role, next(residents) if rng.random() < 0.6 else None)
            one.ref = f"V{len(staff) + 1:04d}"
            one.manager = manager
            manager = manager or one
            _plan_leave(world, rng, one, weeks)
            staff.append(one)
    _transfers(world, rng, staff, weeks)
    return staff


def moment(rng: Random, day: date, since: int, until: int) -> datetime:
    """An instant of a day between two hours, in London; hours from 24 on are of the next day."""
    minutes = rng.randrange(since * 60, until * 60)
    midnight = datetime.combine(day, time(), LONDON)
    return midnight + timedelta(minutes=minutes, seconds=rng.randrange(60))


def _worker(world: World, rng: Random, trade: Trade, team: str, role: str, resident: Person | None) -> Staff:
    if resident is None:
        born = world.today - timedelta(days=rng.randint(23 * 365, 64 * 365))
        surname = rng.choice(world.people).surname
        return Staff(
            "", trade, team, role, None, surname, born, f"ZZ{rng.randint(1, 99)} 1AA", "", world.issuer.phone()
        )
    home = resident.home
    phone = resident.phone or world.issuer.phone()
    return Staff(
        "", trade, team, role, None, resident.surname, resident.born, home.postcode, home.uprn, phone, resident
    )


def _plan_leave(world: World, rng: Random, one: Staff, weeks: int) -> None:
    if rng.random() < 0.5:
        first = world.today - timedelta(days=rng.randint(1, weeks * 7))
        one.leave.append((first, first + timedelta(days=rng.choice((4, 4, 6, 11)))))


def _transfers(world: World, rng: Random, staff: list[Staff], weeks: int) -> None:
    """A few move to another team of their trade within the weeks."""
    for one in rng.sample(staff, max(1, len(staff) // 25)):
        teams = sorted({other.team for other in staff if other.trade is one.trade} - {one.team})
        if teams and one.manager is not None:
            one.moved = (world.today - timedelta(days=rng.randint(3, weeks * 7 - 3)), rng.choice(teams))
