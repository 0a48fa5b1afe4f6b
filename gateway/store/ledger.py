"""The audit log in the database: append an entry, issue a ticket with it, open the ticket that admits a read."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, insert, text

from audit.encoding import to_base64
from audit.entry import Entry
from audit.leaf import SALT_SIZE, commit_entry
from gateway.store.audit_tables import EntryRow, OpeningRow, PendingRow, TicketRow


@dataclass(frozen=True, slots=True)
class TicketSubject:
    """What a ticket admits of one person's records of one band, as masks over the register's vocabulary."""

    person_id: UUID
    band: int
    shown: int
    counted: int
    existing: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """An authorisation to read, for agencies' own sources named by number."""

    ticket_id: UUID
    entry_id: UUID
    own_sources: tuple[int, ...]
    not_after: datetime
    subjects: tuple[TicketSubject, ...]


def append(connection: Connection, entry: Entry) -> bytes:
    """Append an entry in the caller's transaction and return its leaf. Durable when that transaction commits."""
    leaf, openings = commit_entry(entry, lambda _field: os.urandom(SALT_SIZE))
    entry_id = UUID(entry.entry_id)
    connection.execute(
        insert(EntryRow),
        [{
            "entry_id": entry_id, "event_class": entry.event.value,
            "recorded_at": entry.at.astimezone(UTC).replace(microsecond=0), "leaf": leaf,
        }],
    )  # fmt: skip
    fields = {name: [to_base64(opening.salt), opening.value.decode()] for name, opening in openings.items()}
    connection.execute(insert(OpeningRow), [{"entry_id": entry_id, "fields": fields}])
    connection.execute(insert(PendingRow), [{"entry_id": entry_id}])
    return leaf


def issue_ticket(connection: Connection, ticket: Ticket, width: int) -> None:
    """Issue a ticket beside its authorisation entry. `width` is the number of bits of a mask."""
    connection.execute(
        insert(TicketRow),
        [{
            "ticket_id": ticket.ticket_id, "entry_id": ticket.entry_id, "own_sources": list(ticket.own_sources),
            "not_after": ticket.not_after,
        }],
    )  # fmt: skip
    rows = [
        {
            "ticket_id": ticket.ticket_id, "person_id": subject.person_id, "band": subject.band,
            "shown": bit_string(subject.shown, width), "counted": bit_string(subject.counted, width),
            "existing": bit_string(subject.existing, width),
        }
        for subject in ticket.subjects
    ]  # fmt: skip
    if rows:
        connection.execute(
            text(
                "INSERT INTO audit.ticket_subject (ticket_id, person_id, band, shown, counted, existing) VALUES"
                " (:ticket_id, :person_id, :band, CAST(:shown AS bit varying), CAST(:counted AS bit varying),"
                " CAST(:existing AS bit varying))"
            ),
            rows,
        )


def open_ticket(connection: Connection, ticket_id: UUID) -> None:
    """Open a committed ticket in the transaction that reads; raises `TicketRefusedError` through the transaction."""
    connection.execute(text("SELECT audit.open_ticket(:ticket)"), {"ticket": ticket_id})


def bit_string(mask: int, width: int) -> str:
    """A mask as PostgreSQL reads it: bit 0 first."""
    return format(mask, f"0{width}b")[::-1]
