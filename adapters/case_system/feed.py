"""The feeds of the council's case system, and the extract that children's social care makes from its own."""

from adapters.case_system.family_context import PROFILE, read_involvement
from adapters.case_system.people import read_person
from adapters.case_system.plans import read_agreed_to_help, read_plan
from adapters.case_system.told import PROFILE as TOLD
from adapters.case_system.told import read_told
from adapters.case_system.workers import read_allocation, read_professional
from adapters.csv_feed import CsvFeed
from adapters.port import Column, Feed, FeedProfile

_RESIDENCE, _MEMBERSHIP = ("address.residence",), ("household.membership",)
_ALLOCATION, _PROFESSIONAL = ("care.allocation",), ("care.professional",)
_EPISODE, _GOAL = ("support.episode",), ("support.goal",)
_AGREED, _TOLD = ("support.agreed_to_help",), ("support.told",)
_PERSON = Column("person_ref", (), "The person's number in the case system", required=True)

PEOPLE = FeedProfile(
    name="case-people",
    source="case_system",
    title="People, addresses and households of the case system",
    formats=("csv",),
    columns=(
        _PERSON,
        Column("household_ref", _MEMBERSHIP, "The household's number in the case system"),
        Column("household_role", _MEMBERSHIP, "Part in the household"),
        Column("nhs_number", ("identity.nhs_number",), "NHS number"),
        Column("surname", ("identity.name",), "Last name", required=True),
        Column("forename", ("identity.name",), "First names"),
        Column("dob", ("identity.birth_date",), "Date of birth"),
        Column("sex", ("identity.sex",), "M, F, U or X"),
        *(Column(name, _RESIDENCE, "Address") for name in ("line1", "line2", "line3", "postcode", "uprn")),
        Column("address_from", _RESIDENCE, "First day at the address"),
        Column("address_to", _RESIDENCE, "Last day at the address"),
        Column("phone", ("contact.phone",), "Phone number"),
        Column("email", ("contact.email",), "E-mail address"),
    ),
    example_rows=(
        {
            "person_ref": "P1", "household_ref": "H1", "household_role": "mother", "surname": "Example",
            "forename": "Jo", "dob": "1985-04-03", "sex": "F", "line1": "1 Example Street", "postcode": "ZZ1 1ZZ",
            "address_from": "2024-02-01", "phone": "01632 960000",
        },
        {
            "person_ref": "P2", "household_ref": "H1", "household_role": "child", "surname": "Example",
            "forename": "Robin", "dob": "11/02/2013", "sex": "F",
        },
    ),
)  # fmt: skip

ALLOCATIONS = FeedProfile(
    name="case-allocations",
    source="case_system",
    title="Allocated workers",
    formats=("csv",),
    columns=(
        _PERSON,
        Column("worker_ref", _ALLOCATION, "The worker's number", required=True),
        Column("worker_name", _PROFESSIONAL, "The worker's name"),
        Column("team", _ALLOCATION + _PROFESSIONAL, "The worker's team"),
        Column("role", _ALLOCATION + _PROFESSIONAL, "allocated_worker, manager or duty", required=True),
        Column("start_date", _ALLOCATION + _PROFESSIONAL, "First day", required=True),
        Column("end_date", _ALLOCATION + _PROFESSIONAL, "Last day"),
    ),
    example_rows=(
        {
            "person_ref": "P1", "worker_ref": "W1", "worker_name": "Sam Example", "team": "Early Help North",
            "role": "allocated_worker", "start_date": "2026-05-01",
        },
        {"person_ref": "P1", "worker_ref": "W2", "role": "duty", "start_date": "2026-04-20", "end_date": "2026-04-30"},
    ),
)  # fmt: skip

PROFESSIONALS = FeedProfile(
    name="case-professionals",
    source="case_system",
    title="Involved professionals",
    formats=("csv",),
    columns=(
        _PERSON,
        Column("name", _PROFESSIONAL, "The professional's name", required=True),
        *(
            Column(name, _PROFESSIONAL, f"The professional's {name}")
            for name in ("role", "service", "organisation", "phone", "email")
        ),
        Column("start_date", _PROFESSIONAL, "First day"),
        Column("end_date", _PROFESSIONAL, "Last day"),
        Column("last_contact", _PROFESSIONAL, "Day of the last contact"),
    ),
    example_rows=(
        {
            "person_ref": "P2", "name": "Kim Example", "role": "Health visitor", "service": "Health visiting",
            "organisation": "Example NHS Trust", "phone": "01632 960001", "start_date": "2026-01-10",
        },
        {"person_ref": "P2", "name": "Lee Example", "role": "Family support worker", "last_contact": "2026-11-02"},
    ),
)  # fmt: skip

PLANS = FeedProfile(
    name="case-plans",
    source="case_system",
    title="Early help plans and goals",
    formats=("csv",),
    columns=(
        _PERSON,
        Column("plan_ref", _EPISODE + _GOAL, "The plan's number", required=True),
        Column("plan_kind", _EPISODE, "Kind of plan"),
        *(Column(name, _GOAL, f"The goal's {name}") for name in ("title", "measure", "target")),
        Column("status", _EPISODE + _GOAL, "Status of the goal, or of the plan where there is no goal"),
        Column("start_date", _EPISODE + _GOAL, "First day"),
        Column("due_date", _GOAL, "Day by which the goal is to be met"),
        Column("end_date", _EPISODE + _GOAL, "Last day"),
    ),
    example_rows=(
        {
            "person_ref": "P1", "plan_ref": "PL1", "plan_kind": "Family plan", "title": "Rent paid on time",
            "measure": "weeks in arrears", "target": "0", "status": "open", "start_date": "2026-05-01",
            "due_date": "2026-12-01",
        },
        {"person_ref": "P2", "plan_ref": "PL2", "plan_kind": "Family plan", "start_date": "2026-05-01"},
    ),
)  # fmt: skip

AGREED_TO_HELP = FeedProfile(
    name="case-agreed-to-help",
    source="case_system",
    title="Answers to the offer of help, and who was told",
    formats=("csv",),
    columns=(
        _PERSON,
        Column("answer", _AGREED, "yes, no or withdrawn"),
        Column("recorded_on", _AGREED + _TOLD, "Day of the answer", required=True),
        Column("recorded_by", _AGREED, "Who recorded it"),
        Column("told_state", _TOLD, "told, not yet or unsafe"),
        Column("notice_version", _TOLD, "Version of the privacy notice"),
    ),
    example_rows=(
        {
            "person_ref": "P1", "answer": "yes", "recorded_on": "2026-05-01", "recorded_by": "W1",
            "told_state": "told", "notice_version": "3",
        },
        {"person_ref": "P3", "answer": "withdrawn", "recorded_on": "02/06/2026", "recorded_by": "W1"},
    ),
)  # fmt: skip

FEEDS: tuple[Feed, ...] = (
    CsvFeed(PEOPLE, read_person),
    CsvFeed(ALLOCATIONS, read_allocation),
    CsvFeed(PROFESSIONALS, read_professional),
    CsvFeed(PLANS, read_plan),
    CsvFeed(AGREED_TO_HELP, read_agreed_to_help),
    CsvFeed(TOLD, read_told),
    CsvFeed(PROFILE, read_involvement),
)
