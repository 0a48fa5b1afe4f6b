"""The code lists: labels by notation, per publisher. Northvale's feeds use these; a council may hold more."""

from collections.abc import Mapping

Labels = Mapping[str, str]

_OUTCOMES: Labels = {
    "1": "Charged or summonsed",
    "1A": "Charged or summonsed for another offence",
    "2": "Youth caution",
    "2A": "Youth caution for another offence",
    "3": "Adult caution",
    "3A": "Adult caution for another offence",
    "4": "Taken into consideration",
    "5": "The suspect died",
    "6": "Penalty notice",
    "7": "Cannabis or khat warning",
    "8": "Community resolution",
    "9": "Prosecution not in the public interest, decided by the CPS",
    "10": "Formal action not in the public interest, decided by the police",
    "11": "Suspect under ten",
    "12": "Suspect too ill",
    "13": "Victim or key witness dead or too ill",
    "14": "No further action: no suspect identified, the victim does not support",
    "15": "No further action: evidential difficulty, the victim supports",
    "16": "No further action: evidential difficulty, the victim does not support",
    "17": "No further action: time limit passed",
    "18": "No further action: no suspect identified",
    "19": "Passed to the National Fraud Intelligence Bureau",
    "20": "Action by another agency",
    "21": "No further action: further investigation not in the public interest",
    "22": "Diversionary or educational activity",
}
"""Home Office crime outcome types."""

