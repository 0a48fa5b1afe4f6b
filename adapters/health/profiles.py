"""What the two health feeds say of themselves: columns are the top-level elements of each FHIR resource."""

from adapters.health import examples
from adapters.health.r4_elements import not_among
from adapters.port import Column, FeedProfile

_NAMES = ("identity.name", "identity.former_name")
_TELECOM = ("contact.phone", "contact.email")

_PATIENT = (
    Column("Patient.id", (), "The record's id; at PDS the current NHS number", required=True),
    Column("Patient.identifier", ("identity.nhs_number", "identity.local_id"), "NHS number with verification status"),
    Column("Patient.meta", ("identity.protected",), "security R or V restricts the record"),
    Column("Patient.name", _NAMES, "Names with use and period"),
    Column("Patient.gender", ("identity.sex",), "male, female, other or unknown"),
    Column("Patient.birthDate", ("identity.birth_date",), "YYYY, YYYY-MM or YYYY-MM-DD"),
    Column("Patient.deceasedDateTime", ("identity.death",), "Date of death"),
    Column("Patient.extension", ("identity.ethnicity",), "Ethnic category; status of a death notice"),
    Column("Patient.telecom", _TELECOM, "Phone and e-mail"),
    Column("Patient.address", ("address.residence",), "Addresses with use, period and UPRN"),
    Column("Patient.generalPractitioner", ("health.registration",), "ODS code of the practice"),
    Column("Patient.contact", (*_NAMES, *_TELECOM, "family.relationship"), "Named contacts"),
)
_RELATED = (
    Column("RelatedPerson.id", (), "The relationship's id"),
    Column("RelatedPerson.patient", (), "Whose relative, or the relative's own record", required=True),
    Column("RelatedPerson.identifier", ("identity.nhs_number",), "NHS number of the relative"),
    Column("RelatedPerson.relationship", ("family.relationship",), "HL7 RoleCode or UK Core role"),
    Column("RelatedPerson.period", ("family.relationship",), "From when to when"),
    Column("RelatedPerson.meta", ("identity.protected",), "security R or V restricts the relative"),
    Column("RelatedPerson.name", _NAMES, "Names of the relative"),
    Column("RelatedPerson.birthDate", ("identity.birth_date",), "Birth date of the relative"),
    Column("RelatedPerson.telecom", _TELECOM, "Phone and e-mail of the relative"),
    Column("RelatedPerson.address", ("address.residence",), "Addresses of the relative"),
)
_ATTENDANCE = ("health.attendance",)
_FLAG = ("health.flag",)
_APPOINTMENT = ("health.appointment",)
_CARE = (
    Column("Encounter.id", (), "The encounter's id"),
    Column("Encounter.subject", (), "Patient by NHS number or reference", required=True),
    Column("Encounter.class", _ATTENDANCE, "HL7 ActCode: IMP, EMER, AMB, ..."),
    Column("Encounter.status", _ATTENDANCE, "FHIR encounter status"),
    Column("Encounter.period", _ATTENDANCE, "Start and end"),
    Column("Encounter.hospitalization", _ATTENDANCE, "Method of admission, kept as one of four reason groups"),
    Column("Condition.id", (), "The condition's id"),
    Column("Condition.subject", (), "Patient by NHS number or reference", required=True),
    Column("Condition.code", _FLAG, "SNOMED CT code and words"),
    Column("Condition.clinicalStatus", _FLAG, "active, resolved, ..."),
    Column("Condition.verificationStatus", _FLAG, "confirmed, provisional, ..."),
    Column("Condition.onsetDateTime", _FLAG, "Since when"),
    Column("Condition.abatementDateTime", _FLAG, "Until when"),
    Column("Condition.recordedDate", _FLAG, "When recorded"),
    Column("Appointment.id", (), "The appointment's id"),
    Column("Appointment.participant", (), "Patients who take part", required=True),
    Column("Appointment.status", _APPOINTMENT, "FHIR appointment status"),
    Column("Appointment.start", _APPOINTMENT, "Start"),
    Column("Appointment.end", _APPOINTMENT, "End"),
    Column("Appointment.serviceType", _APPOINTMENT, "Service"),
    Column("Appointment.specialty", _APPOINTMENT, "Specialty, where there is no service type"),
)

PDS_PROFILE = FeedProfile(
    "health-pds",
    "pds",
    "Personal Demographics Service (FHIR R4)",
    ("json", "ndjson"),
    (*_PATIENT, *_RELATED),
    example_file=examples.PDS,
    never_kept=not_among((*_PATIENT, *_RELATED)),
    row_key=("Patient.id",),
)
UKCORE_PROFILE = FeedProfile(
    "health-ukcore",
    "health",
    "Health records (FHIR R4 UK Core)",
    ("json", "ndjson", "xml"),
    (*_PATIENT, *_RELATED, *_CARE),
    example_file=examples.UKCORE,
    never_kept=not_among((*_PATIENT, *_RELATED, *_CARE)),
    row_key=("Patient.identifier",),
)
