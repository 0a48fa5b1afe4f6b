"""Which pairs linkage has parted, out of whose each record ever was."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from gateway.store.erasure import LinkVersion
from gateway.usecases.linking.parted_by_linkage import parted_pairs

START = datetime(2026, 11, 1, tzinfo=UTC)
ANN, BEA, CAT = (UUID(int=number) for number in (1, 2, 3))
RECORDS = [UUID(int=number) for number in range(10, 15)]


def was(person, record, since, until=None):
    begin, end = START + timedelta(days=since), None if until is None else START + timedelta(days=until)
    return LinkVersion(person, person, RECORDS[record], erased=False, since=begin, until=end)


def found(versions, *persons):
    return list(parted_pairs(versions, persons))


def test_a_person_who_lost_a_record_to_another_is_a_pair():
    assert found([was(ANN, 0, 0), was(ANN, 1, 0, 5), was(BEA, 1, 5)], ANN) == [(RECORDS[0], RECORDS[1])]


def test_whoever_gave_all_records_to_one_other_was_joined_and_not_parted():
    assert found([was(ANN, 0, 0, 5), was(ANN, 1, 0, 5), was(BEA, 0, 5), was(BEA, 1, 5)], ANN) == []


def test_records_that_were_never_there_together_were_no_mixture():
    assert found([was(ANN, 1, 0, 5), was(BEA, 1, 5), was(ANN, 0, 5)], ANN) == []


def test_of_three_the_one_who_went_on_is_compared_with_each_of_the_others():
    versions = [
        was(ANN, 0, 0), was(ANN, 1, 0, 5), was(ANN, 2, 0, 5), was(ANN, 3, 0, 5),
        was(BEA, 1, 5), was(BEA, 2, 5), was(CAT, 3, 5),
    ]  # fmt: skip
    assert found(versions, ANN) == [(RECORDS[0], RECORDS[1]), (RECORDS[0], RECORDS[3])]


def test_where_the_id_ended_the_profile_went_on_with_whoever_took_most_of_it():
    versions = [
        was(ANN, 0, 0, 5), was(ANN, 1, 0, 5), was(ANN, 2, 0, 5), was(CAT, 0, 5), was(BEA, 1, 5), was(BEA, 2, 5),
    ]  # fmt: skip
    assert found(versions, ANN) == [(RECORDS[1], RECORDS[0])]


def test_others_than_those_asked_about_are_left_alone():
    assert found([was(ANN, 0, 0), was(ANN, 1, 0, 5), was(BEA, 1, 5)], BEA) == []
