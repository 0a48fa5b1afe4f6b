"""The elements that FHIR R4 (https://hl7.org/fhir/R4/resourcelist.html) gives the resources which the feeds read.

So a sender is told by name which of them are not kept; a name outside the standard could itself be about somebody.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from adapters.port import Column

_EVERY = "meta implicitRules language text contained extension modifierExtension identifier"
_PERSON = "active name telecom gender birthDate address photo communication"
_CHOICES = "DateTime Age Period Range String"
_OWN: Mapping[str, str] = MappingProxyType(
    {
        "Patient": f"{_PERSON} deceasedBoolean deceasedDateTime maritalStatus multipleBirthBoolean multipleBirthInteger"
        " contact generalPractitioner managingOrganization link",
        "RelatedPerson": f"{_PERSON} patient relationship period",
        "Encounter": "status statusHistory class classHistory type serviceType priority subject episodeOfCare basedOn"
        " participant appointment period length reasonCode reasonReference diagnosis account hospitalization location"
        " serviceProvider partOf",
        "Condition": "clinicalStatus verificationStatus category severity code bodySite subject encounter recordedDate"
        " recorder asserter stage evidence note "
        + " ".join(f"{name}{choice}" for name in ("onset", "abatement") for choice in _CHOICES.split()),
        "Appointment": "status cancelationReason serviceCategory serviceType specialty appointmentType reasonCode"
        " reasonReference priority description supportingInformation start end minutesDuration slot created comment"
        " patientInstruction basedOn participant requestedPeriod",
    }
)


def not_among(columns: Iterable[Column]) -> tuple[str, ...]:
    """The elements of the columns' resources that are none of the columns, as `Patient.photo`."""
    known = {column.name for column in columns}
    kinds = {name.partition(".")[0] for name in known}
    return tuple(
        name
        for kind, own in _OWN.items()
        if kind in kinds
        for element in sorted({*_EVERY.split(), *own.split()})
        if (name := f"{kind}.{element}") not in known
    )
