"""Person ids are stable: inherited by overlap, retired by redirection, never reused."""

from collections.abc import Callable
from itertools import count
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.errors import LinkageError
from linkage.lineage import assign_person_ids


def minter(prefix: str = "new") -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{prefix}-{next(numbers):04d}"


def test_the_first_run_mints_an_id_for_each_cluster():
    assignment = assign_person_ids([["b"], ["a", "c"]], {}, minter())

    assert assignment.person_of == {"a": "new-0001", "c": "new-0001", "b": "new-0002"}
    assert assignment.minted == ("new-0001", "new-0002")


def test_a_cluster_inherits_the_id_it_shares_most_records_with():
    previous = {"a": "p1", "b": "p2", "c": "p2", "d": "p2"}

    assignment = assign_person_ids([["a", "b", "c", "d"]], previous, minter())

    assert set(assignment.person_of.values()) == {"p2"}
    assert assignment.merged == {"p1": "p2"}


def test_of_two_that_merge_evenly_the_oldest_goes_on():
    previous = {"a": "p1", "b": "p2"}

    assert assign_person_ids([["a", "b"]], previous, minter()).merged == {"p2": "p1"}
    assert assign_person_ids([["a", "b"]], previous, minter(), rank_of={"p2": 1, "p1": 9}).merged == {"p1": "p2"}


def test_a_split_keeps_the_id_with_the_greater_part_and_names_the_other():
    assignment = assign_person_ids([["a"], ["b", "c"]], dict.fromkeys("abc", "p1"), minter())

    assert assignment.person_of == {"a": "new-0001", "b": "p1", "c": "p1"}
    assert assignment.split == {"p1": ("new-0001",)}
    assert assignment.merged == {}


def test_as_many_ids_go_on_as_can_even_where_greed_would_lose_one():
    # Greed gives the first cluster p1 (3 of 5) and leaves the second with nothing of p2; the best total is 2 + 3.
    previous = {"a": "p1", "b": "p1", "c": "p1", "d": "p2", "e": "p2", "f": "p1", "g": "p1", "h": "p1"}

    assignment = assign_person_ids([["a", "b", "c", "d", "e"], ["f", "g", "h"]], previous, minter())

    assert assignment.person_of["d"] == "p2"
    assert assignment.person_of["f"] == "p1"


def test_an_id_without_records_is_gone_and_not_merged():
    assignment = assign_person_ids([["a"]], {"a": "p1", "z": "p9"}, minter())

    assert assignment.gone == ("p9",)
    assert assignment.merged == {}


def test_a_minted_id_that_was_used_before_is_refused():
    with pytest.raises(LinkageError):
        assign_person_ids([["a"]], {"z": "new-0001"}, minter())
    with pytest.raises(LinkageError):
        assign_person_ids([["a"]], {}, minter(), retired={"new-0001"})


def test_a_record_in_two_clusters_is_refused():
    with pytest.raises(LinkageError):
        assign_person_ids([["a", "b"], ["b"]], {}, minter())


clusterings = st.integers(0, 2**32).map(lambda seed: _clustering(Random(seed)))  # noqa: S311 - an example, no cryptography


def _clustering(random: Random) -> tuple[dict[str, str], list[list[str]]]:
    records = [f"r{number:03d}" for number in range(60)]
    previous = {record: f"p{random.randrange(20):02d}" for record in records if random.random() < 0.8}
    clusters: dict[int, list[str]] = {}
    for record in records:
        clusters.setdefault(random.randrange(20), []).append(record)
    return previous, list(clusters.values())


@given(clusterings, st.randoms(use_true_random=False))
def test_the_order_of_clusters_and_records_changes_nothing(example, random):
    previous, clusters = example
    shuffled = [random.sample(cluster, len(cluster)) for cluster in random.sample(clusters, len(clusters))]
    turned = dict(random.sample(list(previous.items()), len(previous)))

    assert assign_person_ids(shuffled, turned, minter()) == assign_person_ids(clusters, previous, minter())


@given(clusterings)
def test_every_old_id_lives_on_or_redirects_to_a_living_one(example):
    previous, clusters = example
    assignment = assign_person_ids(clusters, previous, minter())
    alive = set(assignment.person_of.values())

    for old in set(previous.values()):
        assert (old in alive) + (old in assignment.merged) == 1
    assert set(assignment.merged.values()) <= alive
    assert len(alive) == len(clusters)


def test_with_5_percent_removed_the_lowest_ids_among_them_every_remaining_person_keeps_their_id():
    random = Random(5)  # noqa: S311 - an example, no cryptography
    truth = {f"r{number:05d}": number // 3 for number in range(3000)}
    clusters = [[f"r{3 * person + each:05d}" for each in range(3)] for person in range(1000)]
    first = assign_person_ids(clusters, {}, minter("p"))
    gone = set(sorted(truth)[:50]) | set(random.sample(sorted(truth), 100))
    left = [[record for record in cluster if record not in gone] for cluster in clusters]
    random.shuffle(left)

    second = assign_person_ids(left, first.person_of, minter())

    assert second.minted == ()
    assert all(first.person_of[record] == person for record, person in second.person_of.items())
