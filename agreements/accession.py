"""Accession: a small body joins an agreement by a page of its own, which nobody else has to sign again (practice P7).

The agreement names the body as a party that joins by accession, so that everybody who signed knows who may come. The
instrument is signed by the body and by the lead party, over the text acceded to; until both have, it is outside.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from agreements.document import Agreement, Clause, Identifier, InstrumentId, Reference, Sentence
from agreements.periods import start_of_day


class Accession(Clause):
    """One body accedes to one version, from a day of Europe/London on."""

    schema_: Literal["hearthgate/accession/1"] = Field(alias="schema")
    id: InstrumentId
    agreement: Reference
    party: Identifier
    from_: date = Field(alias="from")
    declares: Sentence
    contact: str


def accession_signers(accession: Accession, agreement: Agreement) -> tuple[str, ...]:
    """Who has to sign: the body itself, and the party that leads."""
    lead = tuple(party.id for party in agreement.parties.controllers if party.lead)
    return (accession.party, *lead)


def accession_problem(accession: Accession, agreement: Agreement) -> str | None:
    """Why this body cannot accede to this version, or `None`."""
    party = next((party for party in agreement.parties.controllers if party.id == accession.party), None)
    if party is None:
        return "the agreement does not name this body"
    if not party.accession:
        return "this body is a party that signs the agreement itself"
    if accession.from_ > agreement.validity.to:
        return "it would join after the agreement has ended"
    return None


def joined_at(accession: Accession, last_signed: datetime) -> datetime:
    """Instant from which the body is in: its day begins and both have signed."""
    return max(start_of_day(accession.from_), last_signed)
