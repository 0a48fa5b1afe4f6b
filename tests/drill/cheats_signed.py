"""The log made anew with its own key: nothing in it is wrong, and only what others kept of the old one tells."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text

from audit.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from audit.merkle import EMPTY_ROOT
from tests.drill.cheat import MARK, OLDER, WITNESS, Cheat, Scene
from tests.drill.forged_maps import Row, forge_maps, row_of, store_maps
from tests.drill.ledger_book import Book

_MADE_BY_THE_SEQUENCER = (
    "cosignature", "witnessed", "card", "subject_list", "subject", "leaf", "node", "checkpoint", "pending",
)  # fmt: skip


def rewrite(book: Book, change: Callable[[list[Row]], list[Row]], *, waiting: bool = True) -> None:
    """Change the entries, in the order of their leaves, and let the real sequencer make the whole log anew of them.

    The operator has the keys of the coverage maps as well: those are taken and signed anew over the changed lists.
    Without `waiting` the entries that had no leaf yet are gone as well.
    """
    with book.tampering() as connection:
        rows = _rows(connection, "audit.leaf q", "q.leaf_index")
        queued = _rows(connection, "audit.pending q", "q.queued_at")
        changed = change([dict(row) for row in rows]) + (queued if waiting else [])
        kept, maps = forge_maps(book, changed)
        for table in _MADE_BY_THE_SEQUENCER:
            connection.exec_driver_sql(f"DELETE FROM audit.{table}")  # noqa: S608 - tables named here
        connection.exec_driver_sql("UPDATE audit.head SET tree_size = 0")
        _store(connection, rows + queued, kept)
        store_maps(connection, maps)
    # The operator owns the mark, too.
    book.mark.write(sign_checkpoint(Checkpoint(book.signer.name, 0, EMPTY_ROOT), [book.signer]))
    book.sequence(batch=book.random.randint(20, 90))


def _rows(connection: Connection, queue: str, order: str) -> list[Row]:
    found = connection.execute(
        text("SELECT e.entry_id, e.event_class, e.recorded_at, e.leaf, o.fields"  # noqa: S608 - tables named here
             f" FROM {queue} JOIN audit.entry e USING (entry_id) JOIN audit.opening o USING (entry_id)"
             f" ORDER BY {order}")
    )  # fmt: skip
    return [dict(row) for row in found.mappings()]


def _store(connection: Connection, rows: list[Row], kept: list[Row]) -> None:
    ids = {row["entry_id"] for row in kept}
    for row in rows:
        if row["entry_id"] not in ids:
            for table in ("ticket_subject", "ticket_use"):
                connection.execute(
                    text(f"DELETE FROM audit.{table} WHERE ticket_id IN (SELECT ticket_id FROM audit.ticket"  # noqa: S608 - tables named here
                         " WHERE entry_id = :entry_id)"), row,
                )  # fmt: skip
            for table in ("ticket", "opening", "entry"):
                connection.execute(text(f"DELETE FROM audit.{table} WHERE entry_id = :entry_id"), row)  # noqa: S608 - the same
    known = {row["entry_id"] for row in rows}
    for number, row in enumerate(kept):
        if row["entry_id"] not in known:
            connection.execute(text("INSERT INTO audit.entry (entry_id, event_class, recorded_at, leaf)"
                                    " VALUES (:entry_id, :event_class, :recorded_at, :leaf)"), row)  # fmt: skip
            connection.execute(text("INSERT INTO audit.opening (entry_id, fields) VALUES (:entry_id,"
                                    " CAST(:json AS jsonb))"), {**row, "json": _json(row)})  # fmt: skip
        else:
            connection.execute(text("UPDATE audit.entry SET event_class = :event_class, recorded_at = :recorded_at,"
                                    " leaf = :leaf WHERE entry_id = :entry_id"), row)  # fmt: skip
            connection.execute(text("UPDATE audit.opening SET fields = CAST(:json AS jsonb)"
                                    " WHERE entry_id = :entry_id"), {**row, "json": _json(row)})  # fmt: skip
        connection.execute(text("INSERT INTO audit.pending (entry_id, queued_at)"
                                " VALUES (:entry_id, timestamptz '2026-01-01' + :number * interval '1 ms')"),
                           {"entry_id": row["entry_id"], "number": number})  # fmt: skip


def _json(row: Row) -> str:
    return json.dumps(row["fields"])


def _made_up(scene: Scene, **fields: Any) -> Row:
    """A row of an entry that never was."""
    return row_of(scene.book.entry(**fields), scene.random)


def _before_older(scene: Scene, rows: list[Row]) -> int:
    """A place that the older checkpoint speaks of; not that of a ticket, whose masks its entry must say."""
    size = parse_checkpoint(scene.older).size
    plain = [n for n, row in enumerate(rows[:size]) if '"authorisation"' not in row["fields"]["phase"][1]]
    return scene.random.choice(plain)


def edit(scene: Scene) -> None:
    """One entry says another worker."""

    def change(rows: list[Row]) -> list[Row]:
        place = _before_older(scene, rows)
        same = {"entry_id": str(rows[place]["entry_id"]), "at": rows[place]["recorded_at"], "who": "W999"}
        rows[place] |= _made_up(scene, **same) | {"entry_id": rows[place]["entry_id"]}
        return rows

    rewrite(scene.book, change)


def drop(scene: Scene) -> None:
    """One entry never was."""

    def change(rows: list[Row]) -> list[Row]:
        del rows[_before_older(scene, rows)]
        return rows

    rewrite(scene.book, change)


def drop_person(scene: Scene) -> None:
    """Every entry about one person never was."""

    def change(rows: list[Row]) -> list[Row]:
        person = scene.book.people()[0]
        return [row for row in rows if person not in row["fields"]["subjects"][1]]

    rewrite(scene.book, change)


def insert(scene: Scene) -> None:
    """An entry was made up, and put where it is believed."""

    def change(rows: list[Row]) -> list[Row]:
        rows.insert(_before_older(scene, rows), _made_up(scene))
        return rows

    rewrite(scene.book, change)


def reorder(scene: Scene) -> None:
    """Two entries changed places."""

    def change(rows: list[Row]) -> list[Row]:
        first = _before_older(scene, rows)
        rows[first], rows[first + 1] = rows[first + 1], rows[first]
        return rows

    rewrite(scene.book, change)


def back_date(scene: Scene) -> None:
    """One entry happened on another day."""

    def change(rows: list[Row]) -> list[Row]:
        place = _before_older(scene, rows)
        earlier = _made_up(
            scene, entry_id=str(rows[place]["entry_id"]), at=rows[place]["recorded_at"].replace(year=2025)
        )
        rows[place] |= earlier | {"entry_id": rows[place]["entry_id"]}
        return rows

    rewrite(scene.book, change)


def truncate(scene: Scene) -> None:
    """The log ends before the older checkpoint."""
    size = parse_checkpoint(scene.older).size
    rewrite(scene.book, lambda rows: rows[: size - scene.random.randint(1, 40)])


def shuffle(scene: Scene) -> None:
    """The same entries in any other order."""

    def change(rows: list[Row]) -> list[Row]:
        return scene.random.sample(rows, len(rows))

    rewrite(scene.book, change)


def yesterday(scene: Scene) -> None:
    """Yesterday's backup is restored and nothing is said: everything after the older checkpoint is gone."""
    size = parse_checkpoint(scene.older).size
    rewrite(scene.book, lambda rows: rows[:size], waiting=False)


