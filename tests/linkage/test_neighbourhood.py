"""A record that comes alone finds whom a run over everything would find for it, and nobody that it may not."""

from collections import defaultdict
from dataclasses import replace
from random import Random

import pytest

from linkage.blocking import block_keys
from linkage.errors import LinkageError
from linkage.model import default_model
from linkage.neighbourhood import neighbourhood, persons_of
from linkage.pairwise import Comparable, PairScorer
from linkage.persons import link_records
from linkage.record import Decision, LinkIdentifier, LinkRecord
from linkage.sealed_form import from_bytes
from linkage.standardise import standardise
from linkage.training_people import generate

LARGEST = 60
MODEL = default_model()


class Index:
    """Everything that is known, in dictionaries."""

    def __init__(self, decisions=()):
        self.known, self.person_of = {}, {}
        self.holders, self.decisions = defaultdict(list), decisions

    def add(self, record):
        self.known[record.record_id] = Comparable(standardise(record))
        for key in block_keys(self.known[record.record_id].record):
            self.holders[key].append(record.record_id)

    def hold(self, clusters):
        for cluster in clusters:
            self.person_of.update(dict.fromkeys(cluster, min(cluster)))

    def meeting(self, records):
        for record in records:
            for key in block_keys(self.known[record].record):
                if len(self.holders[key]) <= LARGEST:
                    yield from ((record, other) for other in self.holders[key])

    def comparable(self, record):
        return self.known[record]

    def person_mates(self, records):
        tied = {*records, *(b for a, b, _ in self.ties() if a in records)}
        persons = {self.person_of[record] for record in tied if record in self.person_of}
        return tied | {record for record, person in self.person_of.items() if person in persons}

    def ties(self):
        for each in self.decisions:
            if {each.left, each.right} <= self.known.keys():
                yield each.left, each.right, each.verdict
                yield each.right, each.left, each.verdict

    def change(self, record):
        """Link a record that says something else now: whom it met before is looked at as well."""
        before = neighbourhood([record.record_id], self, PairScorer(MODEL, 20_000), MODEL, 400)
        for holders in self.holders.values():
            holders[:] = [each for each in holders if each != record.record_id]
        return self.link(record, also=[each.record.record_id for each in before.records])

    def link(self, record, most=400, also=()):
        self.add(record)
        found = neighbourhood([record.record_id, *also], self, PairScorer(MODEL, 20_000), MODEL, most)
        if found.whole:
            self.hold(persons_of(found, MODEL, self.decisions).clusters)
        return found

    def clusters(self):
        found = defaultdict(set)
        for record, person in self.person_of.items():
            found[person].add(record)
        return set(map(frozenset, found.values()))


def one_by_one(records, decisions=()):
    index = Index(decisions)
    for record in records:
        assert index.link(record).whole
    return index


def everything(records, decisions=()):
    return set(map(frozenset, link_records(records, MODEL, decisions).clusters))


@pytest.mark.parametrize("seed", [1, 2])
def test_records_that_come_one_by_one_end_where_all_at_once_do(seed):
    records = [each.record for each in generate(250, seed)]
    Random(seed).shuffle(records)  # noqa: S311 - an order
    alone, together = one_by_one(records).clusters(), everything(records)
    same = sum(len(cluster) for cluster in alone & together)
    # How rare a name is counts for everybody at once and not for one; little hangs on it.
    assert same / len(records) > 0.98


def person(record_id, given="Amir", family="Khan", birth="1984-05-06", nhs=None, **more):
    identifiers = (LinkIdentifier("nhs_number", nhs, verified=True),) if nhs else ()
    return LinkRecord(
        record_id=record_id, source=record_id[0], given_names=(given,), family_names=(family,), birth_date=birth,
        identifiers=identifiers, postcodes=("ZZ1 1AA",), uprns=("10001",), **more,
    )  # fmt: skip


def test_a_bridge_does_not_join_two_who_cannot_be_one():
    sure = [person("a1", nhs="9434765919"), person("b1", nhs="9434765870")]
    index = one_by_one([*sure, person("c1")])

    assert index.person_of["a1"] != index.person_of["b1"]
    assert index.clusters() == everything([*sure, person("c1")])


def test_what_a_steward_decided_different_stays_apart_and_what_same_comes_together():
    records = [person("a1"), person("b1"), person("c1", "Zoe", "Other", "1999-09-09")]
    decisions = (Decision("a1", "b1", "different"), Decision("a1", "c1", "same"))
    index = one_by_one(records, decisions)

    assert index.clusters() == {frozenset({"a1", "c1"}), frozenset({"b1"})}


def test_a_record_that_says_something_else_leaves_and_frees_those_it_held_apart():
    first = [person("a1", nhs="9434765919"), person("b1"), person("c1", nhs="9434765870")]
    index = one_by_one(first)
    moved = person("a1", "Zoe", "Other", "1999-09-09")
    index.change(moved)

    assert index.clusters() == everything([moved, *first[1:]])
    assert index.person_of["b1"] == index.person_of["c1"]


def test_who_was_joined_without_a_year_of_birth_is_not_parted_by_a_look_at_one_of_them():
    """As a mother whom the schools of her children name, each at the child's address, and others at hers."""
    her = {"given": "Charlotte Anne", "family": "Hadfield", "sex": "female"}
    records = [person("a1", birth="1989-12-07", **her), person("b1", birth=None, **her)]
    records += [
        replace(person(name, birth=None, **her), postcodes=("ZZ9 9ZZ",), uprns=("10002",)) for name in ("c1", "d1")
    ]
    together = {frozenset({"a1", "b1", "c1", "d1"})}
    index = Index()
    for record in records:
        index.add(record)
    # Everybody who has no year meets in the night, and few bear this name.
    index.hold(together)

    for record in records:
        index.change(record)
        assert index.clusters() == together


def test_a_neighbourhood_past_its_bound_is_said_not_to_be_whole():
    index = one_by_one([person(f"a{number}") for number in range(8)])

    found = index.link(person("z9"), most=4)

    assert not found.whole
    assert len(found.records) <= 4


def test_a_key_that_everybody_shares_leads_nowhere():
    index = Index()
    for number in range(200):
        index.add(person(f"x{number}"))

    found = index.link(person("z9"))

    assert [each.record.record_id for each in found.records] == ["z9"]


@pytest.mark.parametrize("form", [b"", b"{}", b"[1]", b"[[], []]", b"\xff"])
def test_bytes_of_another_form_are_refused(form):
    with pytest.raises(LinkageError):
        from_bytes(form)
