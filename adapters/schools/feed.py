"""The feeds of schools, and of the council about pupils: plans for special needs, and what young people do."""

from adapters.csv_feed import CsvFeed
from adapters.port import Column, Feed, FeedProfile
from adapters.schools.attendance import read_attendance
from adapters.schools.census import CENSUS, read_census
from adapters.schools.ctf import CtfFeed
from adapters.schools.nccis import NCCIS, read_activity
from adapters.schools.pupil import PUPIL_COLUMNS, SEX_COLUMN
from adapters.schools.pupil_records import PupilRecordsFeed
from adapters.schools.roll import read_roll
from adapters.schools.send import SEND, read_plan
from adapters.schools.suspensions import read_suspension

_ATTENDANCE = ("education.attendance",)
_EXCLUSION = ("education.exclusion",)
_ENROLMENT, _PROVISION = ("education.enrolment",), ("education.provision",)
_NAME, _RESIDENCE, _PROFESSIONAL = ("identity.name",), ("address.residence",), ("care.professional",)


def _contact_columns(number: int) -> tuple[Column, ...]:
    prefix = f"contact{number}_"
    codes = "PAM, PAF, STP, CAR, GRP, SWR, FOS or OTH"
    return (
        Column(prefix + "surname", _NAME + _PROFESSIONAL, f"Last name of contact {number}"),
        Column(prefix + "forename", _NAME + _PROFESSIONAL, f"First name of contact {number}"),
        Column(prefix + "relationship", ("family.relationship", *_PROFESSIONAL), f"Of contact {number}: {codes}"),
        Column(prefix + "phone", ("contact.phone", *_PROFESSIONAL), f"Phone of contact {number}"),
    )


ATTENDANCE = FeedProfile(
    name="schools-attendance",
    source="schools",
    title="Session attendance by week",
    formats=("csv",),
    row_key=("upn", "school_urn", "week_commencing"),
    never_kept=("first_language", "religion"),
    columns=(
        *PUPIL_COLUMNS,
        SEX_COLUMN,
        Column("year_group", _ENROLMENT, "National Curriculum year"),
        Column("school_urn", _ATTENDANCE + _ENROLMENT, "Unique reference number of the school", required=True),
        Column("week_commencing", _ATTENDANCE, "Monday of the week", required=True),
        Column("marks", _ATTENDANCE, "Session codes of the week separated by spaces, at most ten", required=True),
        Column("fsm", ("education.meals",), "Y if eligible for free school meals"),
        Column("sen", ("education.sen",), "N, K, E or S"),
        Column("ethnicity", ("identity.ethnicity",), "Ethnic group, DfE code"),
    ),
    example_rows=(
        {
            "upn": "B801200005001", "surname": "Example", "forename": "Robin", "dob": "2013-02-11", "sex": "F",
            "school_urn": "100001", "week_commencing": "2026-11-09", "marks": "/ \\ / \\ L \\ I I / \\",
        },
        {
            "upn": "B801200005001", "surname": "Example", "forename": "Robin", "dob": "2013-02-11", "sex": "F",
            "school_urn": "100001", "week_commencing": "2026-11-16", "marks": "/ \\ O O / \\ / \\ Y2 Y2",
        },
    ),
)  # fmt: skip

SUSPENSIONS = FeedProfile(
    name="schools-suspensions",
    source="schools",
    title="Suspensions and permanent exclusions",
    formats=("csv",),
    row_key=("upn", "school_urn", "category", "start_date"),
    columns=(
        *PUPIL_COLUMNS,
        Column("school_urn", _EXCLUSION, "Unique reference number of the school", required=True),
        Column("category", _EXCLUSION, "SUSP, PERM or LNCH", required=True),
        Column("start_date", _EXCLUSION, "First day", required=True),
        Column("end_date", _EXCLUSION, "Last day"),
        Column("sessions", _EXCLUSION, "Sessions missed"),
        *(Column(f"reason{rank}", _EXCLUSION, f"Reason {rank}, national code") for rank in (1, 2, 3)),
    ),
    example_rows=(
        {
            "upn": "B801200005001", "surname": "Example", "forename": "Robin", "dob": "2013-02-11",
            "school_urn": "100001", "category": "SUSP", "start_date": "2026-06-09", "end_date": "2026-06-10",
            "sessions": "4", "reason1": "DB",
        },
        {
            "upn": "B801200005001", "surname": "Example", "forename": "Robin", "dob": "2013-02-11",
            "school_urn": "100001", "category": "LNCH", "start_date": "02/07/2026", "sessions": "1", "reason1": "VP",
        },
    ),
)  # fmt: skip

