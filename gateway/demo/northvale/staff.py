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
    ("W501", "Celia Mottram", "council_tax_officer", "Revenues", ""),
    ("W502", "Gordon Peel", "council_tax_fraud_officer", "Counter Fraud", ""),
    ("W601", "Imogen Vance", "ig_officer", "Information Governance", ""),
    ("W602", "Stephen Adjei", "dpo", "Information Governance", ""),
    ("W603", "Louise Tarn", "data_steward", "Data Quality", ""),
    ("W604", "Kwabena Hale", "analyst", "Insight", ""),
)
_PARTNERS = (
    ("B101", "Sheila Bramhall", "brightwater_homes", "rent_officer", "Income", ""),
    ("B102", "Yusuf Denny", "brightwater_homes", "marac_housing_lead", "Tenancy Safety", ""),
    ("B103", "Carys Pugh", "brightwater_homes", "housing_data_officer", "Systems", ""),
    ("S101", "Angela Frost", "northvale_schools", "school_safeguarding_lead", "Safeguarding", MILLBROOK.urn),
    ("S102", "Rhys Colley", "northvale_schools", "deputy_safeguarding_lead", "Safeguarding", MILLBROOK.urn),
    ("S103", "Bernadette Kyle", "northvale_schools", "school_business_manager", "Office", LARKFIELD.urn),
    ("S104", "Owen Carrick", "northvale_schools", "head_teacher", "Leadership", LARKFIELD.urn),
    ("S105", "Tanya Brough", "northvale_schools", "school_safeguarding_lead", "Safeguarding", NORTHVALE_HIGH.urn),
    ("H101", "Nasreen Doyle", "haven_refuge", "refuge_advocate", "Refuge", ""),
    ("C101", "Vincent Sharrow", "northvale_police", "police_analyst", "Data Office", ""),
    ("N101", "Olwen Price", "northvale_nhs", "health_data_officer", "Data Services", ""),
    ("N102", "Rosalind Achebe", "northvale_nhs", "named_nurse", "Safeguarding Children", ""),
    ("D101", "Martin Leckie", "dwp", "dwp_data_officer", "Data Sharing", ""),
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
