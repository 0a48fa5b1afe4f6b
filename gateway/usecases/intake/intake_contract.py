"""What a batch's contract makes of its taking: which rows count as whose, what is withdrawn, when the sender decides.

One object for one batch and one transaction, used in this order: `feed` reads the rows; `said` hears of every fact
that a chunk says; `conclude` comes after the last row, before anything is committed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from adapters.port import Feed
from adapters.quick import PlainFact
from concept_model.items import ITEMS, item_bit
from gateway.store import mended_rows, withdrawals
from gateway.store.batches import batch_of, sizes_of_full, update_batch
from gateway.store.desk_tables import BatchRow
from gateway.usecases.intake.batch_checks import (
    SIZES_COMPARED,
    followed_version,
    is_over_budget,
    is_shrunken,
    usual_rows,
    withdraws_much,
)
from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.intake.batch_modes import EarlierFeed, TombstoneFeed, describes_others, names_whole_record
from gateway.usecases.intake.fact_rows import keys_said
from gateway.usecases.intake.intake_parts import BatchRefusedError, BatchWaitsError, Taking
from gateway.usecases.intake.intake_reading import Tally
from gateway.usecases.intake.mending import MendingFeed
from gateway.usecases.intake.retention_at_door import DESCRIBING
from gateway.usecases.intake.source_keys import REFERENCES, KeyName, SourceKey, names_of, referred

_DESCRIBING_NUMBERS = [number for number, item in enumerate(ITEMS) if item.name.startswith(DESCRIBING)]


@dataclass(slots=True)
class ContractedTaking:
    """The contract of a batch while it is taken, on the connection of its transaction."""

    taking: Taking
    connection: Connection
    feed: Feed = field(init=False)
    _mending: MendingFeed | None = field(init=False, default=None)
    _first: BatchRow | None = field(init=False, default=None)
    _keeps_keys: bool = field(init=False)

    def __post_init__(self) -> None:
        batch, contract, found = self.taking.batch, self.taking.order.contract, self.taking.feed
        earlier = followed_version(found.profile, contract.schema_version, batch.received_at.date())
        self.feed = found if earlier is None else EarlierFeed(found, earlier)
        if contract.mode is Mode.TOMBSTONE:
            self.feed = TombstoneFeed(self.feed)
        if batch.mends is not None:
            self._first = batch_of(self.connection, batch.mends, hold=True)
            self._mending = MendingFeed(self.feed, mended_rows.handed_back(self.connection, batch.mends))
            self.feed = self._mending
        waits = withdrawals.waits_to_withdraw(self.connection, batch.feed, batch.sender)
        self._keeps_keys = contract.mode is Mode.FULL or waits

    def said(self, fact_keys: Iterable[bytes]) -> None:
        """Hear the keys of all that a chunk says, whether it changes something or not."""
        if self._keeps_keys:
            withdrawals.save_said_keys(self.connection, self.taking.batch.batch_id, set(fact_keys))

    def withdraw(self, facts: Sequence[PlainFact]) -> None:
        """Make due what the rows of a chunk of a tombstone file name. Keys that there are not withdraw nothing."""
        batch, ring = self.taking.batch, self.taking.wiring.custody.digest
        records = self._records_of(facts)
        standing = [fact for fact in facts if (fact.subject_kind, fact.subject_key) in records]
        subjects = {records[fact.subject_kind, fact.subject_key] for fact in standing}
        if names_whole_record(self.feed.profile):
            self._withdraw_whole(facts, records, list(subjects))
            return
        happened = [variant for fact in standing for variant in self._variants(fact)]
        keys = keys_said(happened, records, ring)
        withdrawals.find_named(self.connection, batch.batch_id, list(keys), ())
        withdrawals.find_emptied(self.connection, batch.batch_id, list(subjects), _DESCRIBING_NUMBERS)

    def _withdraw_whole(
        self, facts: Sequence[PlainFact], records: Mapping[KeyName, UUID], subjects: Sequence[UUID]
    ) -> None:
        named = {referred(fact) for fact in facts if fact.item in REFERENCES and REFERENCES[fact.item][1] != "person"}
        homes = [records[name] for name in named if name in records]
        withdrawn = withdrawals.Withdrawn(subjects, homes, others=describes_others(self.taking.feed))
        withdrawals.find_named(self.connection, self.taking.batch.batch_id, (), subjects)
        withdrawals.find_tied(
            self.connection, self.taking.batch.batch_id, withdrawn, [item_bit(item) for item in REFERENCES],
            _DESCRIBING_NUMBERS,
        )  # fmt: skip

    def conclude(self, tally: Tally) -> dict[str, object]:
        """Check the file as a whole and withdraw what it withdraws; returns what its batch says of that.

        Raises `BatchRefusedError` over the error budget, and `BatchWaitsError` where the sender is to confirm first.
        """
        batch, contract = self.taking.batch, self.taking.order.contract
        self._require_budget(tally)
        values: dict[str, object] = {}
        if contract.mode is Mode.FULL:
            values |= self._withdraw_absent(tally)
        elif self._keeps_keys:
            withdrawals.keep_said(self.connection, batch.batch_id)
        if contract.mode is Mode.TOMBSTONE:
            values |= {"withdrawals": "done", "facts_withdrawn": self._withdraw_due(batch.batch_id)}
        if self._mending is not None and self._first is not None:
            values |= self._mend(self._mending, self._first)
        withdrawals.forget_said_keys(self.connection, batch.batch_id)
        return values

    def check(self, tally: Tally) -> dict[str, object]:
        """What `conclude` would find of a file of which nothing is taken. Raises `BatchRefusedError` as it does."""
        self._require_budget(tally)
        usual = self._usual() if self.taking.order.contract.mode is Mode.FULL else None
        left = self._mending.left if self._mending else 0
        waits = "fewer-rows" if is_shrunken(tally.rows, usual) else None
        return {"waits_for": waits, "rows_usual": usual, "rows_left": left}

    def _require_budget(self, tally: Tally) -> None:
        budget = self.taking.error_budget
        if is_over_budget(tally.rows, tally.rejected, budget):
            message = f"{tally.rejected} of {tally.rows} rows are bad: more than this feed bears ({budget:.0%})."
            remedy = "Nothing was taken. Mend what the rows handed back have in common, and send the whole file again."
            raise BatchRefusedError("error-budget", message, remedy, hands_back=True)

    def _usual(self) -> int | None:
        batch = self.taking.batch
        sizes = sizes_of_full(self.connection, batch.feed, batch.sender, SIZES_COMPARED)
        return usual_rows(sizes, self.taking.declared_rows)

    def _withdraw_absent(self, tally: Tally) -> dict[str, object]:
        batch, usual = self.taking.batch, self._usual()
        confirmed = batch.confirmed_at is not None
        if not confirmed and is_shrunken(tally.rows, usual):
            raise BatchWaitsError("fewer-rows", tally.rows, usual)
        held, due = withdrawals.find_absent(self.connection, batch.batch_id)
        if not confirmed and withdraws_much(held, due):
            raise BatchWaitsError("many-withdrawals", tally.rows, usual)
        withdrawals.give_up_due(self.connection, batch.feed, batch.sender, batch.batch_id)
        values: dict[str, object] = {"rows_usual": usual, "waits_for": None}
        # A row that could not be read may be the very one that names what seems to be gone.
        if tally.rejected and due:
            return values | {"withdrawals": "waiting", "facts_to_withdraw": due}
        return values | {"withdrawals": "done", "facts_withdrawn": self._withdraw_due(batch.batch_id)}

    def _withdraw_due(self, batch_id: UUID) -> int:
        mint: Iterator[UUID] = iter(self.taking.wiring.mint, None)
        return withdrawals.withdraw_due(self.connection, batch_id, self.taking.now, mint)

    def _mend(self, mending: MendingFeed, first: BatchRow) -> dict[str, object]:
        batch = self.taking.batch
        mended_rows.save_mended(self.connection, first.batch_id, mending.mended, batch.batch_id)
        values: dict[str, object] = {"rows_left": mending.left}
        if first.withdrawals == "waiting" and first.rows_mended + len(mending.mended) >= first.rows_rejected:
            withdrawn = self._withdraw_due(first.batch_id)
            ended = {"withdrawals": "done", "facts_withdrawn": withdrawn, "facts_to_withdraw": 0}
            update_batch(self.connection, first.batch_id, ended)
            values |= {"facts_withdrawn": withdrawn}
        return values

    def _records_of(self, facts: Sequence[PlainFact]) -> dict[KeyName, UUID]:
        taking = self.taking
        source, ring = taking.feed.profile.source, taking.wiring.custody.digest
        wanted = {name: SourceKey(source, *name).digests(ring) for name in names_of(facts)}
        digests = [digest for one in wanted.values() for digest in one]
        known = withdrawals.known_records(self.connection, digests) if digests else {}
        return {name: known[digest] for name, one in wanted.items() for digest in reversed(one) if digest in known}

    def _variants(self, fact: PlainFact) -> Iterator[PlainFact]:
        """A fact of an occurrence under every item that the feed can give it: which one, the key alone does not say."""
        if fact.item.startswith(DESCRIBING) or fact.item in REFERENCES:
            return
        items = {item for column in self.feed.profile.columns for item in column.items}
        for item in items | {fact.item}:
            if not item.startswith(DESCRIBING):
                yield fact._replace(item=item)
