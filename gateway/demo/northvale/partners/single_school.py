"""S9: one school's file, 212 rows of 14 columns with 7 bad rows, and the 7 rows mended.

A row is a pupil's week; Larkfield has 212 pupils, those who live in Northvale and others from over the border.
"""

from datetime import timedelta
from random import Random

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.histories.schools import issue_upn, last_monday, marks
from gateway.demo.northvale.names import ORIGINS
from gateway.demo.northvale.partners.schools import ATTENDANCE, UNCOVERED, attendance_cells, extras
from gateway.demo.northvale.partners.sheet import TOO_FEW, TOO_MANY, Row, Sheet, missing, no_code, no_date
from gateway.demo.northvale.people import Person, Stay
from gateway.demo.northvale.places import LARKFIELD, home
from gateway.demo.northvale.truth import World

FILE = "s9-schools-attendance.csv"
MENDED = "s9-schools-attendance-mended.csv"
ROWS = 212
FAULTS = (
    missing("upn"),
    no_date("dob", "31/02/2019"),
    no_date("dob", "2018-13-01"),
    no_code("marks", "/ \\ / \\ ? ? / \\ / \\"),
    TOO_MANY,
    TOO_FEW,
    no_date("week_commencing", "next week"),
)


def write(delivery: Delivery) -> None:
    """Both files."""
    world = delivery.world
    rng = world.rng("single school")
    sheet = Sheet("schools-attendance", FILE, ATTENDANCE, (), uncovered=UNCOVERED)
    pupils = _pupils(world, rng)
    monday = last_monday(world.today)
    for person in pupils:
        seen = delivery.registrar.seen(person, "schools")
        cells = attendance_cells(seen, LARKFIELD, (monday, marks(rng, 0.07)), extras(delivery, seen))
        sheet.add(cells, seen.truth, planted=True, flagged=seen.failing)
    mended = Sheet("schools-attendance", MENDED, ATTENDANCE, (), uncovered=UNCOVERED)
    for row, fault in zip(rng.sample(sheet.rows, len(FAULTS)), FAULTS, strict=True):
        mended.rows.append(Row(list(row.cells), row.keys, planted=True, flagged=row.flagged))
        sheet.spoil_row(row, fault)
    sheet.deliver(delivery)
    mended.deliver(delivery)


def _pupils(world: World, rng: Random) -> list[Person]:
    here = [e.person for e in world.events.enrolments if e.school is LARKFIELD and e.leaving is None]
    pupils = list({person.index: person for person in here}.values())[:ROWS]
    while len(pupils) < ROWS:
        pupils.append(_from_over_the_border(world, rng))
    return pupils


def _from_over_the_border(world: World, rng: Random) -> Person:
    origin = rng.choices(ORIGINS, [each.weight for each in ORIGINS])[0]
    sex = rng.choice("FM")
    born = world.today - timedelta(days=rng.randint(1900, 3900))
    given = rng.choice(origin.female if sex == "F" else origin.male)
    person = world.add_person(given, rng.choice(origin.family), sex, born, ethnicity=rng.choice(origin.ethnicity))
    # Southmere's homes are outside the running numbers of Northvale.
    person.homes.append(Stay(home(9_000_000 + person.index), born))
    issue_upn(world, person, LARKFIELD)
    return person
