"""Who took records from whom, as the log says it: one entry for each taker, never for two who gave nothing."""

from audit.entry import EventClass
from gateway.clock import new_id
from gateway.usecases.linking.lineage_entries import lineage_entries, taken_from
from linkage.lineage import Assignment, assign_person_ids

A, B, C, D = (f"00000000-0000-4000-8000-00000000000{letter}" for letter in "abcd")


def assigned(clusters, previous):
    return assign_person_ids(clusters, previous, lambda: D)


def said(wiring, result):
    run = new_id()
    entries = list(lineage_entries(wiring, run, result, wiring.clock()))
    assert all(entry.event is EventClass.COMBINATION and entry.purpose == "linkage" for entry in entries)
    assert all(entry.detail["link_decision"] == str(run) for entry in entries)
    # Which service's record told it may be a secret, and who is whom is none.
    assert not any(entry.sealed or entry.sources or "sources" in entry.detail for entry in entries)
    return [(entry.subjects, entry.detail["persons_before"], entry.detail["persons_after"]) for entry in entries]


def test_a_merge_is_told_to_both_and_obliges_the_one_who_goes_on(wiring):
    result = assigned([["1", "2", "3"]], {"1": A, "2": A, "3": B})
    assert said(wiring, result) == [((A, B), [A, B], [A])]


def test_ids_that_ended_are_named_to_every_taker_and_ids_that_go_on_are_not(wiring):
    def ended(result):
        return [
            entry.detail.get("persons_ended") for entry in lineage_entries(wiring, new_id(), result, wiring.clock())
        ]

    assert ended(assigned([["1", "2", "3"]], {"1": A, "2": A, "3": B})) == [[B]]
    assert ended(assigned([["1", "2"], ["3"]], {"1": A, "2": A, "3": A})) == [None]
    torn = assigned([["1", "2", "9"], ["3", "4", "8"]], {"1": A, "2": A, "3": B, "4": B, "8": C, "9": C})
    assert ended(torn) == [[C], [C]]


def test_a_split_obliges_the_new_person_alone(wiring):
    result = assigned([["1", "2"], ["3"]], {"1": A, "2": A, "3": A})
    assert said(wiring, result) == [((A, D), [A], [D])]


def test_a_record_that_moves_is_told_of_the_taker_and_obliges_not_the_giver(wiring):
    result = assigned([["1", "2"], ["3", "4", "5"]], {"1": A, "2": A, "3": A, "4": B, "5": B})
    assert said(wiring, result) == [((A, B), [A, B], [B])]


def test_a_merge_of_three_and_one_who_is_torn_between_two(wiring):
    result = assigned([["1", "2", "3", "4"]], {"1": A, "2": A, "3": B, "4": C})
    assert said(wiring, result) == [((A, B, C), [A, B, C], [A])]
    torn = assigned([["1", "2", "9"], ["3", "4", "8"]], {"1": A, "2": A, "3": B, "4": B, "8": C, "9": C})
    assert taken_from(torn) == {A: {C}, B: {C}}


def test_new_persons_and_persons_who_stay_as_they_are_need_no_entry(wiring):
    assert said(wiring, assigned([["1"], ["2"]], {"1": A})) == []
    gone = Assignment(person_of={}, merged={}, split={}, gone=(A,), minted=())
    assert said(wiring, gone) == []