def yesterday_unmarked(scene: Scene) -> None:
    """The same, by an operator who forgot, or could not write, the mark outside the database."""
    yesterday(scene)
    scene.book.mark.write(scene.newest)


def yesterday_and_on(scene: Scene) -> None:
    """The backup, and then the log goes on as if nothing had happened, beyond the size it once had."""
    lost = parse_checkpoint(scene.newest).size - parse_checkpoint(scene.older).size
    yesterday(scene)
    scene.book.write(lost + scene.random.randint(1, 30))
    scene.book.sequence()


_ALTERED = (edit, drop, drop_person, insert, reorder, back_date, truncate, shuffle)
FORKS = (edit, drop, insert, reorder, back_date, shuffle)
"""Logs of about the same length that one partner alone is shown."""

CHEATS: tuple[Cheat, ...] = (
    *(Cheat(f"signed anew: {one.__name__}", OLDER, one) for one in _ALTERED),
    *(Cheat(f"signed anew, for a witness: {one.__name__}", WITNESS, one) for one in _ALTERED),
    Cheat("yesterday's backup", OLDER, yesterday),
    Cheat("yesterday's backup, for a witness", WITNESS, yesterday),
    Cheat("yesterday's backup, the mark left alone", MARK, yesterday_unmarked),
    Cheat("yesterday's backup, and on from there", OLDER, yesterday_and_on),
    Cheat("yesterday's backup, and on from there, for a witness", WITNESS, yesterday_and_on),
)
