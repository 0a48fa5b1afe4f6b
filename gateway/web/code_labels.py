"""Codes in words, by item and field. A code without words here is shown as it was sent."""

from collections.abc import Mapping

_Labels = Mapping[str, str]

_OUTCOMES: _Labels = {
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

_DASH: _Labels = {"standard": "Standard", "medium": "Medium", "high": "High"}
_PRIMARY_NEEDS: _Labels = {
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
_REFERRERS: _Labels = {
    "1A": "Family member or carer", "1B": "Acquaintance", "1C": "The person themselves", "1D": "Another individual",
    "2A": "School", "2B": "Education service", "3A": "GP", "3B": "Health visitor", "3C": "School nurse",
    "3D": "Other primary health service", "3E": "Emergency department", "3F": "Other health service", "4": "Housing",
    "5A": "Council social care", "5B": "Another council service", "5C": "Another council", "5D": "Early help",
    "6": "Police", "7": "Courts, probation or prison", "8": "Another service or a charity", "9": "Anonymous",
    "10": "Unknown",
}  # fmt: skip
_CLOSURES: _Labels = {
    "RC1": "Adopted", "RC2": "Died", "RC3": "Child arrangements order", "RC4": "Special guardianship order",
    "RC5": "Moved to another council", "RC6": "Moved to adult social care", "RC7": "Services ended",
    "RC8": "No further action after assessment", "RC9": "Stepped down to early help",
}  # fmt: skip
_ABUSE: _Labels = {
    "NEG": "Neglect", "PHY": "Physical abuse", "SAB": "Sexual abuse", "EMO": "Emotional abuse", "MUL": "More than one",
}  # fmt: skip
_DISABILITIES: _Labels = {
    "NONE": "No disability", "MOB": "Mobility", "HAND": "Hand function", "PC": "Personal care", "INC": "Incontinence",
    "COMM": "Communication", "LD": "Learning", "HEAR": "Hearing", "VIS": "Vision", "BEH": "Behaviour",
    "CON": "Consciousness", "AUT": "Autism", "DDA": "Another disability",
}  # fmt: skip
_SCOPED_FACTORS = {
    "1": "Alcohol misuse", "2": "Drug misuse", "3": "Domestic abuse", "4": "Mental health", "5": "Learning disability",
    "6": "Physical disability or illness",
}  # fmt: skip
_SCOPES = {"A": "the child", "B": "a parent or carer", "C": "another person in the home"}
_FACTORS: _Labels = {
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
_LEGAL: _Labels = {
    "C1": "Interim care order", "C2": "Full care order", "D1": "Freeing order", "E1": "Placement order",
    "V2": "Accommodated under section 20", "V3": "Short breaks", "V4": "Short breaks", "L1": "Police protection",
    "L2": "Emergency protection order", "L3": "Child assessment order", "J1": "Remand", "J2": "Detained under PACE",
    "J3": "Youth rehabilitation order",
}  # fmt: skip
_PLACEMENTS: _Labels = {
    "U1": "Foster care with family or friends, long-term", "U2": "Foster care with family or friends, to adopt",
    "U3": "Foster care with family or friends", "U4": "Foster care, long-term", "U5": "Foster care, to adopt",
    "U6": "Foster care", "A3": "Placed for adoption", "A4": "Placed for adoption", "A5": "Placed for adoption",
    "A6": "Placed for adoption", "K1": "Secure children's home", "K2": "Children's home",
    "H5": "Semi-independent living", "P1": "With parents", "P2": "Independent living",
    "P3": "Residential employment", "R1": "Care home", "R2": "NHS or health setting", "R3": "Family centre",
    "R5": "Young offender institution", "S1": "Residential school", "T0": "Temporary", "T1": "Temporary",
    "T2": "Temporary", "T3": "Temporary", "T4": "Temporary", "Z1": "Another placement",
}  # fmt: skip
_SEN: _Labels = {
    "N": "None", "K": "Support", "E": "Education, health and care plan", "S": "Statement (older cases)",
}  # fmt: skip
_EXCLUSIONS: _Labels = {"SUSP": "Suspension", "PERM": "Permanent exclusion", "LNCH": "Lunchtime suspension"}
_DESTINATIONS: _Labels = {
    "EHE": "Home education chosen by a parent", "CME": "Missing education", "AP": "Alternative provision",
    "OTHER": "Another school",
}  # fmt: skip
_BENEFITS: _Labels = {
    "JSA": "Jobseeker's Allowance", "IS": "Income Support", "ESA": "Employment and Support Allowance",
    "IB": "Incapacity Benefit", "SDA": "Severe Disablement Allowance", "CA": "Carer's Allowance",
    "UC": "Universal Credit",
}  # fmt: skip
_ENCOUNTERS: _Labels = {
    "AMB": "Outpatient", "EMER": "Emergency department", "IMP": "Inpatient", "ACUTE": "Inpatient, acute",
    "NONAC": "Inpatient, not acute", "HH": "At home", "SS": "Day case", "VR": "By phone or video",
    "OBSENC": "Under observation", "PRENC": "Before admission", "FLD": "Outside hospital",
}  # fmt: skip
_APPOINTMENTS: _Labels = {
    "noshow": "Did not attend", "did-not-attend": "Did not attend", "was_not_brought": "The child was not brought",
    "fulfilled": "Attended", "cancelled": "Cancelled", "booked": "Booked", "arrived": "Arrived",
    "proposed": "Proposed", "pending": "Not confirmed", "checked-in": "Checked in", "waitlist": "On a waiting list",
}  # fmt: skip
_ANSWERS: _Labels = {"yes": "Yes", "no": "No", "unknown": "Not known", "withdrawn": "Withdrawn"}
_SEX: _Labels = {"female": "Female", "male": "Male", "other": "Other", "unknown": "Not known"}
_ADDRESS_KINDS: _Labels = {
    "home": "Home", "temporary": "Temporary address", "refuge": "Refuge", "placement": "Placement",
    "correspondence": "Letters only",
}  # fmt: skip
_WORKERS: _Labels = {
    "allocated_worker": "Allocated worker", "manager": "Manager", "duty": "Duty worker",
}  # fmt: skip
_CHECKED: _Labels = {
    "verified": "Checked with its issuer", "plausible": "Written as it should be",
    "unverified": "Check digit fails",
}  # fmt: skip
_PLANS: _Labels = {"child-in-need": "Child in need", "child-protection": "Child protection"}

LABELS: Mapping[tuple[str, str], _Labels] = {
    ("identity.sex", "code"): _SEX,
    ("identity.local_id", "verification"): _CHECKED,
    ("address.residence", "kind"): _ADDRESS_KINDS,
    ("crime.offence", "outcome"): _OUTCOMES,
    ("crime.allegation", "outcome"): _OUTCOMES,
    ("da.incident", "risk"): _DASH,
    ("da.risk", "risk"): _DASH,
    ("care.need", "code"): _PRIMARY_NEEDS,
    ("care.factor", "code"): _FACTORS,
    ("care.factor", "scope"): {"child": "The child", "parent": "A parent or carer", "other": "Another person"},
    ("care.contact", "source"): _REFERRERS,
    ("care.episode", "closure"): _CLOSURES,
    ("care.episode", "kind"): _PLANS,
    ("care.plan", "kind"): _PLANS,
    ("care.plan", "category"): _ABUSE,
    ("care.disability", "code"): _DISABILITIES,
    ("care.looked_after", "legal_status"): _LEGAL,
    ("care.looked_after", "placement"): _PLACEMENTS,
    ("care.allocation", "role"): _WORKERS,
    ("education.sen", "provision"): _SEN,
    ("education.exclusion", "category"): _EXCLUSIONS,
    ("education.provision", "status"): _DESTINATIONS,
    ("work.benefit", "benefit"): _BENEFITS,
    ("health.attendance", "kind"): _ENCOUNTERS,
    ("health.appointment", "outcome"): _APPOINTMENTS,
    ("support.agreed_to_help", "answer"): _ANSWERS,
    ("safeguarding.concern", "answer"): _ANSWERS,
}
"""By item and field: code as stored, words as shown."""

ROLES_IN_EVENT: _Labels = {
    "victim": "the victim", "complainant": "the complainant", "witness": "a witness",
    "person reporting": "the person who reported it", "suspect": "a suspect", "offender": "the offender",
    "arrested": "arrested", "charged": "charged", "defendant": "the defendant", "convicted": "convicted",
    "missing person": "the missing person", "child present": "a child present",
    "parent/guardian": "a parent or guardian", "associated": "named in it",
}  # fmt: skip
RELATIONSHIPS: _Labels = {
    "parent": "a parent of", "child": "a child of", "sibling": "a brother or sister of", "partner": "the partner of",
    "former-partner": "a former partner of", "carer": "a carer of", "guardian": "a guardian of",
    "grandparent": "a grandparent of", "relative": "a relative of", "other": "connected with",
}  # fmt: skip
BATCH_STATES: _Labels = {
    "validating": "Being checked", "accepted": "Accepted", "accepted in part": "Accepted in part",
    "refused": "Refused",
}  # fmt: skip
ARTICLE_6: _Labels = {
    "6(1)(a)": "consent", "6(1)(c)": "legal obligation", "6(1)(d)": "vital interests", "6(1)(e)": "public task",
    "6(1)(f)": "legitimate interests",
}  # fmt: skip
"""UK GDPR Article 6(1)."""
