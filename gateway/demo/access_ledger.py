"""Write an access book of Northvale into a database: records through the store, acts as entries of the real log.

Records are written as linkage would leave them, with some gaps: a household that nobody told the council of, a
separation that no record dates. What a worker did becomes the entries that the read path writes; the truth about
snooping is never written.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid5

from adapters.quick import value_text
from audit.entry import Decision, Entry, EventClass, Outcome, Phase
from concept_model.items import item_bit
from gateway.demo.northvale.accesses.book import STAFF_COLUMNS, AccessBook, staff_rows
from gateway.demo.northvale.accesses.working import Act
from gateway.demo.northvale.people import Household, Person
from gateway.jobs.sequencer import Sequencer
from gateway.store.fact_columns import (
    NewFact,
    NewRecord,
    day_column,
    kind_columns,
    moment_column,
    number_columns,
    sized,
    value_column,
)
from gateway.store.fact_lines import batch_columns, line_of
from gateway.store.facts import find_records, save_facts, save_tokens
from gateway.store.identities import add_persons, replace_households, replace_kin, replace_links
from gateway.store.ledger import append
from gateway.store.reviews import watch_family
from gateway.usecases.families.search_tokens import token_rows
from gateway.usecases.log.entries import system_entry
from gateway.usecases.people.loading_staff import load_staff
from gateway.wiring import Wiring

_IDS = UUID("0b1d8c52-6b0c-4a55-9d0e-5c1f0a6de7aa")
_AT_ONCE = 250
_GROWN = 18
_KNOWN_SEPARATIONS, _KNOWN_HOUSEHOLDS, _KNOWN_KIN = 0.7, 0.96, 0.85


class AccessWriter:
    """One book in one database."""

    def __init__(self, wiring: Wiring, book: AccessBook) -> None:
        """Nothing is written yet."""
        self._wiring = wiring
        self._book = book
        self._now = datetime.combine(book.world.today, datetime.min.time(), UTC)
        self._rng = Random(f"{book.world.seed}/written")  # noqa: S311 - a seeded generator of invented people

    def write(self) -> dict[UUID, Act]:
        """Records, staff lists, acts, leaves; gives what each access of the log was."""
        self._write_records()
        self._write_staff()
        with self._wiring.database.transaction("hg_desk") as connection:
            for person, since in self._book.watched:
                watch_family(connection, self._family(person), "W601", since)
        acts = self._write_acts()
        sequencer = Sequencer(self._wiring.log_signer, self._wiring.clock)
        with self._wiring.database.engine("hg_sequence").connect() as connection:
            while sequencer.drain_batch(connection):
                pass
        return acts

    def _write_records(self) -> None:
        wiring, people = self._wiring, self._book.world.people
        with wiring.database.transaction("hg_link") as connection:
            append(connection, system_entry(wiring, EventClass.COMBINATION, self._now, purpose="linkage"))
            add_persons(connection, [(self._person(one), self._family(one)) for one in people], self._now)
        held = list(self._held())
        keys = list({(source, person.index): (source, person) for source, person, *_ in held}.values())
        with wiring.database.transaction("hg_intake") as connection:
            append(connection, system_entry(wiring, EventClass.COLLECTION, self._now, purpose="supply"))
            ids = {
                self._digest(source, one): proposed
                for (source, one), proposed in zip(keys, wiring.mint_many(len(keys)), strict=True)
            }
            find_records(
                connection,
                [
                    NewRecord(wiring.source_number(source), "person", (self._digest(source, one),), ids[digest])
                    for source, one in keys
                    for digest in (self._digest(source, one),)
                ],
            )
            facts = list(self._facts(held, ids))
            batch = batch_columns(wiring.mint(), {}, self._now)
            save_facts(connection, b"".join([line_of(fact, batch) for fact in facts]))
            save_tokens(connection, token_rows(facts, wiring.custody.token))
        self._write_links([(UUID(bytes=ids[self._digest(source, one)]), one) for source, one in keys])

    def _write_links(self, records: Sequence[tuple[UUID, Person]]) -> None:
        wiring, now = self._wiring, self._now
        links: list[dict[str, Any]] = [
            {
                "link_id": wiring.mint(), "record_id": record_id, "person_id": self._person(person), "band": 0,
                "evidence": [], "run_id": _IDS, "recorded_at": now, "superseded_at": None,
            }
            for record_id, person in records
        ]  # fmt: skip
        known = [one for one in self._book.world.households if self._rng.random() < _KNOWN_HOUSEHOLDS]
        members = [member for household in known for member in self._members(household)]
        with wiring.database.transaction("hg_link") as connection:
            append(connection, system_entry(wiring, EventClass.COMBINATION, now, purpose="linkage"))
            replace_links(connection, [], links, now)
            replace_households(connection, [uuid5(_IDS, one.ref) for one in known], members, {}, now)
            replace_kin(connection, list(self._kin()))

    def _members(self, household: Household) -> Iterator[dict[str, Any]]:
        for member in household.members:
            if member.end is None or self._rng.random() < _KNOWN_SEPARATIONS:
                yield {
                    "household_id": uuid5(_IDS, household.ref), "person_id": self._person(member.person),
                    "valid_from": member.start, "valid_to": member.end,
                }  # fmt: skip

    def _kin(self) -> Iterator[tuple[UUID, UUID]]:
        """Who is whose child, as schools and demographics have it."""
        today = self._book.world.today
        for household in self._book.world.households:
            for child in household.children(today):
                for member in household.members:
                    if member.person.age(today) >= _GROWN and self._rng.random() < _KNOWN_KIN:
                        yield self._person(child), self._person(member.person)

    def _held(self) -> Iterator[tuple[str, Person, str, dict[str, Any], tuple[date | None, date | None], object]]:
        """Facts as (source, person, item, value, period, moment); "" for a record without facts."""
        records, none = self._book.work.records, (None, None)
        for one in self._book.world.people:
            yield "pds", one, "identity.name", {"given": one.forename, "family": one.surname}, none, None
            yield "pds", one, "identity.birth_date", {"date": one.born.isoformat()}, none, None
            home = {"lines": [one.home.line1], "postcode": one.home.postcode, "uprn": one.home.uprn}
            yield "pds", one, "address.residence", home, (one.homes[-1].start, None), None
            if one.phone:
                yield "pds", one, "contact.phone", {"value": one.phone}, none, None
        for spell in records.allocations:
            value = {"worker": spell.worker.ref, "team": spell.team, "role": spell.part}
            yield "case_system", spell.person, "care.allocation", value, (spell.start, spell.end), None
        for referral in records.referrals:
            yield "mash", referral.person, "care.contact", {"source": "6"}, none, referral.at
        for tenants in records.tenants:
            for member in tenants.members:
                yield "housing", member.person, "", {}, none, None
        for ratepayers in records.ratepayers:
            yield "council_tax", ratepayers.members[0].person, "", {}, none, None
        for pupil in records.pupils:
            yield "schools", pupil, "", {}, none, None

    def _facts(self, held: Sequence[tuple[Any, ...]], ids: dict[bytes, bytes]) -> Iterator[NewFact]:
        ring = self._wiring.custody.digest
        for number, (source, person, item, value, period, at) in enumerate(held):
            if item:
                key = ring.digest("fact", str(number).encode(), item.encode())
                source_no, item_no = self._wiring.source_number(source), item_bit(item)
                begins, ends, moment = (None if one is None else str(one) for one in (*period, at))
                columns = (
                    sized(b"northvale") + number_columns(source_no, item_no) + value_column(value_text(value).encode())
                    + day_column(begins) + day_column(ends) + moment_column(moment)
                    + kind_columns("fact", None, None, disputed=False)
                )  # fmt: skip
                record = ids[self._digest(source, person)]
                yield NewFact(key, record, source_no, item_no, columns, key, self._wiring.mint().bytes)

    def _write_staff(self) -> None:
        rows = staff_rows(self._book)
        for agency in sorted({row["agency"] for row in rows}):
            text = io.StringIO()
            writer = csv.DictWriter(text, STAFF_COLUMNS)
            writer.writeheader()
            writer.writerows(row for row in rows if row["agency"] == agency)

            def entry_of(detail: dict[str, Any]) -> Entry:
                return system_entry(
                    self._wiring, EventClass.CONFIGURATION, self._now, purpose="log_oversight", detail=detail
                )

            load = load_staff(self._wiring, text.getvalue().encode(), entry_of)
            if load.problems:
                message = f"the staff list of {agency} does not load: {load.problems[0]}"
                raise ValueError(message)

    def _write_acts(self) -> dict[UUID, Act]:
        found: dict[UUID, Act] = {}
        for start in range(0, len(self._book.acts), _AT_ONCE):
            with self._wiring.database.transaction("hg_desk") as connection:
                for act in self._book.acts[start : start + _AT_ONCE]:
                    for entry, is_access in self._entries(act):
                        append(connection, entry)
                        if is_access:
                            found[UUID(entry.entry_id)] = act
        return found

    def _entries(self, act: Act) -> Iterator[tuple[Entry, bool]]:
        """The entries that the read path writes of an act, each with whether it is the one that review reads."""
        if act.kind == "denied":
            yield self._entry(
                act, EventClass.DENIED, Phase.SINGLE, Outcome.DENIED, household=str(self._family(act.person)),
                decision=Decision.REFUSE,
            ), True  # fmt: skip
            return
        searched = act.kind == "search"
        about: dict[str, Any] = {"subjects": tuple(sorted(str(self._person(one)) for one in self._shown(act)))}
        if not searched:
            about["household"] = str(self._family(act.person))
        event = EventClass.SEARCH if searched else EventClass.DISCLOSURE
        asked = self._entry(act, event, Phase.AUTHORISATION, Outcome.PENDING, decision=Decision.PERMIT, **about)
        yield asked, not searched
        yield self._entry(
            act, event, Phase.OUTCOME, Outcome.DONE, decision=Decision.PERMIT, refers_to=asked.entry_id,
            items_shown=("identity.name",), **about,
        ), searched  # fmt: skip

    def _shown(self, act: Act) -> Sequence[Person]:
        if act.kind == "search":
            return act.listed
        household = act.person.household
        return [act.person] if household is None else list({act.person, *(m.person for m in household.members)})

    def _entry(self, act: Act, event: EventClass, phase: Phase, outcome: Outcome, **fields: Any) -> Entry:
        one = act.worker
        return Entry(
            entry_id=str(self._wiring.mint()), event=event, at=act.at.astimezone(UTC),
            log_id=self._wiring.settings.log_origin, who=one.ref, agency=one.trade.agency, role=one.role,
            team=one.team_on(act.at.date()), purpose=one.trade.purpose, authentication="oidc", phase=phase,
            outcome=outcome, **fields,
        )  # fmt: skip

    def _digest(self, source: str, person: Person) -> bytes:
        return self._wiring.custody.digest.digest("source-record", source.encode(), person.ref.encode())

    def _person(self, person: Person) -> UUID:
        return uuid5(_IDS, f"person/{person.ref}")

    def _family(self, person: Person) -> UUID:
        return uuid5(_IDS, f"family/{person.ref}")
