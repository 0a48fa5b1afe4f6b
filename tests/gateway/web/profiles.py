"""Profiles built by hand, for tests that need no database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from gateway.profiles.views import (
    AgreementUsed,
    Coverage,
    DatedAddress,
    GoldenIdentity,
    GoldenValue,
    Kinship,
    Member,
    OpenDispute,
    Profile,
    Provenance,
    Receipt,
    ShownFact,
    WithheldLine,
)
from gateway.web.render import Head

AISHA = UUID("00000000-0000-4000-8000-00000000000a")
DARREN = UUID("00000000-0000-4000-8000-00000000000d")
RECEIPT = Receipt(UUID("00000000-0000-4000-8000-0000000000ff"), "promise", datetime(2026, 11, 16, 8, 10, tzinfo=UTC))
POLICE = Provenance("police", "Police records", date(2026, 11, 14), "ISA-NV-2026-011@1")
HOUSING = Provenance("housing", "Housing management", date(2026, 11, 10), "ISA-NV-2026-014@1")
HEAD = Head(
    council="Northvale Council", banner="Northvale demo: invented people", navigation=(),
    who="Moira Sanderson, MASH worker, Northvale Council", purpose="Decide on a referral at the MASH front door",
    purpose_until="9:10am", emergency=False, stamp="Printed by Moira Sanderson", form_token="t", assets="0",  # noqa: S106 - no secret
)  # fmt: skip


def identity(name: str, born: str = "2016-03-12") -> GoldenIdentity:
    said = date(2026, 11, 14)
    return GoldenIdentity(
        names=(GoldenValue(name, ("Housing management", "Police records"), said),) if name else (),
        birth_dates=(GoldenValue(born, ("Police records",), said),),
        sexes=(GoldenValue("female", ("Housing management",), said),),
        identifiers=(("NHS number", GoldenValue("9992681640", ("NHS demographics",), said)),),
        phones=(GoldenValue("07700 900733", ("Housing management",), said),),
        emails=(),
    )


def fact(**changed) -> ShownFact:
    shown = ShownFact(
        person=DARREN, item="crime.allegation", label="Reported to police, not proven", block="reactive-services",
        values={"title": "Common assault and battery", "outcome": "16"}, valid_from=None, valid_to=None,
        at="2026-10-14T21:40:00+00:00", role="suspect", nature="allegation",
        note="Reported to police. No further action. Not proof that it happened.", disputed=True, form="full",
        match="Same person: name, date of birth and address agree.", provenance=POLICE, ref="0" * 32,
        dispute=OpenDispute(date(2026, 11, 12), "It was his cousin."),
    )  # fmt: skip
    return replace(shown, **changed)


def address(**changed) -> DatedAddress:
    made = DatedAddress(
        person=AISHA, lines=("17 Alder Court", "Northvale"), postcode="NV1 0AB", uprn=None, kind="home",
        valid_from="2026-10-26", valid_to=None, newest=True, form="full", provenance=HOUSING,
    )  # fmt: skip
    return replace(made, **changed)


def profile(**changed) -> Profile:
    sure = "Same person: identifiers agree, or this is the only record."
    doubtful = "Probably the same person. Check a date of birth with them before you act."
    made = Profile(
        family_id=AISHA, purpose="front_door",
        members=(Member(AISHA, identity("Aisha Cole"), sure), Member(DARREN, identity("Darren Cole"), doubtful)),
        relationships=(Kinship(DARREN, "parent", AISHA, HOUSING),),
        addresses=(
            address(), address(provenance=POLICE),
            address(lines=("3 Mill Lane",), valid_from="2020-05-11", valid_to="2026-10-26", newest=False),
        ),
        circumstances=(
            fact(item="housing.arrears", label="Rent arrears", values={"balance": 1210, "weeks": 11.6}, at=None,
                 valid_from="2026-11-16", nature="fact", note=None, role=None, disputed=False, provenance=HOUSING),
        ),
        events=(fact(),),
        interventions=(), goals=(),
        professionals=(
            fact(item="care.professional", label="Involved professional", values={"name": "Grace Adebayo"}, at=None,
                 nature="fact", note=None, role=None, disputed=False, person=AISHA),
        ),
        withheld=(
            WithheldLine("Northvale NHS", "count", "Northvale NHS holds 3 entries you cannot see for this purpose.", 3),
        ),
        coverage=(Coverage("police", "Police records", date(2026, 11, 14)), Coverage("dwp", "Benefit records", None)),
        agreements=(
            AgreementUsed("ISA-NV-2026-011@1/MF1", "MASH front door", ("CA2004-s10",), ("6(1)(e)",),
                          ("on disclosure: recipient record the reason within PT0S",)),
        ),
        advice=("You may tell the school's safeguarding lead this.",),
        foot="This page shows what your role may see. Some things may be left out.", items_shown=9,
    )  # fmt: skip
    return replace(made, **changed)