_DASH: Labels = {"standard": "Standard", "medium": "Medium", "high": "High"}
_PRIMARY_NEEDS: Labels = {
    "N0": "Not stated",
    "N1": "Abuse or neglect",
    "N2": "Child's disability or illness",
    "N3": "Parent's disability or illness",
    "N4": "Family in acute stress",
    "N5": "Family dysfunction",
    "N6": "Socially unacceptable behaviour",
    "N7": "Low income",
    "N8": "Absent parenting",
    "N9": "Not children in need",
}
_REFERRERS: Labels = {
    "1A": "Family member or carer", "1B": "Acquaintance", "1C": "The person themselves", "1D": "Another individual",
    "2A": "School", "2B": "Education service", "3A": "GP", "3B": "Health visitor", "3C": "School nurse",
    "3D": "Other primary health service", "3E": "Emergency department", "3F": "Other health service", "4": "Housing",
    "5A": "Council social care", "5B": "Another council service", "5C": "Another council", "5D": "Early help",
    "6": "Police", "7": "Courts, probation or prison", "8": "Another service or a charity", "9": "Anonymous",
    "10": "Unknown",
}  # fmt: skip
_CLOSURES: Labels = {
    "RC1": "Adopted", "RC2": "Died", "RC3": "Child arrangements order", "RC4": "Special guardianship order",
    "RC5": "Moved to another council", "RC6": "Moved to adult social care", "RC7": "Services ended",
    "RC8": "No further action after assessment", "RC9": "Stepped down to early help",
}  # fmt: skip
_ABUSE: Labels = {
    "NEG": "Neglect", "PHY": "Physical abuse", "SAB": "Sexual abuse", "EMO": "Emotional abuse", "MUL": "More than one",
}  # fmt: skip
_DISABILITIES: Labels = {
    "NONE": "No disability", "MOB": "Mobility", "HAND": "Hand function", "PC": "Personal care", "INC": "Incontinence",
    "COMM": "Communication", "LD": "Learning", "HEAR": "Hearing", "VIS": "Vision", "BEH": "Behaviour",
    "CON": "Consciousness", "AUT": "Autism", "DDA": "Another disability",
}  # fmt: skip
_SCOPED_FACTORS = {
    "1": "Alcohol misuse", "2": "Drug misuse", "3": "Domestic abuse", "4": "Mental health", "5": "Learning disability",
    "6": "Physical disability or illness",
}  # fmt: skip
_SCOPES = {"A": "the child", "B": "a parent or carer", "C": "another person in the home"}
_FACTORS: Labels = {
    **{
        f"{number}{letter}": f"{words}, of {whom}"
        for number, words in _SCOPED_FACTORS.items()
        for letter, whom in _SCOPES.items()
        if number != "3"
    },
    "3A": "Domestic abuse, with the child as its subject",
    "3B": "Domestic abuse, with a parent or carer as its subject",
    "3C": "Domestic abuse, with another person in the home as its subject",
    "7A": "Young carer", "8B": "Privately fostered, overseas child", "8C": "Privately fostered, overseas child",
    "8D": "Privately fostered, UK child in education", "8E": "Privately fostered, UK child", "8F": "Privately fostered",
    "9A": "Unaccompanied child seeking asylum", "10A": "Going missing", "11A": "Child sexual exploitation",
    "12A": "Trafficking", "13A": "Gangs", "14A": "Socially unacceptable behaviour", "15A": "Self-harm",
    "16A": "Neglect", "17A": "Emotional abuse", "18B": "Physical abuse by a child", "18C": "Physical abuse by an adult",
    "19B": "Sexual abuse by a child", "19C": "Sexual abuse by an adult", "20": "Other", "21": "No factor found",
    "22A": "Female genital mutilation", "23A": "Abuse linked to faith or belief", "24A": "Child criminal exploitation",
}  # fmt: skip
_LEGAL: Labels = {
    "C1": "Interim care order", "C2": "Full care order", "D1": "Freeing order", "E1": "Placement order",
    "V2": "Accommodated under section 20", "V3": "Short breaks", "V4": "Short breaks", "L1": "Police protection",
    "L2": "Emergency protection order", "L3": "Child assessment order", "J1": "Remand", "J2": "Detained under PACE",
    "J3": "Youth rehabilitation order",
}  # fmt: skip
_PLACEMENTS: Labels = {
    "U1": "Foster care with family or friends, long-term", "U2": "Foster care with family or friends, to adopt",
    "U3": "Foster care with family or friends", "U4": "Foster care, long-term", "U5": "Foster care, to adopt",
    "U6": "Foster care", "A3": "Placed for adoption", "A4": "Placed for adoption", "A5": "Placed for adoption",
    "A6": "Placed for adoption", "K1": "Secure children's home", "K2": "Children's home",
    "H5": "Semi-independent living", "P1": "With parents", "P2": "Independent living",
    "P3": "Residential employment", "R1": "Care home", "R2": "NHS or health setting", "R3": "Family centre",
    "R5": "Young offender institution", "S1": "Residential school", "T0": "Temporary", "T1": "Temporary",
    "T2": "Temporary", "T3": "Temporary", "T4": "Temporary", "Z1": "Another placement",
}  # fmt: skip
_SEN: Labels = {
    "N": "None", "K": "Support", "E": "Education, health and care plan", "S": "Statement (older cases)",
    "request": "Assessment asked for", "assessment": "Being assessed", "not-issued": "Assessed, no plan issued",
}  # fmt: skip
_SEN_TYPES: Labels = {
    "SPLD": "Specific learning difficulty", "MLD": "Moderate learning difficulty",
    "SLD": "Severe learning difficulty", "PMLD": "Profound and multiple learning difficulty",
    "SEMH": "Social, emotional and mental health", "SLCN": "Speech, language and communication",
    "HI": "Hearing impairment", "VI": "Vision impairment", "MSI": "Multi-sensory impairment",
    "PD": "Physical disability", "ASD": "Autistic spectrum disorder", "DS": "Down syndrome", "OTH": "Other",
    "NSA": "Supported, type not yet assessed",
}  # fmt: skip
_ACTIVITIES: Labels = {
    "210": "School sixth form", "220": "Sixth-form college", "230": "Further education", "240": "Higher education",
    "250": "Part-time education", "260": "Gap year", "270": "Other education", "280": "Special post-16 provider",
    "290": "Education in custody", "310": "Apprenticeship", "320": "Work with regulated study",
    "330": "Work without training", "340": "Work with other training", "350": "Temporary work",
    "360": "Part-time work", "380": "Self-employed", "381": "Self-employed with study", "410": "Funded training",
    "430": "Other training", "440": "Jobcentre programme", "450": "Traineeship", "460": "Supported internship",
    "530": "Re-engagement provision", "540": "Volunteering", "550": "Voluntary work with study",
    "610": "Not yet ready for work or learning", "615": "Start date agreed: learning",
    "616": "Start date agreed: work", "619": "Looking for work or learning", "620": "Carer", "630": "Teenage parent",
    "640": "Ill", "650": "Pregnant", "660": "Religious grounds", "670": "Unlikely ever to be active",
    "680": "Not available for another reason", "710": "Custody (young adult)", "810": "Not known",
    "820": "Cannot be contacted", "830": "Does not say",
}  # fmt: skip
"""Participation return (NCCIS). Not known is an answer of its own, and not the same as having no place."""
_EXCLUSIONS: Labels = {"SUSP": "Suspension", "PERM": "Permanent exclusion", "LNCH": "Lunchtime suspension"}
_DESTINATIONS: Labels = {
    "EHE": "Home education chosen by a parent", "CME": "Missing education", "AP": "Alternative provision",
    "OTHER": "Another school", "MAIN": "Mainstream school", "RESOURCED": "Resourced provision",
    "SPECIAL": "Special school", "EOTAS": "Education otherwise than at school", "POST16": "Post-16 provider",
    "AWAITING": "Waiting for a place",
}  # fmt: skip
_BENEFITS: Labels = {
    "JSA": "Jobseeker's Allowance", "IS": "Income Support", "ESA": "Employment and Support Allowance",
    "IB": "Incapacity Benefit", "SDA": "Severe Disablement Allowance", "CA": "Carer's Allowance",
    "UC": "Universal Credit",
}  # fmt: skip
_ENCOUNTERS: Labels = {
    "AMB": "Outpatient", "EMER": "Emergency department", "IMP": "Inpatient", "ACUTE": "Inpatient, acute",
    "NONAC": "Inpatient, not acute", "HH": "At home", "SS": "Day case", "VR": "By phone or video",
    "OBSENC": "Under observation", "PRENC": "Before admission", "FLD": "Outside hospital",
}  # fmt: skip
_APPOINTMENTS: Labels = {
    "noshow": "Did not attend", "did-not-attend": "Did not attend", "was_not_brought": "The child was not brought",
    "fulfilled": "Attended", "cancelled": "Cancelled", "booked": "Booked", "arrived": "Arrived",
    "late-not-seen": "Came too late to be seen",
    "proposed": "Proposed", "pending": "Not confirmed", "checked-in": "Checked in", "waitlist": "On a waiting list",
}  # fmt: skip
_ANSWERS: Labels = {"yes": "Yes", "no": "No", "unknown": "Not known", "withdrawn": "Withdrawn"}
_SEX: Labels = {"female": "Female", "male": "Male", "other": "Other", "unknown": "Not known"}
_ADDRESS_KINDS: Labels = {
    "home": "Home", "temporary": "Temporary address", "refuge": "Refuge", "placement": "Placement",
    "correspondence": "Letters only",
}  # fmt: skip
_WORKERS: Labels = {
    "allocated_worker": "Allocated worker", "manager": "Manager", "duty": "Duty worker",
}  # fmt: skip
_CHECKED: Labels = {
    "verified": "Checked with its issuer", "plausible": "Written as it should be",
    "unverified": "Check digit fails",
}  # fmt: skip
_PLANS: Labels = {
    "child-in-need": "Child in need", "child-protection": "Child protection", "pre-proceedings": "Before court",
}  # fmt: skip

