"""The staff list: work as rows, life as keyed tokens alone. Loading replaces what was known of whoever it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One member of staff. `leave` are first and last days; `tokens` are (kind, keyed token)."""

    worker_ref: str
    agency: str
    role: str
    team: str
    line_manager: str | None
    shifts: str
    leave: tuple[tuple[date, date], ...]
    tokens: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody works: the text of their shifts, and their leave."""

    worker_ref: str
    shifts: str
    leave: tuple[tuple[date, date], ...]


def on_other_lists(connection: Connection, agency: str, workers: Sequence[str]) -> set[str]:
    """Those of the given workers who are on the list of another agency."""
    rows = connection.execute(
        text("SELECT worker_ref FROM desk.staff WHERE worker_ref = ANY (:workers) AND agency <> :agency"),
        {"workers": list(workers), "agency": agency},
    )
    return set(rows.scalars())


def replace_staff(connection: Connection, agency: str, rows: Sequence[StaffRow], now: datetime) -> int:
    """Write an agency's whole list; whoever it no longer names is forgotten. Gives how many were forgotten.

    A reference that another agency's list holds is not touched: then the insert fails on its primary key.
    """
    forgotten = connection.execute(
        text("DELETE FROM desk.staff WHERE agency = :agency RETURNING worker_ref"), {"agency": agency}
    ).scalars()
    gone = set(forgotten) - {row.worker_ref for row in rows}
    if rows:
        connection.execute(
            text(
                "INSERT INTO desk.staff (worker_ref, agency, role, team, line_manager, shifts, leave, loaded_at)"
                " VALUES (:worker_ref, :agency, :role, :team, :line_manager, :shifts,"
                " (SELECT coalesce(array_agg(daterange(f, l, '[]')), '{}')"
                "    FROM unnest(CAST(:first AS date[]), CAST(:last AS date[])) AS leave (f, l)), :now)"
            ),
            [
                {
                    "worker_ref": row.worker_ref, "agency": row.agency, "role": row.role, "team": row.team,
                    "line_manager": row.line_manager, "shifts": row.shifts,
                    "first": [first for first, _ in row.leave], "last": [last for _, last in row.leave], "now": now,
                }
                for row in rows
            ],
        )  # fmt: skip
    tokens = [
        {"worker_ref": row.worker_ref, "kind": kind, "token": token} for row in rows for kind, token in row.tokens
    ]
    if tokens:
        connection.execute(
            text("INSERT INTO hearth.staff_token (worker_ref, kind, token) VALUES (:worker_ref, :kind, :token)"), tokens
        )
    return len(gone)


def working_hours(connection: Connection, workers: Sequence[str]) -> list[Hours]:
    """Shifts and leave of those of the given workers who are on the list."""
    rows = connection.execute(
        text(
            "SELECT s.worker_ref, s.shifts,"
            " (SELECT coalesce(array_agg(lower(p) ORDER BY p), '{}') FROM unnest(s.leave) p) AS first,"
            " (SELECT coalesce(array_agg(upper(p) - 1 ORDER BY p), '{}') FROM unnest(s.leave) p) AS last"
            " FROM desk.staff s WHERE s.worker_ref = ANY (:workers)"
        ),
        {"workers": list(workers)},
    )
    return [Hours(row.worker_ref, row.shifts, tuple(zip(row.first, row.last, strict=True))) for row in rows]