ROLL = FeedProfile(
    name="schools-roll",
    source="schools",
    title="School roll, leavers and contacts",
    formats=("csv",),
    row_key=("upn",),
    columns=(
        *PUPIL_COLUMNS,
        SEX_COLUMN,
        Column("year_group", _ENROLMENT, "National Curriculum year"),
        Column("school_urn", _ENROLMENT, "Unique reference number of the school", required=True),
        Column("school", _ENROLMENT, "Name of the school"),
        Column("entry_date", _ENROLMENT, "First day on the roll"),
        Column("leaving_date", _ENROLMENT + _PROVISION, "Last day on the roll"),
        Column("leaving_destination", _PROVISION, "EHE, CME, AP, OTHER or empty"),
        *(Column(name, _RESIDENCE, "Home address") for name in ("line1", "line2", "line3", "postcode")),
        *_contact_columns(1),
        *_contact_columns(2),
    ),
    example_rows=(
        {
            "upn": "B801200005001", "surname": "Example", "forename": "Robin", "dob": "2013-02-11", "sex": "F",
            "year_group": "9", "school_urn": "100001", "school": "Example School", "entry_date": "2024-09-02",
            "line1": "1 Example Street", "postcode": "ZZ1 1ZZ", "contact1_surname": "Example",
            "contact1_forename": "Jo", "contact1_relationship": "PAM", "contact1_phone": "01632 960000",
        },
        {
            "upn": "B801200005001", "surname": "Example", "forename": "Robin", "dob": "2013-02-11", "sex": "F",
            "year_group": "9", "school_urn": "100001", "school": "Example School", "entry_date": "2024-09-02",
            "leaving_date": "2026-11-02", "leaving_destination": "EHE",
        },
    ),
)  # fmt: skip

PUPILS = FeedProfile(
    name="schools-pupils",
    row_key=("UPN",),
    source="schools",
    title="Pupil records of the Department for Education",
    formats=("json",),
    columns=(
        Column("UPN", ("identity.upn",), "Unique pupil number"),
        Column("ULN", ("identity.local_id",), "Unique learner number"),
        Column("Surname", _NAME, "Last name", required=True),
        Column("Forename", _NAME, "First name"),
        Column("Middlenames", _NAME, "Middle names"),
        Column("DOB", ("identity.birth_date",), "Date of birth"),
        Column("Sex", ("identity.sex",), "M or F"),
        Column("Gender", ("identity.sex",), "Older name of Sex"),
    ),
    example_rows=(
        {"UPN": "B801200005001", "Surname": "Example", "Forename": "Robin", "DOB": "2013-02-11", "Sex": "F"},
        {"ULN": "1000000000", "Surname": "Example", "Forename": "Alex", "DOB": "2009-05-30", "Sex": "M"},
    ),
    example_file="""{
 "value": [
  {"UPN": "B801200005001", "Surname": "Example", "Forename": "Robin", "DOB": "2013-02-11", "Sex": "F"},
  {"ULN": "1000000000", "Surname": "Example", "Forename": "Alex", "DOB": "2009-05-30", "Sex": "M"}
 ]
}
""",
)

FEEDS: tuple[Feed, ...] = (
    CsvFeed(ATTENDANCE, read_attendance),
    CsvFeed(SUSPENSIONS, read_suspension),
    CsvFeed(ROLL, read_roll),
    PupilRecordsFeed(PUPILS),
    CtfFeed(),
    CsvFeed(CENSUS, read_census),
    CsvFeed(NCCIS, read_activity),
    CsvFeed(SEND, read_plan),
)
