"""Tickets made by hand: what a test says of a person's masks, committed or not."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Decision, Entry, EventClass, Outcome, Phase
from gateway import clock
from gateway.store.facts import load_facts
from gateway.store.ledger import Ticket, TicketSubject, authorise, open_ticket
from gateway.usecases.families.disclosure import mask_width
from gateway.usecases.log.entries import entry
from tests.gateway.northvale_world import CONTEXT, Northvale


@dataclass
class TicketDesk:
    """Issues and redeems tickets as `hg_read`, the role of the gateway's reads."""

    northvale: Northvale
    issued: list[UUID] = field(default_factory=list)

    @property
    def everything(self) -> int:
        return self.northvale.wiring.register.vocabulary.all_mask

    def cells(self, *cells: tuple[str, str]) -> int:
        """A mask of (source, item) pairs."""
        vocabulary = self.northvale.wiring.register.vocabulary
        return sum(1 << vocabulary.cell(source, item) for source, item in cells)

    def subject(self, person: UUID, shown: int, band: int = 0, counted: int = 0, existing: int = 0) -> TicketSubject:
        return TicketSubject(person, band, shown, counted, existing)

    def write(
        self, connection: Connection, subjects: Iterable[TicketSubject], own: Iterable[str] = (), minutes: int = 60
    ) -> UUID:
        """An authorisation and its ticket in a transaction of the caller's."""
        wiring = self.northvale.wiring
        authorised, now = self.authorisation(), clock.utc_now()
        numbers = tuple(wiring.source_number(source) for source in own)
        ticket = Ticket(
            wiring.mint(), UUID(authorised.entry_id), numbers, now + timedelta(minutes=minutes), tuple(subjects)
        )  # fmt: skip
        authorise(connection, authorised, ticket, mask_width(wiring))
        self.issued.append(ticket.ticket_id)
        return ticket.ticket_id

    def authorisation(self) -> Entry:
        """An authorisation that is not yet appended."""
        return entry(
            self.northvale.wiring, CONTEXT, self.northvale.reader("W101"), EventClass.DISCLOSURE, clock.utc_now(),
            phase=Phase.AUTHORISATION, outcome=Outcome.PENDING, decision=Decision.PERMIT, purpose="front_door",
        )  # fmt: skip

    def issue(self, *subjects: TicketSubject, own: Iterable[str] = (), minutes: int = 60) -> UUID:
        """A committed ticket."""
        with self.northvale.wiring.database.transaction("hg_read") as connection:
            return self.write(connection, subjects, own, minutes)

    def read(self, ticket: UUID) -> set[tuple[str, str]]:
        """(source, item) of every fact that a ticket lets out."""
        vocabulary = self.northvale.wiring.register.vocabulary
        with self.northvale.wiring.database.transaction("hg_read") as connection:
            open_ticket(connection, ticket)
            facts = load_facts(connection)
        cells = self.northvale.sql("SELECT item_no, name FROM hearth.item")
        names = {row.item_no: row.name for row in cells}
        return {(vocabulary.sources[fact.source_no], names[fact.item_no]) for fact in facts}
