"""How often linking records one by one ends where linking everything does.

    python -m benchmarks.lookup_agreement [--county 20000] [--northvale 300]

Nine records in ten are linked together; the tenth is added record by record, each to its neighbourhood alone; then
everything is linked together anew. Told is the share of records whose person holds the same records both ways: of all
of them, and of those added. On the generated county in memory, by the pure functions; on Northvale through the gateway
and its database, households too. The last line is JSON.
"""

import argparse
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from benchmarks.linkage_county.files import generate_county
from benchmarks.lookup_northvale import northvale_agreement
from benchmarks.lookup_rows import county_rows, record_of
from linkage.blocking import block_keys
from linkage.lineage import assign_person_ids
from linkage.neighbourhood import neighbourhood, persons_of
from linkage.pairwise import Comparable, PairScorer, rarity_of
from linkage.persons import fit_and_link
from linkage.record import LinkRecord
from linkage.standardise import standardise

_LARGEST_BLOCK = 60
_MOST = 400
_TENTH = 10
_SEED = 1


class InMemory:
    """Records, their keys and persons, as the gateway keeps them in its database."""

    def __init__(self, records: Sequence[LinkRecord]) -> None:
        self.known: dict[str, Comparable] = {}
        self.person_of: dict[str, str] = {}
        self._holders: dict[str, list[str]] = defaultdict(list)
        self._members: dict[str, set[str]] = defaultdict(set)
        standard = [standardise(each) for each in records]
        self._held = {
            name: Counter(getattr(each, name) for each in standard if getattr(each, name))
            for name in ("given", "family")
        }
        self._all = {name: held.total() for name, held in self._held.items()}
        for each in records:
            self.add(each)

    def add(self, record: LinkRecord) -> None:
        """Keep a record; names are counted as they stood at the beginning, as between two runs over everything."""
        standard = standardise(record)
        rarities = (
            rarity_of(self._held[name][getattr(standard, name)], self._all[name]) for name in ("given", "family")
        )
        self.known[record.record_id] = Comparable(standard, *rarities)
        for key in block_keys(standard):
            self._holders[key].append(record.record_id)

    def hold(self, person_of: Mapping[str, str]) -> None:
        """Say who some records are."""
        for record, person in person_of.items():
            self._members[self.person_of.get(record, "")].discard(record)
            self.person_of[record] = person
            self._members[person].add(record)

    def meeting(self, records: Collection[str]) -> Iterator[tuple[str, str]]:
        """Pairs that share a key which is not too common."""
        for record in sorted(records):
            for key in block_keys(self.known[record].record):
                if len(self._holders[key]) <= _LARGEST_BLOCK:
                    for other in self._holders[key]:
                        yield record, other

    def comparable(self, record: str) -> Comparable:
        """What is compared of a record."""
        return self.known[record]

    def person_mates(self, records: Collection[str]) -> set[str]:
        """All records of these records' persons."""
        mates = (self._members[self.person_of[record]] for record in records if record in self.person_of)
        return set(records).union(*mates)


def county_agreement(records: Sequence[LinkRecord]) -> dict[str, float]:
    """Link nine in ten together, a model fitted to them, and each tenth by itself; then all together, fitted anew."""
    shuffled = sorted(records, key=lambda record: record.record_id)
    Random(_SEED).shuffle(shuffled)
    new, base = shuffled[: len(shuffled) // _TENTH], shuffled[len(shuffled) // _TENTH :]
    index, minted = InMemory(base), iter(range(10**9))
    model, linked = fit_and_link(base)
    index.hold(assign_person_ids(linked.clusters, {}, lambda: f"p{next(minted)}").person_of)
    score, left = PairScorer(model, len(base)), 0
    began = time.process_time()
    for record in new:
        index.add(record)
        found = neighbourhood([record.record_id], index, score, model, _MOST)
        left += not found.whole
        previous = {r: p for each in found.records if (p := index.person_of.get(r := each.record.record_id))}
        clusters = persons_of(found, model, ()).clusters if found.whole else [[record.record_id]]
        index.hold(assign_person_ids(clusters, previous, lambda: f"p{next(minted)}").person_of)
    spent = time.process_time() - began
    everything = {r: frozenset(cluster) for cluster in fit_and_link(records)[1].clusters for r in cluster}
    share = agreement(index.person_of, everything, [record.record_id for record in new])
    return {**share, "left": left, "ms_each": round(spent / len(new) * 1e3, 2)}


def agreement(
    person_of: Mapping[str, str], everything: Mapping[str, frozenset[str]], added: Sequence[str]
) -> dict[str, float]:
    """Shares of records whose person holds the same records both ways, and of those added that are not alone."""
    members: dict[str, set[str]] = defaultdict(set)
    for record, person in person_of.items():
        members[person].add(record)
    same = {record for record, cluster in everything.items() if members[person_of[record]] == cluster}
    return {
        "agreement": round(len(same) / len(everything), 5),
        "agreement_of_added": round(len(same & set(added)) / len(added), 5),
        "added_that_join": round(sum(len(everything[record]) > 1 for record in added) / len(added), 5),
    }


def main(county: int, northvale: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = generate_county(county, _SEED, Path(folder) / "county.parquet")["records"]
        records = [record_of(row) for rows in county_rows(path) for row in rows]
    figures = {f"county_{name}": value for name, value in county_agreement(records).items()}
    print(f"county of {county:,} records: {figures}")
    if northvale:
        found = northvale_agreement(northvale, agreement)
        print(f"Northvale of {northvale} people: {found}")
        figures |= {f"northvale_{name}": value for name, value in found.items()}
    print(json.dumps(figures))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lookup_agreement")
    parser.add_argument("--county", type=int, default=20_000)
    parser.add_argument("--northvale", type=int, default=300, help="0 leaves it out")
    chosen = parser.parse_args()
    main(chosen.county, chosen.northvale)
