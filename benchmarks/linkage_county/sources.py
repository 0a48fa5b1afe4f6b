"""The twenty registers of the county: whom each covers, what it writes down, and how badly.

The shares are ours, set so that columns are as empty as councils tell of: a UPRN in two thirds of the rows, a date of
birth in nine of ten, NHS numbers in health and about half of social care, NINOs in benefits and housing, UPNs in
schools.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One register.

    `need`: 0 where everybody may be on it, 1 where being on it follows deprivation and trouble. `covers`: share of the
    people of these ages for need 0, else records per person before all are scaled to the number asked for. `repeats`:
    chance of a further row for the same person. `lag` and `length`: mean days since the last contact and between first
    and last. The rest are shares of rows: fields present, faults made. `style`: how addresses are written
    (`places.address_texts`). `upper`: whether all is in capitals.
    """

    name: str
    covers: float
    ages: tuple[int, int]
    need: float
    repeats: float
    lag: int
    length: int
    birth: float = 0.98
    sex: float = 0.97
    postcode: float = 0.975
    address: float = 0.97
    uprn: float = 0.6
    phone: float = 0.45
    email: float = 0.1
    nhs: float = 0.0
    nino: float = 0.0
    upn: float = 0.0
    typo: float = 0.02
    birth_fault: float = 0.01
    swap: float = 0.004
    informal: float = 0.04
    middle: float = 0.25
    stale: float = 0.05
    style: int = 0
    upper: bool = False


_ALL = (0, 120)
SOURCES = (
    Source("gp_register", 0.46, _ALL, 0, 0.01, 150, 2200, 0.999, uprn=0.7, phone=0.7, email=0.3, nhs=0.85, typo=0.01,
           birth_fault=0.004, informal=0.015, middle=0.35, stale=0.12),
    Source("hospital", 0.12, _ALL, 0.4, 0.12, 500, 60, 0.995, uprn=0.45, phone=0.6, nhs=0.85, typo=0.02, style=3,
           upper=True),
    Source("emergency_department", 0.12, _ALL, 0.6, 0.15, 600, 5, 0.97, 0.96, 0.95, 0.93, 0.25, 0.5, nhs=0.85,
           typo=0.045, birth_fault=0.02, swap=0.01, informal=0.1, middle=0.05, style=4, upper=True),
    Source("community_health", 0.2, (0, 18), 0.2, 0.04, 400, 500, 0.998, uprn=0.5, phone=0.75, nhs=0.85, typo=0.015),
    Source("mental_health", 0.03, (6, 120), 0.9, 0.12, 500, 300, 0.99, uprn=0.4, phone=0.6, nhs=0.85, informal=0.06),
    Source("maternity", 0.06, (16, 45), 0.3, 0.05, 900, 200, 0.995, uprn=0.5, phone=0.8, email=0.3, nhs=0.85),
    Source("childrens_social_care", 0.08, (0, 18), 1, 0.2, 500, 300, 0.96, 0.97, 0.95, 0.95, 0.75, 0.4, nhs=0.45,
           typo=0.03, birth_fault=0.02, informal=0.08, style=2),
    Source("adult_social_care", 0.06, (18, 120), 0.8, 0.12, 400, 600, 0.97, uprn=0.85, phone=0.6, nhs=0.45, typo=0.025,
           informal=0.06),
    Source("early_help", 0.05, (0, 60), 1, 0.1, 500, 200, 0.85, 0.92, 0.93, 0.9, 0.5, 0.6, 0.25, typo=0.05,
           birth_fault=0.03, swap=0.012, informal=0.14, middle=0.05),
    Source("school_census", 0.7, (4, 18), 0, 0.03, 200, 900, 0.999, 0.99, uprn=0.5, phone=0.2, upn=0.95, typo=0.012,
           birth_fault=0.004, middle=0.45),
    Source("school_admissions", 0.12, (3, 12), 0, 0.08, 900, 30, 0.99, 0.95, uprn=0.85, phone=0.85, email=0.75,
           typo=0.02, style=5, middle=0.3),
    Source("youth_justice", 0.02, (10, 18), 1, 0.2, 500, 200, 0.97, uprn=0.35, phone=0.5, typo=0.04, informal=0.1),
    Source("council_tax", 0.11, (18, 120), 0, 0.05, 300, 1500, 0.06, 0.85, 0.995, 0.995, 0.995, 0.4, 0.4, typo=0.02,
           swap=0.008, informal=0.05, middle=0.3, stale=0.03, upper=True),
    Source("electoral_register", 0.07, (18, 120), 0, 0.01, 200, 1500, 0.1, 0.4, 0.995, 0.99, 0.97, 0.1, 0.2,
           typo=0.012, middle=0.6, stale=0.06),
    Source("housing_tenancies", 0.2, _ALL, 0.7, 0.06, 250, 1200, 0.88, 0.93, 0.99, 0.99, 0.97, 0.7, 0.45, nino=0.75,
           typo=0.03, birth_fault=0.02, informal=0.06, style=5),
    Source("housing_register", 0.06, (16, 120), 1, 0.15, 700, 100, 0.95, 0.95, 0.9, 0.9, 0.6, 0.8, 0.6, nino=0.85,
           typo=0.035, birth_fault=0.015, informal=0.07),
    Source("housing_benefit", 0.17, (16, 120), 0.9, 0.05, 250, 900, 0.99, uprn=0.8, phone=0.5, nino=0.85, upper=True),
    Source("universal_credit", 0.22, (16, 68), 0.9, 0.08, 200, 700, 0.995, uprn=0.2, phone=0.6, email=0.5, nino=0.85),
    Source("police", 0.07, (10, 120), 1, 0.35, 900, 3, 0.84, 0.93, 0.88, 0.85, 0.15, 0.35, 0.03, typo=0.06,
           birth_fault=0.035, swap=0.015, informal=0.18, middle=0.2, stale=0.12, style=1, upper=True),
    Source("probation", 0.012, (18, 120), 1, 0.15, 500, 300, 0.99, uprn=0.3, phone=0.5, typo=0.025, informal=0.06),
)  # fmt: skip
