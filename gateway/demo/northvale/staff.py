"""Who works for Northvale's agencies: at least one person in every role, and a deputy where a scene needs one."""

from dataclasses import asdict, dataclass

from gateway.demo.northvale.places import LARKFIELD, MILLBROOK, NORTHVALE_HIGH


@dataclass(frozen=True, slots=True)
class Worker:
    """A member of staff. `deputy_of` names whom they stand in for; `school_urn` is set for school staff alone.

    The team of school staff is their school's URN: a notice about a pupil is for the school and finds them by it.
    """

    worker_ref: str
    name: str
    email: str
    agency: str
    role: str
    team: str
    school_urn: str = ""
    deputy_of: str = ""


_COUNCIL = (
    ("W101", "Moira Sanderson", "mash_worker", "MASH", ""),
    ("W102", "Dev Chauhan", "mash_worker", "MASH", "W101"),
    ("W103", "Helen Brathwaite", "mash_manager", "MASH", ""),
    ("W201", "Grace Adebayo", "early_help_worker", "Early Help North", ""),
    ("W202", "Tom Hollis", "early_help_worker", "Early Help North", "W201"),
    ("W203", "Sunita Rao", "early_help_worker", "Early Help South", ""),
    ("W204", "Marek Zielony", "early_help_worker", "Early Help South", "W203"),
    ("W210", "Janet Oakes", "early_help_manager", "Early Help North", ""),
    ("W211", "Paul Riding", "early_help_manager", "Early Help South", "W210"),
    ("W301", "Farah Malik-Jones", "social_worker", "Assessment Team", ""),
    ("W302", "Ruth Penhale", "social_worker", "Children in Care Team", "W301"),
    ("W401", "Brian Tranter", "home_education_officer", "Education Welfare", ""),
    ("W402", "Leila Barraclough", "attendance_officer", "Education Welfare", ""),
    ("W403", "Conrad Pyke", "participation_adviser", "Participation", ""),
    ("W404", "Judith Osei", "send_officer", "Special Educational Needs", ""),
    ("W405", "Anil Venn", "educational_psychologist", "Special Educational Needs", ""),
    ("W406", "Bridie Holt", "early_years_adviser", "Early Years", ""),
    ("W411", "Desmond Clough", "homelessness_officer", "Housing Needs", ""),
    ("W412", "Parveen Lister", "homelessness_manager", "Housing Needs", "W411"),
    ("W421", "Hugh Tomlin", "adult_social_worker", "Adult Safeguarding", ""),
    ("W501", "Celia Mottram", "council_tax_officer", "Revenues", ""),
    ("W502", "Gordon Peel", "council_tax_fraud_officer", "Counter Fraud", ""),
    ("W503", "Hamish Garbutt", "benefits_officer", "Revenues", ""),
    ("W601", "Imogen Vance", "ig_officer", "Information Governance", ""),
    ("W602", "Stephen Adjei", "dpo", "Information Governance", ""),
    ("W603", "Louise Tarn", "data_steward", "Data Quality", ""),
    ("W604", "Kwabena Hale", "analyst", "Insight", ""),
    ("W605", "Ffion Marlow", "evaluation_analyst", "Insight", ""),
    ("W606", "Terence Abbey", "records_officer", "Information Governance", ""),
    ("W607", "Ana Field", "data_steward", "Data Quality", ""),
)
_PARTNERS = (
    ("B101", "Sheila Bramhall", "brightwater_homes", "rent_officer", "Income", ""),
    ("B102", "Yusuf Denny", "brightwater_homes", "marac_housing_lead", "Tenancy Safety", ""),
    ("B103", "Carys Pugh", "brightwater_homes", "housing_data_officer", "Systems", ""),
    ("B104", "Noel Farthing", "brightwater_homes", "public_protection_contact", "Tenancy Safety", ""),
    ("B105", "Maud Ellery", "brightwater_homes", "housing_privacy_officer", "Governance", ""),
    ("S101", "Angela Frost", "northvale_schools", "school_safeguarding_lead", "Safeguarding", MILLBROOK.urn),
    ("S102", "Rhys Colley", "northvale_schools", "deputy_safeguarding_lead", "Safeguarding", MILLBROOK.urn),
    ("S103", "Bernadette Kyle", "northvale_schools", "school_business_manager", "Office", LARKFIELD.urn),
    ("S104", "Owen Carrick", "northvale_schools", "head_teacher", "Leadership", LARKFIELD.urn),
    ("S105", "Tanya Brough", "northvale_schools", "school_safeguarding_lead", "Safeguarding", NORTHVALE_HIGH.urn),
    ("H101", "Nasreen Doyle", "haven_refuge", "refuge_advocate", "Refuge", ""),
    ("C101", "Vincent Sharrow", "northvale_police", "police_analyst", "Data Office", ""),
    ("C102", "Dina Roth", "northvale_police", "missing_person_officer", "Missing People", ""),
    ("C103", "Alan Stead", "northvale_police", "public_protection_officer", "Public Protection", ""),
    ("C104", "Beatrix Lund", "northvale_police", "police_privacy_officer", "Information Management", ""),
    ("N101", "Olwen Price", "northvale_nhs", "health_data_officer", "Data Services", ""),
    ("N102", "Rosalind Achebe", "northvale_nhs", "named_nurse", "Safeguarding Children", ""),
    ("N103", "Gwilym Sarsby", "northvale_nhs", "caldicott_officer", "Information Governance", ""),
    ("N201", "Sheena Rudd", "northvale_icb", "gp_safeguarding_lead", "Mill Lane Surgery", ""),
    ("N301", "Ivor Castle", "northvale_mental_health", "care_coordinator", "Community Team", ""),
    ("N302", "Mina Tolland", "northvale_mental_health", "trust_safeguarding_lead", "Safeguarding", ""),
    ("R101", "Jodie Larch", "clearwater_recovery", "recovery_worker", "Recovery", ""),
    ("R102", "Winston Peach", "clearwater_recovery", "recovery_manager", "Recovery", ""),
    ("D101", "Martin Leckie", "dwp", "dwp_data_officer", "Data Sharing", ""),
    ("A101", "Harriet Sloane", "harbour_academies", "academy_safeguarding_lead", "Safeguarding", ""),
    ("A102", "Miles Okoro", "harbour_academies", "academy_attendance_lead", "Attendance", ""),
    ("A103", "Una Brierley", "harbour_academies", "senco", "Inclusion", ""),
    ("A104", "Saul Weddell", "harbour_academies", "trust_data_manager", "Systems", ""),
    ("P101", "Gwen Maddox", "probation_service", "probation_practitioner", "Sentence Management", ""),
    ("P102", "Ravi Thorne", "probation_service", "probation_manager", "Sentence Management", ""),
    ("P103", "Edna Whitlow", "probation_service", "probation_data_officer", "Performance", ""),
    ("Y101", "Cal Devlin", "youth_justice", "youth_justice_worker", "Youth Justice", ""),
    ("Y102", "Marion Speight", "youth_justice", "youth_justice_manager", "Youth Justice", ""),
    ("F101", "Rex Hollin", "northvale_fire", "home_safety_officer", "Prevention", ""),
    ("L101", "Tilly Marchbank", "little_steps", "family_hub_worker", "Millbrook Hub", ""),
    ("L102", "Omar Fenwick", "little_steps", "family_hub_data_officer", "Office", ""),
)


def _email(name: str, agency: str) -> str:
    return f"{name.lower().replace(' ', '.')}@{agency.replace('_', '-')}.example.org"


def workers() -> tuple[Worker, ...]:
    """Everybody on the list."""
    council = [
        Worker(ref, name, _email(name, "northvale_council"), "northvale_council", role, team, deputy_of=deputy)
        for ref, name, role, team, deputy in _COUNCIL
    ]
    partners = [
        Worker(
            ref,
            name,
            _email(name, agency),
            agency,
            role,
            school or team,
            school,
            "S101" if role.startswith("deputy") else "",
        )
        for ref, name, agency, role, team, school in _PARTNERS
    ]
    return (*council, *partners)


def staff_list() -> list[dict[str, str]]:
    """The list as plain data."""
    return [asdict(worker) for worker in workers()]


def worker(ref: str) -> Worker:
    """One of them."""
    return next(each for each in workers() if each.worker_ref == ref)
