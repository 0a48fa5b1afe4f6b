"""Honest histories: whatever a log that is run well goes through, no check raises an alarm."""

import shutil
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from audit.checkpoint import parse_checkpoint
from audit.entry import EventClass
from audit.errors import AuditError, WitnessRefusalError
from audit.keys import VerifierKey
from audit.restore import RestoreReason
from gateway.operator_parts import operator_entry
from gateway.store.erasure import erase_as_said
from gateway.store.ledger import append
from gateway.usecases.log.restoring import declare_restore
from gateway.witness.witness import Witness
from tests.drill.ledger_book import Book, new_witness

STEPS = 9


class History:
    """One log from its first entry on, with a witness, and with people who keep its checkpoints."""

    def __init__(self, book: Book, folder: Path) -> None:
        self.book = book
        self._folder = folder
        self._witness: Witness
        self._witness_key: VerifierKey
        self._witness, self._witness_key = new_witness(folder / "witness", book.key)
        self._witnessed = 0
        self._kept: list[str] = []
        self._restores: list[str] = []
        self._backup: str | None = None
        self.steps: list[str] = []

    def live(self) -> list[str]:
        """Go through some steps, then be checked by everybody; gives the alarms, of which there should be none."""
        actions = (
            self._work, self._work, self._work, self._empty_batch, self._restart, self._rotate, self._erase,
            self._witnessing, self._keep, self._export, self._back_up, self._restore, self._maps,
        )  # fmt: skip
        self._work()
        try:
            for action in self.book.random.choices(actions, k=STEPS):
                self.steps.append(action.__name__)
                action()
            return self._alarms()
        except AuditError as error:
            return [f"{self.steps[-1]}: {error}"]

    def _alarms(self) -> list[str]:
        self._witnessing()
        found = [] if (verdict := self.book.verify()).finding is None else [f"audit verify: {verdict.sentence()}"]
        folder = self.book.export(self._folder / "export", openings=True)
        try:
            self.book.check(folder, *self._kept, restores=tuple(self._restores), witnesses=(self._witness_key,))
        except AuditError as error:
            found.append(f"offline verifier, {len(self._kept)} older: {error}")
        return found

    def _work(self) -> None:
        for _ in range(self.book.random.randint(1, 4)):
            self.book.write(self.book.random.randint(1, 12))
        if self.book.random.random() < 0.5:
            self.book.authorise()
        if self.book.random.random() < 0.8:
            self.book.sequence(self.book.random.choice((3, 10, 2000)))
        else:
            self.book.sequence()
            self.book.write()

    def _empty_batch(self) -> None:
        self.book.sequence()
        assert self.book.sequence() == 0

    def _restart(self) -> None:
        self.book.restart()
        self.book.write()
        self.book.sequence()

    def _rotate(self) -> None:
        self.book.rotate()
        self._witness.record.trust(self.book.key)
        self._work()
        self.book.sequence()

    def _maps(self) -> None:
        self.book.take_maps()

    def _erase(self) -> None:
        """One entry's openings, as an erasure entry of the same transaction says."""
        book = self.book
        with book.admin.connect() as connection:
            # What an erasure says of itself stays: an erasure entry is never erased.
            entries = (
                connection.execute(
                    text(
                        "SELECT l.entry_id FROM audit.leaf l JOIN audit.entry e USING (entry_id)"
                        # Nor is that of a map: it is about nobody.
                        " WHERE e.event_class NOT IN ('erasure', 'verification') ORDER BY l.leaf_index"
                    )
                )
                .scalars()
                .all()
            )
            entry = book.random.choice(entries)
        fields = book.random.sample(["detail", "household", "items_shown"], 2)
        detail = {"records": [str(entry)], "erased_fields": sorted(fields), "erased_entries": 1}
        erasure = book.entry(event=EventClass.ERASURE, subjects=(), items_shown=(), shown_counts={}, reason=None,
                             detail=detail)  # fmt: skip
        with book.parts.database.transaction("hg_erase") as connection:
            append(connection, erasure)
            erase_as_said(connection, UUID(erasure.entry_id))
        book.sequence()

    def _witnessing(self) -> None:
        self.book.sequence()
        size = self.book.size()
        try:
            self.book.cosign(self._witness, self._witness_key, self._witnessed)
        except WitnessRefusalError as refusal:
            raise WitnessRefusalError(refusal.status, f"the witness of {self._witnessed} refused {size}") from refusal
        self._witnessed = size

    def _keep(self) -> None:
        self._kept.append(self.book.head())

    def _export(self) -> None:
        self.book.export(self._folder / "export")

    def _back_up(self) -> None:
        if self._backup is None:
            self._backup = f"{self.book.name}_backup"
            self.book.restart()
            self.book.cluster.create(self._backup, self.book.name)

    def _restore(self) -> None:
        """The backup, and the declaration that makes it honest; lost checkpoints are excused by it."""
        if self._backup is None:
            return
        book, newest = self.book, self.book.head()
        self.book.restart()
        book.cluster.drop(book.name)
        book.cluster.create(book.name, self._backup)
        if book.size() < parse_checkpoint(newest).size:
            gap = operator_entry(book.parts, EventClass.CONFIGURATION)
            done = declare_restore(book.parts, gap, newest, RestoreReason.EXERCISE)
            _, accepted = self._witness.accept_restore(done.note)
            self._restores.append(accepted)
            self._witnessed = min(self._witnessed, done.restore.lost_from.size)
        book.sequence()

    def close(self) -> None:
        """Leave nothing behind."""
        self.book.restart()
        if self._backup is not None:
            self.book.cluster.drop(self._backup)
        shutil.rmtree(self._folder, ignore_errors=True)