_SCOPES_OF_FACTORS: Labels = {"child": "The child", "parent": "A parent or carer", "other": "Another person"}

_ARREARS = {
    "NOSP": "Notice of seeking possession",
    "S8": "Section 8 notice (Housing Act 1988)",
    "SPO": "Suspended possession order",
}
"""Stages of recovering rent that landlords write in short; others are words already."""

LIST_TABLE: tuple[tuple[str, str, str, Labels], ...] = (
    ("ho-outcome-types", "Home Office", "Crime outcome types", _OUTCOMES),
    ("dash-risk", "SafeLives", "DASH risk", _DASH),
    ("cin-primary-need", "Department for Education", "Primary need (CIN census)", _PRIMARY_NEEDS),
    ("cin-referral-source", "Department for Education", "Referral source (CIN census)", _REFERRERS),
    ("cin-closure-reason", "Department for Education", "Reason for closure (CIN census)", _CLOSURES),
    ("cin-abuse-category", "Department for Education", "Category of abuse (CIN census)", _ABUSE),
    ("cin-disability", "Department for Education", "Disability (CIN census)", _DISABILITIES),
    ("cin-assessment-factor", "Department for Education", "Factors identified at assessment (CIN census)", _FACTORS),
    ("ssda903-legal-status", "Department for Education", "Legal status (SSDA903)", _LEGAL),
    ("ssda903-placement", "Department for Education", "Placement type (SSDA903)", _PLACEMENTS),
    ("dfe-sen-provision", "Department for Education", "SEN provision", _SEN),
    ("dfe-sen-type", "Department for Education", "Type of special educational need", _SEN_TYPES),
    ("nccis-activity", "Department for Education", "Young people's activities (NCCIS)", _ACTIVITIES),
    ("dfe-exclusion-category", "Department for Education", "Suspension or exclusion", _EXCLUSIONS),
    ("leaving-destination", "Northvale", "Where a pupil went", _DESTINATIONS),
    ("dwp-benefit", "Department for Work and Pensions", "Benefit", _BENEFITS),
    ("v3-act-encounter-code", "HL7", "Encounter class (v3-ActCode)", _ENCOUNTERS),
    ("appointment-status", "HL7", "Appointment status, with derived outcomes", _APPOINTMENTS),
    ("answer", "Hearthgate", "Answer", _ANSWERS),
    ("administrative-gender", "HL7", "Sex or gender as recorded", _SEX),
    ("address-kind", "Hearthgate", "Kind of address", _ADDRESS_KINDS),
    ("worker-role", "Hearthgate", "Role of an allocated worker", _WORKERS),
    ("identifier-verification", "Hearthgate", "How an identifier was checked", _CHECKED),
    ("plan-kind", "Hearthgate", "Kind of plan", _PLANS),
    ("assessment-factor-scope", "Hearthgate", "Whom a factor is about", _SCOPES_OF_FACTORS),
    ("arrears-stage", "Hearthgate", "Stage of recovering rent", _ARREARS),
)
"""Scheme, publisher, title, labels."""

