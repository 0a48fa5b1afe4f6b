"""Children's social care: the two returns to the department, and tables of the Standard Safeguarding Dataset."""

from adapters.csv_feed import CsvFeed
from adapters.port import Feed
from adapters.social_care.cin import CinFeed
from adapters.social_care.ssda903 import Ssda903Feed
from adapters.social_care.standard_dataset import ASSESSMENTS, CONTACTS, EARLY_HELP, PERSONS, REFERRALS
from adapters.social_care.standard_rows import (
    read_assessment,
    read_contact,
    read_early_help,
    read_person,
    read_referral,
)

CIN = CinFeed()
SSDA903 = Ssda903Feed()
FEEDS: tuple[Feed, ...] = (
    CIN,
    SSDA903,
    CsvFeed(PERSONS, read_person),
    CsvFeed(CONTACTS, read_contact),
    CsvFeed(REFERRALS, read_referral),
    CsvFeed(ASSESSMENTS, read_assessment),
    CsvFeed(EARLY_HELP, read_early_help),
)