FIELD_TABLE: tuple[tuple[str, str, str], ...] = (
    ("identity.sex", "code", "administrative-gender"),
    ("identity.local_id", "verification", "identifier-verification"),
    ("address.residence", "kind", "address-kind"),
    ("crime.offence", "outcome", "ho-outcome-types"),
    ("crime.allegation", "outcome", "ho-outcome-types"),
    ("da.incident", "risk", "dash-risk"),
    ("da.risk", "risk", "dash-risk"),
    ("care.need", "code", "cin-primary-need"),
    ("care.factor", "code", "cin-assessment-factor"),
    ("care.factor", "scope", "assessment-factor-scope"),
    ("care.contact", "source", "cin-referral-source"),
    ("care.episode", "closure", "cin-closure-reason"),
    ("care.episode", "kind", "plan-kind"),
    ("care.plan", "kind", "plan-kind"),
    ("care.plan", "category", "cin-abuse-category"),
    ("care.disability", "code", "cin-disability"),
    ("care.looked_after", "legal_status", "ssda903-legal-status"),
    ("care.looked_after", "placement", "ssda903-placement"),
    ("care.allocation", "role", "worker-role"),
    ("education.sen", "provision", "dfe-sen-provision"),
    ("education.sen", "type", "dfe-sen-type"),
    ("work.ypactivity", "code", "nccis-activity"),
    ("education.exclusion", "category", "dfe-exclusion-category"),
    ("education.provision", "status", "leaving-destination"),
    ("work.benefit", "benefit", "dwp-benefit"),
    ("health.attendance", "kind", "v3-act-encounter-code"),
    ("health.appointment", "outcome", "appointment-status"),
    ("support.agreed_to_help", "answer", "answer"),
    ("safeguarding.concern", "answer", "answer"),
    ("housing.arrears", "stage", "arrears-stage"),
    ("housing.action", "stage", "arrears-stage"),
)
"""Item, field, and the scheme of the codes that it holds."""
